package trakt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/trakt/traktfake"
)

// world is one account at an imitation, with weather and a record of every
// request in between.
type world struct {
	t        *testing.T
	fake     *traktfake.Service
	user     *traktfake.User
	weather  *fakekit.Weather
	recorder *fakekit.Recorder
	posts    posts
	env      provider.Env
	account  *account
	film     *traktfake.Title
	show     *traktfake.Title
}

// keyring keeps one secret in memory.
type keyring struct {
	mu     sync.Mutex
	secret provider.Secret
	saves  int
	broken bool
}

func (k *keyring) Load(context.Context) (provider.Secret, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.secret, nil
}

func (k *keyring) Save(_ context.Context, s provider.Secret) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.broken {
		return errors.New("locked")
	}
	k.secret = s
	k.saves++
	return nil
}

// posts are the bodies of posts by path, noted on arrival.
type posts struct {
	mu     sync.Mutex
	bodies map[string][]string
}

func (p *posts) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			p.mu.Lock()
			p.bodies[r.URL.Path] = append(p.bodies[r.URL.Path], string(body))
			p.mu.Unlock()
		}
		next.ServeHTTP(out, r)
	})
}

// posted returns the bodies sent to a path.
func (w *world) posted(path string) []string {
	w.posts.mu.Lock()
	defer w.posts.mu.Unlock()
	return w.posts.bodies[path]
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, fake: traktfake.New(time.Now), posts: posts{bodies: map[string][]string{}}}
	w.fake.Limited = false
	w.user = w.fake.AddUser("marlow")
	w.weather = fakekit.NewWeather(witness.Before("", w.fake))
	w.recorder = fakekit.NewRecorder(witness.Asking("", w.weather))
	net := fakekit.NewInternet()
	net.Host(apiHost, w.posts.before(w.recorder))
	net.Host(authHost, w.posts.before(w.recorder))
	w.env = provider.Env{Base: net, Version: "1.0", ClientID: "test-client", ClientSecret: "test-secret", Secrets: &keyring{}}
	w.account = newAccount(w.env, signin.Bearer(w.fake.Mint(w.user, "test-client").Access), nil, nil)
	w.film = w.fake.AddMovie("Paper Lighthouse", 2021, traktfake.IDs{Trakt: 5, IMDb: "tt0000005", TMDB: 6})
	w.show = w.fake.AddShow("Harbour", 2019, traktfake.IDs{Trakt: 55, IMDb: "tt0000077", TMDB: 88, TVDB: 66}, 2, 3, 4)
	return w
}

// read lists one feature and fails on any error.
func (w *world) read(f media.Feature, cursor string) (provider.Snapshot, provider.View) {
	w.t.Helper()
	snap, err := w.account.Read(w.t.Context(), provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: f, Cursor: cursor}}})
	if err != nil || len(snap.Views) != 1 || snap.Views[0].Err != nil {
		w.t.Fatalf("read %s: %v, %+v", f, err, snap.Views)
	}
	return snap, snap.Views[0]
}

// readFull lists one feature whatever the cursor says.
func (w *world) readFull(f media.Feature, cursor string) provider.View {
	w.t.Helper()
	snap, err := w.account.Read(w.t.Context(), provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: f, Cursor: cursor}}})
	if err != nil || snap.Views[0].Err != nil {
		w.t.Fatal(err, snap.Views)
	}
	return snap.Views[0]
}

// unread expects that there is no view, and returns why.
func (w *world) unread(f media.Feature) *provider.Error {
	w.t.Helper()
	snap, err := w.account.Read(w.t.Context(), provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: f}}})
	if err != nil {
		return provider.AsError(err)
	}
	v := snap.Views[0]
	if v.Err == nil || len(v.Rows) != 0 || v.Cursor != "" {
		w.t.Fatalf("want no view, got %+v", v)
	}
	return v.Err
}

func (w *world) write(changes ...provider.Change) []provider.Result {
	w.t.Helper()
	results, err := w.account.Write(w.t.Context(), changes)
	if err != nil || len(results) != len(changes) {
		w.t.Fatalf("write: %v, %d results", err, len(results))
	}
	return results
}

func filmItem(tmdb string) media.Item {
	return media.Item{Kind: media.Film, Title: "Paper Lighthouse", Year: 2021, Season: -1, Number: -1,
		Tokens: []media.Token{media.OwnToken(media.Film, media.TMDB, tmdb)}}
}

func episodeItem(tmdbShow string, season, number int) media.Item {
	return media.Item{Kind: media.Episode, Season: season, Number: number,
		Tokens: []media.Token{media.EpisodeToken(media.TMDB, tmdbShow, season, number)}}
}

func add(f media.Feature, it media.Item, v media.Value) provider.Change {
	return provider.Change{Action: provider.Add, Feature: f, Item: it, New: v}
}

func outcomes(results []provider.Result) string {
	text := ""
	for i, r := range results {
		if i > 0 {
			text += ", "
		}
		text += r.Outcome.String()
	}
	return text
}

var noon = time.Date(2026, 10, 5, 12, 0, 42, 0, time.UTC)

func TestReadListsEveryFeature(t *testing.T) {
	w := newWorld(t)
	special := w.fake.AddEpisode(w.show, 0, 0, traktfake.IDs{TVDB: 900})
	w.user.Watch(w.film, noon)
	w.user.Watch(w.film, time.Time{})
	w.user.Watch(special, noon)
	w.user.List(w.fake.Season(w.show, 2), noon)
	w.user.List(w.fake.AddMovie("Other", 2000, traktfake.IDs{Trakt: 7}), noon)
	w.user.Rate(w.show, 9, noon)
	w.user.Rate(w.fake.Season(w.show, 1), 3, noon)
	w.user.Pause(w.fake.Episode(w.show, 1, 2), 42.57, noon)

	snap, err := w.account.Read(t.Context(), provider.ReadRequest{Wants: []provider.FeatureRequest{
		{Feature: media.History}, {Feature: media.Ratings}, {Feature: media.Watchlist}, {Feature: media.Progress}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	items := map[string]media.Item{}
	for _, it := range snap.Items {
		if _, twice := items[it.Key]; twice {
			t.Errorf("item %s described twice", it.Key)
		}
		items[it.Key] = it
	}
	for _, v := range snap.Views {
		if v.Err != nil || v.Coverage != provider.Whole || v.Evidence.Announced != len(v.Rows) || v.Evidence.Received != len(v.Rows) || v.Evidence.Stamp == "" || len(v.Skipped) > 0 {
			t.Errorf("view %+v", v)
		}
		for _, r := range v.Rows {
			it, known := items[r.Key]
			if !known || (r.PlayKey != "") != (v.Feature == media.History) {
				t.Errorf("row %+v", r)
			}
			got = append(got, fmt.Sprintf("%s %s %dx%d %s", v.Feature, it.Kind, it.Season, it.Number, r.Value.Text(v.Feature)))
		}
	}
	want := []string{
		"history film -1x-1 watched 2026-10-05T12:00:00Z",
		"history episode 0x0 watched 2026-10-05T12:00:00Z",
		"history film -1x-1 watched unknown",
		"ratings show -1x-1 90/100", "ratings season 1x-1 30/100",
		"watchlist season 2x-1 listed", "watchlist film -1x-1 listed",
		"progress episode 1x2 42.6%",
	}
	counts := map[string]int{}
	for _, g := range got {
		counts[g]++
	}
	for _, s := range want {
		counts[s]--
	}
	for s, n := range counts {
		if n != 0 {
			t.Errorf("%q: %+d", s, n)
		}
	}
	if !snap.ClockKnown || snap.ClockMS < -2000 || snap.ClockMS > 2000 {
		t.Errorf("clock %d %v", snap.ClockMS, snap.ClockKnown)
	}
	if snap.Room[media.Watchlist] != 248 {
		t.Errorf("room %v", snap.Room)
	}
}

func TestItemsCarryEveryToken(t *testing.T) {
	w := newWorld(t)
	w.user.Watch(w.fake.AddEpisode(w.show, 2, 3, traktfake.IDs{TVDB: 222, IMDb: "tt0000333", TMDB: 444}), noon)
	snap, _ := w.read(media.History, "")
	it := snap.Items[0]
	has := map[string]bool{}
	for _, tok := range it.Tokens {
		has[tok.String()] = true
	}
	for _, want := range []string{"episode/tvdb:222", "episode/imdb:tt0000333", "episode/tmdb:444",
		"episode/trakt:55@2x3", "episode/imdb:tt0000077@2x3", "episode/tmdb:88@2x3", "episode/tvdb:66@2x3"} {
		if !has[want] {
			t.Errorf("no token %s in %v", want, it.Tokens)
		}
	}
	if it.ShowKey != "show:55" || it.ShowTitle != "Harbour" || it.Season != 2 || it.Number != 3 {
		t.Errorf("%+v", it)
	}
}

// TestQuietRound: an unchanged account costs one request, two with Whoami.
func TestQuietRound(t *testing.T) {
	w := newWorld(t)
	w.user.List(w.film, noon)
	wants := make([]provider.FeatureRequest, 0, 4)
	for _, f := range media.Features {
		_, v := w.read(f, "")
		wants = append(wants, provider.FeatureRequest{Feature: f, Cursor: v.Cursor})
	}
	before := len(w.recorder.Calls())
	if _, err := w.account.Whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	snap, err := w.account.Read(t.Context(), provider.ReadRequest{Wants: wants})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.recorder.Calls()) - before; n != 2 {
		t.Errorf("%d requests", n)
	}
	for _, v := range snap.Views {
		if !v.Evidence.Unchanged || v.Coverage != provider.Changes || len(v.Rows) != 0 || v.Cursor == "" {
			t.Errorf("%+v", v)
		}
	}
	if snap.Room[media.Watchlist] != 249 {
		t.Errorf("room %v", snap.Room)
	}
	for name, want := range map[string]provider.ReadRequest{"full": {Full: true, Wants: wants}, "fresh": {Fresh: true, Wants: wants}} {
		snap, err := w.account.Read(t.Context(), want)
		if err != nil || snap.Views[2].Coverage != provider.Whole || len(snap.Views[2].Rows) != 1 {
			t.Errorf("%s: %v %+v", name, err, snap.Views)
		}
	}
	for _, c := range w.recorder.Calls() {
		if c.Header.Get("If-None-Match") != "" {
			t.Error("a conditional request")
		}
	}
}

// TestOneFeatureMoves: what did not move is not listed again.
func TestOneFeatureMoves(t *testing.T) {
	w := newWorld(t)
	_, ratings := w.read(media.Ratings, "")
	_, list := w.read(media.Watchlist, "")
	w.user.Rate(w.film, 7, time.Time{})
	if _, v := w.read(media.Watchlist, list.Cursor); !v.Evidence.Unchanged {
		t.Error("the watchlist was listed")
	}
	if _, v := w.read(media.Ratings, ratings.Cursor); len(v.Rows) != 1 || v.Evidence.StampAt <= ratings.Evidence.StampAt {
		t.Errorf("%+v", v)
	}
	w.user.Unrate(w.film)
	if _, v := w.read(media.Ratings, ratings.Cursor); len(v.Rows) != 0 || v.Coverage != provider.Whole {
		t.Errorf("%+v", v)
	}
}

// TestAPlayEndsAResumePoint: the list of positions is read again after a play,
// although no position was said to move.
func TestAPlayEndsAResumePoint(t *testing.T) {
	w := newWorld(t)
	w.user.Pause(w.film, 40, noon)
	_, before := w.read(media.Progress, "")
	w.user.Watch(w.film, noon)
	_, after := w.read(media.Progress, before.Cursor)
	if len(before.Rows) != 1 || len(after.Rows) != 0 || after.Coverage != provider.Whole || after.Evidence.Stamp != before.Evidence.Stamp {
		t.Errorf("%+v, then %+v", before, after)
	}
}

func TestWhoami(t *testing.T) {
	w := newWorld(t)
	who, err := w.account.Whoami(t.Context())
	if err != nil || who.UserID != w.user.UUID || who.UserName != "marlow" || who.ServerID != "api.trakt.tv" {
		t.Errorf("%+v %v", who, err)
	}
	for _, odd := range []string{`"limits":[],"browsing":3`, `"limits":{"watchlist":7}`, `"limits":{"watchlist":{"item_count":"many"}}`, `"limits":null`} {
		w.weather.On("odd", "GET /users/settings", 1, fakekit.Empty(`{"user":{"username":"marlow","ids":{"uuid":"u-1"}},`+odd+`}`))
		if who, err := w.account.Whoami(t.Context()); err != nil || who.UserID != "u-1" {
			t.Errorf("%s: %+v %v", odd, who, err)
		}
		if snap, _ := w.read(media.Watchlist, ""); len(snap.Room) != 0 {
			t.Errorf("%s: room %v", odd, snap.Room)
		}
	}
	w.weather.On("nobody", "GET /users/settings", 1, fakekit.Empty(`{"user":{"ids":{"slug":null}}}`))
	if _, err := w.account.Whoami(t.Context()); provider.AsError(err).Kind != provider.Contract {
		t.Error(err)
	}
}

// TestErrorsNameWhoMustAct: statuses by the service's own meaning.
func TestErrorsNameWhoMustAct(t *testing.T) {
	for status, kind := range map[int]provider.ErrorKind{
		401: provider.Auth, 403: provider.AppRejected, 412: provider.Contract, 420: provider.PlanLimit, 423: provider.Locked,
		426: provider.PlanLimit, 429: provider.RateLimited, 500: provider.Transient, 502: provider.Transient, 520: provider.Transient, 522: provider.Transient,
	} {
		w := newWorld(t)
		w.weather.On("status", "POST /sync/ratings", -1, fakekit.Status(status))
		results, err := w.account.Write(t.Context(), []provider.Change{add(media.Ratings, filmItem("6"), media.Rated(80))})
		got := results[0].Err
		if got == nil || got.Kind != kind || (err == nil) != (kind == provider.PlanLimit) {
			t.Errorf("%d: %v, %v", status, got, err)
		}
		want := provider.NotApplied
		switch {
		case status >= 500:
			want = provider.Unproven
		case kind == provider.PlanLimit:
			want = provider.Refused
		}
		if results[0].Outcome != want {
			t.Errorf("%d: %s", status, results[0].Outcome)
		}
	}
}

// TestAccountErrorsStopTheRead: after a 403 the other lists are not asked for.
func TestAccountErrorsStopTheRead(t *testing.T) {
	w := newWorld(t)
	w.weather.On("gone", "GET /sync/history", -1, fakekit.Status(http.StatusForbidden))
	snap, err := w.account.Read(t.Context(), provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: media.History}, {Feature: media.Ratings}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range snap.Views {
		if v.Err == nil || v.Err.Kind != provider.AppRejected {
			t.Errorf("%+v", v)
		}
	}
	if n := w.recorder.Count("GET /sync/ratings"); n != 0 {
		t.Errorf("asked %d times", n)
	}
}

// TestRateLimitsEnd: the usual header, the service's own, or neither.
func TestRateLimitsEnd(t *testing.T) {
	until := time.Now().Add(2 * time.Minute).UTC().Truncate(time.Second)
	own := fmt.Sprintf(`{"name":"AUTHED_API_GET_LIMIT","period":300,"limit":500,"remaining":0,"until":%q}`, until.Format(time.RFC3339))
	for name, c := range map[string]struct {
		headers []string
		least   time.Time
	}{
		"usual":   {[]string{"Retry-After", "90"}, time.Now().Add(80 * time.Second)},
		"own":     {[]string{"X-Ratelimit", own}, until},
		"odd":     {[]string{"X-Ratelimit", "soon"}, time.Time{}},
		"neither": {nil, time.Time{}},
	} {
		w := newWorld(t)
		w.weather.On(name, "GET /sync/ratings", -1, fakekit.Status(429, c.headers...))
		e := w.unread(media.Ratings)
		if e.Kind != provider.RateLimited || e.Until.Known() != !c.least.IsZero() || e.Until < media.At(c.least) {
			t.Errorf("%s: %s until %s", name, e.Kind, e.Until)
		}
	}
}
