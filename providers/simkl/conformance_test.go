package simkl

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
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/simkl/simklfake"

	"golang.org/x/time/rate"
)

// catalogue knows works of the suite's catalogue as titles of the imitation.
type catalogue struct {
	*world
	titles map[providertest.Work]*simklfake.Title
	works  map[media.Token]providertest.Work
}

func newCatalogue(t *testing.T) *catalogue {
	return &catalogue{world: newWorld(t), titles: map[providertest.Work]*simklfake.Title{}, works: map[media.Token]providertest.Work{}}
}

// know gives works the ids that media servers know; the service's own are for
// it to tell.
func (s *catalogue) know(w providertest.Work) (media.Item, bool) {
	if w.Anime || w.Kind == media.Season {
		return media.Item{}, false
	}
	s.title(w.Parent())
	if w.Kind == media.Episode {
		s.fake.AddEpisode(s.title(w.Parent()), w.Season, w.Number)
	}
	it := w.Item()
	for _, t := range it.Tokens {
		s.works[t] = w
	}
	it.Tokens = slices.DeleteFunc(it.Tokens, func(t media.Token) bool { return t.Namespace == media.SIMKL })
	return it, true
}

func (s *catalogue) title(w providertest.Work) *simklfake.Title {
	if t := s.titles[w]; t != nil {
		return t
	}
	number := func(ns media.Namespace) int { n, _ := strconv.Atoi(w.ID(ns)); return n }
	ids := simklfake.IDs{Simkl: number(media.SIMKL), IMDb: w.ID(media.IMDb), TMDB: number(media.TMDB), TVDB: number(media.TVDB)}
	var t *simklfake.Title
	switch w.Kind {
	case media.Film:
		t = s.fake.AddMovie(w.Title(), w.Year(), ids)
	case media.Show:
		t = s.fake.AddShow(w.Title(), w.Year(), ids)
		t.Airing = true
	case media.Part:
		t = s.fake.AddAnime(simklfake.Cour{Name: w.Title(), Type: "tv", Episodes: providertest.Episodes, IDs: simklfake.IDs{Simkl: ids.Simkl,
			AniList: number(media.AniList), MAL: number(media.MAL), AniDB: number(media.AniDB), Kitsu: number(media.Kitsu)}})
	}
	s.titles[w] = t
	return t
}

// of finds the title and episode that an item means.
func (s *catalogue) of(it media.Item) (*simklfake.Title, *simklfake.Episode) {
	for _, tok := range it.Tokens {
		if w, ok := s.works[tok]; ok {
			t := s.title(w.Parent())
			return t, episodeOf(t, w.Season, w.Number)
		}
	}
	return nil, nil
}

func (s *catalogue) seed(f media.Feature, it media.Item, v media.Value, at media.Moment) bool {
	t, ep := s.of(it)
	switch {
	case f == media.History && v.Set:
		s.user.Watch(t, ep, v.PlayedAt().Time())
	case f == media.History:
		s.user.Unwatch(t, ep)
	case f == media.Ratings:
		s.user.Rate(t, int(v.N/10), at.Time())
	case f == media.Watchlist && v.Set:
		s.user.List(t, "plantowatch", at.Time())
	case f == media.Watchlist:
		s.user.Remove(t)
	case v.Set:
		s.user.Pause(t, ep, percent(v), at.Time())
	default:
		s.user.ClearPause(t, ep)
	}
	return true
}

func (s *catalogue) truth(f media.Feature, it media.Item) (out []media.Value) {
	t, ep := s.of(it)
	for _, p := range s.user.Sessions() {
		if f == media.Progress && p.Title == t && p.Episode == ep {
			out = append(out, media.Position(int64(p.Progress*media.FractionWhole/100), 0))
		}
	}
	e := s.user.Entry(t)
	if e == nil {
		return out
	}
	at, seen := e.Episodes[ep]
	switch {
	case f == media.Ratings && e.Rating > 0:
		out = append(out, media.Rated(e.Rating*10))
	case f == media.Watchlist && e.Status == "plantowatch":
		out = append(out, media.Listed())
	case f == media.History && it.Kind == media.Film && e.Status == "completed":
		out = append(out, media.Watched(media.At(e.WatchedAt)))
	case f == media.History && ep != nil && seen:
		out = append(out, media.Watched(media.At(at)))
	}
	return out
}

// isList: positions come from no cache when they are asked to.
func isList(r *http.Request) bool {
	return r.Method == http.MethodGet && (strings.HasPrefix(r.URL.Path, "/sync/all-items") ||
		r.URL.Path == "/sync/playback" && r.Header.Get("Cache-Control") == "")
}

// changes tells whether a request could have changed something.
func changes(method, path string) bool {
	return method == http.MethodDelete || method == http.MethodPost && path != "/sync/watched" && !strings.HasPrefix(path, "/oauth2")
}

func isWrite(r *http.Request) bool { return changes(r.Method, r.URL.Path) }

func always(*http.Request) bool { return true }

// fault sets the suite's faults as weather.
func (s *catalogue) fault(f providertest.Fault) bool {
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
		providertest.LostBefore:   {isWrite, fakekit.ResetBefore()},
		providertest.LostAfter:    {isWrite, fakekit.ResetAfter()},
		providertest.Stalled:      {always, fakekit.HangBefore()},
		providertest.Unmodified:   {always, fakekit.NotModified()},
		providertest.FrozenLists:  {isList, fakekit.Freeze()},
		providertest.OtherUser: {func(r *http.Request) bool { return r.URL.Path == "/users/settings" },
			fakekit.Changed(func(_ http.Header, body []byte) []byte {
				return []byte(strings.ReplaceAll(string(body), strconv.Itoa(s.user.ID), "77"))
			})},
	}
	if f == providertest.NotSent {
		s.net.Down(apiHost, true)
		return true
	}
	w, ok := faults[f]
	if ok {
		s.weather.When(f.String(), w.when, -1, w.do)
	}
	return ok
}

func (s *catalogue) calm() {
	s.weather.Clear()
	s.net.Down(apiHost, false)
}

func (s *catalogue) rig() *providertest.Rig {
	s.env.Dir = s.t.TempDir()
	minted := s.fake.Mint(s.user, "test-client")
	now := time.Now()
	secret, err := signin.Token{Access: minted.Access, Refresh: minted.Refresh, Issued: now, Expires: minted.Expires}.Secret()
	if err != nil {
		s.t.Fatal(err)
	}
	s.env.Secrets = &keyring{secret: secret}
	s.fake.Limited = true
	s.user.Daily = 5000
	p := newAccount(s.env, signin.NewTokenSource(s.env.Secrets, newOAuth(s.env).refresh),
		rate.NewLimiter(readsPerSecond, readsPerSecond), rate.NewLimiter(writesPerSecond, 1))
	return &providertest.Rig{
		Provider: p, Know: s.know, Seed: s.seed, Truth: s.truth, Fault: s.fault, Calm: s.calm,
		Sentinel: func(it media.Item) bool { return s.seed(media.History, it, media.Watched(0), 0) },
		Changes: func() (n int) {
			for _, c := range s.recorder.Calls() {
				if changes(c.Method, c.Path) {
					n++
				}
			}
			return n
		},
		Answers: func(do func([]byte) []byte) { s.weather.On("odd", "*", -1, fakekit.Rewritten(do)) },
		Now:     func() media.Moment { return media.At(time.Now()) },
		Clock:   func(d time.Duration) { s.weather.On("clock", "*", -1, fakekit.Skew(d)) },
		Secrets: []string{minted.Access, minted.Refresh},
	}
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{Bubble: true, Fresh: func(t *testing.T) *providertest.Rig {
		return newCatalogue(t).rig()
	}})
}

// TestCapabilitiesAreAskedOfNobody: the table is the same before sign-in.
func TestCapabilitiesAreAskedOfNobody(t *testing.T) {
	s := Service(nil)
	if s.Capabilities != capabilities() || s.Capabilities.Class != provider.Tracker {
		t.Errorf("%+v", s.Capabilities)
	}
	if like := providertest.SimklLike().Caps; s.Capabilities != like {
		t.Errorf("%+v\nthe imagined service %+v", s.Capabilities, like)
	}
}
