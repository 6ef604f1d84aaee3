package store

import "watchkeeper/engine/ledger"

const proofColumns = `account, feature, key, play_key, work, play, has, n, len, at, first, last_shown, looks, last_look, need`

func scanProof(r scanner) (v ledger.Proof, err error) {
	err = r.Scan(&v.Account, &v.Feature, &v.Key, &v.PlayKey, &v.Work, &v.Play, &v.Now.Set, &v.Now.N, &v.Now.Of,
		&v.At, &v.First, &v.LastShown, &v.Looks, &v.LastLook, &v.Need)
	return v, err
}

func (t *tx) putProofs(rows []ledger.Proof) {
	for _, v := range rows {
		t.exec(`INSERT OR REPLACE INTO proofs (`+proofColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Account, v.Feature, v.Key, v.PlayKey, v.Work, v.Play, v.Now.Set, v.Now.N, v.Now.Of,
			v.At, v.First, v.LastShown, v.Looks, v.LastLook, v.Need)
	}
}

func (t *tx) dropProofs(refs []ledger.ShownRef) {
	for _, v := range refs {
		t.exec("DELETE FROM proofs WHERE account = ? AND feature = ? AND key = ? AND play_key = ?",
			v.Account, v.Feature, v.Key, v.PlayKey)
	}
}
