package simkl

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"
)

const (
	authPage = "https://simkl.com/oauth2/authorize"
	authURL  = apiURL + "/oauth2"
	// issuer is who must have sent the browser's answer.
	issuer = "https://simkl.com"
	// redirect is the address that applications register for the browser
	// flow; the service compares it letter by letter.
	redirect = "http://127.0.0.1:51843/callback"
	// scope must be asked for by these very words: without them the service
	// gives a sign-in that can only read, and does not say so.
	scope      = "media:read media:write"
	writeScope = "media:write"
	deviceType = "urn:ietf:params:oauth:grant-type:device_code"
)

var (
	errMethod   = errors.New("simkl signs in by device code or in the browser")
	errPage     = errors.New("the page to open is not a web address")
	errReadOnly = errors.New("simkl gave a sign-in that can only read; sign in again")
	errIssuer   = errors.New("the answer is not from simkl")
)

// login starts a sign-in. The device code needs no port and no redirect, and
// comes first; the browser with PKCE is the second way. Which of them works
// depends on the type of the application.
func login(env provider.Env, method provider.Method) (provider.Login, error) {
	if env.ClientID == "" {
		return nil, provider.Failed(provider.AppRejected, "", errNoClient)
	}
	o := newOAuth(env)
	switch method {
	case provider.DeviceCode:
		return signin.Start(signin.Polled{Begin: o.begin, Ask: o.poll}.Turn()), nil
	case provider.Browser:
		return signin.Start(signin.Browser{Redirect: redirect, Page: o.page, Finish: o.finish}.Turn()), nil
	}
	return nil, provider.Failed(provider.Rejected, "", errMethod)
}

// oauth speaks with the service's sign-in.
type oauth struct {
	env provider.Env
	api *transport.Client
}

func newOAuth(env provider.Env) *oauth {
	return &oauth{env: env, api: transport.New(transport.Options{
		Base: env.Base, Log: env.Log, UserAgent: userAgent(env.Version), Hosts: []string{apiHost},
		Authorize: func(_ context.Context, r *http.Request) error {
			named(env, r)
			return nil
		},
		Classify: judgeSignIn,
	})}
}

// Words of RFC 8628, section 3.5, that only mean that the person has not
// decided yet or said no.
var waits = map[string]signin.Poll{
	"authorization_pending": signin.Pending, "slow_down": signin.SlowDown,
	"expired_token": signin.Expired, "access_denied": signin.Refused,
}

// undecided is the error of a poll that found no token.
type undecided struct{ found signin.Poll }

func (undecided) Error() string { return "the person has not decided, or said no" }

// judgeSignIn gives the sign-in's meaning to answers. No device code is given
// to an application of another type.
func judgeSignIn(f transport.Failure) *provider.Error {
	word := faultWord(f.Body)
	if found := waits[word]; found != 0 {
		return provider.Failed(provider.Rejected, "", undecided{found})
	}
	switch {
	case word == "client_id_failed", f.Status == http.StatusPreconditionFailed, f.Status == http.StatusForbidden,
		f.Status == http.StatusUnauthorized && strings.HasSuffix(f.Path, "/device"):
		return provider.Failed(provider.AppRejected, "", errClient)
	}
	return signin.OAuthError(f)
}

// post sends one form. The secret goes along where the application has one.
func (o *oauth) post(ctx context.Context, path string, form url.Values, into any) error {
	form.Set("client_id", o.env.ClientID)
	if o.env.ClientSecret != "" && path == "/token" {
		form.Set("client_secret", o.env.ClientSecret)
	}
	_, err := o.api.JSON(ctx, transport.Request{Method: http.MethodPost, URL: authURL + path, Body: form}, into)
	return err
}

// begin asks for a device code.
func (o *oauth) begin(ctx context.Context) (signin.Prompt, error) {
	var r struct {
		DeviceCode      text   `json:"device_code"`
		UserCode        text   `json:"user_code"`
		VerificationURI text   `json:"verification_uri"`
		Complete        text   `json:"verification_uri_complete"`
		ExpiresIn       number `json:"expires_in"`
		Interval        number `json:"interval"`
	}
	if err := o.post(ctx, "/device", url.Values{"scope": {scope}}, &r); err != nil {
		return signin.Prompt{}, err
	}
	address := r.Complete
	if address == "" {
		address = r.VerificationURI
	}
	page, err := url.Parse(string(address))
	if err != nil || page.Host == "" || page.Scheme != "https" && page.Scheme != "http" || r.DeviceCode == "" {
		return signin.Prompt{}, provider.Failed(provider.Contract, "post /oauth2/device", errPage)
	}
	return signin.Prompt{
		Code: string(r.UserCode), URL: page.String(), Handle: string(r.DeviceCode),
		Life: signin.Seconds(r.ExpiresIn, 15*time.Minute), Every: signin.Seconds(r.Interval, 5*time.Second),
	}, nil
}

// poll asks once whether the person has entered the code.
func (o *oauth) poll(ctx context.Context, p signin.Prompt) (signin.Poll, *provider.SignedIn, error) {
	var t signin.Answer
	err := o.post(ctx, "/token", url.Values{"grant_type": {deviceType}, "device_code": {p.Handle}}, &t)
	var not undecided
	switch {
	case errors.As(err, &not):
		return not.found, nil, nil
	case err != nil:
		return 0, nil, err
	}
	in, err := o.signedIn(ctx, t)
	return signin.Granted, in, err
}

// page is the address for the person's browser.
func (o *oauth) page(state, challenge string) string {
	return authPage + "?" + url.Values{
		"response_type": {"code"}, "client_id": {o.env.ClientID}, "redirect_uri": {redirect}, "scope": {scope},
		"state": {state}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
}

// finish exchanges the browser's code for a token.
func (o *oauth) finish(ctx context.Context, answer url.Values, verifier string) (*provider.SignedIn, error) {
	if answer.Get("iss") != issuer {
		return nil, provider.Failed(provider.Rejected, "", errIssuer)
	}
	var t signin.Answer
	err := o.post(ctx, "/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {answer.Get("code")}, "redirect_uri": {redirect}, "code_verifier": {verifier},
	}, &t)
	if err != nil {
		return nil, err
	}
	return o.signedIn(ctx, t)
}

// refresh trades the refresh token for a new access token; the old one is dead
// from then on. The refresh token stays the same unless a new one comes along.
func (o *oauth) refresh(ctx context.Context, old signin.Token) (signin.Token, error) {
	var t signin.Answer
	err := o.post(ctx, "/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old.Refresh}}, &t)
	if err != nil {
		return signin.Token{}, err
	}
	fresh, err := writable(t)
	if fresh.Refresh == "" {
		fresh.Refresh = old.Refresh
	}
	return fresh, err
}

func (o *oauth) revoke(ctx context.Context, t signin.Token) error {
	kill := t.Refresh // the whole sign-in, where there is one
	if kill == "" {
		kill = t.Access
	}
	return o.post(ctx, "/revoke", url.Values{"token": {kill}}, nil)
}

// writable is the token of an answer. One that cannot write is none; one whose
// scope is not told has what was asked for (RFC 6749, section 5.1).
func writable(a signin.Answer) (signin.Token, error) {
	t, err := a.Token("post /oauth2/token")
	if err == nil && t.Scope != "" && !writes(t.Scope) {
		err = provider.Failed(provider.Auth, "post /oauth2/token", errReadOnly)
	}
	return t, err
}

func writes(granted string) bool {
	for _, s := range strings.FieldsFunc(granted, func(r rune) bool { return r == ' ' || r == ',' || r == '+' }) {
		if s == writeScope {
			return true
		}
	}
	return false
}

// signedIn asks who the new token speaks for.
func (o *oauth) signedIn(ctx context.Context, t signin.Answer) (*provider.SignedIn, error) {
	access, err := writable(t)
	if err != nil {
		return nil, err
	}
	secret, err := access.Secret()
	if err != nil {
		return nil, err
	}
	env := o.env
	env.Dir = "" // the account has no folder yet
	who, err := newAccount(env, signin.Bearer(access.Access), nil, nil).Whoami(ctx)
	if err != nil {
		return nil, err
	}
	return &provider.SignedIn{Identity: who, Secret: secret}, nil
}
