package plan

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// candidate is a statement that competes at a target (R11).
type candidate struct {
	ledger.Statement
	order int64 // route order, the last tie-break
	// byPlay: a play that ends a position or, where the person wants it, takes
	// the work off lists (R18, R9). It competes without a path.
	byPlay bool
	// unwatch: un-watching on a flag, by routes that let it delete plays (R17).
	unwatch bool
}

// contest is everything that competes at a target for one subject, the last
// word first.
type contest struct {
	candidates []candidate
	own        *ledger.Statement // the target's own current statement, void or not
	barred     []ledger.Statement
	barredBy   []ledger.Code
}

// contest gathers the statements that reach the target by any path of routes
// and its own; permissions take no part (R11).
func (t *target) contest(s ledger.Subject) contest {
	about := t.b.about(s)
	c := contest{own: t.b.statement(t.party.ID, s), candidates: make([]candidate, 0, len(about))}
	for _, st := range about {
		t.admit(&c, st)
	}
	if s.Play == 0 {
		t.admitPlays(&c, s)
	} else {
		t.admitUnwatching(&c, s)
	}
	if t.pinned(ledger.AlwaysKeep) {
		c.keep()
	}
	slices.SortFunc(c.candidates, compareCandidates)
	return c
}

// keep bars every Cleared: a person decided that the work stays.
func (c *contest) keep() {
	for _, x := range c.candidates {
		if x.Cleared && !x.Local {
			c.barred, c.barredBy = append(c.barred, x.Statement), append(c.barredBy, ledger.Pinned)
		}
	}
	c.candidates = slices.DeleteFunc(c.candidates, func(x candidate) bool { return x.Cleared })
}

// admit lets a statement compete if it is live here.
func (t *target) admit(c *contest, st ledger.Statement) {
	switch own := st.Account == t.party.ID; {
	case t.b.forgotten[ledger.StatementRef{Account: st.Account, Subject: st.Subject}], t.b.void(st):
		return
	case st.Local && !own:
		if t.w.Explain && t.g.reaches(st.Account, t.party.ID) {
			c.barred, c.barredBy = append(c.barred, st), append(c.barredBy, t.b.localBy(st))
		}
	case !own && t.f == media.History && st.Cleared && adopted(st) && originOf(st).Account == t.party.ID:
		return // its own un-watching, which deletes none of its plays (R17)
	case own && len(t.g.exact(t.party.ID)) > 0:
		return // copy exactly: the sources alone decide (R12)
	case own || t.g.permit(st, 0, t.party.ID, toAdd).ok:
		c.candidates = append(c.candidates, candidate{Statement: st, order: t.g.order(st)})
	case t.g.reaches(st.Account, t.party.ID):
		c.barred, c.barredBy = append(c.barred, st), append(c.barredBy, ledger.Policy)
	default:
		c.barred, c.barredBy = append(c.barred, st), append(c.barredBy, ledger.NoRoute)
	}
}

// localBy is why a word stays at its account: a person took something back there,
// or the service did it by itself.
func (b *beliefs) localBy(st ledger.Statement) ledger.Code {
	undone := slices.ContainsFunc(b.Refusals, func(r ledger.Refusal) bool {
		return r.Target == st.Account && r.Subject == st.Subject && r.Why == ledger.UndoneByYou
	})
	if undone {
		return ledger.UndoneByYou
	}
	return ledger.LocalEffect
}

// compareCandidates puts the last word first (R11): unknown times are older
// than known ones, a Set beats a Cleared of the same time, then route order.
// The rest only makes the order total.
func compareCandidates(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(b.At, a.At),
		cmp.Compare(truth(a.Cleared), truth(b.Cleared)),
		cmp.Compare(a.order, b.order),
		cmp.Compare(truth(adopted(a.Statement)), truth(adopted(b.Statement))),
		cmp.Compare(a.Account, b.Account),
		cmp.Compare(b.Seq, a.Seq),
	)
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// want is the statement that decides: the last word, or a finer standing one
// that the last word's account would show the same way (R4).
func (t *target) want(cs []candidate) candidate {
	if len(cs) < 2 || cs[0].Cleared {
		return cs[0]
	}
	rest := t.want(cs[1:])
	holder := t.g.parties[cs[0].Account]
	if rest.Cleared || rest.Value == cs[0].Value || holder == nil {
		return cs[0]
	}
	coarse, ok := Project(t.f, holder.Caps.Feature(t.f), rest.Value, t.b.Work)
	if ok && coarse == cs[0].Value {
		return rest
	}
	return cs[0]
}

// tied tells whether only route order decided between the first two (R11).
func (c contest) tied() bool {
	if len(c.candidates) < 2 {
		return false
	}
	a, b := c.candidates[0], c.candidates[1]
	return a.At == b.At && a.Cleared == b.Cleared && a.Value != b.Value
}

// admitPlays lets plays compete as the end of older positions (R18) and, where
// the person wants it so, of list entries (R9).
func (t *target) admitPlays(c *contest, s ledger.Subject) {
	if t.f != media.Progress && !(t.f == media.Watchlist && t.w.Settings.WatchedLeavesLists) {
		return
	}
	for _, play := range t.b.saidPlays() {
		for _, st := range t.b.about(ledger.Subject{Work: s.Work, Feature: media.History, Play: play}) {
			if end := t.ended(st); end.Known() {
				ends := st
				ends.Run = t.b.concluded(st)
				ends.Subject, ends.Cleared, ends.Value, ends.At = s, true, media.Value{}, end
				c.candidates = append(c.candidates, candidate{Statement: ends, order: t.g.order(st), byPlay: true})
			}
		}
	}
}

// admitUnwatching lets un-watching on a flag compete as the end of a play,
// where every route on the way says so (R17); else it deletes no play anywhere.
func (t *target) admitUnwatching(c *contest, s ledger.Subject) {
	for _, st := range t.b.about(t.subject(0)) {
		if !st.Cleared || st.Local || st.Account == t.party.ID || t.b.void(st) ||
			!t.g.permit(st, t.b.concluded(st), t.party.ID, toUnwatch).ok {
			continue
		}
		ends := st
		ends.Run, ends.Subject = t.b.concluded(st), s
		c.candidates = append(c.candidates, candidate{Statement: ends, order: t.g.order(st), unwatch: true})
	}
}

// ended is just after the end of the viewing that a live play statement tells
// of, so that a position of the same instant is older; unknown otherwise.
func (t *target) ended(st ledger.Statement) media.Moment {
	if st.Cleared || st.Local || t.b.void(st) || t.b.forgotten[ledger.StatementRef{Account: st.Account, Subject: st.Subject}] {
		return 0
	}
	at := st.Value.PlayedAt()
	// A copy keeps the date as its origin stated it.
	if origin := t.g.parties[originOf(st).Account]; at.Known() && origin != nil && origin.Caps.Feature(media.History).StartDated {
		at += media.Moment(t.b.Work.RuntimeMS)
	}
	if at.Known() {
		at++
	}
	return at
}
