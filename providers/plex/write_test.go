package plex

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/plex/plexfake"
)

// shelved is a stage with the given number of works, signed in and read once.
func shelved(t testing.TB, works int) (*stage, provider.Snapshot) {
	t.Helper()
	s := set(t, nil)
	for _, w := range fakekit.SomeWorks(works) {
		s.server.Add(w)
	}
	s.signIn(t)
	return s, s.read(t, provider.ReadRequest{Full: true})
}

// sent counts the requests that change something.
func (s *stage) sent() int {
	return s.record.Count("PUT *") + s.record.Count("POST *") + s.tally.Count("PUT *") + s.tally.Count("POST *")
}

// TestMarkingIsNeverRepeated: a mark is not repeatable at the server, so one
// that is there stays as it is, whatever its date.
func TestMarkingIsNeverRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		film := s.server.Find("Paper Lighthouse 1")
		at := time.Now().Add(-time.Hour).Truncate(time.Second)
		s.at().Watch(film, at)
		res := s.write(t, provider.Change{Action: provider.Add, Feature: media.History, Item: itemOf(t, snap, film), New: media.Watched(media.At(at.Add(-time.Hour)))})
		if res.Outcome != provider.Already || res.Row.Value != media.Watched(media.At(at)) || s.sent() != 0 {
			t.Errorf("%+v after %d requests", res, s.sent())
		}
		if st := s.at().State(film); st.Count != 1 || !st.Viewed.Equal(at) {
			t.Errorf("%+v", st)
		}
	})
}

// TestWhoeverActedMeanwhileIsLeftAlone.
func TestWhoeverActedMeanwhileIsLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		now := time.Now().Truncate(time.Second)
		s.at().Watch(film.Key, now)
		s.at().Rate(film.Key, 9, now)
		old := media.At(now.Add(-24 * time.Hour))
		for _, c := range []provider.Change{
			{Action: provider.Remove, Feature: media.History, Item: film, Old: media.Watched(old)},
			{Action: provider.Update, Feature: media.Ratings, Item: film, Old: media.Rated(50), New: media.Rated(60)},
			{Action: provider.Remove, Feature: media.Ratings, Item: film, Old: media.Rated(50)},
			{Action: provider.Add, Feature: media.Ratings, Item: film, New: media.Rated(60)},
		} {
			if res := s.write(t, c); res.Outcome != provider.NotApplied || res.Err == nil || res.Row == nil {
				t.Errorf("%s %s: %+v", c.Action, c.Feature, res)
			}
		}
		if s.sent() != 0 {
			t.Errorf("%d requests", s.sent())
		}
	})
}

// TestAServerThatSaysYesAndDoesNothing proves nothing and refuses nothing.
func TestAServerThatSaysYesAndDoesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 2)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		seen := itemOf(t, snap, s.server.Find("Paper Lighthouse 2"))
		s.at().Mark(seen.Key)
		s.at().Rate(seen.Key, 8, time.Now())
		s.server.Grumble(film.Key, true)
		s.server.Grumble(seen.Key, true)
		s.cloud.Set(plexfake.Numb, true)
		marked := media.Watched(media.At(time.Now()))
		for _, c := range []provider.Change{
			{Action: provider.Add, Feature: media.History, Item: film, New: media.Watched(0)},
			{Action: provider.Add, Feature: media.Ratings, Item: film, New: media.Rated(80), At: media.At(time.Now())},
			{Action: provider.Add, Feature: media.Progress, Item: film, New: media.Position(film.RuntimeMS/2, film.RuntimeMS)},
			{Action: provider.Add, Feature: media.Watchlist, Item: film, New: media.Listed()},
			{Action: provider.Remove, Feature: media.History, Item: seen, Old: marked},
			{Action: provider.Remove, Feature: media.Ratings, Item: seen, Old: media.Rated(80)},
		} {
			if res := s.write(t, c); res.Outcome != provider.Accepted || res.Err != nil {
				t.Errorf("%s %s: %+v", c.Action, c.Feature, res)
			}
		}
	})
}

// TestPositionsThatWouldBePlays are refused by the server's own threshold.
func TestPositionsThatWouldBePlays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		s.server.SetThreshold(80)
		c := provider.Change{Action: provider.Add, Feature: media.Progress, Item: film, New: media.Position(film.RuntimeMS*85/100, film.RuntimeMS)}
		if res := s.write(t, c); res.Outcome != provider.Refused || !errors.Is(res.Err, errWouldPlay) {
			t.Errorf("%+v", res)
		}
		c.New = media.Position(30_000, 0) // 30 % of an unknown length
		if res := s.write(t, c); res.Outcome != provider.Confirmed || res.Row.Value.N != film.RuntimeMS*3/10 {
			t.Errorf("%+v", res)
		}
		if st := s.at().State(film.Key); st.Count != 0 {
			t.Errorf("%+v", st)
		}
		c = provider.Change{Action: provider.Remove, Feature: media.Progress, Item: film, Old: media.Position(film.RuntimeMS*3/10, film.RuntimeMS)}
		if res := s.write(t, c); res.Outcome != provider.Refused || !errors.Is(res.Err, errNoClear) {
			t.Errorf("%+v", res)
		}
	})
}

// TestARatingFromTheFuture is given without its date: the server refuses those.
func TestARatingFromTheFuture(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		res := s.write(t, provider.Change{Action: provider.Add, Feature: media.Ratings, Item: film, New: media.Rated(75), At: media.At(time.Now().Add(time.Minute))})
		if st := s.at().State(film.Key); res.Outcome != provider.Confirmed || st.Rating != 7.5 || st.RatedAt.After(time.Now()) {
			t.Errorf("%+v %+v", res, st)
		}
	})
}

// TestServersWithoutMinusOne take a rating away by 0.
func TestServersWithoutMinusOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		s.at().Rate(film.Key, 8, time.Now())
		s.weather.When("no -1", func(r *http.Request) bool { return r.URL.Query().Get("rating") == "-1" }, -1, fakekit.Status(400))
		res := s.write(t, provider.Change{Action: provider.Remove, Feature: media.Ratings, Item: film, Old: media.Rated(80)})
		if res.Outcome != provider.Confirmed || s.at().State(film.Key).Rating != 0 {
			t.Errorf("%+v %+v", res, s.at().State(film.Key))
		}
	})
}

// TestKeysThatMeanAnotherTitleNow are not written to: keys are given out anew
// after a library was rebuilt.
func TestKeysThatMeanAnotherTitleNow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 2)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		film.Key = s.server.Find("Paper Lighthouse 2")
		res := s.write(t, provider.Change{Action: provider.Add, Feature: media.History, Item: film, New: media.Watched(0)})
		if res.Outcome != provider.Refused || !errors.Is(res.Err, errOtherWork) || s.sent() != 0 {
			t.Errorf("%+v", res)
		}
	})
}

// TestTheWatchlistTakesWhatNoLibraryHolds, by public ids alone, and never by
// title.
func TestTheWatchlistTakesWhatNoLibraryHolds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 1)
		const key = "5f00aa11bb22cc33dd44ff01"
		s.cloud.Know(plexfake.Entry{Kind: "movie", Title: "Salt Atlas", Year: 2019, Plex: key, IDs: map[string]string{"imdb": "tt90000555", "tmdb": "5550"}})
		it := media.Item{Kind: media.Film, Title: "Salt Atlas", Year: 2019, Season: -1, Number: -1, Tokens: []media.Token{media.OwnToken(media.Film, media.IMDb, "tt90000555")}}
		add := provider.Change{Action: provider.Add, Feature: media.Watchlist, Item: it, New: media.Listed()}
		if res := s.write(t, add); res.Outcome != provider.Confirmed || res.Key != key || !s.user.Listed(key) {
			t.Errorf("%+v", res)
		}
		if res := s.write(t, add); res.Outcome != provider.Already {
			t.Errorf("%+v", res)
		}
		bare := add
		bare.Item.Tokens = nil
		other := add
		other.Item.Tokens = append(other.Item.Tokens, media.OwnToken(media.Film, media.TMDB, "9"))
		other.Item.Tokens[0] = media.OwnToken(media.Film, media.IMDb, "tt90000556")
		for _, c := range []provider.Change{bare, other} {
			if res := s.write(t, c); res.Outcome != provider.Refused {
				t.Errorf("%+v", res)
			}
		}
		remove := provider.Change{Action: provider.Remove, Feature: media.Watchlist, Item: it, Old: media.Listed()}
		if res := s.write(t, remove); res.Outcome != provider.Confirmed || s.user.Listed(key) {
			t.Errorf("%+v", res)
		}
	})
}

// TestAnErrorMayMeanThatItWasSoAlready: the title itself tells.
func TestAnErrorMayMeanThatItWasSoAlready(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		raced := false
		s.cloudWeather.When("somebody was faster", func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/actions/") }, 1,
			func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				s.user.List(title(film), time.Now())
				raced = true
				next.ServeHTTP(w, r)
			})
		res := s.write(t, provider.Change{Action: provider.Add, Feature: media.Watchlist, Item: film, New: media.Listed()})
		if res.Outcome != provider.Already || !raced {
			t.Errorf("%+v", res)
		}
	})
}
