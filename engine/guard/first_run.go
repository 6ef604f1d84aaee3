package guard

import "watchkeeper/engine/ledger"

// firstRun holds what a new account or route would do until a person accepts
// its first plan: so far it is a preview.
func firstRun(_ *round, ops []ledger.Op) []string {
	return each(ops, func(op ledger.Op) string {
		if op.FirstRun {
			return "the first plan of a new account or rule; nothing is written before you start it"
		}
		return ""
	})
}
