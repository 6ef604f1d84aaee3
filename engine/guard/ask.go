package guard

import "watchkeeper/engine/ledger"

// asks holds the ops whose path asks a person before it removes (R12, R14).
func asks(_ *round, ops []ledger.Op) []string {
	return each(ops, func(op ledger.Op) string {
		if op.Ask {
			return "the rule between these accounts asks before it removes"
		}
		return ""
	})
}
