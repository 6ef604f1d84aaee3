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
// password.
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
	return mediabrowser.Arrive(env.Address, arrive), nil
}

// door is a server that somebody signs in at.
type door struct {
	*server
	mediabrowser.Door
}

// findServer tries what the address may mean.
func findServer(ctx context.Context, env provider.Env, input string) (*door, error) {
	return mediabrowser.Find(input, func(address string) (*door, error) { return knock(ctx, env, address) })
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
		if d, below := knock(ctx, env, address+prefix); below == nil || mediabrowser.IsOther(below) {
			return d, below
		}
	}
	return &door{s, mediabrowser.Door{Address: s.address, Install: env.Install, Info: info}}, err
}

// password asks for user name and password.
func (d *door) password() signin.Turn {
	return d.Password(func(ctx context.Context, device string, body map[string]string, into *mediabrowser.SignIn) error {
		_, err := d.http.JSON(ctx, transport.Request{Method: http.MethodPost, URL: d.address + "/Users/AuthenticateByName",
			Header: http.Header{identityHeader: {identify(d.env, "", device)}}, Body: body}, into)
		return err
	})
}
