package world

import (
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/store"
	"watchkeeper/providers/internal/fakekit"
)

// believed tells for a work that went wrong what the engine believes of it and
// its parts, and what it did: for whoever reads a failure, never for the judge.
func (l *life) believed(w int) (lines []string) {
	ids, err := l.store.LibraryWorks(l.t.Context(), store.LibraryQuery{Profile: l.me, Search: fakekit.SomeWorks(works)[w].Title})
	l.must(err)
	all, err := l.store.Dossiers(l.t.Context(), l.me, ids)
	l.must(err)
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, d := range all {
		say("work %d: %q s%d e%d, plays %v", d.Work.ID, d.Work.Title, d.Work.Season, d.Work.Number, d.Plays)
		for _, s := range d.Shown {
			say("  shown at %s %s as %s%s: state %d %s, of %s, since run %d first %v", l.names[s.Account], s.Feature, s.Key, s.PlayKey, s.State, s.Value.Text(s.Feature), s.At, s.Since, s.FirstLook)
		}
		said, err := l.store.Timeline(l.t.Context(), l.me, d.Work.ID)
		l.must(err)
		for _, s := range said.Before {
			say("  until run %d: %s", s.Gone, l.statement(s.Statement))
		}
		for _, s := range said.Current {
			say("  stands: %s", l.statement(s))
		}
		for _, e := range said.Writes {
			say("  run %d, %s: %s %s (play %d) %s -> %s because of %s %d, %s %s", e.Run, e.Sent, l.names[e.Op.Account], e.Op.Feature, e.Op.Play,
				e.Op.Old.Text(e.Op.Feature), e.Op.New.Text(e.Op.Feature), l.names[e.Op.Cause.Account], e.Op.Cause.Seq, e.State, e.Error)
		}
		lines = append(lines, l.waiting(d)...)
	}
	return lines
}

// waiting is what is open for a work.
func (l *life) waiting(d ledger.Dossier) (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, p := range d.Pending {
		say("  pending at %s: %s -> %s, sent %s, state %d, until %s", l.names[p.Account], p.Old.Text(p.Feature), p.New.Text(p.Feature), p.Sent, p.State, p.Until)
	}
	for _, p := range d.Proofs {
		say("  waits for proof at %s: %s %s", l.names[p.Account], p.Key, p.Now.Text(p.Feature))
	}
	for _, q := range d.Quarantine {
		say("  failed at %s: %s %d times, %s", l.names[q.Account], q.Value.Text(q.Feature), q.Failures, q.Why)
	}
	for _, r := range d.Refusals {
		say("  refused for %s: %+v", l.names[r.Target], r.Cause)
	}
	unmet, err := l.store.Unmet(l.t.Context(), l.me, 0)
	l.must(err)
	for _, n := range unmet {
		if n.Work == d.Work.ID {
			say("  not done at %s: %s (play %d) %s: %s of %s %s", l.names[n.Account], n.Feature, n.Play, n.Want.Value.Text(n.Feature), n.Why.Code, l.names[n.Why.Who], n.Why.Details)
		}
	}
	return lines
}

func (l *life) statement(s ledger.Statement) string {
	what := "cleared"
	if !s.Cleared {
		what = s.Value.Text(s.Feature)
	}
	return fmt.Sprintf("#%d run %d: %s says %s (play %d) %s at %s, by %s #%d, local %v, first %v", s.Seq, s.Run, l.names[s.Account], s.Feature, s.Play, what, s.At,
		l.names[s.Origin], s.OriginSeq, s.Local, s.FirstLook)
}
