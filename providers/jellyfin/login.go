package jellyfin

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"
)

var errMethod = errors.New("jellyfin has no such way to sign in")

// startLogin asks for the address unless env has it, then goes on with Quick
// Connect or user name and password.
func startLogin(env provider.Env, method provider.Method) (provider.Login, error) {
	if method != provider.QuickConnect && method != provider.Password {
		return nil, provider.Failed(provider.Rejected, "", errMethod)
	}
	arrive := func(ctx context.Context, address string) (provider.Step, signin.Turn, error) {
		d, err := findServer(ctx, env, address)
		if err != nil {
			return provider.Step{}, nil, err
		}
		if method == provider.Password {
			return d.password()(ctx, nil)
		}
		return d.quickConnect()(ctx, nil)
	}
	return mediabrowser.Arrive(env.Address, arrive), nil
}

// door is a server that somebody signs in at.
type door struct {
	*server
	mediabrowser.Door
}

// findServer tries what the address may mean.
func findServer(ctx context.Context, env provider.Env, input string) (*door, error) {
	return mediabrowser.Find(input, func(address string) (*door, error) {
		env.Address = address
		s, err := connect(env)
		if err != nil {
			return nil, err
		}
		info, _, err := s.info(ctx)
		return &door{s, mediabrowser.Door{Address: s.address, Install: env.Install, Info: info}}, err
	})
}

// ask sends one request of a sign-in, without token.
func (d *door) ask(ctx context.Context, device string, req transport.Request, into any) error {
	req.URL = d.address + req.URL
	req.Header = http.Header{"Authorization": {header(d.env, device, "")}}
	_, err := d.http.JSON(ctx, req, into)
	return err
}

// password asks for user name and password.
func (d *door) password() signin.Turn {
	return d.Password(func(ctx context.Context, device string, body map[string]string, into *mediabrowser.SignIn) error {
		return d.ask(ctx, device, transport.Request{Method: http.MethodPost, URL: "/Users/AuthenticateByName", Body: body}, into)
	})
}

// Quick Connect: the server says neither how long a code lives nor how often
// to ask.
const (
	codeLife  = 10 * time.Minute
	codeEvery = 4 * time.Second
)

type quickConnect struct {
	Secret, Code  string
	Authenticated bool
}

func (d *door) quickConnect() signin.Turn {
	// The user is not known yet, so chance keeps two users' devices apart.
	device := d.Device(rand.Text())
	return signin.Polled{
		Begin: func(ctx context.Context) (signin.Prompt, error) {
			var q quickConnect
			err := d.ask(ctx, device, transport.Request{Method: http.MethodPost, URL: "/QuickConnect/Initiate"}, &q)
			if e := provider.AsError(err); e != nil && e.Kind == provider.Auth {
				return signin.Prompt{}, provider.Failed(provider.Rejected, e.Doing, errors.New("quick connect is switched off at the server"))
			}
			return signin.Prompt{Code: q.Code, Handle: q.Secret, Life: codeLife, Every: codeEvery}, err
		},
		Ask: func(ctx context.Context, p signin.Prompt) (signin.Poll, *provider.SignedIn, error) {
			var q quickConnect
			err := d.ask(ctx, device, transport.Request{URL: "/QuickConnect/Connect", Query: url.Values{"secret": {p.Handle}}}, &q)
			if e := provider.AsError(err); e != nil && e.Status == http.StatusNotFound {
				return signin.Expired, nil, nil
			}
			if err != nil || !q.Authenticated {
				return signin.Pending, nil, err
			}
			var got mediabrowser.SignIn
			err = d.ask(ctx, device, transport.Request{Method: http.MethodPost, URL: "/Users/AuthenticateWithQuickConnect",
				Body: map[string]string{"Secret": p.Handle}}, &got)
			if err != nil {
				return signin.Pending, nil, err
			}
			step, _, err := d.Enter(device, got)
			return signin.Granted, step.Done, err
		},
	}.Turn()
}
