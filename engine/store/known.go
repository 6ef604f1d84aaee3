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

// Happened returns, per work, the newest moment at which a value of a feature
// was given, appeared or was written at an account; for History also of a part
// of the work. What a service does by itself follows from it (R9).
func (s *Store) Happened(ctx context.Context, account ledger.AccountID, feature media.Feature) (map[media.WorkID]media.Moment, error) {
	type event struct {
		work media.WorkID
		at   media.Moment
	}
	all := map[media.WorkID]media.Moment{}
	err := each(ctx, s.reads, func(r scanner) (v event, err error) {
		err = r.Scan(&v.work, &v.at)
		return v, err
	}, func(v event) error { all[v.work] = max(all[v.work], v.at); return nil },
		`WITH e AS (
			SELECT work, iif(feature = ?3, n, at) AS at FROM shown WHERE account = ?1 AND feature = ?2 AND state = ?4 AND work <> 0
			UNION ALL SELECT work, began FROM shown JOIN runs ON runs.id = since
				WHERE account = ?1 AND feature = ?2 AND state = ?4 AND work <> 0 AND NOT first_look
			UNION ALL SELECT work, seen FROM statements WHERE account = ?1 AND feature = ?2 AND NOT cleared AND NOT first_look
			UNION ALL SELECT work, sent FROM pending WHERE account = ?1 AND feature = ?2 AND new_has
			UNION ALL SELECT work, sent FROM journal WHERE account = ?1 AND feature = ?2 AND action = 1 AND state IN (3, 5)
		), h AS (SELECT work, max(at) AS at FROM e GROUP BY work)
		SELECT work, at FROM h UNION ALL
		SELECT show, max(at) FROM h JOIN works ON works.id = h.work WHERE show <> 0 AND ?2 = ?3 GROUP BY show`,
		account, feature, media.History, ledger.ShownValue)
	return all, s.wrap(err)
}
