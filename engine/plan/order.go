package plan

import (
	"cmp"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// compareOps is the order in which a run writes (R19): by account, history
// before ratings before watchlist before progress, removals last.
func compareOps(a, b ledger.Op) int {
	return cmp.Or(
		cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Feature, b.Feature),
		cmp.Compare(removes(a), removes(b)),
		cmp.Compare(a.Work, b.Work),
		cmp.Compare(a.Play, b.Play),
		a.RowKey.Compare(b.RowKey),
	)
}

func compareNonOps(a, b ledger.NonOp) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), compareSubjects(a.Subject, b.Subject),
		cmp.Compare(a.Why.Code, b.Why.Code), cmp.Compare(a.Why.When, b.Why.When), cmp.Compare(a.Why.Until, b.Why.Until))
}

func removes(op ledger.Op) int {
	if op.Action == provider.Remove {
		return 1
	}
	return 0
}

func compareSubjects(a, b ledger.Subject) int {
	return cmp.Or(cmp.Compare(a.Feature, b.Feature), cmp.Compare(a.Work, b.Work), cmp.Compare(a.Play, b.Play))
}

func compareQuestions(a, b ledger.Question) int {
	return cmp.Or(
		cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Feature, b.Feature),
		cmp.Compare(a.Work, b.Work),
		cmp.Compare(a.Key, b.Key),
	)
}
