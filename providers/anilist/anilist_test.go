package anilist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/signin"
)

// world is one account at an imitation, with weather and a record of every
// request in between.
type world struct {
	t        *testing.T
	fake     *anilistfake.Service
	user     *anilistfake.User
	weather  *fakekit.Weather
	recorder *fakekit.Recorder
	net      *fakekit.Internet
	env      provider.Env
	token    string
	account  *account
}

// keyring keeps one secret in memory.
type keyring struct {
	mu     sync.Mutex
	secret provider.Secret
}

func (k *keyring) Load(context.Context) (provider.Secret, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.secret, nil
}

func (k *keyring) Save(_ context.Context, s provider.Secret) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.secret = s
	return nil
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, fake: anilistfake.New(time.Now), net: fakekit.NewInternet()}
	w.user = w.fake.AddUser(555, "marlow")
	w.weather = fakekit.NewWeather(witness.Before("", w.fake))
	w.recorder = fakekit.NewRecorder(witness.Asking("", w.weather))
	w.net.Host(apiHost, w.recorder)
	w.net.Host(siteHost, w.recorder)
	w.env = provider.Env{Base: w.net, Version: "1.0", ClientID: "test-client", Secrets: &keyring{}}
	w.token = w.fake.Mint(w.user, 365*24*time.Hour)
	w.account = newAccount(w.env, fixed(signin.Token{Access: w.token, Expires: ends(w.token)}), hurry())
	return w
}

// hurry is a meter without a pace.
func hurry() *meter { return &meter{pace: rate.NewLimiter(rate.Inf, 1)} }

func (w *world) part(id, episodes int) *anilistfake.Media {
	return w.fake.AddMedia(anilistfake.Media{ID: id, MAL: 9000 + id, Romaji: "Minato", English: "Harbour", Year: 2021, Episodes: episodes, Minutes: 24})
}

func partItem(id string) media.Item {
	return media.Item{Kind: media.Part, Tokens: []media.Token{media.OwnToken(media.Part, media.AniList, id)}, Season: -1, Number: -1}
}

func episodeItem(id string, n int) media.Item {
	return media.Item{Kind: media.Episode, Tokens: []media.Token{media.EpisodeToken(media.AniList, id, 1, n)}, Season: 1, Number: n}
}

func add(f media.Feature, it media.Item, v media.Value) provider.Change {
	return provider.Change{Action: provider.Add, Feature: f, Item: it, New: v}
}

func remove(f media.Feature, it media.Item) provider.Change {
	return provider.Change{Action: provider.Remove, Feature: f, Item: it}
}

func (w *world) write(changes ...provider.Change) []provider.Result {
	w.t.Helper()
	res, err := w.account.Write(w.t.Context(), changes)
	if err != nil {
		w.t.Fatal(err)
	}
	return res
}

func (w *world) want(res provider.Result, o provider.Outcome) {
	w.t.Helper()
	if res.Outcome != o {
		w.t.Errorf("%s, want %s: %v", res.Outcome, o, res.Err)
	}
}

// view lists one feature.
func (w *world) view(f media.Feature, cursor string) (provider.View, provider.Snapshot) {
	w.t.Helper()
	s, err := w.account.Read(w.t.Context(), provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: f, Cursor: cursor}}})
	if err != nil || len(s.Views) != 1 || s.Views[0].Err != nil {
		w.t.Fatalf("%v, %+v", err, s.Views)
	}
	return s.Views[0], s
}

// sent lists the mutations so far as variables.
func (w *world) sent() (out []map[string]any) {
	for _, c := range w.recorder.Calls() {
		if b := parsed(c.Body); strings.HasPrefix(b.Query, "mutation") {
			out = append(out, b.Variables)
		}
	}
	return out
}

func parsed(body []byte) (r request) {
	_ = json.Unmarshal(body, &r) // the zero request stands for anything odd
	return r
}

// body reads a request's body and puts it back.
func body(r *http.Request) request {
	if r.Body == nil {
		return request{}
	}
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return parsed(raw)
}

func isWrite(r *http.Request) bool { return strings.HasPrefix(body(r).Query, "mutation") }

func isList(r *http.Request) bool { return body(r).OperationName == chunkQuery.name }

func kind(err error) provider.ErrorKind {
	var e *provider.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}
