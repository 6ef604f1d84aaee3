package app

import (
	"context"
	"slices"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// What the window's Library asks: engine values instead of words.

// query is what the library is asked for; ok is false while there is nobody.
func (a *App) query(ctx context.Context, args LibraryArgs) (q store.LibraryQuery, ok bool, err error) {
	n, err := a.names(ctx)
	if err != nil || len(n.people) == 0 {
		return q, false, err
	}
	p, err := n.person(args.Person)
	if err != nil {
		return q, false, err
	}
	q = store.LibraryQuery{Profile: p.ID, Search: args.Search, Differs: args.Differs, Offset: args.Offset, Limit: args.Limit}
	if q.Features, err = features(args.Features); err != nil {
		return q, false, err
	}
	if args.Account != "" {
		acc, err := n.account(args.Account)
		if err != nil {
			return q, false, err
		}
		q.Account = acc.ID
	}
	if args.Kind != "" {
		kind, known := media.ParseKind(args.Kind)
		if !known {
			return q, false, usage("there is no kind %q; there are %v", args.Kind, media.Kinds)
		}
		q.Kind = kind
	}
	return q, true, nil
}

// Shelf lists the numbers of all works that a query picks, by title.
func (a *App) Shelf(ctx context.Context, args LibraryArgs) ([]media.WorkID, error) {
	q, ok, err := a.query(ctx, args)
	if err != nil || !ok {
		return nil, err
	}
	return a.Store.LibraryWorks(ctx, q)
}

// ShelfRows are what a person's accounts show of works, in order.
func (a *App) ShelfRows(ctx context.Context, person string, works []media.WorkID) ([]ledger.LibraryRow, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	p, err := n.person(person)
	if err != nil {
		return nil, err
	}
	return a.Store.LibraryRows(ctx, p.ID, works)
}

// WorkFacts is everything known about one work.
type WorkFacts struct {
	Row      ledger.LibraryRow
	Dossier  ledger.Dossier
	Timeline store.Timeline
	Plan     ledger.Plan // what would follow now, with every reason
}

// WorkFacts collects what the item page shows.
func (a *App) WorkFacts(ctx context.Context, person string, work media.WorkID) (WorkFacts, error) {
	var out WorkFacts
	n, err := a.names(ctx)
	if err != nil {
		return out, err
	}
	p, err := n.person(person)
	if err != nil {
		return out, err
	}
	one := []media.WorkID{work}
	rows, err := a.Store.LibraryRows(ctx, p.ID, one)
	if err != nil {
		return out, err
	}
	files, err := a.Store.Dossiers(ctx, p.ID, one)
	if err != nil {
		return out, err
	}
	if len(rows) == 0 || len(files) == 0 {
		return out, notFound("there is no work %d", work)
	}
	out.Row, out.Dossier = rows[0], files[0]
	if out.Timeline, err = a.Store.Timeline(ctx, p.ID, work); err != nil {
		return out, err
	}
	out.Plan, err = a.Engine.Suppose(ctx, engine.Supposed{Profile: p.ID, Works: one, Explain: true})
	return out, err
}

// Rewatch makes the standing decision to leave what media servers show of a
// work and its parts alone, for watching it again there.
func (a *App) Rewatch(ctx context.Context, person string, work media.WorkID) error {
	n, err := a.names(ctx)
	if err != nil {
		return err
	}
	p, err := n.person(person)
	if err != nil {
		return err
	}
	parts, err := a.Store.PartsOf(ctx, work)
	if err != nil {
		return err
	}
	works := []media.WorkID{work}
	for _, part := range parts {
		works = append(works, part.ID)
	}
	for _, acc := range n.accounts {
		if acc.Removed || acc.Profile != p.ID || !a.plays(acc) {
			continue
		}
		for _, w := range works {
			pin := ledger.Pin{Profile: p.ID, Account: acc.ID, Work: w, Feature: media.History, Kind: ledger.NeverTouch}
			if _, err := a.Engine.Pin(ctx, pin); err != nil {
				return err
			}
		}
	}
	return nil
}

// plays tells whether an account is of a service that plays what it holds.
func (a *App) plays(acc ledger.Account) bool {
	s, ok := a.Service(acc.Provider)
	return ok && s.Capabilities.WritesHeldOnly && slices.Contains(acc.Features, media.History)
}
