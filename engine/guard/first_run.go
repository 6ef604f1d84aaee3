package guard

import "watchkeeper/engine/ledger"

// firstRun holds what a new account or route would do until a person accepts
// its first plan: so far it is a preview.
func firstRun(_ *round, ops []ledger.Op) []ledger.Evidence {
	return each(ops, func(op ledger.Op) ledger.Evidence {
		if op.FirstRun {
			return ledger.Evidence{Code: ledger.SawFirstPlan}
		}
		return ledger.Evidence{}
	})
}
