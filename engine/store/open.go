package store

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// applicationID marks our files ("WKPR").
const applicationID = 0x574b5052

// Open opens the database of a data folder and makes both if they are
// missing. Files of older versions are brought up to date after a backup.
// It refuses what it cannot trust with an *Error: ErrNewer, ErrDamaged,
// ErrForeign, ErrReadOnly, ErrDiskFull, ErrBusy.
func Open(ctx context.Context, dir string, opts Options) (*Store, error) {
	path := filepath.Join(dir, FileName)
	s := &Store{path: path, dir: dir, options: opts, checked: make(chan struct{})}
	if err := makeFile(dir, path); err != nil {
		return nil, s.wrap(err)
	}
	var err error
	if s.writes, err = openPool(address(path, "rwc", writeSettings), 1); err != nil {
		return nil, wrap(path, err)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, s.refuse(err)
	}
	if s.reads, err = openPool(address(path, "ro", readSettings), 4); err != nil {
		return nil, s.refuse(err)
	}
	s.reads.SetConnMaxIdleTime(readerRests)
	s.reads.SetMaxIdleConns(idleReaders)
	checking, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	go func() {
		defer close(s.checked)
		s.verdict = s.Check(checking)
	}()
	return s, nil
}

// refuse closes what was opened and completes the error of a failed Open.
func (s *Store) refuse(err error) error {
	return s.wrap(errors.Join(err, s.writes.Close()))
}

// withBackup names the newest good backup in an error about damage.
func (s *Store) withBackup(err error) error {
	var e *Error
	if s.path != "" && errors.As(err, &e) && e.Kind == ErrDamaged {
		e.Backup = newestGood(s.dir)
	}
	return err
}

// Cache sizes are negative KiB. FULL and fullfsync: what was acknowledged
// survives a power cut (R25). No statistics are ever gathered, so that plans
// of queries never change.
var (
	writeSettings = url.Values{"_busy_timeout": {"5000"}, "_journal_mode": {"WAL"},
		"_synchronous": {"FULL"}, "_foreign_keys": {"1"}, "_defensive": {"1"}, "_dqs": {"0"},
		"_pragma": {"journal_size_limit(4194304)", "fullfsync(1)", "cache_size(-8000)"}}
	readSettings = url.Values{"_query_only": {"1"}, "_busy_timeout": {"5000"}, "_dqs": {"0"}, "_pragma": {"cache_size(-8000)"}}
)

const (
	// readerRests is how long a reader without work keeps its cache.
	readerRests = 30 * time.Second
	// idleReaders is how many readers wait for work, at most.
	idleReaders = 2
)

// address writes the URI of a file; only URIs honour mode.
func address(path, mode string, settings url.Values) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}
	if filepath.VolumeName(path) != "" {
		u.Path = "/" + u.Path
	}
	q := url.Values{"mode": {mode}}
	for k, v := range settings {
		q[k] = v
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// makeFile makes folder and file with modes that keep others out; SQLite gives
// its side files the mode of the database.
func makeFile(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	// A new database is folded into its file before Open returns, so a missing
	// or empty file beside backups was lost: never run as if it were new.
	if err != nil || info.Size() == 0 {
		if kept, err := Backups(dir); err != nil || len(kept) > 0 {
			return &Error{Kind: ErrDamaged, Path: path, Err: errors.Join(errors.New("the file is gone or empty"), err)}
		}
	}
	isNew := err != nil
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil || !isNew {
		return err
	}
	// SQLite flushes the names of its side files, not this one.
	return flushFolder(dir)
}

// prepare recognises the file and brings its schema up to date.
func (s *Store) prepare(ctx context.Context) error {
	version, fresh, err := s.recognise(ctx)
	switch {
	case err != nil:
		return err
	case fresh:
		return s.create(ctx)
	}
	return s.migrate(ctx, version, migrations)
}

// recognise tells a file's schema version, or that it holds nothing yet.
func (s *Store) recognise(ctx context.Context) (version int, fresh bool, err error) {
	var app, objects int
	err = s.writes.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`).Scan(&app, &version, &objects)
	fresh = app == 0 && version == 0 && objects == 0
	switch {
	case err != nil:
		return 0, false, err
	case !fresh && app != applicationID:
		return 0, false, &Error{Kind: ErrForeign, Path: s.path}
	case !fresh && version < 1: // a file gets its tables and its version at once
		return 0, false, &Error{Kind: ErrDamaged, Path: s.path, Err: errors.New("tables without a version")}
	case version > len(migrations):
		return 0, false, &Error{Kind: ErrNewer, Path: s.path, Err: errors.New("schema " + strconv.Itoa(version))}
	}
	return version, fresh, nil
}

// Check reads the whole file and returns an *Error of kind ErrDamaged, with
// the newest good backup, when it is not sound.
func (s *Store) Check(ctx context.Context) error {
	return s.wrap(s.quickCheck(ctx))
}

func (s *Store) quickCheck(ctx context.Context) error {
	var found string
	err := s.reads.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found) // it may take long, and ends with ctx
	if err == nil && found != "ok" {
		err = &Error{Kind: ErrDamaged, Path: s.path, Err: errors.New(found)}
	}
	return s.wrap(err)
}
