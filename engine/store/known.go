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
	// Origins are the current statements, at the accounts where they were
	// said, about the subjects of adopted ones.
	Origins []ledger.Statement
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
		k.Origins, err = list(ctx, q, scanStatement, `SELECT o.account, o.feature, o.work, o.play, o.cleared, o.has, o.n, o.len,
			o.at, o.seq, o.run, o.seen, o.first_look, o.origin, o.origin_seq, o.key, o.local
			FROM statements s JOIN statements o ON (o.account, o.feature, o.work, o.play) = (s.origin, s.feature, s.work, s.play)
			WHERE s.account = ? AND s.feature = ? AND s.origin <> s.account ORDER BY o.account, o.work, o.play`, account, feature)
		return err
	})
	return k, err
}

// Watched returns, per work, the newest play that the account shows of it or
// of a part of it; an undated play counts as an unknown moment (R9).
func (s *Store) Watched(ctx context.Context, account ledger.AccountID) (map[media.WorkID]media.Moment, error) {
	type play struct {
		work media.WorkID
		at   media.Moment
	}
	all := map[media.WorkID]media.Moment{}
	err := each(ctx, s.reads, func(r scanner) (p play, err error) {
		err = r.Scan(&p.work, &p.at)
		return p, err
	}, func(p play) error { all[p.work] = max(all[p.work], p.at); return nil },
		`WITH p AS (SELECT work, max(n) AS at FROM shown WHERE account = ? AND feature = ? AND state = ? AND work <> 0 GROUP BY work)
		SELECT work, at FROM p UNION ALL
		SELECT show, max(at) FROM p JOIN works ON works.id = p.work WHERE show <> 0 GROUP BY show`,
		account, media.History, ledger.ShownValue)
	return all, wrap(s.path, err)
}
