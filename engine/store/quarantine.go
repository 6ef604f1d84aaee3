package store

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const quarantineColumns = `account, feature, work, play, has, n, len, cause, cause_seq, failures, why, tokens, since`

func scanQuarantine(r scanner) (v ledger.Quarantine, err error) {
	err = r.Scan(&v.Account, &v.Feature, &v.Work, &v.Play, &v.Value.Set, &v.Value.N, &v.Value.Of,
		&v.Cause.Account, &v.Cause.Seq, &v.Failures, &v.Why, &v.Tokens, &v.Since)
	return v, err
}

func (t *tx) putQuarantine(rows []ledger.Quarantine) {
	for _, v := range rows {
		t.exec(`INSERT OR REPLACE INTO quarantine (`+quarantineColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.Account, v.Feature, v.Work, v.Play, v.Value.Set, v.Value.N, v.Value.Of,
			v.Cause.Account, v.Cause.Seq, v.Failures, v.Why, v.Tokens, v.Since)
	}
}

// countFailure adds one failure of an op's value; another cause is a newer
// statement, another address new evidence: both start the count again. A full plan is not tried again before
// room appears, so one such answer sets the value aside.
func (t *tx) countFailure(e ledger.Entry, why ledger.Code) {
	op := e.Op
	first := 1
	if why == ledger.QuotaFull {
		first = ledger.QuarantineAfter
	}
	t.exec(`INSERT INTO quarantine (`+quarantineColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, feature, work, play, has, n, len) DO UPDATE SET why = excluded.why, since = excluded.since, tokens = excluded.tokens,
			failures = max(excluded.failures, iif((cause, cause_seq) = (excluded.cause, excluded.cause_seq) AND tokens IN ('', excluded.tokens), failures + 1, 1)),
			cause = excluded.cause, cause_seq = excluded.cause_seq`,
		op.Account, op.Feature, op.Work, op.Play, op.New.Set, op.New.N, op.New.Of,
		op.Cause.Account, op.Cause.Seq, first, why, op.Tokens, e.Ended)
}

func (t *tx) free(refs []ledger.StatementRef) {
	for _, v := range refs {
		t.exec("DELETE FROM quarantine WHERE account = ? AND feature = ? AND work = ? AND play = ?",
			v.Account, v.Feature, v.Work, v.Play)
	}
}

// Quarantine returns every value with at least the given number of failures
// (ledger.QuarantineAfter: those set aside), by account, feature and work.
func (s *Store) Quarantine(ctx context.Context, failures int) ([]ledger.Quarantine, error) {
	return find(ctx, s, scanQuarantine, "SELECT "+quarantineColumns+` FROM quarantine WHERE failures >= ?
		ORDER BY account, feature, work, play, has, n, len`, failures)
}

// FullQuota tells whether a full plan of any account set a value aside.
func (s *Store) FullQuota(ctx context.Context) (bool, error) {
	some, err := find(ctx, s, one[bool], "SELECT EXISTS (SELECT 1 FROM quarantine WHERE why = ?)", ledger.QuotaFull)
	return err == nil && some[0], err
}

// FreeQuota lets values be tried again that an account's full plan set aside
// before the given moment.
func (s *Store) FreeQuota(ctx context.Context, account ledger.AccountID, feature media.Feature, before media.Moment) error {
	found, err := find(ctx, s, one[int], "SELECT count(*) FROM quarantine WHERE account = ? AND feature = ? AND why = ? AND since < ?",
		account, feature, ledger.QuotaFull, before)
	if err != nil || found[0] == 0 {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		t.exec("DELETE FROM quarantine WHERE account = ? AND feature = ? AND why = ? AND since < ?", account, feature, ledger.QuotaFull, before)
		return nil
	})
}

// FreeShows lets plays be tried again that an account refused, of the shows
// and parts that the given works are episodes of.
func (s *Store) FreeShows(ctx context.Context, account ledger.AccountID, watched []media.WorkID) error {
	refused, err := find(ctx, s, one[media.WorkID], "SELECT DISTINCT work FROM quarantine WHERE account = ? AND feature = ? AND why = ?",
		account, media.History, ledger.CannotStore)
	if err != nil || len(refused) == 0 || len(watched) == 0 {
		return err
	}
	wholes, err := s.Wholes(ctx, append(watched, refused...))
	if err != nil {
		return err
	}
	grown := map[media.WorkID]bool{}
	for _, w := range watched {
		for _, whole := range wholes[w] {
			grown[whole] = true
		}
	}
	waits := func(w media.WorkID) bool {
		return !slices.ContainsFunc(wholes[w], func(whole media.WorkID) bool { return grown[whole] })
	}
	freed := slices.DeleteFunc(refused, waits)
	return s.write(ctx, func(t *tx) error {
		for _, w := range freed {
			t.exec("DELETE FROM quarantine WHERE account = ? AND feature = ? AND why = ? AND work = ?", account, media.History, ledger.CannotStore, w)
		}
		return nil
	})
}

// Free lets values be tried again (R23: try again).
func (s *Store) Free(ctx context.Context, refs []ledger.StatementRef) error {
	return s.write(ctx, func(t *tx) error { t.free(refs); return nil })
}
