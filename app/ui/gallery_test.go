package ui

import (
	"fmt"
	"time"

	"watchkeeper/app/view"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// gallery is a household in which everything can be seen: what the pages show
// is worded by app/view from these engine values, as in the program.
var (
	noon     = media.At(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	services = []view.Service{
		{Name: "plex", Title: "Plex", Methods: []string{"browser"}}, {Name: "jellyfin", Title: "Jellyfin", Methods: []string{"quick-connect", "password"}},
		{Name: "emby", Title: "Emby", Methods: []string{"password"}}, {Name: "trakt", Title: "Trakt", Methods: []string{"device-code"}},
		{Name: "simkl", Title: "SIMKL", Methods: []string{"device-code"}}, {Name: "anilist", Title: "AniList", Methods: []string{"browser"}},
	}
)

func feature(f media.Feature, fresh ledger.Freshness) ledger.FeatureStatus {
	at := noon.Add(-6 * time.Minute)
	return ledger.FeatureStatus{Feature: f, Freshness: fresh, LastTrusted: at, Count: 3412, Evidence: ledger.Evidence{Code: ledger.SawRowsOf, N: 3412, Of: 3412},
		LagMS: 40_000, Lag95MS: 120_000, Next: at.Add(30 * time.Minute)}
}

func household() ledger.Status {
	all := []ledger.FeatureStatus{feature(media.History, ledger.Fresh), feature(media.Ratings, ledger.Fresh), feature(media.Watchlist, ledger.Fresh)}
	stale := []ledger.FeatureStatus{feature(media.History, ledger.Stale), feature(media.Watchlist, ledger.Fresh)}
	stale[0].Why, stale[0].Evidence = ledger.PendingVisible, ledger.Evidence{Code: ledger.SawUnseen, N: 3, Of: 412, Since: noon.Add(-3 * time.Hour)}
	return ledger.Status{Now: noon, NextRun: noon.Add(12 * time.Minute), Unmet: 9, Waiting: 3, Profiles: []ledger.Profile{{ID: 1, Name: "me"}, {ID: 2, Name: "Ben"}},
		Accounts: []ledger.AccountStatus{
			{ID: 1, Profile: 1, Provider: "plex", Name: "plex", UserName: "Anna", Server: "Attic", Version: "1.41", Allowance: -1, Features: all},
			{ID: 2, Profile: 1, Provider: "trakt", Name: "trakt", UserName: "anna", Server: "Trakt", Allowance: -1, Problem: ledger.AuthNeeded, Features: all},
			{ID: 3, Profile: 1, Provider: "simkl", Name: "simkl", UserName: "anna", Server: "SIMKL", Allowance: 288, AllowanceOf: 400, Features: stale},
			{ID: 4, Profile: 2, Provider: "jellyfin", Name: "jellyfin", UserName: "Ben", Server: "Attic", Version: "10.11", Allowance: -1, Features: all[:1]},
		},
		Holds: []ledger.HoldStatus{{ID: 7, Profile: 1, Guard: ledger.GuardRemovals, Target: 2, Cause: 1, Feature: media.History, Count: 14, Run: 40, Since: noon.Add(-time.Hour),
			Evidence: ledger.Evidence{Code: ledger.SawRemovals, N: 14, Of: 100, Most: 5}, Titles: []string{"Paper Lighthouse (2023)", "Harbour Nine 1x03", "Harbour Nine 1x04", "Salt", "The Łódź Affair"}}},
		LastRun: &ledger.RunSummary{ID: 41, Began: noon.Add(-6 * time.Minute), Ended: noon.Add(-5 * time.Minute), Added: 2, Updated: 1, Held: 14, Changes: []ledger.ChangeSummary{
			{Account: 2, Feature: media.History, Action: "add", Title: "Harbour Nine 1x05", State: ledger.Done},
			{Account: 3, Feature: media.Ratings, Action: "update", Title: "Paper Lighthouse (2023)", State: ledger.Unanswered}}},
	}
}

// firstLook is a household that was looked at for the first time.
func firstLook() ledger.Status {
	s := household()
	s.Accounts, s.LastRun, s.Unmet, s.Waiting, s.Profiles = s.Accounts[:2], nil, 0, 0, s.Profiles[:1]
	s.Accounts[1].Problem = ""
	first := ledger.HoldStatus{ID: 1, Profile: 1, Guard: ledger.GuardFirstRun, Target: 1, Feature: media.History, Count: 431, Evidence: ledger.Evidence{Code: ledger.SawFirstPlan}}
	second := first
	second.ID, second.Target, second.Feature, second.Count = 2, 2, media.Watchlist, 12
	s.Holds = []ledger.HoldStatus{first, second}
	return s
}

// removalsPage is the list behind the removals that wait.
func removalsPage(s *stage) view.ReviewPage {
	hold := ledger.Hold{ID: 7, Profile: 1, Guard: ledger.GuardRemovals, Target: 2, Feature: media.History, Evidence: household().Holds[0].Evidence}
	for i := range 14 {
		hold.Ops = append(hold.Ops, ledger.Op{ID: ledger.OpID(fmt.Sprint(i)), Account: 2, Subject: ledger.Subject{Work: media.WorkID(i + 1), Feature: media.History},
			Action: provider.Remove, Old: media.Watched(noon.Add(-48 * time.Hour))})
	}
	titles := make([]string, len(hold.Ops))
	for i := range titles {
		titles[i] = household().Holds[0].Titles[i%5]
	}
	return view.ReviewOf([]ledger.Hold{hold}, [][]string{titles}, household(), services, s.words)
}

// undoPage tells how exactly a run can be taken back.
func undoPage(s *stage) view.UndoPage {
	counts := []view.UndoCount{{Account: 2, Exact: 3, ValueOnly: 1}, {Account: 3, Exact: 1, Stays: []ledger.Reason{{Code: ledger.Policy, Details: ledger.Evidence{Code: ledger.SawGivenAway}}}}}
	return view.UndoOf(view.Command{Run: 41}, counts, household(), services, s.words)
}

// works is a library of any size.
func works(n int) []media.WorkID {
	out := make([]media.WorkID, n)
	for i := range out {
		out[i] = media.WorkID(i + 1)
	}
	return out
}

func filmRow(id media.WorkID) ledger.LibraryRow {
	row := ledger.LibraryRow{Work: ledger.Work{ID: id, Kind: media.Film, Title: fmt.Sprintf("Paper Lighthouse, part %d", id), Year: 2000 + int(id)%25, Season: -1, Number: -1}}
	row.Chips = []ledger.Chip{{Account: 1, Feature: media.History, State: ledger.ShownValue, Value: media.Watched(noon.Add(-48 * time.Hour))},
		{Account: 2, Feature: media.History, State: ledger.ShownValue, Value: media.Watched(noon.Add(-48 * time.Hour))},
		{Account: 2, Feature: media.Ratings, State: ledger.ShownValue, Value: media.Rated(80)}}
	switch id % 4 {
	case 1:
		row.Chips[1].Unmet = ledger.Settling
		row.Chips[1].State, row.Chips[1].Value = ledger.ShownAbsent, media.Value{}
	case 2:
		row.Chips = append(row.Chips, ledger.Chip{Account: 3, Feature: media.History, State: ledger.ShownAbsent, Sent: true})
	case 3:
		row.Chips = append(row.Chips, ledger.Chip{Account: 3, Feature: media.Watchlist, State: ledger.ShownUnknown})
	}
	return row
}

func itemFacts() view.ItemFacts {
	about := ledger.Subject{Work: 1, Feature: media.Ratings}
	op := ledger.Op{ID: "4-1", Account: 2, Subject: about, Action: provider.Update, Old: media.Rated(70), New: media.Rated(80), Why: ledger.Reason{Code: ledger.ApprovedByYou, Who: 1, When: noon.Add(-time.Hour)}}
	return view.ItemFacts{Row: filmRow(1),
		Said: []ledger.Statement{{Account: 1, Subject: about, Value: media.Rated(80), At: noon.Add(-time.Hour), Seq: 2, Origin: 1}},
		Dossier: ledger.Dossier{Tokens: []media.Token{media.OwnToken(media.Film, media.IMDb, "tt0133093"), media.OwnToken(media.Film, media.SIMKL, "53")},
			Links: []ledger.Link{{Account: 1, Key: "item-9", Work: 1, By: ledger.ByToken}, {Account: 3, Key: "movie:53", Work: 1, By: ledger.ByHand}},
			Pins:  []ledger.Pin{{ID: 5, Work: 1, Kind: ledger.NeverTouch, AnyFeature: true}}},
		Writes: []ledger.Entry{{Op: op, State: ledger.Done, Intended: noon.Add(-50 * time.Minute)}},
		Plan: ledger.Plan{NonOps: []ledger.NonOp{{Account: 2, Subject: ledger.Subject{Work: 1, Feature: media.History}, Unmet: true,
			Why: ledger.Reason{Code: ledger.Settling, Who: 1, When: noon.Add(-5 * time.Minute), Until: noon.Add(25 * time.Minute), Details: ledger.Evidence{Code: ledger.SawPlaying}}}}}}
}

func ruleFacts() view.RuleFacts {
	three := []media.Feature{media.History, media.Ratings, media.Watchlist}
	f := view.RuleFacts{Offers: map[ledger.AccountID][]media.Feature{1: three, 2: three, 3: three}, Barred: map[[2]ledger.AccountID]bool{{2, 3}: true}}
	for _, way := range [][2]ledger.AccountID{{1, 2}, {2, 1}, {1, 3}, {3, 1}, {3, 2}} {
		for _, feature := range three {
			f.Routes = append(f.Routes, ledger.Route{From: way[0], To: way[1], Feature: feature, Mode: ledger.AddOnly, Accepted: true})
		}
	}
	f.Routes[1].Mode, f.Routes[1].Removals = ledger.KeepSame, ledger.Ask
	return f
}

func settingsFacts() view.SettingsFacts {
	three := []media.Feature{media.History, media.Ratings, media.Watchlist}
	return view.SettingsFacts{Engine: ledger.Settings{IntervalMS: 1_800_000, ServerEveryMS: 900_000}, QuietFrom: 22, QuietTo: 8, Autostart: view.AutostartOff, Secrets: "keyring",
		Folder: "/home/anna/.local/share/watchkeeper", Version: "1.0", Guards: []ledger.Code{ledger.GuardShrunk, ledger.GuardRemovals, ledger.GuardAdds},
		Backups:  []view.BackupFacts{{Name: "b1", Made: noon.Add(-24 * time.Hour), Bytes: 3_400_000}},
		Accounts: []view.AccountFacts{{ID: 1, Address: "http://attic:32400", Features: three, Offers: three, Libraries: true, LeftOut: 1, Options: []view.OptionFacts{{Name: "write_ratings"}}}, {ID: 2, Features: three, Offers: three, KeepsLog: true}}}
}

func attentionFacts() view.AttentionFacts {
	return view.AttentionFacts{
		SetAside: []view.AsideFacts{{Quarantine: ledger.Quarantine{Account: 3, Subject: ledger.Subject{Work: 1, Feature: media.Ratings}, Why: ledger.CannotStore}, Title: "Salt (2010)"}},
		Entries: []view.EntryFacts{{Account: 1, Key: "k1", Title: "Harbour Nine", Guesses: []view.GuessFacts{{Work: 2, Title: "Harbour Nine (2019)", Exact: true, Bulk: true}, {Work: 9, Title: "Harbour Nine (1974)"}}},
			{Account: 1, Key: "k2", Title: "Twin", Doubt: ledger.Evidence{Code: ledger.SawTwoIDs, Name: "film/tmdb:5", Other: "film/tmdb:6"}}}}
}

func pastRuns() []ledger.RunSummary {
	var out []ledger.RunSummary
	for i := range 40 {
		out = append(out, ledger.RunSummary{ID: ledger.RunID(41 - i), Began: noon.Add(-time.Duration(i) * 8 * time.Hour), Added: i * i % 17, Updated: i % 3, Works: 3500, Open: 9 + i*i%40})
	}
	return out
}

// pages are the actions behind the places, at once and from the gallery.
func (s *stage) pages(a *view.Actions, w *view.Words) {
	status := household()
	a.Activity = func(show func(view.Activity, error)) { show(view.ActivityOf(status, services, w), nil) }
	a.Writes = func(_ view.ActivityFilter, _ int64, show func(view.Writes, error)) {
		show(view.WritesOf([]view.WriteFacts{{Entry: itemFacts().Writes[0], Title: "Paper Lighthouse (2023)"}}, status, services, w), nil)
	}
	a.Charts = func(show func([]view.Chart, error)) { show(view.ChartsOf(pastRuns(), status, services, w), nil) }
	a.Library = func(person string, show func(view.Library, error)) {
		show(view.LibraryOf(person, status, services, w), nil)
	}
	a.Shelf = func(f view.LibraryFilter, show func(view.Shelf, error)) {
		s.filter = f
		n := 100_000
		if f.Search == "none" {
			n = 0
		}
		show(view.ShelfOf(works(n), f, status, w), nil)
	}
	a.Rows = func(f view.LibraryFilter, ids []int64, show func([]view.LibraryRow, error)) {
		var rows []ledger.LibraryRow
		for _, id := range ids {
			rows = append(rows, filmRow(media.WorkID(id)))
		}
		s.rows++
		show(view.LibraryRowsOf(rows, f, status, services, w), nil)
	}
	a.Item = func(_ string, _ int64, show func(view.Item, error)) {
		show(view.ItemOf(itemFacts(), status, services, w), nil)
	}
	a.Unlinked = func(work int64, _ string, show func(view.LinkPage, error)) {
		show(view.UnlinkedOf(view.GuessFacts{Work: work, Title: "Paper Lighthouse"}, attentionFacts().Entries[:1], status, services, w), nil)
	}
	a.Attention = func(show func(view.Attention, error)) {
		show(view.AttentionOf(attentionFacts(), status, services, w), nil)
	}
	a.Rules = func(person string, show func(view.Rules, error)) {
		show(view.RulesOf(person, ruleFacts(), status, services, w), nil)
	}
	a.WhatIf = func(edits []view.RuleEdit, show func(view.WhatIf, error)) {
		s.edits = edits
		after := ledger.Plan{Ops: []ledger.Op{{Account: 3, Subject: ledger.Subject{Work: 1, Feature: media.Ratings}, Action: provider.Add, New: media.Rated(80)}}}
		show(view.WhatIfOf(view.Prospect{After: after, Titles: map[media.WorkID]string{1: "Paper Lighthouse (2023)"}}, status, services, w), nil)
	}
	a.Settings = func(show func(view.Settings, error)) {
		show(view.SettingsOf(settingsFacts(), status, services, w), nil)
	}
	a.Libraries = func(_ int64, show func([]view.LibraryPart, error)) {
		show([]view.LibraryPart{{ID: "1", Name: "Films", On: true}, {ID: "2", Name: "Home videos"}}, nil)
	}
}
