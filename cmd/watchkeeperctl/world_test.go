package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchkeeper/app"
	"watchkeeper/app/instance"
	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/trakt/traktfake"
)

// TestMain lets the test program be the real one: with the variable set it is
// watchkeeperctl itself, for tests that need processes of their own.
func TestMain(m *testing.M) {
	if os.Getenv("WATCHKEEPERCTL_TEST_BE") != "" {
		os.Exit(be())
	}
	os.Exit(withPassphrase(m))
}

// be is the real program; its clock may be ahead, so that hours can pass.
func be() int {
	ahead, err := time.ParseDuration(os.Getenv("WATCHKEEPERCTL_TEST_AHEAD"))
	if err != nil {
		panic(err)
	}
	debug.SetGCPercent(growth)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return run(ctx, os.Args[1:], surroundings{os.Stdin, os.Stdout, os.Stderr, func() time.Time { return time.Now().Add(ahead) }})
}

// withPassphrase runs all tests with one passphrase for their secrets files.
func withPassphrase(m *testing.M) int {
	dir, err := os.MkdirTemp("", "watchkeeperctl")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "passphrase")
	if err := errors.Join(os.WriteFile(path, []byte(passphrase), 0o600), os.Setenv(passphraseFile, path)); err != nil {
		panic(err)
	}
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil { // sign-ins mostly wait
		panic(err)
	}
	return m.Run()
}

const (
	password   = "canary-password-7Qz"
	passphrase = "canary-passphrase-3Xv"
)

// world is two imitated services on loopback, one person at both, and a data
// folder.
type world struct {
	t        testing.TB
	jellyfin *jellyfinfake.Server
	trakt    *traktfake.Service
	anna     *jellyfinfake.User
	tracked  *traktfake.User
	films    map[string]film
	dir      string
	files    string // folder with services file and password
	counts   *counter
	ahead    atomic.Int64 // of all clocks of this world, in nanoseconds
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// later lets time pass for everybody.
func (w *world) later(d time.Duration) { w.ahead.Add(int64(d)) }

// film is one title at both services.
type film struct {
	id    string
	title *traktfake.Title
}

// counter counts requests by service and method.
type counter struct {
	next map[string]http.Handler
	seen chan string
	hook atomic.Pointer[func(request string, before bool)] // called before and after each request; may be nil
}

func (c *counter) handler(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := name + " " + r.Method + " " + r.URL.Path
		select {
		case c.seen <- request:
		default:
		}
		c.tell(request, true)
		c.next[name].ServeHTTP(w, r)
		c.tell(request, false)
	})
}

func (c *counter) tell(request string, before bool) {
	if hook := c.hook.Load(); hook != nil {
		(*hook)(request, before)
	}
}

// taken returns the requests since the last call.
func (c *counter) taken() (all []string) {
	for {
		select {
		case s := <-c.seen:
			all = append(all, s)
		default:
			return all
		}
	}
}

const films = 300

// bareWorld is a data folder without services.
func bareWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return emptyWorld(t)
}

func emptyWorld(t testing.TB) *world {
	return &world{t: t, films: map[string]film{}, dir: filepath.Join(t.TempDir(), "data"), files: t.TempDir()}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := bareWorld(t)
	w.jellyfin, w.trakt = jellyfinfake.New(jellyfinfake.Options{Now: w.now}), traktfake.New(w.now)
	w.trakt.Limited = false
	w.trakt.AddClient(traktfake.Client{ID: "own-client"})
	w.anna, w.tracked = w.jellyfin.AddUser("Anna", password), w.trakt.AddUser("anna")
	for i := range films {
		title, imdb, tmdb := fmt.Sprintf("Paper Lighthouse %d", i+1), fmt.Sprintf("tt9%07d", i+1), 90_000_001+i
		id := w.jellyfin.Shelve(jellyfinfake.Entry{Kind: "Movie", Title: title, Year: 1900 + i%100, RuntimeMS: 6_000_000,
			IDs: map[string]string{"Imdb": imdb, "Tmdb": fmt.Sprint(tmdb)}})
		w.films[title] = film{id, w.trakt.AddMovie(title, 1900+i%100, traktfake.IDs{IMDb: imdb, TMDB: tmdb})}
	}
	w.counts = &counter{next: map[string]http.Handler{"jellyfin": w.jellyfin, "trakt": w.trakt}, seen: make(chan string, 10_000)}
	hosts := map[string]string{}
	for name, host := range map[string][]string{"jellyfin": {"attic.home"}, "trakt": {"api.trakt.tv", "auth.trakt.tv"}} {
		server := httptest.NewServer(w.counts.handler(name))
		t.Cleanup(server.Close)
		for _, h := range host {
			hosts[h] = server.URL
		}
	}
	w.serves(hosts)
	w.put("password", password+"\n")
	return w
}

// serves writes the services file.
func (w *world) serves(hosts map[string]string) {
	w.t.Helper()
	data, err := json.Marshal(hosts)
	if err != nil {
		w.t.Fatal(err)
	}
	w.put("services.json", string(data))
}

func (w *world) put(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(w.file(name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) file(name string) string { return filepath.Join(w.files, name) }

func (w *world) n(i int) film { return w.films[fmt.Sprintf("Paper Lighthouse %d", i)] }

func (w *world) args(args []string) []string {
	return append(args, "--data", w.dir, "--services", w.file("services.json"), "--secrets-file")
}

// ctl runs one command line in this process.
func (w *world) ctl(args ...string) (code int, out, errs string) {
	w.t.Helper()
	var o, e bytes.Buffer
	code = run(w.t.Context(), w.args(args), surroundings{strings.NewReader(""), &o, &e, w.now})
	return code, o.String(), e.String()
}

// must runs a command that has to end with a code (-1: any), and returns its
// output.
func (w *world) must(want int, args ...string) string {
	w.t.Helper()
	code, out, errs := w.ctl(args...)
	if code != want && want >= 0 {
		w.t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, out, errs)
	}
	return out
}

// read runs a command with --json and decodes its answer.
func read[T any](w *world, want int, args ...string) (v T) {
	w.t.Helper()
	out := w.must(want, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		w.t.Fatalf("%v: %v in %s", args, err, out)
	}
	return v
}

// approver reads what a sign-in prints and confirms its code, as the person.
type approver struct {
	bytes.Buffer
	w *world
}

func (a *approver) Write(p []byte) (int, error) {
	var step app.SignInStep
	if json.Unmarshal(p, &step) == nil && step.Code != "" {
		a.w.trakt.Approve(step.Code, a.w.tracked)
	}
	return a.Buffer.Write(p)
}

// connect signs in at both services.
func (w *world) connect() {
	w.t.Helper()
	w.must(app.ExitInSync, "accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", w.file("password"))
	w.connectTrakt(w.t.Context())
}

func (w *world) connectTrakt(ctx context.Context) {
	w.t.Helper()
	if code, said := w.signInTrakt(ctx); code != 0 {
		w.t.Fatalf("trakt: exit %d\n%s", code, said)
	}
}

func (w *world) signInTrakt(ctx context.Context) (code int, said string) {
	out, errs := &approver{w: w}, &bytes.Buffer{}
	args := w.args([]string{"accounts", "add", "trakt", "--method", "device-code", "--client-id", "own-client", "--json"})
	code = run(ctx, args, surroundings{strings.NewReader(""), out, errs, w.now})
	return code, out.String() + errs.String()
}

// watcher starts "sync --watch" as a process of its own and waits until it
// answers.
func (w *world) watcher() *exec.Cmd {
	w.t.Helper()
	cmd := w.process("sync", "--watch")
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by itself
		_ = cmd.Wait()
	})
	for cmd.ProcessState == nil {
		if peer, err := instance.Dial(w.t.Context(), w.dir); err == nil && peer != nil {
			return cmd
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("the watcher ended")
	return nil
}

// process is the real program as a process of its own.
func (w *world) process(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], w.args(args)...)
	cmd.Env = append(os.Environ(), "WATCHKEEPERCTL_TEST_BE=1", "WATCHKEEPERCTL_TEST_AHEAD="+time.Duration(w.ahead.Load()).String())
	return cmd
}

// played is what Jellyfin keeps of a film that was watched once.
func played(at time.Time) jellyfinfake.State {
	return jellyfinfake.State{Played: true, Count: 1, Last: at, Rating: -1}
}

// session is a command line that stays open in this process.
func (w *world) session() *session {
	return &session{surroundings: surroundings{strings.NewReader(""), io.Discard, io.Discard, w.now}, dir: w.dir,
		services: w.file("services.json"), secretsFile: true}
}
