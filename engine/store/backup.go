package store

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine/media"
)

const (
	backupFolder = "backups"
	dailyPrefix  = "watchkeeper-"        // + date + ".db"
	beforePrefix = "watchkeeper-before-" // + what came after it
	backupSuffix = ".db"

	// dailyKept days have their backup, and weeklyKept weeks before them.
	dailyKept  = 7
	weeklyKept = 4
	// migrationsKept backups from before a schema step stay.
	migrationsKept = 2
)

// Backup is one whole copy of the database.
type Backup struct {
	Name  string
	Bytes int64
	Made  media.Moment
}

// Backup writes today's copy (UTC), replaces an earlier one of the same day
// and drops those past their time. It returns the copy's name.
func (s *Store) Backup(ctx context.Context, now media.Moment) (string, error) {
	name, err := s.backUp(ctx, dailyName(now))
	if err != nil {
		return "", err
	}
	return name, wrap(s.dir, rotate(s.dir))
}

func dailyName(now media.Moment) string {
	return dailyPrefix + now.Time().Format(time.DateOnly) + backupSuffix
}

// backUp writes a compact copy of the database into the backup folder. The
// name appears only when the copy is whole and durable.
func (s *Store) backUp(ctx context.Context, name string) (string, error) {
	if s.path == "" {
		return "", &Error{Kind: ErrInvalid, Err: errors.New("no backups of a database in memory")}
	}
	folder := filepath.Join(s.dir, backupFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", wrap(folder, err)
	}
	final := filepath.Join(folder, name)
	part := final + ".part"
	if err := errors.Join(remove(part), remove(part+"-journal")); err != nil {
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
		return "", wrap(part, errors.Join(err, remove(part)))
	}
	return name, wrap(final, errors.Join(flush(part), os.Rename(part, final), flushFolder(folder)))
}

// Backups lists the copies in a data folder, newest first.
func Backups(dir string) ([]Backup, error) {
	folder := filepath.Join(dir, backupFolder)
	files, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, wrap(folder, err)
	}
	var all []Backup
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), dailyPrefix) || !strings.HasSuffix(f.Name(), backupSuffix) {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return nil, wrap(folder, err)
		}
		all = append(all, Backup{Name: f.Name(), Bytes: info.Size(), Made: media.At(info.ModTime())})
	}
	slices.SortFunc(all, func(a, b Backup) int {
		return cmp.Or(cmp.Compare(b.Made, a.Made), strings.Compare(b.Name, a.Name))
	})
	return all, nil
}

// rotate drops backups past their time.
func rotate(dir string) error {
	all, err := Backups(dir)
	if err != nil {
		return err
	}
	names := make([]string, len(all))
	for i, b := range all {
		names[i] = b.Name
	}
	var errs []error
	for _, name := range outdated(names) {
		errs = append(errs, os.Remove(filepath.Join(dir, backupFolder, name)))
	}
	return errors.Join(errs...)
}

// outdated picks the backups to drop: of the daily ones all but the newest
// seven and the newest of each of four weeks before these; of those before a
// schema step all but the newest two. Names it does not understand stay.
func outdated(names []string) (drop []string) {
	var days, steps []string
	for _, name := range names {
		if strings.HasPrefix(name, beforePrefix) {
			steps = append(steps, name)
		} else if !dayOf(name).IsZero() {
			days = append(days, name)
		}
	}
	newest := func(a, b string) int { return strings.Compare(b, a) }
	slices.SortFunc(days, newest)
	slices.SortFunc(steps, newest)
	weeks := map[[2]int]bool{}
	for _, name := range days[min(len(days), dailyKept):] {
		year, week := dayOf(name).ISOWeek()
		if weeks[[2]int{year, week}] || len(weeks) == weeklyKept {
			drop = append(drop, name)
		}
		weeks[[2]int{year, week}] = weeks[[2]int{year, week}] || len(weeks) < weeklyKept
	}
	return append(drop, steps[min(len(steps), migrationsKept):]...)
}

// dayOf is the date in a daily backup's name; zero for other names.
func dayOf(name string) time.Time {
	day, err := time.Parse(dailyPrefix+time.DateOnly+backupSuffix, name)
	if err != nil {
		return time.Time{}
	}
	return day
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// flush makes a file's content durable.
func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// flushFolder makes names within a folder durable; Windows does so by itself.
func flushFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
