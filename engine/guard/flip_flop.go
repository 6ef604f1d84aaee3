package guard

import (
	"fmt"

	"watchkeeper/engine/ledger"
)

// flipFlop holds a write that is planned again after settled writes about the
// same subject were reversed at the account three times in seven days. Sending
// again what never showed is no flip.
func flipFlop(r *round, ops []ledger.Op) []string {
	const most = 3
	return each(ops, func(op ledger.Op) string {
		n := r.flips[spot{op.Account, op.Subject}]
		if op.Retry || n < most {
			return ""
		}
		return fmt.Sprintf("this was written and taken back %d times within seven days", n)
	})
}
