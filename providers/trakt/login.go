package trakt

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/time/rate"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"
)

const (
	authHost = "auth.trakt.tv"
	authURL  = "https://auth.trakt.tv/oauth"
	// redirect is the address that applications register for the browser
	// flow; the service compares it letter by letter.
	redirect = "http://localhost:51842/callback"
	// oneApp is what to read first: a free account keeps one connected app.
	oneApp = "trakt.one_app"
)

var (
	errMethod = errors.New("trakt signs in by device code or in the browser")
	errPage   = errors.New("the page to open is not a web address")
	errUsed   = errors.New("the code was used before")
)

// login starts a sign-in. The device code needs no port and no redirect, and
// comes first; the browser with PKCE is the second way.
func login(env provider.Env, method provider.Method) (provider.Login, error) {
	if env.ClientID == "" {
		return nil, provider.Failed(provider.AppRejected, "", errNoClient)
	}
	o := newOAuth(env)
	switch method {
	case provider.DeviceCode:
		return signin.Start(noticed(signin.Polled{Begin: o.begin, Ask: o.poll}.Turn())), nil
	case provider.Browser:
		return signin.Start(noticed(signin.Browser{Redirect: redirect, Page: o.page, Finish: o.finish}.Turn())), nil
	}
	return nil, provider.Failed(provider.Rejected, "", errMethod)
}

// noticed adds to the first step what to read before going on.
func noticed(t signin.Turn) signin.Turn {
	return func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		step, next, err := t(ctx, answers)
		step.Notice = oneApp
		return step, next, err
	}
}

// oauth speaks with the service's sign-in host.
type oauth struct {
	env provider.Env
	api *transport.Client
}

func newOAuth(env provider.Env) *oauth {
	return &oauth{env: env, api: transport.New(transport.Options{
		Base: env.Base, Log: env.Log, UserAgent: userAgent(env.Version), Hosts: []string{authHost},
		Classify: func(f transport.Failure) *provider.Error {
			if e := signin.OAuthError(f); e != nil {
				return e
			}
			return classify(f)
		},
	})}
}

// post sends one form as JSON. The secret goes along where the application
// has one.
func (o *oauth) post(ctx context.Context, path string, form map[string]string, into any) error {
	form["client_id"] = o.env.ClientID
	if o.env.ClientSecret != "" && path != "/device/code" {
		form["client_secret"] = o.env.ClientSecret
	}
	_, err := o.api.JSON(ctx, transport.Request{Method: http.MethodPost, URL: authURL + path, Header: apiHeader(o.env), Body: form}, into)
	return err
}

// begin asks for a device code.
func (o *oauth) begin(ctx context.Context) (signin.Prompt, error) {
	var r struct {
		DeviceCode      text   `json:"device_code"`
		UserCode        text   `json:"user_code"`
		VerificationURL text   `json:"verification_url"`
		ExpiresIn       number `json:"expires_in"`
		Interval        number `json:"interval"`
	}
	if err := o.post(ctx, "/device/code", map[string]string{}, &r); err != nil {
		return signin.Prompt{}, err
	}
	page, err := url.Parse(string(r.VerificationURL))
	if err != nil || page.Host == "" || page.Scheme != "https" && page.Scheme != "http" {
		return signin.Prompt{}, provider.Failed(provider.Contract, "post /oauth/device/code", errPage)
	}
	return signin.Prompt{
		Code: string(r.UserCode), URL: page.String(), Handle: string(r.DeviceCode),
		Life: signin.Seconds(r.ExpiresIn, 10*time.Minute), Every: signin.Seconds(r.Interval, 5*time.Second),
	}, nil
}

// poll asks once whether the person has entered the code. The service tells
// by status alone.
func (o *oauth) poll(ctx context.Context, p signin.Prompt) (signin.Poll, *provider.SignedIn, error) {
	var t signin.Answer
	err := o.post(ctx, "/device/token", map[string]string{"code": p.Handle}, &t)
	if err == nil {
		in, err := o.signedIn(ctx, t)
		return signin.Granted, in, err
	}
	switch provider.AsError(err).Status {
	case http.StatusBadRequest:
		return signin.Pending, nil, nil
	case http.StatusTooManyRequests:
		return signin.SlowDown, nil, nil
	case http.StatusTeapot:
		return signin.Refused, nil, nil
	case http.StatusGone, http.StatusNotFound:
		return signin.Expired, nil, nil
	case http.StatusConflict:
		return 0, nil, provider.Failed(provider.Rejected, "post /oauth/device/token", errUsed)
	}
	return 0, nil, err
}

// page is the address for the person's browser.
func (o *oauth) page(state, challenge string) string {
	return authURL + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {o.env.ClientID}, "redirect_uri": {redirect},
		"state": {state}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
}

// finish exchanges the browser's code for a token.
func (o *oauth) finish(ctx context.Context, answer url.Values, verifier string) (*provider.SignedIn, error) {
	var t signin.Answer
	err := o.post(ctx, "/token", map[string]string{
		"grant_type": "authorization_code", "code": answer.Get("code"), "redirect_uri": redirect, "code_verifier": verifier,
	}, &t)
	if err != nil {
		return nil, err
	}
	return o.signedIn(ctx, t)
}

// refresh trades the refresh token, which is dead from then on, for a new pair.
func (o *oauth) refresh(ctx context.Context, old signin.Token) (signin.Token, error) {
	var t signin.Answer
	err := o.post(ctx, "/token", map[string]string{
		"grant_type": "refresh_token", "refresh_token": old.Refresh, "redirect_uri": redirect,
	}, &t)
	if err != nil {
		return signin.Token{}, err
	}
	return t.Token("post /oauth/token")
}

func (o *oauth) revoke(ctx context.Context, t signin.Token) error {
	return o.post(ctx, "/revoke", map[string]string{"token": t.Access}, nil)
}

// signedIn asks who the new token speaks for.
func (o *oauth) signedIn(ctx context.Context, t signin.Answer) (*provider.SignedIn, error) {
	kept, err := t.Token("post /oauth/token")
	if err != nil {
		return nil, err
	}
	secret, err := kept.Secret()
	if err != nil {
		return nil, err
	}
	who, err := newAccount(o.env, signin.Bearer(kept.Access), rate.NewLimiter(rate.Inf, 1), nil).Whoami(ctx)
	if err != nil {
		return nil, err
	}
	return &provider.SignedIn{Identity: who, Secret: secret}, nil
}
