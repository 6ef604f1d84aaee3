// Package small tries the smallest world there is without leaving anything
// out: two accounts, one work, one feature, and every combination of what the
// one shows, what both said and when, which write is under way, how the last
// look went, what the route between them permits and what a person decided.
// Each is planned, guarded, answered, and planned again once the writes show.
//
// It starts from beliefs and does not look at views: engine/sim lives whole
// lives, and its random decisions go through observing. Read judge.go for what
// must hold in every state.
package small

import (
	"fmt"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// The account that is written to, and the one that speaks.
const (
	target ledger.AccountID = 1
	source ledger.AccountID = 2
)

// The present run, and those in which what is believed came about.
const (
	now     ledger.RunID = 10
	late    ledger.RunID = 9
	said    ledger.RunID = 8 // the source spoke
	early   ledger.RunID = 3
	started ledger.RunID = 2
)

// today is the time of the present run; the source spoke an hour to noon.
var (
	today = media.At(time.Date(2026, 11, 1, 18, 0, 0, 0, time.UTC))
	noon  = today.Add(-6 * time.Hour)
	eve   = noon.Add(-48 * time.Hour)
	after = noon.Add(time.Hour)
)

// shownAs is what the target shows.
type shownAs uint8

const (
	absent   shownAs = iota
	unlooked         // nothing is known of the item yet
	held             // what the source set, since before it spoke
	heldNew          // the same, first seen after the source spoke
	heldOdd          // the same, at first sight after the source spoke
	other            // another value, since before the source spoke
	otherNew         // another value, first seen after it
	shownAll
)

// word is what an account said last.
type word uint8

const (
	nothing word = iota
	set
	setUndated
	setBefore // long before the other spoke
	setAfter
	cleared
	clearedBefore
	clearedAfter
	copied // the target adopted it from an older word of the source
	clearedFirst
	setLocal
	clearedLocal
)

var (
	sourceWords = [...]word{nothing, set, setUndated, cleared, clearedFirst, setLocal, clearedLocal}
	targetWords = [...]word{nothing, setUndated, setBefore, setAfter, clearedBefore, clearedAfter, copied}
)

// underWay is a write that no read has settled.
type underWay uint8

const (
	none underWay = iota
	adding
	removing
	lost
	parked
	underWayAll
)

// look is how the run's look at the target went, and whether a proof is open.
type look uint8

const (
	believed look = iota
	silent
	doubted
	firstLook
	proving
	unread // a log whose plays were not read afresh
	lookAll
)

// seal is a hold on a view.
type seal uint8

const (
	open seal = iota
	targetSealed
	sourceSealed
	sealAll
)

// decision is what a person decided about the work.
type decision uint8

const (
	undecided decision = iota
	untouchable
	kept
	refused
	decisionAll
)

// way is the route from the source to the target.
type way struct {
	mode     ledger.Mode // 0: there is none
	removals ledger.Removals
}

var ways = [...]way{{}, {ledger.AddOnly, ledger.Never}, {ledger.KeepSame, ledger.Never}, {ledger.KeepSame, ledger.Ask},
	{ledger.KeepSame, ledger.Follow}, {ledger.CopyExactly, ledger.Never}, {ledger.CopyExactly, ledger.Follow}}

// kind is a feature as a service keeps it.
type kind struct {
	media.Feature
	log bool
}

var kinds = [...]kind{{Feature: media.Watchlist}, {Feature: media.Ratings}, {Feature: media.Progress}, {Feature: media.History}, {media.History, true}}

// State is one combination.
type State struct {
	kind
	shown       shownAs
	own, theirs word
	pending     underWay
	look        look
	seal        seal
	decided     decision
	way         way
	accepted    bool
	sourceDown  bool
}

// Each visits every state; usual leaves out those in which more than one thing
// speaks against writing at once. It stops where visit says no.
func Each(usual bool, visit func(State) bool) {
	for n := 0; ; n++ {
		s, past := nth(n)
		if past {
			return
		}
		several := count(s.look != believed, s.seal != open, s.decided != undecided, s.sourceDown, s.pending != none) > 1
		if !(usual && several) && !visit(s) {
			return
		}
	}
}

// nth is a state by its number, what speaks against writing in the lowest
// places; past tells that there are not so many.
func nth(n int) (s State, past bool) {
	digit := func(of int) int {
		d := n % of
		n /= of
		return d
	}
	s.look, s.seal, s.decided = look(digit(int(lookAll))), seal(digit(int(sealAll))), decision(digit(int(decisionAll)))
	s.sourceDown, s.pending = digit(2) == 1, underWay(digit(int(underWayAll)))
	s.theirs, s.own, s.shown = sourceWords[digit(len(sourceWords))], targetWords[digit(len(targetWords))], shownAs(digit(int(shownAll)))
	s.accepted, s.way, s.kind = digit(2) == 0, ways[digit(len(ways))], kinds[digit(len(kinds))]
	return s, n > 0
}

func count(facts ...bool) (n int) {
	for _, f := range facts {
		if f {
			n++
		}
	}
	return n
}

// subject is what everything is about.
func (s State) subject() ledger.Subject {
	out := ledger.Subject{Work: 1, Feature: s.Feature}
	if s.Feature == media.History {
		out.Play = 1
	}
	return out
}

// value is what the source sets, otherValue what else may be shown.
func (s State) value() media.Value {
	switch s.Feature {
	case media.Ratings:
		return media.Rated(80)
	case media.Progress:
		return media.Position(30*60_000, 100*60_000)
	case media.History:
		return media.Watched(noon)
	}
	return media.Listed()
}

func (s State) otherValue() media.Value {
	switch s.Feature {
	case media.Ratings:
		return media.Rated(40)
	case media.Progress:
		return media.Position(50*60_000, 100*60_000)
	case media.History:
		return media.Watched(noon.Add(10 * time.Minute)) // too near to be another viewing
	}
	return media.Listed()
}

func (s State) caps() provider.FeatureCaps {
	c := provider.FeatureCaps{Coverage: provider.Whole, Step: 10, PastDates: true, UndatedPlays: true, Times: true, KeepsPlays: s.log}
	for k := range c.Access {
		c.Access[k] = provider.FullUse
	}
	return c
}

// String names the choices by their places in the lists above.
func (s State) String() string {
	return fmt.Sprintf("%s log=%t shown=%d own=%d theirs=%d pending=%d look=%d seal=%d decided=%d way=%v accepted=%t down=%t",
		s.Feature, s.log, s.shown, s.own, s.theirs, s.pending, s.look, s.seal, s.decided, s.way, s.accepted, s.sourceDown)
}
