package emby

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
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

func kind(err error) provider.ErrorKind {
	if e := provider.AsError(err); e != nil {
		return e.Kind
	}
	return 0
}

const day1 = media.Moment(1_726_300_800_000) // 2024-09-14T08:00:00Z

func TestUnchangedRoundCostsFiveRequests(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(30)}, nil)
	s.user.Watch(s.server.Find("Paper Lighthouse 1"))
	s.user.Favorite(s.server.Find("Harbour 3"), true)
	snap := s.read(t, provider.ReadRequest{Full: true})
	for _, what := range []string{"same process", "another process, no memory"} {
		s.record.Reset()
		snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
		if n := len(s.record.Calls()); n > 5 {
			t.Errorf("%s: %d requests: %v", what, n, s.record.Seen())
		}
		for _, v := range snap.Views {
			if !v.Evidence.Unchanged || v.Coverage != provider.Changes || len(v.Rows) > 0 {
				t.Errorf("%s: %s: %+v", what, v.Feature, v)
			}
		}
		s.open(t)
	}
}

// Dates and counts come only to those who ask for them.
func TestDatesAndCountsAreAskedForInEveryList(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(9)}, nil)
	film := s.server.Find("Paper Lighthouse 1")
	s.user.Keep(film, embyfake.State{Played: true, Count: 3, Last: day1.Time(), Rating: -1})
	snap := s.read(t, provider.ReadRequest{Full: true})
	if r, _ := row(snap, media.History, film); r.Value != media.Watched(day1) || r.Count != 3 || !r.Started {
		t.Errorf("%+v", r)
	}
	s.write(t, play(film, day1.Add(1)))
	s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	lists := 0
	for _, c := range s.record.Calls() {
		if !strings.HasSuffix(c.Path, "/Items") {
			continue
		}
		lists++
		if f := c.Query.Get("Fields"); !strings.Contains(f, "UserDataLastPlayedDate") || !strings.Contains(f, "UserDataPlayCount") || c.Query.Get("IncludeItemTypes") == "" {
			t.Errorf("%s %v", c.Path, c.Query)
		}
	}
	if lists < 8 {
		t.Errorf("%d lists", lists)
	}
}

func TestChangesShowPlaysThatBeganBefore(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(9)}, nil)
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

// What moves no date and is not told on the socket is found all the same.
func TestChangesWithoutDateAreFound(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(300)}, nil)
	film, show, other := s.server.Find("Paper Lighthouse 1"), s.server.Find("Harbour 3"), s.server.Find("Harbour 6")
	s.user.Keep(film, embyfake.State{Played: true, Count: 1, Last: day1.Time(), Rating: -1})
	s.user.Favorite(show, true)
	for _, w := range fakekit.SomeWorks(200) { // so that the short lists show other things
		if id := s.server.Find(w.Title); !w.Show && id != film {
			s.user.Mark(id)
		}
	}
	snap := s.read(t, provider.ReadRequest{Full: true})
	s.user.Favorite(show, false)
	s.user.Favorite(other, true)
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	for id, want := range map[string]bool{show: false, other: true} {
		if r, ok := row(snap, media.Watchlist, id); !ok || r.Value.Set != want || snap.Views[0].Coverage != provider.Changes {
			t.Errorf("%s: %+v %v", id, r, ok)
		}
	}
	s.user.Keep(film, embyfake.State{Rating: -1})
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	if r, ok := row(snap, media.History, film); !ok || r.Value.Set {
		t.Errorf("un-watched: %+v %v", r, ok)
	}
	s.user.Keep(film, embyfake.State{Played: true, Last: day1.Time(), Rating: -1}) // marked with an old date
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	if r, ok := row(snap, media.History, film); !ok || !r.Value.Set {
		t.Errorf("watched long ago: %+v %v", r, ok)
	}
}

// A household that watched more than one short list since the last look.
func TestManyChangesBecomeAFullScan(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(400)}, nil)
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

// The same, where the number of watched items stays what it was.
func TestManyRewatchesBecomeAFullScan(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(250)}, nil)
	var films []string
	for _, w := range fakekit.SomeWorks(250) {
		if !w.Show {
			films = append(films, s.server.Find(w.Title))
		}
	}
	watchAll := func(from media.Moment) {
		for i, id := range films {
			s.user.Keep(id, embyfake.State{Played: true, Count: 1, Last: from.Add(time.Duration(i) * time.Minute).Time(), Rating: -1})
		}
	}
	watchAll(day1)
	snap := s.read(t, provider.ReadRequest{Full: true})
	watchAll(day1.Add(1000 * time.Hour))
	snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	if r, _ := row(snap, media.History, films[0]); r.Value.PlayedAt() != day1.Add(1000*time.Hour) {
		t.Errorf("%+v", r)
	}
}

func TestLeftOutLibrariesBoundTheView(t *testing.T) {
	o := embyfake.Options{Works: fakekit.SomeWorks(9)}
	whole := set(t, o, nil)
	films := set(t, o, func(e *provider.Env) { e.LeftOut = []string{embyfake.New(o).LibraryID("Shows")} })
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
	show := item(a, whole.server.Find("Harbour 3"))
	show.Key = ""
	if found, err := films.account.Find(t.Context(), []media.Item{show}); err != nil || found[0] != nil {
		t.Errorf("found in a library that was left out: %+v %v", found, err)
	}
	films.env.LeftOut = append(films.env.LeftOut, films.server.LibraryID("Films"))
	films.open(t)
	if _, err := films.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: all()}); kind(err) != provider.Rejected {
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

func TestUpgradeCurfewAndTornDownServerGiveNoView(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(3)}, nil)
	if v := s.read(t, provider.ReadRequest{Full: true}).Views[0].Evidence.Version; v != "4.8.11.0" {
		t.Error(v)
	}
	s.server.Upgrade("4.9.0.41")
	if v := s.read(t, provider.ReadRequest{Full: true}).Views[0].Evidence.Version; v != "4.9.0.41" {
		t.Error(v)
	}
	full := provider.ReadRequest{Full: true, Wants: all()}
	s.user.Curfew(true)
	if _, err := s.account.Read(t.Context(), full); kind(err) != provider.Transient || !strings.Contains(err.Error(), "parental control") {
		t.Error("a curfew is no dead token:", err)
	}
	film := s.server.Find("Paper Lighthouse 1")
	if res, err := s.account.Write(t.Context(), []provider.Change{play(film, day1)}); kind(err) != provider.Transient || res[0].Outcome != provider.NotApplied {
		t.Error(res, err)
	}
	s.user.Curfew(false)
	s.read(t, full)
	s.weather.When("other user", isMe, 1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
		return []byte(strings.ReplaceAll(string(body), s.user.ID, strings.Repeat("0", 32)))
	}))
	if _, err := s.account.Read(t.Context(), full); kind(err) != provider.WrongUser {
		t.Error(err)
	}
	for _, l := range []string{"Films", "Shows", "Music"} {
		s.user.Hide(s.server.LibraryID(l), true)
	}
	if _, err := s.account.Read(t.Context(), full); kind(err) != provider.Transient {
		t.Error("no libraries is no empty catalogue:", err)
	}
	s.user.Disable()
	if _, err := s.account.Read(t.Context(), full); kind(err) != provider.Auth {
		t.Error(err)
	}
	s.server.RevokeAll()
	if _, err := s.account.Read(t.Context(), full); kind(err) != provider.Auth {
		t.Error(err)
	}
}

// The session of this program belongs to somebody else: nothing is read as
// the user's, and nothing is written.
func TestASessionOfSomebodyElseIsNoticed(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(3)}, nil)
	s.weather.On("other session", "GET /Sessions", -1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
		return []byte(strings.ReplaceAll(string(body), s.user.ID, strings.Repeat("0", 32)))
	}))
	if _, err := s.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: all()}); kind(err) != provider.WrongUser {
		t.Error(err)
	}
	film := s.server.Find("Paper Lighthouse 1")
	if _, err := s.account.Write(t.Context(), []provider.Change{play(film, day1)}); kind(err) != provider.WrongUser || s.user.State(film).Played {
		t.Error(err)
	}
	if who, err := s.account.Whoami(t.Context()); err != nil || who.UserID == s.user.ID {
		t.Error(who, err)
	}
	s.weather.Clear()
	s.weather.On("none of your business", "GET /Sessions", -1, fakekit.Status(403))
	s.read(t, provider.ReadRequest{Full: true})
}

func TestOddItems(t *testing.T) {
	s := set(t, embyfake.Options{}, nil)
	wrong := s.server.Shelve(embyfake.Entry{Kind: "Movie", Title: "Wrong", Year: 2001, IDs: map[string]string{"IMDB": "603", "tmdb": "0604", "AniList": "7", "Zap2It": "x"}})
	folder := s.server.Shelve(embyfake.Entry{Kind: "Movie", Title: "Folder", Year: 2002})
	s.server.Change(folder, func(f *embyfake.Facts) { f.Path = "/films/Folder (2002) [tmdbid-603]/film.mkv" })
	gone := s.server.Shelve(embyfake.Entry{Kind: "Movie", Title: "No file", Year: 2003})
	s.server.Change(gone, func(f *embyfake.Facts) { f.Virtual = true })
	show := s.server.Shelve(embyfake.Entry{Kind: "Series", Title: "Show", IDs: map[string]string{"Tvdb": "81189"}})
	pilot := s.server.Shelve(embyfake.Entry{Kind: "Episode", Title: "Pilot", Series: show})
	twin := s.server.Copy(wrong)
	s.user.Mark(wrong)
	snap := s.read(t, provider.ReadRequest{Full: true})
	for key, want := range map[string]string{
		wrong: "film/anilist:7 film/tmdb:604", twin: "film/anilist:7 film/tmdb:604", folder: "film/tmdb:603", pilot: "episode/tvdb:81189@0x0", gone: "",
	} {
		if got := tokens(item(snap, key)); got != want {
			t.Errorf("%s: %s, want %s", item(snap, key).Title, got, want)
		}
	}
	if item(snap, gone).Key != "" {
		t.Error("an item without a file is held")
	}
	if r, ok := row(snap, media.History, twin); !ok || !r.Value.Set {
		t.Errorf("copies share their values: %+v %v", r, ok)
	}
	if it := item(snap, pilot); it.Season != 0 || it.Number != 0 || it.ShowKey != show {
		t.Errorf("%+v", it)
	}
}

// Ids as numbers, a byte order mark and a value nobody knows in one row.
func TestAnswersInOddForms(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(2)}, nil)
	good, odd := s.server.Find("Paper Lighthouse 1"), s.server.Find("Paper Lighthouse 2")
	s.user.Mark(good)
	s.weather.On("odd", "GET /Users/", -1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
		text := strings.ReplaceAll(string(body), `"Id":"`+good+`"`, `"Id":`+good)
		before, after, found := strings.Cut(text, `"Id":"`+odd+`"`)
		if found {
			after = strings.Replace(after, `"Played":false`, `"Played":"perhaps"`, 1)
		}
		if found {
			text = before + `"Id":"` + odd + `"` + after
		}
		return []byte("\xef\xbb\xbf" + text)
	}))
	snap := s.read(t, provider.ReadRequest{Full: true})
	if r, ok := row(snap, media.History, good); !ok || !r.Value.Set {
		t.Errorf("%+v %v", r, ok)
	}
	if _, ok := row(snap, media.History, odd); ok || len(snap.Views[0].Skipped) != 1 || snap.Views[0].Skipped[0].Key != odd {
		t.Errorf("%+v", snap.Views[0].Skipped)
	}
	if r := s.write(t, play(odd, day1)); r.Outcome != provider.Refused || s.user.State(odd).Played {
		t.Errorf("a record that is not understood was replaced: %+v", r)
	}
}

// The engine is simulated against a model of this service; it must be alike.
func TestCapabilitiesAreThoseOfTheModel(t *testing.T) {
	if model, ours := providertest.EmbyLike().Caps, capabilities(true); model != ours {
		t.Errorf("model\n%+v, adapter\n%+v", model, ours)
	}
}
