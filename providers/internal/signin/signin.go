// Package signin holds the ways to sign in that services share, each as turns
// of a provider.Login: a code to show and poll (device code, PIN, quick
// connect), a browser page with an answer on a loopback port (code with PKCE,
// or an implicit token), and forms (password, paste). It also keeps tokens
// that expire: see TokenSource.
//
// It knows no service: adapters hand in the requests. It never shows a secret
// and keeps none besides the token.
package signin

import (
	"context"
	"errors"

	"watchkeeper/engine/provider"
)

// Turn is one move of a sign-in: it takes the answers to the step before and
// returns the next step, and the turn that follows it. After an error the same
// turn is asked again.
type Turn func(ctx context.Context, answers map[string]string) (provider.Step, Turn, error)

// Start makes a Login of its first turn.
func Start(first Turn) provider.Login { return &login{next: first} }

type login struct{ next Turn }

var errOver = errors.New("sign-in is over")

func (l *login) Next(ctx context.Context, answers map[string]string) (provider.Step, error) {
	if l.next == nil {
		return provider.Step{}, provider.Failed(provider.Contract, "", errOver)
	}
	step, next, err := l.next(ctx, answers)
	if err != nil {
		return provider.Step{}, provider.AsError(err)
	}
	l.next = next
	return step, nil
}

// Done is the last step.
func Done(in *provider.SignedIn) (provider.Step, Turn, error) {
	return provider.Step{Done: in}, nil, nil
}

// Ask is a form. Take gets the answers; when it fails, the form can be
// answered again, and Next(nil) shows it again.
func Ask(fields []provider.Field, take Turn) Turn {
	var ask Turn
	ask = func(ctx context.Context, answers map[string]string) (provider.Step, Turn, error) {
		if answers == nil {
			return provider.Step{Fields: fields}, ask, nil
		}
		return take(ctx, answers)
	}
	return ask
}
