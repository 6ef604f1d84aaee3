package signin

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// vault is Secrets in memory.
type vault struct {
	mu     sync.Mutex
	secret provider.Secret
	full   bool
}

func (v *vault) Load(context.Context) (provider.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secret, nil
}

func (v *vault) Save(_ context.Context, s provider.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.full {
		return errors.New("locked")
	}
	v.secret = s
	return nil
}

func (v *vault) holds() Token {
	t, _ := ParseToken(v.secret)
	return t
}

// issue makes a token of a week.
func issue(name string) Token {
	now := time.Now()
	return Token{Access: name, Refresh: name + "-r", Issued: now, Expires: now.Add(7 * 24 * time.Hour)}
}

func source(t *testing.T, v *vault, refresh func(context.Context, Token) (Token, error)) *TokenSource {
	t.Helper()
	s, err := issue("one").Secret()
	if err != nil {
		t.Fatal(err)
	}
	v.secret = s
	return NewTokenSource(v, refresh)
}

func TestTokenIsRenewedOnceAndSavedBeforeUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{}
		var asked atomic.Int32
		s := source(t, v, func(_ context.Context, old Token) (Token, error) {
			asked.Add(1)
			time.Sleep(time.Second)
			if old.Refresh != "one-r" {
				t.Error("used a spent refresh token")
			}
			return issue("two"), nil
		})
		if tok, err := s.Token(t.Context()); err != nil || tok.Access != "one" {
			t.Fatal(tok, err)
		}
		time.Sleep(6 * 24 * time.Hour) // past 80 % of a week
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				tok, err := s.Token(t.Context())
				if err != nil || tok.Access != "two" || v.holds().Access != "two" {
					t.Error(tok, err, v.holds())
				}
			})
		}
		wg.Wait()
		if asked.Load() != 1 {
			t.Errorf("%d refreshes", asked.Load())
		}
	})
}

// TestRenewedElsewhere: a token that another source has renewed is taken from
// where it was saved, and the spent one is not sent.
func TestRenewedElsewhere(t *testing.T) {
	v := &vault{}
	asked := 0
	refresh := func(_ context.Context, old Token) (Token, error) {
		asked++
		if old.Refresh != "one-r" {
			t.Error("used a spent refresh token")
		}
		return issue("two"), nil
	}
	first := source(t, v, refresh)
	second := NewTokenSource(v, refresh)
	for _, s := range []*TokenSource{first, second} {
		if got, err := s.Token(t.Context()); err != nil || got.Access != "one" {
			t.Fatalf("%s %v", got.Access, err)
		}
	}
	for _, s := range []*TokenSource{first, second} {
		if again, err := s.Renew(t.Context(), &http.Response{}); err != nil || !again {
			t.Errorf("%t %v", again, err)
		}
		if got, err := s.Token(t.Context()); err != nil || got.Access != "two" {
			t.Errorf("%s %v", got.Access, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestRefreshOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{}
		s := source(t, v, func(ctx context.Context, _ Token) (Token, error) {
			time.Sleep(10 * time.Second)
			return issue("two"), ctx.Err()
		})
		time.Sleep(8 * 24 * time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := s.Token(ctx); err == nil || time.Since(start) != time.Second {
			t.Error(err, time.Since(start))
		}
		time.Sleep(time.Minute)
		if tok, err := s.Token(t.Context()); err != nil || tok.Access != "two" {
			t.Error(tok, err)
		}
	})
}

func TestRefusedRefreshIsFinalUntilANewSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{}
		asked := 0
		s := source(t, v, func(context.Context, Token) (Token, error) {
			asked++
			return Token{}, provider.Failed(provider.Auth, "", errDead)
		})
		time.Sleep(8 * 24 * time.Hour)
		for range 3 {
			if _, err := s.Token(t.Context()); kindOf(err) != provider.Auth {
				t.Error(err)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		v.secret, _ = issue("again").Secret()
		if tok, err := s.Token(t.Context()); err != nil || tok.Access != "again" {
			t.Error(tok, err)
		}
	})
}

func TestTroubleWhileTheOldTokenLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{}
		s := source(t, v, func(context.Context, Token) (Token, error) {
			return Token{}, provider.Failed(provider.Transient, "", nil)
		})
		time.Sleep(6 * 24 * time.Hour)
		if tok, err := s.Token(t.Context()); err != nil || tok.Access != "one" {
			t.Error(tok, err)
		}
		time.Sleep(2 * 24 * time.Hour)
		if _, err := s.Token(t.Context()); kindOf(err) != provider.Transient {
			t.Error(err)
		}
	})
}

func TestUnsavedTokenIsNotUsedAndNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{full: true}
		asked := 0
		s := source(t, v, func(context.Context, Token) (Token, error) { asked++; return issue("two"), nil })
		time.Sleep(8 * 24 * time.Hour)
		if _, err := s.Token(t.Context()); kindOf(err) != provider.Transient {
			t.Error(err)
		}
		v.full = false
		if tok, err := s.Token(t.Context()); err != nil || tok.Access != "two" || asked != 1 {
			t.Error(tok, err, asked)
		}
	})
}

func TestRenewAfter401(t *testing.T) {
	v := &vault{}
	s := source(t, v, func(context.Context, Token) (Token, error) { return issue("two"), nil })
	refused := func(token string) *http.Response {
		return &http.Response{Request: &http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}}}
	}
	for range 2 { // the second caller used the old token, too, and only sends again
		if again, err := s.Renew(t.Context(), refused("one")); !again || err != nil {
			t.Error(again, err)
		}
	}
	if tok, _ := s.Token(t.Context()); tok.Access != "two" {
		t.Error(tok)
	}
}

func TestNothingStoredMeansSignIn(t *testing.T) {
	s := NewTokenSource(&vault{}, nil)
	if _, err := s.Token(t.Context()); kindOf(err) != provider.Auth {
		t.Error(err)
	}
}

func TestOAuthError(t *testing.T) {
	for body, want := range map[string]provider.ErrorKind{
		`{"error":"invalid_grant"}`: provider.Auth, `{"error":"invalid_client"}`: provider.AppRejected, `{}`: 0,
	} {
		e := OAuthError(transport.Failure{Status: 400, Body: []byte(body)})
		if (e == nil) != (want == 0) || e != nil && e.Kind != want {
			t.Error(body, e)
		}
	}
}
