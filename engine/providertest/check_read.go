package providertest

import (
	"context"
	"fmt"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func honestyChecks() []check {
	out := []check{
		{"honesty/no error means everything", everythingListed},
		{"honesty/counts agree", countsAgree},
		{"honesty/one view per wish", oneViewPerWish},
		{"honesty/coverage as declared", coverageAsDeclared},
	}
	for _, f := range []Fault{Unauthorised, TooMany, ServerError, LoginPage, WrongType, CutBody, EndlessBody, CutPages, NoTotals, NotSent} {
		out = append(out, check{"honesty/no view after " + f.String(), func(ctx context.Context, r *Rig) error {
			return noViewAfter(ctx, r, f)
		}})
	}
	return out
}

func readingChecks() []check {
	return []check{
		{"reading/values", valuesRead},
		{"reading/nothing shows as nothing", nothingRead},
		{"reading/many pages", manyPages},
		{"reading/stable keys", stableKeys},
		{"reading/items once and for every row", itemsOnce},
		{"reading/items described", itemsDescribed},
		{"reading/specials", specials},
	}
}

// everythingListed: a view without an error lists all there is.
func everythingListed(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		seeded := 0
		for n := range 3 {
			more, _, ok := r.work(it.Kind, 500+n)
			if !ok {
				continue
			}
			if _, ok = r.seed(f, more); ok {
				seeded++
			}
		}
		if seeded == 0 {
			return unseeded
		}
		v, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		if got := valued(v); got < seeded {
			return fmt.Errorf("%d of %d listed", got, seeded)
		}
		return nil
	})
}

func valued(v provider.View) (n int) {
	for _, row := range v.Rows {
		if row.Value.Set {
			n++
		}
	}
	return n
}

func countsAgree(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		r.seed(f, it)
		v, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		e := v.Evidence
		switch {
		case err != nil:
			return err
		case e.Announced >= 0 && e.Announced != e.Received:
			return fmt.Errorf("announced %d, received %d, and yet a view", e.Announced, e.Received)
		case e.Received == 0 && valued(v) > 0:
			return fmt.Errorf("received nothing, and yet %d rows", valued(v))
		}
		return nil
	})
}

func oneViewPerWish(ctx context.Context, r *Rig) error {
	want := provider.ReadRequest{Full: true}
	for _, f := range media.Features {
		if r.caps(f).Offered() {
			want.Wants = append(want.Wants, provider.FeatureRequest{Feature: f})
		}
	}
	s, err := r.Provider.Read(ctx, want)
	if err != nil {
		return err
	}
	if len(s.Views) != len(want.Wants) {
		return fmt.Errorf("%d views for %d wishes", len(s.Views), len(want.Wants))
	}
	for _, w := range want.Wants {
		if !slices.ContainsFunc(s.Views, func(v provider.View) bool { return v.Feature == w.Feature }) {
			return fmt.Errorf("no view of %s", w.Feature)
		}
	}
	return nil
}

func coverageAsDeclared(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, _ media.Item) error {
		v, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		if v.Coverage != r.caps(f).Coverage {
			return fmt.Errorf("coverage %d, declared %d", v.Coverage, r.caps(f).Coverage)
		}
		return nil
	})
}

// noViewAfter: what went wrong is an error and never an empty view (R1).
func noViewAfter(ctx context.Context, r *Rig, fault Fault) error {
	return r.some(provider.ReadIt, 1, func(f media.Feature, it media.Item) error {
		if !fill(r, f, it, fault) {
			return unseeded
		}
		if !r.Fault(fault) {
			return notHere("the service cannot have it")
		}
		defer r.Calm()
		s, err := r.Provider.Read(ctx, provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: f}}})
		if err != nil {
			return nil
		}
		for _, v := range s.Views {
			if v.Err == nil || len(v.Rows) > 0 {
				return fmt.Errorf("a view with %d rows and error %v", len(v.Rows), v.Err)
			}
		}
		return nil
	})
}

// fill seeds enough for a fault to matter: more than one page to cut pages.
func fill(r *Rig, f media.Feature, it media.Item, fault Fault) bool {
	_, ok := r.seed(f, it)
	if fault != CutPages || !ok {
		return ok
	}
	return r.Many > 0 && (f == media.Watchlist || f == media.Ratings) && it.Kind != media.Season && r.seedMany(f, it.Kind) >= r.Many
}

// seedMany gives Many works of a kind a value and returns how many took it.
func (r *Rig) seedMany(f media.Feature, k media.Kind) (n int) {
	for i := range r.Many {
		it, _, ok := r.work(k, 1000+i)
		if !ok {
			return n
		}
		if _, ok = r.seed(f, it); ok {
			n++
		}
	}
	return n
}

// valuesRead: what the person gave is what is read, in the service's precision.
func valuesRead(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		want, ok := r.seed(f, it)
		if !ok {
			return unseeded
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		rows := shows(v, s, it)
		if !slices.ContainsFunc(rows, func(row provider.Row) bool { return near(r.caps(f), f, row.Value, want) }) {
			return fmt.Errorf("shows %+v, want %s", rows, want.Text(f))
		}
		return nil
	})
}

// nothingRead: what is not there is unlisted, or an explicit no in a catalogue.
func nothingRead(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		v, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		rows := rowsOf(v, s, it)
		if len(shows(v, s, it)) > 0 {
			return fmt.Errorf("shows %+v", rows)
		}
		if v.Coverage == provider.Catalogue && len(rows) == 0 {
			return fmt.Errorf("a held item is missing from the catalogue")
		}
		return nil
	})
}

func manyPages(ctx context.Context, r *Rig) error {
	if r.Many == 0 {
		return notHere("lists come in one piece")
	}
	for _, f := range []media.Feature{media.Watchlist, media.Ratings, media.History} {
		for _, k := range r.kinds(f, provider.ReadIt) {
			n := r.seedMany(f, k)
			if n < r.Many {
				continue
			}
			v, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
			if err != nil {
				return err
			}
			if valued(v) < n {
				return fmt.Errorf("%s: %d of %d over several pages", f, valued(v), n)
			}
			return nil
		}
	}
	return notHere("nothing can be listed in such numbers")
}

func stableKeys(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		var keys [2][]string
		for i := range keys {
			v, s, err := r.read(ctx, f, provider.ReadRequest{Fresh: true}, "")
			if err != nil {
				return err
			}
			for _, row := range shows(v, s, it) {
				keys[i] = append(keys[i], row.Key+"/"+row.PlayKey)
			}
			slices.Sort(keys[i])
		}
		if len(keys[0]) == 0 || !slices.Equal(keys[0], keys[1]) {
			return fmt.Errorf("keys %q, then %q", keys[0], keys[1])
		}
		return nil
	})
}

func itemsOnce(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		r.seed(f, it)
		v, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		count := map[string]int{}
		for _, x := range s.Items {
			count[x.Key]++
		}
		for key, n := range count {
			if n > 1 || key == "" {
				return fmt.Errorf("item %q is described %d times", key, n)
			}
		}
		for _, row := range v.Rows {
			if count[row.Key] == 0 {
				return fmt.Errorf("row %q has no item", row.Key)
			}
		}
		return nil
	})
}

// itemsDescribed: kind, numbers and at least one id in a valid form.
func itemsDescribed(ctx context.Context, r *Rig) error {
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		_, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		i := slices.IndexFunc(s.Items, func(x media.Item) bool { return same(x, it) })
		if i < 0 {
			return fmt.Errorf("not among the items")
		}
		return wellDescribed(s.Items[i], it)
	})
}

func wellDescribed(got, want media.Item) error {
	if got.Season != want.Season || got.Number != want.Number {
		return fmt.Errorf("numbered %dx%d, want %dx%d", got.Season, got.Number, want.Season, want.Number)
	}
	for _, t := range got.Tokens {
		if _, ok := media.CleanID(t.Namespace, t.ID); !ok || t.Kind != got.Kind {
			return fmt.Errorf("token %s of a %s", t, got.Kind)
		}
	}
	if got.Title == "" && got.ShowTitle == "" {
		return fmt.Errorf("no title")
	}
	return nil
}

// specials: season 0 and episode 0 are numbers.
func specials(ctx context.Context, r *Rig) error {
	for _, f := range []media.Feature{media.History, media.Ratings, media.Progress} {
		it, known := r.Know(Episode(7, 0, 0))
		if !known || r.caps(f).Of(media.Episode) == provider.None {
			continue
		}
		if _, ok := r.seed(f, it); !ok {
			continue
		}
		v, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
		if err != nil {
			return err
		}
		if len(shows(v, s, it)) == 0 {
			return fmt.Errorf("%s: episode 0 of season 0 is not listed", f)
		}
		i := slices.IndexFunc(s.Items, func(x media.Item) bool { return same(x, it) })
		return wellDescribed(s.Items[i], it)
	}
	return notHere("no specials")
}
