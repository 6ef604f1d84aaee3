package guard

import (
	"watchkeeper/engine/ledger"
)

// undoneWrites holds what follows from the taking back of settled writes of
// ours, when one account did so more than three times within a day: another
// tool is at work there, and its undoing does not spread.
func undoneWrites(r *round, ops []ledger.Op) []ledger.Evidence {
	const most = 3
	return each(ops, func(op ledger.Op) ledger.Evidence {
		n := r.undone[sourceOf(op).account]
		if !reverses(r, op) || n <= most {
			return ledger.Evidence{}
		}
		return ledger.Evidence{Code: ledger.SawUndone, N: n}
	})
}

// reverses tells whether the op follows from a reversal within the last day: a
// value that was given since is no undoing.
func reverses(r *round, op ledger.Op) bool { return op.Says.Cleared && r.reversed[sourceOf(op)] }
