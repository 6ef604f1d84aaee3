package jellyfinfake

import (
	"fmt"
	"time"
)

// What people do. All of it goes past the programs' interface, and most of it
// is told on the socket.

func (u *User) act(id string, told bool, do func(d *userData, it *item)) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	it := u.server.item(id)
	if it == nil {
		panic("no item " + id)
	}
	do(u.state(it), it)
	if told {
		u.server.tell(u, it)
	}
}

// Start begins to play. Count and date move at once, whether it is watched to
// the end or not, and a watched film is unwatched for the time being.
func (u *User) Start(id string) {
	u.act(id, true, func(d *userData, it *item) {
		d.count++
		d.last = u.server.now().UTC()
		d.played = false
		for _, s := range u.server.tokens {
			if s.user == u {
				s.playing = it
			}
		}
	})
}

// Stop ends playing at a share of the length: below 5 % nothing is kept, above
// 90 % it is watched. A kept position is not told on the socket.
func (u *User) Stop(id string, percent int) {
	u.act(id, percent > 90, func(d *userData, it *item) {
		for _, s := range u.server.tokens {
			if s.user == u {
				s.playing = nil
			}
		}
		switch {
		case percent > 90:
			d.played, d.ticks = true, 0
		case percent < 5:
			d.ticks = 0
		default:
			d.ticks = it.ticks * int64(percent) / 100
		}
	})
}

// Watch plays from start to end, ending now.
func (u *User) Watch(id string) {
	u.Start(id)
	u.Stop(id, 100)
}

// Mark marks as watched by hand.
func (u *User) Mark(id string) {
	u.act(id, true, func(d *userData, _ *item) { d.mark(u.server.now().UTC(), false) })
}

// Unmark marks as unwatched by hand.
func (u *User) Unmark(id string) { u.act(id, true, func(d *userData, _ *item) { d.unmark() }) }

// Favorite sets or takes away the heart.
func (u *User) Favorite(id string, on bool) {
	u.act(id, true, func(d *userData, _ *item) { d.favorite = on })
}

// Rate gives a rating of 0 to 10; a negative one takes it away.
func (u *User) Rate(id string, rating float64) {
	u.act(id, true, func(d *userData, _ *item) {
		d.rating = &rating
		if rating < 0 {
			d.rating = nil
		}
	})
}

// mark is what marking does: the count grows when a date comes with it; an
// older date stays when none does.
func (d *userData) mark(at time.Time, dated bool) {
	if dated {
		d.count++
	}
	d.count = max(d.count, 1)
	if dated || d.last.IsZero() {
		d.last = at
	}
	d.played, d.ticks = true, 0
}

func (d *userData) unmark() {
	*d = userData{favorite: d.favorite, rating: d.rating}
}

// State is what the server keeps, for assertions.
type State struct {
	Played, Favorite bool
	Count            int
	PositionMS       int64
	Last             time.Time
	Rating           float64 // -1: none
}

// State returns what the server keeps for an item.
func (u *User) State(id string) State {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	it := u.server.item(id)
	if it == nil {
		return State{Rating: -1}
	}
	d := u.state(it)
	out := State{Played: d.played, Favorite: d.favorite, Count: d.count, PositionMS: d.ticks / 10_000, Last: d.last, Rating: -1}
	if d.rating != nil {
		out.Rating = *d.rating
	}
	return out
}

// Keep sets what the server keeps for an item, as an import would; nothing is
// told on the socket.
func (u *User) Keep(id string, s State) {
	u.act(id, false, func(d *userData, _ *item) {
		*d = userData{played: s.Played, favorite: s.Favorite, count: s.Count, ticks: s.PositionMS * 10_000, last: s.Last}
		if s.Rating >= 0 {
			d.rating = &s.Rating
		}
	})
}

// Approve confirms a Quick Connect code in another session of the user.
func (u *User) Approve(code string) error {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	for _, q := range u.server.quick {
		if q.code == code {
			q.user = u
			return nil
		}
	}
	return fmt.Errorf("no code %s", code)
}

// Waiting are the Quick Connect codes that nobody has confirmed.
func (s *Server) Waiting() (codes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.quick {
		if q.user == nil {
			codes = append(codes, q.code)
		}
	}
	return codes
}

// Hide takes a library away from the user, or gives it back.
func (u *User) Hide(library string, hidden bool) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.hidden[library] = hidden
}

// KeepFromHome takes a library off the user's home page: what is half watched
// in it is not among what to go on with.
func (u *User) KeepFromHome(library string) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.offHome[library] = true
}

// ForbidEditing switches the user's right to edit own data off.
func (u *User) ForbidEditing() {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.noEdit = true
}

// What the owner does.

// Remove takes an item, and a series' episodes, off the shelves.
func (s *Server) Remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []*item
	for _, it := range s.items {
		if it.id != id && (it.series == nil || it.series.id != id) {
			rest = append(rest, it)
		}
	}
	s.items = rest
	s.broadcast("LibraryChanged", map[string]any{"ItemsRemoved": []string{id}})
}

// Copy puts a second file of a film or episode on the shelves, as an item of
// its own with the same ids, and returns its id.
func (s *Server) Copy(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	twin := *s.item(id)
	s.minted++
	twin.id = guid(fmt.Sprint("copy of ", id, s.minted))
	s.items = append(s.items, &twin)
	s.broadcast("LibraryChanged", map[string]any{"ItemsAdded": []string{twin.id}})
	return twin.id
}

// Rescan gives an item a new id, as a renamed or upgraded file gets. Since
// 10.11 its user data stays behind.
func (s *Server) Rescan(id string) string {
	twin := s.Copy(id)
	s.Remove(id)
	return twin
}

// Span makes an episode's file hold all episodes up to last.
func (s *Server) Span(id string, last int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.item(id).last = &last
}

// SetIDs replaces an item's external ids.
func (s *Server) SetIDs(id string, ids map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.item(id).ids = ids
}

// SetPath moves an item's file.
func (s *Server) SetPath(id, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.item(id).path = path
}

// Upgrade changes the version. Going from 10.10 to 10.11 or later gives every
// item the data that its key had, as the server's migration does.
func (s *Server) Upgrade(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := map[*User][]userData{}
	for _, u := range s.users {
		for _, it := range s.items {
			old[u] = append(old[u], *u.state(it))
		}
	}
	s.version = version
	for u, data := range old {
		u.data = map[string]*userData{}
		for i, d := range data {
			u.data[s.dataKey(s.items[i])] = &d
		}
	}
}

// Grumble lets the server say yes to writes on an item and keep the old value,
// as 10.11 does with clashing rows.
func (s *Server) Grumble(id string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grumpy[id] = on
}

// SwitchOffQuickConnect lets the server refuse it.
func (s *Server) SwitchOffQuickConnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noQuick = true
}

// RevokeAll ends all sign-ins.
func (s *Server) RevokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]*session{}
}
