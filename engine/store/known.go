package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Known is what is believed about one feature of one account before a view of
// it is observed.
type Known struct {
	Shown      []ledger.Shown     // by native key and play key
	Statements []ledger.Statement // by work and play
	Pending    []ledger.Pending   // oldest first
	Proofs     []ledger.Proof     // by native key and play key
	Quarantine []ledger.Quarantine
}

// Known collects the beliefs about one feature of one account.
func (s *Store) Known(ctx context.Context, account ledger.AccountID, feature media.Feature) (Known, error) {
	var k Known
	err := s.snapshot(ctx, func(q querier) (err error) {
		const here = " WHERE account = ? AND feature = ? ORDER BY "
		if k.Shown, err = list(ctx, q, scanShown, "SELECT "+shownColumns+" FROM shown"+here+"key, play_key", account, feature); err != nil {
			return err
		}
		if k.Statements, err = list(ctx, q, scanStatement, "SELECT "+statementColumns+" FROM statements"+here+"work, play", account, feature); err != nil {
			return err
		}
		if k.Pending, err = list(ctx, q, scanPending, "SELECT "+pendingColumns+" FROM pending"+here+"sent, op", account, feature); err != nil {
			return err
		}
		if k.Proofs, err = list(ctx, q, scanProof, "SELECT "+proofColumns+" FROM proofs"+here+"key, play_key", account, feature); err != nil {
			return err
		}
		k.Quarantine, err = list(ctx, q, scanQuarantine, "SELECT "+quarantineColumns+" FROM quarantine"+here+"work, play", account, feature)
		return err
	})
	return k, err
}

// Sent returns, per work, when a value of a feature was last written at an
// account, whether it is known to have arrived or not.
func (s *Store) Sent(ctx context.Context, account ledger.AccountID, feature media.Feature) (map[media.WorkID]media.Moment, error) {
	type event struct {
		work media.WorkID
		at   media.Moment
	}
	all := map[media.WorkID]media.Moment{}
	err := each(ctx, s.reads, func(r scanner) (v event, err error) {
		err = r.Scan(&v.work, &v.at)
		return v, err
	}, func(v event) error { all[v.work] = v.at; return nil },
		`SELECT work, max(sent) FROM (
			SELECT work, sent FROM pending WHERE account = ?1 AND feature = ?2 AND new_has
			UNION ALL SELECT work, sent FROM journal WHERE account = ?1 AND feature = ?2 AND action <> 3 AND state IN (2, 3, 5)
		) GROUP BY work`, account, feature)
	return all, s.wrap(err)
}
