package anilist

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/fakekit"
)

// shelf knows works of the suite's catalogue as titles of the imitation.
type shelfOf struct {
	*world
	titles map[int]*anilistfake.Media // by number of the part
}

// know gives works the ids that others know them by.
func (s *shelfOf) know(w providertest.Work) (media.Item, bool) {
	if w.Kind != media.Part && !w.Anime {
		return media.Item{}, false
	}
	s.title(w.N)
	return w.Item(), true
}

func (s *shelfOf) title(n int) *anilistfake.Media {
	if s.titles[n] == nil {
		w := providertest.Part(n)
		number := func(ns media.Namespace) int { n, _ := strconv.Atoi(w.ID(ns)); return n }
		s.titles[n] = s.fake.AddMedia(anilistfake.Media{ID: number(media.AniList), MAL: number(media.MAL), Romaji: w.Title(),
			Year: w.Year(), Episodes: providertest.Episodes, Minutes: 24})
	}
	return s.titles[n]
}

// of finds the title that an item means.
func (s *shelfOf) of(it media.Item) *anilistfake.Media {
	for _, t := range it.Tokens {
		if w, ok := providertest.WorkOf(t); ok && s.titles[w.N] != nil {
			return s.titles[w.N]
		}
	}
	return nil
}

func (s *shelfOf) seed(f media.Feature, it media.Item, v media.Value, _ media.Moment) bool {
	m := s.of(it)
	if f == media.History && v.PlayedAt().Known() {
		return false
	}
	if f == media.Watchlist && !v.Set {
		s.user.Delete(m)
		return true
	}
	s.user.Edit(m, func(e *anilistfake.Entry) {
		switch f {
		case media.History:
			e.Progress = it.Number
			if !v.Set {
				e.Progress = it.Number - 1
			}
		case media.Ratings:
			e.Score = int(v.N)
		default:
			e.Status = planning
		}
	})
	return true
}

func (s *shelfOf) truth(f media.Feature, it media.Item) []media.Value {
	m := s.of(it)
	if m == nil {
		return nil
	}
	e, ok := s.user.Entry(m)
	switch {
	case !ok:
		return nil
	case f == media.Watchlist && e.Status == planning:
		return []media.Value{media.Listed()}
	case f == media.Ratings && e.Score > 0:
		return []media.Value{media.Rated(e.Score)}
	case f == media.History && e.Progress >= it.Number:
		return []media.Value{media.Watched(0)}
	}
	return nil
}

func always(*http.Request) bool { return true }

// frozen answers list reads as they were at the first time.
func frozen() fakekit.Fault {
	old := map[string]*httptest.ResponseRecorder{}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		k := body(r).OperationName
		if old[k] == nil {
			old[k] = httptest.NewRecorder()
			next.ServeHTTP(old[k], r)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(old[k].Body.Bytes())
	}
}

// fault sets the suite's faults as weather.
func (s *shelfOf) fault(f providertest.Fault) bool {
	rewritten := func(from, to string) fakekit.Fault {
		return fakekit.Changed(func(_ http.Header, b []byte) []byte { return []byte(strings.ReplaceAll(string(b), from, to)) })
	}
	second := func(r *http.Request) bool {
		return isList(r) && body(r).Variables["chunk"] == float64(2)
	}
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
		providertest.CutPages:     {second, fakekit.Answer(200, "application/json", `{"data":{"MediaListCollection":{"hasNextChunk":false,"lists":[]}}}`)},
		providertest.NoTotals:     {isList, rewritten("hasNextChunk", "other")},
		providertest.LostBefore:   {isWrite, fakekit.ResetBefore()},
		providertest.LostAfter:    {isWrite, fakekit.ResetAfter()},
		providertest.Stalled:      {always, fakekit.HangBefore()},
		providertest.FrozenLists:  {isList, frozen()},
		providertest.OtherUser:    {func(r *http.Request) bool { return body(r).OperationName == viewerQuery.name }, rewritten(`"id":555`, `"id":556`)},
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

func (s *shelfOf) rig() *providertest.Rig {
	s.account.meter = newMeter()
	s.fake.Limit = 30
	k := &keyring{}
	s.env.Secrets = k
	token := `{"a":"` + s.token + `"}`
	_ = k.Save(s.t.Context(), provider.Secret(token))
	p, err := Service(nil).Open(s.env)
	if err != nil {
		s.t.Fatal(err)
	}
	return &providertest.Rig{
		Provider: p, Know: s.know, Seed: s.seed, Truth: s.truth, Fault: s.fault,
		Calm:    func() { s.weather.Clear(); s.net.Down(apiHost, false) },
		Changes: func() int { return len(s.sent()) },
		Answers: func(do func([]byte) []byte) { s.weather.On("odd", "*", -1, fakekit.Rewritten(do)) },
		Now:     func() media.Moment { return media.At(time.Now()) },
		Clock:   func(d time.Duration) { s.weather.On("clock", "*", -1, fakekit.Skew(d)) },
		Many:    1200,
		Secrets: []string{s.token},
	}
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{Bubble: true, Fresh: func(t *testing.T) *providertest.Rig {
		return (&shelfOf{world: newWorld(t), titles: map[int]*anilistfake.Media{}}).rig()
	}})
}

// TestCapabilities: the table is what the engine is tested with, but for the
// films and shows that the mapping adds.
func TestCapabilities(t *testing.T) {
	want := providertest.AnilistLike().Caps
	for _, f := range []media.Feature{media.Ratings, media.Watchlist} {
		want.Features[f].Access[media.Film], want.Features[f].Access[media.Show] = provider.FullUse, provider.FullUse
	}
	want.Features[media.History].Access[media.Film] = provider.AddIt
	if got := Service(nil).Capabilities; got != want {
		t.Errorf("declared %+v\nmodelled %+v", got, want)
	}
	if !slices.Equal(Service(nil).Methods, []provider.Method{provider.Browser, provider.Paste}) {
		t.Error(Service(nil).Methods)
	}
}
