package observe

import (
	"slices"
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
// made room for another one of its show. What a look saw so stays so until it is
// proven, whatever became of that play or position.
func (o *observer) ownEffect(s seen, old ledger.Shown, lastShown media.Moment) bool {
	if seen, open := o.proof(s); open && seen.Local {
		return true
	}
	// What was shown was given before: dated later, a clock was set since, and
	// nobody knows when it was given.
	valueAt := clock{lastShown, o.clock.offsetMS}.read(old.At)
	effects := o.r.Party.Caps.Effects
	watched := o.within(o.k.Watched[s.Work], lastShown) && o.k.Watched[s.Work] >= valueAt
	rated := effects&provider.RatingWatches != 0 && o.within(o.k.Rated[s.Work], lastShown) && o.k.Rated[s.Work] >= valueAt
	switch o.r.Feature {
	case media.Watchlist:
		return watched && effects&(provider.ListDropsWatched|provider.StatusMoves) != 0 || rated
	case media.Progress:
		unwatched := o.within(o.k.Unwatched[s.Work], lastShown) && o.k.Unwatched[s.Work] >= valueAt
		return (watched || rated) && effects&provider.PlayEndsProgress != 0 || unwatched && effects&provider.UnwatchEndsProgress != 0 ||
			effects&provider.ProgressExpires != 0 && late(o.r.Now, valueAt, shortestExpiry) ||
			effects&provider.ProgressPerShow != 0 && o.replaced(old)
	}
	return false
}

// puzzling tells whether the service may have done by itself what a row newly
// shows, because of a feature that was not read: what it follows from shows with
// that one (R9).
func (o *observer) puzzling(s seen) bool {
	effects, history, ratings := o.r.Party.Caps.Effects, o.k.Unread[media.History], o.k.Unread[media.Ratings]
	because := func(unread bool, of provider.Effect) bool { return unread && effects&of != 0 }
	gone := s.is != listed
	switch o.r.Feature {
	case media.Watchlist:
		return gone && (because(history, provider.ListDropsWatched|provider.StatusMoves) || because(ratings, provider.RatingWatches)) ||
			!gone && because(ratings, provider.RatingLists)
	case media.Progress:
		return gone && (because(history, provider.PlayEndsProgress|provider.UnwatchEndsProgress) || because(ratings, provider.RatingWatches))
	case media.History:
		return !gone && !o.playDate(s).Known() && because(ratings, provider.RatingWatches)
	}
	return false
}

// listedByRating tells whether the service listed a work because it was rated
// (R9): at the time of the rating, where it says when, however late it shows.
func (o *observer) listedByRating(s seen) bool {
	if o.r.Feature != media.Watchlist || o.r.Party.Caps.Effects&provider.RatingLists == 0 {
		return false
	}
	if at := o.clock.read(s.at); at.Known() {
		return o.withRating(at, s.Work)
	}
	return o.within(o.k.Rated[s.Work], o.lastShown(s.RowKey))
}

// followsRating tells whether the service shows a value only because the work
// was rated.
func (o *observer) followsRating(s seen) bool { return o.listedByRating(s) || o.markedByRating(s) }

// markedByRating tells whether the service marked a work as watched because it
// was rated (R9). It says so without a date, at the time of the rating; a mark
// made at another time is the person's. A date is a word of its own, unless it
// is that of a rating of ours.
func (o *observer) markedByRating(s seen) bool {
	if o.r.Feature != media.History || o.r.Party.Caps.Effects&provider.RatingWatches == 0 {
		return false
	}
	if date := o.playDate(s); date.Known() {
		return together(date, o.k.RatingSent[s.Work])
	}
	made, lastShown := o.clock.read(s.at), o.lastShown(s.RowKey)
	if made.Known() && o.withRating(made, s.Work) {
		return true
	}
	return o.within(o.k.Rated[s.Work], lastShown) && (!made.Known() || made <= lastShown)
}

// withRating tells whether something was made when the work was rated, by the
// person or by us, whatever became of that rating.
func (o *observer) withRating(made media.Moment, w media.WorkID) bool {
	return together(made, o.clock.read(o.k.RatedAt[w])) || together(made, o.k.RatingSent[w]) ||
		slices.ContainsFunc(o.k.RatingsSaid[w], func(said media.Moment) bool { return together(made, said) })
}

// atOnce is how far apart a rating and what the service does because of it are
// at most.
const atOnce = 2 * time.Minute

func together(a, b media.Moment) bool {
	return a.Known() && b.Known() && a.Sub(b).Abs() <= atOnce
}

// within tells whether something happened after the last read that showed the
// value, or so shortly before, in time or in reads, that a lagging list may show
// it only now.
func (o *observer) within(happened, lastShown media.Moment) bool {
	wait, reads := Window(o.r.Trust)
	slack := max(wait, time.Duration(reads)*o.r.interval())
	return happened.Known() && happened >= min(lastShown.Add(-slack), o.readsBefore(lastShown, reads))
}

// readsBefore is when a trusted read was, so many before another one; that one
// itself where it is too long ago to tell.
func (o *observer) readsBefore(read media.Moment, n int) media.Moment {
	reads := append([]media.Moment{o.r.Trust.LastTrusted}, o.r.Trust.Earlier...)
	i := slices.Index(reads, read)
	if i < 0 {
		return read
	}
	return reads[min(i+n, len(reads)-1)]
}

// replaced tells whether another episode of the same show took the place of a
// position: one that is listed, that was seen later and may have gone since, or
// that we sent and nobody has seen yet.
func (o *observer) replaced(gone ledger.Shown) bool {
	show := o.k.Shows[gone.Work]
	if show == 0 {
		return false
	}
	another := func(w media.WorkID) bool { return w != gone.Work && o.k.Shows[w] == show }
	for work := range o.works {
		if another(work) {
			return true
		}
	}
	for _, row := range o.k.Shown {
		if row.State == ledger.ShownValue && row.Since > gone.Since && another(row.Work) {
			return true
		}
	}
	for work, queue := range o.queues {
		if another(work) && slices.ContainsFunc(queue, func(p ledger.Pending) bool { return p.New.Set && p.Run >= gone.Since }) {
			return true
		}
	}
	return false
}
