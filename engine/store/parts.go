package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// wholes are the kinds that have parts. A part is known by the whole that it
// names as its show, or by a token that counts it within the whole.
var wholes = map[media.Kind]bool{media.Show: true, media.Season: true, media.Part: true}

// HasParts tells whether a dossier of such a work also tells of other works.
func HasParts(k media.Kind) bool { return wholes[k] }

// partsOf pairs every work of the table w (work) that is a whole with its
// episodes. It goes from the wholes to their tokens and on (CROSS JOIN): the
// other way it would go through all of w for each token that there is.
const partsOf = `SELECT w.work AS whole, works.id AS part FROM w CROSS JOIN works ON works.show = w.work AND works.show <> 0
	UNION SELECT w.work, e.work FROM w CROSS JOIN tokens t ON t.work = w.work AND t.kind IN (2, 5) AND t.season = -1
		CROSS JOIN tokens e ON e.kind = 4 AND e.ns = t.ns AND e.id = t.id AND e.season >= 0
	UNION SELECT w.work, e.work FROM w CROSS JOIN tokens t ON t.work = w.work AND t.kind = 3 AND t.season >= 0
		CROSS JOIN tokens e ON e.kind = 4 AND e.ns = t.ns AND e.id = t.id AND e.season = t.season`

// Wholes returns what each of the works is a part of: its show or part, and its
// season.
func (s *Store) Wholes(ctx context.Context, works []media.WorkID) (map[media.WorkID][]media.WorkID, error) {
	type pair struct{ part, whole media.WorkID }
	all := map[media.WorkID][]media.WorkID{}
	err := each(ctx, s.reads, func(r scanner) (v pair, err error) {
		err = r.Scan(&v.part, &v.whole)
		return v, err
	}, func(v pair) error { all[v.part] = append(all[v.part], v.whole); return nil },
		`WITH e AS (SELECT work, ns, id, season FROM tokens WHERE work IN (SELECT value FROM json_each(?1)) AND kind = 4 AND season >= 0)
		SELECT id, show FROM works WHERE id IN (SELECT value FROM json_each(?1)) AND show <> 0
		UNION SELECT e.work, t.work FROM e JOIN tokens t ON t.kind = 3 AND t.ns = e.ns AND t.id = e.id AND t.season = e.season AND t.number = -1
		UNION SELECT e.work, t.work FROM e JOIN tokens t ON t.kind IN (2, 5) AND t.ns = e.ns AND t.id = e.id AND t.season = -1 AND t.number = -1
		ORDER BY 1, 2`, ids(works))
	return all, s.wrap(err)
}

// SameShow gives all episodes of one show the same work of theirs. Episodes are
// of one show when they name the same, or are counted in the same; the show
// need not be a work.
func (s *Store) SameShow(ctx context.Context, works []media.WorkID) (map[media.WorkID]media.WorkID, error) {
	type named struct {
		work media.WorkID
		show string
	}
	first := map[string]media.WorkID{}
	group := map[media.WorkID]media.WorkID{}
	root := func(w media.WorkID) media.WorkID {
		for group[w] != w {
			w = group[w]
		}
		return w
	}
	err := each(ctx, s.reads, func(r scanner) (v named, err error) {
		err = r.Scan(&v.work, &v.show)
		return v, err
	}, func(v named) error {
		if _, met := group[v.work]; !met {
			group[v.work] = v.work
		}
		if other, met := first[v.show]; met {
			group[root(v.work)] = root(other)
		} else {
			first[v.show] = v.work
		}
		return nil
	}, `SELECT id, show FROM works WHERE id IN (SELECT value FROM json_each(?1)) AND show <> 0
		UNION SELECT work, ns || ':' || id FROM tokens WHERE work IN (SELECT value FROM json_each(?1)) AND kind = 4 AND season >= 0
		ORDER BY 1, 2`, ids(works))
	for w := range group {
		group[w] = root(w)
	}
	return group, s.wrap(err)
}

// event is something that happened to a work.
type event struct {
	work media.WorkID
	at   media.Moment
}

func scanEvent(r scanner) (v event, err error) {
	err = r.Scan(&v.work, &v.at)
	return v, err
}

// newest reads rows of a work and a moment, and keeps the newest of each work.
func (s *Store) newest(ctx context.Context, query string, args ...any) (map[media.WorkID]media.Moment, error) {
	all := map[media.WorkID]media.Moment{}
	err := each(ctx, s.reads, scanEvent, func(v event) error { all[v.work] = max(all[v.work], v.at); return nil }, query, args...)
	return all, s.wrap(err)
}

// Happened returns, per work, the newest moment at which a value of a feature
// was given, appeared or was written at an account; for History also of a part
// of a work that its watchlist shows. What a service does by itself follows
// from it (R9).
func (s *Store) Happened(ctx context.Context, account ledger.AccountID, feature media.Feature) (map[media.WorkID]media.Moment, error) {
	return s.newest(ctx, `WITH e AS (
			SELECT work, iif(feature = ?3, n, at) AS at FROM shown`+ofFeature+` AND state = +?4 AND work <> 0
			UNION ALL SELECT work, began FROM shown JOIN runs ON runs.id = since
				`+ofFeature+` AND state = +?4 AND work <> 0 AND NOT first_look
			UNION ALL SELECT work, seen FROM statements`+ofFeature+` AND NOT cleared AND NOT first_look
			UNION ALL SELECT work, sent FROM pending`+ofFeature+` AND new_has
			UNION ALL SELECT work, sent FROM journal`+ofFeature+` AND action = 1 AND state IN (3, 5)
		), h AS MATERIALIZED (SELECT work, max(at) AS at FROM e GROUP BY work),
		w AS (SELECT DISTINCT work FROM shown WHERE account = +?1 AND feature = +?5 AND state = +?4 AND work <> 0 AND ?2 = ?3),
		p AS (`+partsOf+`)
		SELECT work, at FROM h UNION ALL
		SELECT whole, max(at) FROM p JOIN h ON h.work = p.part GROUP BY whole`,
		account, feature, media.History, ledger.ShownValue, media.Watchlist)
}

// parts finds the accounts that show a play of a part of each work (R9).
func (l *loader) parts() error {
	var works []media.WorkID
	for i := range l.all {
		if w := l.all[i].Work; wholes[w.Kind] {
			works = append(works, w.ID)
		}
	}
	if len(works) == 0 {
		return nil
	}
	type watched struct {
		work    media.WorkID
		account ledger.AccountID
		at      media.Moment
	}
	return each(l.ctx, l.q, func(r scanner) (v watched, err error) {
		err = r.Scan(&v.work, &v.account, &v.at)
		return v, err
	}, func(v watched) error {
		d := l.of(v.work)
		d.PartWatched, d.PartWatchedAt = append(d.PartWatched, v.account), append(d.PartWatchedAt, v.at)
		return nil
	}, `WITH w AS (SELECT value AS work FROM json_each(?1)), p AS (`+partsOf+`)
		SELECT whole, shown.account, max(shown.n) FROM p JOIN shown ON shown.work = p.part
		WHERE +shown.account IN (SELECT id FROM accounts WHERE profile = ?2) AND shown.feature = ?3 AND shown.state = ?4
		GROUP BY whole, shown.account ORDER BY whole, shown.account`, ids(works), l.profile, media.History, ledger.ShownValue)
}
