package store

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Horizon is how long what happened is kept, and so how far back undo reaches
// (R24).
const Horizon = 90 * 24 * time.Hour

// Housekeep does what is due once a day, between runs: drops what is past the
// horizon, writes today's backup unless there is one, and folds the
// write-ahead log into the file.
func (s *Store) Housekeep(ctx context.Context, now media.Moment) error {
	if err := s.Prune(ctx, now); err != nil {
		return err
	}
	if s.path == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(s.dir, backupFolder, dailyName(now))); err != nil {
		if _, err := s.Backup(ctx, now); err != nil {
			return err
		}
	}
	_, err := s.writes.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return s.wrap(err)
}

// Prune drops journal rows, replaced statements, runs and ended holds from
// before the horizon. What stands behind an open hold, a refusal, a pin or a
// pending write stays.
func (s *Store) Prune(ctx context.Context, now media.Moment) error {
	before := now.Add(-Horizon)
	return s.write(ctx, func(t *tx) error {
		t.exec("DELETE FROM holds WHERE state <> ? AND since < ?", ledger.HoldOpen, before)
		t.exec(`DELETE FROM journal WHERE intended < ? AND state NOT IN (1, 2)
			AND op NOT IN (SELECT op FROM pending)
			AND work NOT IN (SELECT work FROM hold_ops UNION SELECT work FROM refusals UNION SELECT work FROM pins)`, before)
		t.exec(`DELETE FROM statement_log WHERE gone < (SELECT min(id) FROM runs WHERE began >= ?)
			AND (origin, origin_seq) NOT IN (SELECT cause, cause_seq FROM pending
				UNION SELECT cause, cause_seq FROM hold_ops UNION SELECT cause, cause_seq FROM refusals)`, before)
		t.exec("DELETE FROM runs WHERE began < ? AND id < (SELECT max(id) FROM runs)", before)
		return nil
	})
}
