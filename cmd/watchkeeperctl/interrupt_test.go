package main

import (
	"bytes"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchkeeper/app"
)

// TestInterrupted: Ctrl-C ends a run soon and says that what was begun is
// written down; the next runs do the rest, and nothing twice.
func TestInterrupted(t *testing.T) {
	w := newWorld(t)
	w.start()
	usual := len(w.requestsOfASync())
	for i, at := range []int{0, usual / 2, usual * 3 / 4} {
		w.evening(i + 1)
		cmd := w.process("sync")
		var said bytes.Buffer
		cmd.Stderr = &said
		var count atomic.Int64
		var began atomic.Pointer[time.Time]
		started := make(chan struct{})
		hook := func(_ string, before bool) {
			if before && count.Add(1) == int64(at+1) {
				<-started
				now := time.Now()
				began.Store(&now)
				_ = cmd.Process.Signal(os.Interrupt)
			}
		}
		w.counts.hook.Store(&hook)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		close(started)
		_ = cmd.Wait() // how it ended is looked at
		w.counts.hook.Store(nil)
		code := cmd.ProcessState.ExitCode()
		if from := began.Load(); from == nil || code == 0 && count.Load() == int64(at+1) {
			t.Logf("the run ended before or with request %d of %d", at, usual)
		} else if took := time.Since(*from); took > 5*time.Second || code != app.ExitError ||
			!strings.Contains(said.String(), "interrupted; what was begun is written down") {
			t.Errorf("at request %d of %d: exit %d after %s: %s", at, usual, code, took, said.String())
		}
		w.recover()
		w.compare("an interrupt")
	}
}
