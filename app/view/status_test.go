package view

import (
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

var (
	noon     = media.At(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	services = []Service{{Name: "jellyfin", Title: "Jellyfin", Methods: []string{"quick-connect"}}, {Name: "trakt", Title: "Trakt", Methods: []string{"device-code"}}}
	english  = Speak("en", time.UTC)
	german   = Speak("de", time.UTC)
)

func read(f media.Feature, ago time.Duration) ledger.FeatureStatus {
	at := noon.Add(-ago)
	return ledger.FeatureStatus{Feature: f, Freshness: ledger.Fresh, LastTrusted: at, Count: 1234, Evidence: ledger.Evidence{Code: ledger.SawRowsOf, N: 1234, Of: 1234},
		Next: at.Add(30 * time.Minute)}
}

// calm is a status in which everything is well.
func calm() ledger.Status {
	return ledger.Status{Now: noon, NextRun: noon.Add(10 * time.Minute), Accounts: []ledger.AccountStatus{
		{ID: 1, Profile: 1, Provider: "jellyfin", Name: "jellyfin", UserName: "Anna", Server: "Attic", Version: "10.11", Allowance: -1,
			Features: []ledger.FeatureStatus{read(media.History, 3*time.Minute)}},
		{ID: 2, Profile: 1, Provider: "trakt", Name: "trakt", UserName: "anna", Server: "Trakt", Allowance: 900,
			Features: []ledger.FeatureStatus{read(media.History, 6*time.Minute), read(media.Ratings, 6*time.Minute)}},
	}}
}

func with(change func(*ledger.Status)) ledger.Status {
	s := calm()
	change(&s)
	return s
}

func removals(n int) ledger.HoldStatus {
	return ledger.HoldStatus{ID: 7, Profile: 1, Guard: ledger.GuardRemovals, Target: 2, Cause: 1, Feature: media.History, Count: n, Run: 40,
		Evidence: ledger.Evidence{Code: ledger.SawRemovals, N: 14, Of: 100, Most: 5}, Titles: []string{"A", "B", "C", "D", "E"}}
}

// states is every kind of status with its mood and sentences.
var states = []struct {
	name    string
	status  ledger.Status
	mood    Mood
	english string
	german  string
}{
	{"nothing connected", ledger.Status{Now: noon}, Good, "Nothing is connected yet", "Noch ist nichts verbunden"},
	{"in sync", calm(), Good, "In sync – oldest read 6 minutes ago", "Alles gleich – zuletzt gelesen vor 6 Minuten"},
	{"one account", with(func(s *ledger.Status) { s.Accounts = s.Accounts[:1] }), Good,
		"Jellyfin is connected – read 3 minutes ago", "Jellyfin ist verbunden – gelesen vor 3 Minuten"},
	{"never read", with(func(s *ledger.Status) { s.Accounts[1].Features = []ledger.FeatureStatus{{Feature: media.History}} }), Working,
		"Trakt has not been looked at yet", "Trakt wurde noch nicht angesehen"},
	{"looking", with(func(s *ledger.Status) { s.Running = &ledger.Progress{Run: 9, Stage: "looking"} }), Working,
		"Looking at your accounts…", "Deine Konten werden angesehen…"},
	{"writing", with(func(s *ledger.Status) {
		s.Running = &ledger.Progress{Run: 9, Stage: "writing", Account: 2, Done: 120, Of: 1800}
	}), Working, "Writing 120 of 1,800 to Trakt…", "120 von 1.800 auf Trakt geschrieben…"},
	{"paused", with(func(s *ledger.Status) { s.Paused = true }), Paused, "Paused until you resume", "Angehalten, bis du fortsetzt"},
	{"paused for a while", with(func(s *ledger.Status) { s.Paused, s.PausedTo = true, noon.Add(time.Hour) }), Paused,
		"Paused until 13:00", "Angehalten bis 13:00"},
	{"stale", with(func(s *ledger.Status) { s.Accounts[1].Features[1].Freshness = ledger.Stale }), Trouble,
		"Trakt may be showing an old list of Ratings", "Trakt zeigt vielleicht eine alte Liste: Bewertungen"},
	{"aged since it was said", with(func(s *ledger.Status) { s.Accounts[0].Features[0] = read(media.History, 4*time.Hour) }), Trouble,
		"Jellyfin is not up to date – History last read 4 hours ago", "Jellyfin ist nicht aktuell – Verlauf zuletzt vor 4 Stunden gelesen"},
	{"service away", with(func(s *ledger.Status) {
		s.Accounts[0].Problem, s.Accounts[0].Retry = ledger.SourceSilent, noon.Add(20*time.Minute)
	}), Trouble, "Jellyfin: does not answer – trying again at 12:20", "Jellyfin: antwortet nicht – neuer Versuch um 12:20"},
	{"metered", with(func(s *ledger.Status) { s.Metered = true }), Paused,
		"Waiting – this network is paid by volume. Sync now looks all the same",
		"Wartet – dieses Netz kostet nach Menge. „Jetzt abgleichen“ liest trotzdem"},
	{"offline", with(func(s *ledger.Status) { s.Offline, s.Accounts[0].Problem = true, ledger.SourceSilent }), Paused,
		"Offline – looking again when the network is back", "Offline – es geht weiter, sobald das Netz wieder da ist"},
	{"database damaged", ledger.Status{Now: noon, Problem: &ledger.Problem{Code: "database_damaged"}}, Trouble,
		"The database is damaged", "Die Datenbank ist beschädigt"},
	{"unknown problem", ledger.Status{Now: noon, Problem: &ledger.Problem{Code: "moon"}}, Trouble,
		"Watchkeeper cannot run", "Watchkeeper kann nicht laufen"},
	{"sign-in", with(func(s *ledger.Status) { s.Accounts[1].Problem = ledger.AuthNeeded }), NeedsYou, "1 thing needs you", "1 Sache wartet auf dich"},
	{"locked", with(func(s *ledger.Status) { s.Accounts[1].Problem = ledger.AccountLocked }), Trouble,
		"Trakt: has locked this account", "Trakt: hat dieses Konto gesperrt"},
	{"held", with(func(s *ledger.Status) {
		s.Holds = []ledger.HoldStatus{removals(14), {ID: 8, Guard: ledger.GuardShrunk, Target: 1}}
	}), NeedsYou, "2 things need you", "2 Sachen warten auf dich"},
}

func TestEveryStateHasItsMoodAndSentence(t *testing.T) {
	for _, c := range states {
		en, de := From(c.status, noon, services, english), From(c.status, noon, services, german)
		switch {
		case c.status.Running != nil: // has a line of its own
			sentence, mood := "In sync – oldest read 6 minutes ago", Good
			if c.status.Running.Of > 0 { // what is not written yet is not in sync
				sentence, mood = "Writing what is missing…", Working
			}
			if en.Progress.Text != c.english || de.Progress.Text != c.german || en.Sentence != sentence || en.Mood != mood {
				t.Errorf("%s: %+v %q", c.name, en.Progress, en.Sentence)
			}
		case en.Mood != c.mood || en.Sentence != c.english || de.Sentence != c.german:
			t.Errorf("%s: %s %q %q", c.name, en.Mood, en.Sentence, de.Sentence)
		}
		if tray := TrayOf(c.status, noon, services, english); tray.Mood != c.mood || !strings.Contains(tray.Tooltip, c.english) {
			t.Errorf("%s: tray %s %q", c.name, tray.Mood, tray.Tooltip)
		}
	}
}

func TestMoodsHideLowerOnes(t *testing.T) {
	s := calm()
	steps := []struct {
		mood   Mood
		change func()
	}{
		{Good, func() {}},
		{Working, func() { s.Running = &ledger.Progress{Stage: "looking"} }},
		{Paused, func() { s.Paused = true }},
		{Trouble, func() { s.Accounts[0].Problem = ledger.SourceSilent }},
		{NeedsYou, func() { s.Holds = []ledger.HoldStatus{removals(1)} }},
	}
	for _, step := range steps {
		step.change()
		if got := TrayOf(s, noon, services, english).Mood; got != step.mood {
			t.Errorf("%s, want %s", got, step.mood)
		}
	}
}

func TestGoodIsImpossibleWhileAnythingIsStale(t *testing.T) {
	for _, f := range []ledger.Freshness{ledger.Stale, ledger.Silent, ledger.NeverRead} {
		s := calm()
		s.Accounts[1].Features[0].Freshness = f
		if From(s, noon, services, english).Mood == Good {
			t.Errorf("good although a feature is %s", f)
		}
		s.Accounts[1].Paused = true
		if got := From(s, noon, services, english).Mood; got != Good {
			t.Errorf("%s although only a paused account is %s", got, f)
		}
	}
}

func labels(buttons []Button) []string {
	var out []string
	for _, b := range buttons {
		out = append(out, b.Label)
	}
	return out
}

func TestCardsOfHolds(t *testing.T) {
	for _, c := range []struct {
		guard   ledger.Code
		title   string
		buttons []string
	}{
		{ledger.GuardRemovals, "14 deletions on Trakt are on hold", []string{"Keep them", "Put them back", "Review…", "Delete these"}},
		{ledger.GuardAsk, "14 deletions on Trakt ask first", []string{"Keep them", "Put them back", "Review…", "Delete these"}},
		{ledger.GuardOverwrite, "14 changed values on Trakt are on hold", []string{"Keep theirs", "Review…", "Change them"}},
		{ledger.GuardAdds, "14 additions to Trakt are on hold", []string{"Don’t add", "Review…", "Add them"}},
		{ledger.GuardDuplicates, "14 further plays on Trakt are on hold", []string{"Don’t add", "Review…", "Add them"}},
		{ledger.GuardFirstRun, "The first look is done – nothing was changed yet", []string{"Not yet", "Review…", "Who follows whom…", "Start"}},
		{ledger.GuardUndoneWrites, "Another tool took back 14 of our changes on Trakt", []string{"Leave it", "Review…", "Try again"}},
		{ledger.GuardFlipFlop, "14 values on Trakt go back and forth", []string{"Leave it", "Review…", "Try again"}},
		{ledger.GuardQuota, "Trakt has no room for 14 more entries", []string{"Leave it", "Review…", "Try again"}},
		{ledger.GuardShrunk, "History on Trakt is suddenly much shorter", []string{"Read again", "It is right"}},
		{ledger.GuardChanged, "History on Trakt is suddenly all different", []string{"Read again", "It is right"}},
		{ledger.GuardVersion, "History on Trakt shrank with a new server version", []string{"Read again", "It is right"}},
		{ledger.GuardRegressed, "History on Trakt went back in time", []string{"Read again", "It is right"}},
		{ledger.GuardFutureTimes, "History on Trakt is dated in the future", []string{"Read again", "It is right"}},
		{ledger.GuardIdentityShift, "Trakt took many titles for others than before", []string{"Read again", "It is right"}},
		{ledger.GuardWrongUser, "Trakt answers for somebody else", []string{"Read again"}},
	} {
		h := removals(14)
		h.Guard = c.guard
		if slices.Contains(c.buttons, "Review…") == false {
			h.Titles = nil // a view holds no ops
		}
		cards := From(with(func(s *ledger.Status) { s.Holds = []ledger.HoldStatus{h} }), noon, services, english).Cards
		if len(cards) != 1 || cards[0].Title != c.title || !slices.Equal(labels(cards[0].Buttons), c.buttons) {
			t.Errorf("%s: %+v", c.guard, cards)
			continue
		}
		if !cards[0].Buttons[0].Primary || cards[0].Buttons[0].Danger {
			t.Errorf("%s: the first button is not the safe one", c.guard)
		}
		for _, b := range cards[0].Buttons {
			if b.Danger && b.Command.Verb != Review {
				t.Errorf("%s: %q deletes without the list", c.guard, b.Label)
			}
		}
	}
}

func TestRepliesAreTheEnginesOwn(t *testing.T) {
	for _, code := range ledger.Codes {
		valid := guard.Answers(code)
		if valid == nil {
			continue
		}
		var got []ledger.Answer
		for _, r := range replies(code) {
			got = append(got, r.answer)
		}
		want := valid
		if code != ledger.GuardFirstRun {
			want = slices.DeleteFunc(slices.Clone(valid), func(a ledger.Answer) bool { return a == ledger.NotNow })
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, the engine has %v", code, got, want)
		}
	}
}

func TestRemovalCardTellsAll(t *testing.T) {
	card := From(with(func(s *ledger.Status) { s.Holds = []ledger.HoldStatus{removals(14)} }), noon, services, english).Cards[0]
	if card.More != "and 9 more" || len(card.Samples) != 5 || card.Evidence == "" || card.Why == "" || card.Next == "" {
		t.Errorf("%+v", card)
	}
	keep := card.Buttons[0].Command
	if keep.Verb != Answer || keep.Answer != string(ledger.KeepThem) || !slices.Equal(keep.Holds, []int64{7}) {
		t.Errorf("%+v", keep)
	}
}

func TestFirstLooksOfOnePersonAreOneCard(t *testing.T) {
	s := with(func(s *ledger.Status) {
		s.Holds = []ledger.HoldStatus{
			{ID: 1, Profile: 1, Guard: ledger.GuardFirstRun, Target: 1, Feature: media.History, Count: 431},
			{ID: 2, Profile: 1, Guard: ledger.GuardFirstRun, Target: 2, Feature: media.Ratings, Count: 1},
			{ID: 3, Profile: 2, Guard: ledger.GuardFirstRun, Target: 2, Feature: media.Watchlist, Count: 2},
		}
	})
	cards := From(s, noon, services, english).Cards
	if len(cards) != 2 {
		t.Fatalf("%d cards", len(cards))
	}
	want := []string{"431 plays would be added to Jellyfin", "1 rating would be added to Trakt", "0 would be deleted"}
	if !slices.Equal(cards[0].Samples, want) {
		t.Errorf("%q", cards[0].Samples)
	}
	start := cards[0].Buttons[3].Command
	if start.Answer != string(ledger.DoIt) || !slices.Equal(start.Holds, []int64{1, 2}) {
		t.Errorf("%+v", start)
	}
	if later := cards[0].Buttons[0].Command; later.Verb != Later {
		t.Errorf("not yet asks for %+v", later)
	}
}

func TestTiles(t *testing.T) {
	s := with(func(s *ledger.Status) {
		s.Accounts[0].ClockMS = 95_000
		s.Accounts[1].Problem, s.Accounts[1].Detail = ledger.AuthNeeded, ledger.Evidence{Code: ledger.SawLastRead, Since: noon.Add(-time.Hour)}
		s.Accounts[1].Features[1] = ledger.FeatureStatus{Feature: media.Ratings, Freshness: ledger.Silent, Why: ledger.AuthNeeded}
	})
	tiles := From(s, noon, services, english).Tiles
	server, tracker := tiles[0], tiles[1]
	if server.Name != "Jellyfin" || server.Letter != "J" || server.Who != "Signed in as Anna on Attic, version 10.11" || server.Tone != Fine ||
		!slices.Equal(server.Notes, []string{"Its clock is off by 95 seconds; times are corrected."}) {
		t.Errorf("%+v", server)
	}
	row := server.Rows[0]
	if row.Feature != "History" || row.Count != "1,234 titles" || row.State != "up to date" || row.Age != "3 minutes ago" ||
		!slices.Contains(row.Evidence, "1,234 of 1,234 announced entries came.") || !slices.Contains(row.Evidence, "Read again in 27 minutes.") {
		t.Errorf("%+v", row)
	}
	if tracker.Tone != Wrong || tracker.Detail != "Last read at 11:00." || tracker.Buttons[0].Command.Verb != SignIn ||
		!slices.Contains(tracker.Notes, "900 requests left today") {
		t.Errorf("%+v", tracker)
	}
	if silent := tracker.Rows[1]; silent.State != "cannot be read" || len(silent.Evidence) < 2 || silent.Age != "" {
		t.Errorf("%+v", silent)
	}
}

func TestLastRun(t *testing.T) {
	run := ledger.RunSummary{ID: 40, Began: noon.Add(-time.Minute), Ended: noon.Add(-48 * time.Second), Added: 2, Updated: 1, Failed: 1, Held: 3,
		Changes: []ledger.ChangeSummary{
			{Account: 2, Feature: media.Ratings, Action: "update", Title: "Paper Lighthouse", State: ledger.Done},
			{Account: 9, Feature: media.Watchlist, Action: "add", Title: "Harbour Nine", State: ledger.Unanswered},
		}}
	got := From(with(func(s *ledger.Status) { s.LastRun = &run }), noon, services, english).LastRun
	if got.Summary != "2 added, 1 changed, 0 removed" || got.When != "11:59, took 12 seconds" || got.Problem != "1 change was not taken" ||
		got.Held != "3 changes wait for you" || got.More != "and 1 more" || got.Undo == nil || got.Undo.Command.Run != 40 {
		t.Errorf("%+v", got)
	}
	if c := got.Changes[0]; c.What != "rating changed on Trakt" || c.State != "" || c.Tone != Fine {
		t.Errorf("%+v", c)
	}
	if c := got.Changes[1]; c.What != "added to the watchlist on account 9" || c.State != "not proven yet" {
		t.Errorf("%+v", c)
	}
	nothing := FromRun(ledger.RunSummary{ID: 41, Began: noon, Ended: noon}, calm(), services, english)
	if nothing.Summary != "Nothing had to change" || nothing.Undo != nil {
		t.Errorf("%+v", nothing)
	}
	died := FromRun(ledger.RunSummary{ID: 42, Began: noon, Ended: noon, Stopped: true, Unproven: 2}, calm(), services, english)
	if died.Undo == nil || died.Undo.Command.Run != 42 {
		t.Errorf("what may have arrived cannot be undone: %+v", died)
	}
}

// TestLastChangeIsNotForgotten: rounds that find nothing to do do not hide what
// was changed last, nor how to undo it.
func TestLastChangeIsNotForgotten(t *testing.T) {
	changed, nothing := ledger.RunSummary{ID: 40, Began: noon, Ended: noon, Added: 60}, ledger.RunSummary{ID: 41, Began: noon, Ended: noon}
	s := with(func(s *ledger.Status) { s.LastRun, s.LastChange = &nothing, &changed })
	if got := From(s, noon, services, english); got.LastRun.ID != 40 || got.LastRun.Undo == nil || got.LastTitle != "Last changes" {
		t.Errorf("%s %+v", got.LastTitle, got.LastRun)
	}
	for _, last := range []ledger.RunSummary{{ID: 41, Failed: 1}, {ID: 41, Held: 2}, {ID: 41, Stopped: true}, {ID: 41, Error: "disk full"}, {ID: 41, Unproven: 1}} {
		s.LastRun = &last
		if got := From(s, noon, services, english); got.LastRun.ID != 41 || got.LastTitle != "Last run" {
			t.Errorf("%+v is hidden: %+v", last, got.LastRun)
		}
	}
}

// TestWhatWasSentIsCounted: until the next read, a tile tells what was written
// beside what was read before that.
func TestWhatWasSentIsCounted(t *testing.T) {
	s := with(func(s *ledger.Status) { s.Accounts[1].Features[0].Count, s.Accounts[1].Features[0].Sent = 0, 40 })
	for w, want := range map[*Words]string{english: "0 titles, 40 sent", german: "0 Titel, 40 gesendet"} {
		row := From(s, noon, services, w).Tiles[1].Rows[0]
		if row.Count != want || len(row.Evidence) != 4 {
			t.Errorf("%q, want %q; %q", row.Count, want, row.Evidence)
		}
	}
}

// TestAProblemIsOneOfTheThings: the sentence counts what the cards show.
func TestAProblemIsOneOfTheThings(t *testing.T) {
	s := with(func(s *ledger.Status) {
		s.Problem, s.Accounts[0].Problem = &ledger.Problem{Code: "keyring_locked"}, ledger.AuthNeeded
	})
	if got := From(s, noon, services, english); got.Sentence != "2 things need you" || len(got.Cards) != 2 {
		t.Errorf("%s over %d cards", got.Sentence, len(got.Cards))
	}
}

// TestNoProblemIsADeadEnd: each can be tried again, also where nothing opened,
// and a damaged database offers its backup.
func TestNoProblemIsADeadEnd(t *testing.T) {
	for _, c := range []struct {
		accounts int
		backup   string
		want     []Verb
	}{{2, "", []Verb{SyncNow}}, {0, "", []Verb{Restart}}, {0, "b1.db", []Verb{Restart, Restore}}} {
		s := with(func(s *ledger.Status) {
			s.Accounts, s.Problem = s.Accounts[:c.accounts], &ledger.Problem{Code: "database_damaged", Backup: c.backup}
		})
		var got []Verb
		for _, b := range From(s, noon, services, english).Cards[0].Buttons {
			if got = append(got, b.Command.Verb); b.Command.Verb == Restore && (b.Command.Name != c.backup || b.Sure == "" || !b.Danger) {
				t.Errorf("%+v", b)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestSilentRowsSayWhenTheyWereRead: the age is not that of the failure, and
// what was shown then is evidence.
func TestSilentRowsSayWhenTheyWereRead(t *testing.T) {
	s := with(func(s *ledger.Status) {
		s.Accounts[1].Problem = ledger.SourceSilent
		s.Accounts[1].Features[0].Freshness, s.Accounts[1].Features[0].Why = ledger.Silent, ledger.SourceSilent
	})
	row := From(s, noon, services, english).Tiles[1].Rows[0]
	if row.State != "cannot be read" || row.Age != "read 6 minutes ago" || row.Count != "" || row.Evidence[1] != "It showed 1,234 titles then." {
		t.Errorf("%+v", row)
	}
}

func TestModelIsPure(t *testing.T) {
	for _, c := range states {
		a, b := From(c.status, noon, services, english), From(c.status, noon, services, english)
		if !equal(a, b) {
			t.Errorf("%s: two models of one status differ", c.name)
		}
	}
}
