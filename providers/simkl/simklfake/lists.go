package simklfake

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Service) settings(c *call) {
	reply(c.w, http.StatusOK, object{
		"user":    object{"name": c.user.Name, "joined_at": "2019-11-04T22:04:46Z"},
		"account": object{"id": c.user.ID, "timezone": "America/New_York", "type": c.user.Plan},
	})
}

// activities are null for what never happened.
func (s *Service) activities(c *call) {
	out := object{"settings": object{"all": "2019-11-04T22:04:46Z"}}
	var newest time.Time
	for domain, acts := range c.user.acts {
		fields := object{}
		for _, f := range []string{"all", "rated_at", "playback", "plantowatch", "watching", "completed", "hold", "dropped", "removed_from_list"} {
			if domain == "movies" && (f == "watching" || f == "hold") {
				continue
			}
			fields[f] = stamp(acts[f])
			newest = latest(newest, acts[f])
		}
		out[domain] = fields
	}
	out["all"] = "2019-11-04T22:04:46Z"
	if !newest.IsZero() {
		out["all"] = stamp(newest)
	}
	reply(c.w, http.StatusOK, out)
}

var statuses = []string{"watching", "plantowatch", "hold", "completed", "dropped"}

// allItems lists the library, whole or what changed. A status that is none
// gives every status.
func (s *Service) allItems(c *call) {
	q := c.r.URL.Query()
	kind, status := c.r.PathValue("type"), c.r.PathValue("status")
	if !slices.Contains(statuses, status) {
		status = ""
	}
	var since time.Time
	if from := q.Get("date_from"); from != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, from); err != nil {
			fail(c.w, http.StatusBadRequest, "wrong_parameter")
			return
		}
	}
	out, n := map[string][]object{}, 0
	for _, e := range c.user.entries {
		b := e.Title.bucket()
		changed := e.changed.Truncate(time.Second)
		if kind != "" && kind != b || status != "" && status != e.Status || !since.IsZero() && !changed.After(since) {
			continue
		}
		out[b] = append(out[b], e.json(q.Get("extended"), q.Get("episode_watched_at") == "yes", q.Get("include_all_episodes") == "original"))
		n++
	}
	switch {
	case s.MaxItems > 0 && n > s.MaxItems:
		fail(c.w, http.StatusBadRequest, "max_items")
	case n == 0:
		c.w.Header().Set("Content-Type", "application/json")
		_, _ = c.w.Write([]byte(s.Empty))
	default:
		reply(c.w, http.StatusOK, out)
	}
}

// ratings lists the rated titles.
func (s *Service) ratings(c *call) {
	out := map[string][]object{}
	for _, e := range c.user.entries {
		if b := e.Title.bucket(); e.Rating > 0 {
			out[b] = append(out[b], e.json("", false, false))
		}
	}
	reply(c.w, http.StatusOK, out)
}

func (e *Entry) json(extended string, dates, recorded bool) object {
	place := map[string]string{"movie": "movie", "show": "show", "anime": "show"}[e.Title.Type]
	if extended == "simkl_ids_only" {
		return object{place: object{"ids": object{"simkl": e.Title.IDs.Simkl, "slug": "slug"}}}
	}
	title := object{"title": e.Title.Name, "year": known(e.Title.Year), "ids": e.Title.IDs.json()}
	out := object{"status": e.Status, "added_to_watchlist_at": stamp(e.AddedAt), "last_watched_at": stamp(e.seenAt()),
		"user_rating": known(e.Rating), "user_rated_at": stamp(e.RatedAt), place: title}
	if e.Title.Type == "movie" {
		return out
	}
	out["watched_episodes_count"], out["total_episodes_count"], out["not_aired_episodes_count"] = len(e.Episodes), len(e.Title.Episodes), 0
	if e.Title.Type == "anime" {
		out["anime_type"] = e.Title.AnimeType
	}
	full := extended == "full" || extended == "full_anime_seasons"
	if full && (recorded || e.Status != "completed" && e.Status != "dropped") {
		if list := e.seasons(dates, extended == "full_anime_seasons"); len(list) > 0 {
			out["seasons"] = list
		}
	}
	return out
}

// seenAt: a viewing at an unknown time is dated by the sentinel.
func (e *Entry) seenAt() time.Time {
	watched := e.Title.Type == "movie" && e.Status == "completed"
	if watched && e.WatchedAt.IsZero() {
		return time.Unix(1, 0)
	}
	return e.WatchedAt
}

func (e *Entry) seasons(dates, numbers bool) []object {
	bySeason := map[int][]object{}
	var order []int
	for _, ep := range e.Title.Episodes {
		at, seen := e.Episodes[ep]
		if !seen {
			continue
		}
		row := object{"number": ep.Number}
		if dates {
			row["watched_at"] = stamp(latest(time.Unix(1, 0), at))
		}
		if numbers && ep.TVDBSeason >= 0 {
			row["tvdb"] = object{"season": ep.TVDBSeason, "episode": ep.TVDBNumber}
		}
		if bySeason[ep.Season] == nil {
			order = append(order, ep.Season)
		}
		bySeason[ep.Season] = append(bySeason[ep.Season], row)
	}
	slices.Sort(order)
	var out []object
	for _, n := range order {
		out = append(out, object{"number": n, "episodes": bySeason[n]})
	}
	return out
}

// playback lists the resume points.
func (s *Service) playback(c *call) {
	limit, err := strconv.Atoi(c.r.URL.Query().Get("limit"))
	if err != nil || limit > 10_000 {
		limit = 10_000
	}
	out := []object{}
	for _, p := range c.user.sessions[:min(limit, len(c.user.sessions))] {
		out = append(out, p.json())
	}
	reply(c.w, http.StatusOK, out)
}

func (p *Session) json() object {
	t := p.Title
	title := object{"title": t.Name, "year": known(t.Year), "ids": t.IDs.json()}
	if t.Type == "anime" {
		title["anime_type"] = t.AnimeType
	}
	out := object{"id": p.ID, "progress": p.Progress, "paused_at": stamp(p.PausedAt), "type": "movie", t.Type: title}
	if p.Episode != nil {
		ep := object{"season": p.Episode.Season, "number": p.Episode.Number, "title": "Episode"}
		if p.Episode.TVDBSeason >= 0 {
			ep["tvdb_season"], ep["tvdb_number"] = p.Episode.TVDBSeason, p.Episode.TVDBNumber
		}
		out["type"], out["episode"] = "episode", ep
	}
	return out
}

func (s *Service) playbackDelete(c *call) {
	id, _ := strconv.Atoi(c.r.PathValue("id"))
	i := slices.IndexFunc(c.user.sessions, func(p *Session) bool { return p.ID == id })
	if i < 0 {
		fail(c.w, http.StatusNotFound, "not_found")
		return
	}
	if !s.Idle {
		t := c.user.sessions[i].Title
		c.user.sessions = slices.Delete(c.user.sessions, i, i+1)
		c.user.touched(t, c.now, "playback")
	}
	c.w.WriteHeader(http.StatusNoContent)
}
