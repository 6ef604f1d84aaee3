package schedule

import (
	"time"

	"watchkeeper/engine/media"
)

const (
	// gap is how far wall clock and steady clock may part before it means
	// something.
	gap = 90 * time.Second
	// network is how long after a sleep the network may need.
	network = 10 * time.Second
)

// Tick compares the clocks: now by the wall clock, and elapsed since the last
// Tick by a clock that stands still while the computer sleeps; 0 after a
// restart. Where the wall clock ran ahead, the computer slept and one look
// catches up. Where it was set back, every wait keeps its length (S11).
func (s State) Tick(now media.Moment, elapsed time.Duration) State {
	seen := s.Seen
	s.Seen = now
	if !seen.Known() {
		return s
	}
	switch jump := now.Sub(seen) - elapsed; {
	case jump > gap:
		return s.Woke(now)
	case jump < -gap:
		return s.shift(jump)
	}
	return s
}

// Woke notes that the computer woke up, from Tick or from the desktop's own
// signal.
func (s State) Woke(now media.Moment) State {
	s.CatchUp = now.Add(network)
	return s
}

// PickUp notes that the program starts after a run that was cut short: one look
// at everything is due at once, past no limit and no back-off.
func (s State) PickUp(now media.Moment) State {
	s.CatchUp = now
	return s
}

// Reach notes what the system says of the network. Without one, or with one
// that is paid by volume, only a person's wish is tried; when a free one is
// there, one look catches up.
func (s State) Reach(n Network, now media.Moment) State {
	if s.Network != Online && n == Online {
		s = s.Woke(now)
	}
	s.Network = n
	return s
}

// shift moves every moment by the distance that the wall clock was set.
func (s State) shift(by time.Duration) State {
	s.PausedTo, s.CatchUp = s.PausedTo.Add(by), s.CatchUp.Add(by)
	accounts := s.Accounts
	s.Accounts = make([]Account, len(accounts))
	for i, a := range accounts {
		a.Looked, a.Retry, a.Limit = a.Looked.Add(by), a.Retry.Add(by), a.Limit.Add(by)
		a.Nudged, a.NudgedFirst = a.Nudged.Add(by), a.NudgedFirst.Add(by)
		s.Accounts[i] = a
	}
	return s
}
