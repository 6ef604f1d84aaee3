package plan

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// single plans a list entry, a rating or a position: the features in which an
// account has one value for a work.
func (t *target) single() {
	c := t.contest(t.subject(0))
	base := t.baseline()
	switch {
	case t.takeBack(c, base):
	case len(t.g.exact(t.party.ID)) > 0 && (len(c.candidates) == 0 || c.candidates[0].Cleared):
		t.extra(c, base)
	case !c.fromOthers(t.party.ID):
		t.explainBarred(c, base)
	case c.candidates[0].Cleared:
		t.clear(c, base)
	default:
		t.set(c, base)
	}
}

// fromOthers tells whether anybody but the target itself said anything (R10).
func (c contest) fromOthers(target ledger.AccountID) bool {
	return slices.ContainsFunc(c.candidates, func(x candidate) bool { return x.byPlay || x.Account != target })
}

// set plans what it takes to show the winning Set.
func (t *target) set(c contest, base baseline) {
	w := t.want(c.candidates)
	ownLeads := c.candidates[0].Account == t.party.ID
	want, ok := Project(t.f, t.caps, w.Value, t.b.Work)
	switch {
	case !ok:
		t.note(w.Statement, ledger.CannotStore, saw(ledger.SawCannotKeep), !ownLeads)
		return
	case base.state == listed && Equal(t.f, t.caps, w.Value, base.value, t.b.Work):
		t.met(c, w, base)
		return
	case base.state == listed && ownLeads && !t.overwritten(c.own, base):
		switch {
		case t.explainPolicy(c, base):
		case t.seenAnew(c.candidates[0], c.own, base):
			t.note(w.Statement, ledger.FirstLook, none, false)
		default:
			t.ownWord(c)
		}
		return
	case base.state == listed && t.seenAnew(c.candidates[0], c.own, base):
		t.note(w.Statement, ledger.FirstLook, none, false)
		return
	case ownLeads && base.queued != nil && t.shows(w.Value, base):
		// Our write may still arrive on top of the target's own word: there is
		// nothing to restore before it does.
		t.noteUntil(w.Statement, ledger.PendingVisible, base.queued.Until)
		return
	}
	if code, why := t.positionStops(w, c.own, base); code != "" {
		t.note(w.Statement, code, why, false)
		return
	}
	action, need := provider.Add, toAdd
	if base.state == listed {
		action, need = provider.Update, toUpdate
		if t.ours(c.own, base) {
			need = toAdd // R12: on add only while the target shows exactly our last write
		}
	}
	from, g := t.carrier(c, w, func(x candidate) bool {
		v, ok := Project(t.f, t.caps, x.Value, t.b.Work)
		return ok && v == want
	}, need)
	switch {
	case g.ok:
		op := t.op(action, from.Statement, g)
		op.New = want
		op.Overwrites = action == provider.Update && !t.ours(c.own, base)
		if c.tied() {
			op.Why.Details = saw(ledger.SawRouteOrder)
		}
		t.emit(op, base, t.copies(op, base), c.candidates[0].Statement)
	case action == provider.Update:
		t.note(w.Statement, ledger.PathAddOnly, none, true)
	default:
		t.ownWord(c) // only the target itself says so: nobody asked to write it there (R10)
	}
}

// carrier picks, among the statements that say what is wanted, the one whose
// path permits it best (R12). Statements before w say the same more coarsely.
func (t *target) carrier(c contest, w candidate, same func(candidate) bool, need permission) (from candidate, best grant) {
	reached := false
	for _, x := range c.candidates {
		reached = reached || x == w
		says := !x.Cleared && same(x)
		if reached && !says {
			break
		}
		if !says || x.Account == t.party.ID || x != c.candidates[0] && t.refused(x.Statement) != "" {
			continue
		}
		if g := t.g.permit(x.Statement, 0, t.party.ID, need); better(g, best) {
			from, best = x, g
		}
	}
	return from, best
}

// better prefers a path that needs no question, then the shorter, then route order.
func better(a, b grant) bool {
	if a.ok != b.ok {
		return a.ok
	}
	if x, y := truth(a.firstRun)+truth(a.ask), truth(b.firstRun)+truth(b.ask); x != y {
		return x < y
	}
	if len(a.path) != len(b.path) {
		return len(a.path) < len(b.path)
	}
	return slices.Compare(a.path, b.path) < 0
}

// shows tells whether the target shows a value now, whatever is under way.
func (t *target) shows(v media.Value, base baseline) bool {
	now, any := ledger.Fold(t.f, base.rows)
	return any && now.State == ledger.ShownValue && Equal(t.f, t.caps, v, now.Value, t.b.Work)
}

// overwritten tells whether an earlier write of ours arrived on top of what was
// said at the target since: the item by which it was said shows something else,
// and nobody said that.
func (t *target) overwritten(own *ledger.Statement, base baseline) bool {
	return base.queued == nil && own != nil && !own.Cleared && !adopted(*own) &&
		slices.ContainsFunc(base.rows, func(row ledger.Shown) bool {
			return row.Key == own.Key && row.State == ledger.ShownValue && !row.FirstLook && !Equal(t.f, t.caps, own.Value, row.Value, t.b.Work)
		})
}

// seenAnew tells whether an item came, after the last word was said, with another
// value than was said there: nobody knows since when it has it, and it may be the
// newer word (R13).
func (t *target) seenAnew(lead candidate, own *ledger.Statement, base baseline) bool {
	if base.queued != nil || own == nil {
		return false
	}
	return slices.ContainsFunc(base.rows, func(row ledger.Shown) bool {
		if !row.FirstLook || row.State != ledger.ShownValue || !own.Cleared && Equal(t.f, t.caps, own.Value, row.Value, t.b.Work) {
			return false
		}
		if lead.Account == t.party.ID {
			return row.Since > own.Run
		}
		return !row.At.Known() && row.Since > t.b.concluded(lead.Statement)
	})
}

// ours tells whether the target shows exactly our last write.
func (t *target) ours(own *ledger.Statement, base baseline) bool {
	if base.state != listed {
		return false
	}
	if base.queued != nil {
		return true
	}
	return own != nil && adopted(*own) && !own.Cleared && Equal(t.f, t.caps, own.Value, base.value, t.b.Work)
}

// copies are the rows that an add or update is written to: every copy that the
// account holds and that lacks the value (§3). Services that list what is
// there, and not what they hold, have one. While writes are under way they are
// the copies that these were for.
func (t *target) copies(op ledger.Op, base baseline) (rows []ledger.Shown) {
	if base.queued != nil {
		return base.underWay()
	}
	for _, row := range base.rows {
		if row.PlayKey != "" {
			continue // a play that stands beside a flag; another one is not written over it
		}
		if row.State != ledger.ShownValue || !Equal(t.f, t.caps, op.New, row.Value, t.b.Work) {
			rows = append(rows, row)
		}
	}
	switch {
	case len(rows) == 0 && t.caps.Coverage == provider.Whole:
		return []ledger.Shown{{}} // a list may name an item by another key than the library does
	case len(rows) == 0:
		return []ledger.Shown{{RowKey: ledger.RowKey{Key: t.key()}}}
	case t.caps.Coverage == provider.Catalogue || op.Action == provider.Update:
		return rows
	}
	return rows[:1]
}

// underWay gives each copy that is being written to as it will be, lowest key
// first.
func (base baseline) underWay() (rows []ledger.Shown) {
	for _, p := range base.queue {
		row := ledger.Shown{RowKey: p.RowKey, State: ledger.ShownValue, Value: p.New, At: p.Says.At}
		if !p.New.Set {
			row.State = ledger.ShownAbsent
		}
		at := slices.IndexFunc(rows, func(r ledger.Shown) bool { return r.RowKey == p.RowKey })
		if at < 0 {
			rows = append(rows, row)
		} else {
			rows[at] = row
		}
	}
	slices.SortFunc(rows, func(a, b ledger.Shown) int { return a.RowKey.Compare(b.RowKey) })
	return rows
}

// met notes that the target shows what it should, or will.
func (t *target) met(c contest, w candidate, base baseline) {
	if base.queued != nil {
		t.noteUntil(w.Statement, ledger.PendingVisible, base.queued.Until)
		return
	}
	if t.f != media.History && t.explainPolicy(c, base) {
		return
	}
	if own := c.candidates[0]; own.Account == t.party.ID && slices.ContainsFunc(c.candidates, func(x candidate) bool {
		return (own.Local || !x.byPlay) && (x.Cleared != w.Cleared || t.f != media.History && !Equal(t.f, t.caps, x.Value, w.Value, t.b.Work))
	}) {
		t.ownWord(c)
		return
	}
	if t.w.Explain {
		t.note(w.Statement, ledger.AlreadyEqual, none, false)
	}
}

// ownWord notes that the target's own word is the last one: a person's, what a
// person took back there (R24), or what the service did by itself (R9).
func (t *target) ownWord(c contest) {
	lead, code := c.candidates[0].Statement, ledger.NewerThere
	if lead.Local {
		code = ledger.LocalEffect
		for _, x := range c.candidates {
			code = cmp.Or(t.refused(x.Statement), code)
		}
	}
	t.note(lead, code, none, false)
}

// explainBarred says why something that was said elsewhere does not come here;
// false where there is nothing to say.
func (t *target) explainBarred(c contest, base baseline) bool {
	for i, st := range c.barred {
		lasts := c.barredBy[i] == ledger.Policy || c.barredBy[i] == ledger.Pinned
		if (lasts || t.w.Explain) && t.differs(st, base) {
			t.note(st, c.barredBy[i], none, lasts)
			return true
		}
	}
	return false
}

// explainPolicy tells whether only a service's terms keep a newer word than the
// winner away from here (R15), and says so.
func (t *target) explainPolicy(c contest, base baseline) bool {
	for i, st := range c.barred {
		if c.barredBy[i] == ledger.Policy && st.At > c.candidates[0].At && t.differs(st, base) {
			t.note(st, ledger.Policy, none, true)
			return true
		}
	}
	return false
}

// differs tells whether a live statement says other than the target shows.
func (t *target) differs(st ledger.Statement, base baseline) bool {
	return !t.b.void(st) && (st.Cleared == (base.state == listed) ||
		!st.Cleared && !Equal(t.f, t.caps, st.Value, base.value, t.b.Work))
}
