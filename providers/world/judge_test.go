package world

import (
	"fmt"
	"slices"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// judge says what must hold at the end, from what the person did and what the
// services hold: nothing of the engine is asked.
func (l *life) judge() {
	for w := range works {
		before := len(l.wrong)
		l.judgeWork(w)
		if len(l.wrong) > before {
			l.story = append(l.story, l.believed(w)...)
		}
	}
}

func (l *life) judgeWork(w int) {
	switch roleOf(w) {
	case toWatch:
		l.judgeViews(w)
		return
	case toRate:
		l.judgeWord(w, "rating", func(p *place) (string, bool) {
			if p.rated == nil {
				return "", false
			}
			return fmt.Sprint(p.rated(w)), true
		}, "0")
	case toList:
		l.judgeWord(w, "on the watchlist", func(p *place) (string, bool) { return fmt.Sprint(p.listed(w)), true }, "false")
	case toPause:
		l.judgePosition(w)
	}
	l.unseen(w)
}

// mostRemovals is how many values or plays, copies counted once, a run may remove at one target because of one account
// without being asked; the works of a life are too few for a larger share.
const mostRemovals = 3

// bounded: no run removed more than that, and what was removed can be put back
// (S6, S12).
func (l *life) bounded() {
	type run struct {
		number        ledger.RunID
		target, cause ledger.AccountID
	}
	removed := map[run]map[ledger.Subject]bool{}
	for _, e := range l.journal() {
		if e.Op.Action != provider.Remove {
			continue
		}
		if !e.Op.Old.Set {
			l.fault("S12: %+v was removed at account %d without its old value", e.Op.Subject, e.Op.Account)
		}
		if r := (run{e.Run, e.Op.Account, e.Op.Cause.Account}); !e.Op.Approved {
			if removed[r] == nil {
				removed[r] = map[ledger.Subject]bool{}
			}
			removed[r][e.Op.Subject] = true
		}
	}
	for r, subjects := range removed {
		if len(subjects) > mostRemovals {
			l.fault("S6: run %d removed %d at account %d because of %d", r.number, len(subjects), r.target, r.cause)
		}
	}
}

// judgePosition: what was left half watched anywhere can be resumed everywhere;
// some services forget positions after a while.
func (l *life) judgePosition(w int) {
	for _, p := range l.judged() {
		if p.paused == nil {
			continue
		}
		if got := p.paused(w); got && !l.said[w] || !got && l.said[w] {
			l.fault("L1: work %d: half watched %v, and at %s %v", w, l.said[w], p.service.Name, got)
		}
	}
}

// judged are the services that are well.
func (l *life) judged() []*place {
	return slices.DeleteFunc(slices.Clone(l.places), func(p *place) bool { return p == l.lost })
}

// preview looks once without a hand: nothing is written by that (S18).
func (l *life) preview() {
	before := l.writes()
	if _, err := l.engine.Once(l.t.Context(), engine.Wish{Preview: true}); err != nil {
		l.note("preview: %v", err)
	}
	if n := l.writes() - before; n != 0 {
		l.fault("S18: a preview wrote %d times", n)
	}
}

// explained: whatever is not done has a reason (L4).
func (l *life) explained() {
	unmet, err := l.store.Unmet(l.t.Context(), l.me, 0)
	l.must(err)
	for _, n := range unmet {
		if n.Why.Code == "" {
			l.fault("L4: account %d, %+v is not done, and nobody says why", n.Account, n.Subject)
		}
	}
}

// judgeViews: what was watched anywhere is watched everywhere, and no log has
// more plays than there were viewings.
func (l *life) judgeViews(w int) {
	for _, p := range l.judged() {
		got := p.watched(w)
		most := l.views[w]
		if !p.countsPlays {
			most = min(most, 1)
		}
		if p.neverLess && l.deleted[w] {
			most = 1 // what it was told before the plays were deleted
		}
		if slices.Contains(l.unwatched[w], p.service.Name) {
			most = 0 // R17: it stays so there, and the plays elsewhere stay
		}
		if got > most || got == 0 && most > 0 {
			l.fault("work %d: %s has %d plays of %d viewings", w, p.service.Name, got, l.views[w])
		}
	}
}

// judgeWord: all say the same; what was never said is nowhere, and what nobody
// took back is still there.
func (l *life) judgeWord(w int, what string, shown func(*place) (string, bool), none string) {
	seen := map[string]bool{}
	all := ""
	for _, p := range l.judged() {
		v, can := shown(p)
		if !can {
			continue
		}
		seen[v] = true
		all += fmt.Sprintf(" %s: %s;", p.service.Name, v)
	}
	switch {
	case len(seen) > 1:
		l.fault("work %d: no agreement on %s:%s", w, what, all)
	case l.said[w] && !l.taken[w] && seen[none]:
		l.fault("work %d: %s is gone and nobody took it back", w, what)
	case l.said[w] && !seen[l.last[w]] && len(seen) > 0:
		l.fault("S10: work %d: %s was last said to be %s:%s", w, what, l.last[w], all)
	case !l.said[w] && !seen[none] && len(seen) > 0:
		l.fault("work %d: %s was never said:%s", w, what, all)
	}
}

// unseen: a rating or a place on a list is no viewing. SIMKL by itself calls a
// film that is rated completed, without a date: there it proves nothing.
func (l *life) unseen(w int) {
	for _, p := range l.judged() {
		if p.service.Name != "simkl" && p.watched(w) > 0 {
			l.fault("work %d: watched at %s, but nobody watched it", w, p.service.Name)
		}
	}
}
