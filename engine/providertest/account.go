package providertest

import (
	"fmt"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// account is the truth of one user at the service, in the service's own time.
type account struct {
	profile  Profile
	entries  []*entry
	byKey    map[string]*entry
	byWork   map[Work][]*entry
	nextKey  int
	nextPlay int
	version  int // of the last change
	stamps   [len(media.Features)]stamp
	removed  [len(media.Features)][]removal
}

// entry is one item of the account: a work under a native key.
type entry struct {
	key     string
	work    Work
	apart   bool // in the cloud catalogue, for the watchlist only
	cells   [len(media.Features)]cell
	plays   []play
	count   int
	playing bool
	item    *media.Item // as last described; nil: describe again
}

// cell is what an entry shows in one feature; for history the watched flag.
type cell struct {
	value   media.Value
	at      media.Moment
	version int
}

type play struct {
	key     string
	at      media.Moment
	version int
}

type stamp struct {
	version int
	at      media.Moment
}

func (s stamp) text() string { return "v" + strconv.Itoa(s.version) }

type removal struct {
	version int
	key     string
}

func newAccount(p Profile) *account {
	return &account{profile: p, byKey: map[string]*entry{}, byWork: map[Work][]*entry{}, nextKey: 40_000}
}

// find gives the first entry of a work, in the library or apart; nil if none.
func (a *account) find(w Work, apart bool) *entry {
	for _, e := range a.byWork[w] {
		if e.apart == apart {
			return e
		}
	}
	return nil
}

// ensure gives the entry of a work, made when there is none. A held episode
// brings its show.
func (a *account) ensure(w Work, apart bool) *entry {
	if e := a.find(w, apart); e != nil {
		return e
	}
	if a.profile.holds() && w.Parent() != w {
		a.ensure(w.Parent(), apart)
	}
	return a.insert(w, apart)
}

// insert makes one more entry of a work, under a key of its own.
func (a *account) insert(w Work, apart bool) *entry {
	e := &entry{work: w, apart: apart}
	switch {
	case apart:
		e.key = w.ID(media.Plex)
	case a.profile.holds():
		e.key = strconv.Itoa(a.nextKey)
		a.nextKey++
	default:
		e.key = fmt.Sprintf("%s-%d", w.Kind, w.code())
	}
	a.entries = append(a.entries, e)
	a.byKey[e.key] = e
	a.byWork[w] = append(a.byWork[w], e)
	return e
}

// discard takes an entry out of the library with all it showed.
func (a *account) discard(e *entry) {
	a.entries = without(a.entries, e)
	a.byWork[e.work] = without(a.byWork[e.work], e)
	delete(a.byKey, e.key)
}

func without(list []*entry, gone *entry) []*entry {
	out := make([]*entry, 0, len(list))
	for _, e := range list {
		if e != gone {
			out = append(out, e)
		}
	}
	return out
}

// touch moves the stamp of a feature.
func (a *account) touch(f media.Feature, now media.Moment) int {
	a.version++
	a.stamps[f] = stamp{version: a.version, at: now}
	return a.version
}

// set gives an entry a value, dated at, at the service's time now.
func (a *account) set(e *entry, f media.Feature, v media.Value, at, now media.Moment) {
	e.cells[f] = cell{value: v, at: at, version: a.touch(f, now)}
	switch f {
	case media.Progress:
		a.onePerShow(e, now)
	case media.Ratings:
		a.rated(e, now)
	}
}

// clear takes a value away; nothing happens when there is none.
func (a *account) clear(e *entry, f media.Feature, now media.Moment) {
	if !e.cells[f].value.Set {
		return
	}
	e.cells[f] = cell{version: a.touch(f, now)}
	a.removed[f] = append(a.removed[f], removal{version: a.version, key: e.key})
}

// watched adds a play that ended, or for start-dated services began, at the
// given moment: a row where there are rows, and the flag where there is one.
func (a *account) watched(e *entry, at, now media.Moment, row bool) {
	if row {
		a.nextPlay++
		e.plays = append(e.plays, play{key: strconv.Itoa(9_000_000 + a.nextPlay), at: at, version: a.touch(media.History, now)})
	}
	if !a.logs() {
		last := e.cells[media.History].value
		if !last.Set || at > last.PlayedAt() {
			e.cells[media.History] = cell{value: media.Watched(at), at: now, version: a.touch(media.History, now)}
		}
		a.counted(e, now)
	}
	a.played(e, now)
}

// counted adds one to the play count where the service keeps one.
func (a *account) counted(e *entry, now media.Moment) {
	if a.profile.Caps.Class == provider.MediaServer {
		e.count++
		e.cells[media.History].version = a.touch(media.History, now)
	}
}

// unwatched takes the mark away: from a log every play.
func (a *account) unwatched(e *entry, now media.Moment) {
	if a.logs() && len(e.plays) > 0 {
		e.plays = nil
		a.touch(media.History, now)
		a.removed[media.History] = append(a.removed[media.History], removal{version: a.version, key: e.key})
	}
	a.clear(e, media.History, now)
	e.count = 0
	if a.does(provider.UnwatchEndsProgress) {
		a.clear(e, media.Progress, now)
	}
}

// unplay takes one play off the log; false when there is no such play.
func (a *account) unplay(e *entry, key string, now media.Moment) bool {
	for i, p := range e.plays {
		if p.key == key {
			e.plays = append(e.plays[:i:i], e.plays[i+1:]...)
			a.touch(media.History, now)
			a.removed[media.History] = append(a.removed[media.History], removal{version: a.version, key: e.key})
			return true
		}
	}
	return false
}

func (a *account) logs() bool { return a.profile.Caps.Features[media.History].KeepsPlays }

func (a *account) does(x provider.Effect) bool { return a.profile.Caps.Effects&x != 0 }

// played is what the service does by itself after any play (R9).
func (a *account) played(e *entry, now media.Moment) {
	if a.does(provider.PlayEndsProgress) {
		a.clear(e, media.Progress, now)
	}
	if !a.does(provider.ListDropsWatched) {
		return
	}
	for _, w := range []Work{e.work, e.work.Parent(), Season(e.work.N, e.work.Season)} {
		if w.Kind == media.Season && e.work.Anime {
			continue
		}
		for _, o := range a.byWork[w] {
			a.clear(o, media.Watchlist, now)
		}
	}
}

// rated is what the service does by itself after a rating (R9): it marks a film
// as watched, or lists a work that the account knows nothing else about.
func (a *account) rated(e *entry, now media.Moment) {
	if a.does(provider.RatingWatches) && e.work.Kind == media.Film && !a.begun(e.work) {
		e.cells[media.History] = cell{value: media.Watched(0), at: now, version: a.touch(media.History, now)}
		a.played(e, now)
	}
	w := a.profile.Caps.Features[media.Watchlist].Of(e.work.Kind)
	if !a.does(provider.RatingLists) || w == provider.None || e.cells[media.Watchlist].value.Set || a.begun(e.work) {
		return
	}
	a.set(e, media.Watchlist, media.Listed(), now, now)
}

// begun tells whether a work or a part of it was watched.
func (a *account) begun(w Work) bool {
	parts := a.entries
	if w.Kind == media.Film {
		parts = a.byWork[w]
	}
	for _, e := range parts {
		if (e.work == w || e.work.Parent() == w) && (e.cells[media.History].value.Set || len(e.plays) > 0) {
			return true
		}
	}
	return false
}

// onePerShow ends the other sessions of a show where only one is kept.
func (a *account) onePerShow(e *entry, now media.Moment) {
	if !a.does(provider.ProgressPerShow) || e.work.Kind != media.Episode {
		return
	}
	for _, o := range a.entries {
		if o != e && o.work.Kind == media.Episode && o.work.Parent() == e.work.Parent() {
			a.clear(o, media.Progress, now)
		}
	}
}
