package sim

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
)

// guards counts which guards are engaged, each hold once, and looks at what the
// person sees of them (L6).
func (j *judge) guards(ctx context.Context) error {
	open, err := j.l.home.Store.Holds(ctx, ledger.HoldOpen)
	if err != nil {
		return err
	}
	status := j.l.home.Engine.Status()
	for _, h := range open {
		if !j.engaged[h.ID] {
			j.engaged[h.ID] = true
			j.l.counts["guard "+string(h.Guard)]++
		}
		died := status.LastRun == nil // and tells nothing before its next run
		if !died && !slices.ContainsFunc(status.Holds, func(s ledger.HoldStatus) bool { return s.ID == h.ID }) {
			j.fail("L6", "hold %d, %s, is not shown", h.ID, h.Guard)
		}
		j.askedAgain(h)
	}
	return nil
}

// askedAgain is L6: what a person said yes to is not asked about once more.
func (j *judge) askedAgain(h ledger.Hold) {
	for _, op := range h.Ops {
		again := func(yes ledger.Op) bool {
			return yes.Account == op.Account && yes.Subject == op.Subject && yes.RowKey == op.RowKey && yes.Action == op.Action &&
				yes.Origin() == op.Origin() && yes.Old == op.Old && yes.New == op.New
		}
		if slices.ContainsFunc(j.yes, again) {
			j.fail("L6", "hold %d, %s, asks about op %s once more", h.ID, h.Guard, op.ID)
		}
	}
}

// heldBack is S7: what waits for an answer is not done.
func (j *judge) heldBack(s sent) {
	for _, h := range j.held {
		if h.Guard == ledger.GuardAsk {
			continue // another path may come to permit it without a question (R12)
		}
		waits := slices.ContainsFunc(h.Ops, func(op ledger.Op) bool {
			return op.Account == s.op.Account && op.Subject == s.op.Subject && op.Action == s.op.Action && op.Origin() == s.op.Origin()
		})
		if waits {
			j.fail("S7", "%s waits for an answer to %s since %s", s, h.Guard, h.Since)
		}
	}
}
