package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchkeeper/app"
)

// start connects both services and says Start to whatever waits for it.
func (w *world) start() {
	w.t.Helper()
	w.connect()
	for {
		after := read[app.Synced](w, -1, "sync")
		if len(after.Status.Holds) == 0 {
			return
		}
		w.must(0, "holds", "start", "all")
	}
}

func (w *world) listedAtTrakt(f film) bool {
	for _, e := range w.tracked.Listed() {
		if e.Title == f.title {
			return true
		}
	}
	return false
}

func TestFirstRunWritesNothingBeforeStart(t *testing.T) {
	w := newWorld(t)
	if got := read[app.Status](w, app.ExitNeedsYou, "status"); got.Sentence != "nothing is set up; add an account" {
		t.Errorf("%+v", got)
	}
	w.anna.Favorite(w.n(1).id, true)
	w.tracked.List(w.n(2).title, time.Time{})
	w.tracked.Watch(w.n(3).title, time.Now().AddDate(0, -1, 0))
	w.connect()
	plan := read[app.Planned](w, 0, "plan")
	if len(plan.Ops) != 0 || len(plan.Held) != 3 || plan.Held[0].HeldBy != "guard_first_run" || !strings.HasPrefix(plan.Held[0].Title, "Paper Lighthouse") {
		t.Errorf("plan %+v", plan)
	}
	w.must(app.ExitNeedsYou, "sync")
	if w.listedAtTrakt(w.n(1)) || w.anna.State(w.n(2).id).Favorite || w.anna.State(w.n(3).id).Played {
		t.Error("something was written before Start")
	}
	w.must(0, "holds", "start", "all")
	done := read[app.Synced](w, 0, "sync")
	if done.Run.Added != 3 || !w.listedAtTrakt(w.n(1)) || !w.anna.State(w.n(2).id).Favorite || !w.anna.State(w.n(3).id).Played {
		t.Errorf("after Start: %+v", done.Run)
	}
	if got := read[app.Status](w, 0, "status"); got.State != "in sync" || !got.Demo {
		t.Errorf("%+v", got)
	}
	why := read[app.Planned](w, 0, "plan", "--why", "lighthouse 1")
	if len(why.NonOps) == 0 || why.NonOps[0].Why.Code == "" {
		t.Errorf("why: %+v", why)
	}
	if d := read[app.Diagnosis](w, 0, "doctor"); !d.OK {
		t.Errorf("%+v", d)
	}
}

// TestSecondProcess: while one process runs the engine by schedule, every
// other one sends it wishes.
func TestSecondProcess(t *testing.T) {
	w := newWorld(t)
	w.watcher()
	w.must(0, "pause") // so that only the wishes below make runs
	w.connect()
	for i := 1; i <= 80; i++ {
		w.anna.Favorite(w.n(i).id, true)
	}
	w.must(app.ExitNeedsYou, "sync")
	w.must(0, "holds", "start", "all")
	w.must(0, "sync")
	if len(w.tracked.Listed()) != 80 {
		t.Errorf("%d titles listed", len(w.tracked.Listed()))
	}
	w.must(0, "routes", "set", "jellyfin", "trakt", "watchlist", "--mode", "keep-same", "--removals", "follow")
	for i := 1; i <= 12; i++ {
		w.anna.Favorite(w.n(i).id, false)
	}
	held := read[app.Synced](w, app.ExitNeedsYou, "sync")
	if len(held.Status.Holds) != 1 || held.Status.Holds[0].Guard != "guard_removals" || len(w.tracked.Listed()) != 80 {
		t.Fatalf("holds: %+v", held.Status.Holds)
	}
	id := strconv.FormatInt(held.Status.Holds[0].ID, 10)
	if h := read[app.Hold](w, 0, "holds", "show", id); len(h.Ops) != 12 || h.Ops[0].Action != "remove" || h.Answers[0] != "keep" {
		t.Errorf("hold %+v", h)
	}
	if code, _, said := w.ctl("holds", "leave", id); code != app.ExitUsage || !strings.Contains(said, "put-back") {
		t.Errorf("a wrong answer: exit %d, %s", code, said)
	}
	w.must(0, "holds", "keep", id)
	w.must(0, "sync")
	if len(w.tracked.Listed()) != 80 {
		t.Errorf("%d titles are left though all were kept", len(w.tracked.Listed()))
	}
	w.anna.Favorite(w.n(85).id, true)
	done := read[app.Synced](w, 0, "sync")
	if done.Run.Added != 1 || !w.listedAtTrakt(w.n(85)) {
		t.Fatalf("nothing to undo: %+v", done.Run)
	}
	undone := read[app.Undone](w, 0, "undo", "last", "--yes")
	if w.listedAtTrakt(w.n(85)) || len(undone.Ops) != 1 {
		t.Errorf("undo: %+v", undone)
	}
	w.must(0, "sync")
	if w.listedAtTrakt(w.n(85)) {
		t.Error("what was undone came back")
	}
}

// TestQuietRounds: when nothing happens, hardly anything is asked and nothing
// is written, neither to the services nor much to the disk.
func TestQuietRounds(t *testing.T) {
	w := newWorld(t)
	for i := 1; i <= 40; i++ {
		w.tracked.List(w.n(i).title, time.Time{})
		w.tracked.Watch(w.n(40+i).title, time.Now().AddDate(0, -1, 0))
	}
	w.start()
	watcher := w.watcher()
	w.must(0, "sync")
	w.must(0, "sync")
	w.counts.taken()
	before := written(t, watcher)
	const rounds = 3
	for range rounds {
		w.must(0, "sync")
	}
	after := written(t, watcher)
	if runtime.GOOS == "linux" && (before < 100<<10 || after <= before) { // it has written a whole first sync, and logs and answers
		t.Errorf("nothing is measured: %d bytes, then %d", before, after)
	}
	kilobytes := (after - before) / 1024 / rounds
	asked := w.counts.taken()
	count := func(what string) (n int) {
		for _, r := range asked {
			if strings.Contains(r, what) {
				n++
			}
		}
		return n
	}
	if count("trakt") > 2*rounds || count("jellyfin") > 3*rounds || count("POST")+count("DELETE") > 0 || count("trakt") == 0 {
		t.Errorf("%d rounds asked\n%s", rounds, strings.Join(asked, "\n"))
	}
	if kilobytes > 64 {
		t.Errorf("a quiet round writes %d KiB", kilobytes)
	}
}

// written is how many bytes a process has written to files and sockets.
func written(t *testing.T, cmd *exec.Cmd) (n int64) {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", cmd.Process.Pid))
	if err != nil {
		t.Log("this system does not tell what a process writes:", err)
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "wchar: "); ok {
			if _, err := fmt.Sscan(rest, &n); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}

func TestUsage(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"nonsense", "sync --once --watch", "sync --nonsense", "accounts", "accounts add", "accounts add plexx",
		"accounts add jellyfin --method device-code", "accounts add trakt", "routes set a", "undo", "undo x", "holds keep",
		"settings set interval 1s", "settings set engine.anew 7", "settings set nonsense 1", "pause -1h", "runs show x", ""} {
		code, _, errs := w.ctl(strings.Fields(line)...)
		if code != app.ExitUsage {
			t.Errorf("%q: exit %d, want %d: %s", line, code, app.ExitUsage, errs)
		}
	}
	for _, line := range []string{"holds", "runs", "runs --all", "library", "library --differs", "link", "link --proposals", "pin", "settings", "backup",
		"backup now", "profiles", "profiles add Ben", "services", "accounts list", "routes list", "completion bash", "completion zsh",
		"completion fish", "pause 1h", "resume", "settings set interval 45m", "settings unset interval", "stop"} {
		if code, _, errs := w.ctl(strings.Fields(line)...); code != 0 {
			t.Errorf("%q: exit %d: %s", line, code, errs)
		}
	}
}
