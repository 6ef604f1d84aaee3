package plex

import (
	"context"
	"encoding/json"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func decodeItem(t testing.TB, data string) item {
	t.Helper()
	var it item
	if err := json.Unmarshal([]byte(data), &it); err != nil {
		t.Fatal(data, err)
	}
	return it
}

// TestOddForms: numbers as text, text as numbers, null, objects for lists.
func TestOddForms(t *testing.T) {
	it := decodeItem(t, `{"ratingKey":40213,"type":"movie","guid":null,"Guid":{"id":"imdb://tt90000013"},"year":"2024","duration":"6000000",
		"viewCount":"2","lastViewedAt":1726300800.0,"userRating":"7.5","lastRatedAt":null,"librarySectionID":2,"index":[],"Media":null,"viewOffset":1e300}`)
	if it.RatingKey != "40213" || it.LibrarySectionID != "2" || it.Index.known || it.ViewOffset.known {
		t.Errorf("%+v", it)
	}
	d := shows{}.describe(it)
	if d.Year != 2024 || d.RuntimeMS != 6_000_000 || tokensText(d) != "film/imdb:tt90000013" {
		t.Errorf("%+v", d)
	}
	row, why, ok := it.value(media.History)
	if !ok || why != "" || row.Count != 2 || row.Value != media.Watched(1726300800_000) {
		t.Errorf("%+v %s", row, why)
	}
	if row, _, _ = it.value(media.Ratings); row.Value != media.Rated(75) || row.At.Known() {
		t.Errorf("%+v", row)
	}
}

// TestValues: what the odd numbers of an item mean.
func TestValues(t *testing.T) {
	for _, c := range []struct {
		data string
		f    media.Feature
		want media.Value
		why  bool
	}{
		{`{"type":"movie"}`, media.History, media.Value{}, false},
		{`{"type":"movie","viewCount":1}`, media.History, media.Watched(0), false},
		{`{"type":"movie","viewCount":-4}`, media.History, media.Value{}, false},
		{`{"type":"movie","viewCount":1,"lastViewedAt":0}`, media.History, media.Watched(0), false},
		{`{"type":"movie","viewCount":1,"lastViewedAt":1726300800,"viewOffset":611000,"duration":2702000}`, media.History, media.Watched(0), false},
		{`{"type":"movie","viewOffset":611000,"duration":2702000}`, media.Progress, media.Position(611000, 2702000), false},
		{`{"type":"movie","viewOffset":9000000,"duration":2702000}`, media.Progress, media.Value{}, true},
		{`{"type":"movie","viewOffset":-1,"duration":2702000}`, media.Progress, media.Value{}, true},
		{`{"type":"movie","viewOffset":611000}`, media.Progress, media.Position(611000, 0), true},
		{`{"type":"movie","userRating":0}`, media.Ratings, media.Value{}, false},
		{`{"type":"season","userRating":10}`, media.Ratings, media.Rated(100), false},
		{`{"type":"movie","userRating":10.1}`, media.Ratings, media.Value{}, true},
		{`{"type":"movie","userRating":-1}`, media.Ratings, media.Value{}, true},
		{`{"type":"movie","viewCount":"often"}`, media.History, media.Value{}, true},
		{`{"type":"movie","viewCount":[]}`, media.History, media.Value{}, true},
		{`{"type":"movie","viewCount":1e300}`, media.History, media.Value{}, true},
		{`{"type":"movie","viewCount":null}`, media.History, media.Value{}, false},
		{`{"type":"movie","viewCount":""}`, media.History, media.Value{}, false},
		{`{"type":"Movie","viewOffset":true,"duration":2702000}`, media.Progress, media.Value{}, true},
		{`{"type":"movie","userRating":"high"}`, media.Ratings, media.Value{}, true},
	} {
		row, why, ok := decodeItem(t, c.data).value(c.f)
		if !ok || row.Value != c.want || (why != "") != c.why {
			t.Errorf("%s of %s: %+v %q", c.f, c.data, row, why)
		}
	}
	if _, _, ok := decodeItem(t, `{"type":"show","viewCount":3}`).value(media.History); ok {
		t.Error("a show was watched as a whole")
	}
}

// TestListsThatDoNotAddUp are no lists.
func TestListsThatDoNotAddUp(t *testing.T) {
	row := func(keys ...string) (r rows) {
		for _, k := range keys {
			r = append(r, json.RawMessage(`{"ratingKey":"`+k+`"}`))
		}
		return r
	}
	known := func(n int64) number { return number{N: n, known: true} }
	for name, pages := range map[string][]container{
		"no total":            {{Metadata: row("1", "2"), Offset: known(0), Size: known(2)}},
		"as many as asked":    {{Metadata: row("1", "2"), Size: known(2)}},
		"another page":        {{Metadata: row("1", "2"), TotalSize: known(4), Offset: known(2)}},
		"the same page again": {{Metadata: row("1", "2"), TotalSize: known(4)}, {Metadata: row("1", "2"), TotalSize: known(4)}},
		"cut":                 {{Metadata: row("1", "2"), TotalSize: known(4)}, {TotalSize: known(4)}, {Metadata: row("1", "2"), TotalSize: known(4)}, {TotalSize: known(4)}},
		"a row that moves": {{Metadata: row("1", "2"), TotalSize: known(4)}, {Metadata: row("2", "3"), TotalSize: known(4)},
			{Metadata: row("1", "3"), TotalSize: known(4)}, {Metadata: row("3", "4"), TotalSize: known(4)}},
		"more than announced": {{Metadata: row("1", "2", "3"), TotalSize: known(2)}, {Metadata: row("1", "2", "3"), TotalSize: known(2)}},
		"absurd total":        {{Metadata: row("1", "2"), TotalSize: known(1 << 40)}},
	} {
		l, err := scanPages(t, pages)
		if err == nil {
			t.Errorf("%s: %+v", name, l)
		}
	}
	for name, pages := range map[string][]container{
		"pages":           {{Metadata: row("1", "2"), TotalSize: known(3), Offset: known(0)}, {Metadata: row("3"), TotalSize: known(3), Offset: known(2)}},
		"all at once":     {{Metadata: row("1", "2", "3"), TotalSize: known(3)}},
		"no pages at all": {{Metadata: row("1", "2", "3"), Size: known(3)}},
		"moved once": {{Metadata: row("1", "2"), TotalSize: known(4)}, {Metadata: row("3"), TotalSize: known(3)},
			{Metadata: row("1", "2"), TotalSize: known(3)}, {Metadata: row("3"), TotalSize: known(3)}},
	} {
		if l, err := scanPages(t, pages); err != nil || len(l.items) != 3 || l.total != 3 || l.received != 3 {
			t.Errorf("%s: %+v %v", name, l, err)
		}
	}
	if l, err := scanPages(t, []container{{Metadata: row("1", "2"), TotalSize: known(4)}, {Metadata: row("2", "3"), TotalSize: known(4)},
		{Metadata: row("1", "2"), TotalSize: known(4)}, {Metadata: row("2", "3"), TotalSize: known(4)}}); err != nil || len(l.items) != 3 || l.received != 4 {
		t.Error("a row that a server always lists twice", l, err)
	}
	if l, err := scanPages(t, []container{{TotalSize: known(0), Size: known(0)}}); err != nil || l.total != 0 {
		t.Error("an empty list", l, err)
	}
}

func FuzzContainer(f *testing.F) {
	f.Add([]byte(`{"MediaContainer":{"size":1,"totalSize":"1","Metadata":[{"ratingKey":1,"type":"movie","Guid":[{"id":"imdb://tt90000013"}]}]}}`))
	f.Add([]byte(`{"MediaContainer":{"Metadata":{"ratingKey":"x","viewOffset":-1,"Media":{"Part":null}},"UserState":{"watchlistedAt":1}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e envelope
		if json.Unmarshal(data, &e) != nil || e.MediaContainer == nil {
			return
		}
		for _, it := range decoded[item](e.MediaContainer.Metadata) {
			d := shows{}.describe(it)
			for _, tok := range d.Tokens {
				if _, ok := media.CleanID(tok.Namespace, tok.ID); !ok || tok.Kind != d.Kind {
					t.Errorf("token %s of a %s", tok, d.Kind)
				}
			}
			for _, feature := range media.Features {
				checkRow(t, it, feature)
			}
		}
	})
}

func checkRow(t *testing.T, it item, f media.Feature) {
	row, why, ok := it.value(f)
	if !ok || why != "" {
		return
	}
	bad := row.Value.N < 0 || row.Value.Of < 0 || row.Count < 0 || row.At < 0
	if f == media.Ratings {
		bad = bad || row.Value.N > 100
	}
	if bad || row == (provider.Row{}) && it.RatingKey != "" {
		t.Errorf("%s of %+v: %+v", f, it, row)
	}
}

func FuzzGUID(f *testing.F) {
	f.Add("com.plexapp.agents.hama://tvdb4-81797/2/1?lang=en", uint8(4))
	f.Add("plex://movie/5f00aa11bb22cc33dd44ee55", uint8(1))
	f.Fuzz(func(t *testing.T, guid string, kind uint8) {
		k := media.Kind(kind%5) + 1
		for _, tok := range ownTokens(item{GUID: text(guid)}, k) {
			if back, err := media.ParseToken(tok.String()); err != nil || back != tok || tok.Kind != k {
				t.Errorf("%q: %s, %v", guid, tok, err)
			}
		}
	})
}

// scanPages reads pages of two rows as they come.
func scanPages(t *testing.T, pages []container) (list, error) {
	n := 0
	return scan(t.Context(), "get /list", 2, func(context.Context, int, int) (*container, error) {
		if n == len(pages) {
			return nil, provider.Failed(provider.Transient, "get /list", errNoList)
		}
		n++
		return &pages[n-1], nil
	})
}
