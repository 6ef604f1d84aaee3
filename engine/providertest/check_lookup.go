package providertest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func lookUpChecks() []check {
	return []check{
		{"look-up/there where declared", lookUpThere},
		{"look-up/past frozen lists", lookUpTruth},
		{"look-up/an explicit no", lookUpNo},
		{"look-up/unknown items are not held", lookUpUnknown},
		{"look-up/one answer per item in order", lookUpOrder},
		{"look-up/every play", lookUpEveryPlay},
		{"find/by ids only", findByIDs},
	}
}

// lookUps calls do for every feature with a look-up.
func (r *Rig) lookUps(do func(c provider.Confirmer, f media.Feature, it media.Item) error) error {
	c, ok := r.Provider.(provider.Confirmer)
	if !ok {
		return notHere("no look-up")
	}
	return r.each(provider.ReadIt, func(f media.Feature, it media.Item) error {
		if !r.caps(f).LookUp {
			return notHere("no look-up")
		}
		return do(c, f, it)
	})
}

func lookUpThere(_ context.Context, r *Rig) error {
	declared := slices.ContainsFunc(media.Features[:], func(f media.Feature) bool { return r.caps(f).LookUp })
	if _, ok := r.Provider.(provider.Confirmer); ok != declared {
		return fmt.Errorf("look-ups declared: %v, there: %v", declared, ok)
	}
	return nil
}

// keyed is the item under the key that lists show for it.
func (r *Rig) keyed(ctx context.Context, f media.Feature, it media.Item) (media.Item, error) {
	v, s, err := r.read(ctx, f, provider.ReadRequest{Full: true}, "")
	if err != nil {
		return it, err
	}
	for _, row := range shows(v, s, it) {
		it.Key = row.Key
	}
	return it, nil
}

func ask(ctx context.Context, c provider.Confirmer, f media.Feature, items ...media.Item) ([]provider.Answer, error) {
	answers, err := c.LookUp(ctx, f, items)
	if err != nil {
		return nil, err
	}
	if len(answers) != len(items) {
		return nil, fmt.Errorf("%d answers for %d items", len(answers), len(items))
	}
	for _, a := range answers {
		if a.Err != nil {
			return nil, a.Err
		}
	}
	return answers, nil
}

func set(rows []provider.Row) (out []provider.Row) {
	for _, row := range rows {
		if row.Value.Set {
			out = append(out, row)
		}
	}
	return out
}

// lookUpTruth: a look-up sees what lists do not show yet.
func lookUpTruth(ctx context.Context, r *Rig) error {
	return r.lookUps(func(c provider.Confirmer, f media.Feature, it media.Item) error {
		if !r.Fault(FrozenLists) {
			return notHere("lists cannot freeze")
		}
		defer r.Calm()
		want, ok := r.seed(f, it)
		if !ok {
			return unseeded
		}
		a, err := ask(ctx, c, f, it)
		if err != nil {
			return err
		}
		if rows := set(a[0].Rows); !a[0].Held || len(rows) == 0 || !near(r.caps(f), f, rows[0].Value, want) {
			return fmt.Errorf("answers %+v, want %s", a[0], want.Text(f))
		}
		return nil
	})
}

// lookUpNo: what was taken away is held and shows nothing.
func lookUpNo(ctx context.Context, r *Rig) error {
	return r.lookUps(func(c provider.Confirmer, f media.Feature, it media.Item) error {
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		it, err := r.keyed(ctx, f, it)
		if err != nil {
			return err
		}
		if !r.Seed(f, it, media.Value{}, r.Now()) {
			return unseeded
		}
		a, err := ask(ctx, c, f, it)
		if err != nil {
			return err
		}
		flag := func(row provider.Row) bool { return row.PlayKey != "" && !r.caps(f).KeepsPlays }
		if !a[0].Held || len(slices.DeleteFunc(set(a[0].Rows), flag)) > 0 {
			return fmt.Errorf("answers %+v for what was taken away", a[0])
		}
		return nil
	})
}

func lookUpUnknown(ctx context.Context, r *Rig) error {
	return r.lookUps(func(c provider.Confirmer, f media.Feature, it media.Item) error {
		odd := stranger(it.Kind)
		a, err := ask(ctx, c, f, odd)
		if err != nil {
			return err
		}
		if a[0].Held || len(a[0].Rows) > 0 {
			return fmt.Errorf("answers %+v for an unknown item", a[0])
		}
		return nil
	})
}

func lookUpOrder(ctx context.Context, r *Rig) error {
	return r.lookUps(func(c provider.Confirmer, f media.Feature, it media.Item) error {
		other, _, ok := r.work(it.Kind, 90)
		if _, seeded := r.seed(f, it); !ok || !seeded {
			return unseeded
		}
		it, err := r.keyed(ctx, f, it)
		if err != nil {
			return err
		}
		a, err := ask(ctx, c, f, other, it, stranger(it.Kind))
		if err != nil {
			return err
		}
		if len(set(a[0].Rows)) > 0 || len(set(a[1].Rows)) == 0 || a[1].Key != it.Key || a[2].Held {
			return fmt.Errorf("answers out of order: %+v", a)
		}
		return nil
	})
}

// lookUpEveryPlay: on a log, a look-up lists all plays under the keys of the list.
func lookUpEveryPlay(ctx context.Context, r *Rig) error {
	c, ok := r.Provider.(provider.Confirmer)
	it, _, known := r.work(media.Film, 5)
	if caps := r.caps(media.History); !ok || !known || !caps.LookUp || !caps.KeepsPlays {
		return notHere("no look-up of a log")
	}
	for n := range 3 {
		if d := r.longAgo().Add(-time.Duration(n) * 30 * 24 * time.Hour); !r.Seed(media.History, it, media.Watched(d), d) {
			return unseeded
		}
	}
	v, s, err := r.read(ctx, media.History, provider.ReadRequest{Full: true}, "")
	if err != nil {
		return err
	}
	a, err := ask(ctx, c, media.History, it)
	if err != nil {
		return err
	}
	listed, answered := playKeys(shows(v, s, it)), playKeys(a[0].Rows)
	if len(answered) != 3 || !slices.Equal(listed, answered) {
		return fmt.Errorf("the log lists plays %q, the look-up %q", listed, answered)
	}
	return nil
}

func playKeys(rows []provider.Row) (keys []string) {
	for _, row := range rows {
		keys = append(keys, row.PlayKey)
	}
	slices.Sort(keys)
	return keys
}

// findByIDs: ids find the work, a title alone finds nothing.
func findByIDs(ctx context.Context, r *Rig) error {
	finder, ok := r.Provider.(provider.Finder)
	if !ok {
		return notHere("no finder")
	}
	k := media.Film
	it, w, known := r.work(k, 4)
	if !known {
		k = media.Part
		if it, w, known = r.work(k, 4); !known {
			return notHere("no films and no parts")
		}
	}
	it.Key = ""
	bare := it
	bare.Tokens = nil
	found, err := finder.Find(ctx, []media.Item{it, bare, stranger(k)})
	switch {
	case err != nil:
		return err
	case len(found) != 3:
		return fmt.Errorf("%d results for 3 items", len(found))
	case found[0] == nil || found[0].Key == "" || found[0].Kind != k:
		return fmt.Errorf("%s is not found: %+v", w, found[0])
	case found[1] != nil || found[2] != nil:
		return fmt.Errorf("found by title %+v, a stranger %+v", found[1], found[2])
	}
	return nil
}
