package traktfake

import (
	"slices"
	"time"
)

// What people do on the website or in another app. A zero time is "now"
// except for plays, where it is "unknown date".

// Watch adds a play that ended at the given time; zero: at an unknown one.
func (u *User) Watch(t *Title, at time.Time) *Play {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	p := *u.played(t, at, "watch", u.service.clock())
	return &p
}

// Unwatch removes one play.
func (u *User) Unwatch(id int64) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	u.unwatch(id, u.service.clock())
}

func (u *User) unwatch(id int64, now time.Time) *Play {
	i := slices.IndexFunc(u.plays, func(p *Play) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	p := u.plays[i]
	u.plays = slices.Delete(u.plays, i, i+1)
	u.moved(p.Title, "watched_at", now)
	return p
}

// List puts a title on the watchlist.
func (u *User) List(t *Title, at time.Time) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	now := u.service.clock()
	if at.IsZero() {
		at = now
	}
	u.drop(&u.listed, t)
	u.listed = append(u.listed, &Entry{ID: u.service.nextID(), Title: t, At: at})
	u.moved(t, "watchlisted_at", now)
}

// Unlist takes a title off the watchlist.
func (u *User) Unlist(t *Title) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	if u.drop(&u.listed, t) {
		u.moved(t, "watchlisted_at", u.service.clock())
	}
}

// Rate gives a rating of 1 to 10.
func (u *User) Rate(t *Title, rating int, at time.Time) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	now := u.service.clock()
	if at.IsZero() {
		at = now
	}
	u.rate(t, rating, at, now)
}

// Unrate takes a rating back.
func (u *User) Unrate(t *Title) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	if u.drop(&u.rated, t) {
		u.moved(t, "rated_at", u.service.clock())
	}
}

// Pause leaves a resume point in percent.
func (u *User) Pause(t *Title, percent float64, at time.Time) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	if at.IsZero() {
		at = u.service.clock()
	}
	u.pause(t, percent, at)
}

// Play starts a title in a player that reports to the service; nil stops it
// without a trace.
func (u *User) Play(t *Title) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	u.playing = nil
	if t != nil {
		u.playing = &Entry{Title: t, At: u.service.clock()}
	}
}

// ClearPause removes a resume point.
func (u *User) ClearPause(t *Title) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	if u.drop(&u.paused, t) {
		u.moved(t, "paused_at", u.service.clock())
	}
}

// ExpirePauses drops resume points older than six months, as the service does
// silently.
func (u *User) ExpirePauses() {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	limit := u.service.clock().AddDate(0, -6, 0)
	u.paused = slices.DeleteFunc(u.paused, func(e *Entry) bool { return e.At.Before(limit) })
}

// The truth, for tests: copies, in the order in which things were given.

// Plays returns the history.
func (u *User) Plays() []Play { return copies(u, func() []*Play { return u.plays }) }

// Listed returns the watchlist.
func (u *User) Listed() []Entry { return copies(u, func() []*Entry { return u.listed }) }

// Rated returns the ratings.
func (u *User) Rated() []Entry { return copies(u, func() []*Entry { return u.rated }) }

// Paused returns the resume points.
func (u *User) Paused() []Entry { return copies(u, func() []*Entry { return u.paused }) }

func copies[T any](u *User, list func() []*T) []T {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	var out []T
	for _, v := range list() {
		out = append(out, *v)
	}
	return out
}
