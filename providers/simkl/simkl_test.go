package simkl

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/simkl/simklfake"
)

// world is one account at an imitation, with weather and a record of every
// request in between.
type world struct {
	t        *testing.T
	fake     *simklfake.Service
	user     *simklfake.User
	weather  *fakekit.Weather
	recorder *fakekit.Recorder
	posts    posts
	net      *fakekit.Internet
	env      provider.Env
	account  *account
	film     *simklfake.Title
	show     *simklfake.Title
	cour     *simklfake.Title // an anime's second season by TVDB
	short    *simklfake.Title // an anime without TVDB numbers
	feature  *simklfake.Title // an anime film
}

// keyring keeps one secret in memory.
type keyring struct {
	mu     sync.Mutex
	secret provider.Secret
	saves  int
}

func (k *keyring) Load(context.Context) (provider.Secret, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.secret == "" {
		return "", errors.New("empty")
	}
	return k.secret, nil
}

func (k *keyring) Save(_ context.Context, s provider.Secret) error {
	k.mu.Lock()
	defer k.mu.Unlock()
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
	w := &world{t: t, fake: simklfake.New(time.Now), posts: posts{bodies: map[string][]string{}}, net: fakekit.NewInternet()}
	w.fake.Limited = false
	w.user = w.fake.AddUser("marlow")
	w.weather = fakekit.NewWeather(witness.Before("", w.fake))
	w.recorder = fakekit.NewRecorder(witness.Asking("", w.weather))
	w.net.Host(apiHost, w.posts.before(w.recorder))
	w.net.Host("simkl.com", w.recorder)
	w.env = provider.Env{Base: w.net, Version: "1.0", ClientID: "test-client", Secrets: &keyring{}}
	w.open()
	w.film = w.fake.AddMovie("Paper Lighthouse", 2021, simklfake.IDs{Simkl: 5, IMDb: "tt0000005", TMDB: 6})
	w.show = w.fake.AddShow("Harbour", 2019, simklfake.IDs{Simkl: 55, IMDb: "tt0000077", TMDB: 88, TVDB: 66}, 2, 3, 4)
	w.cour = w.fake.AddAnime(simklfake.Cour{Name: "Iron Petals II", Type: "tv", IDs: simklfake.IDs{Simkl: 71, TVDB: 700, MAL: 701, AniList: 702, AniDB: 703}, Episodes: 3, TVDBSeason: 2, TVDBFirst: 1})
	w.short = w.fake.AddAnime(simklfake.Cour{Name: "Kite Shop", Type: "ona", IDs: simklfake.IDs{Simkl: 81, MAL: 801, AniList: 802}, Episodes: 4})
	w.feature = w.fake.AddAnime(simklfake.Cour{Name: "Glass Garden", Type: "movie", IDs: simklfake.IDs{Simkl: 91, IMDb: "tt0000091", TMDB: 92, TVDB: 700, MAL: 93}, Episodes: 1, TVDBSeason: 0, TVDBFirst: 4})
	return w
}

// open opens the account anew, as after a restart.
func (w *world) open() {
	w.account = newAccount(w.env, signin.Bearer(w.fake.Mint(w.user, "test-client").Access), nil, nil)
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

func add(f media.Feature, it media.Item, v media.Value) provider.Change {
	return provider.Change{Action: provider.Add, Feature: f, Item: it, New: v}
}

func take(f media.Feature, it media.Item) provider.Change {
	return provider.Change{Action: provider.Remove, Feature: f, Item: it}
}

func filmItem(tmdb string) media.Item {
	return media.Item{Kind: media.Film, Title: "Paper Lighthouse", Year: 2021, Season: -1, Number: -1,
		Tokens: []media.Token{media.OwnToken(media.Film, media.TMDB, tmdb)}}
}

func showItem(tvdb string) media.Item {
	return media.Item{Kind: media.Show, Title: "Harbour", Season: -1, Number: -1,
		Tokens: []media.Token{media.OwnToken(media.Show, media.TVDB, tvdb)}}
}

func episodeItem(tvdb string, season, number int) media.Item {
	return media.Item{Kind: media.Episode, ShowTitle: "Harbour", Season: season, Number: number,
		Tokens: []media.Token{media.EpisodeToken(media.TVDB, tvdb, season, number)}}
}

// episode is an episode of a title of the imitation, by its own numbers.
func episodeOf(t *simklfake.Title, season, number int) *simklfake.Episode {
	for _, e := range t.Episodes {
		if e.Season == season && e.Number == number {
			return e
		}
	}
	return nil
}

var noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)

func filmIDs(n int) simklfake.IDs { return simklfake.IDs{Simkl: n, TMDB: 1000 + n} }
