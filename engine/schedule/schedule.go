// Package schedule decides when to look next, and at which accounts: every so
// often, sooner after a nudge, later after a failure, never before a service's
// own limit, and not at all while a person paused it.
//
// It is pure: values in, values out. Waits are wall-clock moments in State, so
// they survive a restart with it (R28). It owns no timer, no clock and no
// chance: the engine waits, measures time and draws the jitter. Each event has
// a method of State that returns the State after it; read Next first, then
// events.go, results.go and clock.go.
package schedule

import (
	"cmp"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// State is everything that the schedule remembers. It is stored as it is.
type State struct {
	Accounts []Account    // in account order
	Paused   bool         // by a person
	PausedTo media.Moment // when the pause ends; 0: until resumed
	Asked    bool         // a person said "sync now"
	Network  Network      // as the system says
	// CatchUp is when everything is looked at once after a sleep, and before
	// which nothing is, so that the network is back; 0 when there was none.
	CatchUp media.Moment
	Seen    media.Moment // the latest wall clock that Tick saw
}

// Network is the way out, as the system says.
type Network uint8

const (
	Online  Network = iota // or not known
	Metered                // paid by volume
	Offline
)

// Account is how one account stands in the schedule.
type Account struct {
	ID       ledger.AccountID
	Off      bool         // paused or removed: never looked at
	SignIn   bool         // waits for a person to sign in or sort it out
	EveryMS  int64        // interval between looks
	JitterMS int64        // added to the present interval
	Looked   media.Moment // when the latest look began; 0 never
	Failures int          // in a row
	Retry    media.Moment // after a failure; only "sync now" passes it
	Limit    media.Moment // the service's own limit; nothing passes it
	// Nudged is the latest push since the last look, NudgedFirst the first; 0
	// when there was none.
	Nudged, NudgedFirst media.Moment
}

// Why is the reason for a look.
type Why string

const (
	Interval Why = "interval"
	Retrying Why = "retry"
	Nudge    Why = "nudge"
	CatchUp  Why = "catch-up"
	Asked    Why = "asked"
)

// What is one look: at which accounts, in order, and why.
type What struct {
	Why      Why
	Accounts []ledger.AccountID
}

const (
	debounce     = 10 * time.Second // of quiet after a nudge …
	debounceMost = time.Minute      // … but no longer than this after the first
	together     = 30 * time.Second // looks this near to each other are one
)

// Next tells when to look next and at what; when is not before now. It is 0
// when nothing will be due until something happens.
func Next(s State, now media.Moment) (when media.Moment, what What) {
	for _, a := range s.Accounts {
		at, why, ok := s.due(a, now)
		if ok && (when == 0 || at < when) {
			when, what.Why = at, why
		}
	}
	if when == 0 {
		return 0, What{}
	}
	when = max(when, now)
	for _, a := range s.Accounts {
		if at, _, ok := s.due(a, now); ok && (at <= when || s.early(a, at, when)) {
			what.Accounts = append(what.Accounts, a.ID)
		}
	}
	return when, what
}

// due is when the account is looked at if nothing more happens.
func (s State) due(a Account, now media.Moment) (at media.Moment, why Why, ok bool) {
	if a.Off || a.SignIn || s.Halted(now) && s.PausedTo == 0 || s.Network != Online && !s.Asked {
		return 0, "", false
	}
	at, why = now, Interval
	switch {
	case s.Asked:
		why = Asked
	case a.Failures > 0:
		at, why = a.Retry, Retrying
	case a.Looked.Known():
		at = a.Looked.Add(time.Duration(a.EveryMS+a.JitterMS) * time.Millisecond)
	}
	if !s.Asked {
		at, why = s.sooner(a, at, why)
	}
	return max(at, s.barrier(a, now)), why, true
}

// sooner brings a look forward for a nudge or after a sleep.
func (s State) sooner(a Account, at media.Moment, why Why) (media.Moment, Why) {
	if n := a.nudgedLook(); n.Known() && n < at {
		at, why = n, Nudge
	}
	if s.CatchUp.Known() {
		return s.CatchUp, CatchUp
	}
	return at, why
}

// nudgedLook is when the pushes of an account are followed up; 0 without any.
func (a Account) nudgedLook() media.Moment {
	return min(a.Nudged.Add(debounce), a.NudgedFirst.Add(debounceMost))
}

// barrier is the moment before which the account is not looked at, whatever
// is due.
func (s State) barrier(a Account, now media.Moment) media.Moment {
	b := a.Limit
	if !s.Asked {
		b = max(b, a.Retry, s.CatchUp)
	}
	if s.Halted(now) {
		b = max(b, s.PausedTo)
	}
	return b
}

// early tells whether a look that would be due a moment later joins this one.
func (s State) early(a Account, at, when media.Moment) bool {
	near := min(together, time.Duration(a.EveryMS)*time.Millisecond/10)
	return at <= when.Add(near) && s.barrier(a, when) <= when
}

// Halted tells whether a person's pause stands.
func (s State) Halted(now media.Moment) bool {
	return s.Paused && (s.PausedTo == 0 || now < s.PausedTo)
}

// Open tells whether an account may be looked at now although it is not due,
// because a look at others needs it: it is not limited, backing off or off.
func (s State) Open(id ledger.AccountID, now media.Moment) bool {
	i, ok := s.find(id)
	if !ok {
		return false
	}
	a := s.Accounts[i]
	return !a.Off && !a.SignIn && !s.Halted(now) && s.barrier(a, now) <= now
}

// Every is the interval of an account by its class and the person's settings:
// 15 minutes for media servers and 30 for trackers unless set, and never more
// often than the service may be read.
func Every(c provider.Capabilities, s ledger.Settings) time.Duration {
	every := cmp.Or(time.Duration(s.ServerEveryMS)*time.Millisecond, 15*time.Minute)
	if c.Class == provider.Tracker {
		every = cmp.Or(time.Duration(s.IntervalMS)*time.Millisecond, 30*time.Minute)
	}
	return max(every, time.Duration(c.ReadsEveryMS)*time.Millisecond)
}

func (s State) find(id ledger.AccountID) (int, bool) {
	return slices.BinarySearchFunc(s.Accounts, id, func(a Account, id ledger.AccountID) int { return cmp.Compare(a.ID, id) })
}

// change returns the state with one account changed; an unknown one is left out.
func (s State) change(id ledger.AccountID, f func(*Account)) State {
	s.Accounts = slices.Clone(s.Accounts)
	if i, ok := s.find(id); ok {
		f(&s.Accounts[i])
	}
	return s
}
