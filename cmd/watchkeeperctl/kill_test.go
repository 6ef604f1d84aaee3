package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchkeeper/app"
)

var (
	kills    = flag.Int("kills", 3, "how often the program is killed in mid-sync")
	killSeed = flag.Uint64("killseed", 0, "repeat the kills of one seed")
)

// target is a kind of request at which the program is killed.
type target struct {
	name string
	is   func(request string) bool
	// before lets time pass before the run that is killed.
	before time.Duration
}

// targets take turns. Tokens of Trakt live for seven days; one is refreshed when
// more than that has passed.
var targets = []target{
	{"any request", func(string) bool { return true }, 0},
	{"a write", func(r string) bool {
		return strings.Contains(r, "trakt POST /sync") || strings.Contains(r, "jellyfin") && !strings.Contains(r, " GET ")
	}, 0},
	{"a page", func(r string) bool { return strings.Contains(r, " GET ") }, 0},
	{"a token refresh", func(r string) bool { return strings.Contains(r, "/oauth/token") }, 8 * 24 * time.Hour},
}

// TestKilledInMidSync kills the real program at random moments of a run that
// writes, lets the next runs clean up, and compares the services with what a
// run that nobody killed would have left: nothing lost, nothing twice.
func TestKilledInMidSync(t *testing.T) {
	w := newWorld(t)
	w.start()
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-kills=%d -killseed=%d", *kills, seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	usual := w.requestsOfASync()
	for i := range *kills {
		at := targets[i%len(targets)]
		w.later(at.before)
		w.evening(i + 1)
		n := chance.IntN(max(1, len(slices.DeleteFunc(slices.Clone(usual), func(r string) bool { return !at.is(r) }))*9/10)) // not every evening takes as many
		before := chance.IntN(2) == 0
		when := fmt.Sprintf("kill %d at %s no. %d, before it was served: %t", i, at.name, n, before)
		if !w.killAt(at, n, before) {
			t.Logf("%s: the run ended before", when)
		}
		w.recover()
		if w.signedOut() {
			// A refresh token is spent by asking; whoever dies before the answer
			// has none. Nothing but the sign-in is lost.
			if before || !strings.Contains(at.name, "token") {
				t.Errorf("%s: signed out", when)
			}
			if code, said := w.signInTrakt(t.Context()); !strings.Contains(said, "that goes on") {
				t.Fatalf("%s: signing in again: exit %d, %s", when, code, said)
			}
			w.recover()
		}
		w.compare(when)
	}
}

// signedOut tells whether Trakt waits for the person.
func (w *world) signedOut() bool {
	w.t.Helper()
	return slices.ContainsFunc(read[app.Planned](w, -1, "plan").Silent, func(s app.Silent) bool { return s.Why == "auth_needed" })
}

// TestKilledAtSignIn kills the program while it signs an account in: asking
// again works, and there is one account.
func TestKilledAtSignIn(t *testing.T) {
	w := newWorld(t)
	add := []string{"accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", w.file("password")}
	for n, died := 0, true; died; n++ {
		for _, before := range []bool{true, false} {
			died = w.kill(w.process(add...), targets[0], n, before)
			if died {
				w.must(0, "accounts", "list")
			}
		}
	}
	if got := read[[]app.Account](w, 0, "accounts", "list"); len(got) != 1 {
		t.Errorf("%d accounts: %+v", len(got), got)
	}
	w.must(-1, "sync")
	if d := read[app.Diagnosis](w, 0, "doctor"); !d.OK {
		t.Errorf("%+v", d)
	}
}

// evening is what the person does before a sync: four plays a month ago, four
// hearts, four titles listed at Trakt. Each evening is about other titles.
func (w *world) evening(n int) {
	for i := range 4 {
		title := 1 + (n*4+i)%(films/3)
		w.anna.Keep(w.n(title).id, played(w.now().AddDate(0, -1, -n)))
		w.anna.Favorite(w.n(films/3+title).id, true)
		w.tracked.List(w.n(2*films/3+title).title, time.Time{})
	}
}

// requestsOfASync are the requests of a whole run that writes.
func (w *world) requestsOfASync() []string {
	w.evening(0)
	w.counts.taken()
	w.ctl("sync")
	return w.counts.taken()
}

// killAt runs a sync in a process of its own and kills it. It tells whether
// the process was killed.
func (w *world) killAt(what target, n int, before bool) bool {
	w.t.Helper()
	return w.kill(w.process("sync"), what, n, before)
}

// kill runs the program and kills it at its n-th request of a kind, before the
// service has served it or before the answer arrives.
func (w *world) kill(cmd *exec.Cmd, what target, n int, before bool) bool {
	w.t.Helper()
	var count atomic.Int64
	started, gone := make(chan struct{}), make(chan struct{})
	hook := func(request string, isBefore bool) {
		if isBefore == before && what.is(request) && count.Add(1) == int64(n+1) {
			<-started
			_ = cmd.Process.Kill()
			<-gone
			panic(http.ErrAbortHandler) // not served if that was before, and no answer
		}
	}
	w.counts.hook.Store(&hook)
	defer w.counts.hook.Store(nil)
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	close(gone)
	exited, ok := err.(*exec.ExitError)
	return ok && !exited.Exited()
}

// recover restarts the program and lets time pass in which it cleans up. Each
// start may ask Trakt a few things at once; a longer life would be paced.
func (w *world) recover() {
	w.t.Helper()
	for range 4 {
		s := w.session()
		for range 2 {
			if err := s.ask(w.t.Context(), "sync", app.SyncArgs{}, nil); err != nil {
				w.t.Error(err)
			}
			w.later(31 * time.Minute)
		}
		if err := s.close(); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) compare(when string) {
	w.t.Helper()
	plays := map[string]int{}
	for _, p := range w.tracked.Plays() {
		plays[p.Title.Name]++
	}
	parked := map[string]bool{}
	for _, n := range read[app.Planned](w, 0, "plan").NonOps {
		parked[n.Title] = parked[n.Title] || n.Why.Code == "parked"
	}
	for name, f := range w.films {
		s := w.anna.State(f.id)
		if s.Favorite != w.listedAtTrakt(f) {
			w.t.Errorf("%s: %s is a favourite: %t, listed: %t", when, name, s.Favorite, !s.Favorite)
		}
		want := 0
		if s.Played {
			want = 1
		}
		year := f.title.Year
		if plays[name] != want && !(plays[name] < want && parked[fmt.Sprintf("%s (%d)", name, year)]) {
			w.t.Errorf("%s: %s has %d plays, want %d", when, name, plays[name], want)
		}
	}
}
