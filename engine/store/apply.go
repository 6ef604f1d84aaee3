package store

import (
	"context"

	"watchkeeper/engine/ledger"
)

// Apply makes the conclusions of observing true, in one transaction.
// Statements with Seq 0 are numbered in their order; what they replace goes to
// the log; an own statement is its own origin.
func (s *Store) Apply(ctx context.Context, run ledger.RunID, d ledger.Delta) error {
	return s.write(ctx, func(t *tx) error { t.apply(run, d); return nil })
}

func (t *tx) apply(run ledger.RunID, d ledger.Delta) {
	t.putPlays(d.Plays)
	t.dropShown(d.ShownGone)
	t.putShown(d.Shown)
	t.dropProofs(d.ProofsGone)
	t.putProofs(d.Proofs)
	t.forget(run, d.Forgotten)
	t.putStatements(run, d.Statements)
	t.dropPending(d.PendingGone)
	t.putPending(d.Pending)
	t.free(d.Freed)
	t.putQuarantine(d.Quarantine)
	t.putTrust(d.Trust)
}
