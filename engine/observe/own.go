package observe

import (
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// queue lists the writes under way that a row may show, oldest first (R8). A
// flag shows a write about any play of its work; a write that named a native
// key is about that item only.
func (o *observer) queue(s seen) (out []ledger.Pending) {
	for _, p := range o.queues[s.Work] {
		if p.Key != "" && p.Key != s.Key || p.PlayKey != "" && p.PlayKey != s.PlayKey {
			continue
		}
		if o.r.Feature == media.History && !o.flag(s) && p.Play != s.Play {
			continue
		}
		out = append(out, p)
	}
	return out
}

// own holds a row against the writes under way: it shows the last of them, or
// lags behind, or a person has said something else.
func (o *observer) own(s seen, old ledger.Shown, queue []ledger.Pending) {
	for _, p := range queue {
		o.met[p.Op] = true
	}
	last := queue[len(queue)-1]
	ours := slices.ContainsFunc(queue, func(p ledger.Pending) bool { return o.agrees(s.value, p.New, queue) && !o.later(s, p) })
	older := !ours && o.agrees(s.value, queue[base(queue)].Old, queue)
	switch {
	case s.is == notHeld:
		o.waits(s, queue)
	case (ours || older) && o.behind(s, old, last):
		o.waits(s, queue)
	case o.agrees(s.value, last.New, queue) && o.arrived(s, old, queue):
		if !o.undisputed(s) {
			o.count(queue)
			return
		}
		o.settle(s, queue)
	case older && o.givenAgain(s, old, last):
		o.third(s, old, queue)
	case older && o.overruled(queue):
		o.dismiss(s.RowKey)
		o.outlived(queue)
	case ours || older:
		o.lag(s, old, queue)
	case rounded(o.r.Feature, o.caps, s.value, last.New) && !o.later(s, last) && !o.redated(s, last):
		o.settleRounded(s, queue)
	default:
		o.third(s, old, queue)
	}
}

// givenAgain tells whether the service dates the value before the writes after
// the last of them: then it is no lag, a person gave it again.
func (o *observer) givenAgain(s seen, old ledger.Shown, last ledger.Pending) bool {
	return o.r.Feature != media.History && s.at > old.At && o.clock.read(s.at) > last.Sent
}

// overruled tells whether the value before the writes is a person's, said here
// since they were sent: then they are not lost, but out of date.
func (o *observer) overruled(queue []ledger.Pending) bool {
	under := queue[base(queue)]
	st, stands := o.k.Statements[under.Subject]
	return stands && !st.Adopted() && saidSince(st, under) && o.agrees(st.Value, under.Old, queue)
}

// base is the write that was sent over what the account showed: the first that
// is expected. Lost ones before it were sent over something older.
func base(queue []ledger.Pending) int {
	i := slices.IndexFunc(queue, func(p ledger.Pending) bool { return p.State == ledger.Expected || p.State == ledger.Parked })
	if i < 0 {
		return len(queue) - 1
	}
	return i
}

// agrees tells whether a row shows a value that the writes know. A play of a
// log is known by its link; on a flag any yes is a yes, unless one date was
// written over another.
func (o *observer) agrees(shown, v media.Value, queue []ledger.Pending) bool {
	if o.r.Feature == media.History && (o.caps.KeepsPlays || !queue[base(queue)].Old.Set) {
		return shown.Set == v.Set
	}
	return equal(o.r.Feature, o.caps, shown, v)
}

// arrived tells whether a row that shows the last value shows the last write.
// Where the same value was shown or written before, it does only if the stamp
// moved, a look-up made after the write shows it, the service dates it later,
// a value in between was seen, or the window has ended.
func (o *observer) arrived(s seen, old ledger.Shown, queue []ledger.Pending) bool {
	before, between := o.stages(queue)
	last, stamp := queue[len(queue)-1], o.r.View.Evidence.Stamp
	moved := o.caps.Stamps && stamp != "" && last.Stamp != "" && stamp != last.Stamp
	passed := old.State != ledger.ShownUnknown && o.among(old.Value, between, queue) && !o.among(old.Value, before, queue)
	dated := o.clock.read(s.at) > last.Sent
	return len(before) == 0 || moved || passed || dated || s.looked > last.Sent ||
		o.overdue(o.counted(last)) || last.State == ledger.Remembered
}

// stages divides what a service shows one after the other while it does what
// was asked: what it shows up to an earlier time of the last value, and what
// comes between that and the last one. before is empty where the last value is
// a new one.
func (o *observer) stages(queue []ledger.Pending) (before, between []media.Value) {
	var all []media.Value
	for i, p := range queue {
		if i > 0 && allResent(queue[:i], p) {
			continue
		}
		if len(all) == 0 || !o.agrees(p.Old, all[len(all)-1], queue) {
			all = append(all, p.Old)
		}
		all = append(all, p.New)
	}
	last := all[len(all)-1]
	end := len(all) - 1
	for end > 0 && o.agrees(all[end], last, queue) {
		end-- // the same write sent again
	}
	for i := end; i >= 0; i-- {
		if o.agrees(all[i], last, queue) {
			return all[:i+1], all[i+1 : end+1]
		}
	}
	return nil, all[:end+1]
}

// allResent tells whether a write that did not show in time was sent once more
// as it was, and nothing else between: whichever shows, what was asked for is
// done.
func allResent(before []ledger.Pending, again ledger.Pending) bool {
	return !slices.ContainsFunc(before, func(p ledger.Pending) bool {
		return p.State != ledger.Lost || p.Old != again.Old || p.New != again.New || p.Cause != again.Cause
	})
}

func (o *observer) among(v media.Value, values []media.Value, queue []ledger.Pending) bool {
	return slices.ContainsFunc(values, func(one media.Value) bool { return o.agrees(v, one, queue) })
}

// later tells whether the service dates what it shows too late to be an echo
// of the write: then it is the person's. The date that we gave it is ours,
// whatever the service's clock makes of it.
func (o *observer) later(s seen, p ledger.Pending) bool {
	if o.r.Feature == media.History {
		return o.flag(s) && o.caps.FinishProven && o.playDate(s) > p.Sent.Add(o.r.interval())
	}
	return !o.given(s.at, p.Says.At) && o.clock.read(s.at) > p.Sent.Add(o.r.interval())
}

// given tells whether the service's own time of a value is the date that we gave
// it.
func (o *observer) given(at, says media.Moment) bool {
	return o.caps.PastDates && at.Known() && says.Known() && at.Sub(says).Abs() <= max(grain(o.caps), time.Second)
}

// redated tells whether a service that keeps the dates it is given shows another
// one, from after the send: a value that is not quite ours is then the person's.
func (o *observer) redated(s seen, p ledger.Pending) bool {
	return o.caps.PastDates && p.Says.At.Known() && !o.given(s.at, p.Says.At) && o.clock.read(s.at) > p.Sent
}

func grain(c provider.FeatureCaps) time.Duration { return time.Duration(c.GrainMS) * time.Millisecond }

// lag keeps the writes expected. The list may have come half of the way.
func (o *observer) lag(s seen, old ledger.Shown, queue []ledger.Pending) {
	o.dismiss(s.RowKey)
	if s.is == listed && (old.State != ledger.ShownValue || s.value != old.Value) {
		o.show(s, ledger.ShownValue)
	}
	switch {
	case s.is == denied && old.State == ledger.ShownValue:
		o.show(s, ledger.ShownAbsent)
	case s.is == denied && old.State == ledger.ShownUnknown && o.caps.Coverage == provider.Catalogue && s.Key != "":
		o.absentAgain(s, old) // the item is held: what shows next is not a first sight
	}
	o.waits(s, queue)
}

// third treats a value that is neither ours nor the one before: the person's
// (R8). Given after our send it voids the writes, else they stay expected for
// one more window, because they may still arrive on top of it.
func (o *observer) third(s seen, old ledger.Shown, queue []ledger.Pending) {
	_, waited := o.k.Proofs[s.RowKey]
	_, had := o.k.Shown[s.RowKey]
	words, waiting := len(o.words), o.waiting
	o.conclude(s, old, had)
	spoke, waits := len(o.words) > words, o.waiting > waiting
	last := queue[len(queue)-1]
	if spoke && (o.time(s) > last.Sent || s.looked > last.Sent && o.r.Run > last.Run) {
		o.drop(queue)
		return
	}
	if !spoke && !waits {
		o.outlived(queue)
		return
	}
	wait, _ := Window(o.r.Trust)
	for i, p := range queue {
		if !waited {
			p.Until = max(p.Until, o.r.Now.Add(wait))
		}
		if spoke && i == base(queue) {
			p.Old = s.value // what is there now; the value before it is no lag any more
		}
		if p != queue[i] {
			o.out.Pending = append(o.out.Pending, p)
		}
	}
}

// outlived drops writes that a person's value has stood over for their window.
func (o *observer) outlived(queue []ledger.Pending) {
	if o.overdueAll(queue) {
		o.drop(queue)
		return
	}
	o.count(queue)
}

// unseen treats writes about a subject that no row was held against.
func (o *observer) unseen(queue []ledger.Pending) {
	last := queue[len(queue)-1]
	s := seen{RowKey: last.RowKey, Work: last.Work, Play: last.Play, is: denied}
	if o.r.View.Coverage != provider.Whole || o.hidden(last.Key) {
		o.waits(s, queue)
		return
	}
	o.own(s, o.k.Shown[s.RowKey], queue)
}

// settle ends the writes under way: the row shows the last of them, and the
// account adopts what caused it.
func (o *observer) settle(s seen, queue []ledger.Pending) {
	o.dismiss(s.RowKey)
	last := queue[len(queue)-1]
	person := s.is == listed && o.later(s, last)
	if !person && o.flag(s) && last.New.Set {
		s.Play = last.Play
	}
	o.arrive(s, last)
	for _, p := range queue[:len(queue)-1] {
		switch {
		case !o.agrees(s.value, p.New, queue):
			o.superseded(s, p, queue)
		default:
			o.adopt(s, p)
			o.out.PendingGone = append(o.out.PendingGone, p.Op)
		}
	}
	o.adopt(s, last)
	o.out.PendingGone = append(o.out.PendingGone, last.Op)
	if person {
		o.say(s, word{at: o.setTime(s, o.r.Now)})
	}
}

// settleRounded ends a write of which the service keeps less than it promised
// (R4). The value is set aside: to send it again would change nothing.
func (o *observer) settleRounded(s seen, queue []ledger.Pending) {
	last := queue[len(queue)-1]
	o.settle(s, queue)
	o.out.Breaches = append(o.out.Breaches, ledger.Breach{Account: o.r.Party.ID, Subject: last.Subject, RowKey: s.RowKey, Sent: last.New, Shown: s.value})
	o.out.Freed = slices.DeleteFunc(o.out.Freed, func(f ledger.StatementRef) bool { return f.Subject == last.Subject })
	if last.Key == "" { // it is known by now what item the service made of it
		last.Tokens = ledger.KeysDigest([]string{s.Key})
	}
	o.out.Quarantine = append(o.out.Quarantine, o.setAside(last, ledger.QuarantineAfter, ledger.CannotStore))
}

// arrive moves what is shown to what was written, and measures how long it took.
func (o *observer) arrive(s seen, last ledger.Pending) {
	old, had := o.k.Shown[s.RowKey]
	state := ledger.ShownValue
	if s.is == denied {
		state = ledger.ShownAbsent
		if o.flag(s) {
			s.Play = 0
		}
	}
	if had || s.is == listed {
		if old.State != state || old.Value != s.value || old.Play != s.Play || old.At != s.at || o.v.FirstLook {
			o.show(s, state)
		}
	}
	o.lags = append(o.lags, o.took(s, last.Sent))
	if len(o.k.Quarantine[last.Subject]) > 0 {
		o.out.Freed = append(o.out.Freed, ledger.StatementRef{Account: o.r.Party.ID, Subject: last.Subject})
	}
}

// took is how long the service took to show what was sent then. Where nobody
// looked in between, as while the computer slept, the wait is ours and no lag.
func (o *observer) took(s seen, sent media.Moment) int64 {
	if s.looked.Known() {
		return max(0, int64(s.looked-sent))
	}
	missed := max(0, int64(o.r.Trust.LastTrusted-sent))
	return max(0, min(int64(o.r.Now-sent), missed+o.r.IntervalMS))
}

// superseded ends an earlier write of the queue. One that was never seen,
// where only the window told that the last one arrived, may still come late.
func (o *observer) superseded(s seen, p ledger.Pending, queue []ledger.Pending) {
	last := queue[len(queue)-1]
	if before, _ := o.stages(queue); len(before) == 0 || !o.overdue(o.counted(last)) || s.looked.Known() {
		o.out.PendingGone = append(o.out.PendingGone, p.Op)
		return
	}
	if waitedFor(p) {
		wait, _ := Window(o.r.Trust)
		p.State, p.Until = ledger.Lost, max(p.Until, o.r.Now.Add(lateWindows*wait))
	}
	p.Old = s.value
	o.out.Pending = append(o.out.Pending, p)
}

func (o *observer) drop(queue []ledger.Pending) {
	for _, p := range queue {
		o.out.PendingGone = append(o.out.PendingGone, p.Op)
	}
}
