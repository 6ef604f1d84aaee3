package trakt

import (
	"fmt"
	"net/http"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/trakt/traktfake"
)

func TestLookUpListsPlaysOfOneTitle(t *testing.T) {
	w := newWorld(t)
	w.user.Watch(w.film, noon)
	w.user.Watch(w.film, noon.AddDate(0, 1, 0))
	w.user.Watch(w.fake.Episode(w.show, 1, 1), noon)
	w.weather.When("frozen list", func(r *http.Request) bool { return r.URL.Path == "/sync/history" }, -1, fakekit.Freeze())
	film, episode, never := media.Item{Key: "movie:5", Kind: media.Film}, episodeItem("88", 1, 1), episodeItem("88", 1, 2)
	gone := filmItem("404")
	answers, err := w.account.LookUp(t.Context(), media.History, []media.Item{film, episode, never, gone, {Key: "show:55", Kind: media.Show}, {Key: "nonsense"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		held bool
		rows int
	}{{true, 2}, {true, 1}, {true, 0}, {false, 0}, {false, 0}, {false, 0}} {
		if a := answers[i]; a.Err != nil || a.Held != want.held || len(a.Rows) != want.rows {
			t.Errorf("%d: %+v", i, a)
		}
	}
	if answers[0].Rows[0].PlayKey == "" {
		t.Errorf("%+v", answers[0].Rows)
	}
}

// TestManyUnknownTitles: the first plays sent to an account cost one reading
// of its log, not a search for each.
func TestManyUnknownTitles(t *testing.T) {
	w := newWorld(t)
	w.plays(300)
	w.user.Watch(w.film, noon)
	items := []media.Item{filmItem("6"), episodeItem("88", 2, 1), episodeItem("88", 1, 1), {Key: "movie:5", Kind: media.Film}}
	for i := range 20 {
		items = append(items, filmItem(fmt.Sprint(700+i)))
	}
	answers, err := w.account.LookUp(t.Context(), media.History, items)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 75, 0, 1, 0} {
		if a := answers[i]; a.Err != nil || len(a.Rows) != want || a.Held != (want > 0) {
			t.Errorf("%d: %d rows, %+v", i, len(a.Rows), a.Err)
		}
	}
	if n := len(w.recorder.Calls()); n > 5 {
		t.Errorf("%d requests", n)
	}
	w.weather.When("second page", func(r *http.Request) bool { return r.URL.Query().Get("page") == "2" }, -1, fakekit.Status(403))
	answers, err = w.account.LookUp(t.Context(), media.History, items)
	if err == nil || answers[0].Err == nil || answers[0].Held || answers[3].Err == nil {
		t.Errorf("%+v %v", answers[0], err)
	}
}

func TestLookUpIsHonest(t *testing.T) {
	for name, fault := range map[string]fakekit.Fault{
		"another title": fakekit.Answer(200, "application/json", `[{"id":1,"watched_at":"2020-01-01T00:00:00.000Z","type":"movie","movie":{"ids":{"trakt":9}}}]`,
			"X-Pagination-Page", "1", "X-Pagination-Limit", "250", "X-Pagination-Page-Count", "1", "X-Pagination-Item-Count", "1"),
		"no id": fakekit.Answer(200, "application/json", `[{"id":null,"type":"movie","movie":{"ids":{"trakt":5}}}]`,
			"X-Pagination-Page", "1", "X-Pagination-Limit", "250", "X-Pagination-Page-Count", "1", "X-Pagination-Item-Count", "1"),
		"html":  fakekit.HTML(),
		"short": fakekit.Empty("[]"),
		"403":   fakekit.Status(403),
	} {
		w := newWorld(t)
		w.weather.On(name, "GET /sync/history/movies/5", -1, fault)
		answers, _ := w.account.LookUp(t.Context(), media.History, []media.Item{{Key: "movie:5", Kind: media.Film}})
		if a := answers[0]; a.Err == nil || a.Held || len(a.Rows) != 0 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	w := newWorld(t)
	for _, f := range []media.Feature{media.Ratings, media.Watchlist, media.Progress} {
		answers, err := w.account.LookUp(t.Context(), f, []media.Item{{Key: "movie:5", Kind: media.Film}})
		if err != nil || answers[0].Err == nil {
			t.Errorf("%s: %+v %v", f, answers, err)
		}
	}
}

func TestFindGoesByIDsOnly(t *testing.T) {
	w := newWorld(t)
	w.fake.AddEpisode(w.show, 2, 1, traktfake.IDs{TVDB: 777})
	twin := w.fake.AddMovie("Twin", 2001, traktfake.IDs{IMDb: "tt0000099"})
	w.fake.AddMovie("Twin again", 2001, traktfake.IDs{IMDb: "tt0000099"})
	token := func(k media.Kind, ns media.Namespace, id string) media.Item {
		return media.Item{Kind: k, Title: twin.Name, Year: 2001, Season: -1, Number: -1, Tokens: []media.Token{media.OwnToken(k, ns, id)}}
	}
	items := []media.Item{
		filmItem("6"), token(media.Show, media.TVDB, "66"), token(media.Episode, media.TVDB, "777"), episodeItem("88", 2, 4),
		{Kind: media.Season, Season: 2, Number: -1, Tokens: []media.Token{media.SeasonToken(media.TMDB, "88", 2)}},
		filmItem("404"), {Kind: media.Film, Title: twin.Name, Year: 2001}, token(media.Film, media.IMDb, "tt0000099"),
		episodeItem("88", 7, 1), {Kind: media.Part}, episodeItem("88", 2, 2),
	}
	found, err := w.account.Find(t.Context(), items)
	if err != nil || len(found) != len(items) {
		t.Fatal(found, err)
	}
	want := []string{"movie:5", "show:55", "episode", "episode", "season", "", "", "", "", "", "episode"}
	for i, f := range found {
		switch {
		case f == nil && want[i] == "":
		case f == nil || want[i] == "" || len(f.Key) < len(want[i]) || f.Key[:len(want[i])] != want[i]:
			t.Errorf("%d: %+v, want %q", i, f, want[i])
		}
	}
	if found[3].Season != 2 || found[3].Number != 4 || found[3].ShowKey != "show:55" {
		t.Errorf("%+v", found[3])
	}
	if n := w.recorder.Count("GET /search/tmdb/88"); n != 1 {
		t.Errorf("the show was searched %d times", n)
	}
	w.weather.On("down", "GET /search", -1, fakekit.Status(403))
	if _, err := w.account.Find(t.Context(), items[:1]); provider.AsError(err).Kind != provider.AppRejected {
		t.Error(err)
	}
}

func TestPlaying(t *testing.T) {
	w := newWorld(t)
	for want, act := range map[string]func(){
		"[movie:5]": func() { w.user.Play(w.film) }, "[]": func() { w.user.Play(nil) },
	} {
		act()
		if keys, err := w.account.Playing(t.Context()); err != nil || fmt.Sprint(keys) != want {
			t.Error(keys, err, want)
		}
	}
	w.weather.On("html", "GET /users/me/watching", 1, fakekit.HTML())
	if _, err := w.account.Playing(t.Context()); provider.AsError(err).Kind != provider.Transient {
		t.Error(err)
	}
	w.weather.On("odd", "GET /users/me/watching", 1, fakekit.Empty(`{"type":"podcast"}`))
	if _, err := w.account.Playing(t.Context()); provider.AsError(err).Kind != provider.Contract {
		t.Error(err)
	}
}
