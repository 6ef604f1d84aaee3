package jellyfin

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/jellyfin/jellyfinfake"
)

func all() (out []provider.FeatureRequest) {
	for _, f := range media.Features {
		out = append(out, provider.FeatureRequest{Feature: f})
	}
	return out
}

// wantsFrom asks for everything with the cursors of a read.
func wantsFrom(s provider.Snapshot) (out []provider.FeatureRequest) {
	for _, v := range s.Views {
		out = append(out, provider.FeatureRequest{Feature: v.Feature, Cursor: v.Cursor})
	}
	return out
}

func (s *stage) read(t testing.TB, want provider.ReadRequest) provider.Snapshot {
	t.Helper()
	if want.Wants == nil {
		want.Wants = all()
	}
	snap, err := s.account.Read(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func (s *stage) write(t testing.TB, c provider.Change) provider.Result {
	t.Helper()
	res, err := s.account.Write(t.Context(), []provider.Change{c})
	if err != nil {
		t.Fatal(err)
	}
	return res[0]
}

// row returns what a snapshot shows for a key.
func row(s provider.Snapshot, f media.Feature, key string) (provider.Row, bool) {
	for _, v := range s.Views {
		for _, r := range v.Rows {
			if v.Feature == f && r.Key == key {
				return r, true
			}
		}
	}
	return provider.Row{}, false
}

func item(s provider.Snapshot, key string) media.Item {
	for _, it := range s.Items {
		if it.Key == key {
			return it
		}
	}
	return media.Item{}
}

func tokens(it media.Item) string {
	var out []string
	for _, t := range it.Tokens {
		out = append(out, t.String())
	}
	return strings.Join(out, " ")
}

const day1 = media.Moment(1_726_300_800_000) // 2024-09-14T08:00:00Z

func TestUnchangedRoundCostsThreeRequests(t *testing.T) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(30)}, nil)
	s.user.Watch(s.server.Find("Paper Lighthouse 1"))
	snap := s.read(t, provider.ReadRequest{Full: true})
	s.record.Reset()
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	if n := len(s.record.Calls()); n > 3 {
		t.Errorf("%d requests: %v", n, s.record.Seen())
	}
	for _, v := range snap.Views {
		if !v.Evidence.Unchanged || v.Coverage != provider.Changes || len(v.Rows) > 0 {
			t.Errorf("%s: %+v", v.Feature, v)
		}
	}
	s.open(t) // another process, no memory
	s.record.Reset()
	s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	if n := len(s.record.Calls()); n > 3 {
		t.Errorf("without memory: %d requests: %v", n, s.record.Seen())
	}
}

func TestChangesShowPlaysThatBeganBefore(t *testing.T) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(9)}, nil)
	ep := s.server.Find("Harbour 3", 1, 2)
	s.user.Start(ep)
	snap := s.read(t, provider.ReadRequest{Full: true})
	if r, ok := row(snap, media.History, ep); !ok || r.Value.Set || !r.Playing {
		t.Errorf("started is not watched: %+v", r)
	}
	s.user.Stop(ep, 100)
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	r, ok := row(snap, media.History, ep)
	if !ok || !r.Value.Set || !r.Started || r.Playing || snap.Views[0].Coverage != provider.Changes {
		t.Errorf("%+v", r)
	}
	if got := tokens(item(snap, ep)); !strings.Contains(got, "episode/tvdb:91000003@1x2") {
		t.Errorf("an episode of a short list is named by its show: %s", got)
	}
}

// TestHalfWatchedBesideTheHomePage: the server's own list of what to go on with
// leaves out libraries that the user keeps from the home page.
func TestHalfWatchedBesideTheHomePage(t *testing.T) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(400)}, nil)
	s.user.KeepFromHome(s.server.LibraryID("Films"))
	for _, it := range s.read(t, provider.ReadRequest{Full: true}).Items[:recentLimit+20] {
		s.user.Keep(it.Key, jellyfinfake.State{Played: true, Count: 1, Last: time.Now().Add(-time.Hour), Rating: -1})
	}
	snap := s.read(t, provider.ReadRequest{Full: true})
	film := s.server.Find("Paper Lighthouse 400")
	s.user.Keep(film, jellyfinfake.State{PositionMS: 600_000, Rating: -1})
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	if r, ok := row(snap, media.Progress, film); !ok || r.Value.N != 600_000 || snap.Views[0].Coverage != provider.Changes {
		t.Errorf("%+v", r)
	}
}

// A household that watched more than one short list since the last look.
func TestManyChangesBecomeAFullScan(t *testing.T) {
	s := set(t, jellyfinfake.Options{Works: fakekit.SomeWorks(400)}, nil)
	snap := s.read(t, provider.ReadRequest{Full: true})
	for _, it := range snap.Items[:150] {
		if it.Kind.Leaf() {
			s.user.Mark(it.Key)
		}
	}
	for _, v := range s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)}).Views {
		if v.Coverage != provider.Catalogue {
			t.Errorf("%s: coverage %d", v.Feature, v.Coverage)
		}
	}
}

func TestLeftOutLibrariesBoundTheView(t *testing.T) {
	o := jellyfinfake.Options{Works: fakekit.SomeWorks(9)}
	whole := set(t, o, nil)
	server := jellyfinfake.New(o)
	films := set(t, o, func(e *provider.Env) { e.LeftOut = []string{server.LibraryID("Shows")} })
	a, b := whole.read(t, provider.ReadRequest{Full: true}), films.read(t, provider.ReadRequest{Full: true})
	if a.Views[0].Evidence.Scope == b.Views[0].Evidence.Scope {
		t.Error("another scope has the same digest")
	}
	if slices.ContainsFunc(b.Items, func(it media.Item) bool { return it.Kind != media.Film }) || len(b.Items) != 6 {
		t.Errorf("%d items", len(b.Items))
	}
	films.user.Watch(films.server.Find("Harbour 3", 1, 1))
	films.user.Watch(films.server.Find("Paper Lighthouse 1"))
	c := films.read(t, provider.ReadRequest{Wants: wantsFrom(b)})
	if len(c.Items) == 0 || slices.ContainsFunc(c.Items, func(it media.Item) bool { return it.Kind != media.Film }) {
		t.Errorf("%+v", c.Items)
	}
	films.account.heard.PutBack([]string{films.server.Find("Harbour 3")}, false) // by the socket
	d := films.read(t, provider.ReadRequest{Wants: wantsFrom(c)})
	if slices.ContainsFunc(d.Items, func(it media.Item) bool { return it.Kind != media.Film }) {
		t.Errorf("heard of, but left out: %+v", d.Items)
	}
	films.env.LeftOut = append(films.env.LeftOut, server.LibraryID("Films"))
	films.open(t)
	if _, err := films.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: all()}); err == nil || provider.AsError(err).Kind != provider.Rejected {
		t.Error("nothing selected is no empty catalogue:", err)
	}
	films.env.LeftOut = nil
	films.open(t)
	if v := films.read(t, provider.ReadRequest{Wants: wantsFrom(c)}).Views[0]; v.Coverage != provider.Catalogue {
		t.Error("a cursor of another choice of libraries was used")
	}
	libs, err := libraries(t.Context(), films.env)
	if err != nil || len(libs) != 2 {
		t.Error(libs, err)
	}
}

func TestVersions(t *testing.T) {
	for version, product := range map[string]string{"10.8.13": "", "4.8.11.0": "", "4.9.0.1": "Emby Server"} {
		if product == "" && version[0] == '1' {
			product = "Jellyfin Server"
		}
		o := jellyfinfake.Options{Version: version, Product: product}
		if product == "" {
			o.Product = " "
		}
		net := fakekit.NewInternet()
		net.Host("old.test", witness.Before(o.Version, jellyfinfake.New(o)))
		l, _ := startLogin(provider.Env{Base: net, Secrets: &vault{}}, provider.QuickConnect)
		_, _ = l.Next(t.Context(), nil)
		_, err := l.Next(t.Context(), map[string]string{"address": "old.test"})
		e := provider.AsError(err)
		if e == nil || e.Kind != provider.Rejected || !strings.Contains(e.Error(), map[bool]string{true: "Emby", false: "10.9"}[version[0] == '4']) {
			t.Errorf("%s: %v", version, err)
		}
	}
	for _, version := range []string{"10.9.0", "10.10.7", "12.0.0"} {
		s := set(t, jellyfinfake.Options{Version: version, Works: fakekit.SomeWorks(3)}, nil)
		if n := len(s.read(t, provider.ReadRequest{Full: true}).Items); n != 10 {
			t.Errorf("%s: %d items", version, n)
		}
	}
}

func TestUpgradeAndTornDownServerGiveNoView(t *testing.T) {
	s := set(t, jellyfinfake.Options{Version: "10.10.7", Works: fakekit.SomeWorks(3)}, nil)
	if v := s.read(t, provider.ReadRequest{Full: true}).Views[0].Evidence.Version; v != "10.10.7" {
		t.Error(v)
	}
	s.server.Upgrade("12.0.0")
	if v := s.read(t, provider.ReadRequest{Full: true}).Views[0].Evidence.Version; v != "12.0.0" {
		t.Error(v)
	}
	s.server.RevokeAll()
	if _, err := s.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: all()}); provider.AsError(err).Kind != provider.Auth {
		t.Error(err)
	}
}

// quickSignIn signs in with a code that the person confirms elsewhere.
func quickSignIn(t *testing.T, s *stage) provider.Step {
	t.Helper()
	var done provider.Step
	do := func(t *testing.T) {
		l, err := startLogin(s.env, provider.QuickConnect)
		if err != nil {
			t.Fatal(err)
		}
		step, err := l.Next(t.Context(), nil)
		if err != nil || len(step.Code) != 6 {
			t.Fatal(step, err)
		}
		time.AfterFunc(10*time.Second, func() { _ = s.user.Approve(step.Code) })
		if done, err = l.Next(t.Context(), nil); err != nil || done.Done == nil {
			t.Fatal(done, err)
		}
	}
	synctest.Test(t, do)
	return done
}

func TestQuickConnect(t *testing.T) {
	s := set(t, jellyfinfake.Options{}, nil)
	in := quickSignIn(t, s).Done
	kept, err := mediabrowser.ParseKept(in.Secret)
	if err != nil || kept.UserID != s.user.ID || in.Identity.ServerID != s.server.ID || in.Identity.UserName != "marlow" || in.Address != address {
		t.Errorf("%+v %+v", in, kept)
	}
	if kept.DeviceID == s.env.Install || len(in.Secret.Reveal()) > provider.SecretLimit {
		t.Errorf("%+v", kept)
	}
	synctest.Test(t, func(t *testing.T) {
		l, _ := startLogin(s.env, provider.QuickConnect)
		_, _ = l.Next(t.Context(), nil)
		start := time.Now()
		if _, err := l.Next(t.Context(), nil); provider.AsError(err).Kind != provider.Rejected || time.Since(start) > 11*time.Minute {
			t.Error(err, time.Since(start))
		}
	})
	s.server.SwitchOffQuickConnect()
	l, _ := startLogin(s.env, provider.QuickConnect)
	if _, err := l.Next(t.Context(), nil); provider.AsError(err).Kind != provider.Rejected {
		t.Error(err)
	}
}

func TestPasswordAndAddress(t *testing.T) {
	s := set(t, jellyfinfake.Options{}, nil)
	env := s.env
	env.Address = ""
	l, _ := startLogin(env, provider.Password)
	step, err := l.Next(t.Context(), nil)
	if err != nil || step.Fields[0].Name != "address" {
		t.Fatal(step, err)
	}
	if _, err = l.Next(t.Context(), map[string]string{"address": "no where"}); provider.AsError(err).Kind != provider.Rejected {
		t.Error(err)
	}
	// Without scheme: https is tried first, then http.
	if step, err = l.Next(t.Context(), map[string]string{"address": "jellyfin.test:8096/base/web/index.html"}); err != nil || len(step.Fields) != 2 || !step.Fields[1].Secret {
		t.Fatal(step, err)
	}
	if _, err = l.Next(t.Context(), map[string]string{"user": "marlow", "password": "wrong"}); provider.AsError(err).Kind != provider.Auth {
		t.Error(err)
	}
	if step, err = l.Next(t.Context(), map[string]string{"user": "marlow", "password": "hush-hush"}); err != nil || !strings.HasSuffix(step.Done.Address, "jellyfin.test:8096/base") {
		t.Fatal(step, err)
	}
}

func TestSignOutEndsTheToken(t *testing.T) {
	s := set(t, jellyfinfake.Options{}, nil)
	if err := Service().SignOut(t.Context(), s.env); err != nil {
		t.Fatal(err)
	}
	if _, err := s.account.Whoami(t.Context()); provider.AsError(err).Kind != provider.Auth {
		t.Error(err)
	}
}

func TestOddItems(t *testing.T) {
	s := set(t, jellyfinfake.Options{}, nil)
	wrong := s.server.Shelve(jellyfinfake.Entry{Kind: "Movie", Title: "Wrong", Year: 2001, IDs: map[string]string{"IMDB": "603", "tmdb": "0604", "AniList": "7", "Zap2It": "x"}})
	folder := s.server.Shelve(jellyfinfake.Entry{Kind: "Movie", Title: "Folder", Year: 2002})
	s.server.SetPath(folder, "/films/Folder (2002) [tmdbid-603]/film.mkv")
	show := s.server.Shelve(jellyfinfake.Entry{Kind: "Series", Title: "Show", IDs: map[string]string{"Tvdb": "81189"}})
	pilot := s.server.Shelve(jellyfinfake.Entry{Kind: "Episode", Title: "Pilot", Series: show})
	twin := s.server.Copy(wrong)
	s.user.Mark(wrong)
	snap := s.read(t, provider.ReadRequest{Full: true})
	for key, want := range map[string]string{
		wrong: "film/anilist:7 film/tmdb:604", twin: "film/anilist:7 film/tmdb:604", folder: "film/tmdb:603", pilot: "episode/tvdb:81189@0x0",
	} {
		if got := tokens(item(snap, key)); got != want {
			t.Errorf("%s: %s, want %s", item(snap, key).Title, got, want)
		}
	}
	if r, ok := row(snap, media.History, twin); !ok || r.Value.Set {
		t.Errorf("since 10.11 copies have values of their own: %+v %v", r, ok)
	}
	if it := item(snap, pilot); it.Season != 0 || it.Number != 0 || it.ShowKey != show {
		t.Errorf("%+v", it)
	}
}
