package observe

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// waits counts a read that does not show the writes, and gives up those whose
// window has ended (R8).
func (o *observer) waits(s seen, queue []ledger.Pending) {
	last := queue[len(queue)-1]
	for _, p := range queue {
		read := o.counted(p)
		switch {
		case p.State == ledger.Expected && o.overdue(read):
			o.giveUp(s, read, p.Op == last.Op)
		case p.State == ledger.Lost && o.forgettable(read):
			o.remember(read)
		case p.State == ledger.Remembered && o.r.Now >= p.Until:
			o.out.PendingGone = append(o.out.PendingGone, p.Op)
		case read != p:
			o.out.Pending = append(o.out.Pending, read)
		}
	}
}

// remember ends the wait for a lost write. A removal is remembered: taken for
// the person's when it shows at last, it would delete the title elsewhere. So is
// a value that the service dates, because its time tells it from the person's:
// else it would bring back what was removed meanwhile.
func (o *observer) remember(p ledger.Pending) {
	if p.New.Set && !o.caps.Times {
		o.out.PendingGone = append(o.out.PendingGone, p.Op)
		return
	}
	p.State, p.Until = ledger.Remembered, o.r.Now.Add(rememberedFor)
	o.out.Pending = append(o.out.Pending, p)
}

// count counts a read for the writes and nothing more.
func (o *observer) count(queue []ledger.Pending) {
	for _, p := range queue {
		if read := o.counted(p); read != p {
			o.out.Pending = append(o.out.Pending, read)
		}
	}
}

// counted adds one read to a write, up to the number that matters: a parked
// play must not cost a row in every quiet run.
func (o *observer) counted(p ledger.Pending) ledger.Pending {
	_, reads := Window(o.r.Trust)
	if waitedFor(p) && p.Reads < reads*(1+lateWindows) {
		p.Reads++
	}
	return p
}

// waitedFor tells whether a write is still expected to show.
func waitedFor(p ledger.Pending) bool {
	return p.State == ledger.Expected || p.State == ledger.Lost
}

// overdue tells whether a write should have shown by now.
func (o *observer) overdue(p ledger.Pending) bool {
	wait, reads := Window(o.r.Trust)
	return late(o.r.Now, p.Sent, wait) && o.r.Now >= p.Until && p.Reads >= reads
}

// overdueAll tells whether none of the writes is waited for any more.
func (o *observer) overdueAll(queue []ledger.Pending) bool {
	return !slices.ContainsFunc(queue, func(p ledger.Pending) bool { return waitedFor(p) && !o.overdue(o.counted(p)) })
}

// forgettable tells whether a lost write is not expected any more, in time and
// in reads.
func (o *observer) forgettable(p ledger.Pending) bool {
	_, reads := Window(o.r.Trust)
	return o.r.Now >= p.Until && p.Reads >= reads*(1+lateWindows)
}

// giveUp treats a write that its window did not show. Where the service has a
// point look-up, that has the last word first (R26). A play that a log took is
// parked, never sent again; anything else is lost. If it was the last word to
// the item that counts as a failure: it may be planned twice more.
func (o *observer) giveUp(s seen, p ledger.Pending, last bool) {
	key := keep(s.Key, p.Key)
	if o.caps.LookUp && key != "" && !o.askedPast(key) {
		o.ask(p.Work, key)
		o.out.Pending = append(o.out.Pending, p)
		return
	}
	wait, _ := Window(o.r.Trust)
	p.State, p.Until = ledger.Lost, o.r.Now.Add(lateWindows*wait)
	if o.r.Feature == media.History && o.caps.KeepsPlays && p.New.Set {
		p.State, last = ledger.Parked, false
	}
	o.out.Pending = append(o.out.Pending, p)
	if last {
		o.out.Quarantine = append(o.out.Quarantine, o.setAside(p, o.failures(p)+1, ledger.Quarantined))
	}
}

// failures counts how often the same value with the same cause was lost before,
// while the work was known by the same: a new id is new evidence.
func (o *observer) failures(p ledger.Pending) int {
	for _, q := range o.k.Quarantine[p.Subject] {
		if q.Value == p.New && q.Cause == p.Cause && (q.Tokens == "" || q.Tokens == p.Tokens) {
			return q.Failures
		}
	}
	return 0
}

// askedPast tells whether a look-up of this run answered for the item.
func (o *observer) askedPast(key string) bool {
	a, ok := o.answers[key]
	return ok && a.Answer.Err == nil
}

// setAside counts failures of one value at this account.
func (o *observer) setAside(p ledger.Pending, failures int, why ledger.Code) ledger.Quarantine {
	return ledger.Quarantine{Account: o.r.Party.ID, Subject: p.Subject, Value: p.New, Cause: p.Cause,
		Failures: failures, Why: why, Tokens: p.Tokens, Since: o.r.Now}
}
