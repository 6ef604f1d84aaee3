package simkl

import (
	"context"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Read asks for the activities first and lists only features that they say
// have changed since the cursor, or all when Full or Fresh. The library is
// merged from what changed since the last read; positions are always listed
// anew. A feature that changed is always shown whole.
func (a *account) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	snap := provider.Snapshot{AllowanceLeft: a.meter.left(time.Now())}
	act, resp, err := a.activity(ctx, want.Fresh)
	snap.ClockMS, snap.ClockKnown = resp.ClockMS()
	if err != nil {
		return snap, provider.AsError(err)
	}
	if err := a.shelf.take(ctx); err != nil {
		return snap, err
	}
	defer a.shelf.give()
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
	v := provider.View{Feature: w.Feature, Cursor: state, Evidence: provider.Evidence{
		Announced: -1, ServerID: apiHost, Stamp: state, StampAt: r.act.latest(moves[w.Feature])}}
	if !r.full && state == w.Cursor && r.stop == nil {
		v.Coverage, v.Evidence.Unchanged = provider.Changes, true
		return v
	}
	v.Coverage = provider.Whole
	if err := r.fill(ctx, &v); err != nil {
		if wholeAccount(err.Kind) {
			r.stop = err
		}
		return provider.View{Feature: w.Feature, Err: err}
	}
	return v
}

// fill lists a feature.
func (r *reading) fill(ctx context.Context, v *provider.View) *provider.Error {
	switch {
	case r.stop != nil:
		return r.stop
	case v.Feature == media.Progress:
		return provider.AsError(r.positions(ctx, v, r.fresh, &r.collector))
	}
	if !r.updated {
		r.updated = true
		r.failed = provider.AsError(r.update(ctx, r.act, r.full, r.fresh))
	}
	if r.failed == nil {
		r.shelf.show(v, &r.collector)
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
