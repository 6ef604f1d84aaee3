package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
	"watchkeeper/engine/undo"
)

// UndoOf names what to take back: one op, or a whole run.
type UndoOf struct {
	Op  ledger.OpID
	Run ledger.RunID
}

func (u UndoOf) empty() bool { return u == UndoOf{} }

// Undo takes writes back (R24): a run that looks afresh, plans the inverse of
// the journal and does it. With preview it only says how exact it would be.
func (e *Engine) Undo(ctx context.Context, of UndoOf, preview bool) (undo.Undo, Outcome, error) {
	entries, err := e.undoable(ctx, of)
	if err != nil {
		return undo.Undo{}, Outcome{}, err
	}
	var plan undo.Undo
	wish := Wish{Fresh: true, Preview: preview, undo: &undoing{entries: entries, plan: &plan}}
	out, err := e.Once(ctx, wish)
	return plan, out, err
}

// undoing is what an undo run carries.
type undoing struct {
	entries []ledger.Entry
	plan    *undo.Undo
}

// ErrNoWrites: there is nothing to take back.
var ErrNoWrites = errors.New("the journal has no writes")

// undoable are the journal rows of what is to be taken back, oldest first.
func (e *Engine) undoable(ctx context.Context, of UndoOf) ([]ledger.Entry, error) {
	if of.empty() {
		return nil, fmt.Errorf("nothing named to undo: give a run or an op")
	}
	q := store.JournalQuery{Run: of.Run, Limit: 1 << 30}
	if of.Op != "" {
		q.Ops = []ledger.OpID{of.Op}
	}
	entries, err := e.cfg.Store.Journal(ctx, q)
	if err == nil && len(entries) == 0 {
		return nil, fmt.Errorf("%w of %s; it keeps 90 days", ErrNoWrites, describeUndo(of))
	}
	slices.Reverse(entries)
	return entries, err
}

func describeUndo(of UndoOf) string {
	if of.Op != "" {
		return "op " + string(of.Op)
	}
	return fmt.Sprintf("run %d", of.Run)
}

// decideUndo plans the inverse of the journal instead of what was said.
func (r *round) decideUndo(ctx context.Context) error {
	w, err := r.world(ctx)
	if err != nil {
		return err
	}
	var works []media.WorkID
	for _, entry := range r.wish.undo.entries {
		works = append(works, entry.Op.Work)
	}
	slices.Sort(works)
	files, err := newDesk(r, &w).all(ctx, slices.Compact(works))
	if err != nil {
		return err
	}
	mine := slices.DeleteFunc(slices.Clone(r.wish.undo.entries), func(entry ledger.Entry) bool { return w.Party(entry.Op.Account) == nil })
	u := undo.Plan(mine, files, &w)
	r.number(u.Ops)
	r.plan = ledger.Plan{Run: r.run, Ops: u.Ops, NonOps: u.NonOps}
	r.cards = make(map[media.WorkID]card, len(files))
	for id, f := range files {
		r.cards[id] = cardOf(&f)
	}
	all := r.wish.undo.plan
	all.Ops, all.NonOps = append(all.Ops, u.Ops...), append(all.NonOps, u.NonOps...)
	all.Exactness, all.Refusals = append(all.Exactness, u.Exactness...), append(all.Refusals, u.Refusals...)
	if r.wish.Preview {
		return nil
	}
	// The refusals stand before the writes leave: a crash between them must
	// not let the next run do it all over again.
	return r.e.cfg.Store.PutRefusals(ctx, u.Refusals)
}

// markUndone records which op took which back.
func (r *round) markUndone(ctx context.Context) error {
	if r.wish.undo == nil || r.wish.Preview {
		return nil
	}
	by := map[ledger.OpID]ledger.OpID{}
	for _, op := range r.plan.Ops {
		for _, entry := range r.wish.undo.entries {
			if entry.Op.Account == op.Account && entry.Op.Subject == op.Subject {
				by[entry.Op.ID] = op.ID
			}
		}
	}
	if len(by) == 0 {
		return nil
	}
	return r.e.cfg.Store.MarkUndone(ctx, by)
}
