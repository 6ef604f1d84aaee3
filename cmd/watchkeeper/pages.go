package main

import (
	"strconv"
	"strings"

	"watchkeeper/app"
	"watchkeeper/app/view"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// pages are what the places of the window ask. Each works on a goroutine of its
// own and comes back through post.
func (p *program) pages(a *view.Actions) {
	a.Activity = func(show func(view.Activity, error)) {
		back(p, show, func() (view.Activity, error) { return view.ActivityOf(p.status(), p.services, p.words), nil })
	}
	a.Writes = func(f view.ActivityFilter, run int64, show func(view.Writes, error)) {
		back(p, show, func() (view.Writes, error) { return p.writes(f, run) })
	}
	a.Charts = func(show func([]view.Chart, error)) { back(p, show, p.charts) }
	a.Library = func(person string, show func(view.Library, error)) {
		back(p, show, func() (view.Library, error) { return view.LibraryOf(person, p.status(), p.services, p.words), nil })
	}
	a.Shelf = func(f view.LibraryFilter, show func(view.Shelf, error)) {
		back(p, show, func() (view.Shelf, error) { return p.shelf(f) })
	}
	a.Rows = func(f view.LibraryFilter, works []int64, show func([]view.LibraryRow, error)) {
		back(p, show, func() ([]view.LibraryRow, error) { return p.rows(f, works) })
	}
	a.Item = func(person string, work int64, show func(view.Item, error)) {
		back(p, show, func() (view.Item, error) { return p.item(person, work) })
	}
	a.Unlinked = func(work int64, title string, show func(view.LinkPage, error)) {
		back(p, show, func() (view.LinkPage, error) { return p.unlinked(work, title) })
	}
	a.Attention = func(show func(view.Attention, error)) { back(p, show, p.attention) }
	a.Rules = func(person string, show func(view.Rules, error)) {
		back(p, show, func() (view.Rules, error) { return p.rules(person) })
	}
	a.WhatIf = func(edits []view.RuleEdit, show func(view.WhatIf, error)) {
		back(p, show, func() (view.WhatIf, error) { return p.whatIf(edits) })
	}
	a.Settings = func(show func(view.Settings, error)) { back(p, show, p.settings) }
	a.Libraries = func(account int64, show func([]view.LibraryPart, error)) {
		back(p, show, func() ([]view.LibraryPart, error) { return p.libraries(account) })
	}
}

func (p *program) shelf(f view.LibraryFilter) (view.Shelf, error) {
	f.Person = p.person(view.Command{Person: f.Person})
	args := app.LibraryArgs{Person: f.Person, Search: f.Search, Account: f.Account, Kind: f.Kind, Differs: f.Differs}
	if f.Feature != "" {
		args.Features = []string{f.Feature}
	}
	works, err := p.house.Shelf(p.ctx, args)
	return view.ShelfOf(works, f, p.status(), p.words), err
}

func (p *program) rows(f view.LibraryFilter, works []int64) ([]view.LibraryRow, error) {
	f.Person = p.person(view.Command{Person: f.Person})
	ids := make([]media.WorkID, len(works))
	for i, id := range works {
		ids[i] = media.WorkID(id)
	}
	rows, err := p.house.ShelfRows(p.ctx, f.Person, ids)
	return view.LibraryRowsOf(rows, f, p.status(), p.services, p.words), err
}

func (p *program) item(person string, work int64) (view.Item, error) {
	person = p.person(view.Command{Person: person})
	facts, err := p.house.WorkFacts(p.ctx, person, media.WorkID(work))
	if err != nil {
		return view.Item{}, err
	}
	in := view.ItemFacts{Person: person, Row: facts.Row, Dossier: facts.Dossier, Said: facts.Timeline.Current, Writes: facts.Timeline.Writes, Plan: facts.Plan}
	for _, st := range facts.Timeline.Before {
		in.Before = append(in.Before, st.Statement)
	}
	return view.ItemOf(in, p.status(), p.services, p.words), nil
}

func (p *program) entries() ([]view.EntryFacts, error) {
	all, err := p.house.Entries(p.ctx)
	var out []view.EntryFacts
	for _, e := range all {
		v := view.EntryFacts{Account: e.Account, Key: e.Key, Title: e.Title, Doubt: e.Doubt}
		for _, g := range e.Proposals {
			v.Guesses = append(v.Guesses, view.GuessFacts{Work: g.Work, Title: g.Title, Exact: g.Exact, Bulk: g.Bulk})
		}
		out = append(out, v)
	}
	return out, err
}

func (p *program) unlinked(work int64, title string) (view.LinkPage, error) {
	all, err := p.entries()
	if err != nil {
		return view.LinkPage{}, err
	}
	names, err := p.house.Titles(p.ctx, []media.WorkID{media.WorkID(work)})
	if title == "" {
		title = names[media.WorkID(work)]
	}
	return view.UnlinkedOf(view.GuessFacts{Work: work, Title: title}, all, p.status(), p.services, p.words), err
}

func (p *program) attention() (view.Attention, error) {
	entries, err := p.entries()
	if err != nil {
		return view.Attention{}, err
	}
	aside, err := p.house.Store.Quarantine(p.ctx, ledger.QuarantineAfter)
	if err != nil {
		return view.Attention{}, err
	}
	var works []media.WorkID
	for _, q := range aside {
		works = append(works, q.Work)
	}
	titles, err := p.house.Titles(p.ctx, works)
	facts := view.AttentionFacts{Entries: entries}
	for _, q := range aside {
		facts.SetAside = append(facts.SetAside, view.AsideFacts{Quarantine: q, Title: titles[q.Work]})
	}
	return view.AttentionOf(facts, p.status(), p.services, p.words), err
}

// chartRuns is how many runs the charts look through.
const chartRuns = 2000

func (p *program) charts() ([]view.Chart, error) {
	runs, err := p.house.Store.Runs(p.ctx, 0, chartRuns)
	return view.ChartsOf(runs, p.status(), p.services, p.words), err
}

// listedWrites is how many single changes a filter lists, searchedWrites how
// many it looks through.
const (
	listedWrites   = 300
	searchedWrites = 20_000
)

func (p *program) writes(f view.ActivityFilter, run int64) (view.Writes, error) {
	if f.Outcome == view.OutcomeHeld {
		return p.held(f)
	}
	q := store.JournalQuery{Run: ledger.RunID(run), Limit: searchedWrites}
	if f.Outcome == view.OutcomeFailed {
		q.State = ledger.Failed
	}
	q.Account = p.named(f.Account)
	entries, err := p.house.Store.Journal(p.ctx, q)
	if err != nil {
		return view.Writes{}, err
	}
	var works []media.WorkID
	for _, e := range entries {
		works = append(works, e.Op.Work)
	}
	titles, err := p.house.Titles(p.ctx, works)
	var out []view.WriteFacts
	for _, e := range entries {
		fits := strings.Contains(strings.ToLower(titles[e.Op.Work]), strings.ToLower(f.Search))
		switch f.Outcome {
		case view.OutcomeDone:
			fits = fits && e.State == ledger.Done && e.UndoneBy == ""
		case view.OutcomeUndone:
			fits = fits && e.UndoneBy != ""
		}
		if fits && len(out) < listedWrites {
			out = append(out, view.WriteFacts{Entry: e, Title: titles[e.Op.Work]})
		}
	}
	return view.WritesOf(out, p.status(), p.services, p.words), err
}

// named is an account by its label; 0 for none.
func (p *program) named(label string) ledger.AccountID {
	for _, a := range p.status().Accounts {
		if a.Name == label {
			return a.ID
		}
	}
	return 0
}

func (p *program) held(f view.ActivityFilter) (view.Writes, error) {
	var holds []ledger.Hold
	var names [][]string
	account := p.named(f.Account)
	for _, h := range p.status().Holds {
		hold, titles, err := p.house.Engine.Hold(p.ctx, h.ID)
		if err != nil {
			return view.Writes{}, err
		}
		ops, kept := hold.Ops, []string(nil)
		hold.Ops = nil
		for i, op := range ops {
			if (account == 0 || account == op.Account) && strings.Contains(strings.ToLower(titles[i]), strings.ToLower(f.Search)) {
				hold.Ops, kept = append(hold.Ops, op), append(kept, titles[i])
			}
		}
		holds, names = append(holds, hold), append(names, kept)
	}
	return view.HeldOf(holds, names, p.status(), p.services, p.words), nil
}

func (p *program) rules(person string) (view.Rules, error) {
	facts, err := p.house.RuleFacts(p.ctx)
	return view.RulesOf(person, view.RuleFacts{Routes: facts.Routes, Offers: facts.Offers, Barred: facts.Barred, ReadOnly: facts.ReadOnly}, p.status(), p.services, p.words), err
}

// routeChanges are edits as the operations take them.
func routeChanges(edits []view.RuleEdit) app.RouteChanges {
	var out app.RouteChanges
	for _, e := range edits {
		onward, unwatch := e.Onward, e.Unwatch
		out.Changes = append(out.Changes, app.RouteChange{From: strconv.FormatInt(e.From, 10), To: strconv.FormatInt(e.To, 10), Feature: e.Feature,
			Mode: e.Mode, Removals: e.Removals, Onward: &onward, Unwatch: &unwatch})
	}
	return out
}

func (p *program) whatIf(edits []view.RuleEdit) (view.WhatIf, error) {
	got, err := p.house.Prospect(p.ctx, routeChanges(edits))
	return view.WhatIfOf(view.Prospect{Before: got.Before, After: got.After, Titles: got.Titles}, p.status(), p.services, p.words), err
}

func (p *program) libraries(account int64) ([]view.LibraryPart, error) {
	parts, err := p.house.Libraries(p.ctx, app.AccountArgs{Account: strconv.FormatInt(account, 10)})
	var out []view.LibraryPart
	for _, part := range parts {
		out = append(out, view.LibraryPart{ID: part.ID, Name: part.Name, On: !part.LeftOut})
	}
	return out, err
}
