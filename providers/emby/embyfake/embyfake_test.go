package embyfake

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// visit is a program with a token of its own.
type visit struct {
	t     *testing.T
	s     *Server
	u     *User
	token string
}

const device = `Emby Client="c", Device="d", DeviceId="i", Version="1"`

func enter(t *testing.T) *visit {
	s := New(Options{Works: fakekit.SomeWorks(3), Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }})
	v := &visit{t: t, s: s, u: s.AddUser("marlow", "pw")}
	var in struct{ AccessToken string }
	v.ask("POST", "/emby/Users/AuthenticateByName", `{"Username":"marlow","Pw":"pw"}`, &in)
	v.token = in.AccessToken
	return v
}

func (v *visit) ask(method, target, body string, into any) int {
	v.t.Helper()
	req := httptest.NewRequest(method, strings.ReplaceAll(target, "{u}", v.u.ID), strings.NewReader(body))
	req.Header.Set("X-Emby-Authorization", device)
	req.Header.Set("X-Emby-Token", v.token)
	w := httptest.NewRecorder()
	v.s.ServeHTTP(w, req)
	if text, _ := io.ReadAll(w.Body); into != nil && w.Code == http.StatusOK {
		if err := json.Unmarshal(text, into); err != nil {
			v.t.Fatalf("%s: %v", text, err)
		}
	}
	return w.Code
}

type list struct {
	Items []struct {
		ID, Type string
		UserData struct {
			PlayCount      int
			LastPlayedDate string
		}
	}
	TotalRecordCount int
}

func TestDatesAndCountsMoveAtTheStart(t *testing.T) {
	v := enter(t)
	film := v.s.Find("Paper Lighthouse 1")
	v.u.Mark(film)
	v.u.Start(film)
	if d := v.u.State(film); d.Played || d.Count != 2 || d.Last.IsZero() {
		t.Errorf("%+v", d)
	}
	for percent, want := range map[int]bool{2: false, 50: false, 95: true} {
		v.u.Stop(film, percent)
		if d := v.u.State(film); d.Played != want || (d.PositionMS > 0) != (percent == 50) {
			t.Errorf("%d %%: %+v", percent, d)
		}
		v.u.Start(film)
	}
}

// The whole record is replaced: what is left out is lost.
func TestRecordsAreReplaced(t *testing.T) {
	v := enter(t)
	film := v.s.Find("Paper Lighthouse 1")
	v.u.Keep(film, State{Played: true, Favorite: true, Count: 3, PositionMS: 5, Last: v.s.now(), Rating: -1})
	v.ask("POST", "/Users/{u}/Items/"+film+"/UserData", `{"Rating":8}`, nil)
	if d := v.u.State(film); d != (State{Rating: 8}) {
		t.Errorf("%+v", d)
	}
	if code := v.ask("POST", "/Users/{u}/Items/"+film+"/UserData", `{"Rating":11}`, nil); code != 400 {
		t.Error(code)
	}
}

func TestMarkingKeepsAnOlderDateAndUnmarkingTheCount(t *testing.T) {
	v := enter(t)
	film := v.s.Find("Paper Lighthouse 1")
	mark := "/Users/{u}/PlayedItems/" + film
	v.ask("POST", mark+"?DatePlayed=20240914080000", "", nil)
	v.ask("POST", mark+"?DatePlayed=20250914080000", "", nil)
	if d := v.u.State(film); !d.Played || d.Count != 1 || d.Last.Year() != 2024 {
		t.Errorf("%+v", d)
	}
	if code := v.ask("POST", mark+"?DatePlayed=2024-09-14T08:00:00Z", "", nil); code != 400 {
		t.Error(code)
	}
	v.ask("POST", mark+"/Delete", "", nil)
	if d := v.u.State(film); d.Played || d.Count != 1 || !d.Last.IsZero() {
		t.Errorf("%+v", d)
	}
}

func TestDatesAndCountsOnlyOnRequest(t *testing.T) {
	v := enter(t)
	film := v.s.Find("Paper Lighthouse 1")
	v.u.Mark(film)
	var bare, full list
	v.ask("GET", "/Users/{u}/Items?Recursive=true&Ids="+film, "", &bare)
	v.ask("GET", "/Users/{u}/Items?Recursive=true&Ids="+film+"&Fields=UserDataLastPlayedDate,UserDataPlayCount", "", &full)
	if d := bare.Items[0].UserData; d.PlayCount != 0 || d.LastPlayedDate != "" {
		t.Errorf("%+v", d)
	}
	if d := full.Items[0].UserData; d.PlayCount != 1 || d.LastPlayedDate == "" {
		t.Errorf("%+v", d)
	}
}

func TestSearchByIDDoesNotLookAtTheKind(t *testing.T) {
	v := enter(t)
	for _, kind := range []string{"Movie", "Series"} {
		v.s.Shelve(Entry{Kind: kind, Title: kind, IDs: map[string]string{"Tmdb": "605"}})
	}
	var both, films, all list
	v.ask("GET", "/Users/{u}/Items?Recursive=true&AnyProviderIdEquals=tmdb.605,imdb.tt1", "", &both)
	v.ask("GET", "/Users/{u}/Items?Recursive=true&AnyProviderIdEquals=TMDB.605&includeItemTypes=Movie", "", &films)
	v.ask("GET", "/Users/{u}/Items?Recursive=true&Unknown=1&StartIndex=2&Limit=3", "", &all)
	if len(both.Items) != 2 || len(films.Items) != 1 || films.Items[0].Type != "Movie" || len(all.Items) != 3 || all.TotalRecordCount != 12 {
		t.Errorf("%+v %+v %+v", both, films, all)
	}
}

func TestWhoMayAsk(t *testing.T) {
	v := enter(t)
	film := v.s.Find("Paper Lighthouse 1")
	other := v.s.AddUser("pip", "pw")
	if code := v.ask("GET", "/Users/"+other.ID+"/Items", "", nil); code != 403 {
		t.Error(code)
	}
	v.u.Hide(v.s.LibraryID("films"), true)
	if code := v.ask("POST", "/Users/{u}/FavoriteItems/"+film, "", nil); code != 404 {
		t.Error(code)
	}
	old := v.token
	v.ask("POST", "/Users/AuthenticateByName", `{"Username":"marlow","Pw":"pw"}`, nil)
	if code := v.ask("GET", "/Users/{u}", "", nil); code != 401 || old != v.token {
		t.Errorf("signing in again ends the earlier token: %d", code)
	}
	if code := v.ask("POST", "/Users/AuthenticateByName", `{"Username":"marlow","Pw":"no"}`, nil); code != 401 {
		t.Error(code)
	}
}
