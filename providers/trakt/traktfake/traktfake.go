// Package traktfake is an imitation of Trakt for tests and the demo: sign-in,
// sync, scrobble and look-ups, with the rules that bite (pages are clamped,
// plays lose their seconds and are never merged, watched titles leave the
// watchlist, replies count and do not name).
//
// TEST ONLY. It imports nothing of the adapter: both follow the service's
// documentation on their own, so that they are not wrong together. Weather
// (broken, slow or lying answers) is put in front of it by the test.
// Start with New, then AddMovie, AddShow, AddUser; acts.go is what people do.
package traktfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Service is the whole imitation. It answers for api.trakt.tv and
// auth.trakt.tv alike; the paths do not clash. It is safe for concurrent use.
type Service struct {
	mu      sync.Mutex
	clock   func() time.Time
	mux     *http.ServeMux
	titles  catalogue
	users   map[string]*User
	clients map[string]*Client
	codes   map[string]*deviceCode
	grants  map[string]*grant
	access  map[string]*token
	refresh map[string]*token
	lastID  int64
	since   time.Time // when everyone joined; the activity time of what never happened
	// Limited switches the rate limits off when false.
	Limited bool
	// PartialLimit: a request that exceeds the account's limit is refused
	// with 420 after what fits was stored, instead of as a whole.
	PartialLimit bool
	// Idle: writes are answered as done and have no effect.
	Idle bool
	// CountLies: replies to sync posts count this many fewer than were stored.
	CountLies int
}

// Client is a registered API application.
type Client struct {
	ID        string
	Secret    string // "" for an application without secret (PKCE)
	Redirects []string
}

// New makes an empty service with its own clock and one application whose
// client id is "test-client".
func New(clock func() time.Time) *Service {
	s := &Service{
		clock: clock, users: map[string]*User{}, clients: map[string]*Client{},
		codes: map[string]*deviceCode{}, grants: map[string]*grant{},
		access: map[string]*token{}, refresh: map[string]*token{}, since: clock().AddDate(-5, 0, 0), Limited: true,
	}
	s.titles.init()
	s.AddClient(Client{ID: "test-client", Secret: "test-secret", Redirects: []string{"http://127.0.0.1/callback"}})
	s.mux = s.routes()
	return s
}

// AddClient registers an application.
func (s *Service) AddClient(c Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[c.ID] = &c
}

// RemoveClient deletes an application: its calls get 403 from then on.
func (s *Service) RemoveClient(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, id)
}

func (s *Service) routes() *http.ServeMux {
	m := http.NewServeMux()
	m.HandleFunc("POST /oauth/device/code", s.deviceStart)
	m.HandleFunc("POST /oauth/device/token", s.devicePoll)
	m.HandleFunc("POST /oauth/token", s.exchange)
	m.HandleFunc("POST /oauth/revoke", s.revoke)
	m.HandleFunc("GET /oauth/authorize", s.authorize)
	for pattern, h := range map[string]endpoint{
		"GET /sync/last_activities":                           s.lastActivities,
		"GET /sync/history":                                   s.history,
		"GET /sync/history/{type}":                            s.history,
		"GET /sync/history/{type}/{id}":                       s.history,
		"GET /sync/watched/{type}":                            s.watchedRollup,
		"GET /sync/watchlist":                                 s.watchlist,
		"GET /sync/watchlist/{type}":                          s.watchlist,
		"GET /sync/ratings":                                   s.ratings,
		"GET /sync/ratings/{type}":                            s.ratings,
		"GET /sync/playback":                                  s.playback,
		"GET /sync/playback/{type}":                           s.playback,
		"DELETE /sync/playback/{id}":                          s.playbackDelete,
		"POST /sync/history":                                  s.historyAdd,
		"POST /sync/history/remove":                           s.historyRemove,
		"POST /sync/watchlist":                                s.watchlistAdd,
		"POST /sync/watchlist/remove":                         s.watchlistRemove,
		"POST /sync/ratings":                                  s.ratingsAdd,
		"POST /sync/ratings/remove":                           s.ratingsRemove,
		"POST /scrobble/start":                                s.scrobbleStart,
		"POST /scrobble/pause":                                s.scrobblePause,
		"POST /scrobble/stop":                                 s.scrobbleStop,
		"GET /users/settings":                                 s.settings,
		"GET /users/me/watching":                              s.watching,
		"GET /users/hidden/{section}":                         s.hidden,
		"GET /users/me/watched/{type}":                        s.watchedMin,
		"GET /search/{namespace}/{id}":                        s.search,
		"GET /shows/{id}/seasons":                             s.seasonsInfo,
		"GET /shows/{id}/seasons/{season}/episodes/{episode}": s.episodeInfo,
	} {
		m.HandleFunc(pattern, s.signedIn(h))
	}
	return m
}

// ServeHTTP answers as the edge and the API do: no User-Agent is refused by
// the edge with a page, everything else by the API.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	out := &answer{header: w.Header(), status: http.StatusOK}
	s.serve(out, r)
	w.WriteHeader(out.status)
	_, _ = out.body.WriteTo(w) // the client may have gone
}

// answer keeps an answer until the service is free again: a slow reader must
// not hold up the others.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.Header().Get("Date") == "" { // else somebody in front says what time it is
		w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
	}
	if ua := r.UserAgent(); ua == "" || strings.HasPrefix(ua, "Go-http-client") {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<html><title>Attention Required! | Cloudflare</title></html>")
		return
	}
	s.mux.ServeHTTP(w, r)
}

// call is one authenticated request.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	user *User
}

type endpoint func(c *call)

// signedIn checks what every API call needs: content type, API version,
// application, token, account, rate limit.
func (s *Service) signedIn(next endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !jsonType(r) {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		if r.Header.Get("trakt-api-version") != "2" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		key := r.Header.Get("trakt-api-key")
		if s.clients[key] == nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		t := s.access[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		if t == nil || t.client != key || !s.clock().Before(t.expires) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if t.user.Locked {
			w.Header().Set("X-Account-Locked", "true")
			w.WriteHeader(http.StatusLocked)
			return
		}
		if s.Limited && !t.user.allow(w, r.Method, s.clock()) {
			return
		}
		if s.Idle && r.Method != http.MethodGet {
			was := t.user.keep()
			defer func() { *t.user = was }()
		}
		next(&call{w: w, r: r, user: t.user})
	}
}

func jsonType(r *http.Request) bool {
	ct, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.TrimSpace(ct) == "application/json"
}

// object is one JSON object of an answer.
type object map[string]any

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

const (
	defaultLimit = 100
	largestLimit = 250
)

// page answers one page of rows. Larger limits are clamped, not refused.
func page[T any](c *call, rows []T) {
	number := max(1, intParam(c.r, "page", 1))
	limit := min(max(1, intParam(c.r, "limit", defaultLimit)), largestLimit)
	pages := (len(rows) + limit - 1) / limit
	from := min((number-1)*limit, len(rows))
	part := rows[from:min(from+limit, len(rows))]
	h := c.w.Header()
	h.Set("X-Pagination-Page", strconv.Itoa(number))
	h.Set("X-Pagination-Limit", strconv.Itoa(limit))
	h.Set("X-Pagination-Page-Count", strconv.Itoa(pages))
	h.Set("X-Pagination-Item-Count", strconv.Itoa(len(rows)))
	if part == nil {
		part = []T{}
	}
	reply(c.w, http.StatusOK, part)
}

func intParam(r *http.Request, name string, otherwise int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil {
		return otherwise
	}
	return n
}

// stamp formats a time as the service does; unknown plays are shown at the
// epoch.
func stamp(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func (s *Service) nextID() int64 {
	s.lastID++
	return s.lastID
}
