package trakt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
)

// decode reads a list as pages do, and collects it for a feature.
func decode(t testing.TB, data []byte, f media.Feature) (*list, provider.View, []media.Item, error) {
	t.Helper()
	l := &list{}
	n, err := eachRow(json.NewDecoder(bytes.NewReader(data)), l.add, l.skip)
	l.received = n
	v := provider.View{Feature: f}
	c := collector{seen: map[string]bool{}}
	c.collect(&v, l)
	return l, v, c.items, err
}

// TestOddRows: what is understood is used, what is not is named.
func TestOddRows(t *testing.T) {
	data, err := os.ReadFile("testdata/odd.json")
	if err != nil {
		t.Fatal(err)
	}
	for f, want := range map[media.Feature]string{
		media.History:   "movie:4 watched 2014-03-31T09:28:53Z, episode:251 watched unknown, movie:6 watched unknown",
		media.Ratings:   "movie:4 80/100, episode:251 80/100, season:10 10/100",
		media.Watchlist: "movie:4 listed, episode:251 listed, movie:6 listed, movie:8 listed, season:10 listed",
		media.Progress:  "movie:4 12.5%, episode:251 0.0%",
	} {
		l, v, items, err := decode(t, data, f)
		if err != nil || l.received != 11 || len(v.Rows)+len(v.Skipped) != 11 {
			t.Errorf("%s: %v, %d received, %d rows, %d skipped", f, err, l.received, len(v.Rows), len(v.Skipped))
		}
		var got []string
		for _, r := range v.Rows {
			got = append(got, r.Key+" "+r.Value.Text(f))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %s", f, strings.Join(got, ", "))
		}
		for _, s := range v.Skipped {
			if s.Reason == "" {
				t.Errorf("%s: skipped without words: %+v", f, s)
			}
		}
		if len(items) < 2 || fmt.Sprint(items[0].Tokens) != "[film/trakt:4 film/imdb:tt0468569 film/tmdb:155]" || items[0].Year != 2008 {
			t.Errorf("%+v", items)
		}
	}
}

// TestARowThatBecomesOddIsNotGone: what was shown before and is not understood
// now is not absent; what was odd from the first look on hides nothing.
func TestARowThatBecomesOddIsNotGone(t *testing.T) {
	w := newWorld(t)
	w.user.Rate(w.film, 7, noon)
	w.user.Rate(w.show, 9, noon)
	replace := func(old, new string) {
		w.weather.Clear()
		w.weather.On("odd", "GET /sync/ratings", -1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
			return bytes.ReplaceAll(body, []byte(old), []byte(new))
		}))
	}
	_, first := w.read(media.Ratings, "")
	for range 2 {
		replace(`"rating":7`, `"rating":"seven"`)
		w.user.Rate(w.show, 8, time.Time{})
		v := w.readFull(media.Ratings, first.Cursor)
		if v.Coverage != provider.Changes || len(v.Rows) != 1 || len(v.Skipped) != 1 || v.Evidence.Unchanged {
			t.Errorf("%+v", v)
		}
		first.Cursor = v.Cursor
	}
	w.weather.Clear()
	w.user.Rate(w.show, 7, time.Time{})
	if v := w.readFull(media.Ratings, first.Cursor); v.Coverage != provider.Whole || len(v.Rows) != 2 {
		t.Errorf("%+v", v)
	}
	replace(`"type":"movie"`, `"type":"podcast"`)
	_, v := w.read(media.Ratings, "")
	if v.Coverage != provider.Whole || len(v.Skipped) != 1 {
		t.Errorf("%+v", v)
	}
	replace(`"rating":7`, `"rating":0`)
	_, odd := w.read(media.Ratings, "")
	w.user.Rate(w.fake.Season(w.show, 1), 3, noon)
	if v := w.readFull(media.Ratings, odd.Cursor); v.Coverage != provider.Whole || len(v.Skipped) != 2 || len(v.Rows) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestTimes(t *testing.T) {
	for in, want := range map[text]string{
		"2014-03-31T09:28:53.000Z": "2014-03-31T09:28:53Z", "2014-03-31T09:28:53+02:00": "2014-03-31T07:28:53Z", "2014-03-31T09:28:53Z": "2014-03-31T09:28:53Z",
		"2014-03-31T09:28:53.123": "2014-03-31T09:28:53Z", " 2014-03-31T09:28:53Z ": "2014-03-31T09:28:53Z",
		"": "unknown", "unknown": "unknown", "1970-01-01T00:00:00.000Z": "unknown", "1972-05-01T00:00:00.000Z": "unknown",
		"0001-01-01T00:00:00Z": "unknown", "2014-03-31": "unknown", "99999-01-01T00:00:00Z": "unknown",
	} {
		if got := in.moment().String(); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, k := range []media.Kind{media.Film, media.Show, media.Season, media.Episode} {
		if kind, id, ok := parseKey(key(k, "12")); !ok || kind != k || id != "12" {
			t.Error(k, kind, id, ok)
		}
	}
	for _, bad := range []string{"", "movie", "movie:", "movie:x", "film:1", "movie:-1", "movie:1:2"} {
		if _, _, ok := parseKey(bad); ok {
			t.Errorf("%q is a key", bad)
		}
	}
}

// distinct counts the rows of a list that are not doubles for a feature.
func distinct(l *list, f media.Feature) int {
	keys := map[string]bool{}
	for i, r := range l.rows {
		row, err := r.shown(f)
		k := row.Key + "/" + row.PlayKey
		if err != nil {
			k = fmt.Sprint(i)
		}
		keys[k] = true
	}
	return len(keys) + len(l.skipped)
}

func FuzzRows(f *testing.F) {
	data, err := os.ReadFile("testdata/odd.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`[{"id":1,"type":"movie","movie":{"ids":{"trakt":1}}}]`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, feature := range media.Features {
			l, v, items, err := decode(t, data, feature)
			if err != nil {
				continue
			}
			if len(l.rows)+len(l.skipped) != l.received {
				t.Errorf("%d received, %d rows, %d skipped", l.received, len(l.rows), len(l.skipped))
			}
			known := map[string]bool{}
			for _, it := range items {
				known[it.Key] = true
			}
			for _, r := range v.Rows {
				if !known[r.Key] || !r.Value.Set {
					t.Errorf("row %+v", r)
				}
			}
		}
	})
}

func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"added":{"movies":1},"not_found":{"movies":[{"ids":{"imdb":"tt0000001"}}],"ids":[1,"2"],"shows":[{"ids":{"tvdb":1},"seasons":[{"number":1,"episodes":[{"number":2}]}]}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a answer
		if json.Unmarshal(data, &a) != nil {
			return
		}
		sent := []sending{
			{index: 0, action: provider.Add, address: address{kind: media.Film, ids: sentIDs{IMDb: "tt0000001"}}},
			{index: 1, action: provider.Add, address: address{kind: media.Episode, byShow: true, season: 1, episode: 2, ids: sentIDs{TVDB: 1}}},
			{index: 2, action: provider.Remove, play: 1, address: address{kind: media.Film}},
		}
		results := make([]provider.Result, len(sent))
		a.judge(sent, results)
		for i, r := range results {
			if r.Outcome == provider.NotApplied || r.Outcome == provider.Confirmed {
				t.Errorf("%d: %s after an answer that counts", i, r.Outcome)
			}
		}
	})
}
