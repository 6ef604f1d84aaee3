package mediabrowser

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine/provider"
)

const (
	// listenFor is how long answers are taken, and askAgain when the question
	// is sent once more: a datagram may be lost.
	listenFor = 1500 * time.Millisecond
	askAgain  = 400 * time.Millisecond
	// Nobody has that many servers; the rest is noise.
	mostFound = 64
	mostBytes = 4096
)

// Discover asks the given addresses, of hosts or broadcast, who is a server of
// the kind that the question names, and returns those that answered in time,
// by name. It opens one socket of its own for that and waits for nothing else.
func Discover(ctx context.Context, question string, targets []netip.AddrPort) ([]provider.Found, error) {
	const doing = "ask for servers"
	if len(targets) == 0 {
		return nil, nil
	}
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return nil, provider.Failed(provider.Transient, doing, err)
	}
	defer conn.Close()
	end := time.Now().Add(listenFor)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) }) // fails only when it is closed
	defer stop()
	found := map[string]provider.Found{}
	var unsent error
	for _, until := range []time.Time{time.Now().Add(askAgain), end} {
		sent := false
		for _, to := range targets {
			_, err := conn.WriteToUDPAddrPort([]byte(question), to)
			sent, unsent = sent || err == nil, err
		}
		if !sent {
			return nil, provider.Failed(provider.Transient, doing, unsent)
		}
		if err := conn.SetReadDeadline(until); err != nil {
			return nil, provider.Failed(provider.Transient, doing, err)
		}
		if ctx.Err() != nil {
			return nil, provider.Failed(provider.Transient, doing, ctx.Err())
		}
		hear(conn, found)
	}
	return inOrder(found), nil
}

// hear takes answers until the deadline.
func hear(conn *net.UDPConn, found map[string]provider.Found) {
	buf := make([]byte, mostBytes)
	for len(found) < mostFound {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return // the deadline
		}
		if f, ok := answered(buf[:n], from.Addr().Unmap()); ok {
			found[f.ServerID] = f
		}
	}
}

// answered reads one answer. Anybody in the network may have sent it: it must
// name an address that could be a server's, and is only ever offered.
func answered(raw []byte, from netip.Addr) (provider.Found, bool) {
	var a struct{ Address, ID, Name string } // of the wire's Address, Id, Name
	if json.Unmarshal(raw, &a) != nil || a.ID == "" || len(a.ID) > 100 {
		return provider.Found{}, false
	}
	where, err := address(a.Address)
	if err != nil || !strings.Contains(a.Address, "://") {
		return provider.Found{}, false
	}
	u, _ := url.Parse(where) // address has read it
	if host, err := netip.ParseAddr(u.Hostname()); err == nil && (host.IsUnspecified() || host.IsLoopback() && !from.IsLoopback()) {
		u.Host = from.String() // a server that does not know its own address
		if p := portOf(where); p != "" {
			u.Host = net.JoinHostPort(from.String(), p)
		}
		where = u.String()
	}
	return provider.Found{Address: where, ServerID: a.ID, Name: plainName(a.Name)}, true
}

func portOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Port()
}

// plainName cuts a name down to what can be shown.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:80])
	}
	return s
}

func inOrder(found map[string]provider.Found) []provider.Found {
	var out []provider.Found
	for _, f := range found {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b provider.Found) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.ServerID, b.ServerID)
	})
	return out
}
