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
	Statements []ledger.Statement // by work and play; of KnownOf only
	Pending    []ledger.Pending   // oldest first
	Proofs     []ledger.Proof     // by native key and play key
	Quarantine []ledger.Quarantine
}

// ofFeature picks an account's rows of a feature. SQLite plans a statement anew
// when a bare parameter beside a column changes from 0 or 1 to another number,
// because it expects fewer rows with those; the plus hides it.
const ofFeature = " WHERE account = +?1 AND feature = +?2"

// Known collects the beliefs about one feature of one account but for what was
// said: Statements tells it of the works that a view is about.
func (s *Store) Known(ctx context.Context, account ledger.AccountID, feature media.Feature) (Known, error) {
	return s.known(ctx, beliefs{shown: ofFeature, ofWork: ofFeature, open: ofFeature}, account, feature)
}

// Statements returns what was last said at an account in one feature: about
// some works, and wherever it was a Cleared.
func (s *Store) Statements(ctx context.Context, account ledger.AccountID, feature media.Feature, works []media.WorkID) ([]ledger.Statement, error) {
	return find(ctx, s, scanStatement, "SELECT "+statementColumns+" FROM statements"+ofFeature+
		" AND (cleared OR work IN (SELECT value FROM json_each(?3))) ORDER BY work, play",
		account, feature, ids(works))
}

// KnownOf collects them as far as they are about some items or works, or about
// the works that these items showed.
func (s *Store) KnownOf(ctx context.Context, account ledger.AccountID, feature media.Feature, keys []string, works []media.WorkID) (Known, error) {
	return s.known(ctx, beliefs{
		with: `WITH k(key) AS (SELECT value FROM json_each(?3)), w(work) AS (SELECT value FROM json_each(?4)
			UNION SELECT work FROM shown` + ofFeature + ` AND key IN k) `,
		shown:  " WHERE work IN w AND +account = +?1 AND +feature = +?2", // by the index of works, not through all of the account
		said:   ofFeature + " AND work IN w",
		ofWork: ofFeature + " AND work IN w",
		open:   ofFeature + " AND (work IN w OR key IN k)",
	}, account, feature, text(keys), ids(works))
}

// beliefs says which rows of each table to collect; said is empty for none.
type beliefs struct{ with, shown, said, ofWork, open string }

func (s *Store) known(ctx context.Context, of beliefs, args ...any) (k Known, err error) {
	err = s.snapshot(ctx, func(q querier) (err error) {
		if k.Shown, err = list(ctx, q, scanShown, of.with+"SELECT "+shownColumns+" FROM shown"+of.shown+" ORDER BY key, play_key", args...); err != nil {
			return err
		}
		if of.said != "" {
			if k.Statements, err = list(ctx, q, scanStatement, of.with+"SELECT "+statementColumns+" FROM statements"+of.said+" ORDER BY work, play", args...); err != nil {
				return err
			}
		}
		if k.Pending, err = list(ctx, q, scanPending, of.with+"SELECT "+pendingColumns+" FROM pending"+of.open+" ORDER BY sent, op", args...); err != nil {
			return err
		}
		if k.Proofs, err = list(ctx, q, scanProof, of.with+"SELECT "+proofColumns+" FROM proofs"+of.open+" ORDER BY key, play_key", args...); err != nil {
			return err
		}
		k.Quarantine, err = list(ctx, q, scanQuarantine, of.with+"SELECT "+quarantineColumns+" FROM quarantine"+of.ofWork+" ORDER BY work, play", args...)
		return err
	})
	return k, err
}

// Sent returns, per work, when a value of a feature was last written at an
// account, whether it is known to have arrived or not.
func (s *Store) Sent(ctx context.Context, account ledger.AccountID, feature media.Feature) (map[media.WorkID]media.Moment, error) {
	return s.newest(ctx, `SELECT work, max(sent) FROM (
			SELECT work, sent FROM pending`+ofFeature+` AND new_has
			UNION ALL SELECT work, sent FROM journal`+ofFeature+` AND action <> 3 AND state IN (2, 3, 5)
		) GROUP BY work`, account, feature)
}

// Dated returns, per work, the newest of the service's own times, uncorrected, of
// the values that an account was last seen to show for a feature.
func (s *Store) Dated(ctx context.Context, account ledger.AccountID, feature media.Feature) (map[media.WorkID]media.Moment, error) {
	return s.newest(ctx, "SELECT work, at FROM shown"+ofFeature+" AND at <> 0", account, feature)
}

// Said returns, per work, when values of a feature were said at an account, oldest
// first, also those that were taken back or replaced since.
func (s *Store) Said(ctx context.Context, account ledger.AccountID, feature media.Feature) (map[media.WorkID][]media.Moment, error) {
	const said = " AND NOT cleared AND at <> 0 AND origin = account"
	all := map[media.WorkID][]media.Moment{}
	err := each(ctx, s.reads, scanEvent, func(v event) error { all[v.work] = append(all[v.work], v.at); return nil },
		"SELECT work, at FROM statements"+ofFeature+said+" UNION SELECT work, at FROM statement_log"+ofFeature+said+" ORDER BY work, at",
		account, feature)
	return all, s.wrap(err)
}

// Unwatched returns, per work, when a play or a watched mark was last seen to be
// gone at an account, or was last taken away by a write still under way.
func (s *Store) Unwatched(ctx context.Context, account ledger.AccountID) (map[media.WorkID]media.Moment, error) {
	return s.newest(ctx, `SELECT work, seen FROM statements`+ofFeature+` AND cleared
		UNION ALL SELECT work, sent FROM pending`+ofFeature+` AND NOT new_has`, account, media.History)
}
