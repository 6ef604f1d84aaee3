package anilist

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/signin"
)

const (
	authorizeURL = "https://anilist.co/api/v2/oauth/authorize"
	// redirect is the address that applications register; the service
	// compares it letter by letter.
	redirect = "http://127.0.0.1:51844/callback"
	// clientPage is where a person registers an application.
	clientPage = "https://anilist.co/settings/developer"
	// activity is what to read first: changes of lists are public.
	activity = "anilist.public_activity"
)

var (
	errNoClient = errors.New("anilist needs a client id: register an application at " + clientPage + " " +
		"with the redirect address " + redirect + " and set its client id in the settings")
	errMethod = errors.New("anilist signs in in the browser")
	errAnswer = errors.New("there is no token in this answer")
)

// login starts a sign-in: the service's page gives the token itself (implicit
// grant), because its other way needs a secret that no desktop program can
// keep. It comes back to a page of ours on a loopback port; where that fails,
// the person pastes the token, or the address that the browser ended at.
func login(env provider.Env, method provider.Method) (provider.Login, error) {
	if env.ClientID == "" {
		return nil, provider.Failed(provider.AppRejected, "", errNoClient)
	}
	switch method {
	case provider.Browser:
		return signin.Start(noticed(signin.Browser{Redirect: redirect, Fragment: true, Stateless: true,
			Page: func(state, _ string) string { return authorizePage(env.ClientID, state) },
			Finish: func(ctx context.Context, answer url.Values, _ string) (*provider.SignedIn, error) {
				return finish(ctx, env, answer)
			}}.Turn())), nil
	case provider.Paste:
		return signin.Start(noticed(pasted(env))), nil
	}
	return nil, provider.Failed(provider.Rejected, "", errMethod)
}

// noticed adds to the first step what to read before going on.
func noticed(t signin.Turn) signin.Turn {
	return func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		step, next, err := t(ctx, answers)
		step.Notice = activity
		return step, next, err
	}
}

// pasted shows the page, then asks for what it answered.
func pasted(env provider.Env) signin.Turn {
	ask := signin.Ask([]provider.Field{{Name: "answer", Secret: true}}, func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		in, err := finish(ctx, env, readPasted(answers["answer"]))
		if err != nil {
			return provider.Step{}, nil, err
		}
		return signin.Done(in)
	})
	return func(context.Context, map[string]string) (provider.Step, signin.Turn, error) {
		return provider.Step{URL: authorizePage(env.ClientID, "")}, ask, nil
	}
}

// authorizePage is the address for the person's browser.
func authorizePage(client, state string) string {
	q := url.Values{"client_id": {client}, "response_type": {"token"}}
	if state != "" {
		q.Set("state", state)
	}
	return authorizeURL + "?" + q.Encode()
}

// readPasted takes a bare token, an address with the answer behind "#", or
// the answer itself.
func readPasted(s string) url.Values {
	s = strings.TrimSpace(s)
	if _, fragment, ok := strings.Cut(s, "#"); ok {
		s = fragment
	}
	if !strings.Contains(s, "access_token=") {
		return url.Values{"access_token": {s}}
	}
	v, err := url.ParseQuery(s)
	if err != nil {
		return nil
	}
	return v
}

// finish keeps the token and asks who it speaks for.
func finish(ctx context.Context, env provider.Env, answer url.Values) (*provider.SignedIn, error) {
	access := strings.TrimSpace(answer.Get("access_token"))
	if access == "" || strings.ContainsAny(access, " \t\r\n") {
		return nil, provider.Failed(provider.Rejected, "", errAnswer)
	}
	token := signin.Token{Access: access, Issued: time.Now(), Expires: ends(access)}
	if s, err := strconv.Atoi(answer.Get("expires_in")); err == nil && s > 0 && token.Expires.IsZero() {
		token.Expires = time.Now().Add(time.Duration(s) * time.Second)
	}
	secret, err := token.Secret()
	if err != nil {
		return nil, err
	}
	who, err := newAccount(env, fixed(token), newMeter()).Whoami(ctx)
	if err != nil {
		return nil, err
	}
	return &provider.SignedIn{Identity: who, Secret: secret}, nil
}

// fixed is a token that is used once, right after sign-in.
type fixed signin.Token

// Token returns it.
func (f fixed) Token(context.Context) (signin.Token, error) { return signin.Token(f), nil }

// ends reads when a token dies from the token itself; zero when it does not
// tell. Nothing is verified: the service does that at every request.
func ends(access string) time.Time {
	parts := strings.Split(access, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		Exp number `json:"exp"`
	}
	if err != nil || json.Unmarshal(body, &claims) != nil || claims.Exp.float() <= 0 || claims.Exp.float() > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp.float()), 0)
}
