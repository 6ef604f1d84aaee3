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
	Account  ledger.AccountID // that shows the work
	Kind     media.Kind
	Differs  bool // only works with an unmet want
	Offset   int
	Limit    int // 0: 100
}

// Library returns a page of works by title, and how many there are in all.
func (s *Store) Library(ctx context.Context, q LibraryQuery) (rows []ledger.LibraryRow, total int, err error) {
	works, err := s.LibraryWorks(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	if q.Limit == 0 {
		q.Limit = 100
	}
	from := min(max(q.Offset, 0), len(works))
	rows, err = s.LibraryRows(ctx, q.Profile, works[from:min(from+q.Limit, len(works))])
	return rows, len(works), err
}

// LibraryWorks returns every work that a query picks, by title: what a list
// scrolls through while LibraryRows brings the rows in sight. Offset and Limit
// are not heeded.
func (s *Store) LibraryWorks(ctx context.Context, q LibraryQuery) ([]media.WorkID, error) {
	w := q.where()
	return find(ctx, s, one[media.WorkID], `SELECT w.id FROM works w LEFT JOIN works s ON s.id = w.show`+w.text+
		` ORDER BY coalesce(iif(s.folded = '', s.title, s.folded), iif(w.folded = '', w.title, w.folded)), w.season, w.number, w.id`, w.args...)
}

// LibraryRows returns what the accounts of a profile show of works, in the
// order given; unknown works are left out.
func (s *Store) LibraryRows(ctx context.Context, profile ledger.ProfileID, works []media.WorkID) (rows []ledger.LibraryRow, err error) {
	err = s.snapshot(ctx, func(db querier) error {
		rows, err = list(ctx, db, scanLibraryRow, `SELECT w.id, w.kind, w.title, w.year, w.runtime, w.show, w.show_title, w.season, w.number,
			coalesce(s.title, w.show_title) FROM json_each(?) asked JOIN works w ON w.id = asked.value LEFT JOIN works s ON s.id = w.show
			ORDER BY asked.key`, ids(works))
		if err != nil {
			return err
		}
		return addChips(ctx, db, profile, rows)
	})
	return rows, s.wrap(err)
}

func scanLibraryRow(r scanner) (v ledger.LibraryRow, err error) {
	w := &v.Work
	err = r.Scan(&w.ID, &w.Kind, &w.Title, &w.Year, &w.RuntimeMS, &w.Show, &w.ShowTitle, &w.Season, &w.Number, &v.Show)
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
	if q.Account != 0 {
		w.and("EXISTS (SELECT 1 FROM shown WHERE work = w.id AND state = ? AND account = ?)", ledger.ShownValue, q.Account)
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
func addChips(ctx context.Context, db querier, profile ledger.ProfileID, rows []ledger.LibraryRow) error {
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
	chip := func(p place) (ledger.Chip, bool) {
		v, ok := ledger.Fold(p.feature, shown[p])
		return ledger.Chip{Account: p.account, Feature: p.feature, State: v.State, Value: v.Value, At: v.At, Unmet: unmet[p], Sent: sent[p]}, ok || unmet[p] != "" || sent[p]
	}
	for i := range rows {
		rows[i].Chips = chips(rows[i].Work.ID, accounts, chip)
	}
	return nil
}

// chips are what each account says of a work, by account and feature.
func chips(work media.WorkID, accounts []ledger.AccountID, chip func(place) (ledger.Chip, bool)) []ledger.Chip {
	var out []ledger.Chip
	for _, a := range accounts {
		for _, f := range media.Features {
			if c, ok := chip(place{work, a, f}); ok {
				out = append(out, c)
			}
		}
	}
	return out
}
