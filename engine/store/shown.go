package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const shownColumns = `account, feature, key, play_key, work, play, state, has, n, len, at, count, since, first_look, looks, ahead`

func scanShown(r scanner) (v ledger.Shown, err error) {
	err = r.Scan(&v.Account, &v.Feature, &v.Key, &v.PlayKey, &v.Work, &v.Play, &v.State,
		&v.Value.Set, &v.Value.N, &v.Value.Of, &v.At, &v.Count, &v.Since, &v.FirstLook, &v.Looks, &v.Ahead)
	return v, err
}

func (t *tx) putShown(rows []ledger.Shown) {
	for _, v := range rows {
		t.exec(`INSERT OR REPLACE INTO shown (`+shownColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Account, v.Feature, v.Key, v.PlayKey, v.Work, v.Play, v.State,
			v.Value.Set, v.Value.N, v.Value.Of, v.At, v.Count, v.Since, v.FirstLook, v.Looks, v.Ahead)
	}
}

func (t *tx) dropShown(refs []ledger.ShownRef) {
	for _, v := range refs {
		t.exec("DELETE FROM shown WHERE account = ? AND feature = ? AND key = ? AND play_key = ?",
			v.Account, v.Feature, v.Key, v.PlayKey)
	}
}

// ShownCount is how many works an account shows in one feature.
type ShownCount struct {
	Account ledger.AccountID
	Feature media.Feature
	Works   int
}

// ShownCounts counts the works with a value per account and feature, in that
// order: what the shares of guards are measured against.
func (s *Store) ShownCounts(ctx context.Context) ([]ShownCount, error) {
	return find(ctx, s, func(r scanner) (v ShownCount, err error) {
		err = r.Scan(&v.Account, &v.Feature, &v.Works)
		return v, err
	}, `SELECT account, feature, count(DISTINCT work) FROM shown WHERE state = ? GROUP BY account, feature`, ledger.ShownValue)
}

// WorksAt returns every work that an account shows, said something about or
// waits for, by number: what a changed route, mode, pin or capability
// touches (R21).
func (s *Store) WorksAt(ctx context.Context, accounts ...ledger.AccountID) ([]media.WorkID, error) {
	return find(ctx, s, one[media.WorkID], `WITH a AS (SELECT value FROM json_each(?))
		SELECT work FROM shown WHERE account IN a AND work <> 0
		UNION SELECT work FROM statements WHERE account IN a
		UNION SELECT work FROM pending WHERE account IN a
		ORDER BY work`, ids(accounts))
}
