package guard

import "watchkeeper/engine/ledger"

// asks holds the ops whose path asks a person before it removes (R12, R14).
func asks(_ *round, ops []ledger.Op) []ledger.Evidence {
	return each(ops, func(op ledger.Op) ledger.Evidence {
		if op.Ask {
			return ledger.Evidence{Code: ledger.SawAsks}
		}
		return ledger.Evidence{}
	})
}
