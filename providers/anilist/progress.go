package anilist

import (
	"errors"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errGap       = errors.New("episodes before it are not watched there, and a count has no holes")
	errHalf      = errors.New("it is one episode there together with others, which are not watched yet")
	errNoEpisode = errors.New("the title has fewer episodes")
	errAgain     = errors.New("the title is being watched again, and that count is the person's own")
)

// count raises the number of watched episodes to the longest prefix that has
// no holes. It never lowers it, moves a status forward only, and sends status
// and count together, so that the service has nothing to fill in.
func (t target) count(changes []change, results []provider.Result) []step {
	seen := 0
	if t.entry != nil {
		seen = t.entry.watched()
	}
	asked := episodes(changes)
	reach := seen
	for slices.Contains(asked, reach+1) && (t.title.episodes() == 0 || reach < t.title.episodes()) && reach < mostEpisodes {
		reach++
	}
	again := t.entry != nil && t.entry.Status == repeating
	var does []change
	for _, c := range changes {
		switch {
		case c.hi <= seen:
			results[c.index] = t.already(c)
		case t.title.episodes() > 0 && c.hi > t.title.episodes():
			results[c.index] = refused(errNoEpisode)
		case again:
			results[c.index] = refused(errAgain)
		case !slices.Contains(asked, c.hi):
			results[c.index] = refused(errHalf)
		case c.hi > reach:
			results[c.index] = refused(errGap)
		default:
			does = append(does, c)
		}
	}
	if len(does) == 0 {
		return nil
	}
	status := t.status(reach, does)
	save := map[string]any{"mediaId": does[0].id, "status": status, "progress": reach}
	t.date(save, seen, reach, does)
	return []step{{save: save, does: does, shown: showsOwn}}
}

// episodes are the numbers that the changes ask for. What several works are
// only together is asked for when all of them are.
func episodes(changes []change) (out []int) {
	for _, c := range changes {
		together := 0
		for _, o := range changes {
			if o.lo == c.lo && o.hi == c.hi {
				together++
			}
		}
		for n := c.lo; n <= c.hi && together >= c.shared; n++ {
			out = append(out, n)
		}
	}
	return out
}

// status is the list after the count has risen to reach. A list that the
// person has put the title on stays, unless a play is newer than the entry.
func (t target) status(reach int, does []change) string {
	var was text
	if t.entry != nil {
		was = t.entry.Status
	}
	switch was {
	case "", planning, current:
	case paused, dropped:
		edited := media.Moment(max(0, t.entry.UpdatedAt.whole())) * 1000
		newer := func(c change) bool { return c.New.PlayedAt().Known() && c.New.PlayedAt() > edited }
		if !slices.ContainsFunc(does, newer) {
			return string(was)
		}
	default:
		return string(was)
	}
	if all := t.title.episodes(); all > 0 && reach >= all && t.title.Status == "FINISHED" {
		return completed
	}
	return current
}

// date adds the days on which the title was begun and completed, where the
// plays tell and the entry has none. A count that did not start at nothing
// was begun on a day that nobody told.
func (t target) date(save map[string]any, seen, reach int, does []change) {
	var first, last media.Moment
	for _, c := range does {
		at := c.New.PlayedAt()
		if at.Known() && (!first.Known() || at < first) {
			first = at
		}
		if c.hi == reach {
			last = at
		}
	}
	if first.Known() && seen == 0 && (t.entry == nil || t.entry.StartedAt.empty()) {
		save["startedAt"] = t.day(first)
	}
	if last.Known() && save["status"] == completed && (t.entry == nil || t.entry.CompletedAt.empty()) {
		save["completedAt"] = t.day(last)
	}
}

// day is a moment as the person's calendar has it.
func (t target) day(m media.Moment) map[string]int {
	y, month, d := m.Time().In(t.zone).Date()
	return map[string]int{"year": y, "month": int(month), "day": d}
}
