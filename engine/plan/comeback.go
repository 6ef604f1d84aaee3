package plan

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// comingBack notes where an account does not show any more what was said there,
// such as by an item that replaced another, while one of the ops from the given
// one on takes that word elsewhere. From there it comes back, but not before it
// is seen there: until then nobody else says it (R10), and without the note
// nothing would call for another plan (R21).
func (p *Planner) comingBack(b *beliefs, f media.Feature, first int) {
	var noted []ledger.Cause
	for _, op := range p.plan.Ops[first:] {
		party := p.w.Party(op.Cause.Account)
		if party == nil || party.ID == op.Account || !open(party, f) || slices.Contains(noted, op.Cause) {
			continue
		}
		t := &target{Planner: p, b: b, g: p.graphs[f], party: party, f: f, caps: party.Caps.Feature(f)}
		st := b.statement(party.ID, op.Subject)
		if st != nil && !st.Cleared && !st.Local && originOf(*st) == op.Cause && t.g.reaches(op.Account, party.ID) && t.lacks(op.Subject) {
			t.note(*st, ledger.PendingVisible, none, true)
			noted = append(noted, op.Cause)
		}
	}
}

// lacks tells whether the target holds the work and neither shows nor will show
// a value for the subject.
func (t *target) lacks(s ledger.Subject) bool {
	held := slices.ContainsFunc(t.rows(), func(row ledger.Shown) bool { return row.State != ledger.ShownUnknown || row.Looks > 0 })
	return held && !t.stillShown(s)
}
