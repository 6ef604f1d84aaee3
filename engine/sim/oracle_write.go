package sim

import (
	"context"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

func grainOf(room *Room, f media.Feature) time.Duration {
	return time.Duration(max(room.Memory.Profile().Caps.Features[f].GrainMS, 1000)) * time.Millisecond
}

// causes are words elsewhere that may be behind a write.
func (j *judge) causes(s sent, set bool) (out []told) {
	key := topic{s.Work, s.Change.Feature}
	for _, t := range j.words[key] {
		if t.who != s.who && t.set == set {
			out = append(out, t)
		}
	}
	for _, e := range j.effects[key] {
		if e.who != s.who && e.set == set && j.puzzling(e, key) {
			out = append(out, e.told)
		}
	}
	return out
}

// ends are viewings that take a position or a list entry with them (R9, R18).
func (j *judge) ends(s sent) (out []told) {
	f := s.Change.Feature
	if f != media.Progress && !(f == media.Watchlist && j.watchedLeaves) {
		return nil
	}
	for key, words := range j.words {
		if key.feature != media.History || key.work != s.Work && key.work.Parent() != s.Work {
			continue
		}
		for _, t := range words {
			if t.set {
				out = append(out, t)
			}
		}
	}
	return out
}

// standing is the person's own word that the account shows; ok is false when
// a write of ours came later or nobody said anything there.
func (j *judge) standing(s sent) (t told, ok bool) {
	key := topic{s.Work, s.Change.Feature}
	for _, w := range j.words[key] {
		if w.who == s.who {
			t, ok = w, true
		}
	}
	for _, w := range j.sent[key] {
		if w.who == s.who && w.Stored && w.nth > t.nth {
			ok = false
		}
	}
	return t, ok
}

// exact: the account copies others whatever its owner says there (R12).
func (j *judge) exact(s sent) bool {
	return slices.ContainsFunc(j.routes, func(r ledger.Route) bool {
		return r.To == s.op.Account && r.Feature == s.Change.Feature && r.Mode == ledger.CopyExactly
	})
}

// unseen: the account was not read in clear weather since the word, so that
// nobody could know of it.
func (j *judge) unseen(t told, s sent) bool {
	r := j.noticed(shelf{t.who, s.Change.Feature}, t.nth)
	about := topic{s.Work, s.Change.Feature}
	return r.nth == 0 || r.nth > s.nth || !t.set && j.nameless(t, s.Work) || j.backAndForth(t, about) || j.unproved(t, about)
}

// unproved: what was taken away had not been seen twice since it was given, at an
// account that tells no times and has no look-up: it was never believed, and that
// it went says nothing (R6).
func (j *judge) unproved(t told, key topic) bool {
	if t.set || j.times(t.who, key.feature) || j.l.home.Room(t.who).Memory.Profile().Caps.Features[key.feature].LookUp {
		return false
	}
	var given told
	for _, w := range j.words[key] {
		if w.who == t.who && w.nth < t.nth {
			given = w
		}
	}
	ours := slices.ContainsFunc(j.sent[key], func(w sent) bool { return w.who == t.who && w.Stored && given.nth < w.nth && w.nth < t.nth })
	looks := 0
	for _, r := range j.reads[shelf{t.who, key.feature}] {
		if given.nth < r.nth && r.nth < t.nth {
			looks++
		}
	}
	return given.set && !ours && looks < 2
}

// nameless: the account gives no ids, and what the word is about did not come
// there by a write of ours, so that nobody knows which work it is.
func (j *judge) nameless(t told, w providertest.Work) bool {
	p := j.l.home.Room(t.who).Memory.Profile()
	return len(p.IDs[w.Kind]) == 0 && len(p.Numbered) == 0 && !slices.ContainsFunc(media.Features[:], func(f media.Feature) bool {
		return slices.ContainsFunc(j.sent[topic{w, f}], func(s sent) bool { return s.who == t.who && s.Stored && s.nth < t.nth })
	})
}

// backAndForth: what was said or written at the account was taken back there
// between two reads, nobody looked it up meanwhile, and no time of the service
// tells of it: it looks untouched, or as if our write had never arrived.
func (j *judge) backAndForth(t told, key topic) bool {
	var last told
	for _, w := range j.words[key] {
		if w.who == t.who && w.nth < t.nth {
			last = w
		}
	}
	for _, w := range j.sent[key] {
		if w.who == t.who && w.Stored && w.nth < t.nth && w.nth > last.nth {
			last = told{nth: w.nth, set: w.Change.Action != provider.Remove}
		}
	}
	if last.nth == 0 || last.set == t.set || t.set && (key.feature != media.Watchlist || j.times(t.who, key.feature)) {
		return false
	}
	between := j.next(shelf{t.who, key.feature}, last.nth)
	looked := slices.ContainsFunc(j.lookUps[asked{t.who, key}], func(nth int) bool { return last.nth < nth && nth < t.nth })
	return !looked && (between.nth == 0 || between.nth > t.nth)
}

// removed is S1 for removals.
func (j *judge) removed(s sent) {
	f := s.Change.Feature
	causes := append(j.causes(s, false), j.ends(s)...)
	if len(causes) == 0 {
		j.fail("S1", "%s: nobody took it away", s)
		return
	}
	if f == media.History {
		j.unplayed(s, causes)
		return
	}
	j.laterThan(s, causes)
}

// overwritten is S1 for changes of a value.
func (j *judge) overwritten(s sent) {
	causes := j.causes(s, true)
	if len(causes) == 0 {
		j.fail("S1", "%s: nobody changed it", s)
		return
	}
	j.laterThan(s, causes)
}

// lost takes note of writes that never came to their accounts: all that the engine
// knows is that they may have (R26).
func (j *judge) lost(ctx context.Context, entries []ledger.Entry, arrived map[string]bool) {
	for _, e := range entries {
		if e.State == ledger.Unanswered && !arrived[string(e.Op.ID)] {
			about := asked{j.l.nameOf(e.Op.Account), topic{j.workOf(ctx, e.Op.Work), e.Op.Feature}}
			j.unsent[about] = append(j.unsent[about], j.nth)
		}
	}
}

// expectedReads is for how many trusted reads a write that does not show is
// expected to: five of its window, and of three more once it is lost (R8).
const expectedReads = 20

// likeOurs: the owner put on a list that tells no times what a write of ours, lost
// on its way, would have put there, while that was still expected: it looks as if
// that write had arrived (R8).
func (j *judge) likeOurs(own told, s sent) bool {
	f := s.Change.Feature
	if !own.set || f != media.Watchlist || j.times(own.who, f) {
		return false
	}
	return slices.ContainsFunc(j.unsent[asked{own.who, topic{s.Work, f}}], func(nth int) bool {
		reads := 0
		for _, r := range j.reads[shelf{own.who, f}] {
			if nth < r.nth && r.nth < own.nth {
				reads++
			}
		}
		return nth < own.nth && reads < expectedReads
	})
}

// laterThan wants a cause that was said later than what the account shows.
func (j *judge) laterThan(s sent, causes []told) {
	f := s.Change.Feature
	own, ok := j.standing(s)
	if !ok || j.unseen(own, s) || j.exact(s) || j.tried[topic{s.Work, f}] || j.shifted(s.Work) || j.likeOurs(own, s) {
		return
	}
	later := func(c told) bool {
		word := f
		if !c.set && f == media.Progress || c.set && s.Change.Action == provider.Remove {
			word = media.History
		}
		return j.hi(c, word, s.Sent) >= j.lo(own, f)
	}
	if !slices.ContainsFunc(causes, later) {
		j.fail("S1", "%s: the owner spoke there at %s, later than anybody elsewhere: %+v", s, own.at, causes)
	}
}

// shifted: an account's item came to stand for another work, so that nothing is
// believed about either until the same is read twice (identity_shift): whatever is
// said meanwhile, nobody knows its order.
func (j *judge) shifted(w providertest.Work) bool {
	for _, works := range j.altered {
		if slices.Contains(works, w) {
			return true
		}
	}
	return false
}

// unplayed: a play goes only where a play of that date, or the one that it was
// a copy of, was taken away elsewhere; un-watching a flag takes no play away
// unless the route says so (R17).
func (j *judge) unplayed(s sent, causes []told) {
	if j.skewed || !s.Change.Old.PlayedAt().Known() {
		return
	}
	dates := append(j.copied(s), s.Change.Old.PlayedAt())
	near := func(c told) bool {
		return !c.value.PlayedAt().Known() || j.unwatches(c.who) || slices.ContainsFunc(dates, func(d media.Moment) bool { return nearPlay(s.Work, c.value.PlayedAt(), d) })
	}
	if !slices.ContainsFunc(causes, near) {
		j.fail("S1", "%s: no play of %s was taken away elsewhere: %+v", s, s.Change.Old.PlayedAt(), causes)
	}
}

// unwatches: un-marking the account's flag takes every play away along a route
// that says so (R17).
func (j *judge) unwatches(name string) bool {
	room := j.l.home.Room(name)
	return !room.Memory.Profile().Caps.Features[media.History].KeepsPlays && slices.ContainsFunc(j.routes, func(r ledger.Route) bool {
		return r.From == room.ID && r.Feature == media.History && r.Unwatch
	})
}

// copied are the dates of the viewings that a write of ours can have stood for
// where the service dated it by itself.
func (j *judge) copied(s sent) (out []media.Moment) {
	key := topic{s.Work, media.History}
	i := slices.IndexFunc(j.sent[key], func(w sent) bool { return w.who == s.who && w.Stored && w.After == s.Change.Old })
	if i < 0 {
		return nil
	}
	for _, t := range j.words[key] {
		if t.set && t.who != s.who && t.nth < j.sent[key][i].nth {
			out = append(out, t.value.PlayedAt())
		}
	}
	return out
}

// nearPlay: two dates may be of one viewing (R16).
func nearPlay(w providertest.Work, a, b media.Moment) bool {
	d := a.Sub(b).Abs()
	return d <= 2*max(time.Duration(w.RuntimeMS())*time.Millisecond, time.Hour)
}

// added is S5 and S9: what is added was said by somebody elsewhere, and later
// than the owner took it away here.
func (j *judge) added(s sent) {
	f := s.Change.Feature
	causes := j.causes(s, true)
	if len(causes) == 0 {
		own, _ := j.standing(s)
		// Its item was made anew and lost what was said.
		anew := own.set && (j.unsettled[s.Work] || j.ended(own, topic{s.Work, f})) || own.early || j.outOfSight(own, f)
		if !anew && !j.putBack[topic{s.Work, f}] {
			j.fail("S9", "%s: nobody elsewhere said so", s)
		}
		return
	}
	own, ok := j.standing(s)
	if !ok || own.set || j.unseen(own, s) || j.outOfSight(own, f) || j.answers || f == media.History || j.exact(s) {
		return
	}
	if !slices.ContainsFunc(causes, func(c told) bool { return j.hi(c, f, s.Sent) >= j.lo(own, f) }) {
		j.fail("S5", "%s: the owner took it away there at %s, later than anybody said it elsewhere: %+v", s, own.at, causes)
	}
}

// invented is S9 for values: a rating, date or position that nobody gave.
func (j *judge) invented(room *Room, s sent) {
	if s.Change.Action == provider.Remove {
		return
	}
	f := s.Change.Feature
	ok := true
	switch f {
	case media.Ratings:
		ok = slices.ContainsFunc(j.words[topic{s.Work, f}], func(t told) bool { return t.set && j.sameRating(room, t, s.Change.New) })
	case media.Progress:
		ok = slices.ContainsFunc(j.words[topic{s.Work, f}], func(t told) bool { return t.set && samePosition(t.value, s.Change.New) })
	case media.History:
		at := s.Change.New.PlayedAt()
		ok = !at.Known() || j.skewed || slices.ContainsFunc(j.dates[s.Work], func(d media.Moment) bool { return nearPlay(s.Work, d, at) })
	}
	if !ok {
		j.fail("S9", "%s: nobody ever gave %s", s, s.Change.New.Text(f))
	}
}

// sameRating: it came by any of the accounts, each with steps of its own.
func (j *judge) sameRating(room *Room, t told, v media.Value) bool {
	to := room.Memory.Profile().Caps.Features[media.Ratings]
	if providertest.Keep(to, media.Ratings, t.value, 0) == v {
		return true
	}
	for _, name := range j.l.home.order {
		by := j.l.home.Room(name).Memory.Profile().Caps.Features[media.Ratings]
		if by.Offered() && providertest.Keep(to, media.Ratings, providertest.Keep(by, media.Ratings, t.value, 0), 0) == v {
			return true
		}
	}
	return false
}

func samePosition(a, b media.Value) bool {
	d := share(a) - share(b)
	return d < 0.02 && d > -0.02
}

func share(v media.Value) float64 {
	of := v.Of
	if of == 0 {
		of = media.FractionWhole
	}
	return float64(v.N) / float64(of)
}

// repeated is S3 and L3: what was stored is not written again before a read
// in clear weather could show it missing; a play never.
func (j *judge) repeated(s sent) {
	f := s.Change.Feature
	if s.op.Retry && len(j.l.home.Room(s.who).Memory.Profile().IDs[s.Work.Kind]) == 0 {
		return // without ids what was written may never be found again
	}
	logs := f == media.History && j.l.home.Room(s.who).Memory.Profile().Caps.Features[f].KeepsPlays
	for _, old := range j.sent[topic{s.Work, f}] {
		same := old.who == s.who && old.Stored && old.Change.Action == s.Change.Action && old.Change.New == s.Change.New
		if !same || s.Change.Action == provider.Remove || j.between(s, old) {
			continue
		}
		waited := s.Sent.Sub(old.Sent) >= time.Hour
		seen := j.noticed(shelf{s.who, f}, old.nth)
		switch {
		case logs:
			j.fail("S3", "%s: the same play was stored at %s", s, old.Sent)
		case !waited, seen.nth != 0 && seen.nth < s.nth && s.Before == old.After:
			j.fail("L3", "%s: the same was stored at %s", s, old.Sent)
		}
		return
	}
}

// between: somebody spoke about the work since, or took something back.
func (j *judge) between(s, old sent) bool {
	if j.answers || j.unsettled[s.Work] {
		return true
	}
	for f := range media.Features {
		for _, t := range j.words[topic{s.Work, media.Feature(f)}] {
			if t.nth > old.nth || t.at == old.Sent {
				return true
			}
		}
	}
	return false
}
