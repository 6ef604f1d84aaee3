package plexfake

import (
	"fmt"
	"slices"
	"time"
)

// What people do. All of it goes past the programs' interface.

// At is a user at one server.
type At struct {
	server *Server
	user   *User
}

// At returns the user at a server.
func (u *User) At(s *Server) At { return At{s, u} }

func (a At) act(key string, do func(it *item, st *state)) {
	a.server.cloud.mu.Lock()
	defer a.server.cloud.mu.Unlock()
	it := a.server.item(key)
	if it == nil {
		panic("no item " + key)
	}
	do(it, a.server.state(a.user, key))
}

// Watch plays to the end: a row in the history, one more in the count.
func (a At) Watch(key string, at time.Time) {
	a.act(key, func(it *item, st *state) {
		st.count++
		st.viewed, st.offset = max(st.viewed, at.Unix()), 0
		a.server.log(a.user, it, at.Unix())
		a.server.tell(it)
	})
}

func (s *Server) log(u *User, it *item, at int64) {
	s.minted++
	s.plays = append(s.plays, &play{s.minted, u, it, at})
}

// Mark marks as watched by hand: no row.
func (a At) Mark(key string) {
	a.act(key, func(it *item, st *state) { a.server.mark(st); a.server.tell(it) })
}

func (s *Server) mark(st *state) {
	st.count++
	st.viewed, st.offset = s.cloud.now().Unix(), 0
}

// Unmark marks as unwatched by hand: rows stay, the position goes.
func (a At) Unmark(key string) {
	a.act(key, func(it *item, st *state) { st.count, st.viewed, st.offset = 0, 0, 0; a.server.tell(it) })
}

// Rate gives a rating of 0 to 10; a negative one takes it away.
func (a At) Rate(key string, rating float64, at time.Time) {
	a.act(key, func(_ *item, st *state) { st.rating, st.rated, st.ratedAt = rating, rating >= 0, at.Unix() })
}

// Pause leaves at a position; the date of the last view moves with it.
func (a At) Pause(key string, offsetMS int64, at time.Time) {
	a.act(key, func(_ *item, st *state) { st.offset, st.viewed = offsetMS, at.Unix() })
}

// Start begins to play and is shown among the sessions, until Stop.
func (a At) Start(key string) {
	a.act(key, func(it *item, _ *state) { a.server.playing[a.user] = it })
}

// Stop ends playing.
func (a At) Stop() {
	a.server.cloud.mu.Lock()
	defer a.server.cloud.mu.Unlock()
	it := a.server.playing[a.user]
	delete(a.server.playing, a.user)
	if it != nil {
		a.server.push("playing", fmt.Sprintf(`{"PlaySessionStateNotification":{"sessionKey":"1","ratingKey":%q,"state":"stopped","viewOffset":0}}`, it.key))
	}
}

// State is what the server keeps, for assertions and imports.
type State struct {
	Count    int
	Viewed   time.Time // zero: none
	OffsetMS int64
	Rating   float64 // negative: none
	RatedAt  time.Time
}

// State returns what the server keeps for an item.
func (a At) State(key string) State {
	a.server.cloud.mu.Lock()
	defer a.server.cloud.mu.Unlock()
	st := a.server.state(a.user, key)
	out := State{Count: st.count, OffsetMS: st.offset, Rating: -1}
	if st.viewed > 0 {
		out.Viewed = time.Unix(st.viewed, 0).UTC()
	}
	if st.rated {
		out.Rating, out.RatedAt = st.rating, time.Unix(st.ratedAt, 0).UTC()
	}
	return out
}

// Keep sets what the server keeps for an item; no play is logged.
func (a At) Keep(key string, s State) {
	a.act(key, func(_ *item, st *state) {
		*st = state{count: s.Count, offset: s.OffsetMS, rating: s.Rating, rated: s.Rating >= 0}
		if !s.Viewed.IsZero() {
			st.viewed = s.Viewed.Unix()
		}
		if st.rated {
			st.ratedAt = s.RatedAt.Unix()
		}
	})
}

// List puts a title on the watchlist, by the catalogue's key.
func (u *User) List(key string, at time.Time) {
	u.cloud.mu.Lock()
	defer u.cloud.mu.Unlock()
	u.listed[key] = at
}

// Unlist takes it off.
func (u *User) Unlist(key string) {
	u.cloud.mu.Lock()
	defer u.cloud.mu.Unlock()
	delete(u.listed, key)
}

// Listed tells whether a title is on the watchlist.
func (u *User) Listed(key string) bool {
	u.cloud.mu.Lock()
	defer u.cloud.mu.Unlock()
	_, ok := u.listed[key]
	return ok
}

// Approve allows a PIN in the browser.
func (u *User) Approve(code string) error {
	u.cloud.mu.Lock()
	defer u.cloud.mu.Unlock()
	for _, p := range u.cloud.pins {
		if p.code == code {
			p.token = u.cloud.tokenOf(u)
			return nil
		}
	}
	return fmt.Errorf("no pin %s", code)
}

// tokenOf is a user's token, a new one after the last was revoked.
func (c *Cloud) tokenOf(u *User) string {
	if c.tokens[u.token] == nil {
		c.minted++
		u.token = "account-" + digest(20, "token", u.Name, c.minted)
		c.tokens[u.token] = u
	}
	return u.token
}

// Waiting are the codes of PINs that nobody has allowed.
func (c *Cloud) Waiting() (codes []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.pins {
		if p.token == "" {
			codes = append(codes, p.code)
		}
	}
	return codes
}

// NewestPIN is the code of the last PIN that was asked for.
func (c *Cloud) NewestPIN() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pins) == 0 {
		return ""
	}
	return c.pins[len(c.pins)-1].code
}

// Revoke ends a user's token at plex.tv; everything else of theirs stays.
func (u *User) Revoke() {
	u.cloud.mu.Lock()
	defer u.cloud.mu.Unlock()
	delete(u.cloud.tokens, u.token)
}

// What the owner and the service do.

// Reach sets the addresses that plex.tv tells of a server.
func (s *Server) Reach(ways ...Way) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.ways = ways
}

// RenewTokens gives every user another token for the server, as a new share
// does; plex.tv tells it.
func (s *Server) RenewTokens() {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	renewed := map[string]*User{}
	for token, u := range s.tokens {
		renewed[token+"x"] = u
	}
	s.tokens = renewed
}

// Remove takes an item off the shelves; rows of plays lose its key.
func (s *Server) Remove(key string) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	delete(s.byKey, key)
	s.items = slices.DeleteFunc(s.items, func(it *item) bool { return it.key == key })
}

// Copy puts a second file of an item in another library of the same kind, as
// an item of its own with the same ids, and returns its key.
func (s *Server) Copy(key string) string {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	twin := *s.item(key)
	s.minted++
	twin.key = fmt.Sprint(40_000 + s.minted)
	twin.library = &library{fmt.Sprint(10 + s.minted), twin.library.kind, twin.library.name + " 4K"}
	s.libraries = append(s.libraries, twin.library)
	s.items, s.byKey[twin.key] = append(s.items, &twin), &twin
	return twin.key
}

// Rescan takes an item away and adds it again: a new key, and all that people
// did with it, which is stored by its GUID.
func (s *Server) Rescan(key string) string {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	it := s.item(key)
	delete(s.byKey, key)
	s.minted++
	it.key = fmt.Sprint(40_000 + s.minted)
	s.byKey[it.key] = it
	for _, states := range s.states {
		if st := states[key]; st != nil {
			delete(states, key)
			states[it.key] = st
		}
	}
	return it.key
}

// Grumble lets the server say yes to writes on an item and keep the old value.
func (s *Server) Grumble(key string, on bool) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.numb[key] = on
}

// SetThreshold sets from which percent a position is a play.
func (s *Server) SetThreshold(percent int) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.threshold = percent
}

// Habit is something that plex.tv does on some days.
type Habit uint8

const (
	Mirrors    Habit = iota + 1 // "sync my watch state" is on
	SingleKeys                  // lists of keys are refused
	EmptyIs404                  // an empty watchlist is answered with 404
	Numb                        // the watchlist says yes and stays as it is
)

// Set switches a habit.
func (c *Cloud) Set(h Habit, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*map[Habit]*bool{Mirrors: &c.mirrors, SingleKeys: &c.singleKeys, EmptyIs404: &c.noEmpty, Numb: &c.numb}[h] = on
}

// Hide takes the page of a title away; watchlists keep it.
func (c *Cloud) Hide(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.title(key).hidden = true
}
