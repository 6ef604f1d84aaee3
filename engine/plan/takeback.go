package plan

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// takeBack plans undos anew that were sent and did not show (R8): what a person
// took back is nobody's statement before a read shows it (R24), so nothing else
// here would ask for it. False where there are none; any newer word is stronger.
func (t *target) takeBack(c contest, base baseline) bool {
	lost := slices.DeleteFunc(slices.Clone(t.b.pending), func(p ledger.Pending) bool {
		undo := p.Account == t.party.ID && p.Feature == t.f && p.Cause.Account == p.Account && p.Says.Local
		newer := len(c.candidates) > 0 && c.candidates[0].At > p.Says.At
		return p.State != ledger.Lost || !undo || newer
	})
	if base.queued != nil || len(lost) == 0 {
		return false
	}
	planned := false
	for _, p := range lost {
		if rows := t.before(p, base); len(rows) > 0 {
			t.emit(t.undo(p), base, rows, p.Says)
			planned = true
		}
	}
	return planned
}

// undo is the write of a lost undo once more.
func (t *target) undo(p ledger.Pending) ledger.Op {
	op := ledger.Op{Account: p.Account, Subject: p.Subject, Action: provider.Update, New: p.New, Cause: p.Cause, Says: p.Says,
		Read: t.party.Trust[t.f].Run, Undo: true, Approved: true, Why: t.reason(p.Says, ledger.UndoneByYou, none)}
	switch {
	case !p.New.Set:
		op.Action = provider.Remove
	case !p.Old.Set:
		op.Action = provider.Add
	}
	return op
}

// before are the rows that still show what a lost undo was to take back.
func (t *target) before(p ledger.Pending, base baseline) (rows []ledger.Shown) {
	if !p.Old.Set && base.state == absent {
		return []ledger.Shown{{RowKey: p.RowKey}}
	}
	for _, row := range base.rows {
		mine := p.Key == "" || p.Key == row.Key
		if mine && p.Old.Set && row.State == ledger.ShownValue && Equal(t.f, t.caps, p.Old, row.Value, t.b.Work) {
			rows = append(rows, row)
		}
	}
	return rows
}
