package wire

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

// TestTheMappingComesFromItsMakers: it is fetched once, kept in the data folder,
// and still there without a network.
func TestTheMappingComesFromItsMakers(t *testing.T) {
	keyring.MockInit()
	files := map[string]string{
		"stats.json":           `{"meta":{"generated_on":"2026-11-01T02:00:00Z"}}`,
		"mappings.min.json":    `{"$meta":{"schema_version":"3.0.0"},"tvdb_show:88:s1":{"anilist:101":{"1-12":"1-12"}}}`,
		"anime-list-full.json": `[{"anilist_id":900,"tvdb_id":900,"season":{"tvdb":1}}]`,
	}
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		_, _ = io.WriteString(w, files[path.Base(r.URL.Path)])
	}))
	at := strings.TrimPrefix(server.URL, "http://")
	services := Options{Services: map[string]string{"github.com": at, "raw.githubusercontent.com": at}}
	dir := filepath.Join(t.TempDir(), "data")
	h := open(t, dir, services)
	if got := fmt.Sprint(h.anime.Notices()); got != "[anime.no_mapping]" {
		t.Errorf("before it is fetched: %s", got)
	}
	h.anime.Renew(t.Context())
	h.anime.Renew(t.Context())
	fetched := h.anime.Map().Version()
	if got := fmt.Sprint(h.anime.Notices()); got != "[anime.mapping=2026-11-01]" || asked != 3 {
		t.Errorf("%s after %d requests", got, asked)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	h = open(t, dir, services)
	defer h.Close()
	h.anime.Renew(t.Context())
	if h.anime.Map().Version() != fetched {
		t.Error("it is lost without a network")
	}
	if err := os.WriteFile(filepath.Join(dir, animeDir, "by-hand.yaml"), []byte("tvdb_show:88:s1:\n  anilist:101: {\"1\": null}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.anime.Renew(t.Context())
	if h.anime.Map().Version() == fetched {
		t.Error("what was written by hand is not taken in")
	}
}
