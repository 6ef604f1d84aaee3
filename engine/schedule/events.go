package schedule

import (
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Set adds an account, or changes its interval and whether it takes part; its
// waits stay.
func (s State) Set(id ledger.AccountID, every time.Duration, on bool) State {
	i, found := s.find(id)
	s.Accounts = slices.Clone(s.Accounts)
	if !found {
		s.Accounts = slices.Insert(s.Accounts, i, Account{ID: id})
	}
	s.Accounts[i].EveryMS, s.Accounts[i].Off = every.Milliseconds(), !on
	return s
}

// Nudge notes that an account's push channel said "look soon".
func (s State) Nudge(id ledger.AccountID, now media.Moment) State {
	return s.change(id, func(a *Account) {
		a.Nudged = now
		if !a.NudgedFirst.Known() {
			a.NudgedFirst = now
		}
	})
}

// Ask notes that a person said "sync now": everything is due, past back-offs
// but not past a service's limit or a pause.
func (s State) Ask() State {
	s.Asked = true
	return s
}

// Pause stops all looks until a moment; 0 means until Resume.
func (s State) Pause(until media.Moment) State {
	s.Paused, s.PausedTo = true, until
	return s
}

// Resume ends a pause.
func (s State) Resume() State {
	s.Paused, s.PausedTo = false, 0
	return s
}

// SignedIn notes that a person signed an account in again: it is due at once.
func (s State) SignedIn(id ledger.AccountID) State {
	return s.change(id, func(a *Account) {
		a.SignIn, a.Failures, a.Retry, a.Looked = false, 0, 0, 0
	})
}
