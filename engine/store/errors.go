package store

import (
	"errors"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Kind says what is wrong with the database and so who must act. It is an
// error itself: errors.Is(err, store.ErrDamaged).
type Kind uint8

const (
	// ErrFailed: a statement failed for a reason that no person can mend.
	ErrFailed Kind = iota + 1
	// ErrNewer: the file was written by a newer version of the program.
	ErrNewer
	// ErrDamaged: the file is not readable as a database; Error.Backup names
	// the newest good backup.
	ErrDamaged
	// ErrForeign: the file is a database of another program.
	ErrForeign
	// ErrReadOnly: folder or file does not take writes.
	ErrReadOnly
	// ErrDiskFull: no room left.
	ErrDiskFull
	// ErrBusy: another process holds the database.
	ErrBusy
	// ErrNotFound: there is no such row or backup.
	ErrNotFound
	// ErrInvalid: what was to be stored breaks a rule of the store.
	ErrInvalid
)

var kindTexts = [...]string{
	"", "database failed",
	"the database was written by a newer version of this program; install that version or choose another data folder",
	"the database is damaged; restore a backup",
	"the file is a database of another program; choose another data folder",
	"the data folder does not take writes; change its permissions or choose another one",
	"the disk is full; make room and start again",
	"another program holds the database; close it first",
	"not found",
	"not allowed",
}

// Error says what is wrong and the way out.
func (k Kind) Error() string { return kindTexts[k] }

// Error is the one error type of this layer.
type Error struct {
	Kind   Kind
	Path   string // of the database or folder; "" in memory
	Backup string // for ErrDamaged: name of the newest good backup, "" when there is none
	Err    error  // cause; may be nil
}

// Error formats kind, path and cause.
func (e *Error) Error() string {
	s := e.Kind.Error()
	if e.Path != "" {
		s += ": " + e.Path
	}
	if e.Backup != "" {
		s += " (newest good backup: " + e.Backup + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches a Kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// wrap gives err its Kind once; nil, contexts' errors and *Error pass.
func wrap(path string, err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &Error{Kind: kindOf(err), Path: path, Err: err}
}

func kindOf(err error) Kind {
	var s *sqlite.Error
	if errors.As(err, &s) {
		return kindOfCode(s.Code())
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return ErrDiskFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	case errors.Is(err, fs.ErrNotExist):
		return ErrNotFound
	}
	return ErrFailed
}

func kindOfCode(code int) Kind {
	if code == sqlite3.SQLITE_IOERR_SHMSIZE { // the log's index found no room
		return ErrDiskFull
	}
	switch code & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return ErrDamaged
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ErrReadOnly
	case sqlite3.SQLITE_FULL:
		return ErrDiskFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	case sqlite3.SQLITE_CONSTRAINT:
		return ErrInvalid
	}
	return ErrFailed
}
