package jellyfin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/jellyfin/jellyfinfake"
)

func one(t *testing.T) (*stage, string) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(3)}, nil)
	return s, s.server.Find("Paper Lighthouse 1")
}

func play(key string, at media.Moment) provider.Change {
	return provider.Change{Action: provider.Add, Feature: media.History, Item: media.Item{Key: key, Kind: media.Film}, New: media.Watched(at), At: at}
}

func TestPlayKeepsItsDateAndCountsOnce(t *testing.T) {
	s, film := one(t)
	for _, want := range []provider.Outcome{provider.Confirmed, provider.Already} {
		if r := s.write(t, play(film, day1)); r.Outcome != want {
			t.Errorf("%+v", r)
		}
		if d := s.user.State(film); !d.Played || d.Count != 1 || media.At(d.Last) != day1 {
			t.Errorf("%+v", d)
		}
	}
	if n := s.record.Count("POST *"); n != 1 {
		t.Errorf("%d writes", n)
	}
}

func TestUndatedPlayInventsNoDate(t *testing.T) {
	s, film := one(t)
	if r := s.write(t, play(film, 0)); r.Outcome != provider.Confirmed {
		t.Errorf("%+v", r)
	}
	if d := s.user.State(film); !d.Played || !d.Last.IsZero() {
		t.Errorf("%+v", d)
	}
}

func TestDatesOnlyGrowUnlessUndone(t *testing.T) {
	s, film := one(t)
	s.user.Keep(film, jellyfinfake.State{Played: true, Count: 5, Last: day1.Time(), Rating: -1})
	older, newer := day1.Add(-time.Hour), day1.Add(time.Hour)
	if r := s.write(t, play(film, older)); r.Outcome != provider.Already {
		t.Errorf("%+v", r)
	}
	if r := s.write(t, play(film, newer)); r.Outcome != provider.Confirmed {
		t.Errorf("%+v", r)
	}
	undo := play(film, day1)
	undo.Action, undo.Old = provider.Update, media.Watched(newer)
	if r := s.write(t, undo); r.Outcome != provider.Confirmed {
		t.Errorf("%+v", r)
	}
	if d := s.user.State(film); d.Count != 5 || media.At(d.Last) != day1 {
		t.Errorf("%+v", d)
	}
}

func TestAPlayEndsOlderPositionsOnly(t *testing.T) {
	s, film := one(t)
	for _, c := range []struct {
		at   media.Moment
		left int64
	}{{day1.Add(time.Hour), 0}, {day1.Add(-time.Hour), 600_000}} {
		s.user.Keep(film, jellyfinfake.State{PositionMS: 600_000, Last: day1.Time(), Rating: -1})
		if r := s.write(t, play(film, c.at)); r.Outcome != provider.Confirmed {
			t.Errorf("%+v", r)
		}
		if d := s.user.State(film); d.PositionMS != c.left || !d.Played {
			t.Errorf("%+v, want %d", d, c.left)
		}
	}
}

// Between plan and write somebody acted: nothing of it is touched.
func TestWhatChangedMeanwhileIsLeftAlone(t *testing.T) {
	s, film := one(t)
	it := media.Item{Key: film, Kind: media.Film}
	for name, c := range map[string]struct {
		now jellyfinfake.State
		do  provider.Change
	}{
		"watched again": {jellyfinfake.State{Played: true, Last: day1.Add(time.Hour).Time(), Rating: -1},
			provider.Change{Action: provider.Remove, Feature: media.History, Item: it, Old: media.Watched(day1)}},
		"rated otherwise": {jellyfinfake.State{Rating: 4},
			provider.Change{Action: provider.Update, Feature: media.Ratings, Item: it, Old: media.Rated(80), New: media.Rated(90)}},
		"rated at all": {jellyfinfake.State{Rating: 4},
			provider.Change{Action: provider.Add, Feature: media.Ratings, Item: it, New: media.Rated(90)}},
		"watched on": {jellyfinfake.State{PositionMS: 900_000, Rating: -1},
			provider.Change{Action: provider.Remove, Feature: media.Progress, Item: it, Old: media.Position(600_000, 0)}},
	} {
		s.user.Keep(film, c.now)
		s.record.Reset()
		if r := s.write(t, c.do); r.Outcome != provider.NotApplied || r.Row == nil || !r.Row.Value.Set {
			t.Errorf("%s: %+v", name, r)
		}
		if s.record.Count("POST *")+s.record.Count("DELETE *") > 0 {
			t.Errorf("%s: %v", name, s.record.Seen())
		}
	}
}

func TestAServerThatKeepsTheOldValueIsNotBelieved(t *testing.T) {
	s, film := one(t)
	s.server.Grumble(film, true)
	if r := s.write(t, play(film, day1)); r.Outcome != provider.Refused || r.Row == nil || r.Row.Value.Set {
		t.Errorf("%+v", r)
	}
	if n := s.record.Count("POST *"); n != 2 {
		t.Errorf("%d writes", n)
	}
}

func TestUserWhoMayNotEditMarksWithDate(t *testing.T) {
	s, film := one(t)
	s.user.ForbidEditing()
	if r := s.write(t, play(film, 0)); r.Outcome != provider.Refused || s.user.State(film).Played {
		t.Errorf("%+v", r)
	}
	if r := s.write(t, play(film, day1)); r.Outcome != provider.Confirmed || media.At(s.user.State(film).Last) != day1 {
		t.Errorf("%+v %+v", r, s.user.State(film))
	}
}

func TestRatingsAreReadOnlyUnlessAllowed(t *testing.T) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(3)}, func(e *provider.Env) { e.Options = nil })
	film := s.server.Find("Paper Lighthouse 1")
	s.user.Rate(film, 7.5)
	if r, _ := row(s.read(t, provider.ReadRequest{Full: true}), media.Ratings, film); r.Value != media.Rated(75) {
		t.Errorf("%+v", r)
	}
	c := provider.Change{Action: provider.Update, Feature: media.Ratings, Item: media.Item{Key: film, Kind: media.Film}, Old: media.Rated(75), New: media.Rated(80)}
	if r := s.write(t, c); r.Outcome != provider.Refused || s.user.State(film).Rating != 7.5 {
		t.Errorf("%+v", r)
	}
	if s.account.Capabilities().Feature(media.Ratings).Of(media.Film) != provider.ReadIt {
		t.Error("capabilities promise more")
	}
}

func TestClearingARatingReallyClears(t *testing.T) {
	s, film := one(t)
	s.user.Rate(film, 8)
	r := s.write(t, provider.Change{Action: provider.Remove, Feature: media.Ratings, Item: media.Item{Key: film, Kind: media.Film}, Old: media.Rated(80)})
	if r.Outcome != provider.Confirmed || s.user.State(film).Rating >= 0 {
		t.Errorf("%+v %+v", r, s.user.State(film))
	}
}

func TestPositionOnAWatchedItemLeavesItsDate(t *testing.T) {
	s, film := one(t)
	s.user.Keep(film, jellyfinfake.State{Played: true, Count: 1, Last: day1.Time(), Rating: -1})
	c := provider.Change{Action: provider.Add, Feature: media.Progress, Item: media.Item{Key: film, Kind: media.Film},
		New: media.Position(25_000, 0), At: day1.Add(48 * time.Hour)} // a share: 25 %
	if r := s.write(t, c); r.Outcome != provider.Confirmed {
		t.Errorf("%+v", r)
	}
	if d := s.user.State(film); !d.Played || media.At(d.Last) != day1 || d.PositionMS != 80*60_000/4 {
		t.Errorf("%+v", d)
	}
}

func TestFilesOfSeveralEpisodes(t *testing.T) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(3)}, nil)
	file := s.server.Find("Harbour 3", 1, 2)
	s.server.Remove(s.server.Find("Harbour 3", 1, 3))
	s.server.Span(file, 3)
	snap := s.read(t, provider.ReadRequest{Full: true})
	second := file + "#3"
	if a, b := item(snap, file), item(snap, second); a.Number != 2 || b.Number != 3 || !strings.Contains(tokens(b), "@1x3") || strings.Contains(tokens(b), "@1x2") {
		t.Errorf("%+v %+v", a, b)
	}
	if r := s.write(t, play(file, day1)); r.Outcome != provider.Refused || s.user.State(file).Played {
		t.Errorf("half of the file: %+v", r)
	}
	s.open(t) // days later, another process
	if r := s.write(t, play(second, day1.Add(time.Hour))); r.Outcome != provider.Confirmed || !s.user.State(file).Played {
		t.Errorf("all of the file: %+v", r)
	}
	snap = s.read(t, provider.ReadRequest{Full: true})
	for _, key := range []string{file, second} {
		if r, ok := row(snap, media.History, key); !ok || !r.Value.Set {
			t.Errorf("%s: %+v", key, r)
		}
	}
	a, err := s.account.LookUp(t.Context(), media.History, []media.Item{{Key: second}})
	if err != nil || !a[0].Held || !a[0].Rows[0].Value.Set || a[0].Key != second {
		t.Errorf("%+v %v", a, err)
	}
	clear := provider.Change{Action: provider.Remove, Feature: media.History, Item: media.Item{Key: second, Kind: media.Episode}, Old: media.Watched(day1.Add(time.Hour))}
	if r := s.write(t, clear); r.Outcome != provider.Refused || !s.user.State(file).Played {
		t.Errorf("un-watching half of the file: %+v", r)
	}
}

func TestRowsThatMoveBetweenPages(t *testing.T) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(1200)}, nil)
	grow := func(n int) {
		s.weather.When("grow", func(r *http.Request) bool { return r.URL.Query().Get("startIndex") == "500" }, n,
			func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				s.server.Add(fakekit.Work{Title: "A new one", Year: 2020, TMDB: 5})
				next.ServeHTTP(w, r)
			})
	}
	grow(1)
	if n := len(s.read(t, provider.ReadRequest{Full: true}).Items); n != 801+400*8 {
		t.Errorf("%d items", n)
	}
	grow(-1)
	if _, err := s.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: all()}); provider.AsError(err) == nil {
		t.Error("a list that never holds still became a view")
	}
}

func TestIgnoredIDsAreNotAnswered(t *testing.T) {
	s, film := one(t)
	s.weather.When("ids ignored", func(r *http.Request) bool { return r.URL.Query().Has("ids") }, -1,
		func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			q := r.URL.Query()
			q.Del("ids")
			r.URL.RawQuery = q.Encode()
			next.ServeHTTP(w, r)
		})
	if _, err := s.account.LookUp(t.Context(), media.History, []media.Item{{Key: film}}); provider.AsError(err) == nil || provider.AsError(err).Kind != provider.Contract {
		t.Error(err)
	}
}

func TestSocketNamesWhatListsDoNotShow(t *testing.T) {
	for version := range descriptions {
		t.Run(version, func(t *testing.T) { socketNames(t, version) })
	}
}

func socketNames(t *testing.T, version string) {
	t.Helper()
	s := set(t, jellyfinfake.Options{Version: version, Works: fakekit.SomeWorks(3)}, nil)
	film := s.server.Find("Paper Lighthouse 1")
	srv := httptest.NewServer(s.record)
	defer srv.Close()
	s.env.Base, s.env.Address = nil, srv.URL+"/base"
	s.open(t)
	show := s.server.Find("Harbour 3")
	for _, w := range fakekit.SomeWorks(300) { // more than a short list shows
		s.server.Add(w)
	}
	snap := s.read(t, provider.ReadRequest{Full: true})
	ready, nudged, ended := make(chan bool, 1), make(chan bool, 10), make(chan error, 1)
	go func() {
		ended <- s.account.Nudges(t.Context(), func() { ready <- true }, func() { nudged <- true })
	}()
	<-ready
	s.user.Favorite(show, true)
	<-nudged
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	if r, ok := row(snap, media.Watchlist, show); !ok || !r.Value.Set || snap.Views[0].Coverage != provider.Changes {
		t.Errorf("%+v %v", r, ok)
	}
	s.server.Remove(film)
	<-nudged
	if v := s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)}).Views[0]; v.Coverage != provider.Catalogue {
		t.Error("a changed library needs a full scan")
	}
	s.server.HangUp()
	if err := <-ended; provider.AsError(err).Kind != provider.Transient {
		t.Error(err)
	}
}

// An answer without the item's data proves nothing, and is no refusal.
func TestAnswersWithoutDataAreTaken(t *testing.T) {
	for _, fault := range []fakekit.Fault{fakekit.Answer(204, "", ""), fakekit.Answer(200, "application/json", "null"),
		fakekit.Answer(200, "text/json; charset=utf-8", `{"Played":"perhaps"}`)} {
		s, film := one(t)
		s.weather.When("silent", isWrite, -1, fault)
		for _, c := range []provider.Change{play(film, day1), {Action: provider.Add, Feature: media.Watchlist, Item: media.Item{Key: film, Kind: media.Film}, New: media.Listed()}} {
			if r := s.write(t, c); r.Outcome != provider.Accepted || r.Err != nil || s.record.Count("POST *") > 2 {
				t.Errorf("%+v", r)
			}
		}
	}
}
