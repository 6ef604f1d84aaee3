package providertest

import (
	"errors"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errNotOffered = errors.New("the service does not offer it")
	errNotHeld    = errors.New("not in the library")
	// ErrNoSuchPlay: the person wants to delete a play that is not there.
	ErrNoSuchPlay = errors.New("no such play")
)

// act does one thing; at is in the service's time.
func (a *account) act(t Act, at media.Moment) error {
	if !a.profile.knows(t.Work) {
		return errNotOffered
	}
	switch t.Verb {
	case Hold, Copy, Delete, Replace, Play, Stop, LookIn:
		return a.library(t, at)
	case List, Unlist:
		return a.lists(t, at)
	case Rate, Unrate:
		return a.rates(t, at)
	case Pause, ClearProgress:
		return a.pauses(t, at)
	}
	return a.plays(t, at)
}

// entry gives the copy that the act is about.
func (a *account) entry(t Act, apart bool) (*entry, error) {
	first := a.ensure(t.Work, apart)
	if t.Copy == 0 || apart {
		return first, nil
	}
	n := 0
	for _, e := range a.byWork[t.Work] {
		if e.apart {
			continue
		}
		if n == t.Copy {
			return e, nil
		}
		n++
	}
	return nil, errNotHeld
}

func (a *account) offers(f media.Feature, w Work) bool {
	return a.profile.Caps.Features[f].Of(w.Kind) != provider.None
}

func (a *account) lists(t Act, at media.Moment) error {
	if !a.offers(media.Watchlist, t.Work) {
		return errNotOffered
	}
	e, err := a.entry(t, a.profile.ListApart)
	switch {
	case err != nil:
		return err
	case t.Verb == List:
		a.set(e, media.Watchlist, media.Listed(), at, at)
	default:
		a.clear(e, media.Watchlist, at)
	}
	return nil
}

func (a *account) rates(t Act, at media.Moment) error {
	if !a.offers(media.Ratings, t.Work) {
		return errNotOffered
	}
	e, err := a.entry(t, false)
	switch {
	case err != nil:
		return err
	case t.Verb == Rate:
		a.set(e, media.Ratings, a.keep(e, media.Ratings, media.Rated(int(t.N))), at, at)
	default:
		a.clear(e, media.Ratings, at)
	}
	return nil
}

func (a *account) pauses(t Act, at media.Moment) error {
	if !a.offers(media.Progress, t.Work) {
		return errNotOffered
	}
	e, err := a.entry(t, false)
	switch {
	case err != nil:
		return err
	case t.Verb == Pause:
		v := media.Position(t.N, t.Work.RuntimeMS())
		if a.finished(v) {
			a.watched(e, a.dated(e, at), at, a.rows())
			return nil
		}
		a.set(e, media.Progress, a.keep(e, media.Progress, v), at, at)
	default:
		a.clear(e, media.Progress, at)
	}
	return nil
}

func (a *account) plays(t Act, at media.Moment) error {
	if !a.offers(media.History, t.Work) {
		return errNotOffered
	}
	e, err := a.entry(t, false)
	if err != nil {
		return err
	}
	switch t.Verb {
	case Watch:
		a.upTo(e, a.dated(e, at), at, a.rows())
	case Mark:
		date := at
		if a.profile.Caps.Features[media.History].UndatedPlays && !a.profile.RowsAndFlag {
			date = 0
		}
		a.upTo(e, date, at, a.logs())
	case Unwatch:
		a.downTo(e, at)
	case DeletePlay:
		return a.deletePlay(e, media.Moment(t.N), at)
	default:
		return errNotOffered
	}
	return nil
}

// rows tells whether watching makes a row of its own.
func (a *account) rows() bool { return a.logs() || a.profile.RowsAndFlag }

// dated is the date that the service gives a viewing that ended at the given
// moment.
func (a *account) dated(e *entry, end media.Moment) media.Moment {
	h := a.profile.Caps.Features[media.History]
	switch {
	case a.profile.Prefix || end == 0:
		return 0
	case h.StartDated:
		end -= media.Moment(e.work.RuntimeMS())
	}
	return media.Moment(a.keep(e, media.History, media.Watched(end)).N)
}

// upTo marks an entry as watched; where only a count is kept, all before it too.
func (a *account) upTo(e *entry, date, now media.Moment, row bool) {
	if !a.profile.Prefix {
		a.watched(e, date, now, row)
		return
	}
	for n := 1; n <= e.work.Number; n++ {
		if o := a.ensure(PartEpisode(e.work.N, n), false); !o.cells[media.History].value.Set {
			a.watched(o, 0, now, false)
		}
	}
}

// downTo un-marks an entry; where only a count is kept, all after it too.
func (a *account) downTo(e *entry, now media.Moment) {
	a.unwatched(e, now)
	if !a.profile.Prefix {
		return
	}
	for n := e.work.Number; n <= Episodes; n++ {
		if o := a.find(PartEpisode(e.work.N, n), false); o != nil {
			a.unwatched(o, now)
		}
	}
}

func (a *account) deletePlay(e *entry, date, now media.Moment) error {
	for i := len(e.plays) - 1; i >= 0; i-- {
		if p := e.plays[i]; date == 0 || p.at == date {
			a.unplay(e, p.key, now)
			return nil
		}
	}
	return ErrNoSuchPlay
}

// library is what happens to items as such, and to players.
func (a *account) library(t Act, at media.Moment) error {
	if t.Verb == Hold {
		a.ensure(t.Work, false)
		return nil
	}
	e := a.find(t.Work, false)
	if e == nil {
		return errNotHeld
	}
	switch t.Verb {
	case Play, Stop:
		e.playing = t.Verb == Play
	case LookIn:
		a.lookIn(e, at)
	case Copy, Delete, Replace:
		if !a.profile.holds() {
			return errNotOffered // only a library has copies, each with a key of its own
		}
		if t.Verb == Copy {
			a.insert(t.Work, false)
			return nil
		}
		for _, o := range a.entries {
			if !o.apart && (o.work == t.Work || t.Verb == Delete && o.work.Parent() == t.Work) {
				a.discard(o)
			}
		}
		if t.Verb == Replace {
			a.insert(t.Work, false)
		}
	}
	return nil
}

// lookIn moves the last-played date and count where they move at the start.
func (a *account) lookIn(e *entry, at media.Moment) {
	flag := &e.cells[media.History]
	if a.profile.Caps.Features[media.History].FinishProven {
		return
	}
	a.counted(e, at)
	if flag.value.Set {
		*flag = cell{value: media.Watched(at), version: a.touch(media.History, at)}
	}
}
