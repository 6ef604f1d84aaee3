package app

import (
	"net"
	"testing"

	"github.com/zalando/go-keyring"

	"watchkeeper/app/instance"
	"watchkeeper/app/wire"
)

// TestServersThatAnswerAreOffered: what answers in the network is listed, with
// the account that has it already, and offered where an address is asked for.
func TestServersThatAnswerAreOffered(t *testing.T) {
	keyring.MockInit()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if string(buf[:n]) == "Who is JellyfinServer?" {
				_, _ = conn.WriteTo([]byte(`{"Address":"http://192.168.7.20:8096","Id":"s-attic","Name":"Attic"}`), from)
			}
		}
	}()
	lock, err := instance.Acquire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), lock, wire.Options{Services: map[string]string{"255.255.255.255:7359": conn.LocalAddr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(t.Context())
	a.account(t, "jellyfin", "attic")
	got, err := a.FindServers(t.Context(), FindArgs{})
	want := Server{Service: "jellyfin", Name: "Attic", Address: "http://192.168.7.20:8096", Account: "attic"}
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("%v, %+v", err, got)
	}
	step, err := a.StartSignIn(t.Context(), SignInArgs{Service: "jellyfin"})
	if err != nil || len(step.Fields) != 1 || len(step.Fields[0].Offers) != 1 || step.Fields[0].Offers[0] != (Choice{ID: want.Address, Name: "Attic"}) {
		t.Errorf("%v, %+v", err, step)
	}
	if _, err := a.FindServers(t.Context(), FindArgs{Service: "kodi"}); err == nil {
		t.Error("a service that nobody knows was looked for")
	}
}
