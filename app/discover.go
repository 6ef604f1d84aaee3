package app

import (
	"context"
	"slices"
	"sync"

	"watchkeeper/engine/provider"
)

// FindArgs ask for servers in the local network; "" of every service that can
// be found.
type FindArgs struct {
	Service string `json:"service,omitempty"`
}

// Server is a media server that answered in the local network.
type Server struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Address string `json:"address"`
	Account string `json:"account,omitempty"` // that is connected to it already
}

// FindServers asks the local network for media servers. A service whose
// question could not be sent has none: nothing rests on it.
func (a *App) FindServers(ctx context.Context, args FindArgs) ([]Server, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	var asked []provider.Service
	for _, s := range a.Services() {
		if s.Discover != nil && (args.Service == "" || args.Service == s.Name) {
			asked = append(asked, s)
		}
	}
	if _, known := a.Service(args.Service); !known && args.Service != "" {
		return nil, unknown("service", args.Service, a.serviceNames())
	}
	answers := make([][]provider.Found, len(asked))
	var all sync.WaitGroup
	for i, s := range asked {
		all.Go(func() {
			found, err := s.Discover(ctx, a.DiscoverAt())
			if err != nil {
				a.Log.Debug("nobody could be asked", "service", s.Name, "error", err)
			}
			answers[i] = found
		})
	}
	all.Wait()
	out := []Server{}
	for i, s := range asked {
		for _, f := range answers[i] {
			out = append(out, Server{Service: s.Name, Name: f.Name, Address: f.Address, Account: n.at(s.Name, f.ServerID)})
		}
	}
	return out, nil
}

// at is the account that is connected to a server; "" for none.
func (n names) at(service, server string) string {
	for _, acc := range n.accounts {
		if !acc.Removed && acc.Provider == service && acc.ServerID == server {
			return acc.Name
		}
	}
	return ""
}

// offer adds the servers that were found to a sign-in that asks for an
// address.
func (a *App) offer(ctx context.Context, service string, step *SignInStep) error {
	i := slices.IndexFunc(step.Fields, func(f Field) bool { return f.Name == "address" && len(f.Choices) == 0 })
	if i < 0 {
		return nil
	}
	servers, err := a.FindServers(ctx, FindArgs{Service: service})
	for _, s := range servers {
		step.Fields[i].Offers = append(step.Fields[i].Offers, Choice{ID: s.Address, Name: s.Name})
	}
	return err
}
