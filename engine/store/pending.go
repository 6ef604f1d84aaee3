package store

import (
	"context"
	"encoding/json"
	"fmt"

	"watchkeeper/engine/ledger"
)

const pendingColumns = `op, account, feature, work, play, key, play_key, old_has, old_n, old_len, new_has, new_n, new_len,
	cause, cause_seq, says, sent, run, tokens, stamp, reads, state, until`

func scanPending(r scanner) (v ledger.Pending, err error) {
	var says string
	err = r.Scan(&v.Op, &v.Account, &v.Feature, &v.Work, &v.Play, &v.Key, &v.PlayKey,
		&v.Old.Set, &v.Old.N, &v.Old.Of, &v.New.Set, &v.New.N, &v.New.Of,
		&v.Cause.Account, &v.Cause.Seq, &says, &v.Sent, &v.Run, &v.Tokens, &v.Stamp, &v.Reads, &v.State, &v.Until)
	if err != nil {
		return v, err
	}
	v.Says, err = decodeSays(says, v.Subject)
	return v, err
}

// encodeSays leaves out a subject that the row's columns tell, so that joins
// re-key one place only.
func encodeSays(v ledger.Statement, subject ledger.Subject) string {
	if v.Subject == subject {
		v.Subject = ledger.Subject{}
	}
	return text(v)
}

func decodeSays(body string, subject ledger.Subject) (v ledger.Statement, err error) {
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		return v, fmt.Errorf("statement of a pending write: %w", err)
	}
	if v.Subject == (ledger.Subject{}) {
		v.Subject = subject
	}
	return v, nil
}

func (t *tx) putPending(rows []ledger.Pending) {
	for _, v := range rows {
		t.exec(`INSERT OR REPLACE INTO pending (`+pendingColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Op, v.Account, v.Feature, v.Work, v.Play, v.Key, v.PlayKey,
			v.Old.Set, v.Old.N, v.Old.Of, v.New.Set, v.New.N, v.New.Of,
			v.Cause.Account, v.Cause.Seq, encodeSays(v.Says, v.Subject), v.Sent, v.Run, v.Tokens, v.Stamp, v.Reads, v.State, v.Until)
	}
}

func (t *tx) dropPending(ops []ledger.OpID) {
	for _, op := range ops {
		t.exec("DELETE FROM pending WHERE op = ?", op)
	}
}

// Pending returns every write that was sent and not settled, oldest first.
func (s *Store) Pending(ctx context.Context) ([]ledger.Pending, error) {
	return find(ctx, s, scanPending, "SELECT "+pendingColumns+" FROM pending ORDER BY sent, op")
}

// PutPending stores writes that a restart found as sent (R26).
func (s *Store) PutPending(ctx context.Context, rows []ledger.Pending) error {
	return s.write(ctx, func(t *tx) error { t.putPending(rows); return nil })
}
