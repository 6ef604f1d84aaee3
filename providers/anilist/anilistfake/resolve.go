package anilistfake

import (
	"net/http"
	"slices"
)

const (
	mostPerChunk = 500
	mostPerPage  = 50
)

// queries are the root fields of queries.
func (r run) queries() object {
	return object{
		"Viewer": resolver(func(args) (any, *problem) {
			if r.user == nil {
				return nil, &problem{Message: "Unauthorized.", Status: http.StatusUnauthorized}
			}
			return r.user.object(), nil
		}),
		"MediaListCollection": resolver(r.collection),
		"Page":                resolver(r.page),
	}
}

func (u *User) object() object {
	silent := []object{}
	for _, status := range []string{"CURRENT", "PLANNING", "COMPLETED", "DROPPED", "PAUSED", "REPEATING"} {
		silent = append(silent, object{"type": status, "disabled": slices.Contains(u.Silent, status)})
	}
	return object{"id": u.ID, "name": u.Name,
		"mediaListOptions": object{"scoreFormat": u.Format},
		"options":          object{"timezone": u.Zone, "disabledListActivity": silent}}
}

// person is whose list is asked for: it is never inferred from the token.
func (r run) person(a args) (*User, *problem) {
	id, _ := a.number("userId")
	for _, u := range r.s.users {
		if u.ID == id {
			return u, nil
		}
	}
	return nil, &problem{Message: "User not found", Status: http.StatusNotFound}
}

// collection lists a chunk of a person's entries by status and by custom list.
func (r run) collection(a args) (any, *problem) {
	u, p := r.person(a)
	if p != nil {
		return nil, p
	}
	chunk, size := 1, mostPerChunk
	if n, ok := a.number("chunk"); ok {
		chunk = max(1, n)
	}
	if n, ok := a.number("perChunk"); ok {
		size = min(max(1, n), mostPerChunk)
	}
	all := u.newest()
	from, to := min((chunk-1)*size, len(all)), min(chunk*size, len(all))
	groups := map[string][]object{}
	var names []string
	into := func(name string, e *Entry) {
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], r.entry(u, e))
	}
	for _, e := range all[from:to] {
		if !e.Hidden {
			into(e.Status, e)
		}
		for _, c := range e.Custom {
			into("*"+c, e)
		}
	}
	lists := []object{}
	for _, name := range names {
		custom := name[0] == '*'
		g := object{"name": name, "isCustomList": custom, "isSplitCompletedList": false, "status": nil, "entries": groups[name]}
		if !custom {
			g["status"] = name
		}
		lists = append(lists, g)
	}
	return object{"hasNextChunk": to < len(all), "lists": lists}, nil
}

// page is one page of titles or of entries.
func (r run) page(a args) (any, *problem) {
	number, size := 1, mostPerPage
	if n, ok := a.number("page"); ok {
		number = max(1, n)
	}
	if n, ok := a.number("perPage"); ok {
		size = min(max(1, n), mostPerPage)
	}
	info := object{"currentPage": number, "hasNextPage": false} // filled in when the list is cut
	cut := func(all []object) []object {
		from, to := min((number-1)*size, len(all)), min(number*size, len(all))
		info["hasNextPage"] = to < len(all)
		return all[from:to]
	}
	return object{
		"pageInfo": info,
		"media": resolver(func(a args) (any, *problem) {
			out := []object{}
			ids, mal := a.numbers("id_in"), a.numbers("idMal_in")
			for _, m := range r.s.order {
				if (ids == nil || slices.Contains(ids, m.ID)) && (mal == nil || m.MAL > 0 && slices.Contains(mal, m.MAL)) {
					out = append(out, m.object())
				}
			}
			return cut(out), nil
		}),
		"mediaList": resolver(func(a args) (any, *problem) {
			u, p := r.person(a)
			if p != nil {
				return nil, p
			}
			out, ids := []object{}, a.numbers("mediaId_in")
			for _, e := range u.newest() {
				if ids == nil || slices.Contains(ids, e.Media.ID) {
					out = append(out, r.entry(u, e))
				}
			}
			return cut(out), nil
		}),
	}, nil
}

func (m *Media) object() object {
	o := object{"id": m.ID, "idMal": nil, "format": m.Format, "status": m.Status, "episodes": nil, "duration": m.Minutes,
		"isAdult": false, "seasonYear": nil, "startDate": Date{Year: m.Year}.object(), "nextAiringEpisode": nil,
		"title": object{"romaji": m.Romaji, "english": nil, "native": m.Romaji}}
	if m.MAL > 0 {
		o["idMal"] = m.MAL
	}
	if m.Episodes > 0 {
		o["episodes"] = m.Episodes
	}
	if m.Year > 0 {
		o["seasonYear"] = m.Year
	}
	if m.English != "" {
		o["title"].(object)["english"] = m.English
	}
	return o
}

func (d Date) object() object {
	o := object{"year": nil, "month": nil, "day": nil}
	for name, n := range map[string]int{"year": d.Year, "month": d.Month, "day": d.Day} {
		if n > 0 {
			o[name] = n
		}
	}
	return o
}

func (r run) entry(u *User, e *Entry) object {
	custom := map[string]bool{}
	for _, c := range e.Custom {
		custom[c] = true
	}
	o := object{"id": e.ID, "mediaId": e.Media.ID, "status": e.Status, "progress": e.Progress, "repeat": e.Repeat,
		"private": false, "notes": nil, "hiddenFromStatusLists": e.Hidden, "customLists": custom,
		"updatedAt": e.Updated.Unix(), "createdAt": e.Updated.Unix(), "startedAt": e.Started.object(),
		"completedAt": e.Completed.object(), "media": e.Media.object(),
		"score": resolver(func(a args) (any, *problem) {
			if format, ok := a["format"].(string); ok {
				return shown(e.Score, format), nil
			}
			return shown(e.Score, u.Format), nil
		})}
	if e.Notes != "" {
		o["notes"] = e.Notes
	}
	return o
}

// shown is a score of 0..100 in a format.
func shown(score int, format string) float64 {
	switch format {
	case "POINT_10_DECIMAL":
		return float64(score) / 10
	case "POINT_10":
		return float64((score + 5) / 10)
	case "POINT_5":
		return float64((score + 19) / 20)
	case "POINT_3":
		return float64((score + 33) / 34)
	}
	return float64(score)
}

// rounded is a score of 0..100 as a format can keep it.
func rounded(score int, format string) int {
	switch n := int(shown(score, format)); {
	case score == 0, format == "POINT_100", format == "POINT_10_DECIMAL":
		return score
	case format == "POINT_10":
		return n * 10
	case format == "POINT_5":
		return n*20 - 10
	default:
		return [...]int{0, 35, 60, 85}[min(n, 3)]
	}
}
