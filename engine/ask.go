package engine

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// lookUpBatch is the most items of one point look-up; adapters split further.
const lookUpBatch = 100

// ask answers what the plan needs to know: plays read afresh before one is
// added to a log (R16), native keys, and who is playing. It tells whether the
// plan must be made again. Each question is asked once per run.
func (d *desk) ask(ctx context.Context) (again bool, err error) {
	byAccount := map[ledger.AccountID][]ledger.Question{}
	for _, q := range d.draft.Questions {
		if !d.asked[q] {
			d.asked[q] = true
			byAccount[q.Account] = append(byAccount[q.Account], q)
		}
	}
	for _, s := range d.r.sights {
		if s.conn == nil || s.stop != nil {
			continue
		}
		if d.askPlaying(ctx, s) {
			again = true
		}
		found, err := d.askAccount(ctx, s, byAccount[s.account.ID])
		if err != nil {
			return false, err
		}
		again = again || found
	}
	return again, nil
}

func (d *desk) askAccount(ctx context.Context, s *sight, questions []ledger.Question) (bool, error) {
	var reread, find []media.WorkID
	for _, q := range questions {
		switch q.Kind {
		case ledger.Reread:
			reread = append(reread, q.Work)
		case ledger.FindKey:
			find = append(find, q.Work)
		}
	}
	read, err := d.rereadPlays(ctx, s, reread)
	if err != nil {
		return false, err
	}
	found, err := d.findKeys(ctx, s, find)
	return read || found, err
}

// askPlaying asks once which items run right now, when positions would be
// written.
func (d *desk) askPlaying(ctx context.Context, s *sight) bool {
	if _, asked := d.playing[s.account.ID]; asked {
		return false
	}
	var wants []media.WorkID
	for _, op := range d.draft.Ops {
		if op.Account == s.account.ID && op.Feature == media.Progress {
			wants = append(wants, op.Work)
		}
	}
	busy, can := s.conn.provider.(provider.Busy)
	if len(wants) == 0 || !can {
		return false
	}
	keys, err := careful("playing", func() ([]string, error) { return busy.Playing(ctx) })
	if err != nil {
		d.r.e.log.Warn("who is playing is unknown", "account", s.account.Name, "error", err)
	}
	d.playing[s.account.ID] = keys
	d.r.outdate(wants...)
	return len(keys) > 0
}

// rereadPlays looks at works' plays past every list and cache, so that no play
// is added twice (R16). Where there is no look-up, a whole log that was read
// past every cache in this run serves.
func (d *desk) rereadPlays(ctx context.Context, s *sight, works []media.WorkID) (bool, error) {
	if len(works) == 0 {
		return false, nil
	}
	seen := works
	if c, can := s.conn.provider.(provider.Confirmer); can && s.caps.Feature(media.History).LookUp {
		answered, err := d.r.lookUp(ctx, s, c, media.History, d.items(s, works))
		if err != nil {
			return false, err
		}
		seen = answered
	} else if fresh, err := d.r.listAfresh(ctx, s); err != nil || !fresh {
		return false, err
	}
	for _, w := range seen {
		d.reread[w] = append(d.reread[w], s.account.ID)
		d.r.outdate(w)
	}
	return len(seen) > 0, nil
}

// listAfresh reads an account without look-ups once more, past every cache,
// unless this run already has such a view of its plays.
func (r *round) listAfresh(ctx context.Context, s *sight) (bool, error) {
	if s.listedAfresh(media.History) {
		return true, nil
	}
	if s.reread {
		return false, nil
	}
	s.reread, s.looked, s.observed = true, false, false
	wish := r.wish
	r.wish.Fresh = true
	err := r.lookFurther(ctx, []ledger.AccountID{s.account.ID})
	r.wish = wish
	return err == nil && s.listedAfresh(media.History), err
}

// listedAfresh tells whether this run has a trusted view of everything that
// came past every cache.
func (s *sight) listedAfresh(f media.Feature) bool {
	g := s.views[f]
	return g != nil && g.trusted && (g.still || !g.verdict.Unchanged) && g.reading.View.Coverage != provider.Changes && !g.reading.View.Evidence.Cached
}

// items describes works to an account: by its native key where one is linked,
// with every token.
func (d *desk) items(s *sight, works []media.WorkID) []inquiry {
	var out []inquiry
	for _, w := range works {
		if c, ok := d.cards[w]; ok {
			out = append(out, inquiry{c.item(s.account.ID), w})
		}
	}
	return out
}

// findKeys asks the service for its own items of works that have none linked.
// A key that was found is a link made by ids.
func (d *desk) findKeys(ctx context.Context, s *sight, works []media.WorkID) (bool, error) {
	finder, can := s.conn.provider.(provider.Finder)
	if !can || len(works) == 0 {
		return false, nil
	}
	asks := d.items(s, works)
	items := make([]media.Item, len(asks))
	for i, a := range asks {
		items[i] = a.item
	}
	found, err := careful("find", func() ([]*media.Item, error) { return finder.Find(ctx, items) })
	if err != nil {
		d.r.stopped(s, provider.AsError(err))
		return false, nil
	}
	var links []ledger.Link
	for i, item := range found {
		if i < len(asks) {
			d.sought[asks[i].work] = append(d.sought[asks[i].work], s.account.ID)
			d.r.outdate(asks[i].work)
		}
		if item != nil && i < len(asks) {
			links = append(links, ledger.Link{Account: s.account.ID, Key: item.Key, Work: asks[i].work, By: ledger.ByToken})
		}
	}
	// A key that is linked anew also leaves the work that it was linked to.
	d.r.outdated.all = d.r.outdated.all || len(links) > 0
	return len(links) > 0 || s.caps.MatchFirst, d.r.e.cfg.Store.PutIdentity(ctx, links, nil, nil)
}
