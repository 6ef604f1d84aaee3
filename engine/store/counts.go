package store

import (
	"context"

	"watchkeeper/engine/ledger"
)

// Counts is how much is open, for the status.
type Counts struct {
	Waiting  int // writes that were begun or sent, and not yet seen
	Unmet    int // differences that are explained but not closed
	SetAside int // values in quarantine
	Works    int // titles
	Open     int // titles with an unmet want, or with a change that waits for a person
	Unclear  int // entries that are no work yet, or in doubt
}

// Counts counts what is open over all profiles.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	all, err := find(ctx, s, func(r scanner) (v Counts, err error) {
		err = r.Scan(&v.Waiting, &v.Unmet, &v.SetAside, &v.Works, &v.Open, &v.Unclear)
		return v, err
	}, `SELECT (SELECT count(*) FROM pending WHERE state = ?) + (SELECT count(*) FROM journal WHERE state IN (1, 2)),
		(SELECT count(*) FROM unmet), (SELECT count(*) FROM quarantine WHERE failures >= ?),
		(SELECT count(*) FROM works), (SELECT count(*) FROM (SELECT work FROM unmet UNION SELECT work FROM hold_ops WHERE hold IN (SELECT id FROM holds WHERE state = ?))), (SELECT count(*) FROM findings WHERE list IN (?, ?))`,
		ledger.Expected, ledger.QuarantineAfter, ledger.HoldOpen, Unmatched, Conflicts)
	if err != nil {
		return Counts{}, err
	}
	return all[0], nil
}
