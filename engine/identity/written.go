package identity

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// name is everything that an item without ids must have exactly as we sent it.
type name struct {
	kind          media.Kind
	title, show   string
	year          int
	season, count int
}

// nameOf returns an item's name; ok is false where it says too little to tell
// a film from its remake, or an episode from any other.
func nameOf(it *media.Item) (n name, ok bool) {
	n = name{kind: it.Kind, title: it.Title, year: it.Year, season: -1, count: -1}
	switch it.Kind {
	case media.Season:
		n.show, n.season = it.ShowTitle, it.Season
		return n, n.show != "" && n.season >= 0
	case media.Episode:
		n.show, n.season, n.count = it.ShowTitle, it.Season, it.Number
		return n, n.show != "" && n.season >= 0 && n.count >= 0
	}
	return n, n.title != "" && n.year != 0
}

// recognise links new items without usable tokens that are exactly what we
// wrote: one such item, one such work (R8 settles the write). All other bare
// items are missing.
func (r *resolver) recognise() {
	slices.SortFunc(r.bare, func(a, b int) int { return cmp.Compare(r.in.Items[a].Key, r.in.Items[b].Key) })
	written := r.writtenNames()
	alike := map[name]int{}
	for _, i := range r.bare {
		n, _ := nameOf(&r.in.Items[i])
		alike[n]++
	}
	for _, i := range r.bare {
		it := &r.in.Items[i]
		n, ok := nameOf(it)
		work := written[n]
		old := r.in.Known.Listed[it.Key] && !r.in.Already[work]
		if !ok || work == 0 || alike[n] > 1 || old || slices.Contains(r.in.Known.Unlinked[it.Key], work) {
			r.out.Missing = append(r.out.Missing, Unmatched{Key: it.Key, Item: *it})
			continue
		}
		r.connect(&claim{index: i, key: it.Key}, work, ledger.ByWrite)
	}
}

// writtenNames returns the works we wrote by name: without names that two works
// share (0), and without works that the account lists already.
func (r *resolver) writtenNames() map[name]media.WorkID {
	works := map[name]media.WorkID{}
	if len(r.bare) == 0 || len(r.in.Written) == 0 {
		return works
	}
	listed := make(map[media.WorkID]bool, len(r.out.Of))
	for i := range r.in.Items {
		listed[r.workOf(r.in.Items[i].Key)] = true
	}
	for i := range r.in.Written {
		w := &r.in.Written[i]
		n, ok := nameOf(&w.Item)
		work := r.after(w.Work)
		if known, twice := works[n]; twice && known != work {
			work = 0
		}
		if ok {
			works[n] = work
		}
	}
	for n, work := range works {
		if listed[work] {
			works[n] = 0
		}
	}
	return works
}
