package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const trustColumns = `account, feature, last_trusted, earlier, run, reads, looked, first_run, count, stamp, stamp_at, stamp_moved,
	digest, items, cursor, scope, numbering, version, clock, last_full, last_tried, silent, evidence, suspect, approved`

func scanTrust(r scanner) (v ledger.Trust, err error) {
	var older, lags, earlier string
	err = r.Scan(&v.Account, &v.Feature, &v.LastTrusted, &earlier, &v.Run, &v.Reads, &v.Looked, &v.FirstRun, &v.Count,
		&v.Stamp, &v.StampAt, &v.StampMoved, &v.Digest, &v.Items, &v.Cursor, &v.Scope, &v.Numbering, &v.Version, &v.ClockMS, &v.LastFull,
		&v.LastTried, &v.Silent, sight{&v.Evidence}, &v.SuspectDigest, &v.AcceptedDigest, &older, &lags)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(older), &v.Older); err != nil {
		return v, fmt.Errorf("digests of account %d: %w", v.Account, err)
	}
	if v.LagsMS, err = numbers(lags); err != nil {
		return v, fmt.Errorf("lags of account %d: %w", v.Account, err)
	}
	before, err := numbers(earlier)
	if err != nil {
		return v, fmt.Errorf("reads of account %d: %w", v.Account, err)
	}
	for _, at := range before {
		v.Earlier = append(v.Earlier, media.Moment(at))
	}
	return v, nil
}

// numbers decodes a JSON list of integers as text writes it. Every run reads
// long ones of every account, and the general way takes ten times as long.
func numbers(list string) ([]int64, error) {
	inner, is := strings.CutPrefix(list, "[")
	switch {
	case list == "null", inner == "]":
		return nil, nil
	case !is:
		return nil, fmt.Errorf("no list: %q", list)
	}
	var all []int64
	for word := range strings.SplitSeq(strings.TrimSuffix(inner, "]"), ",") {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func (t *tx) putTrust(rows []ledger.Trust) {
	for _, v := range rows {
		t.exec(`INSERT OR REPLACE INTO trust (`+trustColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Account, v.Feature, v.LastTrusted, text(v.Earlier), v.Run, v.Reads, v.Looked, v.FirstRun, v.Count,
			v.Stamp, v.StampAt, v.StampMoved, v.Digest, v.Items, v.Cursor, v.Scope, v.Numbering, v.Version, v.ClockMS, v.LastFull,
			v.LastTried, v.Silent, text(v.Evidence), v.SuspectDigest, v.AcceptedDigest)
		t.exec(`INSERT INTO trust_past VALUES (?, ?, ?, ?) ON CONFLICT (account, feature)
			DO UPDATE SET older = excluded.older, lags = excluded.lags WHERE (older, lags) <> (excluded.older, excluded.lags)`,
			v.Account, v.Feature, text(v.Older), text(v.LagsMS))
	}
}

// Trust returns what is known about reading each feature of each account, in
// that order.
func (s *Store) Trust(ctx context.Context) ([]ledger.Trust, error) {
	return find(ctx, s, scanTrust, "SELECT "+trustColumns+`, coalesce(older, 'null'), coalesce(lags, 'null')
		FROM trust LEFT JOIN trust_past USING (account, feature) ORDER BY account, feature`)
}

// PutTrust stores rows outside a run: a person declared a view right (R23).
func (s *Store) PutTrust(ctx context.Context, rows []ledger.Trust) error {
	return s.write(ctx, func(t *tx) error { t.putTrust(rows); return nil })
}

// Rests tells whether nothing is open in a feature of an account: no write on
// its way or set aside, no proof and no second look outstanding. What lists the same again
// then says nothing new.
func (s *Store) Rests(ctx context.Context, account ledger.AccountID, feature media.Feature) (bool, error) {
	open, err := find(ctx, s, one[bool], `SELECT EXISTS (SELECT 1 FROM pending`+ofFeature+`)
		OR EXISTS (SELECT 1 FROM proofs`+ofFeature+`)
		OR EXISTS (SELECT 1 FROM quarantine`+ofFeature+`)
		OR EXISTS (SELECT 1 FROM shown`+ofFeature+` AND looks > 0 AND state = 0)
		OR EXISTS (SELECT 1 FROM findings WHERE account = ?1 AND list = ?3)`, account, feature, Conflicts)
	return err == nil && !open[0], err
}
