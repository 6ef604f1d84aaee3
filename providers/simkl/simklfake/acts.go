package simklfake

import (
	"maps"
	"time"
)

// What people do on the website or in another app. A zero time is "now"
// except for viewings, where it is "unknown date".

// Watch records a viewing of a movie (no episode) or an episode.
func (u *User) Watch(t *Title, ep *Episode, at time.Time) {
	u.act(func(now time.Time) { u.watch(t, ep, at, now) })
}

// Unwatch takes a viewing back: a movie leaves the library.
func (u *User) Unwatch(t *Title, ep *Episode) {
	u.act(func(now time.Time) {
		if ep == nil {
			u.remove(t, now)
		} else {
			u.unwatch(t, ep, now)
		}
	})
}

// List puts a title on one of the five lists.
func (u *User) List(t *Title, status string, at time.Time) {
	u.act(func(now time.Time) { u.list(t, status, orNow(at, now), now) })
}

// Remove takes a title out of the library.
func (u *User) Remove(t *Title) { u.act(func(now time.Time) { u.remove(t, now) }) }

// Rate gives a rating of 1 to 10; 0 takes it back.
func (u *User) Rate(t *Title, rating int, at time.Time) {
	u.act(func(now time.Time) {
		if rating == 0 {
			u.unrate(t, now)
		} else {
			u.rate(t, rating, orNow(at, now), now)
		}
	})
}

// Pause leaves a resume point in percent.
func (u *User) Pause(t *Title, ep *Episode, percent float64, at time.Time) {
	u.act(func(now time.Time) { u.pause(t, ep, percent, orNow(at, now), now) })
}

// ClearPause removes a resume point.
func (u *User) ClearPause(t *Title, ep *Episode) {
	u.act(func(now time.Time) {
		if u.dropSession(t, ep) {
			u.touched(t, now, "playback")
		}
	})
}

func orNow(at, now time.Time) time.Time {
	if at.IsZero() {
		return now
	}
	return at
}

func (u *User) act(do func(now time.Time)) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	do(u.service.clock())
}

// The truth, for tests: copies.

// Entry returns what the library has of a title; nil when nothing.
func (u *User) Entry(t *Title) *Entry {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	e := u.entry(t)
	if e == nil {
		return nil
	}
	out := *e
	out.Episodes = maps.Clone(e.Episodes)
	return &out
}

// Sessions returns the resume points.
func (u *User) Sessions() []Session {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	var out []Session
	for _, s := range u.sessions {
		out = append(out, *s)
	}
	return out
}
