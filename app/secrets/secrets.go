// Package secrets keeps credentials out of everything else: in the desktop's
// keyring, or, only where a person chose so, in one file encrypted with a
// passphrase. Nothing is ever kept in plain text.
//
// A keyring may ask the person for a password and wait for ever, so every call
// runs on a worker with a time limit, one at a time, and what was read stays in
// memory. It knows no service: see engine/provider.Secrets for the contract and
// app/wire for who uses it. Read vault.go first, then keyring.go and file.go
// for the two places.
package secrets

import (
	"errors"
	"fmt"

	"watchkeeper/engine/provider"
)

// Backend is a place that keeps short texts by name. Get of an unknown name
// returns ErrNone; an Error of Locked or Unavailable says why there is no
// answer. Calls may block for ever.
type Backend interface {
	Get(name string) (string, error)
	Set(name, value string) error
	Delete(name string) error
}

// State is how far the place is known to answer.
type State uint8

const (
	Unknown     State = iota // not asked yet
	Ready                    // it answered the last time
	Locked                   // it waits for the person, or was not unlocked
	Unavailable              // there is none, or it is broken
)

var stateNames = [...]string{"unknown", "ready", "locked", "unavailable"}

// String returns the name used in the command line.
func (s State) String() string { return stateNames[s] }

var (
	// ErrNone: there is nothing under that name.
	ErrNone = errors.New("nothing is kept under that name")
	// ErrTooLong: a text is longer than every keyring takes.
	ErrTooLong = fmt.Errorf("a secret is longer than %d bytes", provider.SecretLimit)
)

// Error is why the place does not answer, with the way out. It holds no secret.
type Error struct {
	State State // Locked or Unavailable
	Help  string
	Err   error // cause; may be nil
}

// Error says what is wrong and what to do.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Help
	}
	return e.Help + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
