package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Browser signs in on the service's own page in the person's browser; the
// answer comes back to a one-shot server on a loopback port (RFC 8252).
type Browser struct {
	// Redirect is the registered address, with its fixed port, such as
	// "http://127.0.0.1:51840/answer"; services compare it letter by letter.
	Redirect string
	// Fragment: the service answers in the URL's fragment (implicit grant).
	Fragment bool
	// Stateless: the service may drop the state. An answer without one is
	// taken, an answer with another one is not.
	Stateless bool
	// Page returns the address to open.
	Page func(state, challenge string) string
	// Finish turns the answer into the end of the sign-in. Answer holds the
	// query or fragment; an "error" in it never reaches Finish.
	Finish func(ctx context.Context, answer url.Values, verifier string) (*provider.SignedIn, error)
}

// ErrPortBusy means that another program holds the registered port: offer
// another way to sign in.
var ErrPortBusy = errors.New("the port for the answer is taken by another program")

// patience is how long the loopback server waits.
const patience = 5 * time.Minute

// Turn listens, then shows the page; the next turn waits for the answer.
func (b Browser) Turn() Turn {
	return func(ctx context.Context, _ map[string]string) (provider.Step, Turn, error) {
		state, verifier := rand.Text(), oauth2.GenerateVerifier()
		catch, err := b.listen(state)
		if err != nil {
			return provider.Step{}, nil, provider.Failed(provider.Rejected, "", err)
		}
		page := b.Page(state, oauth2.S256ChallengeFromVerifier(verifier))
		step := provider.Step{URL: page, Expires: media.At(time.Now().Add(patience))}
		return step, b.waiting(catch, verifier), nil
	}
}

func (b Browser) waiting(catch *loopback, verifier string) Turn {
	over := false
	return func(ctx context.Context, _ map[string]string) (provider.Step, Turn, error) {
		if over {
			return b.Turn()(ctx, nil)
		}
		over = true
		answer, err := catch.wait(ctx)
		if ctx.Err() != nil {
			return provider.Step{}, nil, provider.Failed(provider.Transient, "", ctx.Err())
		}
		if err != nil {
			return provider.Step{}, nil, provider.Failed(provider.Rejected, "", err)
		}
		if answer.Get("error") != "" {
			return provider.Step{}, nil, provider.Failed(provider.Rejected, "", errRefused)
		}
		in, err := b.Finish(ctx, answer, verifier)
		if err != nil {
			return provider.Step{}, nil, err
		}
		return Done(in)
	}
}
