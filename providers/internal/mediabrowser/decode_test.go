package mediabrowser

import (
	"encoding/json"
	"strings"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func decoded(t *testing.T, text string) Item {
	t.Helper()
	var it Item
	if err := json.Unmarshal([]byte(text), &it); err != nil {
		t.Fatal(err)
	}
	return it
}

func TestItemsInEveryForm(t *testing.T) {
	for text, want := range map[string]string{
		`{"Id":914048,"Type":"Movie","Name":1917,"ProviderIds":{"IMDB":"tt0000099","tmdb":603},"RunTimeTicks":"58810040000"}`: "914048 1917 film/imdb:tt0000099 film/tmdb:603 5881004",
		`{"Id":"a","Type":"Movie","Name":"x","ProviderIds":null,"RunTimeTicks":null,"Path":null}`:                             "a x  0",
		`{"Id":"a","Type":"Movie","Name":"x","ProviderIds":[],"RunTimeTicks":1e300,"ProductionYear":"?"}`:                     "a x  0",
		`{"Id":"a","Type":"Movie","Name":"x","ProviderIds":{"Tmdb":null,"Imdb":{"a":1}},"RunTimeTicks":20000.0}`:              "a x  2",
	} {
		it := decoded(t, text)
		var tokens []string
		works := (&Works{}).Describe(it)
		for _, token := range works[0].Tokens {
			tokens = append(tokens, token.String())
		}
		got := strings.Join([]string{works[0].Key, works[0].Title, strings.Join(tokens, " ")}, " ") + " " + json.Number(jsonOf(works[0].RuntimeMS)).String()
		if got != want {
			t.Errorf("%s:\n%s, want\n%s", text, got, want)
		}
	}
	if it := decoded(t, `{"Id":"e","Type":"Episode","ParentIndexNumber":"0","IndexNumber":0,"IndexNumberEnd":99999999999}`); *it.ParentIndexNumber != 0 || *it.IndexNumber != 0 || it.IndexNumberEnd != nil {
		t.Errorf("%+v", it)
	}
	var p Page
	if err := json.Unmarshal([]byte(`{"Items":null,"TotalRecordCount":"7"}`), &p); err != nil || *p.TotalRecordCount != 7 || p.Items != nil {
		t.Errorf("%+v %v", p, err)
	}
	if err := json.Unmarshal([]byte(`{"Items":[],"TotalRecordCount":null}`), &p); err != nil || p.TotalRecordCount != nil {
		t.Errorf("%+v %v", p, err)
	}
	var s Session
	if err := json.Unmarshal([]byte(`{"UserId":"a","AdditionalUsers":[{"UserId":"b"}],"NowPlayingItem":{"Id":5}}`), &s); err != nil || s.Plays("a") != "5" || s.Plays("b") != "5" || s.Plays("c") != "" {
		t.Errorf("%+v %v", s, err)
	}
	var u User
	if err := json.Unmarshal([]byte(`{"Id":5,"ServerId":6}`), &u); err != nil || u.ID != "5" || u.ServerID != "6" {
		t.Errorf("%+v %v", u, err)
	}
}

func jsonOf(v any) string {
	data, _ := json.Marshal(v) // a number
	return string(data)
}

// A value in a form that nobody knows is skipped with a reason, never read as
// a no; the rows beside it are read.
func TestOddValuesAreSkippedNotDenied(t *testing.T) {
	for _, data := range []string{`{"Played":"maybe"}`, `{"Played":[]}`, `{"PlaybackPositionTicks":1e30}`, `{"PlaybackPositionTicks":"x"}`,
		`{"IsFavorite":2}`, `{"PlayCount":{}}`, `{"PlayCount":99999999999}`, `{"Rating":"high"}`, `[]`, `"none"`} {
		it := decoded(t, `{"Id":"a","Type":"Movie","Name":"x","UserData":`+data+`}`)
		works := (&Works{}).Describe(it)
		for _, f := range media.Features {
			v := provider.View{Feature: f}
			AddRows(&v, it, works, false)
			if len(v.Rows) > 0 || len(v.Skipped) != 1 || v.Skipped[0].Key != "a" {
				t.Errorf("%s %s: %+v", data, f, v)
			}
		}
	}
	it := decoded(t, `{"Id":"a","Type":"Movie","UserData":{"Played":"True","PlayCount":"2","Rating":"7.5","IsFavorite":1,"PlaybackPositionTicks":null}}`)
	if d := it.UserData; !it.Understood() || !d.Played || d.PlayCount != 2 || *d.Rating != 7.5 || !d.IsFavorite || d.PlaybackPositionTicks != 0 {
		t.Errorf("%+v", d)
	}
	v := provider.View{Feature: media.Ratings}
	AddRows(&v, decoded(t, `{"Id":"a","Type":"Movie","UserData":{"Rating":11}}`), []media.Item{{Key: "a"}}, false)
	if len(v.Rows) > 0 || len(v.Skipped) != 1 {
		t.Errorf("%+v", v)
	}
}

// TestNothingIsLostInSilence: every row of a page is a row of the view or is
// listed with a reason, in every feature that its kind has.
func TestNothingIsLostInSilence(t *testing.T) {
	const page = `{"Items":[
{"Id":"m1","Type":"Movie","UserData":{"Played":true,"LastPlayedDate":"2024-09-14T10:00:00.1234567+02:00","PlaybackPositionTicks":10000,"Rating":0}},
{"Id":"m2","Type":"movie","NAME":"Shouting","PROVIDERIDS":{"IMDB":"TT0133093","Imdb":"tt0133093 ","tmdb":"","TMDB":0},"USERDATA":{"PLAYED":"true"}},
{"Id":"m3","Type":"Movie","UserData":null}, {"Id":"m4","Type":"Movie"}, {"Id":"m5","Type":"Movie","UserData":{"Played":"perhaps"}},
{"Id":"","Type":"Movie","Name":"nameless","UserData":{"Played":true}}, {"Id":null,"Type":"Movie","UserData":{}}, null, "a word", 7, [],
{"Id":"v1","Type":"Video","UserData":{"Played":true}}, {"Id":"b1","Type":"BoxSet","UserData":{}}, {"Id":"x1","UserData":{}},
{"Id":"s1","Type":"Series","UserData":{"IsFavorite":true}},
{"Id":"e1","Type":"Episode","SeriesId":"s1","ParentIndexNumber":1,"IndexNumber":3,"IndexNumberEnd":4,"UserData":{"Played":true,"PlaybackPositionTicks":10000}},
{"Id":"e2","Type":"Episode","SeriesId":"gone","ParentIndexNumber":null,"IndexNumber":"","UserData":{"PlayCount":1e2}}],"TotalRecordCount":"17","Extra":{}}`
	var p Page
	if err := json.Unmarshal([]byte(page), &p); err != nil || len(p.Items) != 17 || *p.TotalRecordCount != 17 {
		t.Fatal(len(p.Items), err)
	}
	if err := Check(p.Items); err != nil {
		t.Fatal(err)
	}
	w := &Works{}
	w.Learn(p.Items)
	for f, want := range map[media.Feature]string{
		media.History:   "m1 m2 e1 e1#4 e2",
		media.Progress:  "m1 m2 e2",
		media.Ratings:   "m1 m2 s1 e1 e1#4 e2",
		media.Watchlist: "m1 m2 s1",
	} {
		v := provider.View{Feature: f}
		for _, it := range p.Items {
			before := len(v.Rows) + len(v.Skipped)
			AddRows(&v, it, w.Describe(it), false)
			has := f == media.History && it.Type == Series || f == media.Progress && it.Type == Series || f == media.Watchlist && it.Type == Episode
			if len(v.Rows)+len(v.Skipped) == before && !has {
				t.Errorf("%s of %+v is lost", f, it)
			}
		}
		var keys []string
		for _, row := range v.Rows {
			keys = append(keys, row.Key)
		}
		for _, s := range v.Skipped {
			if s.Reason == "" {
				t.Errorf("%s: skipped without words: %+v", f, s)
			}
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%s: %s, want %s", f, got, want)
		}
	}
	if works := w.Describe(p.Items[1]); works[0].Title != "Shouting" || len(works[0].Tokens) != 1 || works[0].Tokens[0].String() != "film/imdb:tt0133093" {
		t.Errorf("%+v", works)
	}
	for _, bad := range []string{`[{"Id":"m1","Type":"Movie"},{"Id":"m2","UserData":null}]`, `[null, 5, {"UserData":{}}]`} {
		var items []Item
		if err := json.Unmarshal([]byte(bad), &items); err != nil || provider.AsError(Check(items)).Kind != provider.Contract {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// FuzzPage: whatever a server sends is read, skipped or refused, and no value
// comes out that the server could not mean.
func FuzzPage(f *testing.F) {
	f.Add(`{"Items":[{"Id":914048,"Type":"Movie","ProviderIds":{"IMDB":"tt90000099"},"UserData":{"PlaybackPositionTicks":0,"PlayCount":2,"IsFavorite":true,"LastPlayedDate":"2024-08-02T22:51:23.0000000Z","Played":true,"Rating":8}}],"TotalRecordCount":903}`)
	f.Add(`{"Items":null,"TotalRecordCount":"0"}`)
	f.Add(`{"Items":[{"Id":"x","Type":"Episode","UserData":[]}]}`)
	f.Add(`{"Items":[{"Id":"m","Type":"Movie","UserData":{"Played":"yes","LastPlayedDate":"2024-02-30T25:61:00.1234567+14:00","PlaybackPositionTicks":9223372036854775808}},null,{"Type":7}],"TotalRecordCount":1e3}`)
	f.Add(`{"Items":[{"Id":"m","Type":"Movie","ProviderIds":{"tmdb":603,"TMDB":"604","Imdb":null,"IMDB":["tt0133093"]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var p Page
		if json.Unmarshal([]byte(text), &p) != nil {
			return
		}
		for _, it := range p.Items {
			for _, feature := range media.Features {
				v := provider.View{Feature: feature}
				works := (&Works{}).Describe(it)
				AddRows(&v, it, works, false)
				row, said := Value(it, feature)
				nowhere := feature == media.Progress && len(works) > 1 && !row.Value.Set
				if (said || !it.Understood()) && !nowhere && len(v.Rows)+len(v.Skipped) == 0 {
					t.Errorf("%s of %+v is lost in silence", feature, it)
				}
				for _, row := range v.Rows {
					if row.Value.N < 0 && feature != media.History || row.Count < 0 || feature == media.Ratings && row.Value.N > 100 {
						t.Errorf("%s: %+v", feature, row)
					}
				}
			}
		}
	})
}
