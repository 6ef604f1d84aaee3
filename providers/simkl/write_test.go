package simkl

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
)

func courItem(season, number int) media.Item { return episodeItem("700", season, number) }

func partItem(anilist string) media.Item {
	return media.Item{Kind: media.Part, Title: "Kite Shop", Season: -1, Number: -1, Tokens: []media.Token{media.OwnToken(media.Part, media.AniList, anilist)}}
}

// TestBodies: episodes share their show, which never stands alone; numbers are
// said to be TVDB's; an unknown date is the service's own word for it.
func TestBodies(t *testing.T) {
	w := newWorld(t)
	keyed := episodeItem("66", 2, 1)
	keyed.Key = "show:55@2x1"
	dated := add(media.Ratings, partItem("802"), media.Rated(75))
	dated.At = media.At(noon)
	for _, r := range append(w.write(
		add(media.History, filmItem("6"), media.Watched(0)),
		add(media.History, episodeItem("66", 1, 1), media.Watched(media.At(noon))),
		add(media.History, episodeItem("66", 1, 2), media.Watched(0)),
		add(media.History, keyed, media.Watched(0)),
		add(media.History, courItem(2, 3), media.Watched(0))),
		append(w.write(dated), w.write(take(media.History, courItem(2, 3)), take(media.History, keyed))...)...) {
		if r.Outcome != provider.Accepted {
			t.Errorf("%s %v", r.Outcome, r.Err)
		}
	}
	for path, want := range map[string]string{
		"/sync/history": `{"movies":[{"ids":{"tmdb":"6"},"watched_at":"1970-01-01T00:00:01Z"}],"shows":[` +
			`{"ids":{"tvdb":"66"},"use_tvdb_anime_seasons":true,"seasons":[{"number":1,"episodes":[{"number":1,"watched_at":"2024-05-06T12:00:00Z"},{"number":2,"watched_at":"1970-01-01T00:00:01Z"}]}]},` +
			`{"ids":{"simkl":55},"use_tvdb_anime_seasons":true,"seasons":[{"number":2,"episodes":[{"number":1,"watched_at":"1970-01-01T00:00:01Z"}]}]},` +
			`{"ids":{"tvdb":"700"},"use_tvdb_anime_seasons":true,"seasons":[{"number":2,"episodes":[{"number":3,"watched_at":"1970-01-01T00:00:01Z"}]}]}]}`,
		"/sync/ratings": `{"shows":[{"ids":{"anilist":"802"},"rating":8,"rated_at":"2024-05-06T12:00:00Z"}]}`,
		"/sync/history/remove": `{"shows":[{"ids":{"tvdb":"700"},"use_tvdb_anime_seasons":true,"seasons":[{"number":2,"episodes":[{"number":3}]}]},` +
			`{"ids":{"simkl":55},"use_tvdb_anime_seasons":true,"seasons":[{"number":2,"episodes":[{"number":1}]}]}]}`,
	} {
		if got := w.posted(path); len(got) != 1 || got[0] != want {
			t.Errorf("%s\n%s\nwant\n%s", path, strings.Join(got, "\n"), want)
		}
	}
	if e := w.user.Entry(w.cour); e == nil || len(e.Episodes) != 0 {
		t.Errorf("%+v", e)
	}
	if e := w.user.Entry(w.film); e == nil || !e.WatchedAt.IsZero() || e.Status != "completed" {
		t.Errorf("%+v", e)
	}
}

// TestAnAnimeFilmIsAFilm by its film ids, also when it is taken back.
func TestAnAnimeFilmIsAFilm(t *testing.T) {
	w := newWorld(t)
	w.write(add(media.History, filmItem("92"), media.Watched(media.At(noon))))
	_, v := w.read(media.History, "")
	if len(v.Rows) != 1 || v.Rows[0].Key != "anime:91" || v.Rows[0].Value.PlayedAt() != media.At(noon) {
		t.Fatalf("%+v", v)
	}
	keyed := filmItem("92")
	keyed.Key = "anime:91"
	if r := w.write(take(media.History, keyed)); r[0].Outcome != provider.Accepted || w.user.Entry(w.feature) != nil {
		t.Errorf("%+v", r)
	}
	if got := w.posted("/sync/history/remove"); len(got) != 1 || got[0] != `{"shows":[{"ids":{"simkl":91}}]}` {
		t.Error(got)
	}
}

// TestThePlanTakesNothing: a title on another list stays there.
func TestThePlanTakesNothing(t *testing.T) {
	for _, known := range []bool{false, true} {
		w := newWorld(t)
		w.user.Watch(w.film, nil, noon)
		w.user.List(w.show, "plantowatch", noon)
		if known {
			w.read(media.Watchlist, "")
		}
		w.calls()
		r := w.write(add(media.Watchlist, filmItem("6"), media.Listed()), add(media.Watchlist, showItem("66"), media.Listed()), add(media.Watchlist, partItem("802"), media.Listed()))
		if got := fmt.Sprint(r[0].Outcome, r[0].Err, r[1].Outcome, r[2].Outcome); !strings.HasPrefix(got, "refused") || !errors.Is(r[0].Err, errStands) || r[1].Outcome != provider.Already || r[2].Outcome != provider.Accepted {
			t.Error(got)
		}
		if e := w.user.Entry(w.film); e.Status != "completed" || e.WatchedAt != noon {
			t.Errorf("%+v", e)
		}
		if got := w.posted("/sync/add-to-list"); len(got) != 1 || got[0] != `{"shows":[{"ids":{"anilist":"802"},"to":"plantowatch"}]}` {
			t.Error(got)
		}
		if known && len(w.calls()) != 1 {
			t.Error("asked although the library is known")
		}
	}
}

// TestTakingOffThePlan: only what was never touched goes, by what the service
// says at that moment.
func TestTakingOffThePlan(t *testing.T) {
	for name, c := range map[string]struct {
		before  func(w *world)
		outcome provider.Outcome
		why     error
		left    string
	}{
		"untouched": {func(w *world) { w.user.List(w.show, "plantowatch", noon) }, provider.Accepted, nil, ""},
		"rated":     {func(w *world) { w.user.Rate(w.show, 7, noon); w.user.List(w.show, "plantowatch", noon) }, provider.Refused, errKept, "plantowatch"},
		"begun": {func(w *world) {
			w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
			w.user.List(w.show, "plantowatch", noon)
		}, provider.Refused, errBegun, "plantowatch"},
		"moved on": {func(w *world) {
			w.user.List(w.show, "plantowatch", noon)
			w.read(media.Watchlist, "")
			w.user.List(w.show, "watching", noon)
		}, provider.Already, nil, "watching"},
		"gone": {func(*world) {}, provider.Already, nil, ""},
	} {
		w := newWorld(t)
		c.before(w)
		r := w.write(take(media.Watchlist, showItem("66")))[0]
		if r.Outcome != c.outcome || c.why != nil && !errors.Is(r.Err, c.why) {
			t.Errorf("%s: %s %v", name, r.Outcome, r.Err)
		}
		if e := w.user.Entry(w.show); (e == nil) != (c.left == "") || e != nil && e.Status != c.left {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// TestUnwatchingAFilm never takes its rating along.
func TestUnwatchingAFilm(t *testing.T) {
	w := newWorld(t)
	w.user.Watch(w.film, nil, noon)
	w.user.Rate(w.film, 9, noon)
	if r := w.write(take(media.History, filmItem("6")))[0]; r.Outcome != provider.Refused || !errors.Is(r.Err, errKept) || w.user.Entry(w.film).Rating != 9 {
		t.Errorf("%+v", r)
	}
	w.user.Rate(w.film, 0, noon)
	if r := w.write(take(media.History, filmItem("6")))[0]; r.Outcome != provider.Accepted || w.user.Entry(w.film) != nil {
		t.Errorf("%+v", r)
	}
	w.user.List(w.film, "plantowatch", noon)
	if r := w.write(take(media.History, filmItem("6")))[0]; r.Outcome != provider.Already || w.user.Entry(w.film) == nil {
		t.Errorf("%+v", r)
	}
}

// TestNeverSent: what the service cannot keep is refused here.
func TestNeverSent(t *testing.T) {
	w := newWorld(t)
	update := add(media.History, filmItem("6"), media.Watched(media.At(noon)))
	update.Action = provider.Update
	season := media.Item{Kind: media.Season, Season: 1, Number: -1, Tokens: []media.Token{media.SeasonToken(media.TVDB, "66", 1)}}
	for _, c := range []provider.Change{
		update, add(media.History, showItem("66"), media.Watched(0)), add(media.History, season, media.Watched(0)), add(media.History, partItem("802"), media.Watched(0)),
		take(media.History, showItem("66")), add(media.Ratings, season, media.Rated(80)), add(media.Ratings, episodeItem("66", 1, 1), media.Rated(80)),
		add(media.Watchlist, episodeItem("66", 1, 1), media.Listed()), add(media.Progress, filmItem("6"), media.Position(80_000, 0)), add(media.Progress, showItem("66"), media.Position(10_000, 0)),
		add(media.History, media.Item{Kind: media.Film, Title: "Paper Lighthouse", Year: 2021}, media.Watched(0)),
	} {
		if r := w.write(c)[0]; r.Outcome != provider.Refused || r.Err == nil {
			t.Errorf("%s of %s: %s", c.Feature, c.Item.Kind, r.Outcome)
		}
	}
	for _, c := range w.recorder.Calls() {
		if changes(c.Method, c.Path) {
			t.Error(c.Method, c.Path)
		}
	}
}

// TestReplies: what a reply does not say is not done.
func TestReplies(t *testing.T) {
	film, show := filmItem("6"), showItem("66")
	for name, c := range map[string]struct {
		reply string
		want  string
	}{
		"counted":         {`{"added":{"movies":0},"not_found":{"movies":[]}}`, "accepted accepted"},
		"missing":         {`{"added":{"movies":1},"not_found":{"movies":[{"ids":{"tmdb":6}}],"shows":[{"ids":{"tvdb":"66"}}]}}`, "refused refused"},
		"odd":             {`{"added":{"movies":1},"not_found":"none"}`, "accepted accepted"},
		"nothing":         {`{}`, "unproven unproven"},
		"null":            {`null`, "unproven unproven"},
		"list":            {`[]`, "unproven unproven"},
		"other shape":     {`{"added":7}`, "unproven unproven"},
		"deleted instead": {`{"deleted":{"movies":1}}`, "unproven unproven"},
	} {
		w := newWorld(t)
		w.weather.On(name, "POST /sync/ratings", -1, fakekit.Empty(c.reply))
		r := w.write(add(media.Ratings, film, media.Rated(80)), add(media.Ratings, show, media.Rated(80)))
		if got := fmt.Sprint(r[0].Outcome, r[1].Outcome); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	w := newWorld(t)
	w.weather.On("elsewhere", "POST /sync/add-to-list", -1, fakekit.Empty(`{"added":{"movies":[{"to":"completed","ids":{"tmdb":6}}],"shows":[]},"not_found":{}}`))
	r := w.write(add(media.Watchlist, film, media.Listed()), add(media.Watchlist, show, media.Listed()))
	if r[0].Outcome != provider.Refused || r[1].Outcome != provider.Unproven {
		t.Errorf("%+v", r)
	}
}

// TestRefusedPosts: who must act next, and that nothing is believed.
func TestRefusedPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := media.At(time.Now())
		for name, c := range map[string]struct {
			status  int
			body    string
			headers []string
			kind    provider.ErrorKind
			outcome provider.Outcome
			until   time.Duration
		}{
			"write lock":   {400, `{"error":"RATE_LIMIT"}`, nil, provider.RateLimited, provider.NotApplied, writeLock},
			"per second":   {429, `{"error":"rate_limit"}`, []string{"Retry-After", "86400"}, provider.RateLimited, provider.NotApplied, 5 * time.Second},
			"per day":      {429, `{"error":"user_limit_exceeded"}`, []string{"Retry-After", "7200"}, provider.RateLimited, provider.NotApplied, 2 * time.Hour},
			"broken":       {400, `{"error":"empty_field"}`, nil, provider.Contract, provider.NotApplied, 0},
			"blocked":      {412, `{"error":"client_id_failed"}`, nil, provider.AppRejected, provider.NotApplied, 0},
			"token":        {401, `{"error":"user_token_failed"}`, nil, provider.Transient, provider.NotApplied, 0},
			"gone":         {401, `{"error":"user_token_required"}`, nil, provider.Auth, provider.NotApplied, 0},
			"down":         {502, `<html>`, nil, provider.Transient, provider.Unproven, 0},
			"one title":    {404, `{"error":"id_err"}`, nil, provider.Rejected, provider.Refused, 0},
			"cloud timing": {522, ``, nil, provider.Transient, provider.Unproven, 0},
		} {
			w := newWorld(t)
			w.weather.On(name, "POST /sync/ratings", -1, fakekit.Answer(c.status, "application/json", c.body, c.headers...))
			results, _ := w.account.Write(t.Context(), []provider.Change{add(media.Ratings, filmItem("6"), media.Rated(80))})
			r := results[0]
			if r.Outcome != c.outcome || r.Err == nil || r.Err.Kind != c.kind || c.until != 0 && r.Err.Until != now.Add(c.until) {
				t.Errorf("%s: %s %v until %s", name, r.Outcome, r.Err, r.Err.Until)
			}
			if n := w.recorder.Count("POST /sync/ratings"); n != 1 {
				t.Errorf("%s: sent %d times", name, n)
			}
		}
	})
}

// TestATokenIsDoubtedForAWhile before the person is asked to sign in again.
func TestATokenIsDoubtedForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		burst := func(n int) {
			w.weather.On("burst", "*", n, fakekit.Answer(401, "application/json", `{"error":"user_token_failed"}`))
		}
		burst(-1)
		if e := w.unread(media.History); e.Kind != provider.Transient {
			t.Error(e)
		}
		time.Sleep(patience)
		if e := w.unread(media.History); e.Kind != provider.Auth {
			t.Error(e)
		}
		w.weather.Clear()
		w.read(media.History, "")
		burst(1)
		if e := w.unread(media.History); e.Kind != provider.Transient {
			t.Errorf("after it worked: %v", e)
		}
	})
}

// TestAServiceThatDoesNothing answers well and is not believed.
func TestAServiceThatDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
		w.user.List(w.film, "plantowatch", noon)
		w.read(media.History, "")
		w.fake.Idle = true
		for _, c := range []provider.Change{
			add(media.History, episodeItem("66", 1, 2), media.Watched(media.At(noon))), take(media.History, episodeItem("66", 1, 1)),
			take(media.Watchlist, filmItem("6")), add(media.Ratings, filmItem("6"), media.Rated(80)),
		} {
			if r := w.write(c)[0]; r.Outcome != provider.Accepted || r.Row != nil {
				t.Errorf("%+v", r)
			}
			a, err := w.account.LookUp(t.Context(), c.Feature, []media.Item{c.Item})
			if err != nil || a[0].Err != nil || !a[0].Held || len(a[0].Rows) > 0 != (c.Action == provider.Remove) {
				t.Errorf("%s: %+v %v", c.Feature, a, err)
			}
		}
	})
}

// TestPositionsAreWritten one by one, and a newer one is not taken away.
func TestPositionsAreWritten(t *testing.T) {
	w := newWorld(t)
	r := w.write(add(media.Progress, filmItem("6"), media.Position(30_000, 0)), add(media.Progress, courItem(2, 2), media.Position(12_345, 0)), add(media.Progress, filmItem("404"), media.Position(1000, 0)))
	if r[0].Outcome != provider.Confirmed || r[0].Key != "movie:5" || r[1].Outcome != provider.Confirmed || r[1].Key != "anime:71@2x2" || r[2].Outcome != provider.Refused {
		t.Errorf("%+v", r)
	}
	old := take(media.Progress, filmItem("6"))
	old.Old = media.Position(20_000, 0)
	if r := w.write(old)[0]; r.Outcome != provider.NotApplied || !errors.Is(r.Err, errChanged) {
		t.Errorf("%+v", r)
	}
	old.Old = media.Position(30_000, 0)
	if r := w.write(old, take(media.Progress, showItem("66"))); r[0].Outcome != provider.Accepted || r[1].Outcome != provider.Already || len(w.user.Sessions()) != 1 {
		t.Errorf("%+v", r)
	}
	w.weather.On("other", "POST /scrobble/pause", 1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
		return []byte(strings.Replace(string(body), "{", `{"action":"scrobble",`, 1))
	}))
	if r := w.write(add(media.Progress, filmItem("6"), media.Position(30_000, 0)))[0]; r.Outcome != provider.Unproven {
		t.Errorf("%+v", r)
	}
}

// TestARatingIsNoViewing: SIMKL completes a film that is rated, planned or not.
// We write nothing but the rating, and the mark bears the time at which it was
// made, so that it is told from a person's.
func TestARatingIsNoViewing(t *testing.T) {
	w := newWorld(t)
	planned := w.fake.AddMovie("Planned", 2001, filmIDs(9))
	w.user.List(planned, "plantowatch", noon)
	r := w.write(add(media.Ratings, filmItem("6"), media.Rated(80)), add(media.Ratings, filmItem("1009"), media.Rated(70)),
		add(media.Ratings, showItem("66"), media.Rated(60)), add(media.Ratings, filmItem("404"), media.Rated(50)))
	if r[0].Outcome != provider.Accepted || r[1].Outcome != provider.Accepted || r[2].Outcome != provider.Accepted || r[3].Outcome != provider.Refused {
		t.Errorf("%+v", r)
	}
	if n := len(w.posted("/sync/ratings")); n != 1 || len(w.posted("/sync/add-to-list")) > 0 {
		t.Errorf("%d posts of ratings", n)
	}
	_, v := w.read(media.History, "")
	if len(v.Rows) != 2 {
		t.Fatalf("%+v", v.Rows)
	}
	for _, row := range v.Rows {
		if row.Value.PlayedAt().Known() || time.Since(row.At.Time()).Abs() > time.Minute {
			t.Errorf("%+v", row)
		}
	}
}

// TestWhatThisRunWroteStands: a film that was just watched is not planned, nor
// the show of an episode.
func TestWhatThisRunWroteStands(t *testing.T) {
	w := newWorld(t)
	w.read(media.History, "")
	w.write(add(media.History, filmItem("6"), media.Watched(media.At(noon))), add(media.History, episodeItem("66", 1, 1), media.Watched(media.At(noon))))
	keyed := filmItem("6")
	keyed.Key = "movie:5"
	w.write(add(media.Ratings, keyed, media.Rated(80)))
	for _, r := range w.write(add(media.Watchlist, keyed, media.Listed()), add(media.Watchlist, showItem("66"), media.Listed())) {
		if r.Outcome != provider.Refused || !errors.Is(r.Err, errStands) {
			t.Errorf("%+v", r)
		}
	}
	if f, s := w.user.Entry(w.film), w.user.Entry(w.show); f.Status != "completed" || f.Rating != 8 || s.Status != "watching" {
		t.Errorf("%+v %+v", f, s)
	}
}
