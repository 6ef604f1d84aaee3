package traktfake

import (
	"encoding/json"
	"net/http"
	"time"
)

// media is one object of a sync post, kept as sent for the echo.
type media struct {
	sent   map[string]any
	kind   string // "movie", "show", "season", "episode"
	titles []*Title
	at     string // watched_at or rated_at
	rating int
}

var plurals = []string{"movies", "shows", "seasons", "episodes"}

// sent reads the objects of a body. Every title that a movie, season or
// episode object, or the seasons and episodes below a show, stand for is one
// media; what the catalogue does not know comes without titles.
func (s *Service) sent(c *call) (list []media, body map[string]any, ok bool) {
	if json.NewDecoder(c.r.Body).Decode(&body) != nil {
		c.w.WriteHeader(http.StatusBadRequest)
		return nil, nil, false
	}
	for _, plural := range plurals {
		objects, _ := body[plural].([]any)
		for _, o := range objects {
			sent, _ := o.(map[string]any)
			list = append(list, s.expand(plural[:len(plural)-1], sent)...)
		}
	}
	return list, body, true
}

func (s *Service) expand(kind string, sent map[string]any) []media {
	ids, _ := sent["ids"].(map[string]any)
	m := media{sent: sent, kind: kind, at: text(sent["watched_at"]) + text(sent["rated_at"])}
	if r, ok := sent["rating"].(float64); ok {
		m.rating = int(r)
	}
	t := s.titles.find(kind, ids)
	if t == nil {
		return []media{m}
	}
	seasons, _ := sent["seasons"].([]any)
	if len(seasons) == 0 {
		m.titles = []*Title{t}
		return []media{m}
	}
	var out []media
	for _, o := range seasons {
		season, _ := o.(map[string]any)
		out = append(out, s.expandSeason(m, t, season)...)
	}
	return out
}

// expandSeason reads one season below a show; without episodes it is the
// season itself.
func (s *Service) expandSeason(m media, show *Title, season map[string]any) []media {
	n, _ := season["number"].(float64)
	part := func(kind string, number int, from map[string]any) media {
		p := media{kind: kind, at: text(from["watched_at"]) + text(from["rated_at"])}
		p.sent = map[string]any{"ids": m.sent["ids"], "seasons": []any{season}}
		if r, ok := from["rating"].(float64); ok {
			p.rating = int(r)
		}
		if p.at == "" {
			p.at = m.at
		}
		if t := s.titles.part(show, int(n), number); t != nil {
			p.titles = []*Title{t}
		}
		return p
	}
	episodes, _ := season["episodes"].([]any)
	if len(episodes) == 0 {
		return []media{part("season", -1, season)}
	}
	var out []media
	for _, o := range episodes {
		e, _ := o.(map[string]any)
		number, _ := e["number"].(float64)
		p := part("episode", int(number), e)
		p.sent = map[string]any{"ids": m.sent["ids"], "seasons": []any{
			map[string]any{"number": n, "episodes": []any{e}}}}
		out = append(out, p)
	}
	return out
}

// leaves are the movies and episodes that a play of the titles means: a bare
// show or season means every episode.
func (s *Service) leaves(m media) (out []*Title) {
	for _, t := range m.titles {
		if t.Type == "movie" || t.Type == "episode" {
			out = append(out, t)
			continue
		}
		for _, e := range s.titles.all {
			below := e.Show == t || (t.Type == "season" && e.Show == t.Show && e.Season == t.Season)
			if e.Type == "episode" && below {
				out = append(out, e)
			}
		}
	}
	return out
}

// tally counts by plural, and echoes what is not found.
type tally struct {
	counts map[string]object
	absent object
}

func newTally(kinds []string, names ...string) *tally {
	t := &tally{counts: map[string]object{}, absent: object{}}
	for _, n := range names {
		t.counts[n] = object{}
		for _, k := range kinds {
			t.counts[n][k] = 0
		}
	}
	for _, p := range plurals {
		t.absent[p] = []any{}
	}
	return t
}

func (t *tally) count(name, kind string) {
	t.counts[name][kind+"s"] = t.counts[name][kind+"s"].(int) + 1
}

// missing echoes an object as sent; parts by number are echoed under their show.
func (t *tally) missing(m media) {
	plural := m.kind + "s"
	if _, byShow := m.sent["seasons"]; byShow {
		plural = "shows"
	}
	t.absent[plural] = append(t.absent[plural].([]any), m.sent)
}

func (s *Service) told(c *call, status int, t *tally, more object) {
	out := object{"not_found": t.absent}
	for name, counts := range t.counts {
		for k, n := range counts {
			counts[k] = max(0, n.(int)-s.CountLies)
		}
		out[name] = counts
	}
	for k, v := range more {
		out[k] = v
	}
	reply(c.w, status, out)
}

// over refuses with 420 and an empty body what does not fit the plan. With
// PartialLimit it lets room-many through and refuses then.
func (s *Service) over(c *call, adding, room int) (refuse bool) {
	if adding <= room || s.PartialLimit {
		return false
	}
	c.w.WriteHeader(420)
	return true
}

// playTime reads watched_at; ok is false for what is no time.
func playTime(at string, now time.Time) (time.Time, bool) {
	switch at {
	case "", "released":
		return now, true
	case "unknown":
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339, at)
	return t, err == nil
}
