package simklfake

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// watched answers for single titles: on which list they are and what of them
// was watched.
func (s *Service) watched(c *call) {
	var asks []posted
	if s.NoLookUp || json.NewDecoder(c.r.Body).Decode(&asks) != nil || len(asks) > 100 {
		fail(c.w, http.StatusNotFound, "url_failed")
		return
	}
	extended := c.r.URL.Query().Get("extended")
	out := []object{}
	for _, q := range asks {
		row := object(q)
		types := []string{"movie", "show", "anime"}
		switch q["type"] {
		case "movie":
			types = types[:1]
		case "show":
			types = types[1:]
		}
		t := s.find(q, types...)
		e := (*Entry)(nil)
		if t != nil {
			e = c.user.entry(t)
		}
		switch {
		case t == nil:
			row["result"] = "not_found"
		case e == nil:
			row["result"] = false
		default:
			row["result"], row["list"], row["last_watched_at"] = true, e.Status, stamp(e.seenAt())
		}
		if t != nil && t.Type != "movie" && strings.Contains(extended, "episodes") {
			row["seasons"] = t.looked(e, strings.Contains(extended, "specials"))
		}
		out = append(out, row)
	}
	reply(c.w, http.StatusOK, out)
}

// looked are all episodes, watched or not.
func (t *Title) looked(e *Entry, specials bool) []object {
	bySeason := map[int][]object{}
	for _, ep := range t.Episodes {
		if ep.Season == 0 && !specials {
			continue
		}
		row := object{"number": ep.Number, "watched": false, "aired": true, "last_watched_at": nil}
		if e != nil {
			if at, seen := e.Episodes[ep]; seen {
				row["watched"], row["last_watched_at"] = true, stamp(latest(time.Unix(1, 0), at))
			}
		}
		bySeason[ep.Season] = append(bySeason[ep.Season], row)
	}
	out := []object{}
	for n, episodes := range bySeason {
		out = append(out, object{"number": n, "episodes": episodes})
	}
	return out
}
