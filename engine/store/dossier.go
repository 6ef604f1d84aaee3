package store

import (
	"context"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// DossierLimit is the most works that one call of Dossiers takes.
const DossierLimit = 5000

// Dossiers collects everything believed about works in one profile, in the
// order of works; unknown works are left out. Slices are in the order that
// ledger.Dossier documents: account, feature, key. Frozen, Reread and Playing
// are the run's to fill.
func (s *Store) Dossiers(ctx context.Context, profile ledger.ProfileID, works []media.WorkID) ([]ledger.Dossier, error) {
	if len(works) > DossierLimit {
		return nil, &Error{Kind: ErrInvalid, Path: s.path, Err: fmt.Errorf("dossiers of %d works at once", len(works))}
	}
	l := loader{ctx: ctx, profile: profile, works: ids(works), at: make(map[media.WorkID]int, len(works))}
	err := s.snapshot(ctx, func(q querier) error {
		l.q = q
		found := map[media.WorkID]ledger.Work{}
		err := each(ctx, q, scanWork, func(w ledger.Work) error { found[w.ID] = w; return nil },
			"SELECT "+workColumns+" FROM works WHERE id IN (SELECT value FROM json_each(?))", l.works)
		if err != nil {
			return err
		}
		for _, id := range works {
			if w, ok := found[id]; ok && !l.has(id) {
				l.at[id] = len(l.all)
				l.all = append(l.all, ledger.Dossier{Work: w})
			}
		}
		return l.load()
	})
	return l.all, err
}

// loader fills dossiers table by table.
type loader struct {
	ctx     context.Context
	q       querier
	profile ledger.ProfileID
	works   string // JSON
	all     []ledger.Dossier
	at      map[media.WorkID]int
}

func (l *loader) has(w media.WorkID) bool { _, ok := l.at[w]; return ok }

func (l *loader) of(w media.WorkID) *ledger.Dossier { return &l.all[l.at[w]] }

// fill runs a query over the works and gives each row to its dossier.
func fill[T any](l *loader, decode func(scanner) (T, error), work func(T) media.WorkID, add func(*ledger.Dossier, T), query string, args ...any) error {
	return each(l.ctx, l.q, decode, func(v T) error {
		if l.has(work(v)) {
			add(l.of(work(v)), v)
		}
		return nil
	}, query, append([]any{l.works}, args...)...)
}

const (
	ofWorks = " WHERE work IN (SELECT value FROM json_each(?1))"
	// The plus keeps the planner from walking through everything of an account
	// instead of the few rows of the works.
	ofProfile = " AND +account IN (SELECT id FROM accounts WHERE profile = ?2)"
)

func (l *loader) load() error {
	for _, step := range []func() error{l.identity, l.beliefs, l.writes, l.plays, l.decisions, l.parts} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) identity() error {
	err := fill(l, scanToken, func(v WorkToken) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v WorkToken) { d.Tokens = append(d.Tokens, v.Token) },
		"SELECT kind, ns, id, season, number, work FROM tokens"+ofWorks)
	for i := range l.all {
		slices.SortFunc(l.all[i].Tokens, media.Token.Compare)
	}
	if err != nil {
		return err
	}
	return fill(l, scanLink, func(v ledger.Link) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Link) { d.Links = append(d.Links, v) },
		"SELECT account, key, work, by FROM links"+ofWorks+ofProfile+" ORDER BY account, key", l.profile)
}

// plays come last: they have no account, and are a person's who shows, said or
// awaits them.
func (l *loader) plays() error {
	return fill(l, scanPlay, func(v ledger.Play) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Play) {
			if hasPlay(d, v.ID) {
				d.Plays = append(d.Plays, v)
			}
		}, "SELECT id, work, at, tolerance, date_only FROM plays"+ofWorks+" ORDER BY id")
}

func hasPlay(d *ledger.Dossier, play media.PlayID) bool {
	return slices.ContainsFunc(d.Shown, func(v ledger.Shown) bool { return v.Play == play }) ||
		slices.ContainsFunc(d.Statements, func(v ledger.Statement) bool { return v.Play == play }) ||
		slices.ContainsFunc(d.Pending, func(v ledger.Pending) bool { return v.Play == play })
}

func (l *loader) beliefs() error {
	err := fill(l, scanShown, func(v ledger.Shown) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Shown) { d.Shown = append(d.Shown, v) },
		"SELECT "+shownColumns+" FROM shown"+ofWorks+ofProfile+" ORDER BY account, feature, key, play_key", l.profile)
	if err != nil {
		return err
	}
	err = fill(l, scanStatement, func(v ledger.Statement) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Statement) { d.Statements = append(d.Statements, v) },
		"SELECT "+statementColumns+" FROM statements"+ofWorks+ofProfile+" ORDER BY account, feature, play", l.profile)
	if err != nil {
		return err
	}
	return fill(l, scanProof, func(v ledger.Proof) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Proof) { d.Proofs = append(d.Proofs, v) },
		"SELECT "+proofColumns+" FROM proofs"+ofWorks+ofProfile+" ORDER BY account, feature, key, play_key", l.profile)
}

func (l *loader) writes() error {
	err := fill(l, scanPending, func(v ledger.Pending) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Pending) { d.Pending = append(d.Pending, v) },
		"SELECT "+pendingColumns+" FROM pending"+ofWorks+ofProfile+" ORDER BY account, feature, play, sent, op", l.profile)
	if err != nil {
		return err
	}
	return fill(l, scanQuarantine, func(v ledger.Quarantine) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Quarantine) { d.Quarantine = append(d.Quarantine, v) },
		"SELECT "+quarantineColumns+" FROM quarantine"+ofWorks+ofProfile+" ORDER BY account, feature, play, has, n, len", l.profile)
}

func (l *loader) decisions() error {
	err := fill(l, scanRefusal, func(v ledger.Refusal) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Refusal) { d.Refusals = append(d.Refusals, v) },
		"SELECT "+refusalColumns+" FROM refusals"+ofWorks+` AND +target IN (SELECT id FROM accounts WHERE profile = ?2)
		ORDER BY target, feature, play, cause, cause_seq`, l.profile)
	if err != nil {
		return err
	}
	return fill(l, scanPin, func(v ledger.Pin) media.WorkID { return v.Work },
		func(d *ledger.Dossier, v ledger.Pin) { d.Pins = append(d.Pins, v) },
		"SELECT "+pinColumns+" FROM pins"+ofWorks+" AND +profile = ?2 ORDER BY account, feature, id", l.profile)
}
