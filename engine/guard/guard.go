// Package guard holds back what looks like damage until a person decides
// (R22–R23): whole views of an account (View, Views, IdentityShift) and ops of
// a plan (Ops). Answer turns a person's answer into effects.
//
// It is pure: no clock, no IO. A guard only ever holds; none releases, sends
// or drops anything, and one that fails holds. It does not decide what should
// be written; read engine/plan for that. Read engine/README.md, "Holding
// back", first, then the table below; each guard has a file of its own.
package guard

import (
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
)

// opGuard is one guard over planned ops.
type opGuard struct {
	code ledger.Code
	// trips returns the evidence against each op, in order; none passes it.
	trips func(r *round, ops []ledger.Op) []ledger.Evidence
	// joins tells which ops an open hold of this guard catches without a new
	// cause for alarm: new ops of a held cause join its hold. nil: the guard
	// decides anew in every run, and an earlier hold binds nothing.
	joins func(r *round, op ledger.Op) bool
}

// opGuards is the order in which guards look; an op is held by the first that
// stops it and does not count for the later ones.
func opGuards() []opGuard {
	return []opGuard{
		{ledger.GuardAsk, asks, nil},
		{ledger.GuardFirstRun, firstRun, nothingElse},
		{ledger.GuardUndoneWrites, undoneWrites, reverses},
		{ledger.GuardFlipFlop, flipFlop, nothingElse},
		{ledger.GuardRemovals, removals, isRemoval},
		{ledger.GuardDuplicates, duplicates, isRewatch},
		{ledger.GuardAdds, adds, isAdd},
		{ledger.GuardOverwrite, overwrites, isOverwrite},
		{ledger.GuardQuota, quota, nil},
	}
}

// nothingElse is for guards whose holds keep what they have and catch no more.
func nothingElse(*round, ledger.Op) bool { return false }

// always are the guards that a person cannot switch off.
var always = map[ledger.Code]bool{
	ledger.GuardAsk: true, ledger.GuardFirstRun: true, ledger.GuardWrongUser: true,
}

// switchedOff tells whether the person switched the guard off.
func switchedOff(code ledger.Code, off []ledger.Code) bool {
	if always[code] {
		return false
	}
	for _, c := range off {
		if c == code {
			return true
		}
	}
	return false
}

// Ops splits a plan's ops into those that may be done and those that wait.
//
// standing are the profile's holds that are open or were answered with a yes.
// An op that a person approved passes every guard, as ApprovedByYou. Allowed
// ops keep the plan's order. Returned are the holds that changed: new ones
// (ID 0), open ones with their grown or shrunk Ops, and those that became
// HoldGone because none of their ops is planned any more; a standing hold that
// is not returned stands as it is. Ops of a work that b.Planned does not name
// stay held.
func Ops(w *ledger.World, p ledger.Plan, b Budget, standing []ledger.Hold) ([]ledger.Op, []ledger.Hold) {
	return runOps(opGuards(), w, p, b, standing)
}

func runOps(table []opGuard, w *ledger.World, p ledger.Plan, b Budget, standing []ledger.Hold) (allowed []ledger.Op, changed []ledger.Hold) {
	r := newRound(w, p, b, standing)
	rest := make([]ledger.Op, 0, len(r.plan.Ops))
	for _, op := range r.plan.Ops {
		if !op.Approved {
			rest = append(rest, op)
		}
	}
	held := make(map[slot]bool)
	for _, g := range table {
		next := rest[:0] // a first plan is long: one list serves all guards
		for i, d := range r.decide(g, rest) {
			if !d.held {
				next = append(next, rest[i])
				continue
			}
			held[slotOf(rest[i])] = true
			r.put(g.code, rest[i], d.evidence)
		}
		rest = next
	}
	allowed = slices.Grow(allowed, len(p.Ops)-len(held))
	for _, op := range p.Ops {
		r.approve(&op)
		if op.Approved || !held[slotOf(op)] {
			allowed = append(allowed, op)
		}
	}
	return allowed, r.settle(table)
}

// decision is what one guard says about one op.
type decision struct {
	held     bool
	evidence ledger.Evidence // none when the op joins a hold whose evidence stands
}

// decide asks one guard about ops; a guard that panics or answers for another
// number of ops holds them all.
func (r *round) decide(g opGuard, ops []ledger.Op) (out []decision) {
	out = make([]decision, len(ops))
	defer func() {
		if failure := recover(); failure != nil {
			for i := range out {
				out[i] = decision{true, ledger.Evidence{Code: ledger.SawFailure, Name: fmt.Sprint(failure)}}
			}
		}
	}()
	off := switchedOff(g.code, r.world.Settings.GuardsOff)
	if !off {
		evidence := g.trips(r, ops)
		if len(evidence) != len(ops) {
			panic(fmt.Sprintf("answered for %d of %d ops", len(evidence), len(ops)))
		}
		for i, e := range evidence {
			out[i] = decision{e.Code != "", e}
		}
	}
	if g.joins == nil {
		return out
	}
	for i, op := range ops {
		if h := r.open(g.code, op); h != nil && (h.has(op) || !off && g.joins(r, op)) {
			out[i].held = true
		}
	}
	return out
}

// CanSwitchOff tells whether a code is a guard that a person may switch off.
func CanSwitchOff(code ledger.Code) bool {
	return strings.HasPrefix(string(code), "guard_") && !always[code]
}
