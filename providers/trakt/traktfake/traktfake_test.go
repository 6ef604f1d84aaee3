package traktfake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// rig is a service whose clock the test turns.
type rig struct {
	*Service
	t     *testing.T
	now   time.Time
	user  *User
	token string
	film  *Title
	show  *Title
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, now: time.Date(2026, 10, 5, 20, 14, 33, 0, time.UTC)}
	r.Service = New(func() time.Time { return r.now })
	r.user = r.AddUser("marlow")
	r.token = r.Mint(r.user, "test-client").Access
	r.film = r.AddMovie("Paper Lighthouse", 2021, IDs{Trakt: 5, IMDb: "tt0000005", TMDB: 6})
	r.show = r.AddShow("Harbour", 2019, IDs{Trakt: 55, TVDB: 66}, 1, 3)
	return r
}

// call makes a request a second after the last one.
func (r *rig) call(method, target, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r.now = r.now.Add(time.Second)
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Header.Set("User-Agent", "Test/1")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("trakt-api-version", "2")
	req.Header.Set("trakt-api-key", "test-client")
	req.Header.Set("Authorization", "Bearer "+r.token)
	for _, c := range change {
		c(req)
	}
	out := httptest.NewRecorder()
	r.ServeHTTP(out, req)
	return out
}

// expect compares status and what the body holds.
func (r *rig) expect(out *httptest.ResponseRecorder, status int, holds ...string) {
	r.t.Helper()
	if out.Code != status {
		r.t.Errorf("status %d, want %d: %s", out.Code, status, out.Body)
	}
	for _, h := range holds {
		if !strings.Contains(out.Body.String(), h) {
			r.t.Errorf("no %s in %s", h, out.Body)
		}
	}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestEveryCallIsChecked(t *testing.T) {
	r := newRig(t)
	for status, change := range map[int]func(*http.Request){
		403: header("User-Agent", ""), 412: header("Content-Type", "text/plain"), 401: header("Authorization", "Bearer x"), 400: header("trakt-api-version", "1"),
	} {
		r.expect(r.call("GET", "/sync/watchlist", "", change), status)
	}
	r.expect(r.call("GET", "/sync/watchlist", "", header("trakt-api-key", "gone")), 403)
	r.now = r.now.Add(8 * 24 * time.Hour)
	r.expect(r.call("GET", "/sync/watchlist", ""), 401)
	r.token = r.Mint(r.user, "test-client").Access
	r.user.Locked = true
	r.expect(r.call("GET", "/sync/watchlist", ""), 423)
}

func TestPagesAreClamped(t *testing.T) {
	r := newRig(t)
	for range 260 {
		r.user.Watch(r.film, r.now)
	}
	for query, want := range map[string][3]string{"": {"1", "100", "3"}, "?limit=1000": {"1", "250", "2"}, "?limit=250&page=2": {"2", "250", "2"}, "?page=9": {"9", "100", "3"}} {
		out := r.call("GET", "/sync/history"+query, "")
		h := out.Header()
		if got := [3]string{h.Get("X-Pagination-Page"), h.Get("X-Pagination-Limit"), h.Get("X-Pagination-Page-Count")}; got != want || h.Get("X-Pagination-Item-Count") != "260" {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	r.expect(r.call("GET", "/sync/history?page=9", ""), 200, "[]")
}

func TestPlaysLoseSecondsAndAreNeverMerged(t *testing.T) {
	r := newRig(t)
	body := `{"movies":[{"ids":{"tmdb":6},"watched_at":"2026-10-05T20:14:59.000Z"},{"ids":{"tmdb":404}}],"shows":[{"ids":{"tvdb":66},"seasons":[{"number":1,"episodes":[{"number":2,"watched_at":"unknown"},{"number":99}]}]}]}`
	for range 2 {
		r.expect(r.call("POST", "/sync/history", body), 201, `"added":{"episodes":1,"movies":1}`, `"movies":[{"ids":{"tmdb":404}}]`, `"number":99`)
	}
	r.expect(r.call("GET", "/sync/history/movies/5", ""), 200, `"watched_at":"2026-10-05T20:14:00.000Z"`)
	r.expect(r.call("GET", "/sync/history/episodes", ""), 200, `"watched_at":"1970-01-01T00:00:00.000Z"`)
	if len(r.user.Plays()) != 4 {
		t.Error(r.user.Plays())
	}
	id := r.user.Plays()[0].ID
	r.expect(r.call("POST", "/sync/history/remove", fmt.Sprintf(`{"ids":[%d,999999]}`, id)), 200, `"deleted":{"episodes":0,"movies":1}`, `"ids":[999999]`)
	r.expect(r.call("POST", "/sync/history", `{"shows":[{"ids":{"tvdb":66}}]}`), 201, `"episodes":4`)
	r.expect(r.call("POST", "/sync/history/remove", `{"shows":[{"ids":{"tvdb":66}}]}`), 200, `"episodes":6`)
	r.expect(r.call("POST", "/sync/history", `{"movies":[{"ids":{"tmdb":6},"watched_at":"last week"}]}`), 422)
}

func TestWatchedLeavesTheWatchlist(t *testing.T) {
	r := newRig(t)
	other := r.AddMovie("Other", 2000, IDs{})
	for _, w := range []*Title{r.film, r.show, r.Season(r.show, 1), other} {
		r.user.List(w, time.Time{})
	}
	before := r.activity()
	r.now = r.now.Add(time.Minute)
	r.user.Watch(r.Episode(r.show, 1, 1), r.now)
	r.user.Watch(r.film, r.now)
	if l := r.user.Listed(); len(l) != 1 || l[0].Title != other {
		t.Error(l)
	}
	after := r.activity()
	if before["watchlist"]["updated_at"] == after["watchlist"]["updated_at"] || before["movies"]["watched_at"] == after["movies"]["watched_at"] ||
		before["movies"]["rated_at"] != after["movies"]["rated_at"] {
		t.Errorf("%v, then %v", before, after)
	}
}

func (r *rig) activity() map[string]map[string]string {
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(r.call("GET", "/sync/last_activities", "").Body.Bytes(), &raw); err != nil {
		r.t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for k, v := range raw {
		part := map[string]string{}
		_ = json.Unmarshal(v, &part) // "all" is no section
		out[k] = part
	}
	return out
}

func TestListsAndRatings(t *testing.T) {
	r := newRig(t)
	body := `{"movies":[{"ids":{"imdb":"tt0000005"}}],"seasons":[{"ids":{"trakt":1}}]}`
	r.expect(r.call("POST", "/sync/watchlist", body), 201, `"added":{"episodes":0,"movies":1`, `"item_count":1`, `"seasons":[{"ids":{"trakt":1}}]`)
	r.expect(r.call("POST", "/sync/watchlist", body), 201, `"existing":{"episodes":0,"movies":1`)
	r.expect(r.call("POST", "/sync/watchlist/remove", body), 200, `"deleted":{"episodes":0,"movies":1`)
	r.user.WatchlistLimit = 0
	r.expect(r.call("POST", "/sync/watchlist", body), 420)
	rate := `{"movies":[{"ids":{"trakt":5},"rating":7}]}`
	r.expect(r.call("POST", "/sync/ratings", rate), 201, `"movies":1`)
	first := r.user.Rated()[0].At
	r.now = r.now.Add(time.Hour)
	r.call("POST", "/sync/ratings", rate)
	if !r.user.Rated()[0].At.After(first) {
		t.Error("an equal rating kept its date")
	}
	r.expect(r.call("POST", "/sync/ratings", `{"movies":[{"ids":{"trakt":5},"rating":0}]}`), 422)
	r.expect(r.call("GET", "/sync/ratings", ""), 200, `"rating":7`)
}

func TestScrobble(t *testing.T) {
	r := newRig(t)
	body := func(pct int) string { return fmt.Sprintf(`{"progress":%d,"movie":{"ids":{"trakt":5}}}`, pct) }
	r.expect(r.call("POST", "/scrobble/pause", body(40)), 201, `"action":"pause"`, `"trakt":5`)
	r.expect(r.call("GET", "/sync/playback", ""), 200, `"progress":40`)
	r.expect(r.call("POST", "/scrobble/pause", body(85)), 422)
	r.expect(r.call("POST", "/scrobble/stop", body(0)), 422)
	r.expect(r.call("POST", "/scrobble/stop", body(90)), 201, `"action":"scrobble"`)
	r.expect(r.call("POST", "/scrobble/stop", body(90)), 409, "expires_at")
	r.expect(r.call("GET", "/sync/playback", ""), 200, "[]")
	r.expect(r.call("POST", "/scrobble/pause", `{"progress":30,"show":{"ids":{"tvdb":66}},"episode":{"season":1,"number":2}}`), 201)
	r.expect(r.call("DELETE", fmt.Sprintf("/sync/playback/%d", r.user.Paused()[0].ID), ""), 204)
	r.expect(r.call("DELETE", "/sync/playback/1", ""), 404)
	r.user.Pause(r.film, 10, r.now.AddDate(0, -7, 0))
	if r.user.ExpirePauses(); len(r.user.Paused()) != 0 {
		t.Error("an old resume point stayed")
	}
}

func TestRollUps(t *testing.T) {
	r := newRig(t)
	r.user.Watch(r.Episode(r.show, 1, 2), r.now)
	if out := r.call("GET", "/sync/watched/shows", ""); strings.Contains(out.Body.String(), "seasons") {
		t.Error("seasons without asking")
	}
	r.expect(r.call("GET", "/sync/watched/shows?extended=progress", ""), 200, `"seasons":[{"episodes":[{"last_watched_at"`, `"plays":1`)
	r.expect(r.call("GET", "/users/me/watched/shows?extended=min", ""), 200, `{"55":{"1":{"2":["2026-10-05T20:14:00.000Z"]}}}`)
	r.expect(r.call("GET", "/search/tvdb/66?type=show", ""), 200, `"trakt":55`)
	r.expect(r.call("GET", "/shows/55/seasons/1/episodes/2", ""), 200, `"number":2`)
	r.expect(r.call("GET", "/shows/55/seasons/7/episodes/2", ""), 404)
	r.expect(r.call("GET", "/users/hidden/dropped", ""), 200, "[]")
}

func TestAddWorks(t *testing.T) {
	r := newRig(t)
	titles := r.AddWorks(fakekit.SomeWorks(3))
	if len(titles) != 3 || titles[0].Type != "movie" || titles[2].Type != "show" || r.Episode(titles[2], 2, 4) == nil || r.Season(titles[2], 1) == nil {
		t.Errorf("%+v", titles)
	}
}

func TestRateLimits(t *testing.T) {
	r := newRig(t)
	r.expect(r.call("POST", "/sync/ratings", `{}`), 201)
	r.now = r.now.Add(-700 * time.Millisecond)
	out := r.call("POST", "/sync/ratings", `{}`)
	r.expect(out, 429)
	if out.Header().Get("Retry-After") != "1" || out.Header().Get("X-Ratelimit") == "" {
		t.Error(out.Header())
	}
	still := func(req *http.Request) { r.now = r.now.Add(-time.Second) }
	for range 500 {
		r.expect(r.call("GET", "/users/settings", "", still), 200)
	}
	r.expect(r.call("GET", "/users/settings", "", still), 429)
	r.now = r.now.Add(5 * time.Minute)
	r.expect(r.call("GET", "/users/settings", "", still), 200)
}

func TestTokensAreUsedOnce(t *testing.T) {
	r := newRig(t)
	kept := r.Mint(r.user, "test-client")
	refresh := fmt.Sprintf(`{"grant_type":"refresh_token","refresh_token":%q,"client_id":"test-client","client_secret":"test-secret"}`, kept.Refresh)
	r.expect(r.call("POST", "/oauth/token", refresh), 200, "access_token", `"expires_in":604800`)
	r.expect(r.call("POST", "/oauth/token", refresh), 400, "invalid_grant")
	r.token = kept.Access
	r.expect(r.call("GET", "/users/settings", ""), 401)
	r.token = r.Mint(r.user, "test-client").Access
	r.expect(r.call("POST", "/oauth/revoke", fmt.Sprintf(`{"token":%q,"client_id":"test-client"}`, r.token)), 200)
	r.expect(r.call("GET", "/users/settings", ""), 401)
}

func TestDeviceCodeByStatus(t *testing.T) {
	r := newRig(t)
	start := func() (string, string) {
		var d struct {
			Device string `json:"device_code"`
			User   string `json:"user_code"`
		}
		_ = json.Unmarshal(r.call("POST", "/oauth/device/code", `{"client_id":"test-client"}`).Body.Bytes(), &d)
		return d.User, fmt.Sprintf(`{"code":%q,"client_id":"test-client","client_secret":"test-secret"}`, d.Device)
	}
	user, poll := start()
	r.expect(r.call("POST", "/oauth/device/token", poll), 400)
	r.expect(r.call("POST", "/oauth/device/token", poll), 429)
	r.Approve(user, r.user)
	r.now = r.now.Add(10 * time.Second)
	r.expect(r.call("POST", "/oauth/device/token", poll), 200, "access_token")
	r.expect(r.call("POST", "/oauth/device/token", poll), 409)
	user, poll = start()
	r.Deny(user)
	r.expect(r.call("POST", "/oauth/device/token", poll), 418)
	_, poll = start()
	r.now = r.now.Add(11 * time.Minute)
	r.expect(r.call("POST", "/oauth/device/token", poll), 410)
	r.expect(r.call("POST", "/oauth/device/token", `{"code":"x"}`), 404)
}

func TestBrowserNeedsTheVerifier(t *testing.T) {
	r := newRig(t)
	r.AddClient(Client{ID: "public", Redirects: []string{"http://localhost:1/cb"}})
	sum := sha256.Sum256([]byte("verifier"))
	page := "/oauth/authorize?" + url.Values{"response_type": {"code"}, "client_id": {"public"}, "redirect_uri": {"http://localhost:1/cb"}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}.Encode()
	for verifier, status := range map[string]int{"verifier": 200, "guess": 400} {
		out := r.call("GET", page, "", header("Cookie", "user=marlow"))
		r.expect(out, 302)
		back, _ := url.Parse(out.Header().Get("Location"))
		form := fmt.Sprintf(`{"grant_type":"authorization_code","code":%q,"client_id":"public","redirect_uri":"http://localhost:1/cb","code_verifier":%q}`, back.Query().Get("code"), verifier)
		r.expect(r.call("POST", "/oauth/token", form), status)
		r.expect(r.call("POST", "/oauth/token", form), 400)
	}
	r.expect(r.call("GET", strings.Replace(page, "localhost", "evil.test", 1), "", header("Cookie", "user=marlow")), 400)
	r.expect(r.call("GET", page, ""), 200, "Sign in")
}
