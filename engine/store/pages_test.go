package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func TestFold(t *testing.T) {
	for title, want := range map[string]string{
		"Amélie":              "amelie",
		"The Łódź Affair":     "the lodz affair",
		"Harbour Nine: Düne!": "harbour nine dune",
		"L’Été à l'Œuvre":     "lete a loeuvre",
		"千と千尋":                "千と千尋",
		"Wall·E":              "wall e",
		"plain":               "plain",
	} {
		if is := fold(title); is != want {
			t.Errorf("%q is searched as %q, want %q", title, is, want)
		}
	}
}

// library has a film at two accounts, a show with an episode, and a film that
// nobody shows any more.
func library(t *testing.T) *Store {
	s := memory(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{
		{ID: 1, Kind: media.Film, Title: "Amélie", Year: 2001, Season: -1, Number: -1},
		{ID: 2, Kind: media.Show, Title: "Harbour Nine", Season: -1, Number: -1},
		{ID: 3, Kind: media.Episode, Title: "Pilot", Show: 2, Season: 1, Number: 1},
		{ID: 4, Kind: media.Film, Title: "Gone", Season: -1, Number: -1},
		{ID: 5, Kind: media.Episode, Title: "Return", ShowTitle: "Far Harbour", Season: 4, Number: 2},
	}, nil))
	show := func(a ledger.AccountID, f media.Feature, key string, w media.WorkID, v media.Value) ledger.Shown {
		state := ledger.ShownValue
		if !v.Set {
			state = ledger.ShownAbsent
		}
		return ledger.Shown{Account: a, Feature: f, RowKey: ledger.RowKey{Key: key}, Work: w, State: state, Value: v}
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Shown: []ledger.Shown{
		show(1, media.Ratings, "a", 1, media.Rated(70)), show(1, media.Ratings, "b", 1, media.Value{}), show(2, media.Ratings, "t", 1, media.Value{}),
		show(1, media.History, "e", 3, media.Watched(9)), show(1, media.Watchlist, "s", 2, media.Listed()),
		show(2, media.Watchlist, "g", 4, media.Value{}), show(1, media.History, "r", 5, media.Watched(9)),
	}, Pending: []ledger.Pending{{Op: "o", Account: 2, Subject: about(1, media.Ratings), State: ledger.Expected}}}))
	must(t, s.PutUnmet(ctx, 1, []media.WorkID{1}, []ledger.NonOp{{Account: 2, Subject: about(1, media.Ratings), Why: ledger.Reason{Code: ledger.PendingVisible}, Unmet: true}}))
	return s
}

func TestLibrary(t *testing.T) {
	s := library(t)
	for name, c := range map[string]struct {
		q     LibraryQuery
		works []media.WorkID
		total int
	}{
		"all by title":          {LibraryQuery{Profile: 1}, []media.WorkID{1, 5, 2, 3}, 4},
		"without marks":         {LibraryQuery{Profile: 1, Search: "AMELIE"}, []media.WorkID{1}, 1},
		"with marks":            {LibraryQuery{Profile: 1, Search: "amé"}, []media.WorkID{1}, 1},
		"the show's title":      {LibraryQuery{Profile: 1, Search: "nine harb"}, []media.WorkID{2, 3}, 2},
		"of no show":            {LibraryQuery{Profile: 1, Search: "far RETURN"}, []media.WorkID{5}, 1},
		"no wildcard":           {LibraryQuery{Profile: 1, Search: "p%x"}, nil, 0},
		"a kind":                {LibraryQuery{Profile: 1, Kind: media.Episode}, []media.WorkID{5, 3}, 2},
		"features":              {LibraryQuery{Profile: 1, Features: []media.Feature{media.Watchlist, media.History}}, []media.WorkID{5, 2, 3}, 3},
		"what differs":          {LibraryQuery{Profile: 1, Differs: true}, []media.WorkID{1}, 1},
		"an account's":          {LibraryQuery{Profile: 1, Account: 2}, nil, 0},
		"a page":                {LibraryQuery{Profile: 1, Offset: 1, Limit: 1}, []media.WorkID{5}, 4},
		"another person's":      {LibraryQuery{Profile: 2}, nil, 0},
		"differs but elsewhere": {LibraryQuery{Profile: 1, Differs: true, Features: []media.Feature{media.Watchlist}}, nil, 0},
	} {
		rows, total, err := s.Library(ctx, c.q)
		must(t, err)
		var works []media.WorkID
		for _, r := range rows {
			works = append(works, r.Work.ID)
		}
		if !slices.Equal(works, c.works) || total != c.total {
			t.Errorf("%s: %v of %d, want %v of %d", name, works, total, c.works, c.total)
		}
	}
	rows, _, err := s.Library(ctx, LibraryQuery{Profile: 1, Search: "amelie"})
	must(t, err)
	want := []ledger.Chip{{Account: 1, Feature: media.Ratings, State: ledger.ShownValue, Value: media.Rated(70)},
		{Account: 2, Feature: media.Ratings, State: ledger.ShownAbsent, Unmet: ledger.PendingVisible, Sent: true}}
	if !slices.Equal(rows[0].Chips, want) {
		t.Errorf("chips %+v\nwant %+v", rows[0].Chips, want)
	}
	rows, _, err = s.Library(ctx, LibraryQuery{Profile: 1, Kind: media.Episode})
	must(t, err)
	if rows[0].Show != "Far Harbour" || rows[1].Show != "Harbour Nine" {
		t.Errorf("shows %q, %q", rows[0].Show, rows[1].Show)
	}
}

func TestTimeline(t *testing.T) {
	s := library(t)
	must(t, s.Apply(ctx, 1, ledger.Delta{Statements: []ledger.Statement{rating(1, 1, 50)}}))
	must(t, s.Apply(ctx, 4, ledger.Delta{Statements: []ledger.Statement{rating(1, 1, 70)}}))
	must(t, s.Intend(ctx, []ledger.Entry{{Op: ledger.Op{ID: "x", Account: 2, Subject: about(1, media.Ratings)}, State: ledger.Intended}}))
	line := got(s.Timeline(ctx, 1, 1))(t)
	if line.Work.Title != "Amélie" || len(line.Current) != 1 || len(line.Before) != 1 || len(line.Writes) != 1 ||
		line.Before[0].Value != media.Rated(50) || line.Before[0].Gone != 4 {
		t.Errorf("timeline %+v", line)
	}
	if _, err := s.Timeline(ctx, 1, 99); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown work: %v", err)
	}
}

func TestUnmetIsReplacedPerWork(t *testing.T) {
	s := memory(t)
	put := func(planned []media.WorkID, nonOps ...ledger.NonOp) { must(t, s.PutUnmet(ctx, 1, planned, nonOps)) }
	later := unmetOf(2)[0]
	later.Why.Until = 9000
	met := unmetOf(3)[0]
	met.Unmet = false
	put([]media.WorkID{1, 2, 3}, unmetOf(1)[0], later, met)
	if all := got(s.Unmet(ctx, 1, 0))(t); !reflect.DeepEqual(all, []ledger.NonOp{unmetOf(1)[0], later}) {
		t.Errorf("unmet %+v", all)
	}
	if due := got(s.Due(ctx, 1, 5000))(t); !slices.Equal(due, []media.WorkID{1}) {
		t.Errorf("due %v", due)
	}
	if none := got(s.Due(ctx, 2, 9999))(t); len(none) != 0 {
		t.Errorf("due for another person: %v", none)
	}
	put([]media.WorkID{1}) // met now; work 2 was not planned
	if works := got(s.UnmetWorks(ctx, 1, ledger.Codes[:]))(t); !slices.Equal(works, []media.WorkID{2}) {
		t.Errorf("unmet works %v", works)
	}
	if c := got(s.Counts(ctx))(t); c.Unmet != 1 || c.Open != 1 {
		t.Errorf("counts %+v", c)
	}
	hold := func(state ledger.HoldState, works ...media.WorkID) {
		h := ledger.Hold{Profile: 1, Guard: ledger.GuardFirstRun, Target: 1, Feature: media.Ratings, State: state}
		for _, w := range works {
			h.Ops = append(h.Ops, ledger.Op{ID: ledger.OpID(fmt.Sprint(state, w)), Account: 1, Subject: ledger.Subject{Work: w, Feature: media.Ratings}})
		}
		got(s.PutHolds(ctx, []ledger.Hold{h}))(t)
	}
	hold(ledger.HoldOpen, 2, 3) // 2 is unmet besides
	hold(ledger.HoldGone, 1)
	if c := got(s.Counts(ctx))(t); c.Open != 2 {
		t.Errorf("what waits for a person is no difference: %+v", c)
	}
}

func TestFindingsAreReplacedPerAccount(t *testing.T) {
	s := memory(t)
	key := func(v media.Item) string { return v.Key }
	item := media.Item{Key: "x", Title: "Pilot", Tokens: []media.Token{media.EpisodeToken(media.TVDB, "88", 0, 3)}, Season: 0, Number: 3}
	must(t, PutFindings(ctx, s, Listing[media.Item]{1, Unmatched, []media.Item{item, {Key: "y"}}, key}))
	must(t, PutFindings(ctx, s, Listing[media.Item]{2, Unmatched, []media.Item{{Key: "z"}}, key}))
	must(t, PutFindings(ctx, s, Listing[media.Item]{1, Unmatched, []media.Item{item}, key}))
	all := got(Findings[media.Item](ctx, s, Unmatched))(t)
	if len(all) != 2 || !reflect.DeepEqual(all[0].Value, item) || all[1].Account != 2 {
		t.Errorf("findings %+v", all)
	}
	if none := got(Findings[media.Item](ctx, s, Conflicts))(t); len(none) != 0 {
		t.Errorf("conflicts %+v", none)
	}
}

func TestSettingsAllOrNone(t *testing.T) {
	s := got(OpenMemory(ctx, Options{CheckSetting: func(name string, _ json.RawMessage) error {
		if name == "interval" {
			return errors.New("too short")
		}
		return nil
	}}))(t)
	defer s.Close()
	raw := func(v string) json.RawMessage { return json.RawMessage(v) }
	must(t, s.PutSettings(ctx, map[string]json.RawMessage{"theme": raw(`"dark"`), "lang": raw(`"de"`)}))
	if err := s.PutSettings(ctx, map[string]json.RawMessage{"theme": raw(`"light"`), "interval": raw("1")}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a refused setting: %v", err)
	}
	if err := s.PutSettings(ctx, map[string]json.RawMessage{"theme": raw("{")}); !errors.Is(err, ErrInvalid) {
		t.Errorf("half a value: %v", err)
	}
	must(t, s.PutSettings(ctx, map[string]json.RawMessage{"lang": raw("null")}))
	if all := got(s.Settings(ctx))(t); len(all) != 1 || string(all["theme"]) != `"dark"` {
		t.Errorf("settings %s", all)
	}
}

func TestAccountsRoutesAndWaits(t *testing.T) {
	s := memory(t)
	a := ledger.Account{ID: 2, Profile: 1, Provider: "trakt", Name: "trakt", Address: "x", ServerID: "s", UserID: "u", UserName: "n", Server: "t",
		LeftOut: []string{"3"}, Options: map[string]string{"a": "b"}, Features: []media.Feature{media.History, media.Progress},
		Paused: true, Removed: true, Accepted: true, Connected: 7}
	whole(t, reflect.ValueOf(a))
	got(s.PutAccount(ctx, a))(t)
	if all := got(s.Accounts(ctx))(t); len(all) != 3 || !reflect.DeepEqual(all[1], a) {
		t.Errorf("accounts %+v", all)
	}
	if _, err := s.PutAccount(ctx, ledger.Account{Profile: 1, Name: "trakt"}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a second account of that name: %v", err)
	}
	r := ledger.Route{Profile: 1, From: 1, To: 2, Feature: media.Ratings, Mode: ledger.KeepSame, Removals: ledger.Follow, RemovalsSince: 3,
		Accepted: true, Onward: true, Unwatch: true}
	r.ID = got(s.PutRoute(ctx, r))(t)
	whole(t, reflect.ValueOf(r))
	if all := got(s.Routes(ctx))(t); len(all) != 1 || all[0] != r {
		t.Errorf("routes %+v", all)
	}
	if _, err := s.PutRoute(ctx, ledger.Route{Profile: 1, From: 1, To: 1}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a route to itself: %v", err)
	}
	must(t, s.DropRoute(ctx, r.ID))
	w := Wait{Account: 2, Until: 9, Failures: 3, Why: ledger.RateBudget, Since: 1, Detail: ledger.Said("tomorrow")}
	must(t, s.PutWait(ctx, w))
	if all := got(s.Waits(ctx))(t); len(all) != 1 || all[0] != w {
		t.Errorf("waits %+v", all)
	}
	must(t, s.DropWait(ctx, 2))
	if all := got(s.Waits(ctx))(t); len(all) != 0 {
		t.Errorf("waits %+v", all)
	}
	if err := s.DropProfile(ctx, 1); !errors.Is(err, ErrInvalid) {
		t.Errorf("a profile with accounts was dropped: %v", err)
	}
}
