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
				nowhere := len(works) == 0 || feature == media.Progress && len(works) > 1
				if _, said := Value(it, feature); (said || !it.Understood()) && !nowhere && len(v.Rows)+len(v.Skipped) == 0 {
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
