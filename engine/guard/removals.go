package guard

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// removals bounds what one account may cause to be removed at another: per run
// max(3, 5 %) and at most 50, in seven days max(8, 10 %) and at most 100, for
// each feature against the works shown there and for all features together
// against the largest of them. Over a budget every removal of the flow waits,
// not only the remainder, so that a person sees the whole.
//
// Resume points have no weekly budget: every film watched to its end removes
// one (R18), and a week of watching is no reason to ask.
func removals(r *round, ops []ledger.Op) []ledger.Evidence {
	run := tally(ops, func(op ledger.Op) bool { return op.Action == provider.Remove }, flowOf)
	return each(ops, func(op ledger.Op) ledger.Evidence {
		if op.Action != provider.Remove {
			return ledger.Evidence{}
		}
		f := flowOf(op)
		if e := overRemovals(run[f], r.removedBefore(f), r.budget.Shown[shelfOf(op)]); e.Code != "" {
			return e
		}
		var now, before, works int
		for _, feature := range media.Features {
			f.Feature = feature
			now += run[f]
			before += r.removedBefore(f)
			works = max(works, r.budget.Shown[Shelf{f.Target, feature}])
		}
		return overRemovals(now, before, works)
	})
}

func (r *round) removedBefore(f Flow) int {
	if f.Feature == media.Progress {
		return 0
	}
	return r.budget.Removed[f]
}

func overRemovals(now, before, works int) ledger.Evidence {
	if most := atMost(3, 5, works, 50); now > most {
		return ledger.Evidence{Code: ledger.SawRemovals, N: now, Of: works, Most: most}
	}
	if most := atMost(8, 10, works, 100); now+before > most {
		return ledger.Evidence{Code: ledger.SawWeek, N: now, Before: before, Of: works, Most: most}
	}
	return ledger.Evidence{}
}
