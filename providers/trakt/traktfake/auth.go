package traktfake

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const (
	tokenLife    = 7 * 24 * time.Hour
	codeLife     = 10 * time.Minute
	pollInterval = 5 * time.Second
)

type token struct {
	user            *User
	client          string
	access, refresh string
	created         time.Time
	expires         time.Time
}

type deviceCode struct {
	client   string
	userCode string
	expires  time.Time
	lastPoll time.Time
	approved *User
	denied   bool
	used     bool
}

// grant is a code of the browser flow.
type grant struct {
	user      *User
	client    string
	redirect  string
	challenge string
}

// Token is what a sign-in yields.
type Token struct {
	Access, Refresh string
	Expires         time.Time
}

// Mint signs the user in to an application without any flow.
func (s *Service) Mint(u *User, client string) Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.issue(u, client)
	return Token{Access: t.access, Refresh: t.refresh, Expires: t.expires}
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

func (s *Service) issue(u *User, client string) *token {
	n := s.nextID()
	t := &token{
		user: u, client: client, created: s.clock(), expires: s.clock().Add(tokenLife),
		access: fmt.Sprintf("access-%d-%s", n, u.Name), refresh: fmt.Sprintf("refresh-%d-%s", n, u.Name),
	}
	s.access[t.access], s.refresh[t.refresh] = t, t
	return t
}

func (t *token) json() object {
	return object{
		"access_token": t.access, "token_type": "bearer", "refresh_token": t.refresh, "scope": "public",
		"expires_in": int(t.expires.Sub(t.created) / time.Second), "created_at": t.created.Unix(),
	}
}

// form reads a JSON or form body of the OAuth endpoints.
func form(r *http.Request) map[string]string {
	out := map[string]string{}
	if jsonType(r) {
		_ = json.NewDecoder(r.Body).Decode(&out)
		return out
	}
	if r.ParseForm() == nil {
		for k := range r.PostForm {
			out[k] = r.PostForm.Get(k)
		}
	}
	return out
}

func (s *Service) deviceStart(w http.ResponseWriter, r *http.Request) {
	client := form(r)["client_id"]
	if s.clients[client] == nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	n := s.nextID()
	code := fmt.Sprintf("device-%d", n)
	d := &deviceCode{client: client, userCode: fmt.Sprintf("%08X", n), expires: s.clock().Add(codeLife)}
	s.codes[code] = d
	reply(w, http.StatusOK, object{
		"device_code": code, "user_code": d.userCode, "verification_url": "https://auth.trakt.tv/activate",
		"expires_in": int(codeLife / time.Second), "interval": int(pollInterval / time.Second),
	})
}

// devicePoll tells by status alone, with an empty body until it is decided.
func (s *Service) devicePoll(w http.ResponseWriter, r *http.Request) {
	f := form(r)
	d := s.codes[f["code"]]
	if d == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if c := s.clients[d.client]; c == nil || f["client_id"] != d.client || c.Secret != f["client_secret"] {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	early := s.clock().Sub(d.lastPoll) < pollInterval
	d.lastPoll = s.clock()
	switch {
	case d.used:
		w.WriteHeader(http.StatusConflict)
	case !s.clock().Before(d.expires):
		w.WriteHeader(http.StatusGone)
	case d.denied:
		w.WriteHeader(http.StatusTeapot)
	case early:
		w.WriteHeader(http.StatusTooManyRequests)
	case d.approved == nil:
		w.WriteHeader(http.StatusBadRequest)
	default:
		d.used = true
		reply(w, http.StatusOK, s.issue(d.approved, d.client).json())
	}
}

// Hand makes every token of one user another's: the service mixed two people
// up.
func (s *Service) Hand(from, to *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.access {
		if t.user == from {
			t.user = to
		}
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

// Approve is the person entering the code on the activation page.
func (s *Service) Approve(userCode string, u *User) { s.decide(userCode, u) }

// Deny is the person refusing the code.
func (s *Service) Deny(userCode string) { s.decide(userCode, nil) }

func (s *Service) decide(userCode string, u *User) {
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
	if c == nil || err != nil || q.Get("response_type") != "code" || !slices.Contains(c.Redirects, back.String()) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	cookie, err := r.Cookie("user")
	if err != nil || s.users[cookie.Value] == nil {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>Sign in to Trakt</html>")
		return
	}
	code := fmt.Sprintf("code-%d", s.nextID())
	s.grants[code] = &grant{user: s.users[cookie.Value], client: c.ID, redirect: back.String(), challenge: q.Get("code_challenge")}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// exchange turns a code, or a refresh token that is then dead, into a token.
func (s *Service) exchange(w http.ResponseWriter, r *http.Request) {
	f := form(r)
	c := s.clients[f["client_id"]]
	if c == nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch f["grant_type"] {
	case "authorization_code":
		g := s.grants[f["code"]]
		delete(s.grants, f["code"])
		if g == nil || g.client != c.ID || g.redirect != f["redirect_uri"] || !g.proven(f, c) {
			invalidGrant(w)
			return
		}
		reply(w, http.StatusOK, s.issue(g.user, c.ID).json())
	case "refresh_token":
		t := s.refresh[f["refresh_token"]]
		if t == nil || t.client != c.ID || c.Secret != f["client_secret"] {
			invalidGrant(w)
			return
		}
		delete(s.refresh, t.refresh)
		delete(s.access, t.access)
		reply(w, http.StatusOK, s.issue(t.user, c.ID).json())
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// proven checks the PKCE verifier, or the secret where no challenge was made.
func (g *grant) proven(f map[string]string, c *Client) bool {
	if g.challenge == "" {
		return c.Secret != "" && c.Secret == f["client_secret"]
	}
	sum := sha256.Sum256([]byte(f["code_verifier"]))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(got), []byte(g.challenge)) == 1
}

func invalidGrant(w http.ResponseWriter) {
	reply(w, http.StatusBadRequest, object{"error": "invalid_grant", "error_description": "session not found"})
}

func (s *Service) revoke(w http.ResponseWriter, r *http.Request) {
	f := form(r)
	if t := s.access[f["token"]]; t != nil && t.client == f["client_id"] {
		delete(s.access, t.access)
		delete(s.refresh, t.refresh)
	}
	reply(w, http.StatusOK, object{})
}
