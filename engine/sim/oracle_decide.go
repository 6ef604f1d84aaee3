package sim

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/plan"
	"watchkeeper/engine/provider"
)

// The oracle of tier 1: it goes by what persons said and when, and by the
// routes. Where a service tells no time the engine can know no more than that
// a word came before the read that showed it.

// pure is S16 and S18: the plan is the same in any order of works, and making
// it changes nothing.
func (d *decision) pure(p ledger.Plan, files []ledger.Dossier) error {
	if d.run%8 != 0 {
		return nil
	}
	again := slices.Clone(files)
	rand.New(rand.NewPCG(uint64(d.run), 1)).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
	if q := plan.Make(&d.world, again); !reflect.DeepEqual(p, q) {
		return fmt.Errorf("S16: another order of works gives another plan:\n%+v\n%+v", p.Ops, q.Ops)
	}
	return nil
}

// bounded is S6 and S7: over budget nothing is removed without a yes, and what
// waits for an answer is not done.
func (d *decision) bounded(ops []ledger.Op) error {
	removed := map[[2]ledger.AccountID]map[media.WorkID]bool{}
	for _, op := range ops {
		if flow := [2]ledger.AccountID{op.Account, op.Origin().Account}; op.Action == provider.Remove {
			if removed[flow] == nil {
				removed[flow] = map[media.WorkID]bool{}
			}
			removed[flow][op.Work] = true
		}
		for _, held := range d.held() {
			if held.Account == op.Account && held.Subject == op.Subject && held.Action == op.Action && held.Origin() == op.Origin() {
				return fmt.Errorf("S7: %s of work %d at %d waits on hold", op.Action, op.Work, op.Account)
			}
		}
	}
	for flow, works := range removed {
		if n := len(works); n > max(3, (len(d.works)+19)/20) {
			return fmt.Errorf("S6: %d removals at %d because of %d in one run", n, flow[0], flow[1])
		}
	}
	return d.boundedInAWeek(ops)
}

// boundedInAWeek is S6 over seven days; ending films removes resume points
// without end.
func (d *decision) boundedInAWeek(ops []ledger.Op) error {
	week := d.thisWeek()
	for _, op := range ops {
		if op.Action != provider.Remove || d.feature == media.Progress {
			continue
		}
		works := week[d.flow(op)]
		if works == nil {
			works = map[media.WorkID]bool{}
			week[d.flow(op)] = works
		}
		works[op.Work] = true
		if n := len(works); n > max(8, (len(d.works)+9)/10) {
			return fmt.Errorf("S6: %d removals at %d because of %d in seven days", n, op.Account, op.Origin().Account)
		}
	}
	return nil
}

// judge is S1, S5 and S9 for one op.
func (d *decision) judge(op ledger.Op) error {
	if d.feature == media.History {
		return d.judgePlay(op)
	}
	me := int(op.Account) - 1
	var causes, given []toyWord
	var own *toyWord
	for i := range d.words {
		w := &d.words[i]
		if w.work != op.Work {
			continue
		}
		given = append(given, *w)
		if w.who == me {
			own = w
		}
		if w.set == (op.Action != provider.Remove) && (w.who != me || d.shelves[me].oursOver(*w)) {
			causes = append(causes, *w)
		}
	}
	if len(causes) == 0 && !d.fooled[op.Work] {
		return fmt.Errorf("S1: %s of work %d at %d, which nobody asked for: %+v", op.Action, op.Work, op.Account, given)
	}
	if op.Action != provider.Remove && !slices.ContainsFunc(given, func(w toyWord) bool { return w.set && d.near(w.v, op.New) }) {
		return fmt.Errorf("S9: %v of work %d at %d, which nobody gave: %+v", op.New, op.Work, op.Account, given)
	}
	a := d.shelves[me]
	if d.fooled[op.Work] || a.fibbed[op.Work] {
		return nil
	}
	if own == nil || !d.timed(me) || d.wroteSince(op, *own) || !a.saw(own.at, d.now) || !own.set && !d.proved(a, *own) || d.likeOurs(a, *own) {
		return nil
	}
	since := own.at
	if !own.set {
		since = a.lastRead(own.at) // no more is known of when it went (R7)
	}
	later := func(w toyWord) bool { return w.at > since || w.set && !d.timed(w.who) || d.behind(w) }
	if !slices.ContainsFunc(causes, later) {
		return fmt.Errorf("S1/S5: %s of work %d at %d, whose owner spoke last: %+v", op.Action, op.Work, op.Account, given)
	}
	return nil
}

// likeOurs: so near to a write and not dated much later, a word that was not
// seen before the write is taken for it, also as the service rounded it (R4, R8).
func (d *decision) likeOurs(a *toyAccount, own toyWord) bool {
	return own.set && slices.ContainsFunc(a.ours[own.work], func(ours toyValue) bool {
		return ours.value.Set && own.at.Sub(ours.at) <= 40*time.Minute && !a.saw(own.at, ours.at) && d.near(ours.value, own.v)
	})
}

// coveredByOurs: our write arrived on top of a removal by the account's owner. It
// stays, because the owner may have given the same value again.
func (d *decision) coveredByOurs(a *toyAccount, w media.WorkID) bool {
	last := d.lastWord(a, w)
	return last.at.Known() && !last.set && a.oursOver(last)
}

// lastWord is what an account's owner said last about a work.
func (d *decision) lastWord(a *toyAccount, w media.WorkID) (last toyWord) {
	for _, word := range d.words {
		if word.work == w && word.who == int(a.id)-1 {
			last = word
		}
	}
	return last
}

// gaveOurs: what the account's owner said last is what we had written there
// before, so that it may be our write that came late (R8).
func (d *decision) gaveOurs(a *toyAccount, w media.WorkID) bool {
	last := d.lastWord(a, w)
	return last.set && slices.ContainsFunc(a.ours[w], func(ours toyValue) bool {
		return ours.value.Set && ours.at < last.at && d.near(ours.value, last.v)
	})
}

// proved tells whether what the person removed had been believed before: its
// removal says nothing else. A list that was frozen shows things older than its
// last read, and without look-ups these take two looks (R6).
func (d *decision) proved(a *toyAccount, own toyWord) bool {
	looks := 1
	if d.froze && !a.caps.Features[d.feature].LookUp {
		looks = 2
	}
	for _, at := range a.reads {
		if own.since < at && at <= own.at {
			looks--
		}
	}
	return looks <= 0
}

// saw tells whether the account showed the truth between two moments.
func (a *toyAccount) saw(from, to media.Moment) bool {
	return slices.ContainsFunc(a.reads, func(at media.Moment) bool { return from < at && at <= to })
}

// lastRead is the last read before a moment that showed the truth.
func (a *toyAccount) lastRead(before media.Moment) (last media.Moment) {
	for _, at := range a.reads {
		if at <= before {
			last = at
		}
	}
	return last
}

func (d *decision) timed(who int) bool { return d.shelves[who].caps.Features[d.feature].Times }

// behind: a list or a look-up that went on showing what was gone dates the
// removal too late.
func (d *decision) behind(w toyWord) bool {
	return !w.set && (d.froze || d.shelves[w.who].fibbed[w.work])
}

// oursOver: what the account shows is a write of ours on top of what was said
// there, so that its owner's word asks for a write as well.
func (a *toyAccount) oursOver(w toyWord) bool {
	return slices.ContainsFunc(a.ours[w.work], func(ours toyValue) bool { return ours.at >= w.at && ours.value == a.truth[w.work].value })
}

// wroteSince: what the account shows is ours by now.
func (d *decision) wroteSince(op ledger.Op, own toyWord) bool {
	have := d.shelves[op.Account-1].truth[op.Work]
	return have.value != own.v
}

// waits tells whether a person was asked about a work.
func (d *decision) waits(w media.WorkID) bool {
	return slices.ContainsFunc(d.held(), func(op ledger.Op) bool { return op.Work == w })
}

func (d *decision) near(a, b media.Value) bool {
	switch d.feature {
	case media.Ratings:
		return a.N-b.N <= 20 && b.N-a.N <= 20
	case media.Progress:
		return samePosition(a, b)
	}
	return a == b
}

// agree is L1 and L4: accounts that keep the same agree at rest, or the plan
// says why not.
func (d *decision) agree() error {
	if !d.mutual {
		return nil
	}
	d.world.Explain = true
	p := plan.Make(&d.world, d.files())
	if d.feature == media.History {
		return d.agreePlays(p)
	}
	for _, w := range d.works {
		if slices.ContainsFunc(d.shelves, func(a *toyAccount) bool { return d.gaveOurs(a, w.ID) || d.coveredByOurs(a, w.ID) }) {
			continue
		}
		first := d.shelves[0].truth[w.ID].value
		for _, a := range d.shelves[1:] {
			v := a.truth[w.ID].value
			if v.Set == first.Set && (!v.Set || d.near(v, first)) {
				continue
			}
			explained := slices.ContainsFunc(p.NonOps, func(n ledger.NonOp) bool { return n.Work == w.ID && explains(d.feature, n.Why.Code) })
			if !explained && !d.waits(w.ID) {
				return fmt.Errorf("L1: work %d is %v at 1 and %v at %d: %+v\nsaid %+v", w.ID, first, v, a.id, p.NonOps, d.words)
			}
		}
	}
	return nil
}
