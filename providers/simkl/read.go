package simkl

import (
	"context"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// read asks for the activities first and lists only features that they say
// have changed since the cursor, or all when Full or Fresh. The library is
// brought up to date by what changed since the last read, and views tell what
// that changed; without a library to merge into they tell everything.
// Positions are always listed whole.
func (a *account) read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	snap := provider.Snapshot{AllowanceLeft: a.meter.left(time.Now()), AllowanceOf: dailyLimit}
	act, resp, err := a.activity(ctx, want.Fresh)
	snap.ClockMS, snap.ClockKnown = resp.ClockMS()
	if err != nil {
		return snap, provider.AsError(err)
	}
	if err := a.shelf.take(ctx); err != nil {
		return snap, err
	}
	defer a.shelf.give()
	if time.Since(a.shelf.sentAt) > justNow {
		a.shelf.wrote, a.shelf.news = nil, nil
	}
	r := reading{account: a, act: act, full: want.Full || want.Fresh, fresh: want.Fresh}
	r.seen = map[string]bool{}
	for _, w := range want.Wants {
		snap.Views = append(snap.Views, r.view(ctx, w))
	}
	snap.Items = r.items
	snap.AllowanceLeft = a.meter.left(time.Now())
	return snap, nil
}

// reading is one call of Read.
type reading struct {
	*account
	collector
	act         activities
	full, fresh bool
	updated     bool            // the library was brought up to the activities, or that failed
	failed      *provider.Error // why it could not be
	stop        *provider.Error // what is sure to meet the next list too
}

// collector describes each item once.
type collector struct {
	items []media.Item
	seen  map[string]bool
}

func (c *collector) describe(it media.Item) {
	if !c.seen[it.Key] {
		c.seen[it.Key] = true
		c.items = append(c.items, it)
	}
}

func (r *reading) view(ctx context.Context, w provider.FeatureRequest) provider.View {
	state := r.act.state(moves[w.Feature])
	v := provider.View{Feature: w.Feature, Cursor: w.Cursor, Evidence: provider.Evidence{Announced: -1, ServerID: apiHost}}
	before, seq := r.shelf.since(w.Cursor)
	if w.Cursor != "" && !r.full && state == before && r.stop == nil {
		v.Coverage, v.Evidence.Unchanged = provider.Changes, true
		r.stamp(&v)
		return v
	}
	if r.full {
		seq = everythingSince
	}
	if err := r.fill(ctx, &v, seq); err != nil {
		if wholeAccount(err.Kind) {
			r.stop = err
		}
		return provider.View{Feature: w.Feature, Err: err}
	}
	v.Cursor = r.shelf.cursor(state)
	r.stamp(&v)
	return v
}

// stamp tells the version of what a view shows. Positions have none: they
// expire without a word.
func (r *reading) stamp(v *provider.View) {
	if v.Feature != media.Progress {
		m := r.shelf.Marks[v.Feature.String()]
		v.Evidence.Stamp, v.Evidence.StampAt = m.Stamp, m.At
	}
}

// fill lists a feature: what changed after an update of the shelf, or all.
func (r *reading) fill(ctx context.Context, v *provider.View, seq int) *provider.Error {
	switch {
	case r.stop != nil:
		return r.stop
	case v.Feature == media.Progress:
		v.Coverage = provider.Whole
		return provider.AsError(r.positions(ctx, v, r.fresh, &r.collector))
	}
	if !r.updated {
		r.updated = true
		r.failed = provider.AsError(r.update(ctx, r.act, r.full, r.fresh))
	}
	if r.failed == nil {
		r.shelf.show(v, seq, &r.collector)
		v.Evidence.Cached = !r.full
	}
	return r.failed
}

// wholeAccount tells whether an error of one list is sure to meet the next
// one too.
func wholeAccount(k provider.ErrorKind) bool {
	switch k {
	case provider.Auth, provider.AppRejected, provider.WrongUser, provider.Locked, provider.RateLimited:
		return true
	}
	return false
}
