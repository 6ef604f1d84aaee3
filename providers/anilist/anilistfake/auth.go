package anilistfake

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// year is how long a token lives.
const year = 365 * 24 * time.Hour

// Mint gives out a token in the form of the service's own: a JSON web token
// that nobody here verifies.
func (s *Service) Mint(u *User, life time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mint(u, life)
}

func (s *Service) mint(u *User, life time.Duration) string {
	s.lastID++
	expires := s.clock().Add(life)
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	access := part(`{"typ":"JWT","alg":"RS256"}`) + "." +
		part(fmt.Sprintf(`{"aud":"1","jti":"%d","exp":%d,"sub":"%d"}`, s.lastID, expires.Unix(), u.ID)) + "." + part("signature")
	s.tokens[access] = &token{user: u, expires: expires}
	return access
}

// Revoke ends a token, as in the person's settings.
func (s *Service) Revoke(access string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, access)
}

// RevokeAll ends all sign-ins.
func (s *Service) RevokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]*token{}
}

// authorize is the page on which a person agrees; here everybody agrees at
// once, as the first user. The token comes in the fragment.
func (s *Service) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	to, ok := s.Clients[q.Get("client_id")]
	if !ok || q.Get("response_type") != "token" || len(s.users) == 0 {
		fail(w, http.StatusBadRequest, "invalid_client")
		return
	}
	back := url.Values{"access_token": {s.mint(s.users[0], year)}, "token_type": {"Bearer"}, "expires_in": {"31536000"}}
	if state := q.Get("state"); state != "" && !s.DropsState {
		back.Set("state", state)
	}
	w.Header().Set("Location", to+"#"+back.Encode())
	w.WriteHeader(http.StatusFound)
}
