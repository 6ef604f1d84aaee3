package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Wish says what a run is for.
type Wish struct {
	// Fresh reads everything past every cache (Read now, after a lost socket).
	Fresh bool
	// Preview decides on a scratch copy and writes nothing (R20, S18).
	Preview bool
	// Explain gives a reason also for what is equal (the why-page).
	Explain bool
	// Asked: a person wants it now, so earlier failures are tried again.
	Asked bool
	// Only names the accounts to look at; empty means all.
	Only []ledger.AccountID
	undo *undoing
}

// Outcome is what a run found and did.
type Outcome struct {
	Summary ledger.RunSummary
	// Plans by profile, with the ops that were allowed and the holds that
	// stand after it.
	Plans []ledger.Plan
	// Holds stand after it, with their ops, and Titles names all works; only of
	// a preview and an undo.
	Holds  []ledger.Hold
	Titles map[media.WorkID]string
	// Stops are why accounts could not be looked at, in account order.
	Stops []AccountStop
}

// AccountStop is why one account took no part in a run.
type AccountStop struct {
	Account ledger.AccountID
	ledger.Stop
}

// stops are the accounts of a round that took no part.
func (r *round) stops() (out []AccountStop) {
	for _, s := range r.sights {
		if s.stop != nil {
			out = append(out, AccountStop{s.account.ID, *s.stop})
		}
	}
	return out
}

// round is one run for one person.
type round struct {
	e        *Engine
	run      ledger.RunID
	now      media.Moment
	wish     Wish
	profile  ledger.Profile
	settings ledger.Settings
	routes   []ledger.Route
	sights   []*sight       // in account order
	gone     []ledger.Party // signed out: their words stay, and where they came from (R15)
	touched  map[media.WorkID]bool
	outdated outdated
	timed    bool // the clocks were held against each other
	ops      *int // numbered so far in this run, by all rounds
	plan     ledger.Plan
	cards    map[media.WorkID]card // of the works that are written
	rulesNow string
	fed      map[ledger.AccountID]media.Moment // the latest play that only this account told of
	found    map[media.PlayID]ledger.Play      // new plays, which no account may show yet by what is stored
	// interrupted: the run before was stopped, failed or died, so what it had
	// found out may not have been planned.
	interrupted bool
	summary     *ledger.RunSummary
}

// Once does one whole run. An error means that the run could not be kept
// (store, journal); what single accounts did wrong is in the status.
func (e *Engine) Once(ctx context.Context, wish Wish) (Outcome, error) {
	e.running.Lock()
	defer e.running.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.stoppable(cancel)
	defer e.stoppable(nil)
	if wish.Preview {
		return e.preview(ctx, wish)
	}
	return e.once(ctx, wish)
}

// Between does something while no run is under way: one that is ends after the
// batch in flight, and the next one begins afterwards.
func (e *Engine) Between(do func() error) error {
	e.Stop()
	e.running.Lock()
	defer e.running.Unlock()
	return do()
}

// stoppable notes what ends the run under way; nil when none is.
func (e *Engine) stoppable(stop context.CancelFunc) {
	e.mu.Lock()
	e.stop = stop
	e.mu.Unlock()
}

func (e *Engine) once(ctx context.Context, wish Wish) (Outcome, error) {
	begun, err := e.begin(ctx, wish)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Summary: ledger.RunSummary{ID: begun.run, Began: begun.now, Preview: wish.Preview}}
	for _, r := range begun.rounds {
		r.summary = &out.Summary
		if err = r.do(ctx); err != nil {
			break
		}
		out.Plans = append(out.Plans, r.plan)
		out.Stops = append(out.Stops, r.stops()...)
	}
	out.Summary.Stopped = ctx.Err() != nil
	if err == nil && !wish.Preview {
		e.housekeep(context.WithoutCancel(ctx))
	}
	err = errors.Join(err, e.close(ctx, begun.rounds, &out.Summary, err))
	if wish.Preview || wish.undo != nil {
		err = errors.Join(err, e.complete(context.WithoutCancel(ctx), &out))
	}
	return out, err
}

// complete adds what is needed to show an outcome to a person: the holds that
// stand after it, and the titles of its works. A preview knows works that are
// stored nowhere else.
func (e *Engine) complete(ctx context.Context, out *Outcome) error {
	var err error
	if out.Holds, err = e.cfg.Store.Holds(ctx, ledger.HoldOpen); err != nil {
		return err
	}
	var works []media.WorkID
	for _, p := range out.Plans {
		for _, op := range p.Ops {
			works = append(works, op.Work)
		}
		for _, n := range p.NonOps {
			works = append(works, n.Work)
		}
	}
	for _, h := range out.Holds {
		for _, op := range h.Ops {
			works = append(works, op.Work)
		}
	}
	slices.Sort(works)
	works = slices.Compact(works)
	titles, err := e.titles(ctx, works)
	out.Titles = make(map[media.WorkID]string, len(works))
	for i, title := range titles {
		out.Titles[works[i]] = title
	}
	return err
}

// do is the run of one person, step by step.
func (r *round) do(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"looking", r.look},       // read every account
		{"deciding", r.identify},  // items become works
		{"deciding", r.observe},   // views become beliefs, questions are looked up
		{"deciding", r.decide},    // beliefs become a plan, guards hold back
		{"writing", r.write},      // journal, do, book
		{"checking", r.lookAfter}, // own writes are looked up where possible
		{"checking", r.markUndone},
		{"checking", r.acceptEmpty},
	} {
		if err := ctx.Err(); err != nil {
			return nil
		}
		r.e.stage(r.run, step.name)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}
