package sim

import (
	"context"
	"fmt"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
)

// story tells what a run did: its writes, what it did not trust, and what it
// left undone for which reason.
func (l *life) story(ctx context.Context, out engine.Outcome) error {
	if l.reader == nil {
		return nil
	}
	run := out.Summary.ID
	l.tell("run %d at %s", run, l.home.Now().Time().Format(time.DateTime))
	entries, err := l.home.Store.Journal(ctx, ledgerOf(run))
	if err != nil {
		return err
	}
	for _, e := range entries {
		op := e.Op
		l.tell("  %s %s %s of %s at %s: %s -> %s, %s %s %s, said by %d at %s", op.ID, op.Action, op.Feature, l.judge.workOf(ctx, op.Work), l.nameOf(op.Account),
			op.Old.Text(op.Feature), op.New.Text(op.Feature), e.State, e.Outcome, e.Error, op.Origin().Account, op.At)
	}
	trust, err := l.home.Store.Trust(ctx)
	if err != nil {
		return err
	}
	for _, t := range trust {
		if t.Silent != "" {
			l.tell("  silent %s %s: %s, %s", l.nameOf(t.Account), t.Feature, t.Silent, t.Evidence)
		}
	}
	for _, s := range out.Stops {
		l.tell("  stop %s: %s %s", l.nameOf(s.Account), s.Code, s.Saw)
	}
	for _, p := range out.Plans {
		l.undone(ctx, p.NonOps)
	}
	holds, err := l.home.Store.Holds(ctx, ledger.HoldOpen)
	for _, h := range holds {
		l.tell("  hold %d %s %s at %s since %s: %s", h.ID, h.Guard, h.Feature, l.nameOf(h.Target), h.Since, h.Evidence)
		for _, op := range h.Ops {
			l.tell("    %s %s of %s", op.Action, op.Feature, l.judge.workOf(ctx, op.Work))
		}
	}
	return err
}

func (l *life) undone(ctx context.Context, left []ledger.NonOp) {
	for _, n := range left {
		l.tell("  not %s of %s at %s: %s, %s %s (want %s of %s)", n.Feature, l.judge.workOf(ctx, n.Work), l.nameOf(n.Account), n.Why.Code,
			n.Why.Details, n.Why.Until, n.Want.Value.Text(n.Feature), l.nameOf(n.Why.Who))
	}
}

func (l *life) nameOf(id ledger.AccountID) string {
	for _, name := range l.home.order {
		if l.home.Room(name).ID == id {
			return name
		}
	}
	return "nobody"
}

// tell tells one line of the story.
func (l *life) tell(format string, args ...any) {
	if l.reader != nil {
		l.reader(fmt.Sprintf(format, args...))
	}
}
