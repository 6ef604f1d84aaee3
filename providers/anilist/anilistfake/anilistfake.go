// Package anilistfake is an imitation of AniList for tests and the demo: the
// sign-in page, the viewer, list reads, look-ups and list mutations, with the
// rules that bite (errors under status 200, chunks, entries that stand in
// custom lists only, an explicit null that clears, a limit that counts).
//
// TEST ONLY. It imports nothing of the adapter: both follow the service's
// documentation on their own, so that they are not wrong together. Weather
// (broken, slow or lying answers) is put in front of it by the test.
// Start with New, then AddMedia and AddUser; acts.go is what people do,
// graph.go runs queries, resolve.go and mutate.go are what they mean.
package anilistfake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Service is the whole imitation. It answers for graphql.anilist.co and
// anilist.co alike. It is safe for concurrent use.
type Service struct {
	mu     sync.Mutex
	clock  func() time.Time
	media  map[int]*Media
	order  []*Media
	users  []*User
	tokens map[string]*token
	lastID int
	hits   []time.Time // requests of the last minute

	// Limit is how many requests a minute takes; 0: any number.
	Limit int
	// DropsState: the sign-in page does not hand the state back.
	DropsState bool
	// FillsIn: an entry set to COMPLETED gets all episodes and today's date.
	FillsIn bool
	// Rounds: a score is kept as the person's format shows it.
	Rounds bool
	// Deaf: mutations answer with what was there before and change nothing.
	Deaf bool
	// Down: everything is refused with 403, as in an outage.
	Down bool
	// Clients are the redirect addresses of applications by client id.
	Clients map[string]string
}

type token struct {
	user    *User
	expires time.Time
}

// Media is one title. Episodes 0: not known yet.
type Media struct {
	ID, MAL  int
	Romaji   string
	English  string
	Year     int
	Episodes int
	Minutes  int
	Status   string // FINISHED, RELEASING …
	Format   string // TV, MOVIE …
}

// New makes an empty service with its own clock and one application whose
// client id is "test-client".
func New(clock func() time.Time) *Service {
	return &Service{clock: clock, media: map[int]*Media{}, tokens: map[string]*token{}, lastID: 5000,
		Clients: map[string]string{"test-client": "http://127.0.0.1:51844/callback"}}
}

// AddMedia makes a title known; missing values get plain ones.
func (s *Service) AddMedia(m Media) *Media {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Status == "" {
		m.Status = "FINISHED"
	}
	if m.Format == "" {
		m.Format = "TV"
	}
	s.media[m.ID] = &m
	s.order = append(s.order, &m)
	return &m
}

// ServeHTTP answers one request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.URL.Path == "/api/v2/oauth/authorize" && r.Method == http.MethodGet:
		s.authorize(w, r)
	case r.URL.Path != "/" && r.URL.Path != "", r.Method != http.MethodPost:
		fail(w, http.StatusNotFound, "Not Found.")
	case s.Down:
		fail(w, http.StatusForbidden, "The AniList API has been temporarily disabled due to severe stability issues.")
	case !s.spend(w):
		fail(w, http.StatusTooManyRequests, "Too Many Requests.")
	default:
		s.graphql(w, r)
	}
}

// spend counts a request against the limit and tells how much is left.
func (s *Service) spend(w http.ResponseWriter) bool {
	if s.Limit == 0 {
		return true
	}
	now := s.clock()
	for len(s.hits) > 0 && now.Sub(s.hits[0]) >= time.Minute {
		s.hits = s.hits[1:]
	}
	left := s.Limit - len(s.hits)
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(s.Limit))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(0, left-1)))
	if left <= 0 {
		w.Header().Set("Retry-After", "60")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(time.Minute).Unix(), 10))
		return false
	}
	s.hits = append(s.hits, now)
	return true
}

// problem is one entry of "errors".
type problem struct {
	Message    string              `json:"message"`
	Status     int                 `json:"status"`
	Validation map[string][]string `json:"validation,omitempty"`
	Path       []any               `json:"path,omitempty"`
}

// Error returns the message.
func (p *problem) Error() string { return p.Message }

func fail(w http.ResponseWriter, status int, message string) {
	answer(w, status, nil, &problem{Message: message, Status: status})
}

func answer(w http.ResponseWriter, status int, data any, p *problem) {
	body := map[string]any{"data": data}
	if p != nil {
		body["errors"] = []*problem{p}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have hung up
}

// bearer is who a request speaks for; ok is false for a dead token, and the
// user nil for none at all.
func (s *Service) bearer(r *http.Request) (u *User, ok bool) {
	access, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found {
		return nil, true
	}
	t := s.tokens[access]
	if t == nil || s.clock().After(t.expires) {
		return nil, false
	}
	return t.user, true
}
