package providertest

import (
	"context"
	"errors"
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
		{"manners/a cache is told", cacheTold},
		{"manners/removals are named where declared", removalsNamed},
		{"manners/several calls at once", atOnce},
		{"manners/evidence names who", namesWho},
		{"manners/ends soon after its context", endsSoon},
		{"manners/an ended context writes nothing", endedContext},
		{"manners/whoami asks", whoamiAsks},
		{"manners/reading writes nothing", readsOnly},
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

// cacheTold: what a cache answered is marked as such.
func cacheTold(ctx context.Context, r *Rig) error {
	return r.some(provider.ReadIt, 1, func(f media.Feature, it media.Item) error {
		before, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		if !r.Fault(Unmodified) {
			return notHere("no conditional requests")
		}
		defer r.Calm()
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{}, before.Cursor)
		var e *provider.Error
		switch {
		case errors.As(err, &e):
			return nil
		case err != nil:
			return err
		}
		if len(shows(v, s, it)) == 0 && !v.Evidence.Cached && !v.Evidence.Unchanged {
			return fmt.Errorf("an old list without a word: %+v", v.Evidence)
		}
		return nil
	})
}

// removalsNamed: changes name what is gone.
func removalsNamed(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		if !r.caps(f).NamesRemovals {
			return notHere("changes do not name removals")
		}
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		before, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		rows := shows(before, s, it)
		if len(rows) == 0 || !r.Seed(f, it, media.Value{}, r.Now()) {
			return unseeded
		}
		v, _, err := r.read(ctx, f, provider.ReadRequest{}, before.Cursor)
		if err != nil {
			return err
		}
		if v.Coverage == provider.Changes && !slices.Contains(v.Removed, rows[0].Key) {
			return fmt.Errorf("%q is gone, named are %q", rows[0].Key, v.Removed)
		}
		return nil
	})
}

// atOnce: reads from several goroutines all succeed and agree.
func atOnce(ctx context.Context, r *Rig) error {
	return r.some(provider.ReadIt, 1, func(f media.Feature, it media.Item) error {
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		done := make(chan error)
		for range 4 {
			go func() {
				v, s, err := r.read(ctx, f, provider.ReadRequest{Fresh: true}, "")
				if err == nil && len(shows(v, s, it)) == 0 {
					err = fmt.Errorf("not listed")
				}
				done <- err
			}()
		}
		var errs []error
		for range 4 {
			errs = append(errs, <-done)
		}
		return errors.Join(errs...)
	})
}

// namesWho: evidence and identity are of one user and one server.
func namesWho(ctx context.Context, r *Rig) error {
	who, err := r.Provider.Whoami(ctx)
	if err != nil {
		return err
	}
	return r.some(provider.ReadIt, 1, func(f media.Feature, _ media.Item) error {
		v, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		e := v.Evidence
		switch {
		case err != nil:
			return err
		case e.UserID != "" && e.UserID != who.UserID, e.ServerID != "" && e.ServerID != who.ServerID,
			e.Version != "" && e.Version != who.Version:
			return fmt.Errorf("evidence of %q at %q %s, identity %+v", e.UserID, e.ServerID, e.Version, who)
		}
		return nil
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
