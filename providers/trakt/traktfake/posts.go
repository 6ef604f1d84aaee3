package traktfake

import "net/http"

var leafKinds = []string{"movies", "episodes"}

// historyAdd adds plays without looking whether they are there already.
func (s *Service) historyAdd(c *call) {
	list, _, ok := s.sent(c)
	if !ok || s.over(c, len(list), c.user.HistoryLimit-len(c.user.plays)) {
		return
	}
	for _, m := range list {
		if _, ok := playTime(m.at, s.clock()); !ok {
			c.w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
	}
	t := newTally(leafKinds, "added", "updated")
	for _, m := range list {
		at, _ := playTime(m.at, s.clock())
		if m.titles == nil {
			t.missing(m)
		}
		for _, title := range s.leaves(m) {
			if len(c.user.plays) >= c.user.HistoryLimit {
				c.w.WriteHeader(420)
				return
			}
			c.user.played(title, at, "watch", s.clock())
			t.count("added", title.Type)
		}
	}
	s.told(c, http.StatusCreated, t, nil)
}

// historyRemove deletes plays by history id, or every play of the objects.
func (s *Service) historyRemove(c *call) {
	list, body, ok := s.sent(c)
	if !ok {
		return
	}
	t := newTally(leafKinds, "deleted")
	unknown := []any{}
	ids, _ := body["ids"].([]any)
	for _, id := range ids {
		n, _ := id.(float64)
		if p := c.user.unwatch(int64(n), s.clock()); p != nil {
			t.count("deleted", p.Title.Type)
		} else {
			unknown = append(unknown, id)
		}
	}
	t.absent["ids"] = unknown
	for _, m := range list {
		if m.titles == nil {
			t.missing(m)
		}
		for _, title := range s.leaves(m) {
			for range c.user.forget(title, s) {
				t.count("deleted", title.Type)
			}
		}
	}
	s.told(c, http.StatusOK, t, nil)
}

// forget removes every play of a title and returns how many there were.
func (u *User) forget(title *Title, s *Service) int {
	n := 0
	for i := len(u.plays) - 1; i >= 0; i-- {
		if u.plays[i].Title == title {
			u.unwatch(u.plays[i].ID, s.clock())
			n++
		}
	}
	return n
}

func (s *Service) watchlistAdd(c *call) {
	list, _, ok := s.sent(c)
	fresh := 0
	for _, m := range list {
		if m.titles != nil && entryOf(c.user.listed, m.titles[0]) == nil {
			fresh++
		}
	}
	if !ok || s.over(c, fresh, c.user.WatchlistLimit-len(c.user.listed)) {
		return
	}
	t := newTally(plurals, "added", "existing")
	for _, m := range list {
		switch {
		case m.titles == nil:
			t.missing(m)
		case entryOf(c.user.listed, m.titles[0]) != nil:
			t.count("existing", m.kind)
		case len(c.user.listed) >= c.user.WatchlistLimit:
			c.w.WriteHeader(420)
			return
		default:
			c.user.listed = append(c.user.listed, &Entry{ID: s.nextID(), Title: m.titles[0], At: s.clock()})
			c.user.moved(m.titles[0], "watchlisted_at", s.clock())
			t.count("added", m.kind)
		}
	}
	s.told(c, http.StatusCreated, t, c.user.listSummary(s))
}

func (u *User) listSummary(s *Service) object {
	return object{"list": object{"updated_at": stamp(u.stamps["watchlist.updated_at"]), "item_count": len(u.listed)}}
}

func (s *Service) watchlistRemove(c *call) {
	s.remove(c, &c.user.listed, "watchlisted_at", c.user.listSummary(s))
}

func (s *Service) ratingsRemove(c *call) { s.remove(c, &c.user.rated, "rated_at", nil) }

func (s *Service) remove(c *call, list *[]*Entry, what string, more object) {
	sent, _, ok := s.sent(c)
	if !ok {
		return
	}
	t := newTally(plurals, "deleted")
	for _, m := range sent {
		if m.titles == nil || !c.user.drop(list, m.titles[0]) {
			t.missing(m)
			continue
		}
		c.user.moved(m.titles[0], what, s.clock())
		t.count("deleted", m.kind)
	}
	s.told(c, http.StatusOK, t, more)
}

func (s *Service) ratingsAdd(c *call) {
	list, _, ok := s.sent(c)
	if !ok || s.over(c, len(list), c.user.RatingsLimit-len(c.user.rated)) {
		return
	}
	for _, m := range list {
		if m.rating < 1 || m.rating > 10 {
			c.w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
	}
	t := newTally(plurals, "added")
	for _, m := range list {
		if m.titles == nil {
			t.missing(m)
			continue
		}
		at, ok := playTime(m.at, s.clock())
		if !ok {
			at = s.clock()
		}
		c.user.rate(m.titles[0], m.rating, at, s.clock())
		t.count("added", m.kind)
	}
	s.told(c, http.StatusCreated, t, nil)
}
