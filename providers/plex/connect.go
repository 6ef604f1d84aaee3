package plex

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

func provides(list, what string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(s string) bool { return strings.TrimSpace(s) == what })
}

// candidate is one way to reach a server; a lower rank is better.
type candidate struct {
	address string
	rank    int
}

// The order for a program on the person's own computer: at home before
// outside, encrypted before plain, and Plex's narrow relay last.
const (
	localSecure = iota
	localPlain
	remote
	relayed
)

// candidates are the ways to a server, best first. The private addresses of
// somebody else's server mean other machines here, unless it is behind the
// same router.
func (d device) candidates() []candidate {
	var out []candidate
	for _, c := range decoded[connection](d.Connections) {
		address := strings.TrimRight(string(c.URI), "/")
		if hostOf(address) == "" || bool(c.Local) && !bool(d.Owned) && !bool(d.SameNetwork) {
			continue
		}
		rank := remote
		switch {
		case bool(c.Relay):
			rank = relayed
		case bool(c.Local) && strings.HasPrefix(address, "https:"):
			rank = localSecure
		case bool(c.Local):
			rank = localPlain
		}
		if strings.HasPrefix(address, "https:") || !bool(d.HTTPSRequired) {
			out = append(out, candidate{address, rank})
		}
		if rank == localSecure && !bool(d.HTTPSRequired) && c.Address != "" && c.Port.or(0) > 0 {
			plain := "http://" + net.JoinHostPort(string(c.Address), strconv.FormatInt(c.Port.N, 10))
			out = append(out, candidate{plain, localPlain})
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	return slices.CompactFunc(out, func(a, b candidate) bool { return a.address == b.address })
}

// probeTime bounds the search for a way to the server.
const probeTime = 5 * time.Second

var errUnreachable = errors.New("none of the server's addresses answers")

// reachable tries all ways at once and returns the best that leads to this
// very server. Nothing secret is sent.
func reachable(ctx context.Context, env provider.Env, d device) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	ways := d.candidates()
	found := make([]bool, len(ways))
	var all sync.WaitGroup
	for i, way := range ways {
		all.Go(func() {
			id, _, err := identity(ctx, probe(env, way.address), way.address)
			found[i] = err == nil && id.MachineIdentifier == d.ClientIdentifier
		})
	}
	all.Wait()
	if i := slices.Index(found, true); i >= 0 {
		return ways[i].address, nil
	}
	return "", provider.Failed(provider.Transient, "get /identity", errUnreachable)
}

// probe is a client that knows no token.
func probe(env provider.Env, address string) *transport.Client {
	return transport.New(transport.Options{Base: direct(env.Base), Log: env.Log, Hosts: []string{hostOf(address)}, Pins: env.Pins,
		UserAgent: "Watchkeeper/" + env.Version, Timeout: probeTime})
}

// identity asks a server who it is. No token is needed, and none is sent: at
// the address there may be somebody else.
func identity(ctx context.Context, client *transport.Client, address string) (*container, *transport.Response, error) {
	c, resp, err := readContainer(ctx, client, transport.Request{URL: address + "/identity"}, 0, 0)
	if err == nil && c.MachineIdentifier == "" {
		err = provider.Failed(provider.Rejected, "get /identity", errors.New("this is not a plex media server"))
	}
	return c, resp, err
}

// hostOf returns the host of an address of a server, "" when it is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return ""
	}
	return u.Hostname()
}

// direct returns base with names of plex.direct taken for the addresses they
// spell: routers that protect against DNS rebinding do not answer for private
// ones. The certificate is still held to the name. Anything but a
// *http.Transport is an imitation and stays as it is.
func direct(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = transport.NewBase()
	}
	real, ok := base.(*http.Transport)
	if !ok || real.DialContext == nil {
		return base
	}
	dial := real.DialContext
	real = real.Clone()
	real.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return dial(ctx, network, spelled(address))
	}
	return real
}

// spelled turns 192-168-7-20.0123….plex.direct:32400 into 192.168.7.20:32400.
func spelled(address string) string {
	host, port, err := net.SplitHostPort(address)
	label, _, _ := strings.Cut(host, ".")
	if err != nil || !strings.HasSuffix(strings.ToLower(host), ".plex.direct") {
		return address
	}
	for _, separator := range []string{".", ":"} {
		if ip := net.ParseIP(strings.ReplaceAll(label, "-", separator)); ip != nil {
			return net.JoinHostPort(ip.String(), port)
		}
	}
	return address
}
