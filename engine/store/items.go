package store

import (
	"context"
	"encoding/binary"

	"watchkeeper/engine/ledger"
)

// ItemDigests returns digests of an account's items as they were last resolved;
// none when nothing is known.
func (s *Store) ItemDigests(ctx context.Context, account ledger.AccountID) ([]uint64, error) {
	rows, err := find(ctx, s, one[[]byte], "SELECT digests FROM item_digests WHERE account = ?", account)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	digests := make([]uint64, len(rows[0])/8)
	for i := range digests {
		digests[i] = binary.LittleEndian.Uint64(rows[0][8*i:])
	}
	return digests, nil
}

// PutItemDigests replaces them.
func (s *Store) PutItemDigests(ctx context.Context, account ledger.AccountID, digests []uint64) error {
	body := make([]byte, 0, 8*len(digests))
	for _, d := range digests {
		body = binary.LittleEndian.AppendUint64(body, d)
	}
	return s.write(ctx, func(t *tx) error {
		t.exec("INSERT OR REPLACE INTO item_digests (account, digests) VALUES (?, ?)", account, body)
		return nil
	})
}

// Links returns an account's links, by native key.
func (s *Store) Links(ctx context.Context, account ledger.AccountID) ([]ledger.Link, error) {
	return find(ctx, s, scanLink, "SELECT account, key, work, by FROM links WHERE account = +? ORDER BY key", account)
}
