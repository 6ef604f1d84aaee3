package emby

import (
	"net/http"
	"strings"
	"testing"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/mediabrowser"
)

func TestPasswordAndAddress(t *testing.T) {
	s := set(t, embyfake.Options{}, nil)
	env := s.env
	env.Address = ""
	l, _ := startLogin(env, provider.Password)
	step, err := l.Next(t.Context(), nil)
	if err != nil || step.Fields[0].Name != "address" {
		t.Fatal(step, err)
	}
	if _, err = l.Next(t.Context(), map[string]string{"address": "no where"}); kind(err) != provider.Rejected {
		t.Error(err)
	}
	if step, err = l.Next(t.Context(), map[string]string{"address": "emby.test:8096/base/web/index.html"}); err != nil || len(step.Fields) != 2 || !step.Fields[1].Secret {
		t.Fatal(step, err)
	}
	if _, err = l.Next(t.Context(), map[string]string{"user": "marlow", "password": "wrong"}); kind(err) != provider.Auth {
		t.Error(err)
	}
	step, err = l.Next(t.Context(), map[string]string{"user": "Marlow", "password": "hush-hush"})
	if err != nil || !strings.HasSuffix(step.Done.Address, "emby.test:8096/base") {
		t.Fatal(step, err)
	}
	in := step.Done
	kept, err := mediabrowser.ParseKept(in.Secret)
	if err != nil || kept.UserID != s.user.ID || in.Identity.ServerID != s.server.ID || in.Identity.UserName != "marlow" || in.Identity.Version != "4.8.11.0" {
		t.Errorf("%+v %+v", in, kept)
	}
	if strings.Contains(kept.DeviceID, s.env.Install) || len(in.Secret.Reveal()) > provider.SecretLimit {
		t.Errorf("%+v", kept)
	}
	if _, err := startLogin(env, provider.QuickConnect); kind(err) != provider.Rejected {
		t.Error(err)
	}
}

// Some proxies pass on nothing but /emby; then it is part of the address.
func TestPrefixIsFoundAndKept(t *testing.T) {
	for version := range descriptions {
		server := embyfake.New(embyfake.Options{Version: version, OnlyPrefixed: true})
		server.AddUser("marlow", "")
		prefixIsFound(t, witness.Before(version, server))
	}
}

func prefixIsFound(t *testing.T, server http.Handler) {
	t.Helper()
	net := fakekit.NewInternet()
	net.Host("emby.test", server)
	for _, input := range []string{"emby.test", "https://emby.test/emby/"} {
		l, _ := startLogin(provider.Env{Base: net, Version: "1.0", Secrets: &vault{}}, provider.Password)
		_, _ = l.Next(t.Context(), nil)
		if _, err := l.Next(t.Context(), map[string]string{"address": input}); err != nil {
			t.Fatal(input, err)
		}
		step, err := l.Next(t.Context(), map[string]string{"user": "marlow", "password": ""})
		if err != nil || step.Done.Address != "https://emby.test/emby" {
			t.Error(input, step, err)
		}
	}
}

func TestOtherServersAreNamed(t *testing.T) {
	for body, want := range map[string]string{
		`{"Id":"a","Version":"10.11.11","ProductName":"Jellyfin Server"}`: "Jellyfin",
		`{"Id":"a","Version":"12.0.0"}`:                                   "Jellyfin",
		`{"Id":"a","Version":"3.5.3.0"}`:                                  "older",
		`{"Version":"4.8.11.0"}`:                                          "not an Emby",
		`{}`:                                                              "not an Emby",
	} {
		net := fakekit.NewInternet()
		net.Host("other.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fakekit.Answer(200, "application/json", body)(w, r, nil)
		}))
		l, _ := startLogin(provider.Env{Base: net, Version: "1.0", Secrets: &vault{}}, provider.Password)
		_, _ = l.Next(t.Context(), nil)
		if _, err := l.Next(t.Context(), map[string]string{"address": "other.test"}); kind(err) != provider.Rejected || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestSignOutEndsTheToken(t *testing.T) {
	s := set(t, embyfake.Options{}, nil)
	if err := Service().SignOut(t.Context(), s.env); err != nil {
		t.Fatal(err)
	}
	if _, err := s.account.Whoami(t.Context()); kind(err) != provider.Auth {
		t.Error(err)
	}
}
