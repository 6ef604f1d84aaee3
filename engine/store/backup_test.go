package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func day(d int) time.Time { return time.Date(2026, 11, d, 12, 0, 0, 0, time.UTC) }

func TestRotation(t *testing.T) {
	var kept []string
	for d := 0; d < 60; d++ {
		kept = append(kept, dailyName(media.At(day(1).AddDate(0, 0, d))))
		drop := outdated(kept)
		kept = slices.DeleteFunc(kept, func(n string) bool { return slices.Contains(drop, n) })
	}
	want := []string{"2026-12-06", "2026-12-13", "2026-12-20", "2026-12-23"}
	for d := 24; d <= 30; d++ {
		want = append(want, time.Date(2026, 12, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	}
	var days []string
	for _, n := range kept {
		days = append(days, strings.TrimSuffix(strings.TrimPrefix(n, dailyPrefix), backupSuffix))
	}
	if !slices.Equal(days, want) {
		t.Errorf("kept %v\nwant %v", days, want)
	}
	steps := []string{"watchkeeper-before-schema-1.db", "watchkeeper-before-schema-2.db", "watchkeeper-before-schema-3.db", "watchkeeper-mine.db"}
	if drop := outdated(steps); !slices.Equal(drop, steps[:1]) {
		t.Errorf("of those before a step %v are dropped", drop)
	}
}

func TestRestore(t *testing.T) {
	dir := t.TempDir()
	s := peopled(t, got(Open(ctx, dir, Options{}))(t))
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
	name := got(s.Backup(ctx, media.At(day(1))))(t)
	got(s.BeginRun(ctx, 5))(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(2)}, nil))
	must(t, s.Close())

	aside := got(Restore(ctx, dir, name, media.At(day(2))))(t)
	s = got(Open(ctx, dir, Options{}))(t)
	if n := count(t, s, "works"); n != 1 {
		t.Errorf("%d works after the restore", n)
	}
	if last := got(s.LastRun(ctx))(t); last != 0 {
		t.Errorf("last run is %d: a restore must be seen", last)
	}
	must(t, s.RaiseRun(ctx, 7, 9))
	if run := got(s.BeginRun(ctx, 10))(t); run != 8 {
		t.Errorf("next run is %d", run)
	}
	must(t, s.Close())
	if _, err := os.Stat(filepath.Join(dir, aside)); err != nil {
		t.Errorf("what was there is lost: %v", err)
	}
}

func TestRestoreRefusesWhatIsNotSound(t *testing.T) {
	dir := closed(t, false)
	must(t, os.MkdirAll(filepath.Join(dir, backupFolder), 0o700))
	path := filepath.Join(dir, FileName)
	before := got(os.ReadFile(path))(t)
	for name, body := range map[string]string{"watchkeeper-text.db": "no database, only words", "watchkeeper-empty.db": ""} {
		must(t, os.WriteFile(filepath.Join(dir, backupFolder, name), []byte(body), 0o600))
		if _, err := Restore(ctx, dir, name, 1); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Restore(ctx, dir, "watchkeeper-none.db", 1); !errors.Is(err, ErrNotFound) {
		t.Errorf("a missing one: %v", err)
	}
	if after := got(os.ReadFile(path))(t); !slices.Equal(before, after) {
		t.Error("a refused restore touched the database")
	}
}

// A restore that was cut off between moving aside and moving in never starts
// as if it were new.
func TestCutOffRestore(t *testing.T) {
	dir := closed(t, true)
	must(t, os.Rename(filepath.Join(dir, FileName), filepath.Join(dir, FileName+".aside-x")))
	_, err := Open(ctx, dir, Options{})
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("opened: %v", err)
	}
	got(Restore(ctx, dir, "watchkeeper-2026-11-01.db", media.At(day(3))))(t)
	s := got(Open(ctx, dir, Options{}))(t)
	if n := count(t, s, "works"); n != 2000 {
		t.Errorf("%d works", n)
	}
	must(t, s.Close())
}

func TestMemoryHasNoBackups(t *testing.T) {
	s := memory(t)
	if _, err := s.Backup(ctx, 1); !errors.Is(err, ErrInvalid) {
		t.Errorf("backup of memory: %v", err)
	}
	must(t, s.Housekeep(ctx, 1))
}

func TestHousekeepKeepsWhatSomethingRestsOn(t *testing.T) {
	s := folder(t)
	old, now := media.At(day(1).AddDate(0, -6, 0)), media.At(day(1))
	run := got(s.BeginRun(ctx, old))(t)
	for i, work := range []media.WorkID{1, 2, 3, 4, 5} {
		op := ledger.Op{ID: ledger.OpID(text(i)), Account: 1, Subject: about(work, media.Ratings), Says: rating(1, work, 10)}
		must(t, s.Intend(ctx, []ledger.Entry{{Op: op, Run: run, State: ledger.Done, Intended: old}}))
		must(t, s.Apply(ctx, run, ledger.Delta{Statements: []ledger.Statement{rating(1, work, 10)}}))
		must(t, s.Apply(ctx, run, ledger.Delta{Statements: []ledger.Statement{rating(1, work, 20)}}))
	}
	got(s.PutPin(ctx, ledger.Pin{Profile: 1, Work: 1, AnyFeature: true, Kind: ledger.AlwaysKeep}))(t)
	must(t, s.PutRefusals(ctx, []ledger.Refusal{{Target: 1, Subject: about(2, media.Ratings), Cause: ledger.Cause{Account: 1, Seq: 3}}}))
	must(t, s.PutPending(ctx, []ledger.Pending{{Op: "2", Account: 1, Subject: about(3, media.Ratings)}}))
	got(s.PutHolds(ctx, []ledger.Hold{{Profile: 1, State: ledger.HoldOpen, Since: old, Ops: []ledger.Op{{ID: "9", Subject: about(4, media.Ratings)}}}}))(t)
	got(s.BeginRun(ctx, now))(t)
	must(t, s.Housekeep(ctx, now))
	left := got(s.Journal(ctx, JournalQuery{}))(t)
	if len(left) != 4 || left[0].Op.Work != 4 {
		t.Errorf("journal keeps %+v", left)
	}
	if n := count(t, s, "statement_log"); n != 1 {
		t.Errorf("%d replaced statements stay, want the refused one", n)
	}
	if n := count(t, s, "runs"); n != 1 {
		t.Errorf("%d runs stay", n)
	}
	if kept := got(Backups(s.dir))(t); len(kept) != 1 {
		t.Errorf("backups %v", kept)
	}
}
