package plex

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/plex/plexfake"
)

const address = "http://plex.test:32400/base"

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

// stage is plex.tv with one server and its owner, signed in, each with weather
// and a record.
type stage struct {
	cloud         *plexfake.Cloud
	server        *plexfake.Server
	owner         *plexfake.User
	user          *plexfake.User // who is signed in
	weather       *fakekit.Weather
	cloudWeather  *fakekit.Weather
	record, tally *fakekit.Recorder // of the server, of plex.tv
	internet      *fakekit.Internet
	env           provider.Env
	account       *account
}

// set builds a stage; change may add people before the sign-in.
func set(t testing.TB, change func(*stage)) *stage {
	t.Helper()
	s := &stage{cloud: plexfake.New(plexfake.Options{}), internet: fakekit.NewInternet()}
	s.owner = s.cloud.AddUser("marlow")
	s.user = s.owner
	s.server = s.cloud.AddServer("Attic NAS", s.owner)
	s.weather, s.cloudWeather = fakekit.NewWeather(witness.Before("server", s.server)), fakekit.NewWeather(witness.Before("cloud", s.cloud))
	s.record = fakekit.NewRecorder(http.StripPrefix("/base", witness.Asking("server", s.weather)))
	s.tally = fakekit.NewRecorder(witness.Asking("cloud", s.cloudWeather))
	s.internet.Host("plex.test", s.record)
	for _, host := range hosts {
		s.internet.Host(host, s.tally)
	}
	s.env = provider.Env{Base: s.internet, Install: "install-1", Version: "1.0", Address: address, Secrets: &vault{}, Dir: t.TempDir()}
	if change != nil {
		change(s)
	}
	return s
}

// signIn signs the user in by a page in the browser.
func (s *stage) signIn(t testing.TB, answers ...map[string]string) {
	t.Helper()
	l, err := startLogin(s.env, provider.Browser)
	if err != nil {
		t.Fatal(err)
	}
	if step, err := l.Next(t.Context(), nil); err != nil || !strings.Contains(step.URL, s.cloud.NewestPIN()) || step.Code != "" {
		t.Fatal(step, err)
	}
	if err := s.owner.Approve(s.cloud.NewestPIN()); err != nil {
		t.Fatal(err)
	}
	step, err := l.Next(t.Context(), nil)
	for _, a := range answers {
		if err != nil || len(step.Fields) == 0 {
			t.Fatal(step, err)
		}
		step, err = l.Next(t.Context(), a)
	}
	if err != nil || step.Done == nil {
		t.Fatal(step, err)
	}
	s.env.Address = step.Done.Address
	_ = s.env.Secrets.Save(t.Context(), step.Done.Secret)
	s.open(t)
	s.record.Reset()
	s.tally.Reset()
}

func (s *stage) open(t testing.TB) {
	t.Helper()
	p, err := Service().Open(s.env)
	if err != nil {
		t.Fatal(err)
	}
	s.account = p.(*account)
}

// at is the signed-in user at the server.
func (s *stage) at() plexfake.At { return s.user.At(s.server) }

// bubble runs a test where waiting takes no time.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// shelf puts works of the suite's catalogue on the imitation's shelves.
type shelf struct {
	*stage
	keys map[providertest.Work]string
}

func (s *shelf) know(w providertest.Work) (media.Item, bool) {
	kinds := map[media.Kind]string{media.Film: "movie", media.Show: "show", media.Season: "season", media.Episode: "episode"}
	kind, ok := kinds[w.Kind]
	if !ok || w.Anime {
		return media.Item{}, false
	}
	it := w.Item()
	if key, known := s.keys[w]; known {
		it.Key = key
		return it, true
	}
	e := plexfake.Entry{Kind: kind, Title: w.Title(), Year: w.Year(), RuntimeMS: w.RuntimeMS(), Plex: w.ID(media.Plex),
		IDs: map[string]string{"imdb": w.ID(media.IMDb), "tmdb": w.ID(media.TMDB), "tvdb": w.ID(media.TVDB)}}
	switch w.Kind {
	case media.Season:
		e.Show, e.Index = s.key(w.Parent()), w.Season
	case media.Episode:
		e.Show, e.Season, e.Index = s.key(w.Parent()), s.key(providertest.Season(w.N, w.Season)), w.Number
	}
	it.Key = s.server.Shelve(e)
	s.keys[w] = it.Key
	return it, true
}

func (s *shelf) key(w providertest.Work) string {
	it, _ := s.know(w)
	return it.Key
}

// title is the catalogue's key of an item.
func title(it media.Item) string {
	for _, t := range it.Tokens {
		if t.Namespace == media.Plex {
			return t.ID
		}
	}
	return it.Key
}

// held is the server's key of an item that a list showed under another.
func (s *shelf) held(it media.Item) string {
	for w, key := range s.keys {
		if key == it.Key || w.Kind == it.Kind && w.ID(media.Plex) == title(it) {
			return key
		}
	}
	return it.Key
}

// seed lets the person have said something at some time. A watched mark shows
// the date that it is given; a position takes the date with it.
func (s *shelf) seed(f media.Feature, it media.Item, v media.Value, at media.Moment) bool {
	if f == media.Watchlist {
		if v.Set {
			s.user.List(title(it), at.Time())
		} else {
			s.user.Unlist(title(it))
		}
		return true
	}
	key := s.held(it)
	was := s.at().State(key)
	switch f {
	case media.History:
		was.Count, was.Viewed, was.OffsetMS = 0, v.PlayedAt().Time(), 0
		if v.Set {
			was.Count = 1
		}
	case media.Ratings:
		was.Rating, was.RatedAt = float64(v.N)/10, at.Time()
		if !v.Set {
			was.Rating = -1
		}
	case media.Progress:
		was.OffsetMS, was.Viewed = v.N, at.Time()
	}
	s.at().Keep(key, was)
	return true
}

func (s *shelf) truth(f media.Feature, it media.Item) []media.Value {
	if f == media.Watchlist {
		if s.user.Listed(title(it)) {
			return []media.Value{media.Listed()}
		}
		return nil
	}
	if _, known := s.keys[workOf(it)]; !known {
		return nil
	}
	d := s.at().State(s.held(it))
	switch {
	case f == media.History && d.Count > 0:
		return []media.Value{media.Watched(media.At(d.Viewed))}
	case f == media.Ratings && d.Rating >= 0:
		return []media.Value{media.Rated(int(d.Rating*10 + 0.5))}
	case f == media.Progress && d.OffsetMS > 0:
		return []media.Value{media.Position(d.OffsetMS, it.RuntimeMS)}
	}
	return nil
}

func workOf(it media.Item) providertest.Work {
	for _, t := range it.Tokens {
		if w, ok := providertest.WorkOf(t); ok {
			return w
		}
	}
	return providertest.Work{}
}

func isWrite(r *http.Request) bool { return r.Method != http.MethodGet }

func isList(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/all") && r.URL.Query().Get("metadataItemID") == ""
}

func isMe(r *http.Request) bool { return r.URL.Path == "/api/v2/user" }

func always(*http.Request) bool { return true }

// fault sets the suite's faults as weather over both services.
func (s *shelf) fault(f providertest.Fault) bool {
	later := func(r *http.Request) bool { return isList(r) && r.Header.Get("X-Plex-Container-Start") >= "5" }
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
		providertest.CutPages:     {later, fakekit.Answer(200, "application/json", `{"MediaContainer":{"size":0,"totalSize":1100,"Metadata":[]}}`)},
		providertest.NoTotals: {isList, fakekit.Changed(func(h http.Header, body []byte) []byte {
			h.Del("X-Plex-Container-Total-Size")
			return []byte(strings.ReplaceAll(string(body), "totalSize", "other"))
		})},
		providertest.LostBefore:  {isWrite, fakekit.ResetBefore()},
		providertest.LostAfter:   {isWrite, fakekit.ResetAfter()},
		providertest.Stalled:     {always, fakekit.HangBefore()},
		providertest.Unmodified:  {always, fakekit.NotModified()},
		providertest.FrozenLists: {isList, fakekit.Freeze()},
		providertest.OtherUser: {isMe, fakekit.Changed(func(_ http.Header, body []byte) []byte {
			return []byte(strings.ReplaceAll(string(body), s.user.ID, "4242"))
		})},
	}
	if f == providertest.NotSent {
		s.down(true)
		return true
	}
	w, ok := faults[f]
	if ok {
		s.weather.When(f.String(), w.when, -1, w.do)
		s.cloudWeather.When(f.String(), w.when, -1, w.do)
	}
	return ok
}

func (s *shelf) down(down bool) {
	for _, host := range append([]string{"plex.test"}, hosts...) {
		s.internet.Down(host, down)
	}
}

func (s *shelf) calm() {
	s.weather.Clear()
	s.cloudWeather.Clear()
	s.down(false)
}

func (s *shelf) rig(t *testing.T) *providertest.Rig {
	s.signIn(t)
	k, _ := parseKept(s.env.Secrets.(*vault).secret)
	return &providertest.Rig{
		Provider: s.account, Know: s.know, Seed: s.seed, Truth: s.truth, Fault: s.fault, Calm: s.calm,
		Changes: func() (n int) {
			for _, r := range []*fakekit.Recorder{s.record, s.tally} {
				n += r.Count("POST *") + r.Count("DELETE *") + r.Count("PUT *")
			}
			return n
		},
		Answers: func(do func([]byte) []byte) {
			s.weather.On("odd", "*", -1, fakekit.Rewritten(do))
			s.cloudWeather.On("odd", "*", -1, fakekit.Rewritten(do))
		},
		Now: func() media.Moment { return media.At(time.Now()) },
		Clock: func(d time.Duration) {
			s.weather.On("clock", "*", -1, fakekit.Skew(d))
			s.cloudWeather.On("clock", "*", -1, fakekit.Skew(d))
		},
		Many:    1100,
		Secrets: []string{k.Account, k.Server},
	}
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{Bubble: true, Fresh: func(t *testing.T) *providertest.Rig {
		return (&shelf{stage: set(t, nil), keys: map[providertest.Work]string{}}).rig(t)
	}})
}
