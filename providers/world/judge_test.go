package world

import "fmt"

// judge says what must hold at the end, from what the person did and what the
// services hold: nothing of the engine is asked.
func (l *life) judge() {
	for w := range works {
		switch roleOf(w) {
		case toWatch:
			l.judgeViews(w)
		case toRate:
			l.judgeWord(w, "rating", func(p *place) (string, bool) {
				if p.rated == nil {
					return "", false
				}
				return fmt.Sprint(p.rated(w)), true
			}, "0")
			l.unseen(w)
		case toList:
			l.judgeWord(w, "on the watchlist", func(p *place) (string, bool) { return fmt.Sprint(p.listed(w)), true }, "false")
			l.unseen(w)
		}
	}
}

// judgeViews: what was watched anywhere is watched everywhere, and no log has
// more plays than there were viewings.
func (l *life) judgeViews(w int) {
	for _, p := range l.places {
		got := p.watched(w)
		most := l.views[w]
		if !p.countsPlays {
			most = min(most, 1)
		}
		if got > most || got == 0 && most > 0 {
			l.t.Errorf("work %d: %s has %d plays of %d viewings", w, p.service.Name, got, l.views[w])
		}
	}
}

// judgeWord: all say the same; what was never said is nowhere, and what nobody
// took back is still there.
func (l *life) judgeWord(w int, what string, shown func(*place) (string, bool), none string) {
	seen := map[string]bool{}
	all := ""
	for _, p := range l.places {
		v, can := shown(p)
		if !can {
			continue
		}
		seen[v] = true
		all += fmt.Sprintf(" %s: %s;", p.service.Name, v)
	}
	switch {
	case len(seen) > 1:
		l.t.Errorf("work %d: no agreement on %s:%s", w, what, all)
	case l.said[w] && !l.taken[w] && seen[none]:
		l.t.Errorf("work %d: %s is gone and nobody took it back", w, what)
	case !l.said[w] && !seen[none] && len(seen) > 0:
		l.t.Errorf("work %d: %s was never said:%s", w, what, all)
	}
}

// unseen: a rating or a place on a list is no viewing. SIMKL by itself calls a
// film that is rated completed, without a date: there it proves nothing.
func (l *life) unseen(w int) {
	for _, p := range l.places {
		if p.service.Name != "simkl" && p.watched(w) > 0 {
			l.t.Errorf("work %d: watched at %s, but nobody watched it", w, p.service.Name)
		}
	}
}
