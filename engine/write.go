package engine

import (
	"context"
	"errors"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"watchkeeper/engine/apply"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// write does the allowed ops, one account beside the other. It waits until the
// database is known to be sound: what a damaged one decided is never sent.
func (r *round) write(ctx context.Context) error {
	if r.wish.Preview {
		return nil
	}
	if len(r.plan.Ops) > 0 {
		if err := r.e.cfg.Store.Sound(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		r.e.copyRun(ctx, r.run)
	}
	byAccount := map[ledger.AccountID][]ledger.Op{}
	for _, op := range r.plan.Ops {
		byAccount[op.Account] = append(byAccount[op.Account], op)
	}
	reports := make([]apply.Report, len(r.sights))
	group := errgroup.Group{}
	group.SetLimit(r.e.cfg.Writers)
	for i, s := range r.sights {
		ops := byAccount[s.account.ID]
		if len(ops) == 0 {
			continue
		}
		if s.conn == nil || s.stop != nil { // it failed while the plan was made
			reports[i] = apply.Report{Stop: s.stop, Untouched: ops}
			continue
		}
		group.Go(func() (err error) {
			reports[i], err = r.writeTo(ctx, s, ops)
			return err
		})
	}
	err := group.Wait()
	var left []ledger.NonOp
	for i, s := range r.sights {
		err = errors.Join(err, r.book(context.WithoutCancel(ctx), s, reports[i]))
		left = append(left, leftOver(reports[i])...)
	}
	return errors.Join(err, r.keepLeft(context.WithoutCancel(ctx), left))
}

// copyRun keeps the number of a run that is about to change something at a
// service outside the data folder, so that restoring a state from before it is
// noticed, also if the program ends in its midst (R27).
func (e *Engine) copyRun(ctx context.Context, run ledger.RunID) {
	if e.cfg.RunCopy == nil {
		return
	}
	if err := e.cfg.RunCopy.Save(ctx, run); err != nil {
		e.log.Warn("the copy of the run number was not kept", "error", err)
	}
}

// leftOver are the ops that were due and are not done: the next run plans them
// again.
func leftOver(rep apply.Report) []ledger.NonOp {
	var out []ledger.NonOp
	add := func(op ledger.Op, why ledger.Code, details ledger.Evidence) {
		n := ledger.NonOp{Account: op.Account, Subject: op.Subject, Unmet: true, Why: op.Why}
		n.Want = ledger.Want{Cleared: !op.New.Set, Value: op.New}
		n.Why.Code, n.Why.Details = why, details
		out = append(out, n)
	}
	for _, ended := range rep.Ended {
		if !ended.Accountable() {
			add(ended.Entry.Op, ledger.Quarantined, ledger.Evidence{Code: ledger.SawNotTaken, Name: ended.Entry.Error})
		}
	}
	for _, op := range rep.Untouched {
		why, details := ledger.SourceSilent, ledger.Evidence{Code: ledger.SawRunEnded}
		if rep.Stop != nil {
			why, details = rep.Stop.Code, rep.Stop.Saw
		}
		add(op, why, details)
	}
	return out
}

// keepLeft stores what is left over beside the works' other reasons.
func (r *round) keepLeft(ctx context.Context, left []ledger.NonOp) error {
	works := map[media.WorkID]bool{}
	for _, n := range left {
		works[n.Work] = true
	}
	for _, n := range r.plan.NonOps {
		if works[n.Work] {
			left = append(left, n)
		}
	}
	return r.e.cfg.Store.PutUnmet(ctx, r.profile.ID, slices.Sorted(maps.Keys(works)), left)
}

// writeTo asks once more who the token belongs to, then writes: writing to the
// wrong person is the worst that can happen.
func (r *round) writeTo(ctx context.Context, s *sight, ops []ledger.Op) (apply.Report, error) {
	if !s.asked {
		if stop := r.e.whoami(ctx, s, 0); stop != nil {
			return apply.Report{Stop: stop, Untouched: ops}, nil
		}
	}
	runner := apply.Runner{Journal: r.e.cfg.Store, Now: r.e.now, Run: r.run}
	return runner.Write(ctx, apply.Target{
		Account:  s.account,
		Provider: s.conn.provider,
		Item:     func(op ledger.Op) media.Item { return r.cards[op.Work].item(s.account.ID) },
		Stamp:    func(f media.Feature) string { return s.trust[f].Stamp },
		Progress: func(done int) { r.e.progress(r.run, s.account.ID, done, len(ops)) },
	}, ops)
}

// changesShown is how many writes a run's summary names.
const changesShown = 50

// book counts what became of the ops, names the first of them and remembers
// what was sent for the look afterwards.
func (r *round) book(ctx context.Context, s *sight, rep apply.Report) error {
	if rep.Stop != nil {
		stop := *rep.Stop
		stop.Until = stop.Until.Add(r.e.time.offset())
		s.stop = &stop
	}
	for _, ended := range rep.Ended {
		tally(r.summary, ended.Entry)
		if ended.Accountable() {
			s.sent = append(s.sent, *ended.Pending)
		}
	}
	return r.e.name(ctx, r.summary, rep.Ended[:min(len(rep.Ended), changesShown-len(r.summary.Changes))])
}

func tally(sum *ledger.RunSummary, entry ledger.Entry) {
	switch {
	case entry.State == ledger.Failed:
		sum.Failed++
	case entry.State == ledger.Unanswered:
		sum.Unproven++
	case entry.Op.Action == provider.Add:
		sum.Added++
	case entry.Op.Action == provider.Update:
		sum.Updated++
	case entry.Op.Action == provider.Remove:
		sum.Removed++
	}
}

// name lists writes by title in a run's summary.
func (e *Engine) name(ctx context.Context, sum *ledger.RunSummary, ended []ledger.Settlement) error {
	works := make([]media.WorkID, len(ended))
	for i, v := range ended {
		works[i] = v.Entry.Op.Work
	}
	titles, err := e.titles(ctx, works)
	if err != nil {
		return err
	}
	for i, v := range ended {
		op := v.Entry.Op
		sum.Changes = append(sum.Changes, ledger.ChangeSummary{Op: op.ID, Account: op.Account, Feature: op.Feature,
			Action: op.Action.String(), Title: titles[i], State: v.Entry.State})
	}
	return nil
}

// stopped keeps an account from being asked again in this run.
func (r *round) stopped(s *sight, err *provider.Error) {
	s.stop = r.e.stopFor(err)
}
