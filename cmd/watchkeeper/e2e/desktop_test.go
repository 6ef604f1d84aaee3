//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/app"
	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/trakt/traktfake"
)

// home is imitated services with one person, and the real programs.
type home struct {
	*desk
	program, ctl string
	data         string
	flags        []string
	*street
	trakt  *traktfake.Service
	person *traktfake.User
	films  []*traktfake.Title
	shelf  []string
	server *jellyfinfake.Server
	anna   *jellyfinfake.User
	log    *os.File // what the program says, over all its lives
}

const films = 60

func newHome(t testing.TB) *home { return newHomeOf(t, films) }

// mostPlays is how many films are watched at the tracker, at most: its
// imitation pages slowly through more.
const mostPlays = 1000

// newHomeOf is a home with so many films, watched at the tracker.
func newHomeOf(t testing.TB, films int) *home {
	t.Helper()
	h := &home{desk: newDesk(t), trakt: traktfake.New(time.Now), program: filepath.Join(programs, "watchkeeper"), ctl: filepath.Join(programs, "watchkeeperctl")}
	h.trakt.Limited = false
	h.trakt.AddClient(traktfake.Client{ID: "own-client"})
	server := jellyfinfake.New(jellyfinfake.Options{})
	h.server = server
	h.anna, h.person = server.AddUser("Anna", "pw"), h.trakt.AddUser("anna")
	for i := range films {
		title, imdb, tmdb := fmt.Sprintf("Paper Lighthouse %d", i+1), fmt.Sprintf("tt9%07d", i+1), 90_000_001+i
		h.shelf = append(h.shelf, server.Shelve(jellyfinfake.Entry{Kind: "Movie", Title: title, Year: 1960 + i%60, RuntimeMS: 6_000_000,
			IDs: map[string]string{"Imdb": imdb, "Tmdb": fmt.Sprint(tmdb)}}))
		h.films = append(h.films, h.trakt.AddMovie(title, 1960+i%60, traktfake.IDs{IMDb: imdb, TMDB: tmdb}))
		if i >= mostPlays {
			continue
		}
		h.person.Watch(h.films[i], time.Now().Add(-time.Duration(i+2)*6*time.Hour))
	}
	h.street = &street{codes: make(chan string, 8)}
	jellyfin, trakt := httptest.NewServer(h.watch(server)), httptest.NewServer(h.watch(h.trakt))
	t.Cleanup(jellyfin.Close)
	t.Cleanup(trakt.Close)
	hosts, err := json.Marshal(map[string]string{"attic.home": jellyfin.URL, "api.trakt.tv": trakt.URL, "auth.trakt.tv": trakt.URL})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	h.env = append(h.env, "WATCHKEEPER_PASSPHRASE_FILE="+file("passphrase", "quiet orchard"), "PASSWORD_FILE="+file("password", "pw"))
	h.data = filepath.Join(dir, "data")
	if h.log, err = os.Create(filepath.Join(dir, "output")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(h.data, "logs", "watchkeeper.log"))
			t.Logf("the program said:\n%s\nand noted:\n%s", h.said(), log)
		}
	})
	h.flags = []string{"--data", h.data, "--services", file("services.json", string(hosts)), "--secrets-file"}
	return h
}

// inKeyring leaves the secrets to the keyring.
func (h *home) inKeyring() { h.flags = h.flags[:len(h.flags)-1] }

// said is what the program has said on its terminal.
func (h *home) said() string {
	text, err := os.ReadFile(h.log.Name())
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// open starts the desktop program.
func (h *home) open(args ...string) *exec.Cmd {
	h.t.Helper()
	cmd := exec.Command(h.program, append(args, h.flags...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = h.env, h.log, h.log
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
	})
	return cmd
}

// do runs watchkeeperctl against the program.
func (h *home) do(args ...string) string {
	h.t.Helper()
	out, err := h.run(h.ctl, append(args, h.flags...)...)
	if err != nil {
		h.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return out
}

// connect signs in at both services, as the person would.
func (h *home) connect() {
	h.t.Helper()
	password := h.env[len(h.env)-1][len("PASSWORD_FILE="):]
	h.do("accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", password)
	cmd := exec.Command(h.ctl, append([]string{"accounts", "add", "trakt", "--method", "device-code", "--client-id", "own-client", "--json"}, h.flags...)...)
	cmd.Env, cmd.Stderr = h.env, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	for dec := json.NewDecoder(out); ; {
		var step struct{ Code string }
		if dec.Decode(&step) != nil {
			break
		}
		if step.Code != "" {
			h.trakt.Approve(step.Code, h.person)
		}
	}
	if err := cmd.Wait(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) watched() (n int) {
	for _, id := range h.shelf {
		if h.anna.State(id).Played {
			n++
		}
	}
	return n
}

// TestTray follows the icon from an empty start to the end of the program.
func TestTray(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	p := newPanel(t, h.desk)
	p.take(watcher)
	cmd := h.open("--background")
	h.eventually("the icon registers", 20*time.Second, func() bool { return len(p.registered()) > 0 })
	h.eventually("the menu", 5*time.Second, func() bool { return p.shows("Nothing is connected yet") && p.shows("Until tomorrow") })
	if tip := p.tooltip(); !strings.Contains(tip, "Nothing is connected yet") {
		t.Errorf("tooltip %q", tip)
	}
	if open := h.windows(); len(open) != 0 {
		t.Errorf("started in the background with windows %q", open)
	}

	out, err := h.run(h.program, h.flags...)
	if err != nil || !strings.Contains(out, "running already") {
		t.Errorf("second start: %v %s", err, out)
	}
	h.eventually("the first window is shown", 10*time.Second, func() bool { return len(h.windows()) == 1 })
	h.shot("empty")
	h.closeWindow()
	h.eventually("closing hides into the tray", 10*time.Second, func() bool { return len(h.windows()) == 0 })

	h.connect()
	h.eventually("the tray says what it needs", 30*time.Second, func() bool { return p.shows("1 thing needs you") && p.shows("The first look is done") })
	if n := h.watched(); n != 0 {
		t.Errorf("%d titles were marked before Start", n)
	}

	h.wish("pause")
	h.await("a second start pauses", func(s app.Status) bool { return s.Paused })
	h.wish("resume")
	before := h.await("and goes on", func(s app.Status) bool { return !s.Paused && calm(s) }).LastRun.ID
	h.wish("sync")
	h.await("and looks", func(s app.Status) bool { return calm(s) && s.LastRun.ID > before })
	if out, err := h.run(h.program, append(h.flags, "dance")...); err == nil {
		t.Errorf("a wish that nobody knows was taken: %s", out)
	}

	p.disturb()
	icons := len(p.registered())
	p.drop(watcher)
	p.take(watcher)
	h.eventually("the icon comes back after a panel restart", 10*time.Second, func() bool { return len(p.registered()) > icons })

	p.clickLine("Quit")
	if err := cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v\n%s", err, h.said())
	}
	if strings.Contains(h.said(), "Fyne") {
		t.Errorf("the toolkit complains:\n%s", h.said())
	}
}

// TestWithoutTray: where nothing shows an icon, the window cannot get lost.
func TestWithoutTray(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	cmd := h.open("--background")
	h.eventually("the window shows itself", 30*time.Second, func() bool { return len(h.windows()) == 1 })
	h.closeWindow()
	h.sees("Close the window?")
	h.shot("close-asks")
	h.click("Keep looking in the background")
	h.eventually("the window is gone", patience, func() bool { return len(h.windows()) == 0 })
	h.mustRun(h.program, h.flags...)
	h.eventually("a second start brings it back", patience, func() bool { return len(h.windows()) == 1 })
	h.closeWindow()
	h.eventually("closing asks only once", patience, func() bool { return len(h.windows()) == 0 })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v\n%s", err, h.said())
	}
}

// TestAsked: a second start that asks for something is answered in the window,
// however often the window was hidden before.
func TestAsked(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	p := newPanel(t, h.desk)
	p.take(watcher)
	h.open("--background")
	h.eventually("the icon registers", patience, func() bool { return len(p.registered()) > 0 })
	for range 5 {
		h.wish("add")
		h.sees("Which service?")
		h.click("Cancel")
		h.closeWindow()
		h.eventually("closing hides into the tray", patience, func() bool { return len(h.windows()) == 0 })
	}
}

// TestWithoutDisplay names the program that works there.
func TestWithoutDisplay(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.env = slices.DeleteFunc(h.env, func(v string) bool { return strings.HasPrefix(v, "DISPLAY=") })
	out, err := h.run(h.program, h.flags...)
	if err == nil || !strings.Contains(out, "watchkeeperctl") {
		t.Errorf("%v %s", err, out)
	}
}

// TestNotification holds deletions, presses Review… in the notification and
// Keep them in the window, and sees it withdrawn.
func TestNotification(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	p := newPanel(t, h.desk)
	p.take(watcher)
	h.open("--background")
	h.eventually("the icon registers", 20*time.Second, func() bool { return len(p.registered()) > 0 })
	h.do("settings", "set", "ui.quiet_hours", "[0,0]")
	h.connect()
	h.do("routes", "set", "trakt", "jellyfin", "history", "--mode", "keep-same", "--removals", "ask", "--unwatch")
	h.eventually("the first look", 30*time.Second, func() bool { return p.shows("The first look is done") })
	for _, id := range h.firstRuns() {
		h.do("holds", "accept", id)
	}
	h.await("everything is at both", func(s app.Status) bool { return calm(s) && h.watched() == films })
	for i := range 4 {
		h.person.Unwatch(h.person.Plays()[i].ID)
	}
	h.syncUntil("deletions are held", func(s app.Status) bool { return len(s.Holds) > 0 })
	h.eventually("and announced", 2*time.Minute, func() bool { // nothing is in the first minute
		told, _ := p.told()
		return len(told) > 0 && strings.Contains(told[len(told)-1].title, "on hold")
	})
	told, _ := p.told()
	n := told[len(told)-1]
	for _, label := range n.actions {
		if strings.Contains(strings.ToLower(label), "delete") && strings.Contains(label, "these") {
			t.Errorf("a notification deletes: %q", n.actions)
		}
	}
	p.press(n, "Review…")
	h.sees("4 deletions on Jellyfin")
	h.shot("held")
	h.click("Keep them")
	h.eventually("the notification is withdrawn", patience, func() bool {
		_, gone := p.told()
		return len(gone) > 0 && gone[len(gone)-1] == n.id
	})
	if got := h.watched(); got != films {
		t.Errorf("%d of %d titles are left", got, films)
	}
}

// syncUntil syncs until a status is reached: what is gone is believed after
// more than one look.
func (h *home) syncUntil(what string, is func(app.Status) bool) {
	h.t.Helper()
	for range 8 {
		_, _ = h.run(h.ctl, append([]string{"sync"}, h.flags...)...) // 3: something needs the person
		if s := h.await("a look", calm); is(s) {
			return
		}
	}
	h.t.Fatalf("%s: not after eight looks", what)
}

// wish starts the program a second time with a word.
func (h *home) wish(word string) {
	h.t.Helper()
	h.mustRun(h.program, append(h.flags[:len(h.flags):len(h.flags)], word)...)
}

func (h *home) firstRuns() []string {
	h.t.Helper()
	out, _ := h.run(h.ctl, append([]string{"holds", "list", "--json"}, h.flags...)...) // 3: something needs the person
	var holds []struct {
		ID    int64
		Guard string
	}
	if err := json.Unmarshal([]byte(out), &holds); err != nil {
		h.t.Fatalf("%v in %s", err, out)
	}
	var ids []string
	for _, hold := range holds {
		if hold.Guard == "guard_first_run" {
			ids = append(ids, fmt.Sprint(hold.ID))
		}
	}
	return ids
}
