package store

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func heldOps(works ...media.WorkID) []ledger.Op {
	var ops []ledger.Op
	for _, w := range works {
		st := rating(1, w, 10)
		st.Seq, st.Origin, st.OriginSeq = ledger.Seq(w), 1, ledger.Seq(w)
		ops = append(ops, ledger.Op{ID: ledger.OpID("1-" + text(w)), Account: 2, Subject: st.Subject, Action: provider.Remove,
			Old: media.Rated(10), Cause: ledger.Cause{Account: 1, Seq: st.Seq}, Says: st, Path: []int64{4}, Why: ledger.Reason{Code: ledger.GuardRemovals}})
	}
	return ops
}

func TestHoldsGrowShrinkAndAreAnsweredOnce(t *testing.T) {
	s := memory(t)
	h := ledger.Hold{Profile: 1, Guard: ledger.GuardRemovals, Target: 2, Cause: 1, Feature: media.Ratings, Action: provider.Remove,
		Run: 1, Since: 50, State: ledger.HoldOpen, Ops: heldOps(1, 2, 3), Evidence: ledger.Evidence{Code: ledger.SawShrunk, N: 3, Of: 3}, Lost: 3, Of: 3, Digest: "d", Works: []media.WorkID{9}}
	put := got(s.PutHolds(ctx, []ledger.Hold{h}))(t)
	h.ID = put[0].ID
	if all := got(s.Holds(ctx, ledger.HoldOpen))(t); len(all) != 1 || !reflect.DeepEqual(all[0], h) {
		t.Fatalf("came back as %+v\nwant %+v", all, h)
	}
	h.Ops, h.Evidence = heldOps(2, 3, 4, 5), ledger.Evidence{Code: ledger.SawShrunk, N: 4, Of: 9}
	got(s.PutHolds(ctx, []ledger.Hold{h}))(t)
	if all := got(s.Holds(ctx, 0))(t); len(all) != 1 || !reflect.DeepEqual(all[0], h) {
		t.Fatalf("grew to %+v", all)
	}
	if one := got(s.Hold(ctx, h.ID))(t); !reflect.DeepEqual(one, h) {
		t.Errorf("alone it is %+v", one)
	}

	// A person answers while a run is about to store the hold as it knew it.
	rest, part := h, h
	rest.Ops = h.Ops[1:]
	part.ID, part.State, part.Answer, part.Ops = 0, ledger.HoldAnswered, ledger.DoIt, h.Ops[:1]
	must(t, s.AnswerHold(ctx, 2, Decision{Holds: []ledger.Hold{rest, part}}))
	if open := got(s.Holds(ctx, ledger.HoldOpen))(t); len(open) != 1 || len(open[0].Ops) != 3 {
		t.Errorf("what was not chosen waits: %+v", open)
	}
	rest.State, rest.Answer = ledger.HoldAnswered, ledger.DoIt
	yes := Decision{Holds: []ledger.Hold{rest}, Accounts: []ledger.AccountID{2}}
	must(t, s.AnswerHold(ctx, 2, yes))
	got(s.PutHolds(ctx, []ledger.Hold{h}))(t)
	if open := got(s.Holds(ctx, ledger.HoldOpen))(t); len(open) != 0 {
		t.Error("the answer was overwritten")
	}
	ok := got(s.Standing(ctx, 1))(t)
	if len(ok) != 2 || len(ok[0].Ops)+len(ok[1].Ops) != 4 {
		t.Errorf("approved %+v", ok)
	}
	for _, done := range ok {
		done.State = ledger.HoldGone
		got(s.PutHolds(ctx, []ledger.Hold{done}))(t)
	}
	if ok := got(s.Standing(ctx, 1))(t); len(ok) != 0 {
		t.Errorf("a finished approval stands: %+v", ok)
	}
	if a := got(s.Accounts(ctx))(t); !a[1].Accepted || a[0].Accepted {
		t.Errorf("accounts %+v", a)
	}
	yes.Holds[0] = rest
	if err := s.AnswerHold(ctx, 2, yes); !errors.Is(err, ErrNotFound) {
		t.Errorf("a second answer: %v", err)
	}
}

// What a hold is about can be asked without decoding its ops.
func TestHoldsWithoutTheirOps(t *testing.T) {
	s := memory(t)
	gone := ledger.Hold{Profile: 1, Guard: ledger.GuardRemovals, State: ledger.HoldGone, Ops: heldOps(8)}
	no := ledger.Hold{Profile: 1, Guard: ledger.GuardRemovals, State: ledger.HoldAnswered, Answer: ledger.KeepThem, Ops: heldOps(7)}
	yes := ledger.Hold{Profile: 1, Guard: ledger.GuardRemovals, State: ledger.HoldAnswered, Answer: ledger.DoIt, Ops: heldOps(1, 2)}
	open := ledger.Hold{Profile: 1, Guard: ledger.GuardRemovals, State: ledger.HoldOpen, Ops: heldOps(5, 3, 2)}
	other := ledger.Hold{Profile: 2, Guard: ledger.GuardRemovals, State: ledger.HoldOpen, Ops: heldOps(6)}
	view := ledger.Hold{Profile: 1, Guard: ledger.GuardShrunk, State: ledger.HoldOpen, Lost: 4}
	all := got(s.PutHolds(ctx, []ledger.Hold{gone, no, yes, open, other, view}))(t)
	if works := got(s.HeldWorks(ctx, 1))(t); !slices.Equal(works, []media.WorkID{1, 2, 3, 5}) {
		t.Errorf("held works %v", works)
	}
	if views := got(s.StandingViews(ctx, 1))(t); len(views) != 1 || views[0].ID != all[5].ID || views[0].Lost != 4 {
		t.Errorf("views %+v", views)
	}
	heads := got(s.OpenHolds(ctx))(t)
	if len(heads) != 3 || heads[0].ID != all[3].ID || heads[1].ID != all[4].ID || heads[2].ID != all[5].ID || heads[0].Ops != nil {
		t.Errorf("open %+v", heads)
	}
	if n, first, err := s.HeldOps(ctx, all[3].ID, 2); err != nil || n != 3 || !slices.Equal(first, []media.WorkID{5, 3}) {
		t.Errorf("%d ops, first of %v, %v", n, first, err)
	}
	if _, err := s.Hold(ctx, 99); !errors.Is(err, ErrNotFound) {
		t.Errorf("a hold that is not there: %v", err)
	}
}

func TestAnswerIsOneTransaction(t *testing.T) {
	s := memory(t)
	must(t, s.Apply(ctx, 1, ledger.Delta{Statements: []ledger.Statement{cleared(rating(1, 7, 0))}}))
	put := got(s.PutHolds(ctx, []ledger.Hold{{Profile: 1, State: ledger.HoldOpen, Ops: heldOps(7)}}))(t)
	answered := put[0]
	answered.State, answered.Answer = ledger.HoldAnswered, ledger.KeepThem
	no := Decision{Holds: []ledger.Hold{answered},
		Refusals:  []ledger.Refusal{{Target: 2, Subject: about(7, media.Ratings), Cause: ledger.Cause{Account: 1, Seq: 1}, Why: ledger.RefusedByYou}},
		Withdrawn: []ledger.StatementRef{{Account: 1, Subject: about(7, media.Ratings)}}}
	must(t, s.AnswerHold(ctx, 2, no))
	if r := got(s.Refusals(ctx))(t); len(r) != 1 || r[0] != no.Refusals[0] {
		t.Errorf("refusals %+v", r)
	}
	if n, l := count(t, s, "statements"), count(t, s, "statement_log WHERE gone = 2"); n != 0 || l != 1 {
		t.Errorf("%d statements, %d in the log", n, l)
	}
	must(t, s.DropRefusals(ctx, no.Refusals))
	if r := got(s.Refusals(ctx))(t); len(r) != 0 {
		t.Errorf("refusals %+v", r)
	}
	if ok := got(s.Standing(ctx, 1))(t); len(ok) != 0 {
		t.Errorf("a no approves %+v", ok)
	}
}

func TestPins(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
	p := ledger.Pin{Profile: 1, Work: 1, AnyFeature: true, Kind: ledger.NeverTouch}
	id := got(s.PutPin(ctx, p))(t)
	p.Kind = ledger.AlwaysKeep
	if again := got(s.PutPin(ctx, p))(t); again != id {
		t.Errorf("the same pin twice: %d, %d", id, again)
	}
	p.ID = id
	if d := got(s.Dossiers(ctx, 1, []media.WorkID{1}))(t); len(d[0].Pins) != 1 || d[0].Pins[0] != p {
		t.Errorf("pins %+v", d[0].Pins)
	}
	must(t, s.DropPin(ctx, id))
	if left := got(s.Pins(ctx))(t); len(left) != 0 {
		t.Errorf("pins %+v", left)
	}
}

// The works of open holds are frozen, by the latest hold that names them.
func TestFrozen(t *testing.T) {
	s := memory(t)
	holds := got(s.PutHolds(ctx, []ledger.Hold{
		{Profile: 1, Guard: ledger.GuardIdentityShift, State: ledger.HoldOpen, Works: []media.WorkID{1, 2}},
		{Profile: 1, Guard: ledger.GuardRemovals, State: ledger.HoldOpen},
		{Profile: 1, Guard: ledger.GuardRegressed, State: ledger.HoldOpen, Works: []media.WorkID{2}},
		{Profile: 1, Guard: ledger.GuardShrunk, State: ledger.HoldAnswered, Works: []media.WorkID{3}}}))(t)
	want := map[media.WorkID]ledger.Code{1: ledger.GuardIdentityShift, 2: ledger.GuardRegressed}
	if found := got(s.Frozen(ctx))(t); !maps.Equal(found, want) {
		t.Errorf("frozen %v, want %v", found, want)
	}
	holds[0].State, holds[2].State = ledger.HoldAnswered, ledger.HoldAnswered
	got(s.PutHolds(ctx, holds))(t)
	if found := got(s.Frozen(ctx))(t); len(found) != 0 {
		t.Errorf("frozen %v by answered holds", found)
	}
}
