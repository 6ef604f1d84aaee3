package engine

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
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

// gather loads the works' dossiers: all of them first, then those that the run
// outdated. A whole tells what is watched of its parts, so it is always loaded
// again.
func (d *desk) gather(ctx context.Context) error {
	changed := d.r.outdated
	d.r.outdated = outdated{}
	if changed.all {
		d.files = nil
	}
	var missing []media.WorkID
	for _, w := range d.works {
		f := d.files[w]
		if f == nil || changed.works[w] || store.HasParts(f.Work.Kind) {
			missing = append(missing, w)
		}
	}
	fresh := make(map[media.WorkID]*ledger.Dossier, len(missing))
	for batch := range slices.Chunk(missing, store.DossierLimit) {
		files, err := d.r.e.cfg.Store.Dossiers(ctx, d.r.profile.ID, batch)
		if err != nil {
			return err
		}
		for i := range files {
			fresh[files[i].Work.ID] = &files[i]
		}
	}
	for _, w := range missing {
		delete(d.files, w)
	}
	d.arrange(fresh)
	return nil
}

// arrange puts the dossiers in the order of works.
func (d *desk) arrange(fresh map[media.WorkID]*ledger.Dossier) {
	all := make([]ledger.Dossier, 0, len(d.works))
	files := make(map[media.WorkID]*ledger.Dossier, len(d.works))
	for _, w := range d.works {
		f := fresh[w]
		if f == nil {
			f = d.files[w]
		}
		if f != nil {
			all = append(all, *f)
			files[w] = &all[len(all)-1]
		}
	}
	d.all, d.files = all, files
}
