package guard

import (
	"watchkeeper/engine/ledger"
)

// flipFlop holds a write that is planned again after settled writes about the
// same subject were reversed at the account three times in seven days. Sending
// again what never showed is no flip.
func flipFlop(r *round, ops []ledger.Op) []ledger.Evidence {
	const most = 3
	return each(ops, func(op ledger.Op) ledger.Evidence {
		n := r.flips[spot{op.Account, op.Subject}]
		if op.Retry || n < most {
			return ledger.Evidence{}
		}
		return ledger.Evidence{Code: ledger.SawFlips, N: n}
	})
}
