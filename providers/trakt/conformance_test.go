package trakt

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/trakt/traktfake"
)

// shelf knows works of the suite's catalogue as titles of the imitation.
type shelf struct {
	*world
	titles map[providertest.Work]*traktfake.Title
	tokens map[media.Token]*traktfake.Title
}

// know gives works the ids that media servers know; the service's own are for
// it to tell.
func (s *shelf) know(w providertest.Work) (media.Item, bool) {
	if w.Anime || w.Kind == media.Part {
		return media.Item{}, false
	}
	s.title(w)
	it := w.Item()
	it.Tokens = slices.DeleteFunc(it.Tokens, func(t media.Token) bool { return t.Namespace == media.Trakt })
	return it, true
}

func (s *shelf) title(w providertest.Work) *traktfake.Title {
	if t := s.titles[w]; t != nil {
		return t
	}
	number := func(ns media.Namespace) int { n, _ := strconv.Atoi(w.ID(ns)); return n }
	ids := traktfake.IDs{Trakt: number(media.Trakt), IMDb: w.ID(media.IMDb), TMDB: number(media.TMDB), TVDB: number(media.TVDB)}
	var t *traktfake.Title
	switch w.Kind {
	case media.Film:
		t = s.fake.AddMovie(w.Title(), w.Year(), ids)
	case media.Show:
		t = s.fake.AddShow(w.Title(), w.Year(), ids)
	case media.Season:
		t = s.fake.AddSeason(s.title(w.Parent()), w.Season, ids)
	case media.Episode:
		t = s.fake.AddEpisode(s.title(w.Parent()), w.Season, w.Number, ids)
	}
	s.titles[w] = t
	for _, tok := range w.Item().Tokens {
		s.tokens[tok] = t
	}
	return t
}

// of finds the title that an item means.
func (s *shelf) of(it media.Item) *traktfake.Title {
	for _, tok := range it.Tokens {
		if t := s.tokens[tok]; t != nil {
			return t
		}
	}
	return nil
}

func (s *shelf) seed(f media.Feature, it media.Item, v media.Value, at media.Moment) bool {
	t := s.of(it)
	switch {
	case f == media.History && v.Set:
		s.user.Watch(t, v.PlayedAt().Time())
	case f == media.History:
		for _, p := range s.user.Plays() {
			if p.Title == t {
				s.user.Unwatch(p.ID)
			}
		}
	case f == media.Ratings && v.Set:
		s.user.Rate(t, int(v.N/10), at.Time())
	case f == media.Ratings:
		s.user.Unrate(t)
	case f == media.Watchlist && v.Set:
		s.user.List(t, at.Time())
	case f == media.Watchlist:
		s.user.Unlist(t)
	case v.Set:
		s.user.Pause(t, percent(v), at.Time())
	default:
		s.user.ClearPause(t)
	}
	return true
}

func (s *shelf) truth(f media.Feature, it media.Item) (out []media.Value) {
	t := s.of(it)
	if f == media.History {
		for _, p := range s.user.Plays() {
			if p.Title == t {
				out = append(out, media.Watched(media.At(p.At)))
			}
		}
		return out
	}
	list := map[media.Feature]func() []traktfake.Entry{media.Ratings: s.user.Rated, media.Watchlist: s.user.Listed, media.Progress: s.user.Paused}[f]
	for _, e := range list() {
		if e.Title != t {
			continue
		}
		v := media.Listed()
		switch f {
		case media.Ratings:
			v = media.Rated(e.Rating * 10)
		case media.Progress:
			v = media.Position(int64(e.Progress*media.FractionWhole/100), 0)
		}
		out = append(out, v)
	}
	return out
}

func isWrite(r *http.Request) bool { return r.Method != http.MethodGet }

func isList(r *http.Request) bool { return slices.Contains(paths[:], r.URL.Path) && !isWrite(r) }

func always(*http.Request) bool { return true }

// fault sets the suite's faults as weather.
func (s *shelf) fault(f providertest.Fault) bool {
	lastPage := func(r *http.Request) bool { return isList(r) && r.URL.Query().Get("page") == "3" }
	faults := map[providertest.Fault]struct {
		when func(*http.Request) bool
		do   fakekit.Fault
	}{
		providertest.Unauthorised: {always, fakekit.Status(401)},
		providertest.TooMany:      {always, fakekit.Status(429, "Retry-After", "90")},
		providertest.ServerError:  {always, fakekit.Status(500)},
		providertest.LoginPage:    {always, fakekit.HTML()},
		providertest.WrongType:    {always, fakekit.ContentType("text/plain")},
		providertest.CutBody:      {always, fakekit.Cut(60)},
		providertest.EndlessBody:  {always, fakekit.Endless()},
		providertest.CutPages:     {lastPage, fakekit.Changed(func(http.Header, []byte) []byte { return []byte("[]") })},
		providertest.NoTotals: {isList, fakekit.Changed(func(h http.Header, body []byte) []byte {
			for _, name := range []string{"Page", "Limit", "Page-Count", "Item-Count"} {
				h.Del("X-Pagination-" + name)
			}
			return body
		})},
		providertest.LostBefore:  {isWrite, fakekit.ResetBefore()},
		providertest.LostAfter:   {isWrite, fakekit.ResetAfter()},
		providertest.Stalled:     {always, fakekit.HangBefore()},
		providertest.Unmodified:  {always, fakekit.NotModified()},
		providertest.FrozenLists: {isList, fakekit.Freeze()},
		providertest.OtherUser: {func(r *http.Request) bool { return r.URL.Path == "/users/settings" },
			fakekit.Changed(func(_ http.Header, body []byte) []byte {
				return []byte(strings.ReplaceAll(string(body), s.user.UUID, strings.Repeat("f", 40)))
			})},
	}
	if f == providertest.NotSent {
		s.env.Base.(*fakekit.Internet).Down(apiHost, true)
		return true
	}
	w, ok := faults[f]
	if ok {
		s.weather.When(f.String(), w.when, -1, w.do)
	}
	return ok
}

func (s *shelf) calm() {
	s.weather.Clear()
	s.env.Base.(*fakekit.Internet).Down(apiHost, false)
}

func (s *shelf) rig() *providertest.Rig {
	p, kept := s.signedIn(7 * 24 * time.Hour)
	s.fake.Limited = true
	s.user.WatchlistLimit = 5000
	return &providertest.Rig{
		Provider: p, Know: s.know, Seed: s.seed, Truth: s.truth, Fault: s.fault, Calm: s.calm,
		Sentinel: func(it media.Item) bool { return s.seed(media.History, it, media.Watched(0), 0) },
		Changes: func() int {
			return s.recorder.Count("POST *") + s.recorder.Count("DELETE *") + s.recorder.Count("PUT *")
		},
		Answers: func(do func([]byte) []byte) { s.weather.On("odd", "*", -1, fakekit.Rewritten(do)) },
		Now:     func() media.Moment { return media.At(time.Now()) },
		Clock:   func(d time.Duration) { s.weather.On("clock", "*", -1, fakekit.Skew(d)) },
		Many:    600,
		Secrets: []string{kept.access(), "test-secret"},
	}
}

func (k *keyring) access() string {
	_, rest, _ := strings.Cut(k.secret.Reveal(), `"a":"`)
	access, _, _ := strings.Cut(rest, `"`)
	return access
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{Bubble: true, Fresh: func(t *testing.T) *providertest.Rig {
		return (&shelf{world: newWorld(t), titles: map[providertest.Work]*traktfake.Title{}, tokens: map[media.Token]*traktfake.Title{}}).rig()
	}})
}

// TestCapabilitiesAreAskedOfNobody: the table is the same before sign-in.
func TestCapabilitiesAreAskedOfNobody(t *testing.T) {
	s := Service()
	if s.Capabilities != capabilities() || s.Capabilities.OnwardToTrackers || s.Capabilities.Class != provider.Tracker {
		t.Errorf("%+v", s.Capabilities)
	}
}
