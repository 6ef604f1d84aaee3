package engine

import (
	"context"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
)

// begun is what a run starts from.
type begun struct {
	run      ledger.RunID
	now      media.Moment
	rounds   []*round // one per profile, by number
	trust    []ledger.Trust
	settings ledger.Settings
}

// before is what a run knows before it asks any clock.
func (e *Engine) before(ctx context.Context) (b begun, err error) {
	if b.trust, err = e.cfg.Store.Trust(ctx); err != nil {
		return b, err
	}
	stored, err := e.cfg.Store.Settings(ctx)
	if err != nil {
		return b, err
	}
	e.time.remember(stored, b.trust)
	b.settings, err = chosen(stored)
	return b, err
}

// begin recovers what a crash left, numbers the run and loads what it needs.
func (e *Engine) begin(ctx context.Context, wish Wish) (begun, error) {
	b, err := e.before(ctx)
	if err != nil {
		return begun{}, err
	}
	if err := e.recover(ctx); err != nil {
		return begun{}, err
	}
	if err := e.bookDeath(ctx); err != nil {
		return begun{}, err
	}
	if err := e.noticeRestore(ctx); err != nil {
		return begun{}, err
	}
	b.now = e.now()
	if b.run, err = e.cfg.Store.BeginRun(ctx, b.now); err != nil {
		return begun{}, err
	}
	b.rounds, err = e.rounds(ctx, b, wish)
	return b, err
}

// recover books what a crash left in the journal (R27): an op that was only
// intended never left; one that was sent is unproven, a pending write like any
// other (R26, S3).
func (e *Engine) recover(ctx context.Context) error {
	entries, err := e.cfg.Store.Unfinished(ctx)
	if err != nil || len(entries) == 0 {
		return err
	}
	ended := make([]ledger.Settlement, 0, len(entries))
	for _, entry := range entries {
		s := ledger.Settlement{Entry: entry}
		s.Entry.Ended = e.now()
		if entry.State == ledger.Intended {
			s.Entry.State, s.Entry.Outcome, s.Entry.Error = ledger.Failed, provider.NotApplied, "the program ended before it was sent"
		} else {
			s.Entry.State, s.Entry.Outcome, s.Entry.Error = ledger.Unanswered, provider.Unproven, "the program ended before the answer came"
			s.Pending = sentBeforeCrash(entry)
		}
		ended = append(ended, s)
	}
	return e.cfg.Store.Settle(ctx, ended)
}

func sentBeforeCrash(entry ledger.Entry) *ledger.Pending {
	op := entry.Op
	says := op.Says
	says.Account = op.Account
	return &ledger.Pending{Op: op.ID, Account: op.Account, Subject: op.Subject, RowKey: op.RowKey, Old: op.Old, New: op.New,
		Cause: op.Cause, Says: says, Sent: entry.Sent, Run: entry.Run, Tokens: op.Tokens, State: ledger.Expected}
}

// noticeRestore compares the last run number with the copy outside the data
// folder. A lower one means that a backup was restored: every account gets a
// first look, and nothing is done without a yes to that plan (R27, S13).
func (e *Engine) noticeRestore(ctx context.Context) error {
	if e.cfg.RunCopy == nil || e.copied {
		return nil
	}
	e.copied = true
	last, err := e.cfg.Store.LastRun(ctx)
	if err != nil {
		return err
	}
	seen, err := e.cfg.RunCopy.Load(ctx)
	if err != nil || seen <= last {
		return nil // no copy is no evidence
	}
	e.log.Warn("the state is older than the last run: a backup was restored", "run", last, "seen", seen)
	if err := e.cfg.Store.RaiseRun(ctx, seen, e.now()); err != nil {
		return err
	}
	return e.lookAnew(ctx, seen+1)
}

// lookAnew makes every account's next view a first look and asks for a yes to
// the plan that follows.
func (e *Engine) lookAnew(ctx context.Context, run ledger.RunID) error {
	accounts, err := e.cfg.Store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		a.Connected, a.Accepted = run, false
		if _, err := e.cfg.Store.PutAccount(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) rounds(ctx context.Context, b begun, wish Wish) ([]*round, error) {
	profiles, err := e.cfg.Store.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := e.cfg.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	routes, err := e.cfg.Store.Routes(ctx)
	if err != nil {
		return nil, err
	}
	waits, err := e.cfg.Store.Waits(ctx)
	if err != nil {
		return nil, err
	}
	before, err := e.cfg.Store.Runs(ctx, b.run, 1)
	if err != nil {
		return nil, err
	}
	interrupted := cutShort(before)
	var out []*round
	ops := 0
	for _, p := range profiles {
		r := &round{e: e, run: b.run, now: b.now, wish: wish, profile: p, settings: b.settings, interrupted: interrupted, ops: &ops, touched: map[media.WorkID]bool{}}
		for _, route := range routes {
			if route.Profile == p.ID {
				r.routes = append(r.routes, route)
			}
		}
		for _, a := range accounts {
			switch {
			case a.Profile != p.ID:
			case a.Removed:
				caps, _ := e.cfg.Capabilities(a.Provider)
				r.gone = append(r.gone, ledger.Party{Account: a, Caps: caps})
			default:
				r.sights = append(r.sights, e.sight(a, b.trust, waits, wish.Asked))
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// sight is an account before it was looked at: what is believed about reading
// it, and what keeps it from being asked.
func (e *Engine) sight(a ledger.Account, trust []ledger.Trust, waits []store.Wait, asked bool) *sight {
	s := &sight{account: a, works: map[string]media.WorkID{}, items: map[string]int{}}
	s.caps, _ = e.cfg.Capabilities(a.Provider)
	for _, f := range media.Features {
		s.trust[f] = ledger.Trust{Account: a.ID, Feature: f}
	}
	s.believe(trust)
	i := slices.IndexFunc(waits, func(w store.Wait) bool { return w.Account == a.ID })
	if i >= 0 && waits[i].Holds(e.now(), asked) {
		w := waits[i]
		s.stop, s.waiting = &ledger.Stop{Code: w.Why, Until: w.Until, Saw: w.Detail}, true
	}
	return s
}

// believe takes over what is stored about reading the account.
func (s *sight) believe(trust []ledger.Trust) {
	for _, t := range trust {
		if t.Account == s.account.ID {
			s.trust[t.Feature] = t
		}
	}
}

// number gives ops their ids: the run's number and their place in it.
func (r *round) number(ops []ledger.Op) {
	for i := range ops {
		*r.ops++
		ops[i].ID = ledger.OpID(fmt.Sprintf("%d-%d", r.run, *r.ops))
	}
}

// cutShort tells whether the latest run was stopped, failed or died, so that
// what it had decided may not be done.
func cutShort(latest []ledger.RunSummary) bool {
	return len(latest) == 1 && (latest[0].Ended == 0 || latest[0].Stopped || latest[0].Error != "")
}
