package simkl

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
)

// calls lists what was asked since the last time, with the words that matter.
func (w *world) calls() (out []string) {
	for _, c := range w.recorder.Calls() {
		s := c.Method + " " + c.Path
		for _, name := range []string{"date_from", "extended"} {
			if v := c.Query.Get(name); v != "" && v != "full_anime_seasons" {
				s += " " + name + "=" + v
			}
		}
		out = append(out, s)
	}
	w.recorder.Reset()
	return out
}

func (w *world) expect(want ...string) {
	w.t.Helper()
	if got := w.calls(); !slices.Equal(got, want) {
		w.t.Errorf("asked\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func keysOf(v provider.View) (out []string) {
	for _, r := range v.Rows {
		out = append(out, r.Key)
	}
	slices.Sort(out)
	return out
}

// TestActivitiesComeFirst: what did not move is not listed, what moved is
// asked for as changes.
func TestActivitiesComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		time.Sleep(time.Hour)
		w.user.Watch(w.film, nil, noon)
		_, v := w.read(media.History, "")
		w.expect("GET /sync/activities", "GET /sync/all-items")
		if v.Coverage != provider.Whole || !slices.Equal(keysOf(v), []string{"movie:5"}) {
			t.Errorf("%+v", v)
		}
		_, same := w.read(media.History, v.Cursor)
		w.expect("GET /sync/activities")
		if !same.Evidence.Unchanged || same.Coverage != provider.Changes || len(same.Rows) > 0 || same.Cursor != v.Cursor {
			t.Errorf("%+v", same)
		}
		time.Sleep(time.Hour)
		w.user.Watch(w.show, episodeOf(w.show, 1, 2), noon)
		_, next := w.read(media.History, v.Cursor)
		w.expect("GET /sync/activities", "GET /sync/all-items date_from=2000-01-01T00:59:59Z")
		if next.Coverage != provider.Changes || !slices.Equal(keysOf(next), []string{"show:55@1x2"}) || len(next.Removed) > 0 {
			t.Errorf("%+v", next)
		}
		if next.Evidence.Stamp == v.Evidence.Stamp || next.Evidence.StampAt <= v.Evidence.StampAt {
			t.Errorf("%+v after %+v", next.Evidence, v.Evidence)
		}
	})
}

// TestWhatMovedForOthersHasNoNewVersion: a rating is no new watchlist, and an
// activity that nothing explains is a list that lags.
func TestWhatMovedForOthersHasNoNewVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.List(w.show, "plantowatch", noon)
		_, v := w.read(media.Watchlist, "")
		time.Sleep(time.Hour)
		w.user.Watch(w.film, nil, noon)
		_, next := w.read(media.Watchlist, v.Cursor)
		if next.Evidence.Unchanged || next.Evidence.Stamp != v.Evidence.Stamp || len(next.Rows) > 0 {
			t.Errorf("%+v", next)
		}
		time.Sleep(time.Hour)
		w.weather.On("lagging", "GET /sync/all-items", 1, fakekit.Empty("{}"))
		w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
		_, lagging := w.read(media.Watchlist, next.Cursor)
		if lagging.Evidence.Stamp == v.Evidence.Stamp || len(lagging.Rows)+len(lagging.Removed) > 0 {
			t.Errorf("%+v", lagging)
		}
	})
}

// TestRemovals: what left the library is found by a list of ids alone, and
// named row by row.
func TestRemovals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
		w.user.Watch(w.show, episodeOf(w.show, 1, 2), noon)
		w.user.Watch(w.film, nil, noon)
		_, v := w.read(media.History, "")
		time.Sleep(time.Hour)
		w.calls()
		w.user.Remove(w.show)
		_, next := w.read(media.History, v.Cursor)
		w.expect("GET /sync/activities", "GET /sync/all-items/shows extended=simkl_ids_only")
		if next.Coverage != provider.Changes || !slices.Equal(next.Removed, []string{"show:55@1x1", "show:55@1x2"}) || len(next.Rows) > 0 {
			t.Errorf("%+v", next)
		}
		_, again := w.read(media.History, v.Cursor)
		if !slices.Equal(again.Removed, next.Removed) {
			t.Errorf("asked again from before: %+v", again)
		}
		time.Sleep(time.Hour)
		w.user.Watch(w.show, episodeOf(w.show, 1, 2), noon)
		_, back := w.read(media.History, next.Cursor)
		if len(back.Removed) > 0 || !slices.Equal(keysOf(back), []string{"show:55@1x2"}) {
			t.Errorf("%+v", back)
		}
	})
}

// TestUnwatched: one episode of many is named as gone by its title's record; a
// title that moved off the watchlist too.
func TestUnwatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
		w.user.Watch(w.show, episodeOf(w.show, 1, 2), noon)
		w.user.List(w.film, "plantowatch", noon)
		_, h := w.read(media.History, "")
		_, l := w.read(media.Watchlist, "")
		time.Sleep(time.Hour)
		w.user.Unwatch(w.show, episodeOf(w.show, 1, 1))
		w.user.List(w.film, "completed", time.Time{})
		_, h2 := w.read(media.History, h.Cursor)
		_, l2 := w.read(media.Watchlist, l.Cursor)
		if !slices.Equal(h2.Removed, []string{"show:55@1x1"}) || !slices.Equal(keysOf(h2), []string{"movie:5", "show:55@1x2"}) {
			t.Errorf("%+v", h2)
		}
		if !slices.Equal(l2.Removed, []string{"movie:5"}) || len(l2.Rows) > 0 {
			t.Errorf("%+v", l2)
		}
	})
}

// TestCountedAndNotListed: a title that counts watched episodes and lists none
// denies none of those it listed before.
func TestCountedAndNotListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
		_, v := w.read(media.History, "")
		time.Sleep(time.Hour)
		w.weather.On("bare", "GET /sync/all-items", -1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
			return []byte(strings.Replace(string(body), `"seasons"`, `"saisons"`, 1))
		}))
		w.user.Rate(w.show, 9, noon)
		w.user.List(w.show, "hold", noon)
		_, next := w.read(media.History, v.Cursor)
		if len(next.Removed) > 0 || len(next.Skipped) != 1 || next.Skipped[0].Key != "show:55@1x1" {
			t.Errorf("%+v", next)
		}
		whole, err := w.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: media.History}}})
		if err != nil || len(whole.Views[0].Skipped) != 1 || whole.Views[0].Coverage != provider.Whole {
			t.Errorf("%+v %v", whole.Views, err)
		}
		w.weather.Clear()
		time.Sleep(time.Hour)
		w.user.Rate(w.show, 8, noon)
		w.user.List(w.show, "watching", noon)
		if _, v := w.read(media.History, next.Cursor); len(v.Skipped) > 0 || len(v.Rows) != 1 {
			t.Errorf("%+v", v)
		}
	})
}

// TestAnOddRecordDeniesNothing: a status that is not known is skipped by name.
func TestAnOddRecordDeniesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.List(w.film, "plantowatch", noon)
		_, v := w.read(media.Watchlist, "")
		time.Sleep(time.Hour)
		w.weather.On("odd", "GET /sync/all-items", -1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
			return []byte(strings.ReplaceAll(string(body), `"dropped"`, `"paused"`))
		}))
		w.user.List(w.film, "dropped", noon)
		_, next := w.read(media.Watchlist, v.Cursor)
		if len(next.Removed) > 0 || len(next.Skipped) != 1 || next.Skipped[0].Key != "movie:5" {
			t.Errorf("%+v", next)
		}
	})
}

// TestRestart: the library survives a restart; a damaged or missing file costs
// one full list, whole again.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.env.Dir = t.TempDir()
		w.open()
		w.user.Watch(w.film, nil, noon)
		_, v := w.read(media.History, "")
		file := filepath.Join(w.env.Dir, "library.json.gz")
		for name, c := range map[string]struct {
			spoil    func()
			coverage provider.Coverage
			asked    string
		}{
			"kept":    {func() {}, provider.Changes, "date_from"},
			"damaged": {func() { _ = os.WriteFile(file, []byte("{}"), 0o600) }, provider.Whole, "GET /sync/all-items"},
			"missing": {func() { _ = os.Remove(file) }, provider.Whole, "GET /sync/all-items"},
		} {
			w.open()
			_, v = w.read(media.History, "")
			time.Sleep(time.Hour)
			w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
			w.user.Unwatch(w.show, episodeOf(w.show, 1, 1))
			c.spoil()
			w.open()
			w.calls()
			_, next := w.read(media.History, v.Cursor)
			if got := w.calls(); next.Coverage != c.coverage || len(got) != 2 || !strings.Contains(got[1], c.asked) ||
				strings.Contains(got[1], "date_from") != (c.coverage == provider.Changes) {
				t.Errorf("%s: coverage %d, asked %s", name, next.Coverage, got)
			}
		}
	})
}

// TestTooLarge: a library that is too large comes list by list, and status by
// status; a status that the service does not know gives more, not less.
func TestTooLarge(t *testing.T) {
	w := newWorld(t)
	w.user.Watch(w.film, nil, noon)
	w.user.List(w.fake.AddMovie("Other", 2000, filmIDs(8)), "plantowatch", noon)
	w.user.List(w.show, "hold", noon)
	w.fake.MaxItems = 1
	_, v := w.read(media.History, "")
	if got := w.calls(); len(got) != 2+3+3 || !slices.Contains(got, "GET /sync/all-items/movies/completed") {
		t.Errorf("asked %s", got)
	}
	if !slices.Equal(keysOf(v), []string{"movie:5"}) || len(w.account.shelf.Records) != 3 {
		t.Errorf("%+v", v)
	}
	h := newHaul()
	if err := w.account.list(t.Context(), "/sync/all-items/movies/plannedtowatch", nil, false, h); err == nil || len(h.records) > 0 {
		t.Errorf("%v, %d records", err, len(h.records))
	}
}

// TestFullListsReplace: what a full list does not have is gone, and stays
// known as gone to older cursors.
func TestFullListsReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.film, nil, noon)
		_, v := w.read(media.History, "")
		time.Sleep(time.Hour)
		w.user.Remove(w.film)
		snap, err := w.account.Read(t.Context(), provider.ReadRequest{Fresh: true, Full: true, Wants: []provider.FeatureRequest{{Feature: media.History, Cursor: v.Cursor}}})
		if err != nil || snap.Views[0].Coverage != provider.Whole || len(snap.Views[0].Rows) > 0 || snap.Views[0].Evidence.Cached {
			t.Errorf("%+v %v", snap.Views, err)
		}
		if _, next := w.read(media.History, v.Cursor); !slices.Equal(next.Removed, []string{"movie:5"}) {
			t.Errorf("%+v", next)
		}
	})
}

// TestNoView: what goes wrong in the middle leaves no view, and the next read
// is complete.
func TestNoView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.user.Watch(w.film, nil, noon)
		w.user.Watch(w.show, episodeOf(w.show, 1, 1), noon)
		for name, fault := range map[string]fakekit.Fault{
			"odd": fakekit.Empty(`"nothing"`), "no list": fakekit.Empty(`{"movies":7}`), "cut": fakekit.Cut(50), "page": fakekit.HTML(),
		} {
			w.weather.On(name, "GET /sync/all-items", 3, fault)
			w.unread(media.History)
			w.weather.Clear()
		}
		w.weather.On("nothing", "GET /sync/activities", 1, fakekit.Empty("{}"))
		if e := w.unread(media.History); e.Kind != provider.Contract {
			t.Error(e)
		}
		_, v := w.read(media.History, "")
		time.Sleep(time.Hour)
		w.user.Remove(w.show)
		w.user.Rate(w.film, 3, noon)
		w.weather.On("cut", "GET /sync/all-items/shows", 3, fakekit.Cut(50))
		w.unread(media.Ratings)
		w.weather.Clear()
		if _, next := w.read(media.History, v.Cursor); !slices.Equal(next.Removed, []string{"show:55@1x1"}) {
			t.Errorf("%+v", next)
		}
	})
}
