package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/store"
)

// linkPlays gives every row of History its play (R16).
func (r *round) linkPlays(ctx context.Context) error {
	var in []observe.AccountSighting
	for _, s := range r.fresh() {
		g := s.views[media.History]
		if g == nil || !g.trusted || g.still {
			continue
		}
		fresh := observe.Unlinked(g.rows, g.known)
		isFresh := make(map[*observe.Sighting]bool, len(fresh))
		for _, row := range fresh {
			isFresh[row] = true
		}
		for i := range g.rows {
			row := &g.rows[i]
			if !isFresh[row] {
				row.Play = g.known.Shown[ledger.RowKey{Key: row.Key, PlayKey: row.PlayKey}].Play
			}
		}
		in = append(in, s.unlinked(r, fresh)...)
	}
	return r.cluster(ctx, in)
}

func (s *sight) unlinked(r *round, rows []*observe.Sighting) []observe.AccountSighting {
	out := make([]observe.AccountSighting, 0, len(rows))
	var known observe.Known
	if g := s.views[media.History]; g != nil {
		known = g.known
	}
	for _, row := range rows {
		before := known.Shown[ledger.RowKey{Key: row.Key, PlayKey: row.PlayKey}].State
		out = append(out, observe.AccountSighting{Account: s.account.ID, Caps: s.caps.Feature(media.History),
			ClockMS: s.snap.ClockMS, IntervalMS: r.interval(s), Before: before, Sighting: row})
	}
	return out
}

// cluster finds or makes the plays of sightings and stores new ones, works in
// their order, a batch at a time.
func (r *round) cluster(ctx context.Context, sightings []observe.AccountSighting) error {
	if len(sightings) == 0 {
		return nil
	}
	slices.SortFunc(sightings, func(a, b observe.AccountSighting) int { return cmp.Compare(a.Work, b.Work) })
	var works []media.WorkID
	for _, s := range sightings {
		works = append(works, s.Work)
	}
	for part := range slices.Chunk(slices.Compact(works), batch) {
		last := part[len(part)-1]
		n, _ := slices.BinarySearchFunc(sightings, last+1, func(s observe.AccountSighting, w media.WorkID) int { return cmp.Compare(s.Work, w) })
		if err := r.clusterWorks(ctx, part, sightings[:n]); err != nil {
			return err
		}
		sightings = sightings[n:]
	}
	return nil
}

// clusterWorks does it for some works.
func (r *round) clusterWorks(ctx context.Context, works []media.WorkID, sightings []observe.AccountSighting) error {
	facts, err := r.e.cfg.Store.PlayFacts(ctx, r.profile.ID, works)
	if err != nil {
		return err
	}
	r.addFound(&facts, works)
	in := observe.PlayInput{Now: r.now, Sightings: sightings, Works: facts.Works, Plays: facts.Plays, Live: facts.Live,
		Linked: facts.Linked, Said: facts.Said, Seen: facts.Seen, Next: facts.Next}
	for _, p := range facts.Pending {
		if r.sight(p.Account) != nil {
			in.Pending = append(in.Pending, p)
		}
	}
	plays, _ := observe.LinkPlays(in)
	for _, p := range plays {
		if r.found == nil {
			r.found = map[media.PlayID]ledger.Play{}
		}
		r.found[p.ID] = p
	}
	return r.e.cfg.Store.Apply(ctx, r.run, ledger.Delta{Plays: plays})
}

// addFound adds the plays that this run found in views and is yet to conclude
// from: a look-up that shows one of them again finds no other.
func (r *round) addFound(facts *store.PlayFacts, works []media.WorkID) {
	known := make(map[media.PlayID]bool, len(facts.Plays))
	for _, p := range facts.Plays {
		known[p.ID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(r.found)) {
		p := r.found[id]
		if _, touched := slices.BinarySearch(works, p.Work); touched && !known[id] {
			facts.Plays = append(facts.Plays, p)
			facts.Live[id] = true
		}
	}
}
