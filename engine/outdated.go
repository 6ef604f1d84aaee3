package engine

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// outdated is what a run has learnt since it was planned.
type outdated struct {
	all   bool
	works map[media.WorkID]bool
}

// outdate notes works that must be planned again.
func (r *round) outdate(works ...media.WorkID) {
	if r.outdated.works == nil {
		r.outdated.works = map[media.WorkID]bool{}
	}
	for _, w := range works {
		r.outdated.works[w] = true
	}
}

// outdateKnown notes the works of what was believed before a look-up: what it
// ends is not named by work.
func (r *round) outdateKnown(k store.Known) {
	for _, v := range k.Shown {
		r.outdate(v.Work)
	}
	for _, v := range k.Statements {
		r.outdate(v.Work)
	}
	for _, v := range k.Pending {
		r.outdate(v.Work)
	}
	for _, v := range k.Proofs {
		r.outdate(v.Work)
	}
	for _, v := range k.Quarantine {
		r.outdate(v.Work)
	}
}
