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
	if env.Address == "" {
		return signin.Start(signin.Ask([]provider.Field{{Name: "address"}},
			func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
				return arrive(ctx, answers["address"])
			})), nil
	}
	return signin.Start(func(ctx context.Context, _ map[string]string) (provider.Step, signin.Turn, error) {
		return arrive(ctx, env.Address)
	}), nil
}

// door is a server that somebody signs in at.
type door struct {
	*server
	info mediabrowser.PublicInfo
}

// findServer tries what the address may mean. A server that answers but is
// not ours ends the search: its error says why.
func findServer(ctx context.Context, env provider.Env, input string) (*door, error) {
	addresses, err := mediabrowser.Addresses(input)
	if err != nil {
		return nil, provider.Failed(provider.Rejected, "", err)
	}
	var first error
	for _, address := range addresses {
		env.Address = address
		s, err := connect(env)
		if err != nil {
			return nil, err
		}
		info, _, err := s.info(ctx)
		switch {
		case err == nil:
			return &door{s, info}, nil
		case provider.AsError(err).Kind == provider.Rejected && provider.AsError(err).Status == 0:
			return nil, err
		case first == nil:
			first = err
		}
	}
	return nil, first
}

// ask sends one request of a sign-in, without token.
func (d *door) ask(ctx context.Context, device string, req transport.Request, into any) error {
	req.URL = d.address + req.URL
	req.Header = http.Header{"Authorization": {header(d.env, device, "")}}
	_, err := d.http.JSON(ctx, req, into)
	return err
}

func (d *door) password() signin.Turn {
	fields := []provider.Field{{Name: "user"}, {Name: "password", Secret: true}}
	return signin.Ask(fields, func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		device := mediabrowser.DeviceID(d.env.Install, d.info.ID, answers["user"])
		var got mediabrowser.SignIn
		err := d.ask(ctx, device, transport.Request{Method: http.MethodPost, URL: "/Users/AuthenticateByName",
			Body: map[string]string{"Username": answers["user"], "Pw": answers["password"]}}, &got)
		if err != nil {
			return provider.Step{}, nil, err
		}
		return d.enter(device, got)
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
	device := mediabrowser.DeviceID(d.env.Install, d.info.ID, rand.Text())
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
			step, _, err := d.enter(device, got)
			return signin.Granted, step.Done, err
		},
	}.Turn()
}

// enter ends the sign-in.
func (d *door) enter(device string, got mediabrowser.SignIn) (provider.Step, signin.Turn, error) {
	if got.AccessToken == "" || got.User.ID == "" {
		return provider.Step{}, nil, provider.Failed(provider.Contract, "sign in", errors.New("the answer has no token"))
	}
	kept := mediabrowser.Kept{Token: got.AccessToken, ServerID: d.info.ID, UserID: got.User.ID, DeviceID: device}
	return signin.Done(&provider.SignedIn{
		Identity: provider.Identity{ServerID: d.info.ID, UserID: got.User.ID, UserName: got.User.Name,
			ServerName: d.info.ServerName, Version: d.info.Version},
		Address: d.address,
		Secret:  kept.Secret(),
	})
}
