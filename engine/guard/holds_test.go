package guard

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// openRemovals is a hold of an earlier run: n removals that plex causes at trakt.
func openRemovals(n int) ledger.Hold {
	ops := planOf(removing(n, plex, trakt))
	for i := range ops {
		ops[i].ID = ledger.OpID(fmt.Sprint("12-", i))
	}
	return ledger.Hold{
		ID: 5, Profile: 7, Guard: ledger.GuardRemovals, Target: trakt, Cause: plex, Feature: media.Watchlist, Action: provider.Remove,
		Run: 12, Since: now - 1000, State: ledger.HoldOpen, Ops: ops, Evidence: ledger.Said("as it was"),
	}
}

func TestNewOpsJoinTheirHold(t *testing.T) {
	ops := planOf(removing(41, plex, trakt), removing(1, simkl, trakt).from(70))
	b := Budget{Shown: shown(10_000), Planned: everyWork(ops)}
	allowed, holds := Ops(world(), ledger.Plan{Ops: ops}, b, []ledger.Hold{openRemovals(40)})
	if len(allowed) != 1 || len(holds) != 1 {
		t.Fatalf("allowed %d, holds %+v", len(allowed), holds)
	}
	h := holds[0]
	if h.ID != 5 || h.Run != 12 || h.State != ledger.HoldOpen || len(h.Ops) != 41 || h.Evidence != ledger.Said("as it was") {
		t.Errorf("the hold did not grow: %+v", h)
	}
	if h.Ops[0].ID != "12-0" {
		t.Errorf("the op that the person is looking at became %s", h.Ops[0].ID)
	}
}

// TestSmallRemovalJoinsControl: without the open hold the same op passes.
func TestSmallRemovalJoinsControl(t *testing.T) {
	ops := planOf(removing(1, plex, trakt).from(50))
	b := Budget{Shown: shown(100), Planned: everyWork(ops)}
	if allowed, _ := Ops(world(), ledger.Plan{Ops: ops}, b, nil); len(allowed) != 1 {
		t.Error("one removal alone is held")
	}
	if allowed, _ := Ops(world(), ledger.Plan{Ops: ops}, b, []ledger.Hold{openRemovals(4)}); len(allowed) != 0 {
		t.Error("a removal of a held cause went through")
	}
}

func TestUnchangedHoldIsNotReturned(t *testing.T) {
	ops := planOf(removing(40, plex, trakt))
	b := Budget{Shown: shown(400), Planned: everyWork(ops)}
	if allowed, holds := Ops(world(), ledger.Plan{Ops: ops}, b, []ledger.Hold{openRemovals(40)}); len(allowed) != 0 || len(holds) != 0 {
		t.Errorf("allowed %d, holds %+v", len(allowed), holds)
	}
}

func TestRevalidation(t *testing.T) {
	all := planOf(removing(40, plex, trakt))
	nonOp := func(code ledger.Code) []ledger.NonOp {
		return []ledger.NonOp{{Account: trakt, Subject: all[0].Subject, Why: ledger.Reason{Code: code}}}
	}
	for _, c := range []struct {
		name    string
		change  func(*ledger.World)
		planned int // ops that are still planned, from the end
		nots    []ledger.NonOp
		works   map[media.WorkID]bool
		want    int // ops left; -1: the hold does not change
	}{
		{name: "one is no longer planned", planned: 39, works: everyWork(all), want: 39},
		{name: "none is planned any more", planned: 0, works: everyWork(all), want: 0},
		{name: "work was not looked at", planned: 39, works: everyWork(all[1:]), want: -1},
		{name: "nothing was looked at", planned: 0, want: -1},
		{name: "waits for proof", planned: 39, nots: nonOp(ledger.PendingProof), works: everyWork(all), want: -1},
		{name: "refused meanwhile", planned: 39, nots: nonOp(ledger.RefusedByYou), works: everyWork(all), want: 39},
		{name: "target silent", change: func(w *ledger.World) { w.Party(trakt).TrustedNow[media.Watchlist] = false }, works: everyWork(all), want: -1},
		{name: "target blocked", change: func(w *ledger.World) { w.Party(trakt).Blocked = ledger.AuthNeeded }, works: everyWork(all), want: -1},
		{name: "target paused", change: func(w *ledger.World) { w.Party(trakt).Paused = true }, works: everyWork(all), want: -1},
		{name: "cause under suspicion", change: func(w *ledger.World) { w.Caused = map[ledger.AccountID]ledger.Code{plex: ledger.GuardShrunk} }, works: everyWork(all), want: -1},
		{name: "target signed out", change: func(w *ledger.World) { w.Party(trakt).Removed = true }, works: everyWork(all), want: 0},
	} {
		w := world()
		if c.change != nil {
			c.change(w)
		}
		p := ledger.Plan{Ops: all[len(all)-c.planned:], NonOps: c.nots}
		_, holds := Ops(w, p, Budget{Shown: shown(400), Planned: c.works}, []ledger.Hold{openRemovals(40)})
		switch {
		case c.want < 0 && len(holds) != 0, c.want >= 0 && len(holds) != 1:
			t.Errorf("%s: %+v", c.name, holds)
		case c.want >= 0 && (len(holds[0].Ops) != c.want || (holds[0].State == ledger.HoldGone) != (c.want == 0)):
			t.Errorf("%s: %d ops left, state %d", c.name, len(holds[0].Ops), holds[0].State)
		}
	}
}

func TestQuotaLetsGoWhenRoomAppears(t *testing.T) {
	ops := planOf(adding(10, plex, trakt))
	room := func(n int) Budget {
		return Budget{Room: map[Shelf]int{{trakt, media.Watchlist}: n}, Planned: everyWork(ops)}
	}
	_, holds := Ops(world(), ledger.Plan{Ops: ops}, room(7), nil)
	holds[0].ID = 9
	allowed, holds := Ops(world(), ledger.Plan{Ops: ops[7:]}, room(5), holds)
	if len(allowed) != 3 || len(holds) != 1 || holds[0].State != ledger.HoldGone {
		t.Errorf("allowed %d, holds %+v", len(allowed), holds)
	}
}

func TestSwitchingOffReleasesNothing(t *testing.T) {
	ops := planOf(removing(41, plex, trakt))
	w := world()
	w.Settings.GuardsOff = []ledger.Code{ledger.GuardRemovals}
	allowed, holds := Ops(w, ledger.Plan{Ops: ops}, Budget{Planned: everyWork(ops)}, []ledger.Hold{openRemovals(40)})
	if len(allowed) != 1 || len(holds) != 0 {
		t.Errorf("allowed %d, holds %+v", len(allowed), holds)
	}
}

func TestApprovedOpsPass(t *testing.T) {
	ops := planOf(removing(40, plex, trakt))
	b := Budget{Shown: shown(400), Planned: everyWork(ops)}
	e, err := Answer(openRemovals(40), ledger.DoIt, nil)
	if err != nil {
		t.Fatal(err)
	}
	allowed, holds := Ops(world(), ledger.Plan{Ops: ops}, b, e.Holds)
	if len(allowed) != 40 || len(holds) != 0 {
		t.Fatalf("allowed %d, holds %+v", len(allowed), holds)
	}
	if !allowed[0].Approved || allowed[0].Why.Code != ledger.ApprovedByYou {
		t.Errorf("not marked as approved: %+v", allowed[0])
	}
	other := slices.Clone(ops)
	other[0].Says.OriginSeq++ // a newer word about the same work
	if allowed, holds = Ops(world(), ledger.Plan{Ops: other}, Budget{Planned: everyWork(ops)}, e.Holds); len(allowed) != 40 || allowed[0].Approved {
		t.Errorf("a yes to one statement was taken for another: %+v %+v", allowed[0], holds)
	}
	if _, holds = Ops(world(), ledger.Plan{}, b, e.Holds); len(holds) != 1 || holds[0].State != ledger.HoldGone {
		t.Errorf("an answered hold whose ops are done must end: %+v", holds)
	}
}

func TestPartialAnswer(t *testing.T) {
	h := openRemovals(40)
	e, err := Answer(h, ledger.DoIt, []ledger.OpID{h.Ops[3].ID, h.Ops[4].ID})
	if err != nil {
		t.Fatal(err)
	}
	ops := planOf(removing(40, plex, trakt))
	allowed, holds := Ops(world(), ledger.Plan{Ops: ops}, Budget{Shown: shown(400), Planned: everyWork(ops)}, e.Holds)
	if len(allowed) != 2 || len(holds) != 0 {
		t.Errorf("allowed %d, holds %+v", len(allowed), holds)
	}
	if len(e.Holds) != 2 || e.Holds[0].ID != 5 || len(e.Holds[0].Ops) != 38 || e.Holds[1].ID != 0 {
		t.Errorf("holds after choosing two: %+v", e.Holds)
	}
}

// TestStartedPlanPasses: after Start the first plan's own additions are no
// longer over any budget, and others still are.
func TestStartedPlanPasses(t *testing.T) {
	_, holds := Ops(world(), ledger.Plan{Ops: planOf(adding(431, plex, trakt).new())}, Budget{}, nil)
	holds[0].ID = 3
	e, err := Answer(holds[0], ledger.DoIt, nil)
	if err != nil {
		t.Fatal(err)
	}
	ops := planOf(adding(431, plex, trakt), adding(60, plex, trakt).from(1000))
	allowed, _ := Ops(world(), ledger.Plan{Ops: ops}, Budget{Shown: shown(10), Planned: everyWork(ops)}, e.Holds)
	if len(allowed) != 431 {
		t.Errorf("%d of the accepted plan's 431 went through", len(allowed))
	}
}

// TestAnyOrderGivesTheSame: neither the order of ops nor that of holds changes
// what is allowed (S16), and what is allowed is within the budgets (S6).
func TestAnyOrderGivesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ops, b, open := drawPlan(t)
		shuffled := rapid.Permutation(ops).Draw(t, "order")
		holdsIn := rapid.Permutation(open).Draw(t, "holds")
		before := fmt.Sprintf("%+v", open)
		allowedA, holdsA := Ops(world(), ledger.Plan{Ops: ops}, b, open)
		allowedB, holdsB := Ops(world(), ledger.Plan{Ops: shuffled}, b, holdsIn)
		if !reflect.DeepEqual(holdsA, holdsB) {
			t.Fatalf("holds depend on the order:\n%+v\n%+v", holdsA, holdsB)
		}
		slices.SortFunc(allowedA, compareOps)
		slices.SortFunc(allowedB, compareOps)
		if !reflect.DeepEqual(allowedA, allowedB) {
			t.Fatal("allowed ops depend on the order")
		}
		if fmt.Sprintf("%+v", open) != before {
			t.Fatal("the standing holds were changed in place")
		}
		checkBounds(t, ops, allowedA, holdsA, b)
	})
}

func drawPlan(t *rapid.T) ([]ledger.Op, Budget, []ledger.Hold) {
	var flows []flow
	for cause := plex; cause <= jellyfin; cause++ {
		for to := plex; to <= jellyfin; to++ {
			if cause == to {
				continue
			}
			base := 100 * int(cause)
			flows = append(flows,
				removing(rapid.IntRange(0, 12).Draw(t, "removals"), cause, to).from(base),
				adding(rapid.SampledFrom([]int{0, 1, 55}).Draw(t, "adds"), cause, to).from(base+20),
				updating(rapid.IntRange(0, 12).Draw(t, "updates"), cause, to).from(base))
		}
	}
	ops := planOf(flows...)
	b := Budget{
		Shown: shown(rapid.IntRange(0, 150).Draw(t, "shown")), Planned: everyWork(ops),
		Room:      map[Shelf]int{{simkl, media.Watchlist}: rapid.IntRange(0, 60).Draw(t, "room")},
		Reversals: reversals(plex, rapid.IntRange(0, 5).Draw(t, "reversed"), 0),
		Removed:   map[Flow]int{{trakt, simkl, media.Watchlist}: rapid.IntRange(0, 9).Draw(t, "before")},
	}
	open := []ledger.Hold{openRemovals(rapid.IntRange(1, 9).Draw(t, "held"))}
	more := openRemovals(2)
	more.ID, more.Target, more.Cause = 6, simkl, jellyfin
	more.Ops = planOf(removing(2, jellyfin, simkl))
	return ops, b, append(open, more)
}

// checkBounds is S6 and S7 in small: every op is allowed or held, once; and
// what is allowed to be removed is within the budget.
func checkBounds(t *rapid.T, ops, allowed []ledger.Op, holds []ledger.Hold, b Budget) {
	held := make(map[slot]int)
	for _, h := range holds {
		for _, op := range h.Ops {
			held[slotOf(op)]++
		}
	}
	removed := make(map[Flow]int)
	for _, op := range allowed {
		if held[slotOf(op)] > 0 {
			t.Fatalf("op %s is allowed and held", op.ID)
		}
		if op.Action == provider.Remove {
			removed[flowOf(op)]++
		}
	}
	for f, n := range removed {
		works := b.Shown[Shelf{f.Target, f.Feature}]
		if n > max(3, works*5/100) || n > 50 || n+b.Removed[f] > max(8, works/10) {
			t.Fatalf("%+v: %d removals went through where %d works are shown", f, n, works)
		}
	}
	for s, n := range held {
		if n > 1 {
			t.Fatalf("%+v is held %d times", s, n)
		}
	}
}

// TestBoundsControl: without the removals guard the property fails.
func TestBoundsControl(t *testing.T) {
	ops := planOf(removing(12, plex, trakt))
	allowed, _ := runOps(without(ledger.GuardRemovals), world(), ledger.Plan{Ops: ops}, Budget{Shown: shown(20)}, nil)
	if len(allowed) <= 3 {
		t.Error("something else bounds removals, so the property proves nothing")
	}
}
