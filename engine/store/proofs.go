package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const proofColumns = `account, feature, key, play_key, work, play, has, n, len, at, first, last_shown, looks, last_look, need, local`

func scanProof(r scanner) (v ledger.Proof, err error) {
	err = r.Scan(&v.Account, &v.Feature, &v.Key, &v.PlayKey, &v.Work, &v.Play, &v.Now.Set, &v.Now.N, &v.Now.Of,
		&v.At, &v.First, &v.LastShown, &v.Looks, &v.LastLook, &v.Need, &v.Local)
	return v, err
}

func (t *tx) putProofs(rows []ledger.Proof) {
	for _, v := range rows {
		t.exec(`INSERT OR REPLACE INTO proofs (`+proofColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Account, v.Feature, v.Key, v.PlayKey, v.Work, v.Play, v.Now.Set, v.Now.N, v.Now.Of,
			v.At, v.First, v.LastShown, v.Looks, v.LastLook, v.Need, v.Local)
	}
}

func (t *tx) dropProofs(refs []ledger.ShownRef) {
	for _, v := range refs {
		t.exec("DELETE FROM proofs WHERE account = ? AND feature = ? AND key = ? AND play_key = ?",
			v.Account, v.Feature, v.Key, v.PlayKey)
	}
}

// Waiting counts the sights of one feature of one account that wait for proof.
type Waiting struct {
	Account ledger.AccountID
	Feature media.Feature
	Rows    int
}

// Proofs counts what waits for proof, by account and feature.
func (s *Store) Proofs(ctx context.Context) ([]Waiting, error) {
	return find(ctx, s, func(r scanner) (v Waiting, err error) {
		err = r.Scan(&v.Account, &v.Feature, &v.Rows)
		return v, err
	}, "SELECT account, feature, count(*) FROM proofs GROUP BY account, feature ORDER BY account, feature")
}
