package anilistfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// call runs a query as the owner of a token and returns status and body.
func call(s *Service, access, query, vars string) (int, string) {
	body := fmt.Sprintf(`{"query":%q,"variables":%s}`, query, vars)
	r := httptest.NewRequest(http.MethodPost, "https://graphql.anilist.co/", strings.NewReader(body))
	if access != "" {
		r.Header.Set("Authorization", "Bearer "+access)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func start() (*Service, *User, string) {
	s := New(time.Now)
	u := s.AddUser(5, "marlow")
	return s, u, s.Mint(u, time.Hour)
}

const saves = `mutation($p: Int, $d: FuzzyDateInput) { SaveMediaListEntry(mediaId: 101, progress: $p, startedAt: $d) { progress startedAt { year } } }`

// TestLeftOutStaysNullClears: the two are not the same.
func TestLeftOutStaysNullClears(t *testing.T) {
	s, _, access := start()
	s.AddMedia(Media{ID: 101, Episodes: 12})
	for _, c := range []struct{ vars, want string }{
		{`{"p":3,"d":{"year":2024}}`, `{"progress":3,"startedAt":{"year":2024}}`},
		{`{"p":99}`, `{"progress":12,"startedAt":{"year":2024}}`},
		{`{"d":null}`, `{"progress":12,"startedAt":{"year":null}}`},
	} {
		if _, body := call(s, access, saves, c.vars); !strings.Contains(body, c.want) {
			t.Errorf("%s: %s", c.vars, body)
		}
	}
}

func TestChunksAndCustomLists(t *testing.T) {
	s, u, _ := start()
	for i := 1; i <= 3; i++ {
		m := s.AddMedia(Media{ID: i})
		u.Edit(m, func(e *Entry) {
			if i == 1 {
				e.Custom, e.Hidden = []string{"Winter"}, true
			}
		})
	}
	const q = `query($c: Int) { MediaListCollection(userId: 5, type: ANIME, chunk: $c, perChunk: 2) { hasNextChunk lists { name entries { mediaId } } } }`
	seen := 0
	for chunk, more := range map[int]bool{1: true, 2: false} {
		_, body := call(s, "", q, fmt.Sprintf(`{"c":%d}`, chunk))
		if !strings.Contains(body, fmt.Sprintf(`"hasNextChunk":%v`, more)) {
			t.Error(body)
		}
		seen += strings.Count(body, "mediaId")
		if strings.Contains(body, `"mediaId":1}`) && !strings.Contains(body, "Winter") {
			t.Error("a hidden entry stands in a list by status:", body)
		}
	}
	if seen != 3 {
		t.Errorf("%d entries", seen)
	}
}

func TestErrors(t *testing.T) {
	s, _, access := start()
	s.AddMedia(Media{ID: 101})
	for _, c := range []struct {
		access, query string
		status        int
		says          string
	}{
		{access, `{ Viewer { nothing } }`, 400, "Cannot query field"},
		{access, `{ Viewer `, 400, "Syntax"},
		{"dead", `{ Viewer { id } }`, 400, "Invalid token"},
		{"", `{ Viewer { id } }`, 401, "Unauthorized"},
		{access, `mutation { SaveMediaListEntry(mediaId: 7) { id } }`, 404, "Not Found"},
		{access, `mutation { SaveMediaListEntry(mediaId: 101, scoreRaw: 101) { id } }`, 400, "scoreRaw"},
		{access, `mutation { DeleteMediaListEntry(id: 1) { deleted } }`, 404, "Not Found"},
		{access, `{ Page(perPage: 1) { pageInfo { hasNextPage } media(id_in: [101, 102]) { id } } }`, 200, `"hasNextPage":false`},
	} {
		status, body := call(s, c.access, c.query, `{}`)
		if status != c.status || !strings.Contains(body, c.says) || !json.Valid([]byte(body)) {
			t.Errorf("%s: %d %s", c.query, status, body)
		}
	}
}

func TestLimit(t *testing.T) {
	s, _, access := start()
	s.Limit = 2
	for i, want := range []int{200, 200, 429} {
		if status, _ := call(s, access, `{ Viewer { id } }`, `{}`); status != want {
			t.Errorf("request %d: %d", i+1, status)
		}
	}
}

func TestScoresByFormat(t *testing.T) {
	for format, want := range map[string]int{"POINT_100": 73, "POINT_10_DECIMAL": 73, "POINT_10": 70, "POINT_5": 70, "POINT_3": 85} {
		if got := rounded(73, format); got != want || rounded(0, format) != 0 {
			t.Errorf("%s keeps %d, want %d", format, got, want)
		}
	}
}
