package guard

import (
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// duplicates holds new plays of works that the target shows as watched, when
// one run would add more than ten of them: that looks like old plays under
// other dates.
func duplicates(r *round, ops []ledger.Op) []string {
	const most = 10
	run := tally(ops, func(op ledger.Op) bool { return isRewatch(r, op) }, flowOf)
	return each(ops, func(op ledger.Op) string {
		n := run[flowOf(op)]
		if !isRewatch(r, op) || n <= most {
			return ""
		}
		return fmt.Sprintf("%d new plays of works that are already watched there; more than %d at once look like doubles", n, most)
	})
}

func isRewatch(_ *round, op ledger.Op) bool { return op.Rewatch && op.Action == provider.Add }
