package simkl

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/animemap"
	"watchkeeper/providers/internal/loose"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"

	"golang.org/x/time/rate"
)

// Service describes SIMKL and opens accounts of it. Parts of anime go by the
// shows that they stand for in the given mapping; without one by themselves.
func Service(mapping *animemap.Store) provider.Service {
	return provider.Service{
		Name: "simkl", Title: "SIMKL", Capabilities: capabilities(),
		Methods:    []provider.Method{provider.DeviceCode, provider.Browser},
		ClientHelp: "simkl.client_help",
		ClientPage: clientPage,
		Hosts:      []string{apiHost},
		Login:      login,
		Open: func(env provider.Env) (provider.Provider, error) {
			if env.ClientID == "" {
				return nil, provider.Failed(provider.AppRejected, "", errNoClient)
			}
			o := newOAuth(env)
			tokens := signin.NewTokenSource(env.Secrets, o.refresh)
			a := newAccount(env, tokens, rate.NewLimiter(readsPerSecond, readsPerSecond), rate.NewLimiter(writesPerSecond, 1))
			a.anime, a.called = mapping, newCalled(env.Dir)
			return a, nil
		},
		SignOut: signOut,
	}
}

// clientPage is where a person registers an application.
const clientPage = "https://simkl.com/settings/developer/"

var errNoClient = errors.New("simkl needs a client id: register an application at " + clientPage + " " +
	"of the type for TV, devices and command line (or for desktop, with the redirect address " + redirect + ") and set its client id in the settings")

// signOut ends the sign-in at the service.
func signOut(ctx context.Context, env provider.Env) error {
	kept, err := env.Secrets.Load(ctx)
	if err != nil {
		return provider.Failed(provider.Transient, "", err)
	}
	t, err := signin.ParseToken(kept)
	if err != nil {
		return err
	}
	return newOAuth(env).revoke(ctx, t)
}

// tokens authorizes requests, and answers a 401.
type tokens interface {
	Authorize(context.Context, *http.Request) error
	Renew(context.Context, *http.Response) (bool, error)
}

// newAccount makes an account over its token; read and write are its paces.
func newAccount(env provider.Env, t tokens, read, write *rate.Limiter) *account {
	a := &account{meter: newMeter(env.Dir), shelf: newShelf(env.Dir)}
	a.api = transport.New(transport.Options{
		Base: metered{baseOf(env), a.meter}, Log: env.Log, UserAgent: userAgent(env.Version), Hosts: []string{apiHost},
		Authorize: func(ctx context.Context, r *http.Request) error {
			if err := a.meter.allow(time.Now()); err != nil {
				return err
			}
			named(env, r)
			return t.Authorize(ctx, r)
		},
		Refresh:  t.Renew,
		ReadPace: read, WritePace: write,
		Timeout: requestTime, BodyCap: bodyCap,
		Classify: a.classify,
	})
	return a
}

func baseOf(env provider.Env) http.RoundTripper {
	if env.Base == nil {
		return transport.NewBase()
	}
	return env.Base
}

// named adds what every call must say about the program.
func named(env provider.Env, r *http.Request) {
	q := r.URL.Query()
	q.Set("client_id", env.ClientID)
	q.Set("app-name", "watchkeeper")
	q.Set("app-version", cmp.Or(env.Version, "0"))
	r.URL.RawQuery = q.Encode()
}

func userAgent(version string) string { return "Watchkeeper/" + cmp.Or(version, "0") }

var (
	errClient  = errors.New("simkl refuses this program: its client id is wrong, or simkl has blocked it")
	errTooMuch = errors.New("the library is too large for one answer")
	errBurst   = errors.New("simkl refuses sign-ins for some minutes after many calls")
	errBroken  = errors.New("simkl did not understand the request")
)

// fault is the form of the service's errors. The word counts, not the message.
type fault struct {
	Error text `json:"error"`
}

func faultWord(body []byte) string {
	var f fault
	_ = loose.Decode(bytes.TrimSpace(body), '{', &f) // a page or half an answer has no word
	return strings.ToLower(string(f.Error))
}

// writeLock is how long the service keeps a second writer of one account out.
const writeLock = 20 * time.Second

// classify gives the service's meaning to answers.
func (a *account) classify(f transport.Failure) *provider.Error {
	word := faultWord(f.Body)
	switch {
	case word == "user_limit_exceeded":
		until := limitEnds(f.Header)
		a.meter.block(until)
		return &provider.Error{Kind: provider.RateLimited, Until: until, Err: errSpent}
	case f.Status == http.StatusTooManyRequests && word == "rate_limit":
		return &provider.Error{Kind: provider.RateLimited, Until: shortly()}
	case f.Status == http.StatusTooManyRequests && f.Header.Get("Retry-After") == "":
		return &provider.Error{Kind: provider.RateLimited, Until: media.At(time.Now().Add(time.Minute))}
	case word == "rate_limit":
		return &provider.Error{Kind: provider.RateLimited, Until: media.At(time.Now().Add(writeLock))}
	case word == "max_items":
		return provider.Failed(provider.Rejected, "", errTooMuch)
	case f.Status == http.StatusUnauthorized && word == "user_token_failed":
		return a.doubtToken()
	case f.Status == http.StatusPreconditionFailed, f.Status == http.StatusForbidden, word == "client_id_failed":
		return provider.Failed(provider.AppRejected, "", errClient)
	case f.Status == http.StatusBadRequest, f.Status == http.StatusMethodNotAllowed:
		return provider.Failed(provider.Contract, "", errBroken)
	}
	return nil
}

// shortly is when to come back after more calls in a second than allowed,
// whatever the answer says.
func shortly() media.Moment { return media.At(time.Now().Add(5 * time.Second)) }

// limitEnds is when the day's allowance starts again; an hour where the
// service does not say.
func limitEnds(h http.Header) media.Moment {
	wait := time.Hour
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s > 0 {
		wait = min(time.Duration(s)*time.Second, 25*time.Hour)
	}
	return media.At(time.Now().Add(wait))
}

// patience is for how long a token that the service calls failed is believed
// to be good: bursts of calls bring that about too.
const patience = 10 * time.Minute

// doubtToken asks for a new sign-in only when a token has failed for a while.
func (a *account) doubtToken() *provider.Error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if a.doubted.IsZero() {
		a.doubted = now
	}
	if now.Sub(a.doubted) >= patience {
		return provider.Failed(provider.Auth, "", errBurst)
	}
	return provider.Failed(provider.Transient, "", errBurst)
}

func (a *account) trustToken() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.doubted = time.Time{}
}
