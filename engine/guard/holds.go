package guard

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// key is what makes ops wait together: by cause (R22). A first plan is one
// question per target and feature, whoever causes it and whatever it does.
type key struct {
	guard         ledger.Code
	target, cause ledger.AccountID
	feature       media.Feature
	action        provider.Action
}

func keyOf(code ledger.Code, op ledger.Op) key {
	k := key{guard: code, target: op.Account, feature: op.Feature}
	if code != ledger.GuardFirstRun {
		k.cause, k.action = op.Origin().Account, op.Action
	}
	return k
}

func compareKeys(a, b key) int {
	return cmp.Or(
		cmp.Compare(a.target, b.target), cmp.Compare(a.feature, b.feature), cmp.Compare(a.guard, b.guard),
		cmp.Compare(a.cause, b.cause), cmp.Compare(a.action, b.action),
	)
}

// standing is a hold of an earlier run, with its ops by slot.
type standing struct {
	ledger.Hold
	ops map[slot]*ledger.Op
}

func newStanding(h ledger.Hold) *standing {
	s := &standing{Hold: h, ops: make(map[slot]*ledger.Op, len(h.Ops))}
	for i := range h.Ops {
		s.ops[slotOf(h.Ops[i])] = &h.Ops[i]
	}
	return s
}

func (s *standing) has(op ledger.Op) bool {
	_, ok := s.ops[slotOf(op)]
	return ok
}

// approves tells whether the hold was answered with a yes to its ops. Trying
// again what another tool undid is no yes to spreading the undoing.
func (s *standing) approves() bool {
	yes := s.Answer == ledger.DoIt || s.Answer == ledger.TryAgain && s.Guard != ledger.GuardUndoneWrites
	return s.State == ledger.HoldAnswered && yes
}

func (s *standing) key() key {
	return key{s.Guard, s.Target, s.Cause, s.Feature, s.Action}
}

// group is the ops that wait together after this run.
type group struct {
	ops      []ledger.Op
	evidence ledger.Evidence
}

func (r *round) put(code ledger.Code, op ledger.Op, evidence ledger.Evidence) {
	k := keyOf(code, op)
	g := r.held[k]
	if g == nil {
		g = &group{}
		r.held[k] = g
	}
	g.ops = append(g.ops, op)
	if evidence.Code != "" {
		g.evidence = evidence
	}
}

// open returns the open hold that the op would join, nil when there is none.
func (r *round) open(code ledger.Code, op ledger.Op) *standing {
	k := keyOf(code, op)
	for _, s := range r.standing {
		if s.State == ledger.HoldOpen && s.key() == k {
			return s
		}
	}
	return nil
}

// settle compares what waits now with what waited before and returns the
// holds that changed, standing ones first.
func (r *round) settle(table []opGuard) []ledger.Hold {
	var changed []ledger.Hold
	mine := make(map[ledger.Code]bool)
	for _, g := range table {
		mine[g.code] = true
	}
	for _, s := range r.standing {
		if !mine[s.Guard] || s.State != ledger.HoldOpen && !s.approves() {
			continue
		}
		if h, ok := r.renew(s); ok {
			changed = append(changed, h)
		}
	}
	return append(changed, r.newHolds()...)
}

// renew brings a standing hold up to date; ok is false when nothing changed.
// An op that is planned as before stays the very op that the person may be
// looking at, with its ID.
func (r *round) renew(s *standing) (h ledger.Hold, ok bool) {
	var now []ledger.Op
	h = s.Hold
	if s.State == ledger.HoldOpen {
		if g := r.held[s.key()]; g != nil {
			now = g.ops
			h.Evidence = cmp.Or(g.evidence, h.Evidence)
			delete(r.held, s.key())
		}
	} else {
		now = r.approved(s)
	}
	kept := make([]ledger.Op, 0, len(now))
	for _, op := range now {
		if old, was := s.ops[slotOf(op)]; was && same(*old, op) {
			op = *old
		}
		kept = append(kept, op)
	}
	for _, op := range s.Ops {
		if !r.planned[slotOf(op)] && !r.judged(op) {
			kept = append(kept, op)
		}
	}
	slices.SortFunc(kept, compareOps)
	h.Ops = kept
	if len(kept) == 0 {
		h.State, h.Ops = ledger.HoldGone, nil
		return h, true
	}
	return h, !s.sameOps(kept)
}

// approved are the planned ops that the answered hold said yes to.
func (r *round) approved(s *standing) (ops []ledger.Op) {
	for _, op := range r.plan.Ops {
		if old, was := s.ops[slotOf(op)]; was && op.Approved && same(*old, op) {
			ops = append(ops, op)
		}
	}
	return ops
}

func (s *standing) sameOps(ops []ledger.Op) bool {
	return len(ops) == len(s.Ops) && !slices.ContainsFunc(ops, func(op ledger.Op) bool {
		old, was := s.ops[slotOf(op)]
		return !was || !same(*old, op)
	})
}

func (r *round) newHolds() []ledger.Hold {
	keys := make([]key, 0, len(r.held))
	for k := range r.held {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	var holds []ledger.Hold
	for _, k := range keys {
		g := r.held[k]
		slices.SortFunc(g.ops, compareOps)
		holds = append(holds, ledger.Hold{
			Profile: r.world.Profile, Guard: k.guard, Target: k.target, Cause: k.cause, Feature: k.feature, Action: k.action,
			Run: r.world.Run, Since: r.world.Now, State: ledger.HoldOpen, Ops: g.ops, Evidence: g.evidence,
		})
	}
	return holds
}
