package store

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"watchkeeper/engine/media"
)

// Restore makes a backup the database of a data folder that no store has
// open. The file that was there moves aside with its write-ahead log and is
// never deleted; its new name is returned. A backup that is not sound is
// refused with ErrDamaged. The engine must treat every account as at a first
// look afterwards (R27): LastRun tells.
func Restore(ctx context.Context, dir, name string, now media.Moment) (aside string, err error) {
	from := filepath.Join(dir, backupFolder, filepath.Base(name))
	if err := soundBackup(ctx, from); err != nil {
		return "", wrap(from, err)
	}
	path := filepath.Join(dir, FileName)
	fresh := path + ".restoring"
	if err := copyFile(from, fresh); err != nil {
		return "", wrap(fresh, errors.Join(err, remove(fresh)))
	}
	aside = FileName + ".aside-" + now.Time().Format("20060102-150405")
	// The log goes first: beside another database it would be taken for its own.
	for _, side := range []string{"-shm", "-wal", ""} {
		err := os.Rename(path+side, filepath.Join(dir, aside+side))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", wrap(path+side, err)
		}
	}
	return aside, wrap(path, errors.Join(os.Rename(fresh, path), flushFolder(dir)))
}

// newestGood names the newest backup that is sound; "" when there is none.
func newestGood(dir string) string {
	all, err := Backups(dir)
	if err != nil {
		return ""
	}
	for _, b := range all {
		if soundBackup(context.Background(), filepath.Join(dir, backupFolder, b.Name)) == nil {
			return b.Name
		}
	}
	return ""
}

// soundBackup reads a whole backup and checks that it is one of ours and not
// newer than this program.
func soundBackup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	db, err := openPool(address(path, "ro", url.Values{"immutable": {"1"}}), 1)
	if err != nil {
		return err
	}
	defer db.Close()
	s := &Store{path: path, reads: db, writes: db}
	if _, empty, err := s.recognise(ctx); err != nil || empty {
		return cmp.Or(err, error(ErrDamaged))
	}
	return s.quickCheck(ctx)
}

// copyFile makes a durable copy with the modes of a database.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
