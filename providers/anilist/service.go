package anilist

import (
	"context"
	"net/http"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/animemap"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"
)

// Service describes AniList and opens accounts of it. They translate by the
// given mapping; without one every part goes by itself.
func Service(anime *animemap.Store) provider.Service {
	return provider.Service{
		Name: "anilist", Title: "AniList", Capabilities: capabilities(),
		Methods:    []provider.Method{provider.Browser, provider.Paste},
		ClientHelp: "anilist.client_help",
		ClientPage: clientPage,
		Hosts:      []string{apiHost, siteHost},
		Login:      login,
		Open: func(env provider.Env) (provider.Provider, error) {
			// The token says by itself which program it was given to; no client
			// id is needed any more.
			a := newAccount(env, signin.NewTokenSource(env.Secrets, noRefresh), newMeter())
			a.anime = anime
			return a, nil
		},
	}
}

// noRefresh: a token lives for a year and cannot be renewed.
func noRefresh(context.Context, signin.Token) (signin.Token, error) {
	return signin.Token{}, provider.Failed(provider.Auth, "", errEnded)
}

// tokens authorizes requests and tells when the credential ends.
type tokens interface {
	Token(context.Context) (signin.Token, error)
}

// newAccount makes an account over its token, at the pace of a meter.
func newAccount(env provider.Env, t tokens, m *meter) *account {
	a := &account{meter: m, past: newPast(env.Dir)}
	a.api = transport.New(transport.Options{
		Base: env.Base, Log: env.Log, UserAgent: "Watchkeeper/" + env.Version, Hosts: []string{apiHost},
		Authorize: func(ctx context.Context, r *http.Request) error {
			token, err := t.Token(ctx)
			if err != nil {
				return err
			}
			a.lives(token.Expires)
			r.Header.Set("Authorization", "Bearer "+token.Access)
			return nil
		},
		WritePace: m.pace, // every request is a POST
		Timeout:   requestTime, BodyCap: bodyCap,
		Classify: classify,
	})
	return a
}

// lives notes until when the token is good.
func (a *account) lives(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ends = until
}

// endsSoon is how long before its end a sign-in is announced to end: the
// person has to renew it by hand.
const endsSoon = 30 * 24 * time.Hour

// signInEnds is when the token ends, if that is known.
func (a *account) signInEnds() media.Moment {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ends.IsZero() {
		return 0
	}
	return media.At(a.ends)
}

// notices tell what the person should know about the account.
func (a *account) notices(v viewer) []string {
	var out []string
	if ends := a.signInEnds(); ends.Known() && time.Until(ends.Time()) < endsSoon {
		out = append(out, "anilist.sign_in_ends")
	}
	if v.publishes() {
		out = append(out, "anilist.public_activity")
	}
	if a.anime != nil {
		out = append(out, a.anime.Notices()...)
	}
	return out
}
