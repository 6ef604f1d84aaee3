package traktfake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// activityFields are the stamps of /sync/last_activities, by section.
var activityFields = map[string]string{
	"movies":         "watched_at collected_at rated_at watchlisted_at favorited_at commented_at paused_at hidden_at",
	"episodes":       "watched_at collected_at rated_at watchlisted_at commented_at paused_at",
	"shows":          "rated_at watchlisted_at favorited_at commented_at hidden_at dropped_at",
	"seasons":        "rated_at watchlisted_at commented_at hidden_at",
	"comments":       "liked_at reacted_at blocked_at",
	"lists":          "liked_at reacted_at updated_at commented_at",
	"watchlist":      "updated_at",
	"favorites":      "updated_at",
	"collaborations": "updated_at",
	"account":        "settings_at followed_at following_at pending_at requested_at",
	"saved_filters":  "updated_at",
	"notes":          "updated_at",
}

func (s *Service) lastActivities(c *call) {
	at := func(key string) string {
		if t, ok := c.user.stamps[key]; ok {
			return stamp(t)
		}
		return stamp(s.since)
	}
	out := object{"all": at("all")}
	for section, fields := range activityFields {
		part := object{}
		for f := range strings.FieldsSeq(fields) {
			part[f] = at(section + "." + f)
		}
		out[section] = part
	}
	reply(c.w, http.StatusOK, out)
}

// wants tells whether a list narrowed to "movies", "shows", "episodes" shows
// a title.
func wants(c *call, t *Title) bool {
	kind := c.r.PathValue("type")
	return kind == "" || kind == "all" || kind == "media" || kind == t.Type || kind == t.Type+"s"
}

// history lists plays, latest first; start_at and end_at filter on when they
// were watched.
func (s *Service) history(c *call) {
	from, _ := time.Parse(time.RFC3339, c.r.URL.Query().Get("start_at"))
	until, err := time.Parse(time.RFC3339, c.r.URL.Query().Get("end_at"))
	if err != nil {
		until = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	plays := slices.Clone(c.user.plays)
	slices.SortStableFunc(plays, func(a, b *Play) int {
		if d := b.At.Compare(a.At); d != 0 {
			return d
		}
		return int(b.ID - a.ID)
	})
	var rows []object
	for _, p := range plays {
		if !p.ofItem(c) || p.At.Before(from) || p.At.After(until) {
			continue
		}
		rows = append(rows, p.Title.into(object{"id": p.ID, "watched_at": stamp(p.At), "action": p.Action}))
	}
	page(c, rows)
}

// ofItem tells whether a play belongs to the type and id of the path.
func (p *Play) ofItem(c *call) bool {
	id, kind := c.r.PathValue("id"), strings.TrimSuffix(c.r.PathValue("type"), "s")
	if id == "" && (kind == "show" || kind == "season") {
		return p.Title.Show != nil
	}
	if id == "" {
		return wants(c, p.Title)
	}
	for t := p.Title; t != nil; t = t.Show {
		if t.Type == kind && (t.IDs.text("trakt") == id || t.IDs.Slug == id) {
			return true
		}
	}
	return false
}

func (s *Service) watchlist(c *call) {
	var rows []object
	for i, e := range c.user.listed {
		if wants(c, e.Title) {
			rows = append(rows, e.Title.into(object{"rank": i + 1, "id": e.ID, "listed_at": stamp(e.At), "notes": nil}))
		}
	}
	page(c, rows)
}

func (s *Service) ratings(c *call) {
	var rows []object
	for _, e := range c.user.rated {
		if wants(c, e.Title) {
			rows = append(rows, e.Title.into(object{"rated_at": stamp(e.At), "rating": e.Rating}))
		}
	}
	page(c, rows)
}

func (s *Service) playback(c *call) {
	var rows []object
	for _, e := range slices.Backward(c.user.paused) {
		if wants(c, e.Title) {
			rows = append(rows, e.Title.into(object{"id": e.ID, "progress": e.Progress, "paused_at": stamp(e.At)}))
		}
	}
	page(c, rows)
}

func (s *Service) playbackDelete(c *call) {
	id, _ := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	for _, e := range c.user.paused {
		if e.ID == id {
			c.user.drop(&c.user.paused, e.Title)
			c.user.moved(e.Title, "paused_at", s.clock())
			c.w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	c.w.WriteHeader(http.StatusNotFound)
}

// watchedRollup is /sync/watched: seasons only with extended=progress.
func (s *Service) watchedRollup(c *call) {
	var order []*Title
	rows := map[*Title]object{}
	for _, p := range c.user.plays {
		top := p.Title
		if top.Show != nil {
			top = top.Show
		}
		if c.r.PathValue("type") != top.Type+"s" {
			continue
		}
		if rows[top] == nil {
			order = append(order, top)
			rows[top] = object{"plays": 0, "last_watched_at": "", "last_updated_at": stamp(s.clock()), "reset_at": nil, top.Type: top.json()}
		}
		rows[top]["plays"] = rows[top]["plays"].(int) + 1
		rows[top]["last_watched_at"] = max(rows[top]["last_watched_at"].(string), stamp(p.At))
	}
	var out []object
	for _, t := range order {
		if c.r.URL.Query().Get("extended") == "progress" && t.Type == "show" {
			rows[t]["seasons"] = c.user.watchedSeasons(t)
		}
		out = append(out, rows[t])
	}
	page(c, out)
}

func (u *User) watchedSeasons(show *Title) []object {
	var out []object
	for n, episodes := range u.watchedIn(show) {
		var list []object
		for e, dates := range episodes {
			list = append(list, object{"number": e, "plays": len(dates), "last_watched_at": slices.Max(dates)})
		}
		slices.SortFunc(list, func(a, b object) int { return a["number"].(int) - b["number"].(int) })
		out = append(out, object{"number": n, "episodes": list})
	}
	slices.SortFunc(out, func(a, b object) int { return a["number"].(int) - b["number"].(int) })
	return out
}

// watchedIn maps season and episode numbers of a show to play dates.
func (u *User) watchedIn(show *Title) map[int]map[int][]string {
	out := map[int]map[int][]string{}
	for _, p := range u.plays {
		if p.Title.Show != show {
			continue
		}
		if out[p.Title.Season] == nil {
			out[p.Title.Season] = map[int][]string{}
		}
		out[p.Title.Season][p.Title.Number] = append(out[p.Title.Season][p.Title.Number], stamp(p.At))
	}
	return out
}

// watchedMin is /users/me/watched with extended=min: ids and dates, no names.
func (s *Service) watchedMin(c *call) {
	movies, shows := map[int][]string{}, map[int]map[int]map[int][]string{}
	for _, p := range c.user.plays {
		if p.Title.Show == nil {
			movies[p.Title.IDs.Trakt] = append(movies[p.Title.IDs.Trakt], stamp(p.At))
		} else if shows[p.Title.Show.IDs.Trakt] == nil {
			shows[p.Title.Show.IDs.Trakt] = c.user.watchedIn(p.Title.Show)
		}
	}
	if c.r.PathValue("type") == "movies" {
		reply(c.w, http.StatusOK, movies)
		return
	}
	reply(c.w, http.StatusOK, shows)
}

func (s *Service) hidden(c *call) {
	var rows []object
	for _, e := range c.user.hiddenShow {
		rows = append(rows, e.Title.into(object{"hidden_at": stamp(e.At)}))
	}
	page(c, rows)
}
