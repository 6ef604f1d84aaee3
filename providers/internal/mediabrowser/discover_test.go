package mediabrowser

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// responder answers questions on loopback, as a server in the network does.
func responder(t *testing.T, answers ...string) (netip.AddrPort, func() []string) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan []string, 1)
	asked <- nil
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			asked <- append(<-asked, string(buf[:n]))
			for _, a := range answers {
				_, _ = conn.WriteToUDPAddrPort([]byte(a), from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort(), func() []string { all := <-asked; asked <- all; return all }
}

func TestServersAnswer(t *testing.T) {
	at, asked := responder(t, `{"Address":"http://192.168.7.20:8096","Id":"b","Name":"Barn"}`, `{"Address":"http://192.168.7.20:8096","Id":"b","Name":"Barn"}`,
		`{"Address":"http://0.0.0.0:8096","Id":"a","Name":"At\u0007tic"}`, `no server`, `{"Address":"ftp://x","Id":"c"}`, `{"Address":"192.168.7.1","Id":"d"}`,
		`{"Address":"http://user:pw@192.168.7.1","Id":"e"}`, `{"Address":"http://192.168.7.1"}`)
	silent, _ := responder(t)
	got, err := Discover(t.Context(), "who is it?", []netip.AddrPort{silent, at})
	want := `[{http://127.0.0.1:8096 a Attic} {http://192.168.7.20:8096 b Barn}]`
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v\nwant %s", err, got, want)
	}
	if all := asked(); len(all) != 2 || all[0] != "who is it?" {
		t.Errorf("asked %q", all)
	}
}

func TestNobodyAnswersInTime(t *testing.T) {
	silent, _ := responder(t)
	if got, err := Discover(t.Context(), "who?", []netip.AddrPort{silent}); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := Discover(t.Context(), "who?", nil); err != nil || got != nil {
		t.Errorf("nobody was asked, and %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if _, err := Discover(ctx, "who?", []netip.AddrPort{silent}); err == nil || time.Since(began) > time.Second {
		t.Errorf("cancelled, yet %v after %v", err, time.Since(began))
	}
}

// A server behind a bridge may name the address that it has there.
func TestLoopbackIsTheSenders(t *testing.T) {
	f, ok := answered([]byte(`{"Address":"http://127.0.0.1:8096/jellyfin","Id":"a","Name":"`+strings.Repeat("x", 200)+`"}`), netip.MustParseAddr("192.168.7.20"))
	if !ok || f.Address != "http://192.168.7.20:8096/jellyfin" || len(f.Name) != 80 {
		t.Errorf("%+v", f)
	}
}
