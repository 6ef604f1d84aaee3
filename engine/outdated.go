package engine

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// outdated is what a run has changed since its dossiers were loaded.
type outdated struct {
	all   bool
	works map[media.WorkID]bool
}

// outdate notes works whose dossiers must be loaded again.
func (r *round) outdate(works ...media.WorkID) {
	if r.outdated.works == nil {
		r.outdated.works = map[media.WorkID]bool{}
	}
	for _, w := range works {
		r.outdated.works[w] = true
	}
}

// outdateKnown notes the works of what was believed before a look-up and of the
// plays that it showed. Nothing changes about those that it did not know and
// did not show, which are most where plays are about to be added.
func (r *round) outdateKnown(k store.Known, shown []media.WorkID) {
	r.outdate(shown...)
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
