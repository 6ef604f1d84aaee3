package schedule

import (
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Began notes that a look at these accounts starts now. What asked for it is
// done; a nudge that comes later asks again.
func (s State) Began(accounts []ledger.AccountID, now media.Moment) State {
	s.Asked, s.CatchUp = false, 0
	if s.Paused && !s.Halted(now) {
		s = s.Resume()
	}
	for _, id := range accounts {
		s = s.change(id, func(a *Account) { a.Looked, a.Nudged, a.NudgedFirst = now, 0, 0 })
	}
	return s
}

// Succeeded notes that an account could be looked at. jitter, drawn by the
// caller, is added to the next interval, at most a tenth of it.
func (s State) Succeeded(id ledger.AccountID, jitter time.Duration) State {
	return s.change(id, func(a *Account) {
		a.Failures, a.Retry = 0, 0
		a.JitterMS = min(max(jitter.Milliseconds(), 0), a.EveryMS/10)
	})
}

// Failed notes why an account could not be looked at or written to. A service's
// limit is kept to the moment; what a person must sort out waits for SignedIn;
// everything else is tried again after 1, 2, 4, … 60 minutes, plus jitter, at
// most a tenth of that.
func (s State) Failed(id ledger.AccountID, failure *provider.Error, now media.Moment, jitter time.Duration) State {
	return s.change(id, func(a *Account) {
		a.Failures++
		wait := backOff(a.Failures)
		a.Retry = now.Add(wait + min(max(jitter, 0), wait/10))
		switch failure.Kind {
		case provider.Auth, provider.AppRejected, provider.WrongUser:
			a.SignIn = true
		case provider.RateLimited:
			if failure.Until > now {
				a.Retry = failure.Until
			}
			a.Limit = max(a.Limit, a.Retry)
		case provider.PlanLimit, provider.Locked:
			a.Retry = now.Add(longest)
		}
	})
}

const longest = time.Hour

// backOff is the wait after so many failures in a row.
func backOff(failures int) time.Duration {
	if failures > 6 {
		return longest
	}
	return time.Minute << (failures - 1)
}
