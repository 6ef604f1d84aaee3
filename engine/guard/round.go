package guard

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// spot is one subject at one account.
type spot struct {
	account ledger.AccountID
	ledger.Subject
}

// slot is the place an op writes to: an op planned again in a later run has
// another ID but the same slot.
type slot struct {
	spot
	action provider.Action
	ledger.RowKey
}

// sourceOf is where the statement behind the op was made, and its own subject:
// un-watching on a flag can remove plays.
func sourceOf(op ledger.Op) spot {
	if op.Says.Work == 0 {
		return spot{op.Origin().Account, op.Subject}
	}
	return spot{op.Origin().Account, op.Says.Subject}
}

func slotOf(op ledger.Op) slot {
	return slot{spot{op.Account, op.Subject}, op.Action, op.RowKey}
}

func compareSlots(a, b slot) int {
	return cmp.Or(
		cmp.Compare(a.account, b.account), cmp.Compare(a.Feature, b.Feature), cmp.Compare(a.action, b.action),
		cmp.Compare(a.Work, b.Work), cmp.Compare(a.Play, b.Play),
		cmp.Compare(a.Key, b.Key), cmp.Compare(a.PlayKey, b.PlayKey),
	)
}

func compareOps(a, b ledger.Op) int { return compareSlots(slotOf(a), slotOf(b)) }

// same tells whether two ops are the same write for the same reason: a yes to
// one is a yes to the other.
func same(a, b ledger.Op) bool {
	return slotOf(a) == slotOf(b) && a.Old == b.Old && a.New == b.New && a.Origin() == b.Origin()
}

// round is one call of Ops: the inputs, prepared for looking up.
type round struct {
	world    *ledger.World
	plan     ledger.Plan // ops in slot order, whatever order they came in
	budget   Budget
	standing []*standing // by hold ID
	held     map[key]*group
	planned  map[slot]bool
	waits    map[spot]bool // not planned for a reason that passes
	// What the reversals add up to: subjects reversed within a day, how many
	// per account, and how often each subject was reversed in a week.
	reversed map[spot]bool
	undone   map[ledger.AccountID]int
	flips    map[spot]int
}

func newRound(w *ledger.World, p ledger.Plan, b Budget, holds []ledger.Hold) *round {
	r := &round{
		world: w, plan: p, budget: b,
		held: make(map[key]*group), planned: make(map[slot]bool), waits: make(map[spot]bool),
		reversed: make(map[spot]bool), undone: make(map[ledger.AccountID]int), flips: make(map[spot]int),
	}
	for _, h := range holds {
		r.standing = append(r.standing, newStanding(h))
	}
	slices.SortFunc(r.standing, func(a, b *standing) int { return cmp.Compare(a.ID, b.ID) })
	r.countReversals()
	r.plan.Ops = slices.Clone(p.Ops)
	slices.SortStableFunc(r.plan.Ops, compareOps)
	for i := range r.plan.Ops {
		r.approve(&r.plan.Ops[i])
		r.planned[slotOf(r.plan.Ops[i])] = true
	}
	for _, n := range p.NonOps {
		if waiting[n.Why.Code] {
			r.waits[spot{n.Account, n.Subject}] = true
		}
	}
	return r
}

func (r *round) countReversals() {
	for _, rev := range r.budget.Reversals {
		s := spot{rev.Account, rev.Subject}
		if within(rev.At, r.world.Now, week) {
			r.flips[s]++
		}
		if !rev.Removal && within(rev.At, r.world.Now, day) {
			r.reversed[s] = true
			r.undone[rev.Account]++
		}
	}
}

// approve marks an op that a person said yes to.
func (r *round) approve(op *ledger.Op) {
	for _, s := range r.standing {
		if yes, ok := s.ops[slotOf(*op)]; ok && s.approves() && same(*yes, *op) {
			op.Approved = true
			op.Why.Code = ledger.ApprovedByYou
			return
		}
	}
}

// waiting are the reasons that pass by themselves: a held op that is not
// planned for one of them is still wanted.
var waiting = map[ledger.Code]bool{
	ledger.PendingProof: true, ledger.PendingVisible: true, ledger.SourceSilent: true, ledger.SourceNotTrusted: true,
	ledger.Settling: true, ledger.RateBudget: true, ledger.QuotaFull: true, ledger.AuthNeeded: true,
	ledger.AccountLocked: true, ledger.WrongUser: true, ledger.AmbiguousMatch: true,
	ledger.GuardShrunk: true, ledger.GuardChanged: true, ledger.GuardWrongUser: true, ledger.GuardVersion: true,
	ledger.GuardRegressed: true, ledger.GuardFutureTimes: true, ledger.GuardIdentityShift: true,
}

// judged tells whether this run could have planned the held op, so that its
// absence from the plan means that it is no longer wanted.
func (r *round) judged(op ledger.Op) bool {
	if !r.budget.Planned[op.Work] {
		return false
	}
	target := r.world.Party(op.Account)
	if target == nil || target.Removed {
		return true
	}
	if target.Paused || target.Blocked != "" || !target.TrustedNow[op.Feature] {
		return false
	}
	if r.world.Caused[op.Account] != "" || r.world.Caused[op.Origin().Account] != "" {
		return false
	}
	return !r.waits[spot{op.Account, op.Subject}]
}
