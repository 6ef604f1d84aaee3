package engine

import (
	"context"
	"encoding/json"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/store"
)

// Status returns how everything stands right now.
func (e *Engine) Status() ledger.Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.status
}

// Await returns the status as soon as its version differs from seen, or ctx's
// error. A slow reader skips middles and always gets the last.
func (e *Engine) Await(ctx context.Context, seen uint64) (ledger.Status, error) {
	for {
		e.mu.Lock()
		s, newer := e.status, e.newer
		e.mu.Unlock()
		if s.Version != seen {
			return s, nil
		}
		select {
		case <-newer:
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
}

// change publishes the status with a new version after edit has changed it.
func (e *Engine) change(edit func(*ledger.Status)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	edit(&e.status)
	e.status.Version++
	close(e.newer)
	e.newer = make(chan struct{})
}

func (e *Engine) stage(run ledger.RunID, stage string) {
	e.change(func(s *ledger.Status) { s.Running = &ledger.Progress{Run: run, Stage: stage} })
}

func (e *Engine) progress(run ledger.RunID, account ledger.AccountID, done, of int) {
	e.change(func(s *ledger.Status) {
		s.Running = &ledger.Progress{Run: run, Stage: "writing", Account: account, Done: done, Of: of}
	})
}

// publish computes the status from what is stored.
func (e *Engine) publish(ctx context.Context, problem *ledger.Problem) error {
	s, err := e.compute(ctx)
	if err != nil {
		return err
	}
	s.Problem = problem
	e.change(func(old *ledger.Status) {
		s.Version, s.NextRun, s.Paused, s.PausedTo = old.Version, old.NextRun, old.Paused, old.PausedTo
		s.Offline, s.Metered = old.Offline, old.Metered
		*old = s
	})
	return nil
}

// facts is what a status is computed from.
type facts struct {
	accounts []ledger.Account
	trust    []ledger.Trust
	pending  []ledger.Pending
	waits    []store.Wait
	settings ledger.Settings
	stored   map[string]json.RawMessage // settings as they are kept
}

func (e *Engine) compute(ctx context.Context) (ledger.Status, error) {
	s := ledger.Status{Now: e.now(), Demo: e.cfg.Demo}
	db := e.cfg.Store
	var f facts
	var err error
	if s.Profiles, err = db.Profiles(ctx); err != nil {
		return s, err
	}
	if f, err = e.facts(ctx); err != nil {
		return s, err
	}
	for _, a := range f.accounts {
		if !a.Removed {
			s.Accounts = append(s.Accounts, e.accountStatus(a, f))
		}
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		return s, err
	}
	s.Waiting, s.Unmet, s.SetAside, s.Unclear = counts.Waiting, counts.Unmet, counts.SetAside, counts.Unclear
	if s.Holds, err = e.holdStatus(ctx); err != nil {
		return s, err
	}
	runs, err := db.Runs(ctx, 0, 1)
	if len(runs) == 1 && runs[0].Ended != 0 {
		s.LastRun = &runs[0]
	}
	if err == nil {
		s.LastChange, err = db.LastChange(ctx)
	}
	return s, err
}

func (e *Engine) facts(ctx context.Context) (f facts, err error) {
	db := e.cfg.Store
	if f.accounts, err = db.Accounts(ctx); err != nil {
		return f, err
	}
	if f.trust, err = db.Trust(ctx); err != nil {
		return f, err
	}
	if f.pending, err = db.Pending(ctx); err != nil {
		return f, err
	}
	if f.waits, err = db.Waits(ctx); err != nil {
		return f, err
	}
	if f.stored, err = db.Settings(ctx); err != nil {
		return f, err
	}
	e.time.remember(f.stored, f.trust)
	f.settings, err = chosen(f.stored)
	return f, err
}

func (e *Engine) accountStatus(a ledger.Account, f facts) ledger.AccountStatus {
	caps, _ := e.cfg.Capabilities(a.Provider)
	out := ledger.AccountStatus{ID: a.ID, Profile: a.Profile, Provider: a.Provider, Name: a.Name, UserName: a.UserName,
		Server: a.Server, Paused: a.Paused, Notices: notices(f.stored, a.ID), Allowance: -1}
	for _, w := range f.waits {
		if w.Account == a.ID {
			out.Problem, out.Detail, out.Since, out.Retry = w.Why, w.Detail, w.Since, w.Until
		}
	}
	e.mu.Lock()
	if c := e.open[a.ID]; c != nil {
		out.Allowance, out.AllowanceOf, out.SignInEnds = c.left, c.daily, c.ends
	}
	e.mu.Unlock()
	s := sight{account: a, caps: caps}
	r := round{settings: f.settings}
	for _, feature := range s.features() {
		t := ledger.Trust{Account: a.ID, Feature: feature}
		for _, v := range f.trust {
			if v.Account == a.ID && v.Feature == feature {
				t = v
			}
		}
		out.ClockMS, out.Version = t.ClockMS, t.Version
		out.Features = append(out.Features, e.featureStatus(t, f, r.interval(&s)))
	}
	if out.Problem != "" {
		silence(out.Features, out.Problem, out.Detail)
	}
	return out
}

// silence marks features of an account that cannot be read as a whole, however
// lately they were read (§9).
func silence(features []ledger.FeatureStatus, why ledger.Code, detail ledger.Evidence) {
	for i := range features {
		features[i].Freshness, features[i].Why, features[i].Evidence = ledger.Silent, why, detail
	}
}

func (e *Engine) featureStatus(t ledger.Trust, f facts, intervalMS int64) ledger.FeatureStatus {
	var mine []ledger.Pending
	for _, p := range f.pending {
		if p.Account == t.Account && p.Feature == t.Feature {
			mine = append(mine, p)
		}
	}
	fresh, why, evidence := observe.Freshness(t, mine, e.now(), intervalMS)
	median, p95 := observe.Lags(t.LagsMS)
	sent := 0
	for _, p := range mine {
		if p.State == ledger.Expected {
			sent++
		}
	}
	out := ledger.FeatureStatus{Feature: t.Feature, Freshness: fresh, LastTrusted: t.LastTrusted, Count: t.Count, Sent: sent,
		Evidence: evidence, Why: why, LagMS: median, Lag95MS: p95}
	if t.LastTrusted.Known() {
		out.Next = t.LastTrusted + media.Moment(intervalMS)
	}
	return out
}

// sampleTitles is how many titles a hold shows in a list.
const sampleTitles = 5

func (e *Engine) holdStatus(ctx context.Context) ([]ledger.HoldStatus, error) {
	open, err := e.cfg.Store.OpenHolds(ctx)
	if err != nil {
		return nil, err
	}
	var out []ledger.HoldStatus
	for _, h := range open {
		count, works, err := e.cfg.Store.HeldOps(ctx, h.ID, sampleTitles)
		if err != nil {
			return nil, err
		}
		if count == 0 {
			count = h.Lost
		}
		s := ledger.HoldStatus{ID: h.ID, Profile: h.Profile, Guard: h.Guard, Target: h.Target, Cause: h.Cause, Feature: h.Feature,
			Count: count, Since: h.Since, Run: h.Run, Evidence: h.Evidence}
		if s.Titles, err = e.titles(ctx, works); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// titles names works in order.
func (e *Engine) titles(ctx context.Context, works []media.WorkID) ([]string, error) {
	if len(works) == 0 {
		return nil, nil
	}
	found, err := e.cfg.Store.Works(ctx, works)
	if err != nil {
		return nil, err
	}
	var shows []media.WorkID
	for _, w := range found {
		if w.Show != 0 {
			shows = append(shows, w.Show)
		}
	}
	slices.Sort(shows)
	parents, err := e.cfg.Store.Works(ctx, shows)
	out := make([]string, len(works))
	for i, id := range works {
		out[i] = Title(found[id], parents[found[id].Show])
	}
	return out, err
}
