// Package store keeps everything that Watchkeeper believes, plans, did and was
// told in one SQLite file. It is the only importer of database/sql.
//
// It decides nothing: it takes and returns the nouns of engine/ledger, and
// every change is one transaction that is durable when the call returns
// (R25: WAL with synchronous=FULL). It holds no secrets and asks no clock;
// moments come from the caller.
//
// One file per noun. Read schema/0001_start.sql for the tables, apply.go for
// how a run's conclusions enter, dossier.go for how a plan's input leaves,
// open.go for what happens at the start and backup.go for what happens when
// the file is lost.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// FileName is the database within the data folder.
const FileName = "watchkeeper.db"

// Options are the few choices of whoever opens a store.
type Options struct {
	// CheckSetting refuses a setting that must not be stored; nil takes all.
	CheckSetting func(name string, value json.RawMessage) error
}

// Store is an open database. Its methods may be called from any goroutine;
// writes happen one after the other.
type Store struct {
	path    string // "" in memory
	dir     string
	options Options
	writes  *sql.DB            // one connection, immediate transactions
	reads   *sql.DB            // read-only; the same as writes in memory
	stop    context.CancelFunc // ends the check that runs beside
	checked chan struct{}      // closed when it has ended
	verdict error              // of the check
}

// Path returns where the database file is; "" in memory.
func (s *Store) Path() string { return s.path }

// Sound waits for the integrity check that runs beside the program since Open
// and returns what it found: nil or an *Error of kind ErrDamaged; ctx's error
// when that ends first.
func (s *Store) Sound(ctx context.Context) error {
	select {
	case <-s.checked:
		return s.verdict
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Rest gives memory back after much work: readers without work end, and the
// writer's cache is emptied. Both come back with the next statements.
func (s *Store) Rest(ctx context.Context) error {
	if s.reads == s.writes {
		return nil // the connection is the database
	}
	s.reads.SetMaxIdleConns(-1)
	s.reads.SetMaxIdleConns(idleReaders)
	_, err := s.writes.ExecContext(ctx, "PRAGMA shrink_memory")
	return s.wrap(err)
}

// Close ends the check, folds the write-ahead log into the file and closes it.
func (s *Store) Close() error {
	s.stop()
	<-s.checked // it reads the file
	if s.reads == s.writes {
		return s.wrap(s.writes.Close())
	}
	return s.wrap(errors.Join(s.reads.Close(), s.writes.Close()))
}
