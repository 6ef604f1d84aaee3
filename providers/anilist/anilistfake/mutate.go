package anilistfake

import (
	"net/http"
	"slices"
)

var statuses = []string{"CURRENT", "PLANNING", "COMPLETED", "DROPPED", "PAUSED", "REPEATING"}

// mutations are the root fields of mutations.
func (r run) mutations() object {
	return object{"SaveMediaListEntry": resolver(r.save), "DeleteMediaListEntry": resolver(r.delete)}
}

func invalid(field, why string) *problem {
	return &problem{Message: "validation", Status: http.StatusBadRequest, Validation: map[string][]string{field: {why}}}
}

// save makes or changes the entry of a title. What is left out stays, what is
// null is cleared.
func (r run) save(a args) (any, *problem) {
	if r.user == nil {
		return nil, &problem{Message: "Unauthorized.", Status: http.StatusUnauthorized}
	}
	id, _ := a.number("mediaId")
	m := r.s.media[id]
	if m == nil {
		return nil, &problem{Message: "Not Found.", Status: http.StatusNotFound}
	}
	old := r.user.of(id)
	next := Entry{Media: m, Status: "CURRENT"}
	if old != nil {
		next = *old
	}
	if p := next.take(a); p != nil {
		return nil, p
	}
	if r.s.FillsIn && next.Status == "COMPLETED" {
		if m.Episodes > 0 {
			next.Progress = m.Episodes
		}
		if next.Completed == (Date{}) {
			y, mo, d := r.s.clock().Date()
			next.Completed = Date{y, int(mo), d}
		}
	}
	if r.s.Rounds {
		next.Score = rounded(next.Score, r.user.Format)
	}
	switch {
	case r.s.Deaf && old == nil:
		return r.entry(r.user, &Entry{ID: 1, Media: m, Status: "", Updated: r.s.clock()}), nil
	case r.s.Deaf:
		return r.entry(r.user, old), nil
	case old == nil:
		r.s.lastID++
		next.ID = r.s.lastID
		old = &Entry{}
		r.user.entries = append(r.user.entries, old)
	}
	next.Updated = r.s.clock()
	*old = next
	return r.entry(r.user, old), nil
}

// take applies the arguments of a save.
func (e *Entry) take(a args) *problem {
	if v, said := a["status"]; said {
		status, _ := v.(string)
		if !slices.Contains(statuses, status) {
			return invalid("status", "The selected status is invalid.")
		}
		e.Status = status
	}
	for name, into := range map[string]*int{"progress": &e.Progress, "repeat": &e.Repeat, "scoreRaw": &e.Score} {
		if _, said := a[name]; !said {
			continue
		}
		n, _ := a.number(name) // null clears
		if n < 0 || name == "scoreRaw" && n > 100 || name == "repeat" && n > 1000 {
			return invalid(name, "The value is out of range.")
		}
		*into = n
	}
	if all := e.Media.Episodes; all > 0 {
		e.Progress = min(e.Progress, all)
	}
	for name, into := range map[string]*Date{"startedAt": &e.Started, "completedAt": &e.Completed} {
		if v, said := a[name]; said {
			d, _ := v.(map[string]any)
			*into = Date{}
			into.Year, _ = args(d).number("year")
			into.Month, _ = args(d).number("month")
			into.Day, _ = args(d).number("day")
		}
	}
	return nil
}

func (r run) delete(a args) (any, *problem) {
	if r.user == nil {
		return nil, &problem{Message: "Unauthorized.", Status: http.StatusUnauthorized}
	}
	id, _ := a.number("id")
	i := slices.IndexFunc(r.user.entries, func(e *Entry) bool { return e.ID == id })
	if i < 0 {
		return nil, &problem{Message: "Not Found.", Status: http.StatusNotFound}
	}
	if !r.s.Deaf {
		r.user.drop(r.user.entries[i].Media.ID)
	}
	return object{"deleted": true}, nil
}
