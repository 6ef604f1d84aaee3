//go:build unix

package store

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"

	"modernc.org/sqlite"
)

const (
	crashDir  = "STORE_CRASH_DIR"  // a child works in this folder
	crashStep = "STORE_CRASH_STEP" // and kills itself at that row change or commit
)

// life is a run as the engine does it: every step is a transaction. It says
// which steps have returned, so that a survivor can be asked for them.
func life(s *Store, done func(step string)) error {
	p, err := s.PutProfile(ctx, ledger.Profile{Name: "me"})
	if err != nil {
		return err
	}
	if _, err := s.PutAccount(ctx, ledger.Account{Profile: p, Provider: "jellyfin", Name: "jellyfin"}); err != nil {
		return err
	}
	done("people")
	run, err := s.BeginRun(ctx, 1000)
	if err != nil {
		return err
	}
	done("run")
	st := rating(1, 1, 70)
	op := ledger.Op{ID: "1-0", Account: 1, Subject: st.Subject, New: st.Value, Says: st}
	entry := ledger.Entry{Op: op, Run: run, State: ledger.Intended, Intended: 1}
	ended := entry
	ended.State, ended.Outcome = ledger.Done, provider.Accepted
	pending := ledger.Pending{Op: op.ID, Account: 1, Subject: op.Subject, New: op.New, Says: st, State: ledger.Expected}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"identity", func() error { return s.PutIdentity(ctx, nil, []ledger.Work{film(1), film(2)}, nil) }},
		{"observed", func() error {
			return s.Apply(ctx, run, ledger.Delta{Shown: []ledger.Shown{shownRating(1, "a", 1, 70), shownRating(1, "b", 2, 70)},
				Statements: []ledger.Statement{st, rating(1, 2, 70)}})
		}},
		{"intended", func() error { return s.Intend(ctx, []ledger.Entry{entry}) }},
		{"sent", func() error { return s.MarkSent(ctx, []ledger.OpID{op.ID}, 2) }},
		{"settled", func() error { return s.Settle(ctx, []ledger.Settlement{{Entry: ended, Pending: &pending}}) }},
		{"joined", func() error { return s.Join(ctx, 1, 2, run) }},
		{"ended", func() error { return s.EndRun(ctx, ledger.RunSummary{ID: run, Ended: 9}) }},
	} {
		if err := step.do(); err != nil {
			return err
		}
		done(step.name)
	}
	return nil
}

// survives tells of a step whether the database shows all of it or nothing.
var survives = map[string]string{
	"people":   "SELECT (SELECT count(*) FROM profiles) + (SELECT count(*) FROM accounts) - 1",
	"run":      "SELECT count(*) FROM runs",
	"identity": "SELECT max(0, next - 2) FROM counters WHERE name = 'work'",
	"observed": "SELECT (SELECT count(*) FROM shown) / 2",
	"intended": "SELECT count(*) FROM journal",
	"sent":     "SELECT count(*) FROM journal WHERE state >= 2",
	"settled":  "SELECT count(*) FROM journal JOIN pending USING (op) WHERE journal.state = 3",
	"joined":   "SELECT count(*) FROM works WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM works WHERE id = 2)",
	"ended":    "SELECT count(*) FROM runs WHERE ended = 9",
}

// TestCrashChild is the program that dies; by itself it does nothing.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		t.Log("runs only as the child of TestKilledAnywhere")
		return
	}
	left := got(strconv.Atoi(os.Getenv(crashStep)))(t)
	step := func() {
		if left--; left < 0 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, _ string) error {
		hooks := c.(sqlite.HookRegisterer)
		hooks.RegisterPreUpdateHook(func(sqlite.SQLitePreUpdateData) { step() })
		hooks.RegisterCommitHook(func() int32 { step(); return 0 })
		return nil
	})
	s, err := Open(ctx, dir, Options{})
	must(t, err)
	must(t, life(s, func(step string) { fmt.Println("done", step) }))
	fmt.Println("finished")
}

// S2, L8: whatever the row change or commit at which the program is killed, the file
// opens without repair, holds everything that had returned, and nothing half.
func TestKilledAnywhere(t *testing.T) {
	for at := 0; ; at++ {
		dir := filepath.Join(t.TempDir(), "data")
		child := exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.count=1")
		child.Env = append(os.Environ(), crashDir+"="+dir, crashStep+"="+strconv.Itoa(at))
		out, _ := child.CombinedOutput() // a kill is an error
		sound(t, dir, fmt.Sprintf("killed at step %d", at), func(step string) bool { return bytes.Contains(out, []byte("done "+step+"\n")) })
		if bytes.Contains(out, []byte("finished")) {
			if at < 30 {
				t.Errorf("only %d steps to be killed at", at)
			}
			return
		}
	}
}

// sound opens what a crash left and compares it with what had returned.
func sound(t *testing.T, dir, when string, returned func(step string) bool) {
	t.Helper()
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	defer s.Close()
	must(t, s.Check(ctx))
	for step, query := range survives {
		n := got(list(ctx, s.reads, one[int], query))(t)
		if returned(step) && (len(n) != 1 || n[0] != 1) {
			t.Errorf("%s: %s had returned, but is %v", when, step, n)
		}
	}
	halves := got(list(ctx, s.reads, one[int], `SELECT (SELECT count(*) FROM shown) % 2
		+ ((SELECT count(*) FROM statements) + (SELECT count(*) FROM statement_log)) % 2
		+ (SELECT count(*) FROM works WHERE id = 2) * (SELECT count(*) FROM shown WHERE first_look)`))(t)
	if halves[0] != 0 {
		t.Errorf("%s: half a transaction stayed", when)
	}
}

// A power cut that lost the tail of the write-ahead log, whole pages or parts
// of one, leaves an earlier state and never a half one.
func TestLogCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	s := got(Open(ctx, dir, Options{}))(t)
	must(t, life(s, func(string) {}))
	base := got(os.ReadFile(s.path))(t)
	log := got(os.ReadFile(s.path + "-wal"))(t)
	must(t, s.Close())
	const header, frame = 32, 24 + 4096
	if len(log) < header+20*frame {
		t.Fatalf("the log has only %d bytes", len(log))
	}
	for n := 0; n <= len(log); n += frame / 2 {
		cut := t.TempDir()
		must(t, os.WriteFile(filepath.Join(cut, FileName), base, 0o600))
		must(t, os.WriteFile(filepath.Join(cut, FileName+"-wal"), log[:n], 0o600))
		sound(t, cut, fmt.Sprintf("cut at %d", n), func(string) bool { return false })
	}
}

// A folder that takes no writes is named, with what to do about it.
func TestReadOnlyFolder(t *testing.T) {
	if os.Getenv(crashDir) != "" {
		if os.Geteuid() == 0 {
			must(t, syscall.Setuid(65534)) // root writes everywhere
		}
		_, err := Open(ctx, os.Getenv(crashDir), Options{})
		fmt.Println("says", kindOfError(err))
		return
	}
	old := got(os.MkdirTemp("", "readonly"))(t)
	t.Cleanup(func() { os.Chmod(old, 0o700); os.RemoveAll(old) })
	s := got(Open(ctx, old, Options{}))(t)
	must(t, s.Close())
	must(t, os.Chmod(filepath.Join(old, FileName), 0o444))
	empty := got(os.MkdirTemp("", "readonly"))(t)
	t.Cleanup(func() { os.Chmod(empty, 0o700); os.RemoveAll(empty) })
	for _, dir := range []string{old, empty} {
		must(t, os.Chmod(dir, 0o555))
		child := exec.Command(os.Args[0], "-test.run=^TestReadOnlyFolder$", "-test.count=1")
		child.Env = append(os.Environ(), crashDir+"="+dir)
		out := got(child.CombinedOutput())(t)
		if !bytes.Contains(out, []byte("says "+ErrReadOnly.Error())) {
			t.Errorf("%s", out)
		}
	}
}

func kindOfError(err error) Kind {
	if e, ok := err.(*Error); ok {
		return e.Kind
	}
	return ErrFailed
}
