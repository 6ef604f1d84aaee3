package provider

import (
	"errors"
	"fmt"
	"strings"

	"watchkeeper/engine/media"
)

// ErrorKind answers "who must act next?".
type ErrorKind uint8

const (
	// Transient: time-out, reset, 5xx, HTML instead of JSON. Nobody; the next run retries.
	Transient ErrorKind = iota + 1
	// RateLimited: wait until Error.Until.
	RateLimited
	// Auth: the person signs in again.
	Auth
	// AppRejected: the service refuses this program (key gone, not approved).
	AppRejected
	// WrongUser: the token speaks for somebody else than when connected.
	WrongUser
	// PlanLimit: the account's plan is exhausted (420, 426).
	PlanLimit
	// Locked: the service locked the account (423); every write stops.
	Locked
	// Rejected: the service says no to this request or item for good.
	Rejected
	// Contract: the answer breaks what the service promises, or the adapter
	// broke what it promises (R29).
	Contract
)

var errorKindNames = [...]string{"", "transient", "rate limited", "sign-in needed", "app rejected",
	"wrong user", "plan limit", "account locked", "rejected", "contract"}

// String returns the English name used in logs.
func (k ErrorKind) String() string { return errorKindNames[k] }

// Error is the one error type of this layer. Its text is lower case, names
// the request by method and path without query, and holds no secret.
type Error struct {
	Kind   ErrorKind
	Doing  string       // "get /sync/watchlist"
	Status int          // HTTP status; 0 when there was none
	Until  media.Moment // for RateLimited: when to come back; 0 unknown
	Err    error        // cause; may be nil
	// Sent: the request may have reached the service. A write that failed
	// with Sent is Unproven.
	Sent bool
}

// Error formats kind, request and cause.
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Doing != "" {
		s += ": " + e.Doing
	}
	if e.Status != 0 {
		s += fmt.Sprintf(": status %d", e.Status)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// asked is what a kind says to a person about a request, when the reason beside
// it does not say it already.
var asked = map[ErrorKind]string{AppRejected: "the service refuses this program", PlanLimit: "the plan is exhausted",
	Locked: "the account is locked", Rejected: "the service says no", Contract: "not what the service promises"}

// Detail is the error for a person who was told its reason: request and cause,
// without the kind's technical name.
func (e *Error) Detail() string {
	plain := *e
	plain.Kind = 0
	s := strings.TrimPrefix(plain.Error(), ": ")
	switch {
	case s == "":
		return e.Kind.String()
	case asked[e.Kind] != "" && (e.Doing != "" || e.Status != 0):
		return asked[e.Kind] + ": " + s
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError returns err as an *Error; any other error becomes Contract, because
// only *Error leaves an adapter.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Contract, Err: err}
}

// Failed wraps a cause in an *Error of the given kind.
func Failed(kind ErrorKind, doing string, cause error) *Error {
	return &Error{Kind: kind, Doing: doing, Err: cause}
}
