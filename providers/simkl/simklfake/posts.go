package simklfake

import (
	"encoding/json"
	"net/http"
	"time"
)

// posted is one title of a post, as it was sent.
type posted map[string]any

type postBody struct {
	Movies []posted `json:"movies"`
	Shows  []posted `json:"shows"`
	Anime  []posted `json:"anime"`
}

func (c *call) body() (postBody, bool) {
	var b postBody
	if json.NewDecoder(c.r.Body).Decode(&b) != nil {
		fail(c.w, http.StatusBadRequest, "wrong_parameter")
		return b, false
	}
	return b, true
}

func (p posted) ids() map[string]any {
	ids, _ := p["ids"].(map[string]any)
	return ids
}

func (p posted) time(name string, otherwise time.Time) time.Time {
	at, err := time.Parse(time.RFC3339, text(p[name]))
	switch {
	case err != nil:
		return otherwise
	case at.Unix() <= 1:
		return time.Time{} // long ago
	}
	return at
}

func (p posted) list(name string) (out []posted) {
	items, _ := p[name].([]any)
	for _, i := range items {
		if m, ok := i.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func (p posted) number() int {
	n, ok := p["number"].(float64)
	if !ok {
		return -1
	}
	return int(n)
}

// outcome is what a reply to a post tells.
type outcome struct {
	movies, shows, episodes int
	statuses                []object
	lost                    map[string][]object
	placed                  map[string][]object
}

func newOutcome() *outcome {
	return &outcome{statuses: []object{}, lost: map[string][]object{"movies": {}, "shows": {}, "episodes": {}},
		placed: map[string][]object{"movies": {}, "shows": {}}}
}

// titlesLost is what was not found where only titles count.
func (o *outcome) titlesLost() map[string][]object {
	return map[string][]object{"movies": o.lost["movies"], "shows": o.lost["shows"]}
}

func (o *outcome) miss(list string, p posted) { o.lost[list] = append(o.lost[list], object(p)) }

func (o *outcome) counts() object {
	return object{"movies": o.movies, "shows": o.shows, "episodes": o.episodes}
}

// each calls do for every title of a post that is known.
func (s *Service) each(b postBody, o *outcome, do func(p posted, t *Title)) {
	for _, p := range b.Movies {
		if t := s.find(p.ids(), "movie", "anime"); t != nil {
			do(p, t)
			o.movies++
		} else {
			o.miss("movies", p)
		}
	}
	for _, p := range append(append([]posted{}, b.Shows...), b.Anime...) {
		if t := s.find(p.ids(), "show", "anime"); t != nil {
			do(p, t)
			o.shows++
		} else {
			o.miss("shows", p)
		}
	}
}

// part is an episode that a post names.
type part struct {
	title   *Title
	episode *Episode
	at      time.Time
}

// parts are the episodes that a show of a post names: by the title's own
// numbers, or by TVDB's where it says so.
func (s *Service) parts(p posted, t *Title, now time.Time, o *outcome) (out []part, named bool) {
	for _, season := range p.list("seasons") {
		episodes := season.list("episodes")
		named = true
		for _, e := range episodes {
			x := part{title: t, episode: t.episode(season.number(), e.number())}
			if t.Type == "anime" && p["use_tvdb_anime_seasons"] == true {
				x.title, x.episode = s.byTVDB(p.ids(), season.number(), e.number())
			}
			if x.episode == nil {
				o.miss("shows", posted{"ids": p["ids"], "seasons": []object{{"number": season.number(), "episodes": []object{{"number": e.number()}}}}})
				continue
			}
			x.at = e.time("watched_at", season.time("watched_at", p.time("watched_at", now)))
			out = append(out, x)
		}
	}
	return out, named
}

// historyAdd records viewings. A show without episodes means all of them.
func (s *Service) historyAdd(c *call) {
	b, ok := c.body()
	if !ok {
		return
	}
	o := newOutcome()
	s.each(b, o, func(p posted, t *Title) {
		parts, named := s.parts(p, t, c.now, o)
		if !named && t.Type == "show" {
			for _, e := range t.Episodes {
				parts = append(parts, part{t, e, p.time("watched_at", c.now)})
			}
		}
		o.episodes += len(parts)
		if s.Idle {
			return
		}
		for _, x := range parts {
			c.user.watch(x.title, x.episode, x.at, c.now)
		}
		if !named && t.Type != "show" {
			c.user.watch(t, nil, p.time("watched_at", c.now), c.now)
		}
		o.report(p, t, c.user)
	})
	added := o.counts()
	added["statuses"] = o.statuses
	reply(c.w, http.StatusCreated, object{"added": added, "not_found": o.lost})
}

func (o *outcome) report(p posted, t *Title, u *User) {
	status := ""
	if e := u.entry(t); e != nil {
		status = e.Status
	}
	kind := map[string]string{"movie": "movie", "show": "tv", "anime": "anime"}[t.Type]
	o.statuses = append(o.statuses, object{"request": object(p), "response": object{"status": status, "simkl_type": kind, "anime_type": known(t.AnimeType)}})
}

// historyRemove takes episodes back, and a title without episodes out of the
// library. Anime is looked for among the shows only.
func (s *Service) historyRemove(c *call) {
	b, ok := c.body()
	if !ok {
		return
	}
	b.Anime = nil
	o := newOutcome()
	s.each(b, o, func(p posted, t *Title) {
		parts, named := s.parts(p, t, c.now, o)
		o.episodes += len(parts)
		if s.Idle {
			return
		}
		for _, x := range parts {
			c.user.unwatch(x.title, x.episode, c.now)
		}
		if !named {
			c.user.remove(t, c.now)
		}
	})
	reply(c.w, http.StatusCreated, object{"deleted": o.counts(), "not_found": o.titlesLost()})
}

// addToList moves titles between lists. A movie cannot be watched by half.
func (s *Service) addToList(c *call) {
	b, ok := c.body()
	if !ok {
		return
	}
	for _, p := range append(append([]posted{}, b.Movies...), b.Shows...) {
		if text(p["to"]) == "" {
			fail(c.w, http.StatusBadRequest, "empty_field")
			return
		}
	}
	o := newOutcome()
	s.each(b, o, func(p posted, t *Title) {
		to := text(p["to"])
		if t.Type == "movie" && (to == "watching" || to == "hold") {
			to = "completed"
		}
		if !s.Idle {
			c.user.list(t, to, c.now, c.now)
		}
		list := map[string]string{"movie": "movies", "show": "shows", "anime": "shows"}[t.Type]
		o.placed[list] = append(o.placed[list], object{"to": to, "ids": p["ids"], "type": t.Type})
	})
	reply(c.w, http.StatusCreated, object{"added": o.placed, "not_found": o.titlesLost()})
}

func (s *Service) ratingsAdd(c *call) {
	b, ok := c.body()
	if !ok {
		return
	}
	o := newOutcome()
	s.each(b, o, func(p posted, t *Title) {
		n, _ := p["rating"].(float64)
		if n < 1 || n > 10 || n != float64(int(n)) {
			o.miss(t.bucket(), p)
			return
		}
		if !s.Idle {
			c.user.rate(t, int(n), p.time("rated_at", c.now), c.now)
		}
		o.report(p, t, c.user)
	})
	added := o.counts()
	added["statuses"] = o.statuses
	reply(c.w, http.StatusCreated, object{"added": added, "not_found": o.lost})
}

func (s *Service) ratingsRemove(c *call) {
	b, ok := c.body()
	if !ok {
		return
	}
	o := newOutcome()
	s.each(b, o, func(_ posted, t *Title) {
		if !s.Idle {
			c.user.unrate(t, c.now)
		}
	})
	reply(c.w, http.StatusCreated, object{"deleted": o.counts(), "not_found": o.titlesLost()})
}

// scrobblePause keeps a resume point, one per title.
func (s *Service) scrobblePause(c *call) {
	var b struct {
		Progress           float64
		Movie, Show, Anime posted
		Episode            posted
	}
	if json.NewDecoder(c.r.Body).Decode(&b) != nil || b.Progress < 0 || b.Progress > 100 {
		fail(c.w, http.StatusBadRequest, "wrong_parameter")
		return
	}
	t, ep := s.find(b.Movie.ids(), "movie", "anime"), (*Episode)(nil)
	if t == nil {
		ids := b.Show.ids()
		if ids == nil {
			ids = b.Anime.ids()
		}
		season, _ := b.Episode["season"].(float64)
		if t, ep = s.byTVDB(ids, int(season), b.Episode.number()); t == nil {
			if t = s.find(ids, "show", "anime"); t != nil {
				ep = t.episode(int(season), b.Episode.number())
			}
		}
	}
	if t == nil || t.Type != "movie" && ep == nil && t.AnimeType != "movie" {
		fail(c.w, http.StatusNotFound, "id_err")
		return
	}
	p := &Session{ID: 1, Title: t, Episode: ep, Progress: b.Progress, PausedAt: c.now}
	if !s.Idle {
		p = c.user.pause(t, ep, b.Progress, c.now, c.now)
	}
	reply(c.w, http.StatusCreated, p.json())
}
