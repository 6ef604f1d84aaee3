package providertest

import (
	"fmt"

	"watchkeeper/engine/media"
)

// Verb is what a person does at an account.
type Verb uint8

const (
	List          Verb = iota + 1 // puts the work on the watchlist
	Unlist                        // takes it off
	Rate                          // N: the rating in 1..100
	Unrate                        //
	Watch                         // finishes a viewing at At
	Mark                          // marks as watched by hand, without a date where the service can
	Unwatch                       // un-marks: on a log takes every play away
	DeletePlay                    // takes one play off a log; N: its moment, 0 the latest
	Pause                         // stops at N ms
	ClearProgress                 // takes the resume point away
	LookIn                        // opens it and stops after a minute: no viewing
	Play                          // is playing it from now on
	Stop                          // plays it no longer
	Hold                          // the library gains it
	Copy                          // the library gains one more copy
	Delete                        // every copy leaves the library
	Replace                       // the file is upgraded: a new item without any state
)

var verbNames = [...]string{"", "list", "unlist", "rate", "unrate", "watch", "mark", "unwatch", "delete-play", "pause",
	"clear-progress", "look-in", "play", "stop", "hold", "copy", "delete", "replace"}

// String returns the name used in tapes and scenarios.
func (v Verb) String() string {
	if int(v) < len(verbNames) {
		return verbNames[v]
	}
	return "?"
}

// ParseVerb is the inverse of Verb.String.
func ParseVerb(s string) (Verb, bool) {
	for i, n := range verbNames {
		if n == s && i > 0 {
			return Verb(i), true
		}
	}
	return 0, false
}

// Act is one thing a person does. At is the true time; the service notes it by
// its own clock.
type Act struct {
	Verb Verb
	Work Work
	N    int64
	At   media.Moment
	Copy int // which copy, in the order they came; 0 the first
}

// String formats the act for tapes.
func (a Act) String() string { return fmt.Sprintf("%s %s %d at %s", a.Verb, a.Work, a.N, a.At) }

// Person acts at one account.
type Person struct{ m *Memory }

// Person returns the account's owner, who may act at any time.
func (m *Memory) Person() Person { return Person{m} }

// Acts returns everything that persons did, in order.
func (m *Memory) Acts() []Act {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Act(nil), m.acts...)
}

// The short forms of Act. They panic when the service cannot do it, since a
// test that asks for it is wrong.

func (p Person) List(w Work, at media.Moment)   { p.must(Act{Verb: List, Work: w, At: at}) }
func (p Person) Unlist(w Work, at media.Moment) { p.must(Act{Verb: Unlist, Work: w, At: at}) }
func (p Person) Rate(w Work, n int, at media.Moment) {
	p.must(Act{Verb: Rate, Work: w, N: int64(n), At: at})
}
func (p Person) Unrate(w Work, at media.Moment)  { p.must(Act{Verb: Unrate, Work: w, At: at}) }
func (p Person) Watch(w Work, at media.Moment)   { p.must(Act{Verb: Watch, Work: w, At: at}) }
func (p Person) Mark(w Work, at media.Moment)    { p.must(Act{Verb: Mark, Work: w, At: at}) }
func (p Person) Unwatch(w Work, at media.Moment) { p.must(Act{Verb: Unwatch, Work: w, At: at}) }

// DeletePlay takes the play of the given date off the log.
func (p Person) DeletePlay(w Work, date, at media.Moment) {
	p.must(Act{Verb: DeletePlay, Work: w, N: int64(date), At: at})
}

// Pause stops at pos milliseconds.
func (p Person) Pause(w Work, pos int64, at media.Moment) {
	p.must(Act{Verb: Pause, Work: w, N: pos, At: at})
}
func (p Person) ClearProgress(w Work, at media.Moment) {
	p.must(Act{Verb: ClearProgress, Work: w, At: at})
}
func (p Person) LookIn(w Work, at media.Moment)  { p.must(Act{Verb: LookIn, Work: w, At: at}) }
func (p Person) Play(w Work, at media.Moment)    { p.must(Act{Verb: Play, Work: w, At: at}) }
func (p Person) Stop(w Work, at media.Moment)    { p.must(Act{Verb: Stop, Work: w, At: at}) }
func (p Person) Delete(w Work, at media.Moment)  { p.must(Act{Verb: Delete, Work: w, At: at}) }
func (p Person) Copy(w Work, at media.Moment)    { p.must(Act{Verb: Copy, Work: w, At: at}) }
func (p Person) Replace(w Work, at media.Moment) { p.must(Act{Verb: Replace, Work: w, At: at}) }

// Hold adds works to the library; trackers know every work they offer anyway.
func (p Person) Hold(works ...Work) {
	for _, w := range works {
		p.must(Act{Verb: Hold, Work: w})
	}
}

func (p Person) must(a Act) {
	if err := p.m.Act(a); err != nil {
		panic(err)
	}
}

// Act does one thing at the account. The error tells what the service cannot
// do; then nothing happened.
func (m *Memory) Act(a Act) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.of(m.profile.Identity.UserID).act(a, m.weather.local(a.At)); err != nil {
		return fmt.Errorf("%s: %s: %w", m.profile.Name, a, err)
	}
	m.acts = append(m.acts, a)
	return nil
}
