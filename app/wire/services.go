package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"watchkeeper/engine/provider"
)

// ReadServices reads a file that maps hosts to loopback addresses:
//
//	{"api.trakt.tv": "127.0.0.1:40001", "jellyfin.home": "127.0.0.1:40002"}
func ReadServices(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("services file: %w", err)
	}
	hosts := map[string]string{}
	if err := json.Unmarshal(data, &hosts); err != nil {
		return nil, fmt.Errorf("services file %s: %w", path, err)
	}
	_, err = onlyMapped(hosts)
	return hosts, err
}

// mapped sends requests to where their host is mapped, and refuses all others:
// in a demo nothing leaves this computer.
type mapped struct {
	next  http.RoundTripper
	hosts map[string]string // host, or host:port → loopback address
}

func onlyMapped(hosts map[string]string) (http.RoundTripper, error) {
	m := mapped{hosts: map[string]string{}, next: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second,
	}}
	for host, target := range hosts {
		target = strings.TrimRight(strings.TrimPrefix(target, "http://"), "/")
		at, err := netip.ParseAddrPort(strings.Replace(target, "localhost:", "127.0.0.1:", 1))
		if err != nil || !at.Addr().IsLoopback() {
			return nil, fmt.Errorf("services file: %s goes to %q, which is not an address with port on this computer", host, target)
		}
		m.hosts[strings.ToLower(host)] = at.String()
		m.hosts[at.String()] = at.String() // the imitation's own address
	}
	return m, nil
}

var errNotMapped = errors.New("the demo reaches only the services in its file")

// RoundTrip implements http.RoundTripper.
func (m mapped) RoundTrip(req *http.Request) (*http.Response, error) {
	host := strings.ToLower(req.URL.Host)
	to, ok := m.hosts[host]
	if !ok {
		to, ok = m.hosts[strings.ToLower(req.URL.Hostname())]
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNotMapped, req.URL.Hostname())
	}
	local := req.Clone(req.Context())
	local.Host = req.URL.Host
	local.URL.Scheme, local.URL.Host = "http", to
	resp, err := m.next.RoundTrip(local)
	if resp != nil {
		resp.Request = req // the caller compares hosts with what it asked for
	}
	return resp, err
}

// everybody is the broadcast address of the network that a computer is in.
var everybody = netip.AddrPortFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), provider.DiscoveryPort)

// DiscoverAt is whom to ask for servers in the local network: everybody, by
// every network that the computer is in. A demo asks only where its file maps
// the broadcast address to.
func (h *House) DiscoverAt() []netip.AddrPort {
	if h.Demo {
		m, _ := h.base.(mapped)
		if to, err := netip.ParseAddrPort(m.hosts[everybody.String()]); err == nil {
			return []netip.AddrPort{to}
		}
		return nil
	}
	out := []netip.AddrPort{everybody}
	networks, err := net.Interfaces()
	if err != nil {
		return out
	}
	for _, n := range networks {
		addresses, err := n.Addrs()
		if err != nil || n.Flags&(net.FlagUp|net.FlagBroadcast) != net.FlagUp|net.FlagBroadcast {
			continue
		}
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Is4() {
				out = append(out, netip.AddrPortFrom(last(prefix), provider.DiscoveryPort))
			}
		}
	}
	return out
}

// last is the broadcast address of a network.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}
