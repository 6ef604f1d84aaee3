package guard

import (
	"fmt"
	"reflect"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func viewFacts(change func(*ViewFacts)) ViewFacts {
	f := ViewFacts{
		Party: world().Parties[0], Feature: media.Ratings, Run: 40, Now: now, Digest: "new", Version: "10.11",
		Trust: ledger.Trust{LastTrusted: now - 1000, Version: "10.11", Digest: "old"},
		Known: 100, Compared: 100,
	}
	if change != nil {
		change(&f)
	}
	return f
}

type viewCase struct {
	name string
	code ledger.Code // the guard that is tried
	fact func(*ViewFacts)
	held bool
}

func lost(n, of int) func(*ViewFacts) {
	return func(f *ViewFacts) { f.Lost, f.Known = n, of }
}

func upgraded(n, of int) func(*ViewFacts) {
	return func(f *ViewFacts) { f.Lost, f.Known, f.Version = n, of, "10.12" }
}

func otherValues(n, of int) func(*ViewFacts) {
	return func(f *ViewFacts) { f.Changed, f.Compared, f.Known = n, of, of }
}

func viewCases() []viewCase {
	return []viewCase{
		{"a fifth", ledger.GuardShrunk, lost(20, 100), true},
		{"under a fifth", ledger.GuardShrunk, lost(19, 100), false},
		{"ten of fifty", ledger.GuardShrunk, lost(10, 50), true},
		{"nine of ten", ledger.GuardShrunk, lost(9, 10), false},
		{"all three", ledger.GuardShrunk, lost(3, 3), true},
		{"both of two", ledger.GuardShrunk, lost(2, 2), false},
		{"nothing was known", ledger.GuardShrunk, lost(0, 0), false},
		{"a first look", ledger.GuardShrunk, func(f *ViewFacts) { f.Lost, f.FirstLook = 100, true }, false},
		{"declared right", ledger.GuardShrunk, func(f *ViewFacts) { f.Lost, f.Trust.AcceptedDigest = 100, "new" }, false},
		{"something else declared right", ledger.GuardShrunk, func(f *ViewFacts) { f.Lost, f.Trust.AcceptedDigest = 100, "older" }, true},
		{"no digest is not a match", ledger.GuardShrunk, func(f *ViewFacts) { f.Lost, f.Digest = 100, "" }, true},
		{"switched off", ledger.GuardShrunk, func(f *ViewFacts) { f.Lost, f.Off = 100, []ledger.Code{ledger.GuardShrunk} }, false},

		{"half", ledger.GuardChanged, otherValues(50, 100), true},
		{"under half", ledger.GuardChanged, otherValues(49, 100), false},
		{"ten of twenty", ledger.GuardChanged, otherValues(10, 20), true},
		{"nine of nine", ledger.GuardChanged, otherValues(9, 9), false},

		{"upgrade with five percent", ledger.GuardVersion, upgraded(10, 200), true},
		{"upgrade with less", ledger.GuardVersion, upgraded(10, 201), false},
		{"upgrade with nine", ledger.GuardVersion, upgraded(9, 60), false},
		{"same version", ledger.GuardVersion, lost(10, 200), false},
		{"version not told", ledger.GuardVersion, func(f *ViewFacts) { f.Lost, f.Known, f.Version = 10, 200, "" }, false},
		{"version not known before", ledger.GuardVersion, func(f *ViewFacts) { f.Lost, f.Known, f.Trust.Version = 10, 200, "" }, false},

		{"older than before", ledger.GuardRegressed, func(f *ViewFacts) { f.Regressed = true }, true},
		{"an older content alone", ledger.GuardRegressed, func(f *ViewFacts) { f.Suspicious = true }, false},

		{"ten dated ahead", ledger.GuardFutureTimes, func(f *ViewFacts) { f.FutureTimes = 10 }, true},
		{"nine dated ahead", ledger.GuardFutureTimes, func(f *ViewFacts) { f.FutureTimes = 9 }, false},

		{"another user", ledger.GuardWrongUser, func(f *ViewFacts) { f.Who = provider.Identity{ServerID: "s", UserID: "x"} }, true},
		{"another server", ledger.GuardWrongUser, func(f *ViewFacts) { f.Who = provider.Identity{ServerID: "x", UserID: "u"} }, true},
		{"the same user", ledger.GuardWrongUser, func(f *ViewFacts) { f.Who = provider.Identity{ServerID: "s", UserID: "u"} }, false},
		{"user not told", ledger.GuardWrongUser, func(f *ViewFacts) { f.Who = provider.Identity{} }, false},
		{"another user cannot be declared right", ledger.GuardWrongUser, func(f *ViewFacts) {
			f.Who.UserID, f.Trust.AcceptedDigest, f.Off = "x", "new", []ledger.Code{ledger.GuardWrongUser}
		}, true},
	}
}

func (c viewCase) check(table []viewGuard) error {
	f := viewFacts(c.fact)
	h, held := runView(table, f)
	if held != c.held {
		return fmt.Errorf("held %t (%s)", held, h.Guard)
	}
	if held && (h.Guard != c.code || h.Target != f.Party.ID || h.Feature != f.Feature || h.Digest != f.Digest ||
		h.Profile != 7 || h.Run != 40 || h.Since != now || h.State != ledger.HoldOpen || h.Evidence.Code == "") {
		return fmt.Errorf("incomplete hold %+v", h)
	}
	return nil
}

func TestViewGuards(t *testing.T) {
	for _, c := range viewCases() {
		if err := c.check(viewGuards()); err != nil {
			t.Errorf("%s, %s: %v", c.code, c.name, err)
		}
	}
	if _, held := View(viewFacts(nil)); held {
		t.Error("an ordinary view is held")
	}
}

func TestViewGuardsControl(t *testing.T) {
	for i, g := range viewGuards() {
		table := viewGuards()
		table[i].sees = func(ViewFacts) ledger.Evidence { return ledger.Evidence{} }
		noticed := false
		for _, c := range viewCases() {
			noticed = noticed || c.code == g.code && c.check(table) != nil
		}
		if !noticed {
			t.Errorf("no case notices that %s is gone", g.code)
		}
	}
}

func TestFailedViewGuardHolds(t *testing.T) {
	table := viewGuards()
	table[2].sees = func(ViewFacts) ledger.Evidence { panic("boom") }
	if h, held := runView(table, viewFacts(nil)); !held || h.Guard != table[2].code {
		t.Errorf("a guard that panics let the view pass: %+v", h)
	}
}

func TestViewsKeepTheirHold(t *testing.T) {
	open := func() []ledger.Hold {
		h, _ := View(viewFacts(lost(40, 100)))
		h.ID, h.Run, h.Since = 8, 30, now-5000
		return []ledger.Hold{h}
	}
	untrusted, changed := Views([]ViewFacts{viewFacts(lost(40, 100))}, open())
	if len(untrusted) != 1 || untrusted[0].ID != 8 || len(changed) != 0 {
		t.Errorf("the same sight: untrusted %+v, changed %+v", untrusted, changed)
	}
	untrusted, changed = Views([]ViewFacts{viewFacts(lost(60, 100))}, open())
	if len(untrusted) != 1 || len(changed) != 1 || changed[0].ID != 8 || changed[0].Since != now-5000 || changed[0].Lost != 60 {
		t.Errorf("a worse sight: untrusted %+v, changed %+v", untrusted, changed)
	}
	untrusted, changed = Views([]ViewFacts{viewFacts(nil)}, open())
	if len(untrusted) != 0 || len(changed) != 1 || changed[0].State != ledger.HoldGone {
		t.Errorf("recovered: untrusted %+v, changed %+v", untrusted, changed)
	}
	untrusted, changed = Views([]ViewFacts{viewFacts(otherValues(80, 100))}, open())
	if len(untrusted) != 1 || untrusted[0].ID != 0 || len(changed) != 2 || changed[0].State != ledger.HoldGone {
		t.Errorf("another alarm: untrusted %+v, changed %+v", untrusted, changed)
	}
	if untrusted, changed = Views(nil, open()); len(untrusted) != 0 || len(changed) != 0 {
		t.Errorf("not read: untrusted %+v, changed %+v", untrusted, changed)
	}
}

// TestItIsRightOutlivesSmallChanges: between answer and next read the person
// went on; the same question does not return, a bigger loss does.
func TestItIsRightOutlivesSmallChanges(t *testing.T) {
	h, _ := View(viewFacts(lost(40, 100)))
	h.ID = 8
	e, err := Answer(h, ledger.DoIt, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Content{plex, media.Ratings, "new"}); e.Accepted != want {
		t.Errorf("accepted %+v", e.Accepted)
	}
	next := viewFacts(lost(49, 100))
	next.Digest = "a play more"
	untrusted, changed := Views([]ViewFacts{next}, e.Holds)
	if len(untrusted) != 0 || len(changed) != 1 || changed[0].State != ledger.HoldGone {
		t.Errorf("untrusted %+v, changed %+v", untrusted, changed)
	}
	next.Lost = 50
	if untrusted, _ = Views([]ViewFacts{next}, e.Holds); len(untrusted) != 1 {
		t.Error("a bigger loss than the one declared right passes")
	}
	next.Lost, next.Changed = 40, 90
	if untrusted, _ = Views([]ViewFacts{next}, e.Holds); len(untrusted) != 1 || untrusted[0].Guard != ledger.GuardChanged {
		t.Error("declaring one thing right covers another")
	}
}

func TestCaused(t *testing.T) {
	holds := []ledger.Hold{
		{Guard: ledger.GuardShrunk, Target: plex, State: ledger.HoldOpen},
		{Guard: ledger.GuardChanged, Target: plex, State: ledger.HoldOpen},
		{Guard: ledger.GuardShrunk, Target: trakt, State: ledger.HoldAnswered},
		{Guard: ledger.GuardRemovals, Target: simkl, State: ledger.HoldOpen},
		{Guard: ledger.GuardIdentityShift, Target: jellyfin, State: ledger.HoldOpen},
	}
	want := map[ledger.AccountID]ledger.Code{plex: ledger.GuardChanged}
	if got := Caused(holds); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func moves(n int, shift media.WorkID) []Move {
	var out []Move
	for i := range n {
		out = append(out, Move{Key: fmt.Sprint(i), From: media.WorkID(i + 1), To: media.WorkID(i+1) + shift, Shared: true})
	}
	return out
}

func TestIdentityShift(t *testing.T) {
	facts := func(n, known int) ShiftFacts {
		return ShiftFacts{Party: world().Parties[0], Run: 40, Now: now, Known: known, Moves: moves(n, 1000)}
	}
	for _, c := range []struct {
		n, known int
		held     bool
	}{{10, 200, true}, {10, 201, false}, {9, 60, false}, {0, 0, false}} {
		if h, held := IdentityShift(facts(c.n, c.known)); held != c.held || held && (len(h.Works) != 2*c.n || h.Lost != c.n || h.Of != c.known || h.Evidence.Code == "") {
			t.Errorf("%d of %d: %t %+v", c.n, c.known, held, h)
		}
	}
	f := facts(12, 100)
	for i := range f.Moves {
		f.Moves[i].Shared = i < 9
	}
	if _, held := IdentityShift(f); held {
		t.Error("works that nobody shares count")
	}
	f = facts(12, 100)
	first, _ := IdentityShift(f)
	first.ID, f.Open = 3, &first
	if h, ok := IdentityShift(f); !ok || h.State != ledger.HoldGone || h.ID != 3 || len(h.Works) != 0 {
		t.Errorf("the same grouping twice must end it: %+v", h)
	}
	f.Moves = moves(12, 2000)
	if h, ok := IdentityShift(f); !ok || h.State != ledger.HoldOpen || h.ID != 3 || h.Digest == first.Digest {
		t.Errorf("another grouping must stay held: %+v", h)
	}
	f.Moves = nil
	if h, ok := IdentityShift(f); !ok || h.State != ledger.HoldGone {
		t.Errorf("nothing moves any more: %+v", h)
	}
	f = facts(12, 100)
	f.Accepted = first.Digest
	if h, ok := IdentityShift(f); ok {
		t.Errorf("declared right: %+v", h)
	}
	f = facts(12, 100)
	f.Off = []ledger.Code{ledger.GuardIdentityShift}
	if h, ok := IdentityShift(f); ok {
		t.Errorf("switched off: %+v", h)
	}
}
