package observe

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const (
	freshIntervals  = 2
	ageingIntervals = 6
	unseenIsStale   = 2 // own writes past their window
)

// Freshness says how much the last trusted read of a feature is worth, why,
// and what shows it (§9 of the rules). pend are the feature's pending writes.
// Stale is also a read that succeeds but contradicts evidence.
func Freshness(t ledger.Trust, pend []ledger.Pending, now media.Moment, intervalMS int64) (ledger.Freshness, ledger.Code, ledger.Evidence) {
	switch {
	case t.Silent != "":
		return ledger.Silent, t.Silent, t.Evidence
	case !t.LastTrusted.Known():
		return ledger.NeverRead, "", ledger.Evidence{}
	}
	if why := contradiction(t, pend, now); why.Code != "" {
		return ledger.Stale, ledger.PendingVisible, why
	}
	age := int64(now - t.LastTrusted)
	switch {
	case age <= freshIntervals*intervalMS:
		return ledger.Fresh, "", t.Evidence
	case age <= ageingIntervals*intervalMS:
		return ledger.Ageing, "", t.Evidence
	}
	return ledger.Stale, ledger.SourceSilent, ledger.Evidence{Code: ledger.SawLastRead, Since: t.LastTrusted}
}

// WantsFresh tells whether the next read of a feature must go past every cache:
// a write of ours is to be seen, a proof needs its second look, a first look
// its second opinion, the stamp moved over a list that did not, or it went back.
func WantsFresh(t ledger.Trust, pend []ledger.Pending, proofs int) bool {
	return slices.ContainsFunc(pend, waitedFor) || proofs > 0 || t.Looked && t.Run == t.FirstRun ||
		t.SuspectDigest != "" || t.Silent == ledger.GuardRegressed
}

// CatchingUp tells whether a whole list may still lag behind the stamp that
// moved: until then a stamp that stands still is no reason not to list.
func CatchingUp(t ledger.Trust, now media.Moment, intervalMS int64) bool {
	r := Reading{Now: now, Trust: t, IntervalMS: intervalMS}
	return t.StampMoved.Known() && t.Digest != "" && withinWindow(r, t.StampMoved)
}

// contradiction tells what speaks against a list that was read without error.
func contradiction(t ledger.Trust, pend []ledger.Pending, now media.Moment) ledger.Evidence {
	wait, _ := Window(t)
	overdue, unread := 0, false
	for _, p := range pend {
		if waitedFor(p) && late(now, p.Sent, wait) {
			overdue++
		}
		unread = unread || p.State == ledger.Expected && t.LastFull < p.Sent && t.LastTrusted > p.Sent
	}
	shows := ledger.Evidence{Of: t.Count, Since: t.LastFull}
	switch {
	case overdue >= unseenIsStale:
		shows.Code, shows.N = ledger.SawUnseen, overdue
	case unread:
		shows.Code = ledger.SawUnchangedOver
	case t.SuspectDigest != "" && t.SuspectDigest == t.Digest && !late(now, t.StampMoved, wait):
		shows.Code = ledger.SawStampMoved
	default:
		return ledger.Evidence{}
	}
	return shows
}
