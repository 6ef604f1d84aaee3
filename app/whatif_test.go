package app

import (
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// TestWhatIfPlansOnBeliefsAlone: a rule that is only thought of shows what it
// would add, and nothing is kept or asked.
func TestWhatIfPlansOnBeliefsAlone(t *testing.T) {
	a := open(t)
	a.account(t, "jellyfin", "attic")
	trakt := a.account(t, "trakt", "trakt")
	simkl := a.account(t, "simkl", "simkl")
	a.rated(t, trakt, simkl)
	yes := true
	thought := RouteChanges{Changes: []RouteChange{{From: "trakt", To: "simkl", Feature: "ratings", Mode: "add-only", Onward: &yes}}}
	got, err := a.WhatIf(t.Context(), thought)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.More) != 1 || len(got.Less) != 0 || got.More[0].Account != "simkl" || got.More[0].Title != "Paper Lighthouse (2023)" {
		t.Errorf("more %+v, less %+v", got.More, got.Less)
	}
	if routes := a.count(t); routes["trakt>simkl"] != 0 {
		t.Errorf("a thought became a rule: %v", routes)
	}
	if _, err := a.ChangeRoutes(t.Context(), thought); err != nil {
		t.Fatal(err)
	}
	if routes := a.count(t); routes["trakt>simkl"] != 1 {
		t.Errorf("the rule was not kept: %v", routes)
	}
	got, err = a.WhatIf(t.Context(), RouteChanges{Changes: []RouteChange{{From: "trakt", To: "simkl", Feature: "ratings", Mode: RouteOff}}})
	if err != nil || len(got.Less) != 1 || len(got.More) != 0 {
		t.Errorf("ending it: %+v, %v", got, err)
	}
}

// TestWhatIfRefusesWhatTheRulesRefuse: the terms of a service and copies of
// history are refused in thought as in deed, and nothing of a refused set is
// kept.
func TestWhatIfRefusesWhatTheRulesRefuse(t *testing.T) {
	a := open(t)
	a.account(t, "jellyfin", "attic")
	a.account(t, "trakt", "trakt")
	a.account(t, "simkl", "simkl")
	before := len(a.count(t))
	for name, last := range map[string]RouteChange{
		"against the terms":    {From: "trakt", To: "simkl", Feature: "ratings", Mode: "add-only"},
		"a copy of history":    {From: "attic", To: "trakt", Feature: "history", Mode: "copy-exactly"},
		"removals of add only": {From: "attic", To: "trakt", Feature: "history", Mode: "add-only", Removals: "follow"},
		"no such mode":         {From: "attic", To: "trakt", Feature: "history", Mode: "mirror"},
	} {
		set := RouteChanges{Changes: []RouteChange{{From: "attic", To: "trakt", Feature: "ratings", Mode: RouteOff}, last}}
		if _, err := a.WhatIf(t.Context(), set); err == nil {
			t.Errorf("%s: thought through", name)
		}
		if _, err := a.ChangeRoutes(t.Context(), set); err == nil || len(a.count(t)) != before {
			t.Errorf("%s: %v, %d ways of %d", name, err, len(a.count(t)), before)
		}
	}
}

// TestWorkFactsExplain: the item page says what each account shows and why one
// lacks it.
func TestWorkFactsExplain(t *testing.T) {
	a := open(t)
	a.account(t, "jellyfin", "attic")
	trakt := a.account(t, "trakt", "trakt")
	simkl := a.account(t, "simkl", "simkl")
	a.rated(t, trakt, simkl)
	works, err := a.Shelf(t.Context(), LibraryArgs{Search: "paper", Account: "trakt", Features: []string{"ratings"}})
	if err != nil || len(works) != 1 {
		t.Fatalf("works %v, %v", works, err)
	}
	facts, err := a.WorkFacts(t.Context(), "", works[0])
	if err != nil {
		t.Fatal(err)
	}
	why := ledger.Code("")
	for _, n := range facts.Plan.NonOps {
		if n.Account == simkl.ID && n.Feature == media.Ratings {
			why = n.Why.Code
		}
	}
	if facts.Row.Work.Title != "Paper Lighthouse" || len(facts.Row.Chips) == 0 || why == "" {
		t.Errorf("row %+v, plan %+v", facts.Row, facts.Plan.NonOps)
	}
	if _, err := a.WorkFacts(t.Context(), "", 99); err == nil {
		t.Error("an unknown work has a page")
	}
}

// rated has a film that is rated at one account and known by its ids; both
// accounts were read.
func (a *App) rated(t *testing.T, at, other ledger.Account) {
	t.Helper()
	token := media.OwnToken(media.Film, media.TMDB, "603")
	work := ledger.Work{ID: 1, Kind: media.Film, Title: "Paper Lighthouse", Year: 2023, Season: -1, Number: -1}
	link := ledger.Link{Account: at.ID, Key: "k1", Work: 1, By: ledger.ByToken}
	if err := a.Store.PutIdentity(t.Context(), []ledger.Link{link}, []ledger.Work{work}, []store.WorkToken{{Token: token, Work: 1}}); err != nil {
		t.Fatal(err)
	}
	subject := ledger.Subject{Work: 1, Feature: media.Ratings}
	delta := ledger.Delta{
		Shown:      []ledger.Shown{{Account: at.ID, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "k1"}, Work: 1, State: ledger.ShownValue, Value: media.Rated(80), At: 5000}},
		Statements: []ledger.Statement{{Account: at.ID, Subject: subject, Value: media.Rated(80), At: 5000, Run: 1, Origin: at.ID, Key: "k1"}},
	}
	for _, acc := range []ledger.Account{at, other} {
		delta.Trust = append(delta.Trust, ledger.Trust{Account: acc.ID, Feature: media.Ratings, LastTrusted: 6000, Run: 2, Reads: 2, Looked: true, FirstRun: 1, LastFull: 6000})
	}
	for range 2 {
		if _, err := a.Store.BeginRun(t.Context(), 4000); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Store.Apply(t.Context(), 1, delta); err != nil {
		t.Fatal(err)
	}
}

// count tells how many routes lead each way.
func (a *App) count(t *testing.T) map[string]int {
	t.Helper()
	routes, err := a.Routes(t.Context(), none{})
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]int{}
	for _, r := range routes {
		ways[r.From+">"+r.To]++
	}
	return ways
}
