package view

import (
	"slices"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	film    = ledger.Work{ID: 1, Kind: media.Film, Title: "Paper Lighthouse", Year: 2023, Season: -1, Number: -1}
	episode = ledger.Work{ID: 3, Kind: media.Episode, Title: "Pilot", Show: 2, Season: 1, Number: 3}
)

// household is calm with a second person.
func household() ledger.Status {
	s := calm()
	s.Profiles = []ledger.Profile{{ID: 1, Name: "Anna"}, {ID: 2, Name: "Ben"}}
	s.Accounts = append(s.Accounts, ledger.AccountStatus{ID: 3, Profile: 2, Provider: "trakt", Name: "trakt-2", UserName: "ben", Allowance: 120, AllowanceOf: 400,
		Features: []ledger.FeatureStatus{{Feature: media.History, Freshness: ledger.Fresh, LastTrusted: noon, LagMS: 90_000, Lag95MS: 180_000}}})
	return s
}

func shelf() []ledger.LibraryRow {
	return []ledger.LibraryRow{
		{Work: film, Chips: []ledger.Chip{
			{Account: 1, Feature: media.History, State: ledger.ShownValue, Value: media.Watched(noon.Add(-48 * time.Hour))},
			{Account: 1, Feature: media.Progress, State: ledger.ShownAbsent},
			{Account: 2, Feature: media.History, State: ledger.ShownAbsent, Unmet: ledger.Settling},
			{Account: 2, Feature: media.Ratings, State: ledger.ShownValue, Value: media.Rated(80), Unmet: ledger.NewerThere},
			{Account: 2, Feature: media.Watchlist, State: ledger.ShownValue, Value: media.Listed(), Sent: true},
		}},
		{Work: episode, Show: "Harbour Nine", Chips: []ledger.Chip{
			{Account: 1, Feature: media.History, State: ledger.ShownUnknown},
			{Account: 2, Feature: media.History, State: ledger.ShownValue, Value: media.Watched(0)},
			{Account: 2, Feature: media.Progress, State: ledger.ShownValue, Value: media.Value{Set: true, N: 600_000, Of: 3_000_000}},
		}},
	}
}

func TestLibraryInWords(t *testing.T) {
	goldens(t, "library", func(w *Words) any { return LibraryOf("", household(), services, w) })
	goldens(t, "library-rows", func(w *Words) any { return LibraryRowsOf(shelf(), LibraryFilter{}, household(), services, w) })
	goldens(t, "library-ratings", func(w *Words) any {
		return LibraryRowsOf(shelf(), LibraryFilter{Person: "Anna", Feature: "ratings"}, household(), services, w)
	})
}

// TestEmptyLibrariesSayWhatToDo: no list is silently empty.
func TestEmptyLibrariesSayWhatToDo(t *testing.T) {
	goldens(t, "library-empty", func(w *Words) any {
		return []Shelf{
			ShelfOf(nil, LibraryFilter{}, ledger.Status{}, w), ShelfOf(nil, LibraryFilter{}, calm(), w),
			ShelfOf(nil, LibraryFilter{Search: "x"}, calm(), w), ShelfOf(nil, LibraryFilter{Differs: true}, calm(), w),
			ShelfOf([]media.WorkID{1, 2}, LibraryFilter{}, calm(), w),
		}
	})
}

// itemFacts is a film with all that can happen to one.
func itemFacts() ItemFacts {
	about := ledger.Subject{Work: 1, Feature: media.Ratings}
	rated := ledger.Statement{Account: 1, Subject: about, Value: media.Rated(70), At: noon.Add(-72 * time.Hour), Seq: 1, Origin: 1, FirstLook: true}
	newer := ledger.Statement{Account: 2, Subject: about, Value: media.Rated(80), At: noon.Add(-time.Hour), Seq: 2, Origin: 1}
	gone := ledger.Statement{Account: 2, Subject: ledger.Subject{Work: 1, Feature: media.Watchlist}, Cleared: true, Seen: noon.Add(-2 * time.Hour), Seq: 3, Origin: 2}
	op := ledger.Op{ID: "4-1", Account: 2, Subject: about, Action: provider.Update, Old: media.Rated(70), New: media.Rated(80),
		Why: ledger.Reason{Code: ledger.ApprovedByYou, Who: 1, When: noon.Add(-time.Hour)}}
	failed := op
	failed.ID, failed.Action, failed.Old = "4-2", provider.Add, media.Value{}
	return ItemFacts{
		Row: shelf()[0], Said: []ledger.Statement{newer, gone}, Before: []ledger.Statement{rated},
		Dossier: ledger.Dossier{Work: film,
			Tokens: []media.Token{media.OwnToken(media.Film, media.IMDb, "tt0133093"), media.OwnToken(media.Film, media.SIMKL, "53"), media.OwnToken(media.Film, media.TVDB, "9")},
			Links:  []ledger.Link{{Account: 1, Key: "item-9", Work: 1, By: ledger.ByToken}, {Account: 2, Key: "movie:7", Work: 1, By: ledger.ByHand}},
			Pins:   []ledger.Pin{{ID: 5, Work: 1, Kind: ledger.NeverTouch, AnyFeature: true}, {ID: 6, Work: 1, Account: 2, Feature: media.Ratings, Kind: ledger.AlwaysKeep}}},
		Writes: []ledger.Entry{
			{Op: op, State: ledger.Done, Intended: noon.Add(-50 * time.Minute)},
			{Op: failed, State: ledger.Failed, Error: "422 from the service", Intended: noon.Add(-40 * time.Minute)},
			{Op: op, State: ledger.Done, UndoneBy: "9-1", Intended: noon.Add(-30 * time.Minute)},
		},
		Plan: ledger.Plan{Ops: []ledger.Op{op}, NonOps: []ledger.NonOp{
			{Account: 2, Subject: ledger.Subject{Work: 1, Feature: media.History}, Unmet: true, Why: ledger.Reason{Code: ledger.Settling, Who: 1, When: noon.Add(-5 * time.Minute),
				Until: noon.Add(25 * time.Minute), Details: ledger.Evidence{Code: ledger.SawPlaying}}},
			{Account: 1, Subject: about, Why: ledger.Reason{Code: ledger.AlreadyEqual, Who: 2}},
			{Account: 1, Subject: ledger.Subject{Work: 1, Feature: media.Watchlist}, Why: ledger.Reason{Code: ledger.NothingSaid}},
		}},
	}
}

func TestItemInWords(t *testing.T) {
	goldens(t, "item", func(w *Words) any { return ItemOf(itemFacts(), calm(), services, w) })
	goldens(t, "item-bare", func(w *Words) any {
		return ItemOf(ItemFacts{Row: ledger.LibraryRow{Work: episode, Show: "Harbour Nine"}}, calm(), services, w)
	})
}

// TestWhySaysWhatTheServiceCannot: what is only read there may be switched on.
func TestWhySaysWhatTheServiceCannot(t *testing.T) {
	var left []ledger.NonOp
	for _, why := range []ledger.Reason{{Code: ledger.CannotStore}, {Code: ledger.CannotStore, Details: ledger.Evidence{Code: ledger.SawOnlyRead}}, {Code: ledger.Settling}} {
		left = append(left, ledger.NonOp{Account: 1, Subject: ledger.Subject{Work: 3, Feature: media.Ratings}, Why: why})
	}
	goldens(t, "why", func(w *Words) any { return WhyOf(left, []string{"A", "B", "C"}, calm(), services, w) })
}

// TestEverySIMKLTitleLeadsToItsPage: the service's terms ask for the link.
func TestEverySIMKLTitleLeadsToItsPage(t *testing.T) {
	for want, token := range map[string]media.Token{
		"https://simkl.com/movies/53": media.OwnToken(media.Film, media.SIMKL, "53"),
		"https://simkl.com/tv/4":      media.EpisodeToken(media.SIMKL, "4", 2, 3),
		"https://simkl.com/anime/8":   media.OwnToken(media.Part, media.SIMKL, "8"),
	} {
		if got := pageAt("simkl", []media.Token{media.OwnToken(media.Film, media.IMDb, "tt1"), token}); got != want {
			t.Errorf("%v leads to %q, want %q", token, got, want)
		}
	}
}

// TestUndoSaysWhatStays: taking back says first what returns how, and why the
// rest is left.
func TestUndoSaysWhatStays(t *testing.T) {
	given := ledger.Reason{Code: ledger.Policy, Details: ledger.Evidence{Code: ledger.SawGivenAway}}
	newer := ledger.Reason{Code: ledger.NewerThere}
	goldens(t, "undo", func(w *Words) any {
		return UndoOf(Command{Run: 4}, []UndoCount{{Account: 1, Exact: 3, ValueOnly: 1, Stays: []ledger.Reason{newer}},
			{Account: 2, Stays: []ledger.Reason{given, newer, given}}}, calm(), services, w)
	})
	goldens(t, "undo-nothing", func(w *Words) any {
		return UndoOf(Command{Op: "4-1"}, []UndoCount{{Account: 2, Stays: []ledger.Reason{given}}}, calm(), services, w)
	})
}

func ruleFacts() RuleFacts {
	all := []media.Feature{media.History, media.Ratings, media.Watchlist}
	return RuleFacts{
		Routes: []ledger.Route{
			{ID: 1, From: 1, To: 2, Feature: media.History, Mode: ledger.AddOnly, Accepted: true},
			{ID: 2, From: 1, To: 2, Feature: media.Ratings, Mode: ledger.KeepSame, Removals: ledger.Ask},
			{ID: 3, From: 2, To: 1, Feature: media.History, Mode: ledger.AddOnly, Accepted: true}},
		Offers:   map[ledger.AccountID][]media.Feature{1: all, 2: all, 3: {media.Progress}},
		Barred:   map[[2]ledger.AccountID]bool{{2, 3}: true},
		ReadOnly: map[ledger.AccountID][]media.Feature{1: {media.Ratings}},
	}
}

func TestRulesInWords(t *testing.T) {
	s := calm()
	s.Accounts = append(s.Accounts, ledger.AccountStatus{ID: 3, Profile: 1, Provider: "simkl", Name: "simkl"})
	goldens(t, "rules", func(w *Words) any { return RulesOf("", ruleFacts(), s, services, w) })
	goldens(t, "rules-none", func(w *Words) any { return RulesOf("", RuleFacts{}, ledger.Status{}, services, w) })
}

// TestUnwatchingCanDelete: that is offered for history only, and only where a
// rule lets deletions through (R17).
func TestUnwatchingCanDelete(t *testing.T) {
	f := ruleFacts()
	f.Routes[0].Unwatch = true
	for _, row := range RulesOf("", f, calm(), services, english).Grid[0][1].Rows {
		if (row.UnwatchLabel != "") != (row.Feature == "history") || row.Unwatch != (row.Feature == "history") {
			t.Errorf("%+v", row)
		}
	}
}

// TestCopyExactlyIsOnlyOfferedWhereItIsAllowed: never for history, never where
// the target leads back (R12).
func TestCopyExactlyIsOnlyOfferedWhereItIsAllowed(t *testing.T) {
	grid := RulesOf("", ruleFacts(), calm(), services, english).Grid
	for _, row := range append(grid[0][1].Rows, grid[1][0].Rows...) {
		want := row.From == 1 && row.Feature != "history" || row.From == 2 && row.Feature == "watchlist"
		if row.CanCopy != want {
			t.Errorf("%d to %d, %s: copy exactly %v", row.From, row.To, row.Feature, row.CanCopy)
		}
	}
}

func TestWhatIfInWords(t *testing.T) {
	op := func(account ledger.AccountID, work media.WorkID, a provider.Action, v media.Value) ledger.Op {
		return ledger.Op{Account: account, Subject: ledger.Subject{Work: work, Feature: media.Ratings}, Action: a, New: v}
	}
	before := ledger.Plan{Ops: []ledger.Op{op(1, 1, provider.Add, media.Rated(50)), op(1, 2, provider.Add, media.Rated(60))}}
	after := ledger.Plan{Ops: []ledger.Op{op(1, 1, provider.Add, media.Rated(50)), op(2, 1, provider.Add, media.Rated(50)), op(2, 2, provider.Add, media.Rated(60)), op(2, 3, provider.Remove, media.Value{})}}
	titles := map[media.WorkID]string{1: "A", 2: "B", 3: "C"}
	goldens(t, "whatif", func(w *Words) any { return WhatIfOf(Prospect{before, after, titles}, calm(), services, w) })
	goldens(t, "whatif-nothing", func(w *Words) any { return WhatIfOf(Prospect{before, before, titles}, calm(), services, w) })
}

func settingsFacts() SettingsFacts {
	return SettingsFacts{Engine: ledger.Settings{IntervalMS: 2_700_000, ServerEveryMS: 900_000, GuardsOff: []ledger.Code{ledger.GuardAdds}}, Level: "problems",
		QuietFrom: 22, QuietTo: 8, Autostart: AutostartOff, Secrets: "keyring", Folder: "/home/anna/.local/share/watchkeeper", Version: "1.0 (abc1234)",
		Guards: []ledger.Code{ledger.GuardAdds, ledger.GuardRemovals}, Backups: []BackupFacts{{"b1", noon.Add(-24 * time.Hour), 3_400_000}},
		Accounts: []AccountFacts{{ID: 1, Address: "http://attic:8096", Features: []media.Feature{media.History}, Offers: []media.Feature{media.History, media.Progress}, Libraries: true, LeftOut: 1,
			Options: []OptionFacts{{Name: "write_ratings"}}},
			{ID: 2, Features: []media.Feature{media.History}, Offers: []media.Feature{media.History}, KeepsLog: true, Scrobbler: "on"}}}
}

func TestSettingsInWords(t *testing.T) {
	goldens(t, "settings", func(w *Words) any { return SettingsOf(settingsFacts(), calm(), services, w) })
	goldens(t, "settings-people", func(w *Words) any { return SettingsOf(settingsFacts(), household(), services, w) })
	goldens(t, "settings-bare", func(w *Words) any {
		return SettingsOf(SettingsFacts{Secrets: "file"}, ledger.Status{Now: noon}, services, w)
	})
}

// TestAPersonWithoutAccountsCanGo: and nobody else, nor the only one.
func TestAPersonWithoutAccountsCanGo(t *testing.T) {
	leaving := func(s ledger.Status) (who []string) {
		for _, section := range SettingsOf(settingsFacts(), s, services, english).Sections {
			for _, row := range section.Rows {
				for _, b := range row.Buttons {
					if b.Command.Verb == Forget {
						who = append(who, b.Command.Person)
					}
				}
			}
		}
		return who
	}
	s := household()
	s.Profiles = append(s.Profiles, ledger.Profile{ID: 9, Name: "Cleo"})
	if got := leaving(s); !slices.Equal(got, []string{"Cleo"}) {
		t.Errorf("%q may be removed", got)
	}
	s.Profiles, s.Accounts = s.Profiles[:1], nil
	if got := leaving(s); got != nil {
		t.Errorf("the only person may be removed: %q", got)
	}
}

func TestAttentionInWords(t *testing.T) {
	facts := AttentionFacts{
		SetAside: []AsideFacts{{ledger.Quarantine{Account: 2, Subject: ledger.Subject{Work: 1, Feature: media.Ratings}, Why: ledger.CannotStore}, "Paper Lighthouse (2023)"}},
		Entries: []EntryFacts{
			{Account: 1, Key: "k1", Title: "Harbour Nine", Guesses: []GuessFacts{{2, "Harbour Nine (2019)", true, true}, {9, "Harbour Nine (1974)", false, false}}},
			{Account: 1, Key: "k2", Title: "Home video"},
			{Account: 2, Key: "k3", Title: "Twin", Doubt: ledger.Evidence{Code: ledger.SawTwoIDs, Name: "film/tmdb:5", Other: "film/tmdb:6"}},
		}}
	s := with(func(s *ledger.Status) { s.Holds = []ledger.HoldStatus{removals(14)} })
	goldens(t, "attention", func(w *Words) any { return AttentionOf(facts, s, services, w) })
	goldens(t, "attention-none", func(w *Words) any { return AttentionOf(AttentionFacts{}, calm(), services, w) })
	goldens(t, "unlinked", func(w *Words) any {
		return UnlinkedOf(GuessFacts{Work: 1, Title: "Paper Lighthouse"}, facts.Entries[:1], s, services, w)
	})
}

// TestAFilmAndItsRemakeAreNeverAcceptedTogether: only sure guesses that may be
// taken in bulk are behind the one button.
func TestAFilmAndItsRemakeAreNeverAcceptedTogether(t *testing.T) {
	entries := []EntryFacts{{Account: 1, Key: "remake", Guesses: []GuessFacts{{1, "A", true, false}}}, {Account: 1, Key: "guess", Guesses: []GuessFacts{{2, "B", false, true}}}}
	if links := AttentionOf(AttentionFacts{Entries: entries}, calm(), services, english).Links; links == nil || links.All != nil {
		t.Errorf("accepted in one go: %+v", links)
	}
	for i := range 300 {
		entries = append(entries, EntryFacts{Account: 1, Key: string(rune('a' + i)), Guesses: []GuessFacts{{3, "C", true, true}}})
	}
	links := AttentionOf(AttentionFacts{Entries: entries}, calm(), services, english).Links
	if links.All == nil || len(links.All.Command.Links) != mostLinks || links.All.Sure == "" {
		t.Errorf("in one go: %+v", links.All)
	}
}

func TestActivityInWords(t *testing.T) {
	goldens(t, "activity", func(w *Words) any { return ActivityOf(calm(), services, w) })
	f := itemFacts()
	goldens(t, "writes", func(w *Words) any {
		var all []WriteFacts
		for _, e := range f.Writes {
			all = append(all, WriteFacts{e, "Paper Lighthouse (2023)"})
		}
		return WritesOf(all, calm(), services, w)
	})
	goldens(t, "held", func(w *Words) any {
		return HeldOf([]ledger.Hold{{Guard: ledger.GuardAdds, Since: noon, Ops: []ledger.Op{f.Plan.Ops[0]}}}, [][]string{{"A"}}, calm(), services, w)
	})
}

func TestChartsInWords(t *testing.T) {
	runs := []ledger.RunSummary{
		{Began: noon.Add(-time.Hour), Added: 3, Works: 100, Open: 2}, {Began: noon.Add(-25 * time.Hour), Added: 10, Removed: 2, Works: 98, Open: 9},
		{Began: noon.Add(-26 * time.Hour), Preview: true, Added: 500}, {Began: noon.Add(-400 * time.Hour), Added: 500},
	}
	goldens(t, "charts", func(w *Words) any { return ChartsOf(runs, household(), services, w) })
	if charts := ChartsOf(nil, calm(), services, english); len(charts) != 0 {
		t.Errorf("charts of nothing: %+v", charts)
	}
}

// TestEveryStatusIsWorded: a golden text for every status there is.
func TestEveryStatusIsWorded(t *testing.T) {
	for _, c := range states {
		goldens(t, "status/"+c.name, func(w *Words) any { return From(c.status, noon, services, w) })
	}
}

// BenchmarkLibraryRows is what wording a page of rows costs.
func BenchmarkLibraryRows(b *testing.B) {
	var rows []ledger.LibraryRow
	for range 30 {
		rows = append(rows, shelf()...)
	}
	s := household()
	for b.Loop() {
		LibraryRowsOf(rows, LibraryFilter{}, s, services, english)
	}
}
