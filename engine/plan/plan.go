// Package plan decides what each account should show and which writes that
// takes (R10–R21): it is handed everything believed about a few works and
// returns a ledger.Plan, with a reason for everything that is not done.
//
// It is pure: no clock, no IO, no randomness, and neither the order of rows nor
// the way works are handed over in batches has any effect (S16). It does not
// read views (engine/observe), judge how much is too much (engine/guard) or
// write anything (engine/apply).
//
// Read resolve.go for who has the last word, graph.go for what a path of
// routes permits, single.go for lists, ratings and positions, history.go for
// plays, gate.go for what stops a write that is otherwise due.
package plan

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Make plans the works of ds, one person's.
func Make(w *ledger.World, ds []ledger.Dossier) ledger.Plan {
	p := NewPlanner(w)
	for i := range ds {
		p.Add(&ds[i])
	}
	return p.Plan()
}

// Planner plans one person's works, each independently of the others (S16), so
// that not all their dossiers need be held at once.
type Planner struct {
	w       *ledger.World
	parties []*ledger.Party // in account order
	graphs  [len(media.Features)]*graph
	plan    ledger.Plan
}

// NewPlanner begins a plan. w must not change while it is made.
func NewPlanner(w *ledger.World) *Planner {
	p := &Planner{w: w, plan: ledger.Plan{Run: w.Run}}
	for i := range w.Parties {
		p.parties = append(p.parties, &w.Parties[i])
	}
	slices.SortFunc(p.parties, func(a, b *ledger.Party) int { return cmp.Compare(a.ID, b.ID) })
	for _, f := range media.Features {
		p.graphs[f] = newGraph(w, f)
	}
	return p
}

// Add plans one more work and tells whether that leaves anything to write or to
// ask.
func (p *Planner) Add(d *ledger.Dossier) bool {
	before := len(p.plan.Ops) + len(p.plan.Questions)
	p.dossier(newBeliefs(d))
	return len(p.plan.Ops)+len(p.plan.Questions) > before
}

// Drop takes works out of the plan, so that they can be added anew.
func (p *Planner) Drop(works map[media.WorkID]bool) {
	p.plan.Ops = slices.DeleteFunc(p.plan.Ops, func(op ledger.Op) bool { return works[op.Work] })
	p.plan.NonOps = slices.DeleteFunc(p.plan.NonOps, func(n ledger.NonOp) bool { return works[n.Work] })
	p.plan.Questions = slices.DeleteFunc(p.plan.Questions, func(q ledger.Question) bool { return works[q.Work] })
	p.plan.Withdrawn = slices.DeleteFunc(p.plan.Withdrawn, func(ref ledger.StatementRef) bool { return works[ref.Work] })
}

// Plan is what the works come to, until one is added or dropped. Ops are in
// writing order (R19) without ids; reasons for what is not done and questions
// follow the same order. World.Explain also gives reasons for what is equal
// already.
func (p *Planner) Plan() ledger.Plan {
	slices.SortFunc(p.plan.Ops, compareOps)
	slices.SortFunc(p.plan.NonOps, compareNonOps)
	slices.SortFunc(p.plan.Questions, compareQuestions)
	p.plan.Questions = slices.Compact(p.plan.Questions)
	slices.SortFunc(p.plan.Withdrawn, func(a, b ledger.StatementRef) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), compareSubjects(a.Subject, b.Subject))
	})
	return p.plan
}

// dossier plans one work at every account.
func (p *Planner) dossier(b *beliefs) {
	if p.w.Explain {
		p.unproven(b)
	}
	for _, f := range media.Features {
		if (f == media.History || f == media.Progress) && !b.Work.Kind.Leaf() {
			continue // a show's key would mark every episode below it
		}
		if !b.spoken(f) && !p.graphs[f].anyExact() {
			continue // nobody said anything (R10)
		}
		p.forget(b, f)
		for _, party := range p.parties {
			if !open(party, f) {
				continue
			}
			t := &target{Planner: p, b: b, g: p.graphs[f], party: party, f: f, caps: party.Caps.Feature(f)}
			if f == media.History {
				t.history()
			} else {
				t.single()
			}
		}
	}
}

// unproven notes what an account was seen to show and what is not believed yet:
// a person who has just said something finds it here before it counts (R6).
func (p *Planner) unproven(b *beliefs) {
	for _, proof := range b.seen() {
		party := p.w.Party(proof.Account)
		if party == nil || !open(party, proof.Feature) {
			continue
		}
		want := ledger.Want{Cleared: !proof.Now.Set, Value: proof.Now}
		p.plan.NonOps = append(p.plan.NonOps, ledger.NonOp{Account: proof.Account, Want: want, Unmet: true,
			Subject: ledger.Subject{Work: b.Work.ID, Feature: proof.Feature, Play: proof.Play},
			Why:     ledger.Reason{Code: ledger.PendingProof, Who: proof.Account, Value: want, When: proof.First}})
	}
}

// forget withdraws what an account said before the first look of this run and
// does not show any more (R13): nobody knows whether the person removed it.
func (p *Planner) forget(b *beliefs, f media.Feature) {
	for _, party := range p.parties {
		if !open(party, f) || !party.TrustedNow[f] || p.firstLook(party, f) != p.w.Run {
			continue
		}
		t := &target{Planner: p, b: b, g: p.graphs[f], party: party, f: f, caps: party.Caps.Feature(f)}
		for _, st := range b.statements {
			if st.Account == party.ID && st.Feature == f && !st.Cleared && !t.stillShown(st.Subject) {
				ref := ledger.StatementRef{Account: st.Account, Subject: st.Subject}
				b.forgotten[ref] = true
				p.plan.Withdrawn = append(p.plan.Withdrawn, ref)
			}
		}
	}
}

// firstLook is the run of an account's first look at a feature; this run where
// it has not been looked at since it was connected.
func (p *Planner) firstLook(party *ledger.Party, f media.Feature) ledger.RunID {
	trust := party.Trust[f]
	if !trust.Looked || party.Connected > trust.Run {
		return p.w.Run
	}
	return trust.FirstRun
}

// open tells whether an account takes part in a feature: signed in, switched
// on and offered.
func open(party *ledger.Party, f media.Feature) bool {
	return !party.Removed && slices.Contains(party.Features, f) && party.Caps.Feature(f).Offered()
}

// target is one account's view of one work in one feature.
type target struct {
	*Planner
	b     *beliefs
	g     *graph
	party *ledger.Party
	f     media.Feature
	caps  provider.FeatureCaps
	// added are the plays planned so far for this work on this account.
	added []ledger.Op
}

func (t *target) subject(play media.PlayID) ledger.Subject {
	return ledger.Subject{Work: t.b.Work.ID, Feature: t.f, Play: play}
}
