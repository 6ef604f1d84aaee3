package observe

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Concerned are the works that a view may say something about: those of rows
// that do not show what they showed, that are gone, or for which something is
// open. k needs no statements for that, and Observe needs none of other works.
func Concerned(r Reading, v Verdict, rows []Sighting, k Known) []media.WorkID {
	o := newObserver(r, v, k, nil)
	works := map[media.WorkID]bool{}
	found := make(map[ledger.RowKey]bool, len(rows))
	for i := range rows {
		s := &rows[i]
		found[s.rowKey()] = true
		old := k.Shown[s.rowKey()]
		if !o.quiet(s, s.rowKey(), &old) {
			works[s.Work], works[old.Work] = true, true
		}
	}
	for key, row := range k.Shown {
		if gone := o.removals[key.Key] || r.View.Coverage != provider.Changes; gone && !found[key] {
			works[row.Work] = true
		}
	}
	for _, p := range k.Proofs {
		works[p.Work] = true
	}
	for s := range k.Pending {
		works[s.Work] = true
	}
	delete(works, 0)
	return sortedWorks(works)
}
