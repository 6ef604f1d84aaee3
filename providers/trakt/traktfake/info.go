package traktfake

import (
	"net/http"
	"strconv"
	"time"
)

// settings names the person and the limits of the plan.
func (s *Service) settings(c *call) {
	u := c.user
	reply(c.w, http.StatusOK, object{
		"user": object{
			"username": u.Name, "private": false, "name": u.Name, "vip": u.VIP, "vip_ep": false, "director": false,
			"ids": object{"slug": u.Name, "trakt": nil, "uuid": u.UUID}, "joined_at": stamp(s.since),
			"images": object{"avatar": object{"full": "https://walter.trakt.tv/placeholder.png"}}, "vip_og": false, "vip_years": 0,
		},
		"account":     object{"timezone": "Europe/Berlin", "date_format": "dmy", "time_24hr": true},
		"permissions": object{"commenting": true, "liking": true, "following": true},
		"browsing":    object{"watch_only_once": u.WatchOnlyOnce},
		"limits": object{
			"list":      object{"count": 5, "item_count": 250},
			"watchlist": object{"item_count": u.WatchlistLimit},
			"favorites": object{"item_count": 50},
		},
	})
}

// search looks titles up by one public id.
func (s *Service) search(c *call) {
	ns, id, kind := c.r.PathValue("namespace"), c.r.PathValue("id"), c.r.URL.Query().Get("type")
	var rows []object
	for _, t := range s.titles.all {
		if (kind == "" || kind == t.Type) && t.IDs.text(ns) == id {
			rows = append(rows, t.into(object{"score": 1000}))
		}
	}
	page(c, rows)
}

func (s *Service) episodeInfo(c *call) {
	season, _ := strconv.Atoi(c.r.PathValue("season"))
	number, _ := strconv.Atoi(c.r.PathValue("episode"))
	show := s.titles.show(c.r.PathValue("id"))
	if t := s.titles.part(show, season, number); show != nil && t != nil {
		reply(c.w, http.StatusOK, t.json())
		return
	}
	c.w.WriteHeader(http.StatusNotFound)
}

// seasonsInfo lists a show's seasons; this list has no pages.
func (s *Service) seasonsInfo(c *call) {
	show := s.titles.show(c.r.PathValue("id"))
	if show == nil {
		c.w.WriteHeader(http.StatusNotFound)
		return
	}
	rows := []object{}
	for _, t := range s.titles.all {
		if t.Show == show && t.Type == "season" {
			rows = append(rows, t.json())
		}
	}
	reply(c.w, http.StatusOK, rows)
}

// watching names what is being played right now; nothing is an empty 204.
func (s *Service) watching(c *call) {
	e := c.user.playing
	if e == nil {
		c.w.WriteHeader(http.StatusNoContent)
		return
	}
	ends := e.At.Add(time.Duration(e.Title.Runtime) * time.Minute)
	reply(c.w, http.StatusOK, e.Title.into(object{"action": "scrobble", "started_at": stamp(e.At), "expires_at": stamp(ends)}))
}
