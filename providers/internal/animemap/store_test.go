package animemap

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/fakekit"
)

// origin is where the files come from, as a test wants it.
type origin struct {
	mu     sync.Mutex
	files  map[string]string // by base name
	status int
	moved  string // where releases are redirected to; "" for nowhere
	hits   []string
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	name := filepath.Base(r.URL.Path)
	o.hits = append(o.hits, name)
	body, ok := o.files[name]
	tag := fmt.Sprintf("%q", fmt.Sprint(len(body), strings.Count(body, "2026")))
	switch {
	case o.status != 0:
		w.WriteHeader(o.status)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case o.moved != "" && r.URL.Hostname() == "github.com":
		w.Header().Set("Location", o.moved+name)
		w.WriteHeader(http.StatusFound)
	case r.Header.Get("If-None-Match") == tag:
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("ETag", tag)
		_, _ = w.Write([]byte(body))
	}
}

// rows is a file of AniBridge with n ranges.
func rows(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`"tvdb_show:%d:s1":{"anilist:%d":{"1-12":"1-12"}}`, i+1, i+1))
	}
	return `{"$meta":{},` + strings.Join(out, ",") + "}"
}

func stats(day int) string {
	return fmt.Sprintf(`{"meta":{"generated_on":"2026-11-%02dT02:00:00Z"}}`, day)
}

type desk struct {
	*origin
	*Store
	t   *testing.T
	net *fakekit.Internet
	now time.Time
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, origin: &origin{files: map[string]string{"stats.json": stats(1), "mappings.min.json": rows(100),
		"anime-list-full.json": `[{"anilist_id":900,"tvdb_id":900,"season":{"tvdb":1}}]`}}, net: fakekit.NewInternet(), now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	for _, h := range append([]string{"evil.test"}, Hosts...) {
		d.net.Host(h, d.origin)
	}
	d.reopen(t.TempDir())
	return d
}

func (d *desk) reopen(dir string) {
	d.t.Helper()
	d.Store = NewStore(dir, d.net, func() time.Time { return d.now })
	if err := d.Open(); err != nil {
		d.t.Fatal(err)
	}
}

// holds tells whether the n-th range is in force.
func (d *desk) holds(n int) bool {
	_, err := d.Map().Forward(episode(media.TVDB, fmt.Sprint(n), 1, 1))
	return err == nil
}

func TestFetchedOnceAndKept(t *testing.T) {
	d := newDesk(t)
	if d.Age().Loaded || d.holds(1) || !d.Age().Stale(d.now) {
		t.Error("an empty folder holds mappings")
	}
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := d.Age()
	if !d.holds(100) || !d.holds(900) || a.Edges != 100 || a.Rows != 1 || a.Generated.Day() != 1 || a.Checked != d.now {
		t.Errorf("%+v", a)
	}
	before := d.Map().Version()
	d.hits = nil
	if err := d.Refresh(t.Context()); err != nil || strings.Join(d.hits, " ") != "stats.json anime-list-full.json" {
		t.Error(d.hits, err)
	}
	d.status = 500
	d.reopen(d.dir)
	if err := d.Refresh(t.Context()); err == nil || !d.holds(100) || d.Age().Edges != 100 || d.Map().Version() != before {
		t.Errorf("offline: %v, %+v", err, d.Age())
	}
	d.now = d.now.AddDate(0, 0, 15)
	if !d.Age().Stale(d.now) {
		t.Error("two weeks without an answer are not old")
	}
}

func TestNewerIsTaken(t *testing.T) {
	d := newDesk(t)
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := d.Map().Version()
	d.files["mappings.min.json"], d.files["stats.json"] = rows(101), stats(2)+" "
	if err := d.Refresh(t.Context()); err != nil || !d.holds(101) || d.Age().Generated.Day() != 2 || d.Map().Version() == before {
		t.Error(err, d.Age())
	}
	if err := os.WriteFile(filepath.Join(d.dir, bridgeFile), []byte(`{"cut`), 0o600); err != nil {
		t.Fatal(err)
	}
	d.reopen(d.dir)
	if !d.holds(100) || d.holds(101) {
		t.Error("a broken file does not give way to the version before it")
	}
}

// TestUnsoundIsRefused: the old file stays in force and nothing is left behind.
func TestUnsoundIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*desk){
		"shrunk":    func(d *desk) { d.files["mappings.min.json"] = rows(89) },
		"empty":     func(d *desk) { d.files["mappings.min.json"] = "{}" },
		"cut":       func(d *desk) { d.files["mappings.min.json"] = rows(200)[:900] },
		"a page":    func(d *desk) { d.files["mappings.min.json"] = "<html>" },
		"missing":   func(d *desk) { delete(d.files, "mappings.min.json") },
		"too large": func(d *desk) { d.files["mappings.min.json"] = rows(5000); d.limit = 100_000 },
		"elsewhere": func(d *desk) { d.moved = "https://evil.test/" },
		"no tls":    func(d *desk) { d.moved = "http://objects.githubusercontent.com/" },
	} {
		d := newDesk(t)
		if err := d.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.files["stats.json"] = stats(2) + " "
		d.files["mappings.min.json"] = rows(101)
		spoil(d)
		before := d.Map().Version()
		if err := d.Refresh(t.Context()); err == nil || !d.holds(100) || d.holds(101) || d.Map().Version() != before || d.Age().Edges != 100 {
			t.Errorf("%s: %v, %+v", name, err, d.Age())
		}
		left, _ := filepath.Glob(filepath.Join(d.dir, "*"))
		if len(left) != 3 {
			t.Errorf("%s: left %q", name, left)
		}
	}
}

func TestReleasesMayMove(t *testing.T) {
	d := newDesk(t)
	d.moved = "https://release-assets.githubusercontent.com/"
	if err := d.Refresh(t.Context()); err != nil || !d.holds(1) {
		t.Error(err)
	}
}

// TestBrokenHandFileStopsAll: what is in force by hand must not be passed over.
func TestBrokenHandFileStopsAll(t *testing.T) {
	d := newDesk(t)
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	hand := filepath.Join(d.dir, handFile)
	for _, c := range []struct {
		text string
		odd  int
		ok   bool
	}{{"anilist:7:\n  tvdb_show:1:s1:\n    \"1\": \"2\"\n", 0, true}, {"anilist:7:\n  tvdb_show:1:s1:\n    \"1-3\": \"x\"\n", 1, true}, {"anilist:7: [", 0, false}} {
		if err := os.WriteFile(hand, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.Open(); (err == nil) != c.ok || d.holds(100) != c.ok || len(d.Age().Odd) != c.odd {
			t.Errorf("%q: %v, odd %q", c.text, err, d.Age().Odd)
		}
	}
}
