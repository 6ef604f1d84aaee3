package providertest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func timeChecks() []check {
	return []check{
		{"time/the service's clock is told", clockTold},
		{"time/an absent date stays absent", absentDate},
		{"time/a sentinel is unknown", sentinel},
		{"time/dates of values", valueDates},
	}
}

// clockTold: the difference of the clocks is measured on every read.
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
