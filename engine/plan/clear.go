package plan

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// clear plans what it takes to follow the winning Cleared: nothing where the
// target shows nothing, a removal where R12 and R13 permit it.
func (t *target) clear(c contest, base baseline) {
	lead := c.candidates[0]
	if base.state != listed {
		t.met(c, lead, base)
		return
	}
	if lead.Account == t.party.ID && !lead.byPlay {
		t.ownWord(c)
		return
	}
	remover, code := t.remover(c, base)
	if code != "" {
		t.note(lead.Statement, code, none, true)
		return
	}
	op := t.op(provider.Remove, remover.statement, remover.grant)
	t.emit(op, base, remover.rows, lead.Statement)
}

// remover is a Cleared that may remove something at a target.
type remover struct {
	statement ledger.Statement
	grant     grant
	rows      []ledger.Shown
}

// remover finds, among the Cleareds newer than every Set, the one whose path
// permits the removal best; the code says why there is none.
func (t *target) remover(c contest, base baseline) (best remover, code ledger.Code) {
	for i, x := range c.candidates {
		if !x.Cleared {
			break
		}
		ownWord := x.Account == t.party.ID && !x.byPlay // it says what is there, and asks for nothing
		if i > 0 && (ownWord || t.refused(x.Statement) != "") {
			continue
		}
		g := t.removal(x, c.own, base)
		rows := t.removable(x.Statement, c.own, base)
		switch {
		case !g.ok && code == "":
			code = t.noRemoval(x.Statement)
		case g.ok && len(rows) == 0 && code == "":
			code = ledger.FirstLook
		case len(rows) > 0 && better(g, best.grant):
			best = remover{statement: x.Statement, grant: g, rows: rows}
		}
	}
	if best.grant.ok {
		code = ""
	}
	return best, code
}

// noRemoval says why no path permits a removal.
func (t *target) noRemoval(st ledger.Statement) ledger.Code {
	switch {
	case st.Account == t.party.ID: // a position beside a play, both at one account
		return ledger.NothingSaid
	case t.g.permit(st, 0, t.party.ID, toUpdate).ok:
		return ledger.RemovalsOff
	case t.g.permit(st, 0, t.party.ID, toAdd).ok:
		return ledger.PathAddOnly
	}
	return ledger.NoRoute
}

// removal is the path that permits a removal (R12). A play that ends a
// position needs less: what we wrote ourselves may go by any path, and at the
// play's own account any route that may remove positions there will do (R18).
// A list entry goes at the play's own account because the person wants watched
// titles off every list (R9).
func (t *target) removal(x candidate, own *ledger.Statement, base baseline) grant {
	if x.Account == t.party.ID {
		if t.f == media.Progress && !t.ours(own, base) {
			return t.g.into(t.party.ID, x.Run)
		}
		return grant{ok: x.byPlay, firstRun: !t.party.Accepted}
	}
	need := toRemove
	if x.unwatch {
		need = toUnwatch
	}
	g := t.g.permit(x.Statement, t.b.concluded(x.Statement), t.party.ID, need)
	if !g.ok && x.byPlay && t.f == media.Progress && t.ours(own, base) {
		return t.g.permit(x.Statement, 0, t.party.ID, toAdd)
	}
	return g
}

// removable returns the rows that a Cleared may remove (R13): those that the
// target showed, after its own first look, in a run no later than the one that
// concluded the Cleared; or all of them when the target's own Set is known to
// be older, or when what it shows is our own copy of something said before.
func (t *target) removable(cleared ledger.Statement, own *ledger.Statement, base baseline) (rows []ledger.Shown) {
	run := t.b.concluded(cleared)
	if cleared.FirstLook || t.firstLook(t.party, t.f) >= run {
		return nil
	}
	if q := base.queued; q != nil {
		if originOf(q.Says).Seq >= originOf(cleared).Seq {
			return nil
		}
		return slices.DeleteFunc(base.underWay(), func(row ledger.Shown) bool { return row.State != ledger.ShownValue })
	}
	all := false
	if own != nil && !own.Cleared {
		first := own.FirstLook && own.Run >= run // a joined work, or a returned library
		all = own.At.Known() && own.At < cleared.At && !first ||
			t.ours(own, base) && originOf(*own).Seq < originOf(cleared).Seq
	}
	for _, row := range base.rows {
		held := row.Since < run || row.Since == run && !row.FirstLook
		if row.State == ledger.ShownValue && (all || held) {
			rows = append(rows, row)
		}
	}
	return rows
}

// extra plans the removal of what a copy-exactly target shows and none of its
// sources does (R12): only when each of them was read and trusted in this run
// and is explicitly absent, and always asked about first.
func (t *target) extra(c contest, base baseline) {
	if base.state != listed {
		return
	}
	route := t.g.exact(t.party.ID)[0]
	source := t.g.parties[route.From]
	cause := ledger.Statement{Account: source.ID, Subject: t.subject(0), Cleared: true,
		At: source.Trust[t.f].LastTrusted, Run: source.Trust[t.f].Run, Local: true} // said by nobody: it goes no further
	if len(c.candidates) > 0 {
		cause = c.candidates[0].Statement
	}
	if base.queued != nil {
		t.noteUntil(cause, ledger.PendingVisible, base.queued.Until)
		return
	}
	if code, who := t.sourcesStop(); code != "" {
		cause.Account = who
		t.note(cause, code, saw(ledger.SawCopyNeedsAll), true)
		return
	}
	g := grant{ok: route.Removals != ledger.Never, path: []int64{route.ID}, ask: true,
		firstRun: !(route.Accepted && source.Accepted && t.party.Accepted)}
	if !g.ok {
		t.note(cause, ledger.RemovalsOff, none, true)
		return
	}
	op := t.op(provider.Remove, cause, g)
	var rows []ledger.Shown
	for _, row := range base.rows {
		if row.State == ledger.ShownValue {
			rows = append(rows, row)
		}
	}
	t.emit(op, base, rows, cause)
}

// sourcesStop finds a source of a copy-exactly target that is not trusted in
// this run or not explicitly absent. An entry missing from a whole list counts
// at once, since the removal is held and looked at again; anything else needs
// the second look of a Cleared (R6).
func (t *target) sourcesStop() (ledger.Code, ledger.AccountID) {
	for _, party := range t.parties {
		if party.ID == t.party.ID || !open(party, t.f) || !t.g.reaches(party.ID, t.party.ID) {
			continue
		}
		if !party.TrustedNow[t.f] {
			return ledger.SourceNotTrusted, party.ID
		}
		source := *t
		source.party, source.caps = party, party.Caps.Feature(t.f)
		base := source.baseline()
		unlisted := base.state == once && t.f == media.Watchlist && len(base.rows) == 0
		switch {
		case source.proving():
			return ledger.PendingProof, party.ID
		case base.queued != nil || base.state != absent && !unlisted:
			return ledger.NothingSaid, party.ID
		}
	}
	return "", 0
}
