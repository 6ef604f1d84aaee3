package engine

import (
	"context"
	"slices"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// rounds of questions before a plan is final (R20).
const planRounds = 2

// decide plans the touched works, asks what the plan needs to know, and lets
// the guards hold back.
func (r *round) decide(ctx context.Context) error {
	if r.wish.undo != nil {
		return r.decideUndo(ctx)
	}
	if err := r.freeQuota(ctx); err != nil {
		return err
	}
	w, err := r.world(ctx)
	if err != nil {
		return err
	}
	desk := newDesk(r, &w)
	if err := desk.plan(ctx); err != nil {
		return err
	}
	if further := desk.further(); len(further) > 0 {
		if err := r.lookFurther(ctx, further); err != nil {
			return err
		}
		if w, err = r.world(ctx); err != nil {
			return err
		}
		if err := desk.plan(ctx); err != nil {
			return err
		}
	}
	for range planRounds {
		again, err := desk.ask(ctx)
		if err != nil {
			return err
		}
		if !again {
			break
		}
		if err := desk.plan(ctx); err != nil {
			return err
		}
	}
	return desk.guard(ctx)
}

// further are accounts that something waits to be written to and that this run
// has not looked at, because their own turn comes later.
func (d *desk) further() []ledger.AccountID {
	var out []ledger.AccountID
	for _, n := range d.draft.NonOps {
		s := d.r.sight(n.Account)
		waits := n.Unmet && (n.Why.Code == ledger.SourceSilent || n.Why.Code == ledger.SourceNotTrusted)
		if waits && s != nil && !s.looked && s.stop == nil && !s.account.Paused && !slices.Contains(out, n.Account) {
			out = append(out, n.Account)
		}
	}
	return out
}

// lookFurther looks at more accounts in the same run.
func (r *round) lookFurther(ctx context.Context, accounts []ledger.AccountID) error {
	r.wish.Only, r.outdated.all = accounts, true
	for _, step := range []func(context.Context) error{r.look, r.identify, r.observe} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// world is everything about the person that is not about a single work.
func (r *round) world(ctx context.Context) (ledger.World, error) {
	w := ledger.World{Now: r.now, Run: r.run, Profile: r.profile.ID, Routes: r.routes, Settings: r.settings, Explain: r.wish.Explain}
	if w.Settings.SettleWindowMS == 0 {
		w.Settings.SettleWindowMS = w.Settings.IntervalMS
	}
	if err := r.findScrobblers(ctx); err != nil {
		return w, err
	}
	for _, s := range r.sights {
		s.believe(s.learnt) // what this run's views changed about trust, such as a first look, counts
		w.Parties = append(w.Parties, s.party(r))
	}
	w.Parties = append(w.Parties, r.gone...)
	open, err := r.e.cfg.Store.OpenHolds(ctx)
	w.Caused = guard.Caused(open)
	return w, err
}

// freeQuota lets what a full plan set aside be tried again once the service
// has room, or daily where it does not tell.
func (r *round) freeQuota(ctx context.Context) error {
	if some, err := r.e.cfg.Store.FullQuota(ctx); err != nil || !some {
		return err
	}
	for _, s := range r.sights {
		for _, f := range s.features() {
			room, told := s.snap.Room[f]
			told = told && room >= 0
			before := r.now - dayMS
			if told && room > 0 {
				before = r.now
			}
			if !s.looked || told && room == 0 {
				continue
			}
			if err := r.e.cfg.Store.FreeQuota(ctx, s.account.ID, f, before); err != nil {
				return err
			}
		}
	}
	return nil
}

// toPlan are the works that something happened to (R21): touched in this run, or
// in the last one after it had planned, with a want that time alone may meet, held,
// or all of a person whose rules or accounts changed.
func (r *round) toPlan(ctx context.Context) ([]media.WorkID, error) {
	unmet, err := r.e.cfg.Store.UnmetWorks(ctx, r.profile.ID, ledger.Passing)
	if err != nil {
		return nil, err
	}
	due, err := r.e.cfg.Store.Due(ctx, r.profile.ID, r.now)
	if err != nil {
		return nil, err
	}
	changed, err := r.rulesChanged(ctx)
	if err != nil {
		return nil, err
	}
	held, err := r.e.cfg.Store.HeldWorks(ctx, r.profile.ID)
	if err != nil {
		return nil, err
	}
	touched, err := r.e.cfg.Store.Touched(ctx, r.profile.ID)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(unmet, due, changed, held, touched)
	for w := range r.touched {
		all = append(all, w)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// guard numbers the ops, lets the guards split them, and stores what waits and
// what stays unmet.
func (d *desk) guard(ctx context.Context) error {
	r, db := d.r, d.r.e.cfg.Store
	r.number(d.draft.Ops)
	allowed, err := d.allowed(ctx)
	if err != nil {
		return err
	}
	if err := db.PutUnmet(ctx, r.profile.ID, d.works, d.draft.NonOps); err != nil {
		return err
	}
	if err := db.Forget(ctx, r.run, d.draft.Withdrawn); err != nil {
		return err
	}
	r.plan, r.cards = d.draft, d.cards
	r.plan.Ops = allowed
	return nil
}

// allowed are the draft's ops that the guards let through; what they hold is
// stored. Where nothing is planned and nothing waits there is nothing to ask.
func (d *desk) allowed(ctx context.Context) ([]ledger.Op, error) {
	r, db := d.r, d.r.e.cfg.Store
	standing, err := db.Standing(ctx, r.profile.ID)
	if err != nil || len(standing)+len(d.draft.Ops) == 0 {
		return nil, err
	}
	budget, err := d.budget(ctx)
	if err != nil {
		return nil, err
	}
	allowed, holds := guard.Ops(d.world, d.draft, budget, standing)
	for _, h := range holds {
		if h.State == ledger.HoldOpen {
			r.summary.Held += len(h.Ops)
		}
	}
	_, err = db.PutHolds(ctx, holds)
	return allowed, err
}

const (
	dayMS       = 24 * 3600 * 1000
	sevenDaysMS = 7 * dayMS
)

// budget is what the guards must know about the past and the present.
func (d *desk) budget(ctx context.Context) (guard.Budget, error) {
	r, db := d.r, d.r.e.cfg.Store
	b := guard.Budget{Shown: map[guard.Shelf]int{}, Removed: map[guard.Flow]int{}, Room: map[guard.Shelf]int{}, Planned: map[media.WorkID]bool{}}
	counts, err := db.ShownCounts(ctx)
	if err != nil {
		return b, err
	}
	for _, c := range counts {
		b.Shown[guard.Shelf{Account: c.Account, Feature: c.Feature}] = c.Works
	}
	removed, err := db.Removals(ctx, r.now-sevenDaysMS)
	if err != nil {
		return b, err
	}
	for _, c := range removed {
		b.Removed[guard.Flow{Target: c.Target, Cause: c.Cause, Feature: c.Feature}] = c.Works
	}
	reversals, err := db.Reversals(ctx, r.now-sevenDaysMS)
	if err != nil {
		return b, err
	}
	for _, v := range reversals {
		b.Reversals = append(b.Reversals, guard.Reversal{StatementRef: v.StatementRef, Removal: v.Removal, At: v.At})
	}
	for _, s := range r.sights {
		for f, room := range s.snap.Room {
			b.Room[guard.Shelf{Account: s.account.ID, Feature: f}] = room
		}
	}
	for _, w := range d.works {
		b.Planned[w] = true
	}
	return b, nil
}
