package trakt

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"

	"golang.org/x/time/rate"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"
)

// Service describes Trakt and opens accounts of it.
func Service() provider.Service {
	return provider.Service{
		Name: "trakt", Title: "Trakt", Capabilities: capabilities(),
		Methods:    []provider.Method{provider.DeviceCode, provider.Browser},
		ClientHelp: "trakt.client_help",
		ClientPage: "https://trakt.tv/oauth/applications",
		Hosts:      []string{apiHost, authHost},
		Login:      login,
		Open:       openService,
		SignOut:    signOut,
	}
}

var errNoClient = errors.New("trakt needs a client id: register an application at https://developer.trakt.tv/apps/new " +
	"with the redirect address " + redirect + " and set its client id in the settings")

// openService makes the Provider of a signed-in account.
func openService(env provider.Env) (provider.Provider, error) {
	if env.ClientID == "" {
		return nil, provider.Failed(provider.AppRejected, "", errNoClient)
	}
	o := newOAuth(env)
	tokens := signin.NewTokenSource(env.Secrets, o.refresh)
	return newAccount(env, tokens, rate.NewLimiter(readsPerSecond, readBurst), rate.NewLimiter(writesPerSecond, 1)), nil
}

// signOut ends the token at the service.
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
	return &account{api: transport.New(transport.Options{
		Base: env.Base, Log: env.Log, UserAgent: userAgent(env.Version), Hosts: []string{apiHost},
		Authorize: func(ctx context.Context, r *http.Request) error {
			r.Header.Set("Content-Type", "application/json") // also without a body: anything else is 412
			maps.Copy(r.Header, apiHeader(env))
			return t.Authorize(ctx, r)
		},
		Refresh:  t.Renew,
		ReadPace: read, WritePace: write,
		Timeout: requestTime, BodyCap: bodyCap,
		Classify: classify,
	})}
}

// userAgent names the program; the service's edge refuses requests without a
// name of their own.
func userAgent(version string) string {
	if version == "" {
		version = "0"
	}
	return "Watchkeeper/" + version
}

var (
	errAppGone = errors.New("trakt refuses this program: its client id is gone, wrong or not approved")
	errLocked  = errors.New("trakt locked the account; only its support can unlock it")
	errRoom    = errors.New("the account's plan at trakt takes no more entries")
	errBroken  = errors.New("trakt did not understand the request")
)

// classify gives the service's meaning to statuses.
func classify(f transport.Failure) *provider.Error {
	switch f.Status {
	case http.StatusForbidden:
		return provider.Failed(provider.AppRejected, "", errAppGone)
	case http.StatusLocked:
		return provider.Failed(provider.Locked, "", errLocked)
	case statusRoom, http.StatusUpgradeRequired:
		return provider.Failed(provider.PlanLimit, "", errRoom)
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusPreconditionFailed:
		return provider.Failed(provider.Contract, "", errBroken)
	case http.StatusTooManyRequests:
		return &provider.Error{Kind: provider.RateLimited, Until: limitEnds(f.Header)}
	}
	return nil
}

// limitEnds reads the service's own rate limit header, for answers that lack
// the usual one; unknown when there is neither.
func limitEnds(h http.Header) media.Moment {
	var limit struct {
		Until text `json:"until"`
	}
	if h.Get("Retry-After") != "" || json.Unmarshal([]byte(h.Get("X-Ratelimit")), &limit) != nil {
		return 0
	}
	return limit.Until.moment()
}

// apiHeader names version and program, with every request.
func apiHeader(env provider.Env) http.Header {
	return http.Header{"Trakt-Api-Version": {"2"}, "Trakt-Api-Key": {env.ClientID}}
}
