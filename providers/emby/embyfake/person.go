package embyfake

import "time"

// What people do. All of it goes past the programs' interface, and most of it
// is told on the socket.

func (u *User) act(id string, told bool, do func(d *userData, it *item)) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	it := u.server.byID[id]
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
func (u *User) Start(id string) { u.play(id, nil) }

// StartWith begins to play with somebody else who watches along in the session
// of u.
func (u *User) StartWith(id string, with *User) { u.play(id, with) }

func (u *User) play(id string, with *User) {
	u.act(id, true, func(d *userData, it *item) {
		d.count++
		d.last = u.server.now().UTC()
		d.played = false
		for _, s := range u.server.tokens {
			if s.user == u {
				s.playing, s.with = it, with
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
				s.playing, s.with = nil, nil
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
	u.act(id, true, func(d *userData, _ *item) { d.mark(u.server.now().UTC()) })
}

// Unmark marks as unwatched by hand.
func (u *User) Unmark(id string) { u.act(id, true, func(d *userData, _ *item) { d.unmark() }) }

// Favorite sets or takes away the heart. Nothing is told on the socket: some
// versions forget to.
func (u *User) Favorite(id string, on bool) {
	u.act(id, false, func(d *userData, _ *item) { d.favorite = on })
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

// mark is what marking does: an item that was watched before keeps its older
// date, whatever date comes with the call.
func (d *userData) mark(at time.Time) {
	if !d.played || d.last.IsZero() {
		d.last = at
	}
	d.count = max(d.count, 1)
	d.played, d.ticks = true, 0
}

// unmark keeps the count and loses the date.
func (d *userData) unmark() { d.played, d.ticks, d.last = false, 0, time.Time{} }

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
	it := u.server.byID[id]
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

// Hide takes a library away from the user, or gives it back.
func (u *User) Hide(library string, hidden bool) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.hidden[library] = hidden
}

// Curfew lets parental control refuse the user, or lets the user in again.
func (u *User) Curfew(on bool) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.curfew = on
}

// Disable switches the user off.
func (u *User) Disable() {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.disabled = true
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
			continue
		}
		delete(s.byID, it.id)
	}
	s.items = rest
	s.broadcast("LibraryChanged", map[string]any{"ItemsRemoved": []string{id}})
}

// Copy puts a second file of a film or episode on the shelves, as an item of
// its own with the same ids, and returns its id.
func (s *Server) Copy(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	twin := *s.byID[id]
	twin.id = s.mint()
	s.keep(&twin)
	s.broadcast("LibraryChanged", map[string]any{"ItemsAdded": []string{twin.id}})
	return twin.id
}

// Rescan gives an item a new id, as a file has that was moved. Its user data,
// stored by a key made of its ids, is found again.
func (s *Server) Rescan(id string) string {
	twin := s.Copy(id)
	s.Remove(id)
	return twin
}

// Change lets the owner edit what is known of an item.
func (s *Server) Change(id string, do func(*Facts)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it := s.byID[id]
	f := Facts{IDs: it.ids, Path: it.path}
	do(&f)
	it.ids, it.path, it.virtual = f.IDs, f.Path, f.Virtual
	if f.Last > 0 {
		it.last = &f.Last
	}
}

// Facts are what an owner can edit.
type Facts struct {
	IDs     map[string]string
	Path    string
	Last    int  // the last episode in the file
	Virtual bool // known of, but without a file
}

// Upgrade changes the version.
func (s *Server) Upgrade(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = version
}

// Grumble lets the server say yes to writes on an item and keep the old value.
func (s *Server) Grumble(id string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grumpy[id] = on
}

// RevokeAll ends all sign-ins.
func (s *Server) RevokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]*session{}
}
