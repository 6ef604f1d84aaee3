// Package simklfake is an imitation of SIMKL for tests and the demo: sign-in,
// activities, the library with its one status per title, positions, look-ups,
// and the rules that bite (a daily allowance, statuses that move by
// themselves, removals that take the rating along, a status in a path that
// fails open, replies that count and do not name).
//
// TEST ONLY. It imports nothing of the adapter: both follow the service's
// documentation on their own, so that they are not wrong together. Weather
// (broken, slow or lying answers) is put in front of it by the test.
// Start with New, then AddMovie, AddShow, AddAnime, AddUser; acts.go is what
// people do.
package simklfake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Service is the whole imitation. It answers for api.simkl.com and simkl.com
// alike; the paths do not clash. It is safe for concurrent use.
type Service struct {
	mu      sync.Mutex
	clock   func() time.Time
	mux     *http.ServeMux
	titles  []*Title
	users   map[string]*User
	clients map[string]*Client
	codes   map[string]*deviceCode
	grants  map[string]*grant
	access  map[string]*token
	refresh map[string]*token
	lastID  int
	// Limited switches the limits per second and day off when false.
	Limited bool
	// MaxItems is the most titles of one answer; 0: any number.
	MaxItems int
	// Idle: writes are answered as done and have no effect.
	Idle bool
	// NoLookUp: the service has no look-up of single titles.
	NoLookUp bool
	// Empty is how an empty library is written: "{}" or "null".
	Empty string
}

// Client is a registered application. Its type decides how it signs in.
type Client struct {
	ID        string
	Device    bool // TV, devices and command line; else desktop with PKCE
	Redirects []string
}

// New makes an empty service with its own clock and an application
// "test-client" that signs in by device code.
func New(clock func() time.Time) *Service {
	s := &Service{
		clock: clock, users: map[string]*User{}, clients: map[string]*Client{}, codes: map[string]*deviceCode{},
		grants: map[string]*grant{}, access: map[string]*token{}, refresh: map[string]*token{},
		lastID: 1000, Limited: true, Empty: "{}",
	}
	s.AddClient(Client{ID: "test-client", Device: true})
	s.mux = s.routes()
	return s
}

// AddClient registers an application.
func (s *Service) AddClient(c Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[c.ID] = &c
}

// RemoveClient deletes an application: its calls get 412 from then on.
func (s *Service) RemoveClient(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, id)
}

func (s *Service) routes() *http.ServeMux {
	m := http.NewServeMux()
	m.HandleFunc("GET /oauth2/authorize", s.authorize)
	m.HandleFunc("POST /oauth2/device", s.known(s.deviceStart))
	m.HandleFunc("POST /oauth2/token", s.known(s.exchange))
	m.HandleFunc("POST /oauth2/revoke", s.known(s.revoke))
	m.HandleFunc("GET /redirect", s.known(s.redirect))
	for pattern, h := range map[string]endpoint{
		"GET /users/settings":                 s.settings,
		"POST /users/settings":                s.settings,
		"GET /sync/activities":                s.activities,
		"GET /sync/all-items":                 s.allItems,
		"GET /sync/all-items/{type}":          s.allItems,
		"GET /sync/all-items/{type}/{status}": s.allItems,
		"GET /sync/ratings":                   s.ratings,
		"GET /sync/playback":                  s.playback,
		"DELETE /sync/playback/{id}":          s.playbackDelete,
		"POST /sync/watched":                  s.watched,
		"POST /sync/history":                  s.historyAdd,
		"POST /sync/history/remove":           s.historyRemove,
		"POST /sync/add-to-list":              s.addToList,
		"POST /sync/ratings":                  s.ratingsAdd,
		"POST /sync/ratings/remove":           s.ratingsRemove,
		"POST /scrobble/pause":                s.scrobblePause,
	} {
		m.HandleFunc(pattern, s.known(s.signedIn(h)))
	}
	return m
}

// ServeHTTP keeps an answer until the service is free again: a slow reader
// must not hold up the others.
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
	s.mux.ServeHTTP(w, r)
}

// known checks what every call must say about the program.
func (s *Service) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case s.clients[q.Get("client_id")] == nil:
			fail(w, http.StatusPreconditionFailed, "client_id_failed")
		case q.Get("app-name") == "" || q.Get("app-version") == "" || r.UserAgent() == "" || strings.HasPrefix(r.UserAgent(), "Go-http-client"):
			fail(w, http.StatusPreconditionFailed, "app_unnamed")
		default:
			next(w, r)
		}
	}
}

// call is one authenticated request.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	user *User
	now  time.Time
}

type endpoint func(c *call)

// signedIn checks token, scope and limits.
func (s *Service) signedIn(next endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		t := s.access[bearer]
		now := s.clock()
		switch {
		case bearer == "":
			fail(w, http.StatusUnauthorized, "user_token_required")
		case t == nil || t.client != r.URL.Query().Get("client_id") || !now.Before(t.expires):
			fail(w, http.StatusUnauthorized, "user_token_failed")
		case r.Method != http.MethodGet && !t.writes:
			fail(w, http.StatusForbidden, "insufficient_scope")
		case s.Limited && !t.user.allow(w, r.Method, now):
		default:
			next(&call{w, r, t.user, now})
		}
	}
}

// object is one JSON object of an answer.
type object map[string]any

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, status int, word string) {
	reply(w, status, object{"error": word, "code": status, "message": "see the documentation"})
}

// stamp formats a time as the service does; null for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func (s *Service) nextID() int {
	s.lastID++
	return s.lastID
}

// text prints a value of a request; "" for none.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// known returns the value, or JSON null for an unknown one.
func known[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
