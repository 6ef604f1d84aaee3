package observe

import (
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// shortestExpiry is from which age on a vanished position may have expired:
// a little under the shortest time that a known service keeps them (7 days).
const shortestExpiry = 6 * 24 * time.Hour

// ownEffect tells whether the service took a value away by itself (R9): the
// work or a part of it was watched within the gap, or a position expired or
// made room for another one of its show.
func (o *observer) ownEffect(s seen, old ledger.Shown, lastShown media.Moment) bool {
	effects, valueAt := o.r.Party.Caps.Effects, o.clock.read(old.At)
	watched := o.within(o.k.Watched[s.Work], lastShown) && o.k.Watched[s.Work] >= valueAt
	switch o.r.Feature {
	case media.Watchlist:
		return watched && effects&(provider.ListDropsWatched|provider.StatusMoves) != 0
	case media.Progress:
		return watched && effects&provider.PlayEndsProgress != 0 ||
			effects&provider.ProgressExpires != 0 && late(o.r.Now, valueAt, shortestExpiry) ||
			effects&provider.ProgressPerShow != 0 && o.replaced(s.Work)
	}
	return false
}

// listedByRating tells whether the service listed a work because it was rated (R9).
func (o *observer) listedByRating(s seen) bool {
	return o.r.Feature == media.Watchlist && o.r.Party.Caps.Effects&provider.RatingLists != 0 &&
		o.within(o.k.Rated[s.Work], o.lastShown(s.RowKey))
}

// within tells whether something happened after the last read that showed the
// value, or so shortly before that a lagging list may show it only now.
func (o *observer) within(happened, lastShown media.Moment) bool {
	wait, reads := Window(o.r.Trust)
	slack := max(wait, time.Duration(reads)*o.r.interval())
	return happened.Known() && happened >= lastShown.Add(-slack)
}

// replaced tells whether another episode of the same show took the place of a
// position.
func (o *observer) replaced(gone media.WorkID) bool {
	show := o.k.Shows[gone]
	if show == 0 {
		return false
	}
	for work := range o.works {
		if work != gone && o.k.Shows[work] == show {
			return true
		}
	}
	return false
}
