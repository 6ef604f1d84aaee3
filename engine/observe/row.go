package observe

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// presence is what a view says about one item.
type presence uint8

const (
	listed  presence = iota // with a value
	denied                  // an explicit no, or unlisted where everything is listed
	notHeld                 // unlisted where only held items are listed
)

// seen is one item as this run sees it: from the list, or from a look-up where
// there was one, because then the look-up counts (R6).
type seen struct {
	ledger.RowKey
	Work     media.WorkID
	Play     media.PlayID
	is       presence
	value    media.Value
	at       media.Moment // the service's own time of the value, uncorrected
	count    int
	dateOnly bool
	proven   bool         // by a look-up, or by a feed that names the work
	looked   media.Moment // when a look-up saw it; 0: it is from the list
}

func (o *observer) seenRow(s Sighting) seen {
	out := seen{RowKey: s.rowKey(), Work: s.Work, Play: s.Play, value: s.Value, at: s.At, count: s.Count, dateOnly: s.DateOnly}
	if !s.Value.Set {
		out.is, out.value, out.at = denied, media.Value{}, 0
	}
	return out
}

// flag tells whether the row is a watched flag rather than a play of a log.
func (o *observer) flag(s seen) bool { return o.r.Feature == media.History && s.PlayKey == "" }

// time is when the service says the value was given, in our time; for a play
// without such a time it is the play's own date.
func (o *observer) time(s seen) media.Moment {
	if at := o.clock.read(s.at); at.Known() || o.r.Feature != media.History {
		return at
	}
	return o.playDate(s)
}

func (o *observer) playDate(s seen) media.Moment {
	if s.dateOnly {
		return o.clock.day(s.value.PlayedAt())
	}
	return o.clock.read(s.value.PlayedAt())
}

// row draws the conclusion for one item (the table "From view to statements").
func (o *observer) row(s seen) {
	if s.Work == 0 || o.k.Frozen[s.Work] != "" {
		return
	}
	old, had := o.k.Shown[s.RowKey]
	if s.Play == 0 {
		s.Play = old.Play
	}
	switch {
	case o.unplaced(s):
	case s.is == notHeld:
		o.unhold(s, had)
	case had && old.Work != s.Work:
		o.relinked(s)
	default:
		o.held(s, old, had)
	}
}

// unplaced tells whether a play was not given its viewing yet: there is nothing
// to say about it, unless a flag shows a write of ours.
func (o *observer) unplaced(s seen) bool {
	return o.r.Feature == media.History && s.is == listed && s.Play == 0 && (!o.flag(s) || len(o.queue(s)) == 0)
}

// held treats an item that the account can show.
func (o *observer) held(s seen, old ledger.Shown, had bool) {
	if old.Ahead && s.looked == 0 && o.shows(s, old) {
		old.Ahead = false
		o.put[s.RowKey] = old
	}
	if queue := o.queue(s); len(queue) > 0 {
		o.own(s, old, queue)
		return
	}
	o.conclude(s, old, had)
}

// conclude applies the table where no write of ours is under way.
func (o *observer) conclude(s seen, old ledger.Shown, had bool) {
	if !had {
		old.State = o.unlistedState()
	}
	switch {
	case o.v.FirstLook:
		o.firstLook(s, old)
	case old.State == ledger.ShownUnknown && s.is == listed:
		o.firstSight(s)
	case old.State == ledger.ShownUnknown:
		o.dismiss(s.RowKey) // what waited for proof is not there
		o.absentAgain(s, old)
	case old.State == ledger.ShownAbsent && s.is == denied:
		o.dismiss(s.RowKey)
	case old.State == ledger.ShownAbsent:
		o.gained(s, old)
	case s.is == denied:
		o.lost(s, old)
	default:
		o.compared(s, old)
	}
}

// unlistedState is what an item without a row showed until now: nothing where
// the account lists everything and two trusted views have agreed, else unknown.
// A short first look must not make old values look new.
func (o *observer) unlistedState() ledger.ShownState {
	t := o.r.Trust
	if o.caps.Coverage == provider.Whole && t.Looked && t.Run > t.FirstRun && !o.v.FirstLook {
		return ledger.ShownAbsent
	}
	return ledger.ShownUnknown
}

// firstSight treats a value of an item that was unknown. It was said when the
// service says, or at an unknown time (R7), and needs no proof unless the
// whole view is suspicious or it may be the service's own doing.
func (o *observer) firstSight(s seen) {
	if o.v.Suspicious || o.puzzling(s) {
		if _, proven := o.proven(s); !proven {
			return
		}
	}
	o.dismiss(s.RowKey)
	o.show(s, ledger.ShownValue)
	if row := o.put[s.RowKey]; o.r.Feature != media.History { // a play seen now happened by now
		row.FirstLook = true
		o.put[s.RowKey] = row
	}
	o.say(s, word{at: o.firstTime(s), first: true, local: o.followsRating(s)})
}

// firstTime is when a value seen at first sight was said: a play at its own
// date, anything else when the service says; unknown without (R7).
func (o *observer) firstTime(s seen) media.Moment {
	if o.r.Feature == media.History {
		return o.playDate(s)
	}
	return o.clock.read(s.at)
}

// firstLook takes an item as it stands (R13): a value is a first sight, and a
// value that is gone is forgotten, not cleared.
func (o *observer) firstLook(s seen, old ledger.Shown) {
	o.dismiss(s.RowKey)
	switch {
	case s.is == listed:
		o.show(s, ledger.ShownValue)
		other := old.State == ledger.ShownValue && s.value != old.Value
		o.say(s, word{at: o.firstTime(s), first: true, instead: other})
	case old.State == ledger.ShownValue:
		s.Play = old.Play
		o.show(s, ledger.ShownAbsent)
		o.say(s, word{forget: true})
	case old.State == ledger.ShownUnknown && o.caps.Coverage != provider.Whole:
		o.absentAgain(s, old)
	}
}

// absentAgain counts views that agree on a first absence.
func (o *observer) absentAgain(s seen, old ledger.Shown) {
	o.show(s, ledger.ShownUnknown)
	row := o.put[s.RowKey]
	row.Looks = old.Looks + 1
	if row.Looks >= usualLooks && !o.v.FirstLook {
		row.State = ledger.ShownAbsent
	}
	o.put[s.RowKey] = row
}

// gained treats an item that shows a value and was absent.
func (o *observer) gained(s seen, old ledger.Shown) {
	first, proven := o.proven(s)
	if !proven {
		return
	}
	back := o.returned(s)
	o.show(s, ledger.ShownValue)
	o.say(s, word{at: o.setTime(s, first), local: o.followsRating(s), back: back})
}

// lost treats an item that showed a value and shows none.
func (o *observer) lost(s seen, old ledger.Shown) {
	lastShown := o.lastShown(s.RowKey)
	if _, proven := o.proven(s); !proven {
		return
	}
	s.Play = old.Play
	o.show(s, ledger.ShownAbsent)
	row := o.put[s.RowKey]
	if o.flag(s) {
		row.Play = 0 // the next yes is a viewing of its own (R17)
	}
	o.put[s.RowKey] = row
	w := word{cleared: true, at: lastShown + 1, local: o.ownEffect(s, old, lastShown)}
	if !lastShown.Known() {
		w.at = o.r.Now
	}
	o.say(s, w)
}

// compared treats an item that showed a value and shows one.
func (o *observer) compared(s seen, old ledger.Shown) {
	switch {
	case o.r.Feature == media.History:
		o.comparedPlay(s, old)
	case s.value == old.Value:
		o.repeated(s, old)
	case o.stale(s, old):
		o.dismiss(s.RowKey)
	default:
		if first, proven := o.proven(s); proven {
			o.show(s, ledger.ShownValue)
			o.say(s, word{at: o.setTime(s, first)})
		}
	}
}

// stale tells whether a differing value is older than the one shown. Where only a
// look-up has shown that, another one has to tell which is so.
func (o *observer) stale(s seen, old ledger.Shown) bool {
	return s.looked == 0 && !old.Ahead && o.clock.read(s.at).Known() && o.clock.read(old.At).Known() && s.at <= old.At
}

// repeated treats the value that was shown before. A newer time of the
// service means that it was removed and given again between two reads.
func (o *observer) repeated(s seen, old ledger.Shown) {
	at := o.clock.read(s.at)
	if !at.Known() || s.at == old.At {
		o.dismiss(s.RowKey)
		return
	}
	if !old.At.Known() {
		o.dismiss(s.RowKey)
		o.refresh(s, old)
		return
	}
	if s.at < old.At {
		o.dismiss(s.RowKey)
		return
	}
	if _, proven := o.proven(s); proven {
		o.show(s, ledger.ShownValue)
		o.say(s, word{at: at})
	}
}

// setTime is when a Set was said that is seen after the first look (R7): the
// service's time, else the first read that showed it.
func (o *observer) setTime(s seen, first media.Moment) media.Moment {
	if at := o.clock.read(s.at); at.Known() {
		return at
	}
	return first
}

// unhold forgets what an item showed that the account holds no more: nobody
// said anything.
func (o *observer) unhold(s seen, had bool) {
	o.dismiss(s.RowKey)
	if had {
		o.gone[s.RowKey] = true
	}
}

// relinked treats an item that stands for another work than before: a first
// sight of the new work, and nothing said about the old one.
func (o *observer) relinked(s seen) {
	o.dismiss(s.RowKey)
	if s.is == denied {
		o.show(s, ledger.ShownUnknown)
		row := o.put[s.RowKey]
		row.Looks, row.FirstLook = 1, true
		o.put[s.RowKey] = row
		return
	}
	o.show(s, ledger.ShownValue)
	row := o.put[s.RowKey]
	row.FirstLook = true
	o.put[s.RowKey] = row
	o.say(s, word{at: o.firstTime(s), first: true, joined: true})
}

// show moves what is believed to be shown: the only place where it moves, and
// only by observation.
func (o *observer) show(s seen, state ledger.ShownState) {
	old := o.k.Shown[s.RowKey]
	row := ledger.Shown{Account: o.r.Party.ID, Feature: o.r.Feature, RowKey: s.RowKey, Work: s.Work, Play: s.Play,
		State: state, Value: s.value, Count: s.count, Since: o.r.Run, FirstLook: o.v.FirstLook}
	if o.clock.read(s.at).Known() {
		row.At = s.at
	}
	if state == old.State && state != ledger.ShownValue && !o.v.FirstLook {
		row.Since, row.FirstLook = old.Since, old.FirstLook
	}
	row.Ahead = state != ledger.ShownUnknown && o.ahead(s)
	o.put[s.RowKey] = row
}

// refresh keeps the state of a row and takes over what the service added.
func (o *observer) refresh(s seen, old ledger.Shown) {
	row := old
	row.Value, row.Count, row.Play = s.value, s.count, s.Play
	if o.clock.read(s.at).Known() {
		row.At = max(s.at, old.At)
	}
	if row != old {
		o.put[s.RowKey] = row
	}
}
