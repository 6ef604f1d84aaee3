package traktfake

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// User is one account with everything it keeps.
type User struct {
	service *Service
	Name    string
	UUID    string
	VIP     bool
	// Locked: every call gets 423.
	Locked bool
	// WatchOnlyOnce is the setting of the same name.
	WatchOnlyOnce bool
	// Limits of the account's plan, in rows.
	WatchlistLimit, RatingsLimit, HistoryLimit int

	plays      []*Play
	listed     []*Entry
	rated      []*Entry
	paused     []*Entry
	hiddenShow []*Entry
	playing    *Entry
	stamps     map[string]time.Time // "movies.watched_at"
	gets       []time.Time
	lastWrite  time.Time
}

// Play is one row of the history.
type Play struct {
	ID     int64
	Title  *Title
	At     time.Time // to the minute; zero: unknown
	Action string    // "watch", "scrobble", "checkin"
}

// Entry is one row of watchlist, ratings or playback.
type Entry struct {
	ID       int64
	Title    *Title
	At       time.Time
	Rating   int
	Progress float64 // percent
}

// keep copies the account, so that a write can be answered without effect.
func (u *User) keep() User {
	was := *u
	was.plays = slices.Clone(u.plays)
	was.listed, was.rated, was.paused = entries(u.listed), entries(u.rated), entries(u.paused)
	was.stamps = maps.Clone(u.stamps)
	return was
}

func entries(list []*Entry) []*Entry {
	out := make([]*Entry, len(list))
	for i, e := range list {
		one := *e
		out[i] = &one
	}
	return out
}

// AddUser makes an account with the limits of a free plan.
func (s *Service) AddUser(name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{
		service: s, Name: name, UUID: fmt.Sprintf("%040x", len(s.users)+1),
		WatchlistLimit: 250, RatingsLimit: 10_000, HistoryLimit: 100_000,
		stamps: map[string]time.Time{},
	}
	s.users[name] = u
	return u
}

// moved notes an activity for one kind of title.
func (u *User) moved(t *Title, what string, now time.Time) {
	u.stamps[t.Type+"s."+what] = now
	if what == "watchlisted_at" {
		u.stamps["watchlist.updated_at"] = now
	}
	u.stamps["all"] = now
}

// played adds a play and does what the service does by itself: what was
// watched leaves the watchlist, a show and season at their first episode, and
// the resume point goes.
func (u *User) played(t *Title, at time.Time, action string, now time.Time) *Play {
	p := &Play{ID: u.service.nextID(), Title: t, At: at.Truncate(time.Minute), Action: action}
	u.plays = append(u.plays, p)
	u.moved(t, "watched_at", now)
	u.drop(&u.paused, t)
	gone := []*Title{t}
	if t.Show != nil {
		gone = append(gone, t.Show, u.service.titles.part(t.Show, t.Season, -1))
	}
	for _, w := range gone {
		if w != nil && u.drop(&u.listed, w) {
			u.moved(w, "watchlisted_at", now)
		}
	}
	return p
}

// drop takes a title off a list and says whether it was there.
func (u *User) drop(list *[]*Entry, t *Title) bool {
	n := len(*list)
	*list = slices.DeleteFunc(*list, func(e *Entry) bool { return e.Title == t })
	return len(*list) != n
}

func entryOf(list []*Entry, t *Title) *Entry {
	for _, e := range list {
		if e.Title == t {
			return e
		}
	}
	return nil
}

// pause keeps a resume point; there is one per title.
func (u *User) pause(t *Title, percent float64, at time.Time) *Entry {
	u.drop(&u.paused, t)
	e := &Entry{ID: u.service.nextID(), Title: t, At: at, Progress: percent}
	u.paused = append(u.paused, e)
	u.moved(t, "paused_at", at)
	return e
}

// rate keeps a rating; giving the same one again moves its date.
func (u *User) rate(t *Title, rating int, at, now time.Time) {
	u.drop(&u.rated, t)
	u.rated = append(u.rated, &Entry{ID: u.service.nextID(), Title: t, At: at, Rating: rating})
	u.moved(t, "rated_at", now)
}

// The documented limits: authenticated reads in five minutes, and one write a
// second.
const (
	readsAllowed = 500
	readPeriod   = 5 * time.Minute
)

// allow counts a request against the rate limits and answers 429 over them.
func (u *User) allow(w http.ResponseWriter, method string, now time.Time) bool {
	if method == http.MethodGet {
		u.gets = slices.DeleteFunc(u.gets, func(t time.Time) bool { return now.Sub(t) >= readPeriod })
		if len(u.gets) < readsAllowed {
			u.gets = append(u.gets, now)
			return true
		}
		tooMany(w, "AUTHED_API_GET_LIMIT", readsAllowed, u.gets[0].Add(readPeriod).Sub(now), now)
		return false
	}
	if wait := u.lastWrite.Add(time.Second).Sub(now); wait > 0 {
		tooMany(w, "AUTHED_API_POST_LIMIT", 1, wait, now)
		return false
	}
	u.lastWrite = now
	return true
}

func tooMany(w http.ResponseWriter, name string, limit int, wait time.Duration, now time.Time) {
	until := now.Add(wait)
	seconds := int((wait + time.Second - 1) / time.Second)
	w.Header().Set("Retry-After", fmt.Sprint(seconds))
	w.Header().Set("X-Ratelimit", fmt.Sprintf(`{"name":%q,"period":300,"limit":%d,"remaining":0,"until":%q}`,
		name, limit, until.UTC().Format(time.RFC3339)))
	w.WriteHeader(http.StatusTooManyRequests)
}
