package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"watchkeeper/app"
)

var (
	kills    = flag.Int("kills", 3, "how often the program is killed in mid-sync")
	killSeed = flag.Uint64("killseed", 0, "repeat the kills of one seed")
)

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
	requests := w.requestsOfASync() * 9 / 10 // not every evening takes as many
	for i := range *kills {
		w.evening(i + 1)
		at, before := chance.IntN(requests), chance.IntN(2) == 0
		if !w.killAt(at, before) {
			t.Logf("kill %d: the run ended before request %d", i, at)
		}
		w.recover()
		w.compare(fmt.Sprintf("kill %d at request %d of about %d, before it was served: %t", i, at, requests, before))
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

// requestsOfASync counts the requests of a whole run that writes.
func (w *world) requestsOfASync() int {
	w.evening(0)
	w.counts.taken()
	w.ctl("sync")
	return len(w.counts.taken())
}

// killAt runs a sync in a process of its own and kills it at its n-th request,
// before the service has served it or before the answer arrives. It tells
// whether the process was killed.
func (w *world) killAt(n int, before bool) bool {
	w.t.Helper()
	cmd := w.process("sync")
	var count atomic.Int64
	started := make(chan struct{})
	hook := func(isBefore bool) {
		if isBefore == before && count.Add(1) == int64(n+1) {
			<-started
			_ = cmd.Process.Kill()
			time.Sleep(20 * time.Millisecond) // the dead read no answer
		}
	}
	w.counts.hook.Store(&hook)
	defer w.counts.hook.Store(nil)
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
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
