package guard

import (
	"cmp"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// ViewFacts is what guards must know about one view that is complete and was
// trusted so far. Counts are works, but FutureTimes counts rows.
type ViewFacts struct {
	Party   ledger.Party
	Feature media.Feature
	Trust   ledger.Trust // of the last trusted view
	Run     ledger.RunID
	Now     media.Moment
	// Who is who the token spoke for in this read; an empty id was not told.
	Who provider.Identity
	// Version of the server, "" when not told; Digest of the view's content.
	Version, Digest string
	// Known works were shown before; Lost of them are gone. Compared works are
	// shown before and now; Changed of them have another value.
	Known, Lost, Compared, Changed int
	FutureTimes                    int // rows dated ahead of now
	// FirstLook: there is nothing to compare with (R13).
	FirstLook bool
	// Regressed: the view is older than the last trusted one.
	Regressed bool
	// Suspicious: the content equals an older, superseded view.
	Suspicious bool
	// Off are the guards that the person switched off.
	Off []ledger.Code
}

// viewGuard is one guard over views; sees returns the evidence, none to pass.
type viewGuard struct {
	code ledger.Code
	sees func(ViewFacts) ledger.Evidence
}

// viewGuards is the order in which guards look; the first that sees something
// names the hold.
func viewGuards() []viewGuard {
	return []viewGuard{
		{ledger.GuardWrongUser, wrongUser},
		{ledger.GuardRegressed, regressed},
		{ledger.GuardFutureTimes, futureTimes},
		{ledger.GuardVersion, versionChanged},
		{ledger.GuardShrunk, shrunk},
		{ledger.GuardChanged, everythingChanged},
	}
}

// View decides whether one view must wait for a person. A view whose very
// content a person declared right passes, unless it is somebody else's.
func View(f ViewFacts) (ledger.Hold, bool) { return runView(viewGuards(), f) }

func runView(table []viewGuard, f ViewFacts) (ledger.Hold, bool) {
	accepted := f.Digest != "" && f.Digest == f.Trust.AcceptedDigest
	for _, g := range table {
		if accepted && g.code != ledger.GuardWrongUser || switchedOff(g.code, f.Off) {
			continue
		}
		if evidence := see(g, f); evidence.Code != "" {
			return viewHold(g.code, f, evidence), true
		}
	}
	return ledger.Hold{}, false
}

// see asks one guard; one that fails holds.
func see(g viewGuard, f ViewFacts) (evidence ledger.Evidence) {
	defer func() {
		if failure := recover(); failure != nil {
			evidence = ledger.Evidence{Code: ledger.SawFailure, Name: fmt.Sprint(failure)}
		}
	}()
	return g.sees(f)
}

func viewHold(code ledger.Code, f ViewFacts, evidence ledger.Evidence) ledger.Hold {
	evidence.Older = f.Suspicious
	h := ledger.Hold{
		Profile: f.Party.Profile, Guard: code, Target: f.Party.ID, Feature: f.Feature,
		Run: f.Run, Since: f.Now, State: ledger.HoldOpen, Evidence: evidence, Digest: f.Digest,
	}
	switch code {
	case ledger.GuardShrunk, ledger.GuardVersion:
		h.Lost, h.Of = f.Lost, f.Known
	case ledger.GuardChanged:
		h.Lost, h.Of = f.Changed, f.Compared
	case ledger.GuardFutureTimes:
		h.Lost, h.Of = f.FutureTimes, f.Known
	}
	return h
}

// Views decides about all views of a run that were trusted so far, and brings
// the view holds up to date: standing are those that are open or were answered
// with "it is right". Returned are the views that stay untrusted, in the order
// of facts; and the holds that changed: new ones (ID 0), open ones that see
// something else, and those that became HoldGone because the view is believed
// now. A standing hold whose account was not read stands as it is.
func Views(facts []ViewFacts, standing []ledger.Hold) (untrusted, changed []ledger.Hold) {
	for _, f := range facts {
		mine := viewHolds(standing, f)
		held, bad := viewNow(f, mine)
		for _, h := range mine {
			if bad && h.State == ledger.HoldOpen && h.Guard == held.Guard {
				held.ID, held.Run, held.Since = h.ID, h.Run, h.Since
			}
			if h, ok := renewView(h, held, bad); ok {
				changed = append(changed, h)
			}
		}
		if bad && held.ID == 0 {
			changed = append(changed, held)
		}
		if bad {
			untrusted = append(untrusted, held)
		}
	}
	return untrusted, changed
}

// renewView brings a standing hold up to date with what its view shows now; ok
// is false when nothing changed.
func renewView(h, held ledger.Hold, bad bool) (ledger.Hold, bool) {
	switch {
	case bad && h.ID == held.ID:
		return held, h.Digest != held.Digest || h.Evidence != held.Evidence
	case bad && h.State == ledger.HoldAnswered:
		return h, false
	}
	h.State = ledger.HoldGone
	return h, true
}

// viewNow is View, past what a person already declared right.
func viewNow(f ViewFacts, mine []ledger.Hold) (held ledger.Hold, bad bool) {
	held, bad = View(f)
	for bad && slices.ContainsFunc(mine, func(h ledger.Hold) bool { return covers(h, held) }) {
		f.Off = append(slices.Clone(f.Off), held.Guard)
		held, bad = View(f)
	}
	return held, bad
}

// covers tells whether a person already declared right what the hold shows, or
// the same with a few works more: people go on watching while they decide.
func covers(h, held ledger.Hold) bool {
	return h.State == ledger.HoldAnswered && h.Guard == held.Guard && held.Lost < h.Lost+shareFloor
}

// viewHolds are the standing holds about the view, by ID.
func viewHolds(standing []ledger.Hold, f ViewFacts) []ledger.Hold {
	var mine []ledger.Hold
	for _, h := range standing {
		lives := h.State == ledger.HoldOpen || h.State == ledger.HoldAnswered && h.Answer == ledger.DoIt
		if lives && h.Target == f.Party.ID && h.Feature == f.Feature && isView(h.Guard) {
			mine = append(mine, h)
		}
	}
	slices.SortFunc(mine, func(a, b ledger.Hold) int { return cmp.Compare(a.ID, b.ID) })
	return mine
}

func isView(code ledger.Code) bool {
	return slices.ContainsFunc(viewGuards(), func(g viewGuard) bool { return g.code == code })
}

// Caused names the accounts under an open view hold, for ledger.World: nothing
// that they cause is done and nothing is written to them (R22).
func Caused(open []ledger.Hold) map[ledger.AccountID]ledger.Code {
	caused := make(map[ledger.AccountID]ledger.Code)
	for _, h := range open {
		if h.State != ledger.HoldOpen || !isView(h.Guard) {
			continue
		}
		if c, ok := caused[h.Target]; !ok || h.Guard < c {
			caused[h.Target] = h.Guard
		}
	}
	return caused
}
