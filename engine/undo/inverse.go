package undo

import (
	"cmp"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

type planner struct {
	world   *ledger.World
	undo    Undo
	refused map[ledger.Refusal]bool
}

// takeBack adds the ops that restore what was before the change, or the reason
// against it.
func (p *planner) takeBack(c *change, d ledger.Dossier) {
	party := p.world.Party(c.op.Account)
	if why := p.gate(c, d, party); why.Code != "" {
		p.not(c, why)
		return
	}
	caps := party.Caps.Feature(c.op.Feature)
	rows, why := stillOurs(c, rowsOf(c.op, d, caps))
	if why.Code != "" {
		p.not(c, why)
		return
	}
	inverse := p.inverse(c)
	exact := exactness(inverse, caps)
	if exact == provider.NoUndo {
		p.not(c, ledger.Reason{Code: ledger.CannotStore, Details: ledger.Evidence{Code: ledger.SawCannotTakeBack}})
		return
	}
	if c.op.Feature == media.History && inverse.New.Set && !caps.PastDates {
		inverse.New = media.Watched(0) // the service dates it itself
	}
	if inverse.Action == provider.Add {
		p.undo.Ops = append(p.undo.Ops, inverse)
	} else {
		for _, row := range rows {
			inverse.RowKey, inverse.OldAt = row.RowKey, row.At
			p.undo.Ops = append(p.undo.Ops, inverse)
		}
	}
	p.count(c.op.Account, exact)
	p.refuse(c)
}

// not records why a change stays.
func (p *planner) not(c *change, why ledger.Reason) {
	why.Who, why.Value, why.When = c.op.Account, ledger.Want{Cleared: !c.old.Set, Value: c.old}, p.world.Now
	p.undo.NonOps = append(p.undo.NonOps, ledger.NonOp{Account: c.op.Account, Subject: c.op.Subject, Want: why.Value, Why: why})
	p.count(c.op.Account, provider.NoUndo)
}

// rowsOf are the rows with a value that the write can have made, by key.
func rowsOf(op ledger.Op, d ledger.Dossier, caps provider.FeatureCaps) []ledger.Shown {
	var rows []ledger.Shown
	for _, row := range d.Shown {
		switch {
		case row.Account != op.Account || row.Feature != op.Feature || row.State != ledger.ShownValue:
		case op.Key != "" && row.Key != op.Key:
		case op.Feature == media.History && caps.KeepsPlays && op.Play != 0 && row.Play != op.Play:
		default:
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b ledger.Shown) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.PlayKey, b.PlayKey))
	})
	return rows
}

// stillOurs picks the rows that show what we wrote; none are needed where we
// removed and nothing is shown since. Otherwise it gives the reason.
func stillOurs(c *change, rows []ledger.Shown) ([]ledger.Shown, ledger.Reason) {
	showing := func(v media.Value) []ledger.Shown {
		return slices.DeleteFunc(slices.Clone(rows), func(row ledger.Shown) bool { return !v.Set || !equal(c.op.Feature, row.Value, v) })
	}
	ours := showing(c.op.New)
	switch {
	case c.old != c.op.New && (len(ours) > 0 || !c.op.New.Set && len(rows) == 0):
		return ours, ledger.Reason{}
	case c.old == c.op.New, len(showing(c.old)) > 0, len(rows) == 0 && !c.old.Set:
		return nil, ledger.Reason{Code: ledger.AlreadyEqual, Details: ledger.Evidence{Code: ledger.SawAsBefore}}
	}
	return nil, ledger.Reason{Code: ledger.NewerThere, Details: ledger.Evidence{Code: ledger.SawSomethingElse}}
}

// equal tells whether a row shows the value. A play written to a service that
// dates it itself has any date.
func equal(f media.Feature, shown, v media.Value) bool {
	return shown == v || f == media.History && shown.Set && v.Set && v.N == 0
}

// inverse is the write that restores the old value. The target's own word is
// the undo, and it stays there: nobody else hears of it (Local), and any newer
// word wins.
func (p *planner) inverse(c *change) ledger.Op {
	op := ledger.Op{
		Account: c.op.Account, Subject: c.op.Subject, RowKey: ledger.RowKey{Key: c.op.Key},
		Old: c.op.New, New: c.old, At: c.oldAt, Read: p.world.Run,
		Cause: ledger.Cause{Account: c.op.Account},
		Undo:  true, Approved: true,
	}
	op.Says = ledger.Statement{
		Account: c.op.Account, Subject: c.op.Subject, Cleared: !c.old.Set, Value: c.old,
		At: p.world.Now, Run: p.world.Run, Origin: c.op.Account, Key: c.op.Key, Local: true,
	}
	op.Why = ledger.Reason{
		Code: ledger.UndoneByYou, Who: c.op.Account, Value: ledger.Want{Cleared: !c.old.Set, Value: c.old},
		When: p.world.Now, Read: p.world.Run, Details: ledger.Evidence{Code: ledger.SawTakesBack, Name: names(c.done)},
	}
	switch {
	case !c.old.Set:
		op.Action = provider.Remove
	case c.op.New.Set:
		op.Action = provider.Update
	default:
		op.Action = provider.Add
	}
	return op
}

func names(ids []ledger.OpID) string {
	s := make([]string, len(ids))
	for i, id := range ids {
		s[i] = string(id)
	}
	return strings.Join(s, ", ")
}

// exactness is how exactly a service can do the inverse. An older date of a
// play cannot return at all where the service dates plays itself.
func exactness(op ledger.Op, caps provider.FeatureCaps) provider.Fidelity {
	play := op.Feature == media.History
	dated := op.At.Known() || play && op.New.PlayedAt().Known()
	switch {
	case op.Action == provider.Remove || !dated || caps.PastDates:
		return caps.Undo
	case play && op.Action == provider.Update:
		return provider.NoUndo
	}
	return min(caps.Undo, provider.ValueOnly)
}

func (p *planner) count(account ledger.AccountID, exact provider.Fidelity) {
	i, found := slices.BinarySearchFunc(p.undo.Exactness, account, func(e Exactness, a ledger.AccountID) int { return cmp.Compare(e.Account, a) })
	if !found {
		p.undo.Exactness = slices.Insert(p.undo.Exactness, i, Exactness{Account: account})
	}
	switch e := &p.undo.Exactness[i]; exact {
	case provider.ExactUndo:
		e.Exact++
	case provider.ValueOnly:
		e.ValueOnly++
	default:
		e.Not++
	}
}

// refuse leaves a no to every statement that caused the change; an earlier
// undo has none.
func (p *planner) refuse(c *change) {
	for _, r := range c.said {
		if r.Cause.Seq != 0 && !p.refused[r] {
			p.refused[r] = true
			p.undo.Refusals = append(p.undo.Refusals, r)
		}
	}
}

// refusal is a person's no to the statement behind a write, about that
// statement's own subject: un-watching on a flag can remove plays.
func refusal(op ledger.Op) ledger.Refusal {
	r := ledger.Refusal{Target: op.Account, Subject: op.Subject, Cause: op.Origin(), Why: ledger.UndoneByYou}
	if op.Says.Work != 0 {
		r.Subject = op.Says.Subject
	}
	return r
}
