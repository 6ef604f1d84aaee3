package providertest

import (
	"context"
	"errors"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Fail lets the given calls, or all, fail n times with an error of this kind,
// certainly without effect.
func (w *Weather) Fail(n int, kind provider.ErrorKind, calls ...Call) {
	defer w.lock()()
	if len(calls) == 0 {
		calls = Everything
	}
	for _, c := range calls {
		w.calls[c] = failing{spell: spell(n), kind: kind, until: w.m.clock().Add(time.Minute)}
	}
}

// FailView lets n views of a feature fail while the rest of the read succeeds.
func (w *Weather) FailView(n int, kind provider.ErrorKind, fs ...media.Feature) {
	defer w.lock()()
	w.over(fs, func(_ media.Feature, l *list) {
		l.failing = failing{spell: spell(n), kind: kind, until: w.m.clock().Add(time.Minute)}
	})
}

// LoseAnswers lets n writes end in a time-out, before or after their effect:
// the writer cannot know.
func (w *Weather) LoseAnswers(n int, effect Effect) {
	defer w.lock()()
	w.lost, w.lostAfter = spell(n), effect
}

// Hang lets n of the given calls wait until their context ends.
func (w *Weather) Hang(n int, calls ...Call) {
	defer w.lock()()
	for _, c := range calls {
		w.hangs[c] = spell(n)
	}
}

// Panic lets n of the given calls panic.
func (w *Weather) Panic(n int, calls ...Call) {
	defer w.lock()()
	for _, c := range calls {
		w.panics[c] = spell(n)
	}
}

// Slow lets every call take this long.
func (w *Weather) Slow(d time.Duration) {
	defer w.lock()()
	w.slow = d
}

// StoreOnly stores percent of the changes and answers ok for all.
func (w *Weather) StoreOnly(percent int) {
	defer w.lock()()
	w.unstored, w.tells = 100-percent, false
}

// AcceptOnly stores percent of the changes and refuses the others by name.
func (w *Weather) AcceptOnly(percent int) {
	defer w.lock()()
	w.unstored, w.tells = 100-percent, true
}

// CountOnly answers n writes with counts: nothing is confirmed, no keys.
func (w *Weather) CountOnly(n int) {
	defer w.lock()()
	w.countOnly = spell(n)
}

// ShortResults breaks the contract n times: a result is missing.
func (w *Weather) ShortResults(n int) {
	defer w.lock()()
	w.short = spell(n)
}

// Orphans breaks the contract n times: rows without their items.
func (w *Weather) Orphans(n int) {
	defer w.lock()()
	w.orphaned = spell(n)
}

// Rewrite changes values as they are stored; nil ends it.
func (w *Weather) Rewrite(f func(media.Feature, media.Value) media.Value) {
	defer w.lock()()
	w.rewrite = f
}

// Allow leaves n requests for today; each call takes one, and at none calls
// are rate limited. Negative: the service does not count.
func (w *Weather) Allow(n int) {
	defer w.lock()()
	w.allowance = n
}

var (
	errWeather = errors.New("bad weather")
	errToday   = errors.New("no requests left today")
)

// failure makes the error of a fault.
func (m *Memory) failure(f *failing, doing string) *provider.Error {
	err := provider.Failed(f.kind, doing, errWeather)
	if f.kind == provider.RateLimited {
		err.Until = f.until + media.Moment(m.weather.asker)
	}
	return err
}

var callNames = [callKinds]string{"whoami", "read", "write", "look up", "find", "playing"}

// enter counts a call and lets it pass, wait, fail or panic. Its error is an
// *Error, or nil.
func (m *Memory) enter(ctx context.Context, c Call) error {
	w := &m.weather
	w.run(&w.before[c])
	m.mu.Lock()
	m.requests.count(c)
	slow, hang, panics := w.slow, w.hangs[c].cast(), w.panics[c].cast()
	var failure *provider.Error
	if f, now := w.calls[c].cast(); now {
		failure = m.failure(f, callNames[c])
	}
	if failure == nil && w.allowance == 0 {
		failure = &provider.Error{Kind: provider.RateLimited, Doing: callNames[c], Until: m.clock().Add(time.Hour) + media.Moment(w.asker), Err: errToday}
	}
	if w.allowance > 0 {
		w.allowance--
	}
	m.mu.Unlock()
	if panics {
		panic(m.profile.Name + ": " + callNames[c])
	}
	if err := wait(ctx, slow, hang); err != nil {
		return &provider.Error{Kind: provider.Transient, Doing: callNames[c], Err: err, Sent: hang}
	}
	if failure != nil {
		return failure
	}
	return nil
}

// wait passes the time, or ends with the context.
func wait(ctx context.Context, d time.Duration, forever bool) error {
	if forever {
		<-ctx.Done()
	}
	if d <= 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func (r *Requests) count(c Call) {
	switch c {
	case Whoami:
		r.Whoami++
	case Reads:
		r.Reads++
	case Writes:
		r.Writes++
	case LookUps:
		r.LookUps++
	case Finds:
		r.Finds++
	case Playing:
		r.PlayingQueries++
	}
}

// reach tells how many changes of a batch have their effect, and whether the
// answer is lost.
func (w *Weather) reach(batch int) (n int, lost bool) {
	if !w.lost.cast() {
		return batch, false
	}
	switch w.lostAfter {
	case NoEffect:
		return 0, true
	case HalfEffect:
		return batch / 2, true
	}
	return batch, true
}

// stores draws whether a change is stored.
func (w *Weather) stores() bool { return w.storing.IntN(100) < 100-w.unstored }

// reply spoils what a write answers.
func (w *Weather) reply(results []provider.Result) []provider.Result {
	if w.countOnly.cast() {
		for i := range results {
			if o := results[i].Outcome; o == provider.Confirmed || o == provider.Already {
				results[i] = provider.Result{Outcome: provider.Accepted}
			}
		}
	}
	if len(results) > 0 && w.short.cast() {
		results = results[:len(results)-1]
	}
	return results
}
