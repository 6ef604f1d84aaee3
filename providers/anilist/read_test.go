package anilist

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/animemap"
	"watchkeeper/providers/internal/fakekit"
)

// TestCustomListsFold: an entry counts once, however many lists hold it, also
// when only a custom list does.
func TestCustomListsFold(t *testing.T) {
	w := newWorld(t)
	a, b := w.part(101, 12), w.part(102, 12)
	w.user.Edit(a, func(e *anilistfake.Entry) { e.Status, e.Custom = planning, []string{"Winter", "With Ada"} })
	w.user.Edit(b, func(e *anilistfake.Entry) { e.Status, e.Custom, e.Hidden = planning, []string{"Winter"}, true })
	v, s := w.view(media.Watchlist, "")
	if len(v.Rows) != 2 || v.Evidence.Received != 4 || len(s.Items) != 2 {
		t.Errorf("%+v with %d items", v, len(s.Items))
	}
}

// TestWatchedAgain: a second viewing starts the count anew and takes nothing
// back.
func TestWatchedAgain(t *testing.T) {
	w := newWorld(t)
	m := w.part(101, 12)
	for _, c := range []struct {
		status   string
		progress int
		repeat   int
		want     int
	}{{current, 5, 0, 5}, {completed, 12, 0, 12}, {repeating, 2, 0, 12}, {current, 3, 1, 12}, {completed, 0, 0, 12}, {current, 99, 0, 12}, {planning, 0, 0, 0}} {
		w.user.Edit(m, func(e *anilistfake.Entry) { e.Status, e.Progress, e.Repeat = c.status, c.progress, c.repeat })
		if v, _ := w.view(media.History, ""); len(v.Rows) != c.want {
			t.Errorf("%s %d: %d episodes watched, want %d", c.status, c.progress, len(v.Rows), c.want)
		}
	}
}

// TestOddEntries: what is not understood is told, costs only itself, and when
// it is new nothing unlisted is absent.
func TestOddEntries(t *testing.T) {
	const answer = `{"data":{"MediaListCollection":{"hasNextChunk":false,"lists":[{"entries":[
{"id":1,"mediaId":"101","status":"PLANNING","progress":"3","score":"80","media":{"id":101,"idMal":"7","episodes":null,"title":null}},
{"id":2,"mediaId":102,"status":"SLEEPING","progress":1e9,"score":800,"media":null},
{"id":3,"mediaId":null,"status":"PLANNING"}, null, 7, {"id":{"a":1},"mediaId":103,"status":"PLANNING","startedAt":[],"customLists":5}]}, null]}}}`
	w := newWorld(t)
	before, _ := w.view(media.Watchlist, "")
	w.weather.When("odd", isList, -1, fakekit.Answer(200, "application/json", "\xef\xbb\xbf"+answer))
	for f, want := range map[media.Feature][2]int{media.Watchlist: {2, 5}, media.History: {3, 5}, media.Ratings: {1, 5}} {
		v, _ := w.view(f, "")
		if len(v.Rows) != want[0] || len(v.Skipped) != want[1] || v.Coverage != provider.Whole {
			t.Errorf("%s: %d rows, skipped %+v", f, len(v.Rows), v.Skipped)
		}
		again, _ := w.view(f, v.Cursor)
		if again.Coverage != provider.Whole {
			t.Errorf("%s: what was odd before is new", f)
		}
	}
	if v, _ := w.view(media.Watchlist, before.Cursor); v.Coverage != provider.Changes {
		t.Error("what is newly odd may be a work that was shown")
	}
}

// TestOddValuesAreNotMissing: a count, a score or a list that is there and not
// understood is named, not read as none.
func TestOddValuesAreNotMissing(t *testing.T) {
	const answer = `{"data":{"MediaListCollection":{"hasNextChunk":false,"lists":[{"entries":[
{"id":1,"mediaId":101,"status":"CURRENT","progress":"three","score":"high","media":{"episodes":12}},
{"id":2,"mediaId":null,"status":null,"progress":null,"score":null,"media":{"id":"102","episodes":""}},
{"id":3,"mediaId":"0","status":7,"progress":"","score":{},"media":{"id":103,"episodes":[]}}]}]}}}`
	w := newWorld(t)
	w.weather.When("odd", isList, -1, fakekit.Answer(200, "application/json", answer))
	for f, want := range map[media.Feature][2]int{media.Watchlist: {0, 2}, media.History: {0, 1}, media.Ratings: {0, 1}} {
		if v, _ := w.view(f, ""); len(v.Rows) != want[0] || len(v.Skipped) != want[1] || v.Evidence.Received != 3 {
			t.Errorf("%s: %d rows, skipped %+v", f, len(v.Rows), v.Skipped)
		}
	}
}

// TestKeepsToTheLimit: whatever is asked, no minute sees more than the service
// allows, and silence is kept once nothing is left.
func TestKeepsToTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.Limit = 30
		w.account = newAccount(w.env, w.fixed(), newMeter())
		for range 100 {
			if _, err := w.account.Whoami(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.fake.Limit = 1
		time.Sleep(2 * time.Minute)
		if _, err := w.account.Whoami(t.Context()); err != nil {
			t.Fatal(err)
		}
		asked := len(w.recorder.Calls())
		_, err := w.account.Whoami(t.Context())
		if kind(err) != provider.RateLimited || len(w.recorder.Calls()) != asked {
			t.Errorf("%v after %d more requests", err, len(w.recorder.Calls())-asked)
		}
		time.Sleep(time.Minute)
		if _, err := w.account.Whoami(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestNotices: an ending sign-in and public changes are told.
func TestNotices(t *testing.T) {
	w := newWorld(t)
	_, s := w.view(media.Ratings, "")
	if !slices.Equal(s.Notices, []string{"anilist.public_activity"}) {
		t.Error(s.Notices)
	}
	w.user.Silent = []string{planning, current, completed}
	w.token = w.fake.Mint(w.user, 20*24*time.Hour)
	w.account = newAccount(w.env, w.fixed(), hurry())
	if _, s = w.view(media.Ratings, ""); !slices.Equal(s.Notices, []string{"anilist.sign_in_ends"}) {
		t.Error(s.Notices)
	}
	if left := time.Until(s.SignInEnds.Time()); left < 19*24*time.Hour || left > 20*24*time.Hour {
		t.Errorf("the sign-in ends in %s", left)
	}
}

func TestZones(t *testing.T) {
	for in, want := range map[string]int{"+09:00": 32400, "-03:30": -12600, "9:30": 34200, "-4:00": -14400, "": 0, "odd": 0, "Local": 0, "+02": 7200} {
		if _, off := time.Unix(1_700_000_000, 0).In(zone(in)).Zone(); off != want {
			t.Errorf("%q is %d seconds off, want %d", in, off, want)
		}
	}
}

// FuzzEntries: no answer breaks the decoders, and rows are always sound.
func FuzzEntries(f *testing.F) {
	f.Add(`{"mediaId":1,"status":"CURRENT","progress":2,"score":70,"media":{"episodes":12}}`)
	f.Add(`{"mediaId":"99999999999999999999","progress":-1,"score":1e300,"customLists":[{"enabled":true}]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		var c collection
		body := fmt.Sprintf(`{"hasNextChunk":false,"lists":[{"entries":[%s]}]}`, text)
		if json.Unmarshal([]byte(body), &c) != nil {
			return
		}
		l := &list{}
		l.add(&c, map[int]int{})
		for _, x := range []media.Feature{media.History, media.Ratings, media.Watchlist} {
			d := describer{atlas: atlas{&animemap.Map{}}, seen: map[string]bool{}}
			for _, r := range l.view(provider.FeatureRequest{Feature: x}, viewer{}, &d).Rows {
				named, ok := parseKey(r.Key)
				if !ok || named.id <= 0 || !r.Value.Set || x == media.Ratings && (r.Value.N < 1 || r.Value.N > 100) {
					t.Errorf("%s: %+v", x, r)
				}
			}
			for _, it := range d.items {
				for _, tok := range it.Tokens {
					if back, err := media.ParseToken(tok.String()); err != nil || back != tok || strings.Contains(tok.ID, "-") {
						t.Errorf("token %s", tok)
					}
				}
			}
		}
	})
}

// TestBeyondTheEndOfTheList: the service lists the newest entries only; what a
// full list does not show is not absent.
func TestBeyondTheEndOfTheList(t *testing.T) {
	for n, want := range map[int]provider.Coverage{listEnds - 1: provider.Whole, listEnds: provider.Changes} {
		l := &list{entries: make([]entry, n)}
		if got := l.view(provider.FeatureRequest{Feature: media.Ratings}, viewer{}, &describer{atlas: atlas{&animemap.Map{}}, seen: map[string]bool{}}).Coverage; got != want {
			t.Errorf("%d entries: coverage %d, want %d", n, got, want)
		}
	}
}
