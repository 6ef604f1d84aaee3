package guard

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// overwrites bounds how many values one account may cause to be replaced at
// another in one run: max(10, 20 % of the works shown there).
func overwrites(r *round, ops []ledger.Op) []ledger.Evidence {
	run := tally(ops, func(op ledger.Op) bool { return isOverwrite(r, op) }, flowOf)
	return each(ops, func(op ledger.Op) ledger.Evidence {
		works := r.budget.Shown[shelfOf(op)]
		n, most := run[flowOf(op)], atMost(10, 20, works, 0)
		if !isOverwrite(r, op) || n <= most {
			return ledger.Evidence{}
		}
		return ledger.Evidence{Code: ledger.SawOverwrites, N: n, Of: works, Most: most}
	})
}

// isOverwrite counts every update: a value that we wrote ourselves is one that
// a person gave elsewhere.
func isOverwrite(_ *round, op ledger.Op) bool { return op.Action == provider.Update || op.Overwrites }
