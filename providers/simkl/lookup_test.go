package simkl

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
)

func (w *world) lookUp(f media.Feature, items ...media.Item) []provider.Answer {
	w.t.Helper()
	answers, err := w.account.LookUp(w.t.Context(), f, items)
	if err != nil || len(answers) != len(items) {
		w.t.Fatalf("%v, %d answers", err, len(answers))
	}
	return answers
}

// TestOneQuestionForAllTitles of a look-up, shows once however many episodes.
func TestOneQuestionForAllTitles(t *testing.T) {
	w := newWorld(t)
	w.user.Watch(w.film, nil, noon)
	w.user.Watch(w.show, episodeOf(w.show, 1, 2), noon)
	w.user.Watch(w.show, episodeOf(w.show, 0, 1), time.Time{})
	w.read(media.History, "")
	w.calls()
	a := w.lookUp(media.History, filmItem("6"), episodeItem("66", 1, 2), episodeItem("66", 1, 3), episodeItem("66", 0, 1))
	w.expect("POST /sync/watched extended=episodes,specials")
	want := []struct {
		key  string
		rows int
		at   media.Moment
	}{{"movie:5", 1, media.At(noon)}, {"show:55@1x2", 1, media.At(noon)}, {"show:55@1x3", 0, 0}, {"show:55@0x1", 1, 0}}
	for i, c := range want {
		if a[i].Key != c.key || !a[i].Held || len(a[i].Rows) != c.rows || c.rows == 1 && a[i].Rows[0].Value != media.Watched(c.at) {
			t.Errorf("%+v, want %+v", a[i], c)
		}
	}
}

// TestAnAnimesEpisodesAreInItsList only: a single look-up goes by other
// numbers.
func TestAnAnimesEpisodesAreInItsList(t *testing.T) {
	w := newWorld(t)
	w.user.Watch(w.cour, w.cour.Episodes[1], noon)
	w.read(media.History, "")
	w.calls()
	a := w.lookUp(media.History, courItem(2, 2), courItem(2, 3))
	w.expect("POST /sync/watched extended=episodes,specials", "GET /sync/all-items/anime")
	if len(a[0].Rows) != 1 || a[0].Key != "anime:71@2x2" || !a[1].Held || len(a[1].Rows) != 0 {
		t.Errorf("%+v", a)
	}
}

// TestWithoutLookUps the lists answer, past caches.
func TestWithoutLookUps(t *testing.T) {
	w := newWorld(t)
	w.fake.NoLookUp = true
	w.user.Watch(w.film, nil, noon)
	w.user.List(w.show, "plantowatch", noon)
	w.read(media.History, "")
	if a := w.lookUp(media.History, filmItem("6")); a[0].Err != nil || len(a[0].Rows) != 1 {
		t.Errorf("%+v", a)
	}
	if a := w.lookUp(media.Watchlist, showItem("66")); a[0].Err != nil || len(a[0].Rows) != 1 {
		t.Errorf("%+v", a)
	}
}

// TestARatingIsProvenApart: a rating is gone where the title's record says so, or
// the title is not in the library; a record that the list lacks proves nothing.
func TestARatingIsProvenApart(t *testing.T) {
	w := newWorld(t)
	w.user.Rate(w.film, 5, noon)
	w.user.Rate(w.show, 6, noon)
	w.read(media.Ratings, "")
	w.calls()
	if a := w.lookUp(media.Ratings, filmItem("6")); len(a[0].Rows) != 1 || a[0].Rows[0].Value != media.Rated(50) {
		t.Errorf("%+v", a)
	}
	w.expect("POST /sync/watched extended=episodes,specials", "GET /sync/all-items/movies")
	w.user.Rate(w.film, 0, noon)
	if a := w.lookUp(media.Ratings, filmItem("6")); a[0].Err != nil || !a[0].Held || len(a[0].Rows) != 0 {
		t.Errorf("taken back: %+v", a)
	}
	w.weather.On("short", "GET /sync/all-items", -1, fakekit.Empty("{}"))
	if a := w.lookUp(media.Ratings, filmItem("6"), showItem("66")); a[0].Err == nil || a[1].Err == nil {
		t.Errorf("a short list: %+v", a)
	}
	w.user.Remove(w.show)
	if a := w.lookUp(media.Ratings, showItem("66")); a[0].Err != nil || !a[0].Held || len(a[0].Rows) != 0 {
		t.Errorf("out of the library: %+v", a)
	}
}

// TestAfterAWrite one look at what changed shows it, and spares the next read
// its own.
func TestAfterAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.film, nil, noon)
		_, v := w.read(media.History, "")
		time.Sleep(time.Hour)
		w.write(add(media.History, episodeItem("66", 1, 1), media.Watched(media.At(noon))))
		w.calls()
		a := w.lookUp(media.History, episodeItem("66", 1, 1))
		w.expect("GET /sync/all-items date_from=1999-12-31T23:59:59Z")
		if len(a[0].Rows) != 1 || a[0].Rows[0].Key != "show:55@1x1" {
			t.Errorf("%+v", a)
		}
		w.lookUp(media.History, episodeItem("66", 1, 1))
		w.expect()
		time.Sleep(time.Hour)
		_, next := w.read(media.History, v.Cursor)
		w.expect("GET /sync/activities")
		if !slices.Equal(keysOf(next), []string{"show:55@1x1"}) || next.Evidence.Stamp == v.Evidence.Stamp {
			t.Errorf("%+v", next)
		}
	})
}

// TestAPersonBesideAWrite is not covered by the look after it.
func TestAPersonBesideAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.film, nil, noon)
		_, v := w.read(media.History, "")
		time.Sleep(time.Hour)
		w.write(add(media.History, episodeItem("66", 1, 1), media.Watched(media.At(noon))))
		w.user.Watch(w.show, episodeOf(w.show, 2, 1), noon) // in the same second
		w.lookUp(media.History, episodeItem("66", 1, 1))
		w.user.Watch(w.show, episodeOf(w.show, 2, 2), noon) // just after the look
		time.Sleep(time.Hour)
		if _, next := w.read(media.History, v.Cursor); !slices.Equal(keysOf(next), []string{"show:55@1x1", "show:55@2x1", "show:55@2x2"}) {
			t.Errorf("%s", keysOf(next))
		}
	})
}

// TestAListThatLagsIsNotBelieved: when what changed does not show the write,
// the title itself is asked for.
func TestAListThatLagsIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.film, nil, noon)
		w.user.Rate(w.film, 5, noon)
		w.read(media.History, "")
		time.Sleep(time.Hour)
		w.weather.On("late", "GET /sync/all-items", -1, fakekit.Empty("{}"))
		w.write(add(media.History, episodeItem("66", 1, 1), media.Watched(media.At(noon))))
		if a := w.lookUp(media.History, episodeItem("66", 1, 1)); len(a[0].Rows) != 1 {
			t.Errorf("%+v", a)
		}
		w.write(take(media.Ratings, filmItem("6")))
		if a := w.lookUp(media.Ratings, filmItem("6")); a[0].Err == nil {
			t.Errorf("%+v", a)
		}
	})
}

// TestAnswersAreHeldAgainstTheQuestion: another number of titles, another
// title, an odd list.
func TestAnswersAreHeldAgainstTheQuestion(t *testing.T) {
	for name, change := range map[string][2]string{
		"other title": {`"simkl":5`, `"simkl":6`}, "too few": {`[{`, `[],[{`}, "odd list": {`"completed"`, `"finished"`},
	} {
		w := newWorld(t)
		w.user.Watch(w.film, nil, noon)
		w.weather.On(name, "POST /sync/watched", -1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
			return []byte(strings.Replace(string(body), change[0], change[1], 1))
		}))
		a, err := w.account.LookUp(t.Context(), media.History, []media.Item{filmItem("6")})
		if err == nil && (a[0].Err == nil || len(a[0].Rows) > 0) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestResolve goes by ids and kind; where an id leads is read, not followed.
func TestResolve(t *testing.T) {
	w := newWorld(t)
	for in, want := range map[string]string{"6": "movie:5", "92": "anime:91", "88": "", "12345": ""} {
		k, err := w.account.resolve(t.Context(), filmItem(in))
		if k != want || (err == nil) != (want != "") {
			t.Errorf("film %s: %q %v", in, k, err)
		}
	}
	if k, err := w.account.resolve(t.Context(), partItem("802")); k != "anime:81" || err != nil {
		t.Error(k, err)
	}
	for to, want := range map[string]string{
		"//simkl.com/movies/5/slug": "movie:5", "https://simkl.com/movies/5": "movie:5", "https://evil.test/movies/5/": "", "//simkl.com/search/?q=1": "",
		"//simkl.com/movies/x/": "", "%": "", "": "", "//simkl.com/tv/5/": "",
	} {
		w.weather.Clear()
		w.weather.On("to", "GET /redirect", -1, fakekit.Answer(302, "", "", "Location", to))
		if k, _ := w.account.resolve(t.Context(), filmItem("6")); k != want {
			t.Errorf("%s: %q", to, k)
		}
	}
	for status, kind := range map[int]provider.ErrorKind{401: provider.Auth, 429: provider.RateLimited, 412: provider.AppRejected, 500: provider.Transient, 200: provider.Transient} {
		w.weather.Clear()
		w.weather.On("bad", "GET /redirect", -1, fakekit.Status(status))
		if _, err := w.account.resolve(t.Context(), filmItem("6")); err == nil || err.Kind != kind {
			t.Errorf("%d: %v", status, err)
		}
	}
}
