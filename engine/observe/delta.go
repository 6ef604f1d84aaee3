package observe

import (
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
)

// finish puts every conclusion into one fixed order, so that neither the order
// of rows nor that of maps reaches what is stored.
func (o *observer) finish() (ledger.Delta, []ledger.Question) {
	for key, row := range o.put {
		if row != o.k.Shown[key] {
			o.out.Shown = append(o.out.Shown, row)
		}
	}
	for key := range o.gone {
		o.out.ShownGone = append(o.out.ShownGone, o.ref(key))
	}
	for _, st := range o.says {
		o.out.Statements = append(o.out.Statements, st)
	}
	d := &o.out
	slices.SortFunc(d.Shown, func(a, b ledger.Shown) int { return a.RowKey.Compare(b.RowKey) })
	slices.SortFunc(d.ShownGone, compareRefs)
	slices.SortFunc(d.Statements, func(a, b ledger.Statement) int { return compareSubjects(a.Subject, b.Subject) })
	slices.SortFunc(d.Forgotten, func(a, b ledger.StatementRef) int { return compareSubjects(a.Subject, b.Subject) })
	slices.SortFunc(d.Pending, func(a, b ledger.Pending) int { return compare(a.Op, b.Op) })
	slices.Sort(d.PendingGone)
	slices.SortFunc(d.Proofs, func(a, b ledger.Proof) int { return a.RowKey.Compare(b.RowKey) })
	slices.SortFunc(d.ProofsGone, compareRefs)
	slices.SortFunc(d.Quarantine, func(a, b ledger.Quarantine) int { return compareSubjects(a.Subject, b.Subject) })
	slices.SortFunc(d.Freed, func(a, b ledger.StatementRef) int { return compareSubjects(a.Subject, b.Subject) })
	slices.SortFunc(d.Breaches, func(a, b ledger.Breach) int { return a.RowKey.Compare(b.RowKey) })
	d.PendingGone, d.ProofsGone, d.Freed = slices.Compact(d.PendingGone), slices.Compact(d.ProofsGone), slices.Compact(d.Freed)
	slices.SortFunc(o.asks, func(a, b ledger.Question) int { return strings.Compare(a.Key, b.Key) })
	o.asks = slices.CompactFunc(o.asks, func(a, b ledger.Question) bool { return a.Key == b.Key })
	return o.out, o.asks
}

func compareRefs(a, b ledger.ShownRef) int { return a.RowKey.Compare(b.RowKey) }

func compareSubjects(a, b ledger.Subject) int {
	if a.Work != b.Work {
		return compare(a.Work, b.Work)
	}
	return compare(a.Play, b.Play)
}
