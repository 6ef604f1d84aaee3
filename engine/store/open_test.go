package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// The pragmas are read back on the shipped driver: a misspelt one would be
// taken in silence.
func TestPragmas(t *testing.T) {
	s := folder(t)
	for pragma, want := range map[string][2]string{ // writer, reader
		"journal_mode":   {"wal", "wal"},
		"synchronous":    {"2", "2"},
		"foreign_keys":   {"1", "0"},
		"query_only":     {"0", "1"},
		"fullfsync":      {"1", "0"},
		"busy_timeout":   {"5000", "5000"},
		"application_id": {"1464553554", "1464553554"},
	} {
		writer := got(list(ctx, s.writes, one[string], "PRAGMA "+pragma))(t)
		reader := got(list(ctx, s.reads, one[string], "PRAGMA "+pragma))(t)
		if writer[0] != want[0] || reader[0] != want[1] {
			t.Errorf("%s: writer %s, reader %s, want %v", pragma, writer[0], reader[0], want)
		}
	}
	if _, err := s.reads.Exec("DELETE FROM works"); kindOf(err) != ErrReadOnly {
		t.Errorf("a reader wrote: %v", err)
	}
	if _, err := s.writes.Exec(`SELECT "not a column"`); err == nil {
		t.Error("a misspelt column passes as a string")
	}
}

func TestModesKeepOthersOut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("modes mean nothing here: the profile folder's own list of rights holds")
		return
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := got(Open(ctx, dir, Options{}))(t)
	defer s.Close()
	peopled(t, s)
	got(s.Backup(ctx, 1000))(t)
	for path, want := range map[string]fs.FileMode{dir: 0o700, s.path: 0o600, s.path + "-wal": 0o600, s.path + "-shm": 0o600,
		filepath.Join(dir, backupFolder): 0o700, filepath.Join(dir, backupFolder, "watchkeeper-1970-01-01.db"): 0o600} {
		info := got(os.Stat(path))(t)
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o", filepath.Base(path), info.Mode().Perm())
		}
	}
}

// A folder's name may hold what means something in a URI.
func TestOddFolderNames(t *testing.T) {
	for _, name := range []string{"a b", "50%41", "what?mode=ro", "c#3", "Größe"} {
		if runtime.GOOS == "windows" && strings.Contains(name, "?") {
			continue // no such names there
		}
		dir := filepath.Join(t.TempDir(), name)
		s := peopled(t, got(Open(ctx, dir, Options{}))(t))
		got(s.Backup(ctx, 1000))(t)
		must(t, s.Close())
		if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if kept := got(Backups(dir))(t); len(kept) != 1 || newestGood(dir) != kept[0].Name {
			t.Errorf("%q: backups %v", name, kept)
		}
	}
}

// closed makes a data folder with a work in it and, if wanted, a backup.
func closed(t *testing.T, backup bool) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := peopled(t, got(Open(ctx, dir, Options{}))(t))
	works := make([]ledger.Work, 2000) // several pages
	for i := range works {
		works[i] = film(media.WorkID(i + 1))
	}
	must(t, s.PutIdentity(ctx, nil, works, nil))
	must(t, s.Sound(ctx))
	if backup {
		got(s.Backup(ctx, media.At(day(1))))(t)
	}
	must(t, s.Close())
	return dir
}

func TestRefusals(t *testing.T) {
	patch := func(at int64, b ...byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			f := got(os.OpenFile(path, os.O_RDWR, 0))(t)
			got(f.WriteAt(b, at))(t)
			must(t, f.Close())
		}
	}
	size := func(n int64) func(*testing.T, string) {
		return func(t *testing.T, path string) { must(t, os.Truncate(path, n)) }
	}
	for _, c := range []struct {
		name   string
		spoil  func(*testing.T, string)
		want   Kind
		backup string
	}{
		{"zeroed header", patch(0, make([]byte, 100)...), ErrDamaged, "watchkeeper-2026-11-01.db"},
		{"cut in the middle", size(3 * 4096), ErrDamaged, "watchkeeper-2026-11-01.db"},
		{"cut to nothing", size(0), ErrDamaged, "watchkeeper-2026-11-01.db"},
		{"gone", func(t *testing.T, path string) { must(t, os.Remove(path)) }, ErrDamaged, "watchkeeper-2026-11-01.db"},
		{"a newer version", patch(60, 0, 0, 0, 99), ErrNewer, ""},
		{"a version that never was", patch(60, 0, 0, 0, 0), ErrDamaged, "watchkeeper-2026-11-01.db"},
		{"another program's", patch(68, 1, 2, 3, 4), ErrForeign, ""},
	} {
		dir := closed(t, true)
		path := filepath.Join(dir, FileName)
		c.spoil(t, path)
		before, _ := os.ReadFile(path)
		_, err := Open(ctx, dir, Options{})
		var e *Error
		if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Backup != c.backup || e.Path != path {
			t.Errorf("%s: %v", c.name, err)
		}
		if after, _ := os.ReadFile(path); !slices.Equal(before, after) {
			t.Errorf("%s: the file was changed", c.name)
		}
	}
}

// Damage that only a whole read finds is told by the check beside.
func TestCheckFindsDamageWithin(t *testing.T) {
	dir := closed(t, true)
	path := filepath.Join(dir, FileName)
	pages := got(os.ReadFile(path))(t)
	for i := len(pages) - 4*4096; i < len(pages); i++ {
		pages[i] ^= 0x5a
	}
	must(t, os.WriteFile(path, pages, 0o600))
	s := got(Open(ctx, dir, Options{}))(t)
	defer s.Close()
	err := s.Sound(ctx)
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrDamaged || e.Backup != "watchkeeper-2026-11-01.db" {
		t.Errorf("check says %v", err)
	}
}

func TestNewestGoodPassesOverBadBackups(t *testing.T) {
	dir := closed(t, true)
	must(t, os.WriteFile(filepath.Join(dir, backupFolder, "watchkeeper-2026-11-02.db"), []byte("no database"), 0o600))
	if name := newestGood(dir); name != "watchkeeper-2026-11-01.db" {
		t.Errorf("newest good is %q", name)
	}
}

func TestDiskFull(t *testing.T) {
	s := folder(t)
	pages := got(list(ctx, s.writes, one[int], "PRAGMA page_count"))(t)
	got(s.writes.Exec("PRAGMA max_page_count = " + text(pages[0]+4)))(t)
	works := make([]ledger.Work, 5000)
	for i := range works {
		works[i] = film(media.WorkID(i + 1))
	}
	if err := s.PutIdentity(ctx, nil, works, nil); !errors.Is(err, ErrDiskFull) {
		t.Fatalf("writing says %v", err)
	}
	if n := count(t, s, "works"); n != 0 {
		t.Errorf("%d works of a failed transaction", n)
	}
	must(t, s.PutIdentity(ctx, nil, works[:1], nil)) // and goes on
}

func TestCancelledWriteLeavesNothing(t *testing.T) {
	for name, s := range map[string]*Store{"memory": memory(t), "folder": folder(t)} {
		gone, cancel := context.WithCancel(ctx)
		err := s.write(gone, func(tx *tx) error {
			tx.putWorks([]ledger.Work{film(1)})
			cancel()
			tx.putWorks([]ledger.Work{film(2)})
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if n := count(t, s, "works"); n != 0 {
			t.Errorf("%s: %d works", name, n)
		}
		must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
	}
}

// A file that went through the steps has the schema of a fresh one, and a
// backup from before.
func TestMigration(t *testing.T) {
	steps := append(slices.Clone(migrations), "ALTER TABLE works ADD COLUMN extra INTEGER NOT NULL DEFAULT 7;")
	s := folder(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
	must(t, s.migrate(ctx, 1, steps))
	extra := got(list(ctx, s.reads, one[int], "SELECT extra FROM works"))(t)
	version := got(list(ctx, s.reads, one[int], "PRAGMA user_version"))(t)
	if extra[0] != 7 || version[0] != 2 {
		t.Errorf("extra %v, version %v", extra, version)
	}
	kept := got(Backups(s.dir))(t)
	if len(kept) != 1 || kept[0].Name != "watchkeeper-before-schema-1.db" {
		t.Errorf("backups %v", kept)
	}
	must(t, soundBackup(ctx, filepath.Join(s.dir, backupFolder, kept[0].Name)))

	fresh := got(OpenMemory(ctx, Options{}))(t)
	defer fresh.Close()
	for i := len(migrations); i < len(steps); i++ {
		must(t, fresh.write(ctx, func(tx *tx) error { tx.step(i, steps); return nil }))
	}
	const dump = "SELECT coalesce(sql, name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"
	if a, b := got(list(ctx, s.reads, one[string], dump))(t), got(list(ctx, fresh.reads, one[string], dump))(t); !slices.Equal(a, b) {
		t.Error("a migrated file differs from a fresh one")
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	s := folder(t)
	err := s.migrate(ctx, 1, append(slices.Clone(migrations), "CREATE TABLE more (a INTEGER) STRICT; CREATE TABLE works (b INTEGER) STRICT;"))
	if err == nil {
		t.Fatal("a broken step passes")
	}
	if n := count(t, s, "sqlite_schema WHERE name = 'more'"); n != 0 {
		t.Error("half a step stays")
	}
	if v := got(list(ctx, s.reads, one[int], "PRAGMA user_version"))(t); v[0] != 1 {
		t.Errorf("version %d", v[0])
	}
}

func TestSchemaFilesAreNumbered(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a gap between schema files passes")
		}
	}()
	readMigrations(fstest.MapFS{"schema/0001_a.sql": {}, "schema/0003_c.sql": {}})
}

// Every table is STRICT: a text in a number's column is an error at once.
func TestTablesAreStrict(t *testing.T) {
	s := memory(t)
	loose := got(list(ctx, s.reads, one[string], "SELECT name FROM pragma_table_list WHERE NOT strict AND schema = 'main' AND name NOT LIKE 'sqlite%'"))(t)
	if len(loose) > 0 {
		t.Errorf("not strict: %v", loose)
	}
}

// TestRest: what is given back comes back with the next statements.
func TestRest(t *testing.T) {
	s := folder(t)
	got(s.Accounts(ctx))(t)
	if n := s.reads.Stats().OpenConnections; n == 0 {
		t.Fatal("nothing was read")
	}
	must(t, s.Rest(ctx))
	if n := s.reads.Stats().OpenConnections; n != 0 {
		t.Errorf("%d readers keep their caches", n)
	}
	got(s.Accounts(ctx))(t)
	if _, err := s.BeginRun(ctx, 1); err != nil {
		t.Error(err)
	}
	memory := got(OpenMemory(ctx, Options{}))(t)
	t.Cleanup(func() { must(t, memory.Close()) })
	got(memory.BeginRun(ctx, 1))(t)
	must(t, memory.Rest(ctx))
	if run := got(memory.LastRun(ctx))(t); run != 1 {
		t.Errorf("run %d is left of a database in memory", run)
	}
}
