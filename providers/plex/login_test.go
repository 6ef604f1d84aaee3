package plex

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/transport"
	"watchkeeper/providers/plex/plexfake"
)

const lan = "https://10-0-0-7.0123456789abcdef.plex.direct:32400"

// atLAN lets the server be found at home by plex.tv alone.
func (s *stage) atLAN() {
	s.env.Address = ""
	s.internet.Host("10-0-0-7.0123456789abcdef.plex.direct", s.weather)
	s.server.Reach(plexfake.Way{URI: lan, Address: "10.0.0.7", Port: 32400, Local: true})
}

func keptOf(t testing.TB, s *stage) kept {
	t.Helper()
	k, err := parseKept(s.env.Secrets.(*vault).secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSignInFindsTheServer and keeps two different tokens.
func TestSignInFindsTheServer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := set(t, (*stage).atLAN)
		s.signIn(t)
		k := keptOf(t, s)
		if s.env.Address != lan || !k.Owned || k.Machine != s.server.ID || k.User != s.user.ID || k.Account == k.Server {
			t.Errorf("%s %+v", s.env.Address, k)
		}
		who, err := s.account.Whoami(t.Context())
		if err != nil || who.UserID != s.user.ID || who.ServerID != s.server.ID || who.UserName != "marlow" || who.ServerName != "Attic NAS" || who.Version == "" {
			t.Errorf("%+v %v", who, err)
		}
		for _, c := range s.record.Calls() {
			if c.Header.Get("X-Plex-Token") == k.Account {
				t.Error("the server was shown the token of plex.tv")
			}
		}
		if err := signOut(t.Context(), s.env); err != nil {
			t.Error(err)
		}
		if _, err := s.account.Whoami(t.Context()); provider.AsError(err).Kind != provider.Auth {
			t.Error(err)
		}
	})
}

// TestAShortCode is shown for plex.tv/link; one that ends can be asked anew.
func TestAShortCode(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := set(t, nil)
		l, err := startLogin(s.env, provider.DeviceCode)
		if err != nil {
			t.Fatal(err)
		}
		step, err := l.Next(t.Context(), nil)
		if err != nil || len(step.Code) != 4 || step.URL != "https://plex.tv/link" || step.Expires <= media.At(time.Now()) {
			t.Fatalf("%+v %v", step, err)
		}
		if _, err := l.Next(t.Context(), nil); provider.AsError(err).Kind != provider.Rejected {
			t.Fatal(err)
		}
		again, err := l.Next(t.Context(), nil)
		if err != nil || again.Code == step.Code {
			t.Fatal(again, err)
		}
		if err := s.owner.Approve(again.Code); err != nil {
			t.Fatal(err)
		}
		if step, err = l.Next(t.Context(), nil); err != nil || step.Done == nil {
			t.Error(step, err)
		}
	})
}

// TestAManagedMember of a home has tokens of its own, sees its own history, and
// has no watchlist, which is said.
func TestAManagedMember(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := set(t, nil)
		pip := s.owner.AddMember("Pip", "4711")
		s.server.Share(pip)
		s.server.Add(fakekit.SomeWorks(1)[0])
		film := s.server.Find("Paper Lighthouse 1")
		s.owner.At(s.server).Watch(film, time.Now())
		pip.At(s.server).Watch(film, time.Now().Add(-time.Hour))

		l, _ := startLogin(s.env, provider.Browser)
		_, _ = l.Next(t.Context(), nil)
		_ = s.owner.Approve(s.cloud.NewestPIN())
		step, err := l.Next(t.Context(), nil)
		if err != nil || len(step.Fields) != 2 || len(step.Fields[0].Choices) != 2 || !step.Fields[1].Secret {
			t.Fatalf("%+v %v", step, err)
		}
		for _, wrong := range []map[string]string{{"home_user": "Pip", "pin": "1"}, {"home_user": "nobody"}} {
			if _, err := l.Next(t.Context(), wrong); provider.AsError(err).Kind != provider.Rejected {
				t.Error(wrong, err)
			}
		}
		step, err = l.Next(t.Context(), map[string]string{"home_user": "pip", "pin": "4711"})
		if err != nil || step.Done == nil || step.Done.Identity.UserID != pip.ID {
			t.Fatalf("%+v %v", step, err)
		}
		_ = s.env.Secrets.Save(t.Context(), step.Done.Secret)
		s.user = pip
		s.open(t)
		if who, err := s.account.Whoami(t.Context()); err != nil || who.UserID != pip.ID {
			t.Errorf("%+v %v", who, err)
		}
		snap, err := s.account.Read(t.Context(), provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: media.History}, {Feature: media.Watchlist}}})
		if err != nil || len(dates(rowsOf(snap, media.History, film))) != 1 {
			t.Errorf("%+v %v", snap, err)
		}
		if e := viewOf(snap, media.Watchlist).Err; e == nil || e.Kind != provider.Rejected {
			t.Errorf("%v", e)
		}
		if keys, err := s.account.Playing(t.Context()); err != nil || keys != nil {
			t.Error(keys, err)
		}
	})
}

// TestSeveralServers are a choice, by name or id.
func TestSeveralServers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := set(t, func(s *stage) {
			s.atLAN()
			s.cloud.AddServer("Cellar", s.owner)
		})
		s.signIn(t, map[string]string{"server": "attic nas"})
		if k := keptOf(t, s); k.Machine != s.server.ID {
			t.Errorf("%+v", k)
		}
	})
}

// TestASharedServer is entered with the guest's own token, and not sought at
// the owner's private addresses.
func TestASharedServer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := set(t, func(s *stage) {
			s.env.Address = ""
			s.internet.Host("203-0-113-9.0123456789abcdef.plex.direct", s.weather)
			s.internet.Host("10-0-0-7.0123456789abcdef.plex.direct", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address of somebody else") }))
			s.server.Reach(plexfake.Way{URI: lan, Address: "10.0.0.7", Port: 32400, Local: true},
				plexfake.Way{URI: "https://203-0-113-9.0123456789abcdef.plex.direct:21400", Address: "203.0.113.9", Port: 21400})
			s.user = s.cloud.AddUser("guest")
			s.server.Share(s.user)
			s.owner = s.user // who allows the sign-in
		})
		s.signIn(t)
		if k := keptOf(t, s); k.Owned || k.User != s.user.ID || s.env.Address != "https://203-0-113-9.0123456789abcdef.plex.direct:21400" {
			t.Errorf("%s %+v", s.env.Address, k)
		}
		s.read(t, provider.ReadRequest{Full: true})
	})
}

// TestTheOrderOfWays is that of a program at home.
func TestTheOrderOfWays(t *testing.T) {
	d := device{Owned: true, Connections: rows{
		[]byte(`{"protocol":"https","address":"198.51.100.3","port":8443,"uri":"https://198-51-100-3.ab.plex.direct:8443","local":false,"relay":true}`),
		[]byte(`{"protocol":"https","address":"203.0.113.9","port":21400,"uri":"https://203-0-113-9.ab.plex.direct:21400","local":0,"relay":0}`),
		[]byte(`{"protocol":"https","address":"192.168.7.20","port":32400,"uri":"https://192-168-7-20.ab.plex.direct:32400","local":1,"relay":false}`),
		[]byte(`{"uri":"ftp://odd"}`), []byte(`7`),
	}}
	ways := func() (out []string) {
		for _, c := range d.candidates() {
			out = append(out, c.address)
		}
		return out
	}
	want := []string{"https://192-168-7-20.ab.plex.direct:32400", "http://192.168.7.20:32400",
		"https://203-0-113-9.ab.plex.direct:21400", "https://198-51-100-3.ab.plex.direct:8443"}
	if got := ways(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	d.HTTPSRequired = true
	if got := ways(); !slices.Equal(got, slices.Delete(slices.Clone(want), 1, 2)) {
		t.Errorf("%q", got)
	}
	d.Owned, d.HTTPSRequired = false, false
	if got := ways(); !slices.Equal(got, want[2:]) {
		t.Errorf("%q", got)
	}
}

// TestNamesOfPlexDirectAreDialled by the address that they spell.
func TestNamesOfPlexDirectAreDialled(t *testing.T) {
	for in, want := range map[string]string{
		"192-168-7-20.0123abcd.plex.direct:32400":            "192.168.7.20:32400",
		"2001-db8--7.0123abcd.plex.direct:32400":             "[2001:db8::7]:32400",
		"192-168-7-20.0123abcd.plex.direct.evil.example:443": "192-168-7-20.0123abcd.plex.direct.evil.example:443",
		"attic.0123abcd.plex.direct:443":                     "attic.0123abcd.plex.direct:443",
		"plex.tv:443":                                        "plex.tv:443", "nonsense": "nonsense",
	} {
		if got := spelled(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	var dialled string
	base := transport.NewBase()
	base.Proxy = nil
	base.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
		dialled = address
		return nil, net.ErrClosed
	}
	_, err := (&http.Client{Transport: direct(base)}).Get("https://192-168-7-20.0123abcd.plex.direct:32400/identity")
	if err == nil || dialled != "192.168.7.20:32400" {
		t.Error(dialled, err)
	}
}

// TestNoTokenForStrangers: who is at an address is asked without a token.
func TestNoTokenForStrangers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 1)
		k := keptOf(t, s)
		for _, c := range s.record.Calls() {
			if token := c.Header.Get("X-Plex-Token"); strings.HasSuffix(c.Path, "/identity") && token != "" || !strings.HasSuffix(c.Path, "/identity") && token != k.Server {
				t.Errorf("%s with token %q", c.Path, token)
			}
		}
	})
}

// TestAPINIsAskedOnce: what fails after it is tried again by itself.
func TestAPINIsAskedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := set(t, nil)
		l, _ := startLogin(s.env, provider.Browser)
		if _, err := l.Next(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		_ = s.owner.Approve(s.cloud.NewestPIN())
		s.cloudWeather.On("down", "GET /api/v2/resources", -1, fakekit.Status(503))
		if _, err := l.Next(t.Context(), nil); provider.AsError(err).Kind != provider.Transient {
			t.Fatal(err)
		}
		asked := s.tally.Count("GET /api/v2/pins/")
		s.cloudWeather.Clear()
		step, err := l.Next(t.Context(), nil)
		if err != nil || step.Done == nil || s.tally.Count("GET /api/v2/pins/") != asked {
			t.Errorf("%+v %v", step, err)
		}
	})
}
