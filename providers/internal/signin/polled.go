package signin

import (
	"context"
	"errors"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Prompt is a code that the service gave out.
type Prompt struct {
	Code   string // for the person
	URL    string // where to enter it; "" when it is entered in the service's own program
	Handle string // what polling names it by
	Life   time.Duration
	Every  time.Duration // between polls
}

// Poll is what one poll found.
type Poll uint8

const (
	Pending  Poll = iota + 1
	SlowDown      // pending, and asked too often
	Granted
	Refused // by the person
	Expired
)

// Polled signs in by a code: device code, PIN or quick connect.
type Polled struct {
	// Begin asks for a code.
	Begin func(ctx context.Context) (Prompt, error)
	// Ask polls once; with Granted it returns the end.
	Ask func(ctx context.Context, p Prompt) (Poll, *provider.SignedIn, error)
}

var (
	errRefused = errors.New("sign-in was refused")
	errExpired = errors.New("the code has expired")
)

// Turn shows a fresh code; the next turn waits for the person. Network
// trouble while waiting is waited out. When the code ends, the sign-in can be
// started again with a new one.
func (d Polled) Turn() Turn {
	return func(ctx context.Context, _ map[string]string) (provider.Step, Turn, error) {
		p, err := d.Begin(ctx)
		if err != nil {
			return provider.Step{}, nil, err
		}
		ends := time.Now().Add(p.Life)
		step := provider.Step{Code: p.Code, URL: p.URL, Expires: media.At(ends)}
		return step, d.waiting(p, ends), nil
	}
}

func (d Polled) waiting(p Prompt, ends time.Time) Turn {
	over := false
	return func(ctx context.Context, _ map[string]string) (provider.Step, Turn, error) {
		if over {
			return d.Turn()(ctx, nil)
		}
		in, err := d.wait(ctx, p, ends)
		if err != nil {
			over = ctx.Err() == nil
			return provider.Step{}, nil, err
		}
		return Done(in)
	}
}

// slower is how much SlowDown adds to the interval (RFC 8628, section 3.5).
const slower = 5 * time.Second

func (d Polled) wait(ctx context.Context, p Prompt, ends time.Time) (*provider.SignedIn, error) {
	every := max(p.Every, time.Second)
	for {
		if err := pause(ctx, every); err != nil {
			return nil, provider.Failed(provider.Transient, "", err)
		}
		if time.Now().After(ends) {
			return nil, provider.Failed(provider.Rejected, "", errExpired)
		}
		found, in, err := d.Ask(ctx, p)
		switch {
		case err != nil && !passes(err):
			return nil, err
		case found == Granted:
			return in, nil
		case found == SlowDown:
			every += slower
		case found == Refused:
			return nil, provider.Failed(provider.Rejected, "", errRefused)
		case found == Expired:
			return nil, provider.Failed(provider.Rejected, "", errExpired)
		}
	}
}

// passes tells whether an error is weather that the next poll may not meet.
func passes(err error) bool {
	kind := provider.AsError(err).Kind
	return kind == provider.Transient || kind == provider.RateLimited
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
