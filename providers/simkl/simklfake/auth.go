package simklfake

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	tokenLife    = 7 * 24 * time.Hour
	codeLife     = 15 * time.Minute
	pollInterval = 5 * time.Second
)

type token struct {
	user            *User
	client          string
	access, refresh string
	scope           string
	writes          bool
	expires         time.Time
}

type deviceCode struct {
	client, userCode, scope string
	expires, lastPoll       time.Time
	approved                *User
	denied, used            bool
}

// grant is a code of the browser flow.
type grant struct {
	user                               *User
	client, redirect, challenge, scope string
}

// Token is what a sign-in yields.
type Token struct {
	Access, Refresh string
	Expires         time.Time
}

// Mint signs the user in without any flow.
func (s *Service) Mint(u *User, client string) Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.issue(u, client, "media:read media:write", "")
	return Token{t.access, t.refresh, t.expires}
}

// EndSessions makes every token of the user invalid.
func (s *Service) EndSessions(u *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for access, t := range s.access {
		if t.user == u {
			delete(s.access, access)
			delete(s.refresh, t.refresh)
		}
	}
}

// issue gives out a token. A scope that leaves the known words out can only
// read.
func (s *Service) issue(u *User, client, scope, refresh string) *token {
	n := s.nextID()
	t := &token{user: u, client: client, access: fmt.Sprintf("simkl_at_%d_%s", n, u.Name), refresh: refresh, scope: "media:read",
		expires: s.clock().Add(tokenLife)}
	if refresh == "" {
		t.refresh = fmt.Sprintf("simkl_rt_%d_%s", n, u.Name)
	}
	if slices.Contains(strings.Fields(scope), "media:write") {
		t.scope, t.writes = "media:read media:write", true
	}
	s.access[t.access], s.refresh[t.refresh] = t, t
	return t
}

func (t *token) json() object {
	return object{"access_token": t.access, "refresh_token": t.refresh, "token_type": "Bearer",
		"expires_in": int(tokenLife / time.Second), "scope": t.scope}
}

func (s *Service) deviceStart(w http.ResponseWriter, r *http.Request) {
	client := s.clients[r.PostFormValue("client_id")]
	if client == nil || !client.Device {
		oauthFail(w, http.StatusUnauthorized, "unauthorized_client")
		return
	}
	n := s.nextID()
	d := &deviceCode{client: client.ID, userCode: fmt.Sprintf("C%07d", n), scope: r.PostFormValue("scope"), expires: s.clock().Add(codeLife)}
	code := fmt.Sprintf("device-%d", n)
	s.codes[code] = d
	reply(w, http.StatusOK, object{"device_code": code, "user_code": d.userCode, "verification_uri": "https://simkl.com/pin",
		"verification_uri_complete": "https://simkl.com/pin/" + d.userCode, "expires_in": int(codeLife / time.Second), "interval": int(pollInterval / time.Second)})
}

func oauthFail(w http.ResponseWriter, status int, word string) {
	reply(w, status, object{"error": word, "error_description": "see the documentation"})
}

func (s *Service) poll(w http.ResponseWriter, r *http.Request) {
	d := s.codes[r.PostFormValue("device_code")]
	now := s.clock()
	switch {
	case d == nil || d.used || d.client != r.PostFormValue("client_id"):
		oauthFail(w, http.StatusBadRequest, "invalid_grant")
		return
	case !now.Before(d.expires):
		oauthFail(w, http.StatusBadRequest, "expired_token")
		return
	case d.denied:
		oauthFail(w, http.StatusBadRequest, "access_denied")
		return
	}
	early := now.Sub(d.lastPoll) < pollInterval
	d.lastPoll = now
	switch {
	case early:
		oauthFail(w, http.StatusBadRequest, "slow_down")
	case d.approved == nil:
		oauthFail(w, http.StatusBadRequest, "authorization_pending")
	default:
		d.used = true
		reply(w, http.StatusOK, s.issue(d.approved, d.client, d.scope, "").json())
	}
}

// Waiting are the device codes that nobody has decided on.
func (s *Service) Waiting() (codes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.codes {
		if d.approved == nil && !d.denied {
			codes = append(codes, d.userCode)
		}
	}
	return codes
}

// Approve is the person entering the code; a nil user says no.
func (s *Service) Approve(userCode string, u *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.codes {
		if d.userCode == userCode {
			d.approved, d.denied = u, u == nil
		}
	}
}

// authorize is the page a browser opens. The person is whoever the cookie
// "user" names, and says yes.
func (s *Service) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c := s.clients[q.Get("client_id")]
	back, err := url.Parse(q.Get("redirect_uri"))
	if c == nil || c.Device || err != nil || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || !slices.Contains(c.Redirects, back.String()) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	cookie, err := r.Cookie("user")
	if err != nil || s.users[cookie.Value] == nil {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>Sign in to SIMKL</html>")
		return
	}
	code := fmt.Sprintf("code-%d", s.nextID())
	s.grants[code] = &grant{s.users[cookie.Value], c.ID, back.String(), q.Get("code_challenge"), q.Get("scope")}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {"https://simkl.com"}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// exchange turns a code or a refresh token into a token. The refresh token
// stays; the access token before is dead.
func (s *Service) exchange(w http.ResponseWriter, r *http.Request) {
	client := r.PostFormValue("client_id")
	switch r.PostFormValue("grant_type") {
	case "urn:ietf:params:oauth:grant-type:device_code":
		s.poll(w, r)
	case "authorization_code":
		code := r.PostFormValue("code")
		g := s.grants[code]
		delete(s.grants, code)
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		proof := base64.RawURLEncoding.EncodeToString(sum[:])
		if g == nil || g.client != client || g.redirect != r.PostFormValue("redirect_uri") || subtle.ConstantTimeCompare([]byte(proof), []byte(g.challenge)) != 1 {
			oauthFail(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		reply(w, http.StatusOK, s.issue(g.user, client, g.scope, "").json())
	case "refresh_token":
		t := s.refresh[r.PostFormValue("refresh_token")]
		if t == nil || t.client != client {
			oauthFail(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		delete(s.access, t.access)
		reply(w, http.StatusOK, s.issue(t.user, client, t.scope, t.refresh).json())
	default:
		oauthFail(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// revoke always says yes.
func (s *Service) revoke(w http.ResponseWriter, r *http.Request) {
	gone := r.PostFormValue("token")
	for access, t := range s.access {
		if t.access == gone || t.refresh == gone {
			delete(s.access, access)
			delete(s.refresh, t.refresh)
		}
	}
	reply(w, http.StatusOK, object{})
}
