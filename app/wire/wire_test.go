package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"watchkeeper/app/instance"
	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

func open(t *testing.T, dir string, o Options) *House {
	t.Helper()
	lock, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), lock, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHouseOpensTwiceInTurn(t *testing.T) {
	keyring.MockInit()
	dir := filepath.Join(t.TempDir(), "data")
	h := open(t, dir, Options{})
	install := h.install
	if _, err := instance.Acquire(dir); !errors.Is(err, instance.ErrHeld) {
		t.Errorf("two owners: %v", err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = open(t, dir, Options{})
	if h.install != install || install == "" {
		t.Errorf("the installation was %q and is %q", install, h.install)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedDatabaseSaysTheWayOut(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "watchkeeper.db"), []byte(strings.Repeat("no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	lock, err := instance.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), lock, Options{})
	if p := engine.ProblemOf(err); p.Code != "database_damaged" || !strings.Contains(p.Detail, "restore a backup") {
		t.Errorf("%+v", p)
	}
	again, err := instance.Acquire(dir)
	if err != nil {
		t.Fatalf("the lock was kept: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

func TestLockedKeyringIsNoReasonToSignIn(t *testing.T) {
	keyring.MockInitWithError(errors.New("failed to unlock correct collection"))
	h := open(t, t.TempDir(), Options{})
	defer h.Close()
	_, err := h.openAccount(t.Context(), ledger.Account{ID: 1, Provider: "jellyfin", Address: "http://attic:8096"})
	if e := provider.AsError(err); e.Kind != provider.Transient || !strings.Contains(e.Error(), "unlock it") {
		t.Error(err)
	}
	keyring.MockInit()
	_, err = h.openAccount(t.Context(), ledger.Account{ID: 2, Provider: "jellyfin", Address: "http://attic:8096"})
	if e := provider.AsError(err); e.Kind != provider.Auth {
		t.Error(err)
	}
}

func TestDemoStaysOnThisComputer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host+r.URL.Path)
	}))
	defer server.Close()
	base, err := onlyMapped(map[string]string{"api.example": server.URL})
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: base}
	for address, want := range map[string]string{
		"https://api.example/x":      "api.example/x",
		"http://API.example:8096/y":  "API.example:8096/y",
		server.URL + "/z":            strings.TrimPrefix(server.URL, "http://") + "/z",
		"https://other.example/":     "",
		"http://127.0.0.1:1/":        "",
		"http://api.example.evil/":   "",
		"http://192.168.1.7:8096/up": "",
	} {
		resp, err := client.Get(address)
		if want == "" {
			if !errors.Is(err, errNotMapped) {
				t.Errorf("%s: %v", address, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || string(body) != want || resp.Body.Close() != nil {
			t.Errorf("%s: %s %v", address, body, err)
		}
	}
	for _, bad := range []string{"192.168.1.7:80", "example.com:80", "127.0.0.1", ""} {
		if _, err := onlyMapped(map[string]string{"x": bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestDemoAsksNobodyOutside: the question for servers leaves this computer in
// no demo, and goes where its file says.
func TestDemoAsksNobodyOutside(t *testing.T) {
	keyring.MockInit()
	for to, want := range map[string]string{"": "[]", "127.0.0.1:40007": "[127.0.0.1:40007]"} {
		hosts := map[string]string{"api.example": "127.0.0.1:40001"}
		if to != "" {
			hosts["255.255.255.255:7359"] = to
		}
		h := open(t, t.TempDir(), Options{Services: hosts})
		if got := fmt.Sprint(h.DiscoverAt()); got != want {
			t.Errorf("asks %s, want %s", got, want)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	for network, want := range map[string]string{"192.168.7.20/24": "192.168.7.255", "10.1.2.3/9": "10.127.255.255", "172.16.0.1/32": "172.16.0.1"} {
		if got := last(netip.MustParsePrefix(network)).String(); got != want {
			t.Errorf("%s: %s, want %s", network, got, want)
		}
	}
}

func TestLogTurnsAndHides(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	l, err := openLog(dir, func(b []byte) []byte { return []byte(strings.ReplaceAll(string(b), "canary", "[secret]")) })
	if err != nil {
		t.Fatal(err)
	}
	log := l.logger(false)
	for range 6 * logBytes / 4096 {
		log.Info("canary", "text", strings.Repeat("x", 4000))
	}
	log.Debug("not shown")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != logsKept+1 {
		t.Errorf("%v %v", files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil || strings.Contains(string(data), "canary") || len(data) > logBytes+8192 {
			t.Errorf("%s: %d bytes, %v", f, len(data), err)
		}
	}
}
