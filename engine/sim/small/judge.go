package small

import (
	"fmt"
	"reflect"
	"slices"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/plan"
	"watchkeeper/engine/provider"
)

// Try plans and guards one state, answers what is asked, lets the writes show,
// and returns what was planned and the first thing that must not be.
func Try(s State) (ops int, err error) {
	w, files := s.world(), []ledger.Dossier{s.dossier()}
	p := plan.Make(w, files)
	for i := range p.Ops {
		p.Ops[i].ID = ledger.OpID(fmt.Sprintf("10-%d", i))
	}
	allowed, holds := guard.Ops(w, p, budget(s), nil)
	for _, check := range [...]func() error{
		func() error { return s.pure(w, p) },
		func() error { return s.reasons(p) },
		func() error { return s.asked(allowed) },
		func() error { return s.rests(w, files[0], p) },
		func() error { return s.answered(w, files, holds) },
	} {
		if err := check(); err != nil {
			return len(p.Ops), err
		}
	}
	if len(p.Ops) > 1 {
		return len(p.Ops), fmt.Errorf("L3: %d writes where one is enough", len(p.Ops))
	}
	for _, op := range p.Ops {
		if err := s.op(op); err != nil {
			return 1, err
		}
	}
	return len(p.Ops), nil
}

func budget(s State) guard.Budget {
	return guard.Budget{Shown: map[guard.Shelf]int{{Account: target, Feature: s.Feature}: 100}, Planned: map[media.WorkID]bool{1: true}}
}

// pure is S16: neither the order of accounts nor that of words matters.
func (s State) pure(w *ledger.World, p ledger.Plan) error {
	turned, f := *w, s.dossier()
	turned.Parties = slices.Clone(w.Parties)
	slices.Reverse(turned.Parties)
	slices.Reverse(f.Statements)
	slices.Reverse(f.Shown)
	q := plan.Make(&turned, []ledger.Dossier{f})
	for i := range q.Ops {
		q.Ops[i].ID = p.Ops[min(i, len(p.Ops)-1)].ID
	}
	if !reflect.DeepEqual(p, q) {
		return fmt.Errorf("S16: in another order the plan is another: %+v", q)
	}
	return nil
}

// reasons is R20 and L4: what is not done has a reason from the closed list,
// and a word that reaches the target and is not what it shows is not passed
// over in silence.
func (s State) reasons(p ledger.Plan) error {
	for _, n := range p.NonOps {
		if n.Account != target || !slices.Contains(ledger.Codes[:], n.Why.Code) {
			return fmt.Errorf("R20: %q is no reason at account %d", n.Why.Code, n.Account)
		}
	}
	live := s.theirs != nothing && s.theirs != setLocal && s.theirs != clearedLocal
	says := !s.theirs.clears()
	if s.way.mode == 0 || !live || says == s.shows() || s.pending != none || len(p.Ops)+len(p.NonOps) > 0 || s.exact() {
		return nil
	}
	if !says && s.Feature == media.History && !s.log {
		return nil // a flag does not tell whose viewing it shows
	}
	if !says && s.Feature == media.History && (s.shown == other || s.shown == otherNew) {
		return nil // another viewing than the one that was deleted
	}
	return fmt.Errorf("L4: neither done nor explained")
}

func (s State) shows() bool { return s.shown != absent && s.shown != unlooked }

func (s State) exact() bool {
	return s.way.mode == ledger.CopyExactly && s.Feature != media.History
}

// asked is S6 and S7: a first plan, and a removal that is to be asked about,
// is not done without a yes.
func (s State) asked(allowed []ledger.Op) error {
	for _, op := range allowed {
		asks := op.Action == provider.Remove && (s.way.removals == ledger.Ask || s.exact())
		if asks || !s.accepted {
			return fmt.Errorf("S6: %s without a yes", op.Action)
		}
	}
	return nil
}

// op judges one write, whether or not a guard holds it.
func (s State) op(op ledger.Op) error {
	switch {
	case op.Account != target || op.Subject.Work != 1:
		return fmt.Errorf("S17: a write elsewhere: %+v", op)
	case op.Says.Origin == 0 || op.Cause.Account != source:
		return fmt.Errorf("S9: a write without a cause")
	case op.Action != provider.Add && s.pending == none && op.Old != s.row().Value:
		return fmt.Errorf("S12: it writes over %v and keeps %v", s.row().Value, op.Old)
	case s.way.mode == 0:
		return fmt.Errorf("R12: %s without a route", op.Action)
	case s.look == silent || s.look == doubted || s.look == proving:
		return fmt.Errorf("R3: %s at an account that is not known by now", op.Action)
	case s.seal != open:
		return fmt.Errorf("S7: %s while a view waits", op.Action)
	case s.decided == untouchable || s.decided == refused && !s.exact():
		return fmt.Errorf("S7: %s against a person's decision", op.Action)
	case s.log && s.pending == parked:
		return fmt.Errorf("R8: a parked play is sent again")
	}
	if op.Action == provider.Remove {
		return s.removal(op)
	}
	return s.setting(op)
}

// removal judges S1, R12 and R13.
func (s State) removal(op ledger.Op) error {
	switch {
	case s.decided == kept:
		return fmt.Errorf("S7: what is to be kept is removed")
	case s.way.removals == ledger.Never || s.way.mode == ledger.AddOnly:
		return fmt.Errorf("R12: no route may remove")
	case s.exact():
		if s.sourceDown {
			return fmt.Errorf("R12: removed while the source is silent")
		}
		if s.theirs == set || s.theirs == setUndated {
			return fmt.Errorf("S1: the source has it")
		}
		return nil
	case s.theirs != cleared:
		return fmt.Errorf("S1: nobody removed it")
	case s.look == firstLook:
		return fmt.Errorf("R13: a first look removes")
	case s.own == setAfter && s.pending == none:
		return fmt.Errorf("S10: it was set at the target later")
	case s.pending == adding:
		return nil // what arrives is older than the word
	}
	since := s.row().Since
	older := s.own == setBefore || s.own == copied
	if since > said && !older {
		return fmt.Errorf("R13: first seen in run %d, after the removal of run %d", since, said)
	}
	return nil
}

// setting judges an add or an update: S1, S3, S9, S10, R12, R16.
func (s State) setting(op ledger.Op) error {
	// The sources or a person decided that it is there; a viewing was, whoever
	// says so later.
	newest := s.exact() || s.decided == kept || s.Feature == media.History && s.own.sets()
	ours := s.own == copied || s.pending == adding || s.pending == removing
	switch {
	case s.theirs != set && s.theirs != setUndated:
		return fmt.Errorf("S1: nobody asked for %v", op.New)
	case op.New != s.value() && op.New != s.statement(target, s.own).Value:
		return fmt.Errorf("S9: %v was given by nobody", op.New)
	case s.pending == adding:
		return fmt.Errorf("S3: sent again before it could show")
	case !newest && (s.own == setAfter && s.shows() || s.own == clearedAfter):
		return fmt.Errorf("S10: the target spoke later")
	case !newest && s.theirs == setUndated && (s.own == setBefore && s.shows() || s.own == clearedBefore):
		return fmt.Errorf("S10: a word of unknown time beats a known one")
	case op.Action == provider.Update && s.way.mode == ledger.AddOnly && !ours:
		return fmt.Errorf("R12: overwritten by a route that only adds")
	case s.log && s.look == unread && s.accepted:
		return fmt.Errorf("R16: a log is added to unread")
	case s.Feature == media.History && s.shows() && s.pending == none:
		return fmt.Errorf("R16: a viewing that is there is added again")
	}
	return nil
}

// rests is L2: once the writes show, nothing more is planned.
func (s State) rests(w *ledger.World, f ledger.Dossier, p ledger.Plan) error {
	if len(p.Ops) != 1 {
		return nil
	}
	op := p.Ops[0]
	f.Pending = nil
	f.Shown = slices.DeleteFunc(slices.Clone(f.Shown), func(r ledger.Shown) bool { return r.Account == target })
	row := ledger.Shown{Account: target, Feature: s.Feature, RowKey: op.RowKey, Work: 1, Play: op.Play, State: ledger.ShownAbsent, Since: now}
	if op.New.Set {
		row.State, row.Value, row.At = ledger.ShownValue, op.New, op.At
	}
	f.Shown = append(f.Shown, row)
	f.Statements = slices.DeleteFunc(slices.Clone(f.Statements), func(st ledger.Statement) bool { return st.Account == target })
	says := op.Says
	says.Seq, says.Run = 70, now
	f.Statements = append(f.Statements, says)
	if again := plan.Make(w, []ledger.Dossier{f}); len(again.Ops) > 0 {
		return fmt.Errorf("L2: after %s %v there is more: %s %v", op.Action, op.New, again.Ops[0].Action, again.Ops[0].New)
	}
	return nil
}

// answered is R23: a yes lets what waited through, a no ends it.
func (s State) answered(w *ledger.World, files []ledger.Dossier, holds []ledger.Hold) error {
	for _, h := range holds {
		h.ID = 1
		for _, a := range guard.Answers(h.Guard) {
			if err := s.answer(w, files, h, a); err != nil {
				return fmt.Errorf("%s to %s: %w", a, h.Guard, err)
			}
		}
	}
	return nil
}

func (s State) answer(w *ledger.World, files []ledger.Dossier, h ledger.Hold, a ledger.Answer) error {
	e, err := guard.Answer(h, a, nil)
	if err != nil {
		return err
	}
	f, then := files[0], *w
	f.Refusals = slices.Concat(f.Refusals, e.Refusals)
	f.Statements = slices.DeleteFunc(slices.Clone(f.Statements), func(st ledger.Statement) bool {
		return slices.Contains(e.Withdrawn, guard.Said{Subject: st.Subject, By: ledger.Cause{Account: st.Origin, Seq: st.OriginSeq}})
	})
	if len(e.Routes) > 0 {
		then.Routes = slices.Clone(w.Routes)
		then.Routes[0].Accepted = true
	}
	standing := []ledger.Hold{h}
	if len(e.Holds) > 0 {
		standing = e.Holds
	}
	p := plan.Make(&then, []ledger.Dossier{f})
	allowed, _ := guard.Ops(&then, p, budget(s), standing)
	yes := a == ledger.DoIt
	asksStill := h.Guard == ledger.GuardFirstRun && len(p.Ops) > 0 && p.Ops[0].Ask
	settles := s.log && s.look == unread // once started, the log is read first
	switch {
	case yes && len(allowed) == 0 && !asksStill && !settles:
		return fmt.Errorf("L6: nothing is done")
	case !yes && len(allowed) > 0:
		return fmt.Errorf("S7: %s all the same", allowed[0].Action)
	}
	return nil
}
