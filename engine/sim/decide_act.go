package sim

import (
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/plan"
)

// big cases have enough works for guards that count.
func (d *decision) big() bool { return len(d.works) > 20 }

// clearOut lets a person take some of the first account's works away: little
// enough for a run, too much for a week.
func (d *decision) clearOut() {
	a := d.shelves[0]
	for range 3 {
		d.now = d.now.Add(time.Second)
		if w := d.works[d.chance.IntN(len(d.works))].ID; a.truth[w].value.Set {
			d.speak(a, w, media.Value{})
		}
	}
}

// act lets the person do something at an account.
func (d *decision) act() {
	d.now = d.now.Add(time.Duration(1+d.chance.IntN(1000)) * time.Second)
	a := d.shelves[d.chance.IntN(len(d.shelves))]
	w := d.works[d.chance.IntN(len(d.works))].ID
	if d.feature == media.History {
		d.actPlay(a, w)
		return
	}
	have := a.truth[w]
	var v media.Value
	if !have.value.Set || d.chance.IntN(3) > 0 {
		v = d.value(a)
	}
	if v != have.value {
		d.speak(a, w, v)
	}
}

// speak notes what a person said at an account.
func (d *decision) speak(a *toyAccount, w media.WorkID, v media.Value) {
	d.words = append(d.words, toyWord{int(a.id) - 1, w, v.Set, v, d.now, a.came[w]})
	a.put(w, toyValue{v, d.now}, d.now)
}

// put makes something true at a moment.
func (a *toyAccount) put(w media.WorkID, v toyValue, at media.Moment) {
	a.before[w], a.truth[w], a.came[w] = a.truth[w], v, at
}

func (d *decision) value(a *toyAccount) media.Value {
	switch d.feature {
	case media.Ratings:
		v, _ := plan.Project(d.feature, a.caps.Features[d.feature], media.Rated(1+d.chance.IntN(100)), d.works[0])
		return v
	case media.Progress:
		return media.Position(int64(2+d.chance.IntN(90))*60_000, d.works[0].RuntimeMS)
	}
	return media.Listed()
}

// weather freezes lists and loses writes and answers, or clears.
func (d *decision) weather(clear bool) {
	for _, a := range d.shelves {
		a.frozen, a.lossy, a.lost, a.fibs = 0, 0, 0, 0
		if clear {
			continue
		}
		if d.chance.IntN(4) == 0 {
			a.frozen, d.froze = 1+d.chance.IntN(3), true
		}
		if d.chance.IntN(4) == 0 {
			a.lossy = 10 + d.chance.IntN(60)
		}
		if d.chance.IntN(4) == 0 {
			a.lost = 50
		}
		if d.chance.IntN(3) == 0 {
			a.fibs = 60
		}
	}
}
