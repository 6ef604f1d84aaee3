package plexfake

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ServeHTTP answers as a media server does: JSON where it has something to
// say, a small page of HTML where it has not.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/:/eventsource/notifications" {
		s.events(w, r)
		return
	}
	out := &answer{to: w}
	defer out.send()
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.serve(call{out, r, r.URL.Query(), s.tokens[token(r)]})
}

func (s *Server) serve(in call) {
	r := in.r
	if in.user == nil && token(r) == s.owner.token { // the owner's account token opens the own server too
		in.user = s.owner
	}
	switch path := r.URL.Path; {
	case path == "/" && in.user != nil:
		in.container(0, map[string]any{"friendlyName": s.Name, "machineIdentifier": s.ID, "version": s.version})
	case path == "/identity":
		in.container(0, map[string]any{"claimed": true, "machineIdentifier": s.ID, "version": s.version})
	case in.user == nil:
		in.page(http.StatusUnauthorized)
	case strings.HasPrefix(path, "/:/"):
		s.act(in, path)
	case path == "/library/sections" || path == "/library/sections/all":
		s.sections(in)
	case strings.HasPrefix(path, "/library/sections/") && strings.HasSuffix(path, "/all"):
		s.section(in, strings.TrimSuffix(strings.TrimPrefix(path, "/library/sections/"), "/all"))
	case strings.HasPrefix(path, "/library/metadata/"):
		s.metadata(in, strings.Split(strings.TrimPrefix(path, "/library/metadata/"), ","))
	case path == "/status/sessions/history/all":
		s.history(in)
	case path == "/status/sessions" && in.user == s.owner:
		s.sessions(in)
	case path == "/status/sessions":
		in.page(http.StatusForbidden)
	default:
		in.page(http.StatusNotFound)
	}
}

func (c call) container(size int, more map[string]any) {
	more["size"] = size
	c.json(http.StatusOK, map[string]any{"MediaContainer": more})
}

// page is a status with a page for people; a 200 has none.
func (c call) page(status int) {
	c.w.Header().Set("Content-Type", "text/html")
	c.w.WriteHeader(status)
	if status != http.StatusOK {
		text := http.StatusText(status)
		fmt.Fprintf(c.w, "<html><head><title>%s</title></head><body><h1>%d %s</h1></body></html>", text, status, text)
	}
}

func (s *Server) sections(in call) {
	list := []any{}
	for _, l := range s.libraries {
		list = append(list, map[string]any{"key": l.key, "type": l.kind, "title": l.name, "agent": "tv.plex.agents." + l.kind,
			"scanner": "Plex " + l.name, "language": "en-US", "uuid": digest(32, s.ID, l.key), "updatedAt": 1_726_000_000})
	}
	in.container(len(list), map[string]any{"allowSync": false, "title1": "Plex Library", "Directory": list})
}

var levels = map[string]string{"1": "movie", "2": "show", "3": "season", "4": "episode"}

func (s *Server) section(in call, key string) {
	var found []*item
	for _, it := range s.items {
		if it.library.key == key && (in.query("type") == "" || levels[in.query("type")] == it.kind) {
			found = append(found, it)
		}
	}
	by, _, _ := strings.Cut(in.query("sort"), ":")
	slices.SortStableFunc(found, func(a, b *item) int {
		x, y := s.state(in.user, a.key), s.state(in.user, b.key)
		switch by {
		case "lastViewedAt":
			return cmp.Compare(y.viewed, x.viewed)
		case "lastRatedAt":
			return cmp.Compare(y.ratedAt, x.ratedAt)
		}
		return 0
	})
	s.list(in, found)
}

// list answers with the rows that are asked for, and says how many there are.
func (s *Server) list(in call, found []*item) {
	start, size := in.window(len(found))
	part := found[min(start, len(found)):min(start+size, len(found))]
	rows := []any{}
	for _, it := range part {
		rows = append(rows, s.dto(in, it))
	}
	more := map[string]any{"identifier": "com.plexapp.plugins.library", "Metadata": rows}
	in.paged(more, start, len(found))
	in.container(len(rows), more)
}

// paged adds what a list says of its pages, if pages were asked for.
func (c call) paged(more map[string]any, start, total int) {
	if c.r.Header.Get("X-Plex-Container-Size")+c.query("X-Plex-Container-Size") == "" {
		return
	}
	more["offset"], more["totalSize"] = start, total
	c.w.Header().Set("X-Plex-Container-Start", strconv.Itoa(start))
	c.w.Header().Set("X-Plex-Container-Total-Size", strconv.Itoa(total))
}

func (s *Server) metadata(in call, keys []string) {
	var found []*item
	for _, key := range keys {
		if it := s.item(key); it != nil {
			found = append(found, it)
		}
	}
	if len(found) == 0 {
		in.page(http.StatusNotFound)
		return
	}
	s.list(in, found)
}

// dto is one row. What is zero is left out.
func (s *Server) dto(in call, it *item) map[string]any {
	row := map[string]any{"ratingKey": it.key, "key": "/library/metadata/" + it.key, "guid": it.guid, "type": it.kind, "title": it.title,
		"index": it.index, "librarySectionID": number(it.library.key), "addedAt": it.updated, "updatedAt": it.updated}
	if it.kind == "movie" || it.kind == "show" {
		delete(row, "index")
	}
	optional := map[string]int64{"year": int64(it.year), "duration": it.duration}
	st := s.state(in.user, it.key)
	optional["viewCount"], optional["viewOffset"], optional["lastViewedAt"] = int64(st.count), st.offset, st.viewed
	for name, v := range optional {
		if v > 0 {
			row[name] = v
		}
	}
	if st.rated {
		row["userRating"], row["lastRatedAt"] = st.rating, st.ratedAt
	}
	if in.query("includeGuids") == "1" && len(it.ids) > 0 {
		guids := []any{}
		for _, id := range it.ids {
			guids = append(guids, map[string]any{"id": id})
		}
		row["Guid"] = guids
	}
	if it.file != "" {
		row["Media"] = []any{map[string]any{"id": number(it.key), "Part": []any{map[string]any{"id": number(it.key), "key": "/library/parts/" + it.key, "file": it.file}}}}
	}
	it.above(row)
	return row
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// above names what a season or episode belongs to.
func (it *item) above(row map[string]any) {
	switch {
	case it.kind == "season" && it.show != nil:
		row["parentRatingKey"], row["parentGuid"], row["parentTitle"] = it.show.key, it.show.guid, it.show.title
		row["parentKey"] = "/library/metadata/" + it.show.key
	case it.kind == "episode" && it.show != nil:
		row["grandparentRatingKey"], row["grandparentGuid"], row["grandparentTitle"] = it.show.key, it.show.guid, it.show.title
		row["grandparentKey"] = "/library/metadata/" + it.show.key
		if it.season != nil {
			row["parentRatingKey"], row["parentIndex"], row["parentTitle"] = it.season.key, it.season.index, it.season.title
		}
	}
}

// localID is the user's number at this server.
func (s *Server) localID(u *User) string {
	if u == s.owner {
		return "1"
	}
	return u.ID
}

// history lists rows of plays, newest first: the owner sees everybody's.
func (s *Server) history(in call) {
	since := number(in.query("viewedAt>"))
	var found []*play
	for _, p := range s.plays {
		switch {
		case in.user != s.owner && p.user != in.user:
		case in.query("accountID") != "" && in.query("accountID") != s.localID(p.user):
		case in.query("metadataItemID") != "" && in.query("metadataItemID") != p.item.key:
		case p.at < int64(since):
		default:
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *play) int { return cmp.Compare(b.at, a.at) })
	start, size := in.window(len(found))
	rows := []any{}
	for _, p := range found[min(start, len(found)):min(start+size, len(found))] {
		rows = append(rows, s.playDto(p))
	}
	more := map[string]any{"Metadata": rows}
	in.paged(more, start, len(found))
	in.container(len(rows), more)
}

// playDto is one row of the history; of a deleted item only titles remain.
func (s *Server) playDto(p *play) map[string]any {
	row := map[string]any{"historyKey": "/status/sessions/history/" + strconv.Itoa(p.id), "librarySectionID": p.item.library.key,
		"type": p.item.kind, "title": p.item.title, "viewedAt": p.at, "accountID": number(s.localID(p.user)), "deviceID": 14}
	if s.item(p.item.key) != nil {
		row["key"], row["ratingKey"] = "/library/metadata/"+p.item.key, p.item.key
	}
	if p.item.show != nil {
		row["grandparentKey"], row["grandparentTitle"] = "/library/metadata/"+p.item.show.key, p.item.show.title
		row["index"] = p.item.index
		if p.item.season != nil {
			row["parentIndex"] = p.item.season.index
		}
	}
	return row
}

func (s *Server) sessions(in call) {
	rows := []any{}
	for _, u := range s.cloud.users {
		if it := s.playing[u]; it != nil {
			row := s.dto(in, it)
			row["sessionKey"] = "17"
			row["User"] = map[string]any{"id": s.localID(u), "title": u.Name}
			row["Player"] = map[string]any{"state": "playing", "machineIdentifier": "tv-abc", "local": true}
			rows = append(rows, row)
		}
	}
	in.container(len(rows), map[string]any{"Metadata": rows})
}
