package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/schedule"
	"watchkeeper/engine/store"
)

// close books how the run ended and publishes how everything stands. It is
// done even when ctx has ended: a stopped run is booked too.
func (e *Engine) close(ctx context.Context, rounds []*round, sum *ledger.RunSummary, failed error) error {
	ctx = context.WithoutCancel(ctx)
	sum.Ended = e.now()
	if failed != nil {
		sum.Error = failed.Error()
	}
	var errs []error
	waits, err := e.cfg.Store.Waits(ctx)
	errs = append(errs, err)
	for _, r := range rounds {
		for _, s := range r.sights {
			errs = append(errs, e.keepWait(ctx, s, waits))
		}
		if failed == nil && !sum.Stopped {
			errs = append(errs, r.keepRules(ctx), r.keepTouched(ctx))
		}
	}
	if !sum.Preview {
		errs = append(errs, e.keepNotices(ctx, rounds))
	}
	counts, err := e.cfg.Store.Counts(ctx)
	sum.Works, sum.Open = counts.Works, counts.Open
	errs = append(errs, err, e.cfg.Store.EndRun(ctx, *sum))
	return errors.Join(append(errs, e.publish(ctx, nil))...)
}

// keepWait remembers why an account failed and when it is asked again, so that
// a restart does not ask sooner (R28).
func (e *Engine) keepWait(ctx context.Context, s *sight, waits []store.Wait) error {
	if s.waiting {
		return nil
	}
	var before store.Wait
	if i := slices.IndexFunc(waits, func(w store.Wait) bool { return w.Account == s.account.ID }); i >= 0 {
		before = waits[i]
	}
	if s.stop == nil {
		if before.Account == 0 || !s.looked {
			return nil
		}
		return e.cfg.Store.DropWait(ctx, s.account.ID)
	}
	w := store.Wait{Account: s.account.ID, Why: s.stop.Code, Since: before.Since, Detail: s.stop.Saw}
	if w.Since == 0 {
		w.Since = e.now()
	}
	failure := &provider.Error{Kind: kindOf(s.stop.Code), Until: s.stop.Until}
	jitter := time.Duration(e.cfg.Chance() * float64(time.Hour) / 10)
	one := schedule.State{Accounts: []schedule.Account{{ID: s.account.ID, Failures: before.Failures}}}
	after := one.Failed(s.account.ID, failure, e.now(), jitter).Accounts[0]
	w.Failures, w.Until = after.Failures, after.Retry
	if after.SignIn {
		w.Until = 0
	}
	return e.cfg.Store.PutWait(ctx, w)
}

// rules is everything that a person decides about who follows whom, how often
// one decided about works by hand, and by what works are matched: when it
// changes, every work is planned anew (R21).
func (r *round) rules(ctx context.Context) (string, error) {
	pins, err := r.e.cfg.Store.Pins(ctx)
	if err != nil {
		return "", err
	}
	decisions, err := r.e.cfg.Store.Decisions(ctx)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	enc := json.NewEncoder(h)
	err = errors.Join(enc.Encode(r.routes), enc.Encode(pins), enc.Encode(r.settings), enc.Encode(decisions))
	for _, s := range r.sights {
		err = errors.Join(err, enc.Encode(s.account), enc.Encode(s.caps))
		for _, f := range s.features() {
			err = errors.Join(err, enc.Encode(s.trust[f].Numbering))
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:12]), err
}

func (r *round) rulesSetting() string { return fmt.Sprintf("engine.rules.%d", r.profile.ID) }

// rulesChanged are all works of the person's accounts when the rules differ
// from those of the last finished run, or the run before did not finish.
func (r *round) rulesChanged(ctx context.Context) ([]media.WorkID, error) {
	now, err := r.rules(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := r.e.cfg.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	// A person may decide while the run goes on.
	r.outdated.all = r.outdated.all || r.rulesNow != now
	r.rulesNow = now
	if string(stored[r.rulesSetting()]) == quoted(now) && !r.wish.Explain && !r.interrupted {
		return nil, nil
	}
	var ids []ledger.AccountID
	for _, s := range r.sights {
		ids = append(ids, s.account.ID)
	}
	return r.e.cfg.Store.WorksAt(ctx, ids...)
}

func (r *round) keepRules(ctx context.Context) error {
	if r.rulesNow == "" {
		return nil
	}
	return r.e.cfg.Store.PutSettings(ctx, map[string]json.RawMessage{r.rulesSetting(): json.RawMessage(quoted(r.rulesNow))})
}

// keepTouched leaves the next run what this one found out after it had planned.
func (r *round) keepTouched(ctx context.Context) error {
	return r.e.cfg.Store.PutTouched(ctx, r.profile.ID, slices.Sorted(maps.Keys(r.touched)))
}

func quoted(s string) string { return `"` + s + `"` }

// stopFor turns an error about an account into why it takes no more part.
func (e *Engine) stopFor(err *provider.Error) *ledger.Stop {
	return &ledger.Stop{Code: ledger.CodeOf(err.Kind), Until: err.Until.Add(e.time.offset()), Saw: ledger.Said(err.Detail())}
}
