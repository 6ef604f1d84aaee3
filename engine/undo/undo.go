// Package undo plans how to take back what was written (R24): from journal
// entries to the writes that restore the old values, only where the target
// still shows ours, and to the refusals that keep the next run from doing it
// all over again.
//
// It is pure and writes nothing. Its ops go through engine/guard and
// engine/apply like any others. Read gate.go for what cannot be taken back.
package undo

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Undo is what taking back some writes comes to.
type Undo struct {
	// Ops restore old values, in writing order (R19), without ids. They are
	// Approved: undo is only done after a person saw this very list.
	Ops []ledger.Op
	// NonOps are the writes that are not taken back, with the reason.
	NonOps []ledger.NonOp
	// Exactness says how exact it is, in account order.
	Exactness []Exactness
	// Refusals are to be stored when the ops are done: a person's no to what
	// caused the writes, which any newer word lifts.
	Refusals []ledger.Refusal
}

// Exactness counts an account's writes by how exactly they can be taken back.
type Exactness struct {
	Account   ledger.AccountID
	Exact     int // value and date return
	ValueOnly int // the value returns, its date does not
	Not       int // stays as it is; NonOps say why
}

// Plan plans the undo of journal entries, of one op or of whole runs. ds holds
// the dossiers of their works. w.Now becomes the time of the person's word;
// a target takes part when its view is trusted (Party.TrustedNow) and it still
// belongs to the person for whom it was written to.
func Plan(entries []ledger.Entry, ds map[media.WorkID]ledger.Dossier, w *ledger.World) Undo {
	p := planner{world: w, refused: make(map[ledger.Refusal]bool)}
	for _, c := range collect(entries) {
		d, ok := ds[c.op.Work]
		if !ok {
			p.not(c, ledger.Reason{Code: ledger.NoMatch, Details: ledger.Evidence{Code: ledger.SawWorkGone}})
			continue
		}
		p.takeBack(c, d)
	}
	slices.SortStableFunc(p.undo.Ops, compareOps)
	return p.undo
}

// change is what one or several writes did to one place.
type change struct {
	op       ledger.Op        // the latest write
	profile  ledger.ProfileID // whose account it went to
	old      media.Value      // before the first
	oldAt    media.Moment
	said     []ledger.Refusal // the statements behind the writes
	done     []ledger.OpID
	underway bool // sent, and its end is not yet booked
	undone   bool
}

// place is what a write changes: one row, or the work where no key was known.
type place struct {
	account ledger.AccountID
	ledger.Subject
	key string
}

// collect folds entries into changes, one per place: several writes are taken
// back at once, to the value before the first. Writes that did nothing drop
// out. Changes come in the order of their first writes.
func collect(entries []ledger.Entry) []*change {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b ledger.Entry) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Intended, b.Intended), cmp.Compare(a.Op.ID, b.Op.ID))
	})
	var order []*change
	at := make(map[place]*change)
	for _, e := range entries {
		if !changed(e) {
			continue
		}
		key := place{e.Op.Account, e.Op.Subject, e.Op.Key}
		c := at[key]
		if c == nil || c.undone || e.UndoneBy != "" {
			c = &change{old: e.Op.Old, oldAt: e.Op.OldAt, undone: e.UndoneBy != ""}
			at[key], order = c, append(order, c)
		}
		c.op, c.profile = e.Op, e.Profile
		c.underway = e.State == ledger.Sent
		c.said = append(c.said, refusal(e.Op))
		c.done = append(c.done, e.Op.ID)
	}
	return order
}

// changed tells whether the write did or may have done something.
func changed(e ledger.Entry) bool {
	switch e.State {
	case ledger.Sent, ledger.Unanswered:
		return true
	case ledger.Done:
		return e.Outcome == provider.Confirmed || e.Outcome == provider.Accepted
	}
	return false
}

func compareOps(a, b ledger.Op) int {
	removesLast := func(op ledger.Op) int {
		if op.Action == provider.Remove {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(a.Account, b.Account), cmp.Compare(a.Feature, b.Feature), cmp.Compare(removesLast(a), removesLast(b)),
		cmp.Compare(a.Work, b.Work), cmp.Compare(a.Play, b.Play), cmp.Compare(a.Key, b.Key), cmp.Compare(a.PlayKey, b.PlayKey),
	)
}
