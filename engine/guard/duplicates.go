package guard

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// duplicates holds new plays of works that the target shows as watched, when
// one run would add more than ten of them: that looks like old plays under
// other dates.
func duplicates(r *round, ops []ledger.Op) []ledger.Evidence {
	const most = 10
	run := tally(ops, func(op ledger.Op) bool { return isRewatch(r, op) }, flowOf)
	return each(ops, func(op ledger.Op) ledger.Evidence {
		n := run[flowOf(op)]
		if !isRewatch(r, op) || n <= most {
			return ledger.Evidence{}
		}
		return ledger.Evidence{Code: ledger.SawDuplicates, N: n, Most: most}
	})
}

func isRewatch(_ *round, op ledger.Op) bool { return op.Rewatch && op.Action == provider.Add }
