package guard

import (
	"fmt"

	"watchkeeper/engine/ledger"
)

// undoneWrites holds what follows from the taking back of settled writes of
// ours, when one account did so more than three times within a day: another
// tool is at work there, and its undoing does not spread.
func undoneWrites(r *round, ops []ledger.Op) []string {
	const most = 3
	return each(ops, func(op ledger.Op) string {
		n := r.undone[sourceOf(op).account]
		if !reverses(r, op) || n <= most {
			return ""
		}
		return fmt.Sprintf("%d of our writes were taken back there within a day; another tool seems to be at work", n)
	})
}

// reverses tells whether the op follows from a reversal within the last day.
func reverses(r *round, op ledger.Op) bool { return r.reversed[sourceOf(op)] }
