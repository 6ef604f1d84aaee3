package anilist

import (
	"errors"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errHasList = errors.New("the title is on another list there, which is not overwritten")
	errTouched = errors.New("the entry holds more than a plan: a score, progress, notes, dates or custom lists would be lost with it")
)

// target is one title as it stands before it is changed.
type target struct {
	title title
	entry *entry // nil: the person has none
	zone  *time.Location
}

// plan turns the changes of one title into steps, and answers those that need
// none.
func (t target) plan(changes []change, results []provider.Result) []step {
	switch changes[0].Feature {
	case media.History:
		return t.count(changes, results)
	case media.Ratings:
		return t.score(changes, results)
	}
	return t.listing(changes, results)
}

// listing puts a title on the watchlist only where the person has no entry of
// it at all, and takes it off only where nothing would be lost.
func (t target) listing(changes []change, results []provider.Result) (out []step) {
	for i, c := range changes {
		e := t.entry
		switch {
		case i > 0:
			results[c.index] = refused(errTwice)
		case c.Action != provider.Remove && e == nil:
			out = append(out, step{save: map[string]any{"mediaId": c.id, "status": planning}, does: []change{c}, shown: showsOwn})
		case c.Action != provider.Remove && e.Status == planning:
			results[c.index] = t.already(c)
		case c.Action != provider.Remove:
			results[c.index] = refused(errHasList)
		case e == nil || e.Status != planning:
			results[c.index] = t.already(c)
		case e.touched():
			results[c.index] = refused(errTouched)
		case e.ID.whole() <= 0:
			results[c.index] = refused(errNoList)
		default:
			out = append(out, step{delete: e.ID.whole(), does: []change{c}})
		}
	}
	return out
}

var errTwice = errors.New("a second change of the same title")

// touched tells whether a planned entry holds anything but the plan.
func (e entry) touched() bool {
	return e.Progress.whole() != 0 && e.Progress != "" || e.score() != 0 || e.Repeat.whole() != 0 && e.Repeat != "" || e.Notes != "" ||
		bool(e.CustomLists) || !e.StartedAt.empty() || !e.CompletedAt.empty()
}

// already answers a change that is so, with what the entry shows.
func (t target) already(c change) provider.Result {
	out := provider.Result{Outcome: provider.Already, Key: c.key()}
	if t.entry == nil {
		return out
	}
	if row, ok := showsOwn(*t.entry, c); ok {
		out.Row = &row
	}
	return out
}

// showsOwn is the entry's row for a change.
func showsOwn(e entry, c change) (provider.Row, bool) {
	v := media.Watched(0)
	if c.Feature != media.History {
		var err error
		if v, err = e.value(c.Feature); err != nil {
			return provider.Row{}, false
		}
	} else if e.watched() < c.hi {
		return provider.Row{}, false
	}
	return provider.Row{Key: c.key(), Value: v}, v.Set
}
