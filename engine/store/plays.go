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

// alone picks the plays since a moment that only one account told of, later than
// at its first look: neither of their statements is another account's own.
const alone = `SELECT s.account, max(p.at) FROM plays p CROSS JOIN statements s ON s.work = p.work AND s.play = p.id AND s.feature = ?2
	WHERE p.at >= ?3 AND s.origin = s.account AND NOT s.cleared AND NOT s.first_look AND NOT s.local
		AND +s.account IN (SELECT id FROM accounts WHERE profile = ?1)
		AND NOT EXISTS (SELECT 1 FROM statements o WHERE o.work = s.work AND o.feature = s.feature AND o.play = s.play
			AND o.account <> s.account AND o.origin <> s.account)
	GROUP BY s.account`

// Alone returns, per account, the date of the latest play since a moment that no
// other account of the person told of (R16).
func (s *Store) Alone(ctx context.Context, profile ledger.ProfileID, since media.Moment) (map[ledger.AccountID]media.Moment, error) {
	type latest struct {
		account ledger.AccountID
		at      media.Moment
	}
	all := map[ledger.AccountID]media.Moment{}
	err := each(ctx, s.reads, func(r scanner) (v latest, err error) {
		err = r.Scan(&v.account, &v.at)
		return v, err
	}, func(v latest) error { all[v.account] = v.at; return nil }, alone, profile, media.History, since)
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
	Next   media.PlayID                     // first free number
}

// PlayFacts collects what is known about the plays of works in one profile:
// two persons who watch the same film at the same hour are two plays.
func (s *Store) PlayFacts(ctx context.Context, profile ledger.ProfileID, works []media.WorkID) (PlayFacts, error) {
	f := PlayFacts{Works: map[media.WorkID]ledger.Work{}, Live: map[media.PlayID]bool{}, Seen: map[media.PlayID]media.Moment{},
		Linked: map[ledger.ShownRef]ledger.Shown{}}
	wanted := ids(works)
	const mine = " AND +account IN (SELECT id FROM accounts WHERE profile = ?)"
	err := s.snapshot(ctx, func(q querier) error {
		err := each(ctx, q, scanWork, func(w ledger.Work) error { f.Works[w.ID] = w; return nil },
			"SELECT "+workColumns+" FROM works WHERE id IN (SELECT value FROM json_each(?))", wanted)
		if err != nil {
			return err
		}
		err = each(ctx, q, scanPlay, func(p ledger.Play) error {
			f.Plays = append(f.Plays, p)
			f.Live[p.ID] = true
			return nil
		}, "SELECT id, work, at, tolerance, date_only FROM plays"+ofWorks+playsOfProfile+" ORDER BY id", wanted, profile)
		if err != nil {
			return err
		}
		// The last row of each play decides (R11: later, then Set, then later concluded).
		err = each(ctx, q, scanStatement, func(v ledger.Statement) error {
			f.Live[v.Play] = !v.Cleared
			if !v.Cleared {
				f.Said = append(f.Said, v)
			}
			if at, known := f.Seen[v.Play]; v.Seen.Known() && (!known || v.Seen < at) {
				f.Seen[v.Play] = v.Seen
			}
			return nil
		},
			"SELECT "+statementColumns+` FROM statements WHERE work IN (SELECT value FROM json_each(?)) AND feature = ? AND play <> 0`+mine+`
			ORDER BY play, at, cleared DESC, seq`, wanted, media.History, profile)
		if err != nil {
			return err
		}
		err = each(ctx, q, scanShown, func(v ledger.Shown) error {
			f.Linked[ledger.ShownRef{Account: v.Account, Feature: v.Feature, RowKey: v.RowKey}] = v
			return nil
		}, "SELECT "+shownColumns+` FROM shown WHERE work IN (SELECT value FROM json_each(?)) AND feature = ? AND play <> 0`+mine,
			wanted, media.History, profile)
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
