package plex

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// server is the person's media server, at an address that may change.
type server struct {
	env    provider.Env
	keeper *keeper
	cloud  *cloud

	mu      sync.Mutex
	address string
	http    *transport.Client
	strayed time.Time // when another address than the person's was found; zero: never
}

// at returns the address and the client for it; "" when it is not known yet.
func (s *server) at() (string, *transport.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address, s.http
}

// move prepares the client for an address.
func (s *server) move(address string) error {
	host := hostOf(address)
	if host == "" {
		return provider.Failed(provider.Rejected, "", errors.New("the address of the server is not understood"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = strings.TrimRight(address, "/")
	s.http = transport.New(transport.Options{
		Base: direct(s.env.Base), Log: s.env.Log, Hosts: []string{host}, Pins: s.env.Pins,
		UserAgent: "Watchkeeper/" + s.env.Version, Authorize: s.authorize, Refresh: s.renew,
	})
	return nil
}

// authorize adds the server's own token, except where none is needed.
func (s *server) authorize(ctx context.Context, req *http.Request) error {
	identify(req, s.env)
	if strings.HasSuffix(req.URL.Path, "/identity") {
		return nil
	}
	k, err := s.keeper.load(ctx)
	if err == nil {
		req.Header.Set("X-Plex-Token", k.Server)
	}
	return err
}

// renew answers a 401: servers say it in passing, and after the owner renewed
// the share. plex.tv knows the token of today; when it is down, nothing is
// known and the 401 stands as trouble of the moment.
func (s *server) renew(ctx context.Context, _ *http.Response) (bool, error) {
	k, err := s.keeper.load(ctx)
	if err != nil {
		return false, err
	}
	d, found, err := s.device(ctx, k)
	switch {
	case err != nil:
		return false, err
	case !found:
		return false, provider.Failed(provider.Auth, "", errors.New("plex.tv lists this server no more for this user"))
	case string(d.AccessToken) == k.Server && bool(d.Owned) == k.Owned:
		return true, nil
	}
	k.Server, k.Owned = string(d.AccessToken), bool(d.Owned)
	return true, s.keeper.save(ctx, k)
}

// device is the server as plex.tv lists it.
func (s *server) device(ctx context.Context, k kept) (device, bool, error) {
	all, err := s.cloud.servers(ctx)
	i := slices.IndexFunc(all, func(d device) bool { return string(d.ClientIdentifier) == k.Machine })
	if err != nil || i < 0 {
		return device{}, false, err
	}
	return all[i], true, nil
}

var errOtherServer = errors.New("another server answers at this address")

// reach makes sure that the server of the sign-in answers, at the address as
// known or at a better one that plex.tv tells of.
func (s *server) reach(ctx context.Context) (*container, *transport.Response, error) {
	k, err := s.keeper.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	s.comeHome()
	id, resp, err := s.greet(ctx, k)
	if err == nil || !searchable(err) || ctx.Err() != nil {
		return id, resp, err
	}
	d, found, lost := s.device(ctx, k)
	if lost != nil || !found {
		return nil, nil, err
	}
	address, lost := reachable(ctx, s.env, d)
	if lost != nil {
		return nil, nil, err
	}
	if err := s.move(address); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	s.strayed = time.Now()
	s.mu.Unlock()
	return s.greet(ctx, k)
}

// strayFor is how long another address is good enough: laptops come home.
const strayFor = 3 * time.Hour

// comeHome goes back to the person's own address when another was found some
// hours ago.
func (s *server) comeHome() {
	s.mu.Lock()
	due := s.env.Address != "" && !s.strayed.IsZero() && time.Since(s.strayed) > strayFor
	if due {
		s.strayed = time.Time{}
	}
	s.mu.Unlock()
	if due {
		_ = s.move(s.env.Address) // it was good when the account was opened
	}
}

// searchable tells whether the server may be found elsewhere: nobody answered,
// or somebody else.
func searchable(err error) bool {
	e := provider.AsError(err)
	return e.Kind == provider.Transient && e.Status == 0 || e.Kind == provider.WrongUser || e.Kind == provider.Rejected
}

// greet asks who is at the known address.
func (s *server) greet(ctx context.Context, k kept) (*container, *transport.Response, error) {
	address, client := s.at()
	if address == "" {
		return nil, nil, provider.Failed(provider.Transient, "", errUnreachable)
	}
	id, resp, err := identity(ctx, client, address)
	if err == nil && string(id.MachineIdentifier) != k.Machine {
		err = provider.Failed(provider.WrongUser, "get /identity", errOtherServer)
	}
	return id, resp, err
}

// get reads one answer, or size rows of a list from start.
func (s *server) get(ctx context.Context, path string, query url.Values, start, size int) (*container, error) {
	address, client := s.at()
	c, _, err := readContainer(ctx, client, transport.Request{URL: address + path, Query: query}, start, size)
	return c, err
}

// send makes a change and expects an answer without content.
func (s *server) send(ctx context.Context, method, path string, query url.Values) error {
	address, client := s.at()
	_, err := client.JSON(ctx, transport.Request{Method: method, URL: address + path, Query: query}, nil)
	return err
}

// A server that is starting may list nothing; that is never an empty library.
var (
	errCutList     = errors.New("the list of libraries is not whole")
	errOddLibrary  = errors.New("a library has no key or no type")
	errNoLibraries = errors.New("the server shows this user no libraries")
)

// sections are the libraries that can hold films or shows.
func (s *server) sections(ctx context.Context) ([]section, error) {
	const path = "/library/sections"
	c, err := s.get(ctx, path, nil, 0, 0)
	if e := provider.AsError(err); e != nil && e.Status == http.StatusNotFound {
		c, err = s.get(ctx, path+"/all", nil, 0, 0) // as the server's own description has it
	}
	switch {
	case err != nil:
		return nil, err
	case !c.whole(c.Directory):
		return nil, provider.Failed(provider.Transient, "get "+path, errCutList)
	case len(c.Directory) == 0:
		return nil, provider.Failed(provider.Transient, "get "+path, errNoLibraries)
	}
	all := decoded[section](c.Directory)
	if len(all) != len(c.Directory) {
		return nil, provider.Failed(provider.Contract, "get "+path, errCutList)
	}
	var out []section
	for _, sec := range all {
		switch {
		case sec.Key == "" || sec.Type == "":
			return nil, provider.Failed(provider.Contract, "get "+path, errOddLibrary)
		case sec.Type == "movie" || sec.Type == "show":
			out = append(out, sec)
		}
	}
	slices.SortFunc(out, func(a, b section) int { return strings.Compare(string(a.Key), string(b.Key)) })
	return out, nil
}
