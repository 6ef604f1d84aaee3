package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// Token is a credential that expires.
type Token struct {
	Access  string    `json:"a"`
	Refresh string    `json:"r,omitempty"`
	Issued  time.Time `json:"i,omitzero"`
	Expires time.Time `json:"e,omitzero"` // zero: never
	Scope   string    `json:"s,omitempty"`
}

// Secret is the token's compact form for Secrets.
func (t Token) Secret() (provider.Secret, error) {
	data, err := json.Marshal(t)
	if err == nil && len(data) > provider.SecretLimit {
		err = errors.New("token is longer than a keyring takes")
	}
	if err != nil {
		return "", provider.Failed(provider.Contract, "", err)
	}
	return provider.Secret(data), nil
}

var errNoToken = errors.New("no token is stored")

// ParseToken reads what Secret made. Anything else is an Auth error: the
// person signs in again.
func ParseToken(s provider.Secret) (Token, error) {
	var t Token
	if err := json.Unmarshal([]byte(s.Reveal()), &t); err != nil || t.Access == "" {
		return Token{}, provider.Failed(provider.Auth, "", errNoToken)
	}
	return t, nil
}

// due is the time from which the token is renewed: 80 % of its life.
func (t Token) due() time.Time {
	if t.Expires.IsZero() || t.Refresh == "" {
		return time.Time{}
	}
	return t.Issued.Add(t.Expires.Sub(t.Issued) * 8 / 10)
}

// TokenSource hands out one account's token and renews it: one refresh at a
// time for all callers, and a new token is durable before anyone uses it
// (R30). A refresh goes on when its caller gives up, because a single-use
// refresh token is spent by asking.
type TokenSource struct {
	secrets provider.Secrets
	refresh func(ctx context.Context, old Token) (Token, error)

	mu      sync.Mutex
	token   *Token
	unsaved *Token // renewed, but the keyring did not take it yet
	dead    string // access token whose refresh was refused for good
	flight  *flight
}

type flight struct {
	done  chan struct{}
	token Token
	err   error
}

// refreshTime bounds one refresh with its saving.
const refreshTime = time.Minute

// NewTokenSource reads the token from secrets at first use. Refresh asks the
// service once; an Auth error of it (invalid_grant) is final.
func NewTokenSource(secrets provider.Secrets, refresh func(context.Context, Token) (Token, error)) *TokenSource {
	return &TokenSource{secrets: secrets, refresh: refresh}
}

// Token returns a token to use now. While the old one still lives, trouble
// with renewing it is not an error.
func (s *TokenSource) Token(ctx context.Context) (Token, error) {
	t, err := s.current(ctx)
	if err != nil {
		return Token{}, err
	}
	now := time.Now()
	if due := t.due(); due.IsZero() || now.Before(due) {
		return t, nil
	}
	fresh, err := s.renew(ctx, t.Access)
	if err != nil && passes(err) && now.Before(t.Expires) && ctx.Err() == nil {
		return t, nil
	}
	return fresh, err
}

// Authorize adds the token as Bearer, for transport.Options.
func (s *TokenSource) Authorize(ctx context.Context, req *http.Request) error {
	t, err := s.Token(ctx)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+t.Access)
	return nil
}

// Renew answers a 401, for transport.Options: unless another caller has
// renewed the token meanwhile, it is renewed now.
func (s *TokenSource) Renew(ctx context.Context, resp *http.Response) (bool, error) {
	used := ""
	if resp.Request != nil {
		used = resp.Request.Header.Get("Authorization")
	}
	t, err := s.current(ctx)
	if err != nil {
		return false, err
	}
	if used != "" && used != "Bearer "+t.Access {
		return true, nil
	}
	if t.Refresh == "" {
		return false, nil
	}
	_, err = s.renew(ctx, t.Access)
	return err == nil, err
}

// current returns the token in memory, or what secrets hold.
func (s *TokenSource) current(ctx context.Context) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != nil && s.token.Access != s.dead {
		return *s.token, nil
	}
	kept, err := s.secrets.Load(ctx)
	if err != nil {
		return Token{}, provider.Failed(provider.Transient, "", errKeyring)
	}
	t, err := ParseToken(kept)
	if err != nil {
		return Token{}, err
	}
	if t.Access == s.dead {
		return Token{}, provider.Failed(provider.Auth, "", errDead)
	}
	s.token = &t
	return t, nil
}

var (
	errDead    = errors.New("the service ended this sign-in")
	errKeyring = errors.New("the keyring does not answer")
)

// renew replaces the token that was used; all callers share one refresh.
func (s *TokenSource) renew(ctx context.Context, used string) (Token, error) {
	s.mu.Lock()
	if s.token != nil && s.token.Access != used {
		t := *s.token
		s.mu.Unlock()
		return t, nil
	}
	f := s.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		s.flight = f
		go s.fly(context.WithoutCancel(ctx), f, *s.token)
	}
	s.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return Token{}, provider.Failed(provider.Transient, "", ctx.Err())
	}
}

func (s *TokenSource) fly(ctx context.Context, f *flight, old Token) {
	ctx, cancel := context.WithTimeout(ctx, refreshTime)
	defer cancel()
	f.token, f.err = s.replace(ctx, old)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case f.err == nil:
		s.token = &f.token
	case provider.AsError(f.err).Kind == provider.Auth:
		s.dead = old.Access
	}
	s.flight = nil
	close(f.done)
}

// replace asks for a new token unless one waits to be saved, and saves it. What
// was saved since the old one was read, by a sign-in or another source, is the
// token: to renew the old one would end it at some services. Only fly calls it,
// so unsaved has one writer at a time.
func (s *TokenSource) replace(ctx context.Context, old Token) (Token, error) {
	if s.unsaved == nil {
		kept, err := s.secrets.Load(ctx)
		if err != nil {
			return Token{}, provider.Failed(provider.Transient, "", errKeyring)
		}
		if t, err := ParseToken(kept); err == nil && t.Access != old.Access {
			return t, nil
		}
		fresh, err := s.refresh(ctx, old)
		if err != nil {
			return Token{}, err
		}
		s.unsaved = &fresh
	}
	secret, err := s.unsaved.Secret()
	if err != nil {
		return Token{}, err
	}
	if err := s.secrets.Save(ctx, secret); err != nil {
		return Token{}, provider.Failed(provider.Transient, "", errKeyring)
	}
	fresh := *s.unsaved
	s.unsaved = nil
	return fresh, nil
}

// OAuthError judges an OAuth error answer (RFC 6749, section 5.2), for
// transport.Options.Classify; nil when it is none.
func OAuthError(f transport.Failure) *provider.Error {
	if f.Status != http.StatusBadRequest && f.Status != http.StatusUnauthorized {
		return nil
	}
	switch {
	case bytes.Contains(f.Body, []byte(`"invalid_grant"`)):
		return provider.Failed(provider.Auth, "", errDead)
	case bytes.Contains(f.Body, []byte(`"invalid_client"`)), bytes.Contains(f.Body, []byte(`"unauthorized_client"`)):
		return provider.Failed(provider.AppRejected, "", errors.New("the service does not accept this program's id"))
	}
	return nil
}
