// Package instance makes sure that one process owns a data folder, and lets
// every other one talk to it: a lock, and a local socket in the folder that
// takes wishes and gives answers.
//
// It does not know what wishes mean; see package app for the table of
// operations. Nothing but this user's processes can reach the socket: it is in
// a folder of mode 0700 and has mode 0600 itself. There is no TCP. Read
// protocol.go for what goes over it.
package instance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockName   = "watchkeeper.lock"
	socketName = "watchkeeper.sock"
)

// ErrHeld: another process owns the data folder.
var ErrHeld = errors.New("another Watchkeeper uses this data folder")

// Error is the one error type of this layer: what failed and on which file.
type Error struct {
	Doing string
	Path  string
	Err   error
}

// Error formats what failed.
func (e *Error) Error() string { return fmt.Sprintf("%s %s: %s", e.Doing, e.Path, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Lock is the ownership of a data folder. It ends with the process, however
// that ends.
type Lock struct {
	dir  string
	file *flock.Flock
}

// Acquire makes the data folder, for this user only, and takes its lock.
// ErrHeld when another process has it.
func Acquire(dir string) (*Lock, error) {
	if err := private(dir); err != nil {
		return nil, err
	}
	l := &Lock{dir: dir, file: flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))}
	got, err := l.file.TryLock()
	if err != nil {
		return nil, &Error{"lock", l.file.Path(), err}
	}
	if !got {
		return nil, ErrHeld
	}
	return l, nil
}

// private makes a folder, or takes away what others may do in it.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &Error{"make", dir, err}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return &Error{"look at", dir, err}
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(dir, info.Mode().Perm()&^0o077); err != nil {
		return &Error{"keep others out of", dir, err}
	}
	return nil
}

// Dir is the folder that is owned.
func (l *Lock) Dir() string { return l.dir }

// Release gives the folder up.
func (l *Lock) Release() error {
	if err := l.file.Close(); err != nil {
		return &Error{"unlock", l.file.Path(), err}
	}
	return nil
}

// patience is how long a process that is starting or stopping may keep others
// waiting.
const patience = 10 * time.Second

// Own takes the lock, or connects to the process that has it: exactly one of
// lock and peer is set. It waits out a process that is just starting or
// stopping.
func Own(ctx context.Context, dir string) (*Lock, *Peer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		lock, err := Acquire(dir)
		if !errors.Is(err, ErrHeld) {
			return lock, nil, err
		}
		peer, refused := Dial(ctx, dir)
		if refused == nil {
			return nil, peer, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("%w and does not answer; end that process and try again: %w", ErrHeld, refused)
		}
	}
}
