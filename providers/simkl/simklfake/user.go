package simklfake

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// User is one account.
type User struct {
	service  *Service
	Name     string
	ID       int
	Plan     string // "free", "pro", "vip"
	Daily    int    // calls that the plan allows a day
	entries  []*Entry
	sessions []*Session
	acts     map[string]map[string]time.Time
	day      string
	used     int
	second   int64
	inSecond map[string]int
}

// Entry is one title of a library.
type Entry struct {
	Title     *Title
	Status    string
	AddedAt   time.Time
	WatchedAt time.Time // of the latest viewing; zero: unknown
	Rating    int
	RatedAt   time.Time
	Episodes  map[*Episode]time.Time // watched; zero: unknown when
	changed   time.Time
}

// Session is a resume point.
type Session struct {
	ID       int
	Title    *Title
	Episode  *Episode
	Progress float64
	PausedAt time.Time
}

// AddUser opens a free account.
func (s *Service) AddUser(name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{service: s, Name: name, ID: s.nextID() + 50_000, Plan: "free", Daily: 500,
		acts: map[string]map[string]time.Time{"movies": {}, "tv_shows": {}, "anime": {}}, inSecond: map[string]int{}}
	s.users[name] = u
	return u
}

// Used is how many calls were counted today, of all programs.
func (u *User) Used() int {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	return u.used
}

// Spend makes other programs use some of the day's calls.
func (u *User) Spend(n int) {
	u.service.mu.Lock()
	defer u.service.mu.Unlock()
	u.today(u.service.clock())
	u.used += n
}

// newYork is where the service's day begins; without the zone's data its
// winter time.
func newYork() *time.Location {
	if zone, err := time.LoadLocation("America/New_York"); err == nil {
		return zone
	}
	return time.FixedZone("EST", -5*3600)
}

func (u *User) today(now time.Time) (midnight time.Time) {
	local := now.In(newYork())
	if day := local.Format(time.DateOnly); day != u.day {
		u.day, u.used = day, 0
	}
	return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, local.Location())
}

// allow counts a call against the limits of second and day.
func (u *User) allow(w http.ResponseWriter, method string, now time.Time) bool {
	midnight := u.today(now)
	if u.used >= u.Daily {
		w.Header().Set("Retry-After", strconv.Itoa(int(midnight.Sub(now)/time.Second)+1))
		fail(w, http.StatusTooManyRequests, "user_limit_exceeded")
		return false
	}
	if now.Unix() != u.second {
		u.second, u.inSecond = now.Unix(), map[string]int{}
	}
	kind, most := "read", 10
	if method != http.MethodGet {
		kind, most = "write", 2 // one a second, and the edge of a second between two
	}
	if u.inSecond[kind]++; u.inSecond[kind] > most {
		fail(w, http.StatusTooManyRequests, "rate_limit")
		return false
	}
	u.used++
	return true
}

func (u *User) entry(t *Title) *Entry {
	for _, e := range u.entries {
		if e.Title == t {
			return e
		}
	}
	return nil
}

// touched moves the activities of a title, by field.
func (u *User) touched(t *Title, now time.Time, fields ...string) {
	for _, f := range append(fields, "all") {
		u.acts[t.domain()][f] = now
	}
	if e := u.entry(t); e != nil && !slices.Contains(fields, "playback") {
		e.changed = now
	}
}

// list puts a title on a list, as a person or a rule does.
func (u *User) list(t *Title, status string, at, now time.Time) *Entry {
	e := u.entry(t)
	if e == nil {
		e = &Entry{Title: t, AddedAt: at, Episodes: map[*Episode]time.Time{}}
		u.entries = append(u.entries, e)
	}
	if e.Status != status {
		e.AddedAt = at
	}
	e.Status = status
	if status == "plantowatch" && t.Type == "movie" {
		e.WatchedAt = time.Time{} // what was watched is not any more
	}
	u.touched(t, now, status)
	return e
}

// remove takes a title out of the library, with all there is about it.
func (u *User) remove(t *Title, now time.Time) bool {
	i := slices.IndexFunc(u.entries, func(e *Entry) bool { return e.Title == t })
	if i < 0 {
		return false
	}
	u.touched(t, now, "removed_from_list")
	u.entries = slices.Delete(u.entries, i, i+1)
	return true
}

// watch records a viewing of a movie or an episode. What is watched already
// keeps its date.
func (u *User) watch(t *Title, ep *Episode, at, now time.Time) {
	if e := u.entry(t); e != nil {
		_, had := e.Episodes[ep]
		if ep == nil && e.Status == "completed" || ep != nil && had {
			return
		}
	}
	if ep == nil {
		e := u.list(t, "completed", now, now)
		e.WatchedAt = at
		for _, only := range t.Episodes {
			e.Episodes[only] = at
		}
	} else {
		e := u.list(t, u.after(t, ep), now, now)
		e.Episodes[ep] = at
		e.WatchedAt = latest(e.WatchedAt, at)
	}
	if u.dropSession(t, ep) {
		u.touched(t, now, "playback")
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// after is the status of a show once an episode is watched too.
func (u *User) after(t *Title, ep *Episode) string {
	seen := map[*Episode]bool{ep: true}
	if e := u.entry(t); e != nil {
		for had := range e.Episodes {
			seen[had] = true
		}
	}
	for _, e := range t.Episodes {
		if e.Season > 0 && !seen[e] {
			return "watching"
		}
	}
	if t.Airing {
		return "watching"
	}
	return "completed"
}

// unwatch takes one episode back.
func (u *User) unwatch(t *Title, ep *Episode, now time.Time) bool {
	e := u.entry(t)
	if e == nil {
		return false
	}
	if _, had := e.Episodes[ep]; !had {
		return false
	}
	delete(e.Episodes, ep)
	e.WatchedAt = time.Time{}
	for _, at := range e.Episodes {
		e.WatchedAt = latest(e.WatchedAt, at)
	}
	if e.Status == "completed" {
		e.Status = "watching"
	}
	u.touched(t, now, e.Status)
	return true
}

// rate gives a rating. It lists a title that is not listed, and a movie that is
// out is thereby completed, whatever list it was on, without a date.
func (u *User) rate(t *Title, rating int, at, now time.Time) {
	e := u.entry(t)
	switch {
	case t.Type == "movie" && !t.Coming && (e == nil || e.Status != "completed"):
		e = u.list(t, "completed", now, now)
	case e == nil && t.Coming:
		e = u.list(t, "plantowatch", now, now)
	case e == nil:
		e = u.list(t, "watching", now, now)
	}
	e.Rating, e.RatedAt = rating, at
	u.touched(t, now, "rated_at")
}

func (u *User) unrate(t *Title, now time.Time) bool {
	e := u.entry(t)
	if e == nil || e.Rating == 0 {
		return false
	}
	e.Rating, e.RatedAt = 0, time.Time{}
	u.touched(t, now, "rated_at")
	return true
}

// pause leaves a resume point; a title has one.
func (u *User) pause(t *Title, ep *Episode, percent float64, at, now time.Time) *Session {
	u.sessions = slices.DeleteFunc(u.sessions, func(s *Session) bool { return s.Title == t })
	s := &Session{ID: u.service.nextID(), Title: t, Episode: ep, Progress: percent, PausedAt: at}
	u.sessions = append(u.sessions, s)
	u.touched(t, now, "playback")
	return s
}

func (u *User) dropSession(t *Title, ep *Episode) bool {
	before := len(u.sessions)
	u.sessions = slices.DeleteFunc(u.sessions, func(s *Session) bool { return s.Title == t && s.Episode == ep })
	return len(u.sessions) < before
}
