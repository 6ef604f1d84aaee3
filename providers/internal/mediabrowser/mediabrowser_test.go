package mediabrowser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		`"2024-09-14T08:00:00.1234567Z"`: "2024-09-14T08:00:00Z",
		`"2024-09-14T10:00:00+02:00"`:    "2024-09-14T08:00:00Z",
		`"2024-09-14T08:00:00.0000000"`:  "2024-09-14T08:00:00Z",
		`"0001-01-01T00:00:00.0000000Z"`: "unknown",
		`"yesterday"`:                    "unknown",
		`""`:                             "unknown",
		`null`:                           "unknown",
	} {
		var d UserData
		if err := json.Unmarshal([]byte(`{"LastPlayedDate":`+text+`}`), &d); err != nil {
			t.Fatal(err)
		}
		if got := d.played().String(); got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
	if got := Date(1_726_300_800_123); got != "2024-09-14T08:00:00.123Z" {
		t.Error(got)
	}
}

func TestAddresses(t *testing.T) {
	for input, want := range map[string]string{
		"https://a.test/":                    "[https://a.test]",
		" http://a.test:8096/jellyfin/web/ ": "[http://a.test:8096/jellyfin]",
		"a.test":                             "[https://a.test http://a.test http://a.test:8096]",
		"a.test:8920/base":                   "[https://a.test:8920/base http://a.test:8920/base]",
		"192.168.7.21":                       "[https://192.168.7.21 http://192.168.7.21 http://192.168.7.21:8096]",
	} {
		if got, err := Addresses(input); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q → %v %v, want %s", input, got, err, want)
		}
	}
	for _, input := range []string{"", "https://user:pw@a.test", "ftp://a.test", "a b", "https://"} {
		if got, err := Addresses(input); err == nil {
			t.Errorf("%q → %v", input, got)
		}
	}
}

func TestOlder(t *testing.T) {
	for version, want := range map[string]bool{"10.8.13": true, "10.9.0": false, "10.11.0-rc1": false, "12.0.0": false, "4.8.11.0": true, "": false, "x.y": false} {
		if Older(version, 10, 9) != want {
			t.Error(version)
		}
	}
}

func TestDeviceIDKeepsUsersApart(t *testing.T) {
	a, b := DeviceID("install", "server", "Anna"), DeviceID("install", "server", "Bob")
	if a == b || a != DeviceID("install", "server", "anna") || a == DeviceID("install", "other", "Anna") || strings.Contains(a, "install") {
		t.Error(a, b)
	}
}

func TestKept(t *testing.T) {
	k := Kept{Token: "t", ServerID: "s", UserID: "u", DeviceID: "d"}
	if got, err := ParseKept(k.Secret()); err != nil || got != k {
		t.Error(got, err)
	}
	for _, s := range []provider.Secret{"", "x", "{}"} {
		if _, err := ParseKept(s); provider.AsError(err).Kind != provider.Auth {
			t.Error(s, err)
		}
	}
}

func number(n int) *int { return &n }

func TestDescribe(t *testing.T) {
	w := &Works{}
	w.Learn([]Item{{ID: "s", Type: Series, ProviderIds: map[string]string{"tvdb": "88"}, Path: "/shows/X {imdb-tt0000088}"}})
	for name, c := range map[string]struct {
		it   Item
		want string
	}{
		"several": {Item{ID: "e", Type: Episode, SeriesID: "s", ParentIndexNumber: number(1), IndexNumber: number(3), IndexNumberEnd: number(4), RunTimeTicks: Ticks(1000)},
			"e 1x3 500 [episode/imdb:tt0000088@1x3 episode/tvdb:88@1x3] e#4 1x4 500 [episode/imdb:tt0000088@1x4 episode/tvdb:88@1x4] "},
		"end before start": {Item{ID: "e", Type: Episode, SeriesID: "s", ParentIndexNumber: number(0), IndexNumber: number(3), IndexNumberEnd: number(1)},
			"e 0x3 0 [episode/imdb:tt0000088@0x3 episode/tvdb:88@0x3] "},
		"absurd end": {Item{ID: "e", Type: Episode, ParentIndexNumber: number(1), IndexNumber: number(3), IndexNumberEnd: number(99999)}, "e 1x3 0 [] "},
		"no number":  {Item{ID: "e", Type: Episode, SeriesID: "s", ParentIndexNumber: number(1), ProviderIds: map[string]string{"Tvdb": "5"}}, "e 1x-1 0 [episode/tvdb:5] "},
		"no season":  {Item{ID: "e", Type: Episode, SeriesID: "s", IndexNumber: number(1)}, "e -1x1 0 [] "},
		"box set":    {Item{ID: "b", Type: "BoxSet"}, ""},
	} {
		got := ""
		for _, x := range w.Describe(c.it) {
			got += fmt.Sprintf("%s %dx%d %d %v ", x.Key, x.Season, x.Number, x.RuntimeMS, x.Tokens)
		}
		if got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}

func TestValueTellsNoFromNothing(t *testing.T) {
	over, rating := 11.0, 7.25
	film := func(d UserData) Item { return Item{Type: Movie, RunTimeTicks: Ticks(6_000_000), UserData: &d} }
	for name, c := range map[string]struct {
		it   Item
		f    media.Feature
		want media.Value
		ok   bool
	}{
		"unwatched":          {film(UserData{PlayCount: 3}), media.History, media.Value{}, true},
		"undated":            {film(UserData{Played: true}), media.History, media.Watched(0), true},
		"half":               {film(UserData{PlaybackPositionTicks: Ticks(60_000)}), media.Progress, media.Position(60_000, 6_000_000), true},
		"rated":              {film(UserData{Rating: &rating}), media.Ratings, media.Rated(73), true},
		"unrated":            {film(UserData{}), media.Ratings, media.Value{}, true},
		"rated out of range": {film(UserData{Rating: &over}), media.Ratings, media.Value{}, false},
		"show is no leaf":    {Item{Type: Series, UserData: &UserData{Played: true}}, media.History, media.Value{}, false},
		"episode's heart":    {Item{Type: Episode, UserData: &UserData{IsFavorite: true}}, media.Watchlist, media.Value{}, false},
		"no data":            {Item{Type: Movie}, media.History, media.Value{}, false},
	} {
		row, ok := Value(c.it, c.f)
		if ok != c.ok || ok && row.Value != c.want {
			t.Errorf("%s: %+v %v", name, row, ok)
		}
	}
}

// What paging proves is not all: the server must count, and name its rows.
func TestScanIsWholeOrNothing(t *testing.T) {
	two := 2
	named := []Item{{ID: "a", UserData: &UserData{}}, {ID: "b", UserData: &UserData{}}}
	for name, c := range map[string]struct {
		page Page
		rows int // -1: an error
	}{
		"whole":    {Page{Items: named, TotalRecordCount: &two}, 2},
		"no total": {Page{Items: named}, -1},
		"no id":    {Page{Items: make([]Item, 2), TotalRecordCount: &two}, -1},
	} {
		items, err := Scan(t.Context(), func(context.Context, int) (Page, error) { return c.page, nil })
		if (c.rows < 0) != (err != nil) || err == nil && len(items) != c.rows {
			t.Errorf("%s: %d rows, %v", name, len(items), err)
		}
	}
}

// FuzzDescribe: no row makes the translation panic or invent a token.
func FuzzDescribe(f *testing.F) {
	f.Add(`{"Id":"e","Type":"Episode","SeriesId":"s","IndexNumber":3,"IndexNumberEnd":4,"ParentIndexNumber":0,"ProviderIds":{"Imdb":"tt0000001"},"UserData":{"Rating":7}}`)
	f.Add(`{"Id":"m","Type":"Movie","Path":"/x [tmdbid-603]/y","RunTimeTicks":-1,"UserData":{"LastPlayedDate":"x"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var it Item
		if json.Unmarshal([]byte(text), &it) != nil {
			return
		}
		w := &Works{}
		for _, x := range w.Describe(it) {
			for _, token := range x.Tokens {
				if _, ok := media.CleanID(token.Namespace, token.ID); !ok || token.Kind != x.Kind {
					t.Errorf("%s of %s", token, x.Kind)
				}
			}
		}
		for _, feature := range media.Features {
			if row, ok := Value(it, feature); ok && feature == media.Ratings && (row.Value.N < 0 || row.Value.N > 100) {
				t.Errorf("%+v", row)
			}
		}
	})
}
