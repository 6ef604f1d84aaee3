//go:build unix

package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"watchkeeper/engine/media"
)

var keepOld = flag.Bool("keep-old", false, "write the database of the newest schema into testdata; a released one is never written again")

func oldFile(version int) string {
	return filepath.Join("testdata", fmt.Sprintf("schema-%04d.db.gz", version))
}

// A database of every version that a person may have is brought up to date
// with a backup, has the schema of a fresh one, and keeps what was in it.
func TestOldDatabases(t *testing.T) {
	newest := len(migrations)
	if *keepOld {
		writeOld(t, newest)
	}
	for version := 1; version <= newest; version++ {
		dir := t.TempDir()
		path := filepath.Join(dir, FileName)
		must(t, os.WriteFile(path, unpacked(t, oldFile(version)), 0o600))
		s := got(Open(ctx, dir, Options{}))(t)
		must(t, s.Check(ctx))
		const dump = "SELECT coalesce(sql, name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"
		fresh := memory(t)
		if a, b := got(list(ctx, s.reads, one[string], dump))(t), got(list(ctx, fresh.reads, one[string], dump))(t); !slices.Equal(a, b) {
			t.Errorf("schema %d, brought up to date, differs from a fresh one; before its first release: go test ./engine/store -run TestOldDatabases -keep-old", version)
		}
		works := got(s.Works(ctx, []media.WorkID{1, 2}))(t)
		accounts := got(s.Accounts(ctx))(t)
		entries := got(s.Journal(ctx, JournalQuery{}))(t)
		if len(works) != 1 || len(accounts) != 1 || len(entries) != 1 || entries[0].Op.ID != "1-0" {
			t.Errorf("schema %d holds %d works, %d accounts, %d journal rows", version, len(works), len(accounts), len(entries))
		}
		if backups := got(Backups(dir))(t); (len(backups) == 1) != (version < newest) {
			t.Errorf("schema %d: backups %v", version, backups)
		}
		must(t, s.Close())
	}
}

// A database of a version to come is refused by name and left as it is.
func TestDatabaseOfTheFuture(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	body := unpacked(t, oldFile(len(migrations)))
	body[63] = byte(len(migrations) + 1) // user_version, big-endian at 60
	must(t, os.WriteFile(path, body, 0o600))
	_, err := Open(ctx, dir, Options{})
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrNewer || e.Path != path {
		t.Errorf("it opens with %v", err)
	}
	if after := got(os.ReadFile(path))(t); !bytes.Equal(after, body) {
		t.Error("the file was changed")
	}
}

func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	packed := got(gzip.NewReader(bytes.NewReader(got(os.ReadFile(name))(t))))(t)
	return got(io.ReadAll(packed))(t)
}

// writeOld makes a small database with a life in it.
func writeOld(t *testing.T, version int) {
	t.Helper()
	dir := t.TempDir()
	s := got(Open(ctx, dir, Options{}))(t)
	must(t, life(s, func(string) {}))
	must(t, s.Close())
	var packed bytes.Buffer
	w := got(gzip.NewWriterLevel(&packed, gzip.BestCompression))(t)
	got(w.Write(got(os.ReadFile(filepath.Join(dir, FileName)))(t)))(t)
	must(t, w.Close())
	must(t, os.MkdirAll("testdata", 0o755))
	must(t, os.WriteFile(oldFile(version), packed.Bytes(), 0o644))
}
