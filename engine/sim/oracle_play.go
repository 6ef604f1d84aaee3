package sim

import (
	"fmt"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// The oracle of plays knows which viewing every play of every account stands
// for, who noted it and who took it away.

// judgePlay is S1, S3, S5 and S9 for one op about a play.
func (d *decision) judgePlay(op ledger.Op) error {
	a := d.shelves[op.Account-1]
	if op.Action == provider.Remove {
		return d.judgeRemoval(a, op)
	}
	n := d.meant(op)
	if n < 0 {
		return fmt.Errorf("S9: %v of work %d at %d, when nobody watched: %+v", op.New.PlayedAt(), op.Work, op.Account, d.viewings)
	}
	v, plays := d.viewings[n], a.log[op.Work]
	for who, at := range v.gone {
		if !d.marked(op.Work) && d.knownGone(v, who) && (who == a.id || d.mutual) {
			return fmt.Errorf("S5: %s of work %d at %d, which was taken away at %d at %v: %+v", op.Action, op.Work, op.Account, who, at, v)
		}
	}
	if at := a.unwatched[op.Work]; v.at.Known() && len(plays) == 0 && d.knownUnwatched(a, op.Work) && v.at <= a.lastRead(at) {
		return fmt.Errorf("R17: %s of work %d at %d, which is unwatched since %v: %+v", op.Action, op.Work, op.Account, at, v)
	}
	switch {
	case op.Action == provider.Update && op.New.N <= op.Old.N:
		return fmt.Errorf("R16: the date of work %d at %d is lowered from %v to %v", op.Work, op.Account, op.Old.PlayedAt(), op.New.PlayedAt())
	case !a.caps.Features[media.History].KeepsPlays:
	case op.New.N == 0 && slices.ContainsFunc(plays, func(p toyPlay) bool { return p.came < d.now }),
		op.New.N != 0 && slices.ContainsFunc(plays, func(p toyPlay) bool { return p.viewing == n && p.value.N != 0 }):
		return fmt.Errorf("S3: %v of work %d at %d a second time: %+v", op.New.PlayedAt(), op.Work, op.Account, plays)
	}
	return nil
}

// judgeRemoval is S1: what is deleted, a person deleted at another account. What
// no list has shown yet nobody can spare.
func (d *decision) judgeRemoval(a *toyAccount, op ledger.Op) error {
	for _, p := range a.log[op.Work] {
		if p.key != op.PlayKey || !a.saw(p.came, d.now) {
			continue
		}
		asked := slices.ContainsFunc(d.viewings, func(v viewing) bool {
			same := v.at == d.viewings[p.viewing].at || d.marked(op.Work)
			return v.work == op.Work && same && len(v.gone) > 0
		})
		if !asked {
			return fmt.Errorf("S1: the play %+v of work %d at %d is deleted, which nobody deleted: %+v", p, op.Work, op.Account, d.viewings)
		}
	}
	return nil
}

// marked tells whether a work was marked without a date: such a mark stands for
// any viewing of it, and whoever takes one away may mean the other (R16).
func (d *decision) marked(w media.WorkID) bool {
	return slices.ContainsFunc(d.viewings, func(v viewing) bool { return v.work == w && !v.at.Known() })
}

// knownGone tells whether the engine can know that a viewing was taken away at
// an account: it was seen wherever it was noted before, and what was left has
// been read, twice where nobody can look it up (R6), five times where the list is
// again as it was before (R2). Seen later it would be the later word (R7, R11).
func (d *decision) knownGone(v viewing, who ledger.AccountID) bool {
	a, gone := d.shelves[who-1], v.gone[who]
	if !d.believed(a, v.came[who], gone, v.at) {
		return false
	}
	for id, said := range v.said {
		if !d.believed(d.shelves[id-1], said, gone, v.at) {
			return false
		}
	}
	need := 2
	switch {
	case a.caps.Features[media.History].LookUp:
		need = 1
	case slices.ContainsFunc(a.back, func(at media.Moment) bool { return at > gone }):
		need = 5
	}
	return a.sawTimes(gone, d.now) >= need
}

// knownUnwatched is the same for a mark.
func (d *decision) knownUnwatched(a *toyAccount, w media.WorkID) bool {
	at := a.unwatched[w]
	return at.Known() && d.believed(a, a.marked[w], at, a.marked[w]) && a.saw(at, d.now)
}

// believed tells whether what came and went was read often enough in between:
// twice where it is dated before the last read and nobody can look it up (R6).
func (d *decision) believed(a *toyAccount, came, went, dated media.Moment) bool {
	looks := a.sawTimes(came, went)
	if old := dated <= a.lastRead(came); (d.froze || old) && !a.caps.Features[media.History].LookUp {
		return looks > 1
	}
	return looks > 0
}

// sawTimes counts the reads between two moments that showed the truth.
func (a *toyAccount) sawTimes(from, to media.Moment) (n int) {
	for _, at := range a.reads {
		if from < at && at <= to {
			n++
		}
	}
	return n
}

// agreePlays is S3, L1 and L4: at rest no log has a viewing twice, and accounts
// that keep the same have every viewing that stands and none that was taken
// away, or the plan says why not.
func (d *decision) agreePlays(p ledger.Plan) error {
	for _, a := range d.shelves {
		for _, w := range d.works {
			told := slices.ContainsFunc(p.NonOps, func(n ledger.NonOp) bool {
				return n.Account == a.id && n.Work == w.ID && explains(d.feature, n.Why.Code)
			})
			if told || d.waits(w.ID) {
				continue
			}
			if err := d.agreeOn(a, w.ID); err != nil {
				return fmt.Errorf("%w: %+v\nviewings %+v\n%+v", err, a.log[w.ID], d.viewings, p.NonOps)
			}
		}
	}
	return nil
}

// agreeOn judges one work at one account. Where it was marked without a date, all
// that is sure is that it is watched.
func (d *decision) agreeOn(a *toyAccount, w media.WorkID) error {
	plays, logs := a.log[w], a.caps.Features[media.History].KeepsPlays && !d.marked(w)
	for n, v := range d.viewings {
		if v.work != w || !v.at.Known() {
			continue
		}
		shown := slices.ContainsFunc(plays, func(p toyPlay) bool { return p.viewing == n })
		stands := len(v.gone) == 0 && d.noted(v) && !d.markGone(w) && !d.likeOurPlay(v)
		switch {
		case stands && !shown && logs:
			return fmt.Errorf("L1: account %d lacks what was watched at %v", a.id, v.at)
		case stands && len(plays) == 0 && max(a.unwatched[w], a.showedOn[w]) <= v.at: // so late it was un-watched, as far as anybody knows (R7)
			return fmt.Errorf("L1: account %d shows work %d as unwatched", a.id, w)
		case shown && logs && d.everGone(v):
			return fmt.Errorf("L1: account %d shows what was taken away at %v", a.id, v.at)
		}
	}
	return nil
}

// markGone tells whether a play without a date was taken away.
func (d *decision) markGone(w media.WorkID) bool {
	return slices.ContainsFunc(d.viewings, func(v viewing) bool { return v.work == w && !v.at.Known() && len(v.gone) > 0 })
}

// noted tells whether a log was told of a viewing: on a mark the next one may
// hide it before it is read.
func (d *decision) noted(v viewing) bool {
	for who := range v.said {
		if d.shelves[who-1].caps.Features[media.History].KeepsPlays {
			return true
		}
	}
	return false
}

// likeOurPlay: a viewing so soon after we wrote to the same log that the work was
// watched, without a date, is taken for that write (R8).
func (d *decision) likeOurPlay(v viewing) bool {
	for who := range v.said {
		a := d.shelves[who-1]
		ours := func(o toyValue) bool {
			return o.value.Set && o.value.N == 0 && v.at > o.at.Add(-time.Minute) && v.at.Sub(o.at) <= 30*time.Minute
		}
		if a.caps.Features[media.History].KeepsPlays && slices.ContainsFunc(a.ours[v.work], ours) {
			return true
		}
	}
	return false
}

func (d *decision) everGone(v viewing) bool {
	for who := range v.gone {
		if d.knownGone(v, who) {
			return true
		}
	}
	return false
}
