package jellyfin

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/jellyfin/jellyfinfake"
)

const address = "http://jellyfin.test:8096/base"

// vault is Secrets in memory.
type vault struct {
	mu     sync.Mutex
	secret provider.Secret
}

func (v *vault) Load(context.Context) (provider.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secret, nil
}

func (v *vault) Save(_ context.Context, s provider.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secret = s
	return nil
}

// stage is one server with one user, signed in, with weather and a record.
type stage struct {
	server  *jellyfinfake.Server
	user    *jellyfinfake.User
	weather *fakekit.Weather
	record  *fakekit.Recorder
	env     provider.Env
	account *account
}

// set builds a stage. Options change the imitation, env the account.
func set(t testing.TB, o jellyfinfake.Options, change func(*provider.Env)) *stage {
	t.Helper()
	s := &stage{server: jellyfinfake.New(o)}
	s.user = s.server.AddUser("marlow", "hush-hush")
	version := cmp.Or(o.Version, "10.11.11")
	s.weather = fakekit.NewWeather(witness.Before(version, s.server))
	s.record = fakekit.NewRecorder(http.StripPrefix("/base", witness.Asking(version, s.weather)))
	internet := fakekit.NewInternet()
	internet.Host("jellyfin.test", s.record)
	s.env = provider.Env{Base: internet, Install: "install-1", Version: "1.0", Address: address, Secrets: &vault{}, Dir: t.TempDir(),
		Options: map[string]string{"write_ratings": "on"}}
	if change != nil {
		change(&s.env)
	}
	s.signIn(t)
	s.open(t)
	return s
}

func (s *stage) signIn(t testing.TB) {
	t.Helper()
	l, err := startLogin(s.env, provider.Password)
	if err != nil {
		t.Fatal(err)
	}
	if step, err := l.Next(t.Context(), nil); err != nil || len(step.Fields) != 2 {
		t.Fatal(step, err)
	}
	step, err := l.Next(t.Context(), map[string]string{"user": "marlow", "password": "hush-hush"})
	if err != nil || step.Done == nil {
		t.Fatal(step, err)
	}
	s.env.Address = step.Done.Address
	_ = s.env.Secrets.Save(t.Context(), step.Done.Secret)
	s.record.Reset()
}

func (s *stage) open(t testing.TB) {
	t.Helper()
	p, err := Service().Open(s.env)
	if err != nil {
		t.Fatal(err)
	}
	s.account = p.(*account)
}

// shelf puts works of the suite's catalogue on the imitation's shelves.
type shelf struct {
	*stage
	ids map[providertest.Work]string
}

func (s *shelf) know(w providertest.Work) (media.Item, bool) {
	kinds := map[media.Kind]string{media.Film: "Movie", media.Show: "Series", media.Episode: "Episode"}
	kind, ok := kinds[w.Kind]
	if !ok || w.Anime {
		return media.Item{}, false
	}
	it := w.Item()
	id, known := s.ids[w]
	if !known {
		e := jellyfinfake.Entry{Kind: kind, Title: w.Title(), Year: w.Year(), RuntimeMS: w.RuntimeMS(), Season: w.Season, Number: w.Number,
			IDs: map[string]string{"Imdb": w.ID(media.IMDb), "Tmdb": w.ID(media.TMDB), "Tvdb": w.ID(media.TVDB)}}
		if w.Kind == media.Episode {
			show, _ := s.know(w.Parent())
			e.Series = show.Key
		}
		id = s.server.Shelve(e)
		s.ids[w] = id
	}
	it.Key = id
	return it, true
}

// seed lets the person have said something at some time.
func (s *shelf) seed(f media.Feature, it media.Item, v media.Value, at media.Moment) bool {
	was := s.user.State(it.Key)
	switch f {
	case media.History:
		was.Played, was.Last, was.Count = v.Set, v.PlayedAt().Time(), 0
		if v.Set {
			was.Count = 1
		}
	case media.Ratings:
		was.Rating = float64(v.N) / 10
		if !v.Set {
			was.Rating = -1
		}
	case media.Watchlist:
		was.Favorite = v.Set
	case media.Progress:
		was.PositionMS, was.Last = v.N, at.Time()
	}
	s.user.Keep(it.Key, was)
	return true
}

func (s *shelf) truth(f media.Feature, it media.Item) []media.Value {
	d := s.user.State(it.Key)
	switch {
	case f == media.History && d.Played:
		return []media.Value{media.Watched(media.At(d.Last))}
	case f == media.Ratings && d.Rating >= 0:
		return []media.Value{media.Rated(int(d.Rating*10 + 0.5))}
	case f == media.Watchlist && d.Favorite:
		return []media.Value{media.Listed()}
	case f == media.Progress && d.PositionMS > 0:
		return []media.Value{media.Position(d.PositionMS, it.RuntimeMS)}
	}
	return nil
}

func isWrite(r *http.Request) bool { return r.Method != http.MethodGet }

func isList(r *http.Request) bool {
	return r.URL.Path == "/Items" && r.URL.Query().Get("ids") == ""
}

func isMe(r *http.Request) bool { return r.URL.Path == "/Users/Me" }

func always(*http.Request) bool { return true }

// faults are the suite's faults as weather.
func (s *shelf) fault(f providertest.Fault) bool {
	without := func(field string) fakekit.Fault {
		return fakekit.Changed(func(_ http.Header, body []byte) []byte {
			return []byte(strings.ReplaceAll(string(body), field, "Other"))
		})
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
		providertest.CutPages: {func(r *http.Request) bool { return isList(r) && r.URL.Query().Get("startIndex") == "1000" },
			fakekit.Answer(200, "application/json", `{"Items":[],"TotalRecordCount":1100,"StartIndex":1000}`)},
		providertest.NoTotals:    {always, without("TotalRecordCount")},
		providertest.NotSent:     {nil, nil},
		providertest.LostBefore:  {isWrite, fakekit.ResetBefore()},
		providertest.LostAfter:   {isWrite, fakekit.ResetAfter()},
		providertest.Stalled:     {always, fakekit.HangBefore()},
		providertest.Unmodified:  {always, fakekit.NotModified()},
		providertest.FrozenLists: {isList, fakekit.Freeze()},
		providertest.OtherUser: {isMe, fakekit.Changed(func(_ http.Header, body []byte) []byte {
			return []byte(strings.ReplaceAll(string(body), s.user.ID, strings.Repeat("0", 32)))
		})},
	}
	if f == providertest.NotSent {
		s.env.Base.(*fakekit.Internet).Down("jellyfin.test", true)
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
	s.env.Base.(*fakekit.Internet).Down("jellyfin.test", false)
}

func TestConformance(t *testing.T) {
	for version := range descriptions {
		t.Run(version, func(t *testing.T) { conform(t, version) })
	}
}

func conform(t *testing.T, version string) {
	t.Helper()
	providertest.Run(t, providertest.Harness{Bubble: true, Fresh: func(t *testing.T) *providertest.Rig {
		s := &shelf{stage: set(t, jellyfinfake.Options{Version: version}, nil), ids: map[providertest.Work]string{}}
		kept, _ := mediabrowser.ParseKept(s.env.Secrets.(*vault).secret)
		return &providertest.Rig{
			Provider: s.account, Know: s.know, Seed: s.seed, Truth: s.truth, Fault: s.fault, Calm: s.calm,
			Changes: func() int {
				return s.record.Count("POST *") + s.record.Count("DELETE *") + s.record.Count("PUT *")
			},
			Answers: func(do func([]byte) []byte) { s.weather.On("odd", "*", -1, fakekit.Rewritten(do)) },
			Now:     func() media.Moment { return media.At(time.Now()) },
			Clock:   func(d time.Duration) { s.weather.On("clock", "*", -1, fakekit.Skew(d)) },
			Many:    1100,
			Secrets: []string{kept.Token, "hush-hush"},
		}
	}})
}
