package mediabrowser

import (
	"context"
	"errors"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/signin"
)

// Arrive starts a sign-in at an address unless it is "": then the person is
// asked for one. at goes on there.
func Arrive(address string, at func(ctx context.Context, address string) (provider.Step, signin.Turn, error)) provider.Login {
	if address != "" {
		return signin.Start(func(ctx context.Context, _ map[string]string) (provider.Step, signin.Turn, error) {
			return at(ctx, address)
		})
	}
	return signin.Start(signin.Ask([]provider.Field{{Name: "address"}},
		func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
			return at(ctx, answers["address"])
		}))
}

// Find tries what a person's input may mean as an address, and returns what
// knock found. A server that answers but is not ours ends the search: its
// error says why. Where none answers, the first error is told.
func Find[D any](input string, knock func(address string) (D, error)) (D, error) {
	var none D
	addresses, err := Addresses(input)
	if err != nil {
		return none, provider.Failed(provider.Rejected, "", err)
	}
	var first error
	for _, address := range addresses {
		d, err := knock(address)
		if err == nil {
			return d, nil
		}
		if IsOther(err) {
			return none, err
		}
		if first == nil {
			first = err
		}
	}
	return none, first
}

// IsOther tells whether a server answered that is known not to be ours: it was
// refused by what it said, not by a status.
func IsOther(err error) bool {
	e := provider.AsError(err)
	return e.Kind == provider.Rejected && e.Status == 0
}

// Password asks for user name and password, and signs in with them through
// post. A user without a password leaves it empty.
func (d Door) Password(post func(ctx context.Context, device string, body map[string]string, into *SignIn) error) signin.Turn {
	fields := []provider.Field{{Name: "user"}, {Name: "password", Secret: true}}
	return signin.Ask(fields, func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		device := d.Device(answers["user"])
		var got SignIn
		err := post(ctx, device, map[string]string{"Username": answers["user"], "Pw": answers["password"]}, &got)
		if err != nil {
			return provider.Step{}, nil, err
		}
		return d.Enter(device, got)
	})
}

// Door is a server that somebody signs in at from this installation.
type Door struct {
	Address, Install string
	Info             PublicInfo
}

// Device names this installation towards the server for a user.
func (d Door) Device(who string) string { return DeviceID(d.Install, d.Info.ID, who) }

var errNoToken = errors.New("the answer has no token")

// Enter ends the sign-in.
func (d Door) Enter(device string, got SignIn) (provider.Step, signin.Turn, error) {
	if got.AccessToken == "" || got.User.ID == "" {
		return provider.Step{}, nil, provider.Failed(provider.Contract, "sign in", errNoToken)
	}
	kept := Kept{Token: got.AccessToken, ServerID: d.Info.ID, UserID: got.User.ID, DeviceID: device}
	return signin.Done(&provider.SignedIn{
		Identity: provider.Identity{ServerID: d.Info.ID, UserID: got.User.ID, UserName: got.User.Name,
			ServerName: d.Info.ServerName, Version: d.Info.Version},
		Address: d.Address,
		Secret:  kept.Secret(),
	})
}
