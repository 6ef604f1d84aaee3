package observe

import (
	"time"

	"watchkeeper/engine/media"
)

// clock reads a service's times (R7). Rows stay in the service's own terms,
// so that a jitter of the measured offset never looks like a change; only what
// is concluded from them is corrected.
type clock struct {
	now      media.Moment
	offsetMS int64 // server's clock minus ours
}

func clockOf(r Reading) clock {
	if r.ClockKnown {
		return clock{r.Now, r.ClockMS}
	}
	return clock{r.Now, r.Trust.ClockMS}
}

// read returns the moment in our time; implausible ones are missing.
func (c clock) read(m media.Moment) media.Moment {
	m = c.ours(m)
	if !m.Plausible(c.now) {
		return 0
	}
	return m
}

// ours is a service's moment in our time, plausible or not.
func (c clock) ours(m media.Moment) media.Moment {
	return m.Add(-time.Duration(c.offsetMS) * time.Millisecond)
}

// day returns a calendar day, which no clock offset moves.
func (c clock) day(m media.Moment) media.Moment {
	if !m.Plausible(c.now.Add(24 * time.Hour)) {
		return 0
	}
	return m
}

// ahead tells whether the service dates something implausibly far ahead.
func (c clock) ahead(m media.Moment) bool {
	return c.ours(m) > c.now.Add(10*time.Minute)
}
