package sim

import (
	"slices"
	"strconv"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// viewing is that a person truly watched a work once, whatever accounts show it.
type viewing struct {
	work media.WorkID
	at   media.Moment // 0: marked without a date
	// said and gone are when it was noted and taken away by the person, by account,
	// and came since when that which was taken away had been there.
	said, gone, came map[ledger.AccountID]media.Moment
}

// toyPlay is a play in a log, or the mark of an account that has no log.
type toyPlay struct {
	key     string // "" of a mark
	value   media.Value
	count   int
	viewing int // that it stands for, by its place in decision.viewings
	came    media.Moment
}

// apartAtLeast is how far apart the viewings of one work are: no tolerance of
// the rules makes two of them one.
const apartAtLeast = 5 * time.Hour

// historyCaps makes an account a log of plays, a tracker's mark with a date, a
// media server's mark with a date and a count, or a count without dates.
func (d *decision) historyCaps(c *provider.FeatureCaps) {
	c.UndatedPlays, c.PastDates, c.Coverage = true, true, provider.Whole
	switch d.chance.IntN(5) {
	case 0, 1:
		c.KeepsPlays, c.FinishProven, c.GrainMS = true, true, time.Minute.Milliseconds()
	case 2:
		c.FinishProven, c.GrainMS = true, time.Second.Milliseconds()
	case 3:
		c.Coverage = provider.Catalogue
	default:
		c.FinishProven, c.PastDates = true, false
		for k := range c.Access {
			c.Access[k] = provider.AddIt
		}
	}
}

// actPlay lets the person watch something, mark it without a date, or take a
// play or a mark away.
func (d *decision) actPlay(a *toyAccount, w media.WorkID) {
	plays, c := a.log[w], a.caps.Features[media.History]
	switch at := d.free(w); {
	case len(plays) > 0 && c.Access[media.Film] == provider.FullUse && d.chance.IntN(4) == 0:
		d.takeAway(a, w, plays[d.chance.IntN(len(plays))])
	case len(plays) == 0 && (d.chance.IntN(4) == 0 || !c.PastDates):
		d.note(a, w, d.watch(w, 0))
	case c.PastDates && (c.KeepsPlays || len(plays) == 0 || at > plays[0].value.PlayedAt()):
		n := d.watch(w, at)
		d.note(a, w, n)
		if b := d.shelves[d.chance.IntN(len(d.shelves))]; b != a && b.caps.Features[media.History].KeepsPlays {
			d.note(b, w, n) // another program told it of the same viewing
		}
	}
}

// free is a date at which no other viewing of the work was: now, or long ago.
func (d *decision) free(w media.WorkID) media.Moment {
	at := d.now
	if d.chance.IntN(2) == 0 {
		at = media.At(Start).Add(-time.Duration(1+d.chance.IntN(2000)) * time.Hour)
	}
	for slices.ContainsFunc(d.viewings, func(v viewing) bool { return v.work == w && at.Sub(v.at).Abs() < apartAtLeast }) {
		at = at.Add(-apartAtLeast)
	}
	return at
}

func (d *decision) watch(w media.WorkID, at media.Moment) int {
	d.viewings = append(d.viewings, viewing{w, at, map[ledger.AccountID]media.Moment{}, map[ledger.AccountID]media.Moment{}, map[ledger.AccountID]media.Moment{}})
	return len(d.viewings) - 1
}

// note has an account show a viewing because its owner says so, up to five
// minutes off.
func (d *decision) note(a *toyAccount, w media.WorkID, n int) {
	v := &d.viewings[n]
	v.said[a.id] = d.now
	at := v.at
	if len(v.said) > 1 {
		at = at.Add(time.Duration(d.chance.IntN(600)-300) * time.Second)
	}
	d.show(a, w, toyPlay{value: media.Watched(at), viewing: n})
}

// show adds a play to a log, or sets a mark and counts it.
func (d *decision) show(a *toyAccount, w media.WorkID, p toyPlay) {
	c := a.caps.Features[media.History]
	p.came, p.count = d.now, 1
	if p.value.N != 0 {
		p.value = media.Watched(p.value.PlayedAt().Truncate(time.Duration(c.GrainMS) * time.Millisecond))
	}
	if !c.PastDates {
		p.value = media.Watched(0)
	}
	plays := slices.Clone(a.log[w])
	switch {
	case c.KeepsPlays:
		d.played++
		p.key, p.count = "p"+strconv.Itoa(d.played), 0
		plays = append(plays, p)
	case len(plays) > 0:
		p.count = plays[0].count + 1
		plays = []toyPlay{p}
	default:
		plays = []toyPlay{p}
	}
	a.earlier[w], a.log[w] = a.log[w], plays
	a.came[w] = d.now
}

// takeAway is a person who deletes a play, or un-watches a work.
func (d *decision) takeAway(a *toyAccount, w media.WorkID, p toyPlay) {
	if p.key == "" {
		a.unwatched[w], a.marked[w] = d.now, p.came
	} else {
		v := d.viewings[p.viewing]
		v.gone[a.id], v.came[a.id] = d.now, p.came
	}
	d.drop(a, w, p.key)
}

func (d *decision) drop(a *toyAccount, w media.WorkID, key string) {
	a.earlier[w], a.came[w] = a.log[w], d.now
	a.log[w] = slices.DeleteFunc(slices.Clone(a.log[w]), func(p toyPlay) bool { return p.key == key })
}

// writePlay has a service take an op about a play, and returns the play's
// key.
func (d *decision) writePlay(a *toyAccount, op ledger.Op) string {
	if op.Action == provider.Remove {
		d.drop(a, op.Work, op.PlayKey)
		return op.PlayKey
	}
	d.show(a, op.Work, toyPlay{value: op.New, viewing: d.meant(op)})
	plays := a.log[op.Work]
	return plays[len(plays)-1].key
}

// meant is the viewing that an op writes, -1 where nobody watched at that date.
// A write without a date stands for the latest viewing that still stands.
func (d *decision) meant(op ledger.Op) int {
	at := op.New.PlayedAt()
	if !at.Known() {
		at = op.Says.Value.PlayedAt()
	}
	best := -1
	for i, v := range d.viewings {
		if v.work != op.Work {
			continue
		}
		switch {
		case at.Known():
			if v.at.Known() && at.Sub(v.at).Abs() < apartAtLeast/2 {
				return i
			}
		case best < 0 || len(v.gone) == 0 && (len(d.viewings[best].gone) > 0 || v.at > d.viewings[best].at):
			best = i
		}
	}
	return best
}
