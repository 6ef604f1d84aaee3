package simkl

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// shown decodes a library as reads do, and shows it in one feature.
func shown(data []byte, f media.Feature) (*haul, provider.View, []media.Item, error) {
	var body lists
	h := newHaul()
	err := json.Unmarshal(data, &body)
	if err == nil {
		err = h.take(body)
	}
	s := &shelf{stock: &stock{Records: h.records, Odd: h.odd}}
	v := provider.View{Feature: f}
	c := collector{seen: map[string]bool{}}
	s.show(&v, everythingSince, &c)
	return h, v, c.items, err
}

// TestOddRows: what is understood is used, what is not is named.
func TestOddRows(t *testing.T) {
	data, err := os.ReadFile("testdata/odd.json")
	if err != nil {
		t.Fatal(err)
	}
	for f, want := range map[media.Feature]string{
		media.History: "anime:71@2x1 watched 2024-01-02T03:04:05Z, anime:91 watched unknown, movie:4 watched 2014-03-31T09:28:53Z, " +
			"movie:6 watched unknown, show:2@0x0 watched unknown, show:2@1x3 watched 2024-01-02T01:04:05Z",
		media.Ratings:   "anime:81 100/100, movie:4 80/100",
		media.Watchlist: "anime:81 listed, movie:5 listed, show:9 listed",
	} {
		_, v, items, err := shown(data, f)
		if err != nil {
			t.Errorf("%s: %v", f, err)
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
		for _, it := range items {
			for _, tok := range it.Tokens {
				if _, ok := media.CleanID(tok.Namespace, tok.ID); !ok || tok.Kind != it.Kind {
					t.Errorf("%s of %+v", tok, it)
				}
			}
		}
	}
}

// TestWhatIsOddIsNamed: every odd row is skipped with its reason, in the
// feature that it is odd in.
func TestWhatIsOddIsNamed(t *testing.T) {
	data, _ := os.ReadFile("testdata/odd.json")
	for f, want := range map[media.Feature][]string{
		media.History:   {errNoID.Error(), errNoTitle.Error(), errShape.Error(), errPart.Error(), errNoTVDB.Error(), errStatus.Error(), errNumber.Error(), errRewatch.Error(), "a list of 1 titles that is not known"},
		media.Ratings:   {errRating.Error(), errNoID.Error()},
		media.Watchlist: {errStatus.Error(), errShape.Error()},
	} {
		_, v, _, _ := shown(data, f)
		reasons := fmt.Sprint(v.Skipped)
		for _, reason := range want {
			if !strings.Contains(reasons, reason) {
				t.Errorf("%s: %q is not among %s", f, reason, reasons)
			}
		}
	}
}

// TestOddValuesAreNotMissing: a value that is there and not understood is named;
// lists that come as objects are lists.
func TestOddValuesAreNotMissing(t *testing.T) {
	const data = `{"movies":[{"status":"completed","user_rating":"high","movie":{"ids":{"simkl":"4"}}},{"status":3,"user_rating":"8.0","movie":{"ids":{"simkl":5}}},
{"status":null,"user_rating":{},"user_rated_at":1726300800,"movie":{"ids":{"simkl":6,"imdb":"","tmdb":null}}}],
"shows":[{"status":"watching","user_rating":[5],"show":{"ids":{"simkl":7}},"seasons":{"2":{"number":2,"episodes":{"5":{"number":5},"3":{"number":"3","watched_at":"2024-01-02T03:04:05.1234567+02:00"}}},"1":{"number":1,"episodes":[{"number":1},{"number":null}]}}}]}`
	for f, want := range map[media.Feature]string{
		media.History:   "movie:4 show:7@1x1 show:7@2x3 show:7@2x5; any movie:5 movie:6",
		media.Ratings:   "movie:5; movie:4 show:7",
		media.Watchlist: "; movie:5 movie:6",
	} {
		_, v, _, err := shown([]byte(data), f)
		var rows, skipped []string
		for _, r := range v.Rows {
			rows = append(rows, r.Key)
		}
		for _, s := range v.Skipped {
			skipped = append(skipped, cmp.Or(s.Key, "any"))
		}
		slices.Sort(rows)
		slices.Sort(skipped)
		if got := strings.Join(rows, " ") + "; " + strings.Join(skipped, " "); err != nil || got != want {
			t.Errorf("%s: %s (%v), want %s", f, got, err, want)
		}
	}
}

func TestEmptyLibraries(t *testing.T) {
	for in, good := range map[string]bool{
		`{}`: true, `null`: true, `[]`: true, ` [ ] `: true, `{"movies":null}`: true, `{"movies":[],"shows":{}}`: true,
		`[1]`: false, `"x"`: false, `5`: false, `{"movies":5}`: false, `{"shows":"none"}`: false, `{"anime":{"a":1}}`: false,
	} {
		h, v, _, err := shown([]byte(in), media.History)
		if (err == nil) != good || good && len(h.records)+len(v.Rows)+len(v.Skipped) != 0 {
			t.Errorf("%s: %v, %+v", in, err, v)
		}
	}
}

func TestTimes(t *testing.T) {
	for in, want := range map[text]string{
		"2014-03-31T09:28:53.000Z": "2014-03-31T09:28:53Z", "2014-03-31T09:28:53+02:00": "2014-03-31T07:28:53Z", "2014-03-31T09:28:53Z": "2014-03-31T09:28:53Z",
		"2014-03-31T09:28:53.1234567Z": "2014-03-31T09:28:53Z", "2014-03-31T09:28:53": "2014-03-31T09:28:53Z", "2014-03-31 09:28:53": "2014-03-31T09:28:53Z",
		"": "unknown", "never": "unknown", longAgo: "unknown", "1970-01-01T00:00:00Z": "unknown", "0000-00-00T00:00:00Z": "unknown", "1989-12-31T00:00:00Z": "unknown",
	} {
		if got := in.moment().String(); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
	if date(0) != longAgo || date(media.At(noon)) != "2024-05-06T12:00:00Z" {
		t.Error(date(0), date(media.At(noon)))
	}
}

// TestPositions: an anime's position has a place by TVDB's numbers only.
func TestPositions(t *testing.T) {
	for in, want := range map[string]string{
		`{"id":1,"progress":45.5,"type":"movie","movie":{"ids":{"simkl":"5"}}}`:                                                                           "movie:5 45.5%",
		`{"id":1,"progress":"45","show":{"ids":{"simkl_id":5}},"episode":{"season":1,"episode":4}}`:                                                       "show:5@1x4 45.0%",
		`{"id":1,"progress":10,"anime":{"anime_type":"tv","ids":{"simkl":7,"tvdb":1}},"episode":{"season":1,"number":4,"tvdb_season":2,"tvdb_number":4}}`: "anime:7@2x4 10.0%",
		`{"id":1,"progress":10,"anime":{"anime_type":"tv","ids":{"simkl":71}},"episode":{"season":1,"number":4,"tvdb_season":2,"tvdb_number":4}}`:         "anime:71@2x4 10.0%",
		`{"id":1,"progress":10,"anime":{"anime_type":"movie","ids":{"simkl":9,"tmdb":"92"}}}`:                                                             "anime:9 10.0%",
		`{"id":1,"progress":10,"anime":{"ids":{"simkl":7}},"episode":{"season":1,"number":4}}`:                                                            errNoTVDB.Error(),
		`{"id":1,"progress":101,"movie":{"ids":{"simkl":5}}}`:                                                                                             errPercent.Error(),
		`{"id":1,"progress":10,"movie":{"ids":{"simkl":0}}}`:                                                                                              errNoID.Error(),
		`{"id":1,"progress":10,"show":{"ids":{"simkl":5}}}`:                                                                                               errNumber.Error(),
		`{"id":1}`: errNoTitle.Error(), `[]`: errShape.Error(), `{"movie":7}`: errShape.Error(),
	} {
		known := titles{"anime:71": {Show: &title{IDs: ids{Simkl: "71", TVDB: "700"}}}}
		_, row, err := readSession([]byte(in), known)
		got := row.Key + " " + row.Value.Text(media.Progress)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func FuzzLibrary(f *testing.F) {
	data, _ := os.ReadFile("testdata/odd.json")
	f.Add(data)
	f.Add([]byte(`{"movies":[{"movie":{"ids":{"simkl":1}},"status":"completed"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, feature := range []media.Feature{media.History, media.Ratings, media.Watchlist} {
			h, v, items, err := shown(data, feature)
			if err != nil {
				continue
			}
			known := map[string]bool{}
			for _, it := range items {
				known[it.Key] = true
			}
			for _, r := range v.Rows {
				if !known[r.Key] || !r.Value.Set {
					t.Fatalf("row %+v without an item", r)
				}
			}
			kept, _ := json.Marshal(stock{Records: h.records, Odd: h.odd})
			var again stock
			if json.Unmarshal(kept, &again) != nil || len(again.Records) != len(h.records) {
				t.Fatalf("not kept: %s", kept)
			}
		}
	})
}

func FuzzPositions(f *testing.F) {
	f.Add([]byte(`{"id":1,"progress":45.5,"show":{"ids":{"simkl":5}},"episode":{"season":1,"number":4}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		if _, row, err := readSession(data, nil); err == nil && (row.Key == "" || row.Value.N < 0 || row.Value.N > media.FractionWhole) {
			t.Fatalf("%s: %+v", data, row)
		}
	})
}

func FuzzReplies(f *testing.F) {
	f.Add([]byte(`{"added":{"movies":1},"not_found":{"movies":[{"ids":{"tmdb":"6"}}]}}`), []byte(`[{"simkl":5,"result":true,"list":"completed"}]`))
	f.Fuzz(func(t *testing.T, data, watched []byte) {
		to, _ := addressOf(filmItem("6"))
		results := make([]provider.Result, 1)
		for path := range map[string]bool{"/sync/history": true, "/sync/add-to-list": true} {
			judge(path, data, []sending{{change: add(media.History, filmItem("6"), media.Watched(0)), address: to}}, results)
			if o := results[0].Outcome; o == provider.Confirmed || o == provider.NotApplied {
				t.Fatalf("%s: %s", data, o)
			}
		}
		var rows []looked
		if json.Unmarshal(watched, &rows) == nil {
			for _, r := range rows {
				r.answer(media.History, episodeItem("66", 1, 1), "show:5")
			}
		}
	})
}
