package providertest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func mannersChecks() []check {
	return []check{
		{"manners/capabilities make sense", capabilities},
		{"manners/fresh goes past caches", freshRead},
		{"manners/a cursor shows what changed", cursorRead},
		{"manners/ends soon after its context", endsSoon},
		{"manners/an ended context writes nothing", endedContext},
		{"manners/whoami asks", whoamiAsks},
		{"manners/reading writes nothing", readsOnly},
	}
}

func timeChecks() []check {
	return []check{
		{"time/the service's clock is told", clockTold},
		{"time/an absent date stays absent", absentDate},
		{"time/a sentinel is unknown", sentinel},
		{"time/dates of values", valueDates},
	}
}

// capabilities: constant, and possible.
func capabilities(_ context.Context, r *Rig) error {
	c := r.Provider.Capabilities()
	if c != r.Provider.Capabilities() {
		return fmt.Errorf("capabilities change")
	}
	if c.Batch < 1 || c.Class != provider.MediaServer && c.Class != provider.Tracker || c.ReadsEveryMS <= 0 {
		return fmt.Errorf("batch %d, class %d, every %d ms", c.Batch, c.Class, c.ReadsEveryMS)
	}
	for _, f := range media.Features {
		if err := possible(c.Features[f], f); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	return nil
}

func possible(c provider.FeatureCaps, f media.Feature) error {
	for _, k := range media.Kinds {
		a := c.Of(k)
		switch {
		case a != provider.None && !c.Offered():
			return fmt.Errorf("access to a %s without coverage", k)
		case a > provider.ReadIt && !k.Leaf() && (f == media.History || f == media.Progress):
			return fmt.Errorf("a whole %s could be written", k)
		}
	}
	if f == media.Ratings && c.Offered() && (c.Step < 1 || c.Highest < 1 || c.Highest > 100) {
		return fmt.Errorf("steps of %d up to %d", c.Step, c.Highest)
	}
	if f == media.Progress && c.Fraction && c.FractionStep < 1 {
		return fmt.Errorf("fractions in steps of %d", c.FractionStep)
	}
	return nil
}

// freshRead: a cache that says "unmodified" does not reach a Fresh read.
func freshRead(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		before, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		frozen := r.Fault(Unmodified)
		defer r.Calm()
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{Fresh: true}, before.Cursor)
		if err != nil {
			return err
		}
		if v.Evidence.Cached || v.Evidence.Unchanged || len(shows(v, s, it)) == 0 {
			return fmt.Errorf("cache in the way (%v): %+v", frozen, v)
		}
		return nil
	})
}

// cursorRead: a read with a cursor shows what changed since, or everything.
func cursorRead(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		before, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{}, before.Cursor)
		switch {
		case err != nil:
			return err
		case v.Evidence.Unchanged || len(shows(v, s, it)) == 0:
			return fmt.Errorf("a change since the cursor is not shown: %+v", v)
		}
		v, _, err = r.read(ctx, f, provider.ReadRequest{}, v.Cursor)
		if err == nil && v.Evidence.Unchanged && (len(v.Rows) > 0 || v.Coverage != provider.Changes) {
			return fmt.Errorf("unchanged, and yet coverage %d with %d rows", v.Coverage, len(v.Rows))
		}
		return err
	})
}

// soon is how long a call may go on after its context ended (L9).
const soon = 2 * time.Second

func endsSoon(ctx context.Context, r *Rig) error {
	list, err := r.additions()
	if err != nil {
		return err
	}
	if !r.Fault(Stalled) {
		return notHere("the service cannot stall")
	}
	defer r.Calm()
	calls := map[string]func(context.Context) error{
		"whoami": func(c context.Context) error { _, err := r.Provider.Whoami(c); return err },
		"write":  func(c context.Context) error { _, err := r.Provider.Write(c, list); return err },
		"read": func(c context.Context) error {
			_, _, err := r.read(c, list[0].Feature, provider.ReadRequest{Fresh: true}, "")
			return err
		},
	}
	for _, name := range []string{"whoami", "read", "write"} {
		if err := endedIn(ctx, calls[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func endedIn(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- call(ctx) }()
	<-ctx.Done()
	late := time.NewTimer(soon)
	defer late.Stop()
	select {
	case err := <-done:
		if err == nil {
			return fmt.Errorf("no error from a service that says nothing")
		}
		return nil
	case <-late.C:
		return fmt.Errorf("still busy %s after its context ended", soon)
	}
}

func endedContext(ctx context.Context, r *Rig) error {
	list, err := r.additions()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	res, failure := r.Provider.Write(ctx, list)
	if failure == nil || len(res) != len(list) {
		return fmt.Errorf("%d results for %d changes, error %v", len(res), len(list), failure)
	}
	for i, c := range list {
		if res[i].Outcome != provider.NotApplied || len(r.Truth(c.Feature, c.Item)) > 0 {
			return fmt.Errorf("%s, held %+v", res[i].Outcome, r.Truth(c.Feature, c.Item))
		}
	}
	return nil
}

func whoamiAsks(ctx context.Context, r *Rig) error {
	first, err := r.Provider.Whoami(ctx)
	if err != nil {
		return err
	}
	if first.UserID == "" || first.ServerID == "" {
		return fmt.Errorf("identity %+v", first)
	}
	if !r.Fault(OtherUser) {
		return notHere("the token cannot change hands")
	}
	defer r.Calm()
	second, err := r.Provider.Whoami(ctx)
	if err == nil && second.UserID == first.UserID {
		return fmt.Errorf("still %q", second.UserID)
	}
	return nil
}

func readsOnly(ctx context.Context, r *Rig) error {
	before := r.Changes()
	for _, f := range media.Features {
		if !r.caps(f).Offered() {
			continue
		}
		if _, _, err := r.read(ctx, f, provider.ReadRequest{Fresh: true}, ""); err != nil {
			return err
		}
	}
	if _, err := r.Provider.Whoami(ctx); err != nil {
		return err
	}
	if n := r.Changes() - before; n > 0 {
		return fmt.Errorf("%d requests that change something", n)
	}
	return nil
}

func clockTold(ctx context.Context, r *Rig) error {
	if r.Clock == nil {
		return notHere("replies carry no time")
	}
	const ahead = 7 * time.Minute
	r.Clock(ahead)
	for _, f := range media.Features {
		if !r.caps(f).Offered() {
			continue
		}
		_, s, err := r.read(ctx, f, provider.ReadRequest{Fresh: true}, "")
		if err != nil {
			return err
		}
		off := time.Duration(s.ClockMS)*time.Millisecond - ahead
		if !s.ClockKnown || max(off, -off) > 2*time.Second {
			return fmt.Errorf("known: %v, %d ms ahead, want %s", s.ClockKnown, s.ClockMS, ahead)
		}
		return nil
	}
	return nil
}

// absentDate: a play without a date stays without one.
func absentDate(ctx context.Context, r *Rig) error {
	return r.undated(ctx, func(it media.Item) bool { return r.Seed(media.History, it, media.Watched(0), r.Now()) })
}

func sentinel(ctx context.Context, r *Rig) error {
	if r.Sentinel == nil {
		return notHere("no sentinel")
	}
	return r.undated(ctx, r.Sentinel)
}

func (r *Rig) undated(ctx context.Context, seed func(media.Item) bool) error {
	for _, k := range r.kinds(media.History, provider.ReadIt) {
		it, _, ok := r.work(k, 60)
		if !ok || !seed(it) {
			continue
		}
		v, s, err := r.read(ctx, media.History, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		rows := shows(v, s, it)
		dated := func(row provider.Row) bool { return row.Value.PlayedAt().Known() }
		if len(rows) == 0 || slices.ContainsFunc(rows, dated) {
			return fmt.Errorf("an undated play reads as %+v", rows)
		}
		return nil
	}
	return notHere("no undated plays")
}

// valueDates: where rows carry the service's time, it is the person's; where
// they do not, none is invented.
func valueDates(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		if f == media.History {
			return notHere("plays carry their own date")
		}
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		rows, c := shows(v, s, it), r.caps(f)
		switch {
		case len(rows) == 0:
			return fmt.Errorf("not listed")
		case c.Times && rows[0].At.Truncate(grain(c)) != r.longAgo().Truncate(grain(c)):
			return fmt.Errorf("dated %s, given %s", rows[0].At, r.longAgo())
		case !c.Times && rows[0].At.Known():
			return fmt.Errorf("dated %s although the service tells no times", rows[0].At)
		}
		return nil
	})
}
