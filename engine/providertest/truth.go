package providertest

import (
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Truth is what the account really has at one moment, for oracles and tests:
// the owner's, whoever the token speaks for.
type Truth struct {
	Has []Has // by work, then in the order of the copies
}

// Has is one item of the account with everything it really shows.
type Has struct {
	Work      Work
	Key       string
	Apart     bool // only on the cloud watchlist, not in the library
	Listed    bool
	ListedAt  media.Moment
	Rating    int // 0..100 as kept; 0: none
	RatedAt   media.Moment
	Watched   bool // the flag, or any play of a log
	WatchedAt media.Moment
	Count     int
	Plays     []media.Moment // rows of plays, oldest first; 0: undated
	Position  media.Value
	PausedAt  media.Moment
}

// Truth takes a picture of the owner's account.
func (m *Memory) Truth() Truth { return m.TruthOf(m.profile.Identity.UserID) }

// TruthOf takes a picture of any user's account at the service.
func (m *Memory) TruthOf(user string) Truth {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.of(user)
	t := Truth{Has: make([]Has, 0, len(a.entries))}
	for _, e := range a.entries {
		t.Has = append(t.Has, e.has(a.logs()))
	}
	slices.SortStableFunc(t.Has, func(x, y Has) int { return compare(x.Work, y.Work) })
	return t
}

// has tells what an entry shows; on a log any play makes it watched, else only
// the flag does.
func (e *entry) has(log bool) Has {
	flag := e.cells[media.History].value
	h := Has{Work: e.work, Key: e.key, Apart: e.apart, Count: e.count,
		Listed: e.cells[media.Watchlist].value.Set, ListedAt: e.cells[media.Watchlist].at,
		Rating: int(e.cells[media.Ratings].value.N), RatedAt: e.cells[media.Ratings].at,
		Watched: flag.Set, WatchedAt: flag.PlayedAt(),
		Position: e.cells[media.Progress].value, PausedAt: e.cells[media.Progress].at}
	for _, p := range e.plays {
		h.Plays = append(h.Plays, p.at)
	}
	slices.Sort(h.Plays)
	if n := len(h.Plays); log && n > 0 {
		h.Watched, h.WatchedAt, h.Count = true, h.Plays[n-1], n
	}
	return h
}

// Of gives every item of a work.
func (t Truth) Of(w Work) (out []Has) {
	for _, h := range t.Has {
		if h.Work == w {
			out = append(out, h)
		}
	}
	return out
}

// Listed tells whether any item of the work is on the watchlist.
func (t Truth) Listed(w Work) bool {
	return slices.ContainsFunc(t.Of(w), func(h Has) bool { return h.Listed })
}

// Rating is the first rating among the work's items; 0: none.
func (t Truth) Rating(w Work) int {
	for _, h := range t.Of(w) {
		if h.Rating > 0 {
			return h.Rating
		}
	}
	return 0
}

// Watched tells whether any item of the work is watched.
func (t Truth) Watched(w Work) bool {
	return slices.ContainsFunc(t.Of(w), func(h Has) bool { return h.Watched })
}

// Plays lists the plays of all items, oldest first: rows where there are any,
// else the date of the watched flag.
func (t Truth) Plays(w Work) (out []media.Moment) {
	for _, h := range t.Of(w) {
		out = append(out, h.Plays...)
		if len(h.Plays) == 0 && h.Watched {
			out = append(out, h.WatchedAt)
		}
	}
	slices.Sort(out)
	return out
}

// Position is the first resume point among the work's items.
func (t Truth) Position(w Work) media.Value {
	for _, h := range t.Of(w) {
		if h.Position.Set {
			return h.Position
		}
	}
	return media.Value{}
}

// Works lists the works that show something in a feature, in order.
func (t Truth) Works(f media.Feature) (out []Work) {
	for _, h := range t.Has {
		if h.value(f).Set && (len(out) == 0 || out[len(out)-1] != h.Work) {
			out = append(out, h.Work)
		}
	}
	return out
}

// value is what the item shows; for history the latest play.
func (h Has) value(f media.Feature) media.Value {
	switch {
	case f == media.Watchlist && h.Listed:
		return media.Listed()
	case f == media.Ratings && h.Rating > 0:
		return media.Rated(h.Rating)
	case f == media.History && h.Watched:
		return media.Watched(h.WatchedAt)
	case f == media.Progress:
		return h.Position
	}
	return media.Value{}
}

// String prints the account as one line per item that shows something.
func (t Truth) String() string {
	var b strings.Builder
	for _, h := range t.Has {
		var shows []string
		for _, f := range media.Features {
			if v := h.value(f); v.Set {
				shows = append(shows, v.Text(f))
			}
		}
		if len(shows) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", h.Work, strings.Join(shows, ", "))
		}
	}
	return b.String()
}

// Kept tells whether a service with these capabilities offers a feature for
// a kind of work at all.
func Kept(c provider.Capabilities, f media.Feature, k media.Kind) bool {
	return c.Features[f].Offered() && c.Features[f].Of(k) != provider.None
}
