package emby

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"
)

var errMethod = errors.New("emby has no such way to sign in")

// startLogin asks for the address unless env has it, then for user name and
// password. A user without a password leaves it empty.
func startLogin(env provider.Env, method provider.Method) (provider.Login, error) {
	if method != provider.Password {
		return nil, provider.Failed(provider.Rejected, "", errMethod)
	}
	arrive := func(ctx context.Context, address string) (provider.Step, signin.Turn, error) {
		d, err := findServer(ctx, env, address)
		if err != nil {
			return provider.Step{}, nil, err
		}
		return d.password()(ctx, nil)
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
		d, err := knock(ctx, env, address)
		if err == nil {
			return d, nil
		}
		if isOther(err) {
			return nil, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// prefix stands before every path in the server's own description. Servers
// take it or leave it; some proxies pass on nothing else.
const prefix = "/emby"

// knock asks at an address and, when something else answers there, below the
// prefix.
func knock(ctx context.Context, env provider.Env, address string) (*door, error) {
	env.Address = address
	s, err := connect(env)
	if err != nil {
		return nil, err
	}
	info, err := s.info(ctx)
	if e := provider.AsError(err); e != nil && e.Status != 0 && !strings.HasSuffix(address, prefix) {
		if d, below := knock(ctx, env, address+prefix); below == nil || isOther(below) {
			return d, below
		}
	}
	return &door{s, info}, err
}

// isOther tells whether a server answered that is known not to be ours.
func isOther(err error) bool {
	e := provider.AsError(err)
	return e.Kind == provider.Rejected && e.Status == 0
}

func (d *door) password() signin.Turn {
	fields := []provider.Field{{Name: "user"}, {Name: "password", Secret: true}}
	return signin.Ask(fields, func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		device := mediabrowser.DeviceID(d.env.Install, d.info.ID, answers["user"])
		var got mediabrowser.SignIn
		_, err := d.http.JSON(ctx, transport.Request{Method: http.MethodPost, URL: d.address + "/Users/AuthenticateByName",
			Header: http.Header{identityHeader: {identify(d.env, "", device)}},
			Body:   map[string]string{"Username": answers["user"], "Pw": answers["password"]}}, &got)
		if err != nil {
			return provider.Step{}, nil, err
		}
		return d.enter(device, got)
	})
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
