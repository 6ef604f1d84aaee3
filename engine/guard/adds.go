package guard

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// adds bounds what one account may cause to be added at another in one run:
// max(50, 20 % of the works shown there). The first run is exempt by being
// held and approved as a whole.
func adds(r *round, ops []ledger.Op) []ledger.Evidence {
	run := tally(ops, func(op ledger.Op) bool { return op.Action == provider.Add }, flowOf)
	return each(ops, func(op ledger.Op) ledger.Evidence {
		works := r.budget.Shown[shelfOf(op)]
		n, most := run[flowOf(op)], atMost(50, 20, works, 0)
		if op.Action != provider.Add || n <= most {
			return ledger.Evidence{}
		}
		return ledger.Evidence{Code: ledger.SawAdds, N: n, Of: works, Most: most}
	})
}
