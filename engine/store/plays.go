package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func scanPlay(r scanner) (v ledger.Play, err error) {
	err = r.Scan(&v.ID, &v.Work, &v.At, &v.ToleranceMS, &v.DateOnly)
	return v, err
}

// putPlays stores plays under the numbers they have; the counter stays ahead.
func (t *tx) putPlays(rows []ledger.Play) {
	var top media.PlayID
	for _, v := range rows {
		t.exec("INSERT OR REPLACE INTO plays (id, work, at, tolerance, date_only) VALUES (?, ?, ?, ?, ?)",
			v.ID, v.Work, v.At, v.ToleranceMS, v.DateOnly)
		top = max(top, v.ID)
	}
	if len(rows) > 0 {
		t.exec("UPDATE counters SET next = ? WHERE name = 'play' AND next < ?", top+1, top+1)
	}
}

// alone picks the accounts with plays of several works since a moment that they
// alone told of, later than at their first look: no other account has a
// statement of its own about them.
const alone = `SELECT s.account, max(p.at) FROM plays p CROSS JOIN statements s ON s.work = p.work AND s.play = p.id AND s.feature = ?2
	WHERE p.at >= ?3 AND s.origin = s.account AND NOT s.cleared AND NOT s.first_look AND NOT s.local
		AND +s.account IN (SELECT id FROM accounts WHERE profile = ?1)
		AND NOT EXISTS (SELECT 1 FROM statements o WHERE o.work = s.work AND o.feature = s.feature AND o.play = s.play
			AND o.account <> s.account AND o.origin <> s.account)
	GROUP BY s.account HAVING count(DISTINCT p.work) >= ?4`

// Alone returns, for accounts with plays of so many works since a moment that no
// other account of the person told of, the date of the latest (R16).
func (s *Store) Alone(ctx context.Context, profile ledger.ProfileID, since media.Moment, works int) (map[ledger.AccountID]media.Moment, error) {
	type latest struct {
		account ledger.AccountID
		at      media.Moment
	}
	all := map[ledger.AccountID]media.Moment{}
	err := each(ctx, s.reads, func(r scanner) (v latest, err error) {
		err = r.Scan(&v.account, &v.at)
		return v, err
	}, func(v latest) error { all[v.account] = v.at; return nil }, alone, profile, media.History, since, works)
	return all, s.wrap(err)
}

// PlayFacts is what clustering plays needs to know about some works (R16).
type PlayFacts struct {
	Works map[media.WorkID]ledger.Work
	Plays []ledger.Play // by number
	// Live tells of each play whether it is not cleared: the latest statement
	// about it, at any account, is not a Cleared.
	Live map[media.PlayID]bool
	// Seen is when a play was first said anywhere; missing where not known.
	Seen   map[media.PlayID]media.Moment
	Linked map[ledger.ShownRef]ledger.Shown // rows that already have their play
	Said   []ledger.Statement               // about plays, that stand
	// Pending are the plays that were written and not settled, oldest first.
	Pending []ledger.Pending
	Next    media.PlayID // first free number
}

// PlayFacts collects what is known about the plays of works in one profile:
// two persons who watch the same film at the same hour are two plays.
func (s *Store) PlayFacts(ctx context.Context, profile ledger.ProfileID, works []media.WorkID) (PlayFacts, error) {
	f := PlayFacts{Works: map[media.WorkID]ledger.Work{}, Live: map[media.PlayID]bool{}, Seen: map[media.PlayID]media.Moment{},
		Linked: map[ledger.ShownRef]ledger.Shown{}}
	err := s.snapshot(ctx, func(q querier) error {
		about := factsLoader{ctx, q, ids(works), profile}
		err := each(ctx, q, scanWork, func(w ledger.Work) error { f.Works[w.ID] = w; return nil },
			"SELECT "+workColumns+" FROM works WHERE id IN (SELECT value FROM json_each(?))", about.works)
		if err != nil {
			return err
		}
		mine, err := about.persons(&f)
		if err != nil {
			return err
		}
		err = each(ctx, q, scanPlay, func(p ledger.Play) error {
			if _, said := f.Live[p.ID]; said || mine[p.ID] {
				f.Plays = append(f.Plays, p)
				f.Live[p.ID] = f.Live[p.ID] || !said
			}
			return nil
		}, "SELECT id, work, at, tolerance, date_only FROM plays"+ofWorks+" ORDER BY id", about.works)
		if err != nil {
			return err
		}
		next, err := list(ctx, q, one[media.PlayID], "SELECT next FROM counters WHERE name = 'play'")
		if err == nil {
			f.Next = next[0]
		}
		return err
	})
	return f, err
}

// factsLoader reads what is known about the plays of some works.
type factsLoader struct {
	ctx     context.Context
	q       querier
	works   string // JSON
	profile ledger.ProfileID
}

// persons loads what accounts of the person said, show and await of plays, and
// returns the plays that they show or await.
func (l factsLoader) persons(f *PlayFacts) (map[media.PlayID]bool, error) {
	const (
		history = ofWorks + " AND feature = ?3" + ofProfile
		plays   = history + " AND play <> 0"
	)
	args := []any{l.works, l.profile, media.History}
	// The last row of each play decides (R11: later, then Set, then later concluded).
	err := each(l.ctx, l.q, scanStatement, func(v ledger.Statement) error {
		f.Live[v.Play] = !v.Cleared
		if !v.Cleared {
			f.Said = append(f.Said, v)
		}
		if at, known := f.Seen[v.Play]; v.Seen.Known() && (!known || v.Seen < at) {
			f.Seen[v.Play] = v.Seen
		}
		return nil
	}, "SELECT "+statementColumns+" FROM statements"+plays+" ORDER BY play, at, cleared DESC, seq", args...)
	if err != nil {
		return nil, err
	}
	mine := map[media.PlayID]bool{}
	err = each(l.ctx, l.q, scanShown, func(v ledger.Shown) error {
		f.Linked[ledger.ShownRef{Account: v.Account, Feature: v.Feature, RowKey: v.RowKey}] = v
		mine[v.Play] = true
		return nil
	}, "SELECT "+shownColumns+" FROM shown"+plays, args...)
	if err != nil {
		return nil, err
	}
	err = each(l.ctx, l.q, scanPending, func(v ledger.Pending) error {
		f.Pending = append(f.Pending, v)
		mine[v.Play] = true
		return nil
	}, "SELECT "+pendingColumns+" FROM pending"+history+" ORDER BY sent, op", args...)
	return mine, err
}
