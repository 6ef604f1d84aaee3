package signin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
)

// Answer is what a token endpoint answers (RFC 6749, section 5.1).
type Answer struct {
	AccessToken  phrase       `json:"access_token"`
	RefreshToken phrase       `json:"refresh_token"`
	ExpiresIn    loose.Number `json:"expires_in"` // seconds
	Scope        phrase       `json:"scope"`
}

// phrase is a JSON string; "" for anything else.
type phrase string

// UnmarshalJSON never fails.
func (p *phrase) UnmarshalJSON(b []byte) error {
	*p = phrase(loose.String(b))
	return nil
}

var errNoAccess = errors.New("the answer holds no token")

// Token counts the token's life from now on our clock: the service's may
// differ. doing names the request in errors.
func (a Answer) Token(doing string) (Token, error) {
	if a.AccessToken == "" {
		return Token{}, provider.Failed(provider.Contract, doing, errNoAccess)
	}
	now := time.Now()
	t := Token{Access: string(a.AccessToken), Refresh: string(a.RefreshToken), Issued: now, Scope: string(a.Scope)}
	if life := Seconds(a.ExpiresIn, 0); life > 0 {
		t.Expires = now.Add(life)
	}
	return t, nil
}

// longest is the longest time that a service can mean.
const longest = 100 * 365 * 24 * time.Hour

// Seconds is a time that a service tells in seconds; otherwise where it tells
// none.
func Seconds(n loose.Number, otherwise time.Duration) time.Duration {
	s := n.Whole()
	switch {
	case s <= 0:
		return otherwise
	case s > int(longest/time.Second):
		return longest
	}
	return time.Duration(s) * time.Second
}

// Bearer is an access token that is used as it is, right after sign-in, and
// never renewed.
type Bearer string

// Authorize puts the token into the request.
func (b Bearer) Authorize(_ context.Context, r *http.Request) error {
	r.Header.Set("Authorization", "Bearer "+string(b))
	return nil
}

// Renew does nothing: a token that is refused so early is no good.
func (Bearer) Renew(context.Context, *http.Response) (bool, error) { return false, nil }
