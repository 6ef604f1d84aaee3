package jellyfinfake

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

const device = `MediaBrowser Client="c", Device="d", DeviceId="i", Version="1"`

func enter(t *testing.T, version string) *visit {
	s := New(Options{Version: version, Works: fakekit.SomeWorks(3), Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }})
	v := &visit{t: t, s: s, u: s.AddUser("marlow", "pw")}
	var in struct{ AccessToken string }
	v.ask("POST", "/Users/AuthenticateByName", `{"Username":"marlow","Pw":"pw"}`, &in)
	v.token = in.AccessToken
	return v
}

func (v *visit) ask(method, target, body string, into any, header ...string) int {
	v.t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Header.Set("Authorization", device+`, Token="`+v.token+`"`)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Del("Authorization")
		req.Header.Set(header[i], header[i+1])
	}
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
	Items            []struct{ ID string }
	TotalRecordCount int
}

func TestDatesAndCountsMoveAtTheStart(t *testing.T) {
	v := enter(t, "")
	film := v.s.Find("Paper Lighthouse 1")
	v.u.Mark(film)
	v.u.Start(film)
	if d := v.u.State(film); d.Played || d.Count != 2 || d.Last.IsZero() {
		t.Errorf("%+v", d)
	}
	v.u.Stop(film, 50)
	if d := v.u.State(film); d.Played || d.PositionMS == 0 {
		t.Errorf("%+v", d)
	}
	v.u.Stop(film, 95)
	if d := v.u.State(film); !d.Played || d.PositionMS != 0 {
		t.Errorf("%+v", d)
	}
}

func TestMarkingWithADateCountsEachTime(t *testing.T) {
	v := enter(t, "")
	film := v.s.Find("Paper Lighthouse 1")
	for range 2 {
		v.ask("POST", "/UserPlayedItems/"+film+"?datePlayed=2024-09-14T08:00:00Z", "", nil)
	}
	if d := v.u.State(film); d.Count != 2 || d.Last.Year() != 2024 {
		t.Errorf("%+v", d)
	}
	v.ask("POST", "/UserPlayedItems/"+film, "", nil)
	if d := v.u.State(film); d.Count != 2 || d.Last.Year() != 2024 {
		t.Errorf("without a date the older one stays: %+v", d)
	}
	v.ask("DELETE", "/UserPlayedItems/"+film, "", nil)
	if d := v.u.State(film); d.Played || d.Count != 0 || !d.Last.IsZero() {
		t.Errorf("%+v", d)
	}
}

func TestUpdateIsPartialAndNullIsNothing(t *testing.T) {
	v := enter(t, "")
	film := v.s.Find("Paper Lighthouse 1")
	v.u.Rate(film, 8)
	v.u.Favorite(film, true)
	v.ask("POST", "/UserItems/"+film+"/UserData", `{"Rating":null,"PlaybackPositionTicks":10000}`, nil)
	if d := v.u.State(film); d.Rating != 8 || !d.Favorite || d.PositionMS != 1 {
		t.Errorf("%+v", d)
	}
	if code := v.ask("POST", "/UserItems/"+film+"/UserData", `{"Rating":11}`, nil); code != 400 {
		t.Error(code)
	}
}

func TestUnknownParametersAreIgnored(t *testing.T) {
	v := enter(t, "")
	var all, found list
	v.ask("GET", "/Items?recursive=true", "", &all)
	v.ask("GET", "/Items?recursive=true&AnyProviderIdEquals=imdb.tt1", "", &found)
	if len(all.Items) != 10 || len(found.Items) != len(all.Items) || all.TotalRecordCount != 10 {
		t.Errorf("%d, %d", len(all.Items), len(found.Items))
	}
	v.ask("GET", "/Items?INCLUDEITEMTYPES=Series&startIndex=0&limit=5", "", &found)
	if len(found.Items) != 1 {
		t.Errorf("%d series", len(found.Items))
	}
}

func TestCopiesShareDataOnlyBefore1011(t *testing.T) {
	for version, shared := range map[string]bool{"10.10.7": true, "10.11.11": false, "12.0.0": false} {
		v := enter(t, version)
		film := v.s.Find("Paper Lighthouse 1")
		v.u.Mark(film)
		if twin := v.s.Copy(film); v.u.State(twin).Played != shared {
			t.Errorf("%s: %+v", version, v.u.State(twin))
		}
		if moved := v.s.Rescan(v.s.Find("Paper Lighthouse 2")); v.u.State(moved).Played {
			t.Errorf("%s: unwatched became watched", version)
		}
	}
	v := enter(t, "10.10.7")
	ep := v.s.Find("Harbour 3", 1, 2)
	v.u.Mark(ep)
	v.s.Upgrade("12.0.0")
	if !v.u.State(ep).Played || v.u.State(v.s.Find("Harbour 3", 1, 3)).Played {
		t.Error("the upgrade lost or spread data")
	}
}

func TestOlderSignInsEndIn12(t *testing.T) {
	for version, code := range map[string]int{"10.11.11": 200, "12.0.0": 401} {
		v := enter(t, version)
		if got := v.ask("GET", "/Users/Me", "", nil, "X-Emby-Token", v.token); got != code {
			t.Errorf("%s: %d", version, got)
		}
	}
}

func TestSignInAgainEndsTheEarlierToken(t *testing.T) {
	v := enter(t, "")
	old := v.token
	v.ask("POST", "/Users/AuthenticateByName", `{"Username":"marlow","Pw":"pw"}`, nil)
	if code := v.ask("GET", "/Users/Me", "", nil); code != 401 || old != v.token {
		t.Error(code)
	}
	if code := v.ask("POST", "/Users/AuthenticateByName", `{"Username":"marlow","Pw":"pw"}`, nil, "Authorization", `MediaBrowser Client="c"`); code != 400 {
		t.Errorf("without a device: %d", code)
	}
	if code := v.ask("POST", "/Users/AuthenticateByName", `{"Username":"marlow","Pw":"no"}`, nil); code != 401 {
		t.Error(code)
	}
}

func TestHiddenLibrariesAreNotThere(t *testing.T) {
	v := enter(t, "")
	film := v.s.Find("Paper Lighthouse 1")
	v.u.Hide(v.s.LibraryID("films"), true)
	if code := v.ask("POST", "/UserFavoriteItems/"+film, "", nil); code != 404 {
		t.Error(code)
	}
	if code := v.ask("GET", "/Items?userId="+strings.Repeat("0", 32), "", nil); code != 403 {
		t.Error(code)
	}
}
