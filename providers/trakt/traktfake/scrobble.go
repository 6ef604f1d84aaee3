package traktfake

import (
	"encoding/json"
	"net/http"
	"time"
)

// completed is the share in percent from which stopping counts as watched.
const completed = 80

// repeatWindow is how long the same scrobble is refused as a repeat.
const repeatWindow = time.Hour

// scrobble reads the title and the progress of a scrobble request, or answers
// why not.
func (s *Service) scrobble(c *call) (t *Title, percent float64, ok bool) {
	var body struct {
		Progress             float64
		Movie, Episode, Show map[string]any
	}
	if json.NewDecoder(c.r.Body).Decode(&body) != nil {
		c.w.WriteHeader(http.StatusBadRequest)
		return nil, 0, false
	}
	ids := func(m map[string]any) map[string]any { v, _ := m["ids"].(map[string]any); return v }
	switch {
	case body.Movie != nil:
		t = s.titles.find("movie", ids(body.Movie))
	case body.Show != nil:
		season, _ := body.Episode["season"].(float64)
		number, _ := body.Episode["number"].(float64)
		if show := s.titles.find("show", ids(body.Show)); show != nil {
			t = s.titles.part(show, int(season), int(number))
		}
	default:
		t = s.titles.find("episode", ids(body.Episode))
	}
	if t == nil {
		c.w.WriteHeader(http.StatusNotFound)
		return nil, 0, false
	}
	if body.Progress < 0 || body.Progress > 100 {
		c.w.WriteHeader(http.StatusUnprocessableEntity)
		return nil, 0, false
	}
	return t, body.Progress, true
}

func (s *Service) scrobbled(c *call, id int64, action string, percent float64, t *Title) {
	row := t.into(object{"id": id, "action": action, "progress": percent, "sharing": object{"twitter": false, "mastodon": false, "tumblr": false}})
	delete(row, "type")
	reply(c.w, http.StatusCreated, row)
}

func (s *Service) scrobbleStart(c *call) {
	if t, percent, ok := s.scrobble(c); ok {
		c.user.drop(&c.user.paused, t)
		c.user.playing = &Entry{Title: t, At: s.clock()}
		s.scrobbled(c, 0, "start", percent, t)
	}
}

func (s *Service) scrobblePause(c *call) {
	t, percent, ok := s.scrobble(c)
	if !ok {
		return
	}
	if percent < 1 || percent >= completed {
		c.w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	e := c.user.pause(t, percent, s.clock())
	c.user.playing = nil
	s.scrobbled(c, e.ID, "pause", percent, t)
}

func (s *Service) scrobbleStop(c *call) {
	t, percent, ok := s.scrobble(c)
	if !ok {
		return
	}
	now := s.clock()
	c.user.playing = nil
	switch {
	case percent < 1:
		c.w.WriteHeader(http.StatusUnprocessableEntity)
	case percent < completed:
		e := c.user.pause(t, percent, now)
		s.scrobbled(c, e.ID, "pause", percent, t)
	case c.user.justScrobbled(t, now):
		reply(c.w, http.StatusConflict, object{"watched_at": stamp(now), "expires_at": stamp(now.Add(repeatWindow))})
	default:
		p := c.user.played(t, now, "scrobble", now)
		s.scrobbled(c, p.ID, "scrobble", percent, t)
	}
}

func (u *User) justScrobbled(t *Title, now time.Time) bool {
	for _, p := range u.plays {
		if p.Title == t && p.Action == "scrobble" && now.Sub(p.At) < repeatWindow {
			return true
		}
	}
	return false
}
