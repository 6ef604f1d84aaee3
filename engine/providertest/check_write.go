package providertest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func writingChecks() []check {
	return []check{
		{"writing/add", addsArrive},
		{"writing/update", updatesArrive},
		{"writing/remove", removalsArrive},
		{"writing/the same again", sameAgain},
		{"writing/unknown works are refused alone", unknownRefused},
		{"writing/a full batch", fullBatch},
		{"writing/no batch at all", emptyBatch},
		{"writing/never a whole show", neverWholeShow},
		{"writing/stored as the capabilities say", storedAsDeclared},
		{"writing/one play of several", onePlayOfSeveral},
		{"writing/results tell keys that exist", keysExist},
	}
}

// change is one write of an item.
func change(a provider.Action, f media.Feature, it media.Item, v media.Value, at media.Moment) provider.Change {
	return provider.Change{ID: "check", Action: a, Feature: f, Item: it, New: v, At: at}
}

// write does changes and holds the number of results to the promise.
func (r *Rig) write(ctx context.Context, changes ...provider.Change) ([]provider.Result, error) {
	res, err := r.Provider.Write(ctx, changes)
	if len(res) != len(changes) {
		return make([]provider.Result, len(changes)), fmt.Errorf("%d results for %d changes", len(res), len(changes))
	}
	return res, err
}

// one writes one change and wants it taken.
func (r *Rig) one(ctx context.Context, c provider.Change) (provider.Result, error) {
	res, err := r.write(ctx, c)
	if err != nil {
		return res[0], err
	}
	return res[0], taken(res[0])
}

func taken(res provider.Result) error {
	switch res.Outcome {
	case provider.Confirmed, provider.Accepted, provider.Already:
		return nil
	}
	return fmt.Errorf("%s: %v", res.Outcome, res.Err)
}

// first is what to add to a work without a value: plays lose their date where
// the service takes none.
func (r *Rig) first(f media.Feature, it media.Item) media.Value {
	v := r.sample(f, it)
	if c := r.caps(f); f == media.History && !c.PastDates && c.UndatedPlays {
		return media.Watched(0)
	}
	return v
}

func (r *Rig) holds(f media.Feature, it media.Item, want media.Value) error {
	truth := r.Truth(f, it)
	for _, v := range truth {
		if near(r.caps(f), f, v, want) || f == media.History && !r.caps(f).PastDates {
			return nil
		}
	}
	return fmt.Errorf("the service holds %+v, want %s", truth, want.Text(f))
}

func addsArrive(ctx context.Context, r *Rig) error {
	return r.each(provider.AddIt, func(f media.Feature, it media.Item) error {
		v := r.first(f, it)
		if _, err := r.one(ctx, change(provider.Add, f, it, v, r.longAgo())); err != nil {
			return err
		}
		return r.holds(f, it, v)
	})
}

func updatesArrive(ctx context.Context, r *Rig) error {
	return r.each(provider.FullUse, func(f media.Feature, it media.Item) error {
		old, ok := r.seed(f, it)
		v := old
		switch {
		case !ok || f == media.Watchlist || f == media.History:
			return notHere("nothing to update")
		case f == media.Ratings:
			v = media.Rated(60)
		case f == media.Progress:
			v = media.Position(it.RuntimeMS/2, it.RuntimeMS)
		}
		c := change(provider.Update, f, it, v, r.Now())
		c.Old = old
		if _, err := r.one(ctx, c); err != nil {
			return err
		}
		if n := len(r.Truth(f, it)); n != 1 {
			return fmt.Errorf("%d values after an update", n)
		}
		return r.holds(f, it, v)
	})
}

func removalsArrive(ctx context.Context, r *Rig) error {
	return r.each(provider.FullUse, func(f media.Feature, it media.Item) error {
		old, ok := r.seed(f, it)
		if !ok {
			return unseeded
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		for _, row := range shows(v, s, it) {
			c := change(provider.Remove, f, it, media.Value{}, r.Now())
			c.Old, c.Item.Key, c.PlayKey = old, row.Key, row.PlayKey
			if row.PlayKey != "" && !r.caps(f).KeepsPlays {
				continue
			}
			if _, err = r.one(ctx, c); err != nil {
				return err
			}
		}
		left := r.Truth(f, it)
		if len(left) > 0 {
			return fmt.Errorf("the service still holds %+v", left)
		}
		return nil
	})
}

// sameAgain: what is so already is never refused and never doubled.
func sameAgain(ctx context.Context, r *Rig) error {
	return r.each(provider.AddIt, func(f media.Feature, it media.Item) error {
		if f == media.History && r.caps(f).KeepsPlays {
			return notHere("a log may take a play twice")
		}
		v, ok := r.seed(f, it)
		if !ok {
			return unseeded
		}
		before := r.Truth(f, it)
		if _, err := r.one(ctx, change(provider.Add, f, it, v, r.longAgo())); err != nil {
			return err
		}
		if after := r.Truth(f, it); len(after) != len(before) {
			return fmt.Errorf("held %+v, now %+v", before, after)
		}
		return nil
	})
}

// stranger is a work that no service has heard of.
func stranger(k media.Kind) media.Item {
	it := Work{Kind: k, N: 876_543, Season: -1, Number: -1}.Item()
	if k == media.Season {
		it = Season(876_543, 1).Item()
	}
	if k == media.Episode {
		it = Episode(876_543, 1, 1).Item()
	}
	return it
}

func unknownRefused(ctx context.Context, r *Rig) error {
	return r.each(provider.AddIt, func(f media.Feature, it media.Item) error {
		odd := change(provider.Add, f, stranger(it.Kind), r.first(f, it), r.longAgo())
		good := change(provider.Add, f, it, r.first(f, it), r.longAgo())
		list := []provider.Change{odd, good}
		if r.Provider.Capabilities().Batch < 2 {
			list = list[:1]
		}
		res, err := r.write(ctx, list...)
		if err != nil {
			return err
		}
		if o := res[0].Outcome; o != provider.Refused && o != provider.NotApplied || res[0].Err == nil {
			return fmt.Errorf("an unknown work is %s, error %v", o, res[0].Err)
		}
		if len(list) < 2 {
			return nil
		}
		if err = taken(res[1]); err != nil {
			return fmt.Errorf("the work beside it: %w", err)
		}
		return r.holds(f, it, good.New)
	})
}

// fullBatch: as many changes as the batch says, in one call, in order.
func fullBatch(ctx context.Context, r *Rig) error {
	n := min(r.Provider.Capabilities().Batch, 100)
	if n < 1 {
		return fmt.Errorf("a batch of %d", n)
	}
	var done [len(media.Features)]bool
	return r.each(provider.AddIt, func(f media.Feature, it media.Item) error {
		if done[f] {
			return notHere("a batch of another kind was written")
		}
		done[f] = true
		list := r.adds(f, it.Kind, n)
		res, err := r.write(ctx, list...)
		if err != nil {
			return err
		}
		for i, c := range list {
			if err = taken(res[i]); err == nil {
				err = r.holds(f, c.Item, c.New)
			}
			if err != nil {
				return fmt.Errorf("change %d of %d: %w", i+1, len(list), err)
			}
		}
		return nil
	})
}

func emptyBatch(ctx context.Context, r *Rig) error {
	before := r.Changes()
	res, err := r.Provider.Write(ctx, nil)
	if len(res) != 0 || err != nil || r.Changes() != before {
		return fmt.Errorf("%d results, %v, %d requests", len(res), err, r.Changes()-before)
	}
	return nil
}

// neverWholeShow: a play or position of a show would mark all below it.
func neverWholeShow(ctx context.Context, r *Rig) error {
	ep, _, ok := r.work(media.Episode, 1)
	if !ok || r.caps(media.History).Of(media.Episode) < provider.AddIt {
		return notHere("no episodes are watched here")
	}
	for _, w := range []Work{Show(1), Season(1, 1)} {
		it, known := r.Know(w)
		if !known {
			it = w.Item()
		}
		c := change(provider.Add, media.History, it, media.Watched(r.longAgo()), r.longAgo())
		res, err := r.Provider.Write(ctx, []provider.Change{c})
		if len(res) != 1 || taken(res[0]) == nil {
			return fmt.Errorf("a play of a whole %s: %+v, %v", it.Kind, res, err)
		}
		if t := r.Truth(media.History, ep); len(t) > 0 {
			return fmt.Errorf("a play of a whole %s marked its episode: %+v", it.Kind, t)
		}
	}
	return nil
}

// storedAsDeclared: what was written reads back as the capabilities project it.
func storedAsDeclared(ctx context.Context, r *Rig) error {
	return r.each(provider.AddIt, func(f media.Feature, it media.Item) error {
		c, v := r.caps(f), r.odd(f, it)
		if f == media.Watchlist || f == media.History && !c.PastDates {
			return notHere("nothing to project")
		}
		if _, err := r.one(ctx, change(provider.Add, f, it, v, r.longAgo())); err != nil {
			return err
		}
		view, s, err := r.read(ctx, f, provider.ReadRequest{Fresh: true}, "")
		if err != nil {
			return err
		}
		want := Keep(c, f, v, it.RuntimeMS)
		rows := shows(view, s, it)
		if len(rows) != 1 || !near(c, f, rows[0].Value, want) {
			return fmt.Errorf("wrote %s, reads %+v, declared %s", v.Text(f), rows, want.Text(f))
		}
		if c.PastDates && c.Times && f == media.Ratings && rows[0].At.Truncate(time.Minute) != r.longAgo().Truncate(time.Minute) {
			return fmt.Errorf("dated %s, sent %s", rows[0].At, r.longAgo())
		}
		return nil
	})
}

// odd is a value finer than any service's steps.
func (r *Rig) odd(f media.Feature, it media.Item) media.Value {
	switch f {
	case media.Ratings:
		return media.Rated(73)
	case media.History:
		return media.Watched(r.longAgo() + 12*hour + 34*minute + 56*second + 789)
	case media.Progress:
		return media.Position(it.RuntimeMS/3+1, it.RuntimeMS)
	}
	return media.Listed()
}

// onePlayOfSeveral: on a log, removing one play leaves the others.
func onePlayOfSeveral(ctx context.Context, r *Rig) error {
	c := r.caps(media.History)
	it, _, ok := r.work(media.Film, 3)
	dates := []media.Moment{r.longAgo(), r.longAgo() - 30*day, r.longAgo() - 60*day}
	if !ok || !c.KeepsPlays || c.Of(media.Film) < provider.FullUse {
		return notHere("no log of plays")
	}
	for _, d := range dates {
		if !r.Seed(media.History, it, media.Watched(d), d) {
			return unseeded
		}
	}
	v, s, err := r.read(ctx, media.History, provider.ReadRequest{Full: true}, "")
	if err != nil {
		return err
	}
	rows := shows(v, s, it)
	i := slices.IndexFunc(rows, func(row provider.Row) bool { return row.Value.PlayedAt() == dates[1] })
	if len(rows) != 3 || i < 0 || rows[i].PlayKey == "" {
		return fmt.Errorf("plays read as %+v", rows)
	}
	rm := change(provider.Remove, media.History, it, media.Value{}, r.Now())
	rm.Old, rm.Item.Key, rm.PlayKey = rows[i].Value, rows[i].Key, rows[i].PlayKey
	if _, err = r.one(ctx, rm); err != nil {
		return err
	}
	left := r.Truth(media.History, it)
	if len(left) != 2 || slices.Contains(left, media.Watched(dates[1])) {
		return fmt.Errorf("left %+v", left)
	}
	return nil
}

// keysExist: a key that a result teaches is the key that lists show.
func keysExist(ctx context.Context, r *Rig) error {
	return r.each(provider.AddIt, func(f media.Feature, it media.Item) error {
		res, err := r.one(ctx, change(provider.Add, f, it, r.first(f, it), r.longAgo()))
		if err != nil {
			return err
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{Fresh: true}, "")
		if err != nil {
			return err
		}
		for _, row := range shows(v, s, it) {
			if (res.Key == "" || res.Key == row.Key) && (res.PlayKey == "" || res.PlayKey == row.PlayKey) {
				return nil
			}
		}
		return fmt.Errorf("taught key %q play %q, listed %+v", res.Key, res.PlayKey, shows(v, s, it))
	})
}
