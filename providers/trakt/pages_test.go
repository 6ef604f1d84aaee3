package trakt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/trakt/traktfake"
)

// plays gives the account n plays and returns the newest.
func (w *world) plays(n int) (last *traktfake.Play) {
	for i := range n {
		last = w.user.Watch(w.fake.Episode(w.show, 2, 1+i%4), noon.Add(time.Duration(i)*time.Hour))
	}
	return last
}

func TestManyPagesAddUp(t *testing.T) {
	for _, n := range []int{0, 1, 250, 251, 600} {
		w := newWorld(t)
		w.plays(n)
		_, v := w.read(media.History, "")
		keys := map[string]bool{}
		for _, r := range v.Rows {
			keys[r.PlayKey] = true
		}
		if len(keys) != n || v.Evidence.Announced != n || v.Evidence.Received != n {
			t.Errorf("%d plays: %d keys, %+v", n, len(keys), v.Evidence)
		}
		for _, c := range w.recorder.Calls() {
			if strings.HasPrefix(c.Path, "/sync/history") && c.Query.Get("limit") != "250" {
				t.Errorf("limit %s", c.Query.Get("limit"))
			}
		}
	}
}

// TestIncompleteListsAreNoView (R1): whatever is missing, there are no rows.
func TestIncompleteListsAreNoView(t *testing.T) {
	cut := func(keep float64) fakekit.Fault {
		return fakekit.Changed(func(_ http.Header, body []byte) []byte {
			var rows []json.RawMessage
			_ = json.Unmarshal(body, &rows)
			out, _ := json.Marshal(rows[:int(float64(len(rows))*keep)])
			return out
		})
	}
	without := func(name string) fakekit.Fault {
		return fakekit.Changed(func(h http.Header, body []byte) []byte {
			h.Del(name)
			return body
		})
	}
	claim := func(name, value string) fakekit.Fault {
		return fakekit.Changed(func(h http.Header, body []byte) []byte {
			h.Set(name, value)
			return body
		})
	}
	for name, fault := range map[string]fakekit.Fault{
		"short pages": cut(0.5), "empty pages": cut(0), "almost whole": cut(0.99),
		"no page":           without("X-Pagination-Page"),
		"no limit":          without("X-Pagination-Limit"),
		"no page count":     without("X-Pagination-Page-Count"),
		"no item count":     without("X-Pagination-Item-Count"),
		"odd item count":    claim("X-Pagination-Item-Count", "many"),
		"wrong item count":  claim("X-Pagination-Item-Count", "299"),
		"one page claimed":  claim("X-Pagination-Page-Count", "1"),
		"endless pages":     claim("X-Pagination-Page-Count", "100000"),
		"always page two":   claim("X-Pagination-Page", "2"),
		"html":              fakekit.HTML(),
		"empty body":        fakekit.Empty(""),
		"object":            fakekit.Empty("{}"),
		"null":              fakekit.Empty("null"),
		"cut json":          fakekit.Cut(50),
		"wrong type":        fakekit.ContentType("text/plain"),
		"endless":           fakekit.Endless(),
		"gzip bomb":         fakekit.Bomb(40),
		"unasked 304":       fakekit.Status(304),
		"elsewhere":         fakekit.Redirect("https://evil.test/"),
		"trailing garbage":  fakekit.Changed(func(_ http.Header, b []byte) []byte { return append(bytes.TrimSpace(b), "]]"...) }),
		"forbidden":         fakekit.Status(403),
		"locked":            fakekit.Status(423),
		"too many requests": fakekit.Status(429, "Retry-After", "60"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.plays(300)
			w.weather.On(name, "GET /sync/history", -1, fault)
			if e := w.unread(media.History); e.Kind == 0 {
				t.Error(e)
			}
			w.weather.Clear()
			if _, v := w.read(media.History, ""); len(v.Rows) != 300 {
				t.Errorf("after the weather: %d rows", len(v.Rows))
			}
		})
	}
}

// TestSecondPageFails: half a list is no list.
func TestSecondPageFails(t *testing.T) {
	w := newWorld(t)
	w.plays(300)
	w.weather.When("down", func(r *http.Request) bool { return r.URL.Query().Get("page") == "2" }, -1, fakekit.Status(404))
	w.unread(media.History)
}

// between acts right before every nth page is answered.
func (w *world) between(page string, times int, act func()) {
	w.weather.When("act", func(r *http.Request) bool { return r.URL.Query().Get("page") == page }, times,
		func(out http.ResponseWriter, r *http.Request, next http.Handler) {
			act()
			next.ServeHTTP(out, r)
		})
}

// TestActsBetweenPages: a list that moves while it is read is read once more,
// and given up when it moves again.
func TestActsBetweenPages(t *testing.T) {
	w := newWorld(t)
	last := w.plays(600)
	w.between("2", 1, func() { w.user.Unwatch(last.ID) })
	if _, v := w.read(media.History, ""); len(v.Rows) != 599 {
		t.Errorf("%d rows", len(v.Rows))
	}
	w.weather.Clear()
	w.between("2", -1, func() { w.user.Watch(w.film, time.Now()) })
	if e := w.unread(media.History); e.Kind != provider.Transient {
		t.Error(e)
	}
}

// TestRowsMoveBehindAnEqualCount: one play is removed and one added between
// two pages, so that the count stays; the row that slipped shows as a double.
func TestRowsMoveBehindAnEqualCount(t *testing.T) {
	w := newWorld(t)
	w.plays(600)
	w.between("2", 1, func() {
		w.user.Watch(w.film, noon.AddDate(1, 0, 0))
		w.user.Unwatch(w.user.Plays()[0].ID)
	})
	_, v := w.read(media.History, "")
	keys := map[string]bool{}
	for _, r := range v.Rows {
		keys[r.PlayKey] = true
	}
	for _, p := range w.user.Plays() {
		if !keys[fmt.Sprint(p.ID)] {
			t.Errorf("play %d is missing", p.ID)
		}
	}
}

// TestRowsThatKeepMoving: a second pull that moved as well proves nothing.
func TestRowsThatKeepMoving(t *testing.T) {
	w := newWorld(t)
	w.plays(600)
	n := 0
	w.between("2", 2, func() {
		n++
		w.user.Watch(w.film, noon.AddDate(n, 0, 0))
		w.user.Unwatch(w.user.Plays()[0].ID)
	})
	if e := w.unread(media.History); e.Kind != provider.Transient {
		t.Error(e)
	}
}

// TestStableDoublesAreFolded: a service that always lists a row twice is
// believed, with the row once.
func TestStableDoublesAreFolded(t *testing.T) {
	w := newWorld(t)
	w.plays(3)
	w.weather.On("doubled", "GET /sync/history", -1, fakekit.Changed(func(h http.Header, body []byte) []byte {
		var rows []json.RawMessage
		_ = json.Unmarshal(body, &rows)
		out, _ := json.Marshal(append(rows, rows[0]))
		h.Set("X-Pagination-Item-Count", "4")
		return out
	}))
	if _, v := w.read(media.History, ""); len(v.Rows) != 3 || v.Evidence.Received != 4 {
		t.Errorf("%+v", v)
	}
}

// TestSmallerPagesThanAsked: the service clamps limits as it likes; its page
// count is what is followed.
func TestSmallerPagesThanAsked(t *testing.T) {
	w := newWorld(t)
	w.plays(120)
	w.weather.On("clamped", "GET /sync/history", -1, func(out http.ResponseWriter, r *http.Request, next http.Handler) {
		q := r.URL.Query()
		q.Set("limit", "50")
		r.URL.RawQuery = q.Encode()
		next.ServeHTTP(out, r)
	})
	if _, v := w.read(media.History, ""); len(v.Rows) != 120 {
		t.Errorf("%d rows", len(v.Rows))
	}
}
