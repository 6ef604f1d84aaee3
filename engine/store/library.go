package store

import (
	"context"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// LibraryQuery picks works that some account of a profile shows. Zero fields
// do not restrict.
type LibraryQuery struct {
	Profile  ledger.ProfileID
	Search   string // words of the title or of the show's title, in any order
	Features []media.Feature
	Kind     media.Kind
	Differs  bool // only works with an unmet want
	Offset   int
	Limit    int // 0: 100
}

// LibraryRow is a work and what each account shows of it.
type LibraryRow struct {
	Work  ledger.Work
	Show  string // title of the show of a season or episode
	Chips []Chip // by account and feature
}

// Chip is one account's value for a work in one feature, folded over its items.
type Chip struct {
	Account ledger.AccountID
	Feature media.Feature
	State   ledger.ShownState
	Value   media.Value
	At      media.Moment
	Unmet   ledger.Code // why the account does not show what it should; "" when it does
	Sent    bool        // a write is on its way
}

// Library returns a page of works by title, and how many there are in all.
func (s *Store) Library(ctx context.Context, q LibraryQuery) (rows []LibraryRow, total int, err error) {
	w := q.where()
	if q.Limit == 0 {
		q.Limit = 100
	}
	err = s.snapshot(ctx, func(db querier) error {
		const from = " FROM works w LEFT JOIN works s ON s.id = w.show"
		n, err := list(ctx, db, one[int], "SELECT count(*)"+from+w.text, w.args...)
		if err != nil {
			return err
		}
		total = n[0]
		rows, err = list(ctx, db, scanLibraryRow, `SELECT w.id, w.kind, w.title, w.year, w.runtime, w.show, w.season, w.number,
			coalesce(s.title, '')`+from+w.text+` ORDER BY coalesce(iif(s.folded = '', s.title, s.folded),
			iif(w.folded = '', w.title, w.folded)), w.season, w.number, w.id LIMIT ? OFFSET ?`, append(w.args, q.Limit, q.Offset)...)
		if err != nil {
			return err
		}
		return addChips(ctx, db, q.Profile, rows)
	})
	return rows, total, err
}

func scanLibraryRow(r scanner) (v LibraryRow, err error) {
	w := &v.Work
	err = r.Scan(&w.ID, &w.Kind, &w.Title, &w.Year, &w.RuntimeMS, &w.Show, &w.Season, &w.Number, &v.Show)
	return v, err
}

func (q LibraryQuery) where() (w where) {
	const accounts = "+account IN (SELECT id FROM accounts WHERE profile = ? AND NOT removed)"
	features := q.Features
	if len(features) == 0 {
		features = media.Features[:]
	}
	numbers := make([]int64, len(features))
	for i, f := range features {
		numbers[i] = int64(f)
	}
	w.and("EXISTS (SELECT 1 FROM shown WHERE work = w.id AND state = ? AND "+accounts+
		" AND feature IN (SELECT value FROM json_each(?)))", ledger.ShownValue, q.Profile, ids(numbers))
	if q.Differs {
		w.and("EXISTS (SELECT 1 FROM unmet WHERE work = w.id AND "+accounts+
			" AND feature IN (SELECT value FROM json_each(?)))", q.Profile, ids(numbers))
	}
	if q.Kind != media.NoKind {
		w.and("w.kind = ?", q.Kind)
	}
	for word := range strings.FieldsSeq(fold(q.Search)) {
		w.and(`instr(iif(w.folded = '', w.title, w.folded) || ' ' || coalesce(iif(s.folded = '', s.title, s.folded), ''), ?)`, word)
	}
	return w
}

// place is one account's feature of one work.
type place struct {
	work    media.WorkID
	account ledger.AccountID
	feature media.Feature
}

// addChips folds what accounts show into the rows.
func addChips(ctx context.Context, db querier, profile ledger.ProfileID, rows []LibraryRow) error {
	works := make([]media.WorkID, len(rows))
	for i, r := range rows {
		works[i] = r.Work.ID
	}
	wanted := ids(works)
	shown := map[place][]ledger.Shown{}
	unmet := map[place]ledger.Code{}
	sent := map[place]bool{}
	accounts, err := list(ctx, db, one[ledger.AccountID], "SELECT id FROM accounts WHERE profile = ? AND NOT removed ORDER BY id", profile)
	if err != nil {
		return err
	}
	err = each(ctx, db, scanShown, func(v ledger.Shown) error {
		p := place{v.Work, v.Account, v.Feature}
		shown[p] = append(shown[p], v)
		return nil
	}, "SELECT "+shownColumns+" FROM shown"+ofWorks+ofProfile+" ORDER BY account, feature, key, play_key", wanted, profile)
	if err != nil {
		return err
	}
	err = each(ctx, db, scanUnmet, func(v ledger.NonOp) error {
		unmet[place{v.Work, v.Account, v.Feature}] = v.Why.Code
		return nil
	}, "SELECT "+unmetColumns+" FROM unmet"+ofWorks+ofProfile+" ORDER BY play DESC", wanted, profile)
	if err != nil {
		return err
	}
	err = each(ctx, db, scanPending, func(v ledger.Pending) error {
		p := place{v.Work, v.Account, v.Feature}
		sent[p] = sent[p] || v.State == ledger.Expected
		return nil
	}, "SELECT "+pendingColumns+" FROM pending"+ofWorks+ofProfile+" ORDER BY sent, op", wanted, profile)
	if err != nil {
		return err
	}
	chip := func(p place) (Chip, bool) {
		v, ok := ledger.Fold(p.feature, shown[p])
		return Chip{p.account, p.feature, v.State, v.Value, v.At, unmet[p], sent[p]}, ok || unmet[p] != "" || sent[p]
	}
	for i := range rows {
		rows[i].Chips = chips(rows[i].Work.ID, accounts, chip)
	}
	return nil
}

// chips are what each account says of a work, by account and feature.
func chips(work media.WorkID, accounts []ledger.AccountID, chip func(place) (Chip, bool)) []Chip {
	var out []Chip
	for _, a := range accounts {
		for _, f := range media.Features {
			if c, ok := chip(place{work, a, f}); ok {
				out = append(out, c)
			}
		}
	}
	return out
}
