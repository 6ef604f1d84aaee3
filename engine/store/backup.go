package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	backupFolder = "backups"
	dailyPrefix  = "watchkeeper-"        // + date + ".db"
	beforePrefix = "watchkeeper-before-" // + what came after it
)

// backUp writes a compact copy of the database into the backup folder. The
// name appears only when the copy is whole and durable.
func (s *Store) backUp(ctx context.Context, name string) (string, error) {
	folder := filepath.Join(s.dir, backupFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", wrap(folder, err)
	}
	final := filepath.Join(folder, name)
	part := final + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", wrap(part, err)
	}
	// An empty file of the right mode: SQLite fills it.
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", wrap(part, err)
	}
	if err := f.Close(); err != nil {
		return "", wrap(part, err)
	}
	if _, err := s.writes.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return "", wrap(part, errors.Join(err, os.Remove(part)))
	}
	return name, wrap(final, errors.Join(flush(part), os.Rename(part, final), flush(folder)))
}

// backupNames lists the backups of a data folder, oldest name first.
func backupNames(dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, backupFolder, dailyPrefix+"*.db"))
	if err != nil {
		return nil // only a malformed pattern
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	slices.SortFunc(files, strings.Compare)
	return files
}
