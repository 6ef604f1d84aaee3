package store

import (
	"context"
	"encoding/json"
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func scanRun(r scanner) (v ledger.RunSummary, err error) {
	var id ledger.RunID
	var began, ended media.Moment
	var summary string
	if err = r.Scan(&id, &began, &ended, &summary); err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(summary), &v); err != nil {
		return v, fmt.Errorf("summary of run %d: %w", id, err)
	}
	v.ID, v.Began, v.Ended = id, began, ended
	return v, nil
}

// BeginRun numbers a run. It writes one row.
func (s *Store) BeginRun(ctx context.Context, began media.Moment) (ledger.RunID, error) {
	var id ledger.RunID
	err := s.write(ctx, func(t *tx) error {
		id = ledger.RunID(t.number("INSERT INTO runs (began, ended, summary) VALUES (?, 0, '{}') RETURNING id", began))
		return nil
	})
	return id, err
}

// EndRun books how a run ended.
func (s *Store) EndRun(ctx context.Context, sum ledger.RunSummary) error {
	return s.write(ctx, func(t *tx) error {
		id, ended := sum.ID, sum.Ended
		sum.ID, sum.Began, sum.Ended = 0, 0, 0
		t.exec("UPDATE runs SET ended = ?, summary = ? WHERE id = ?", ended, text(sum), id)
		return nil
	})
}

// LastRun returns the highest run number; 0 before the first run. The engine
// keeps a copy outside to recognise a restored backup (R27).
func (s *Store) LastRun(ctx context.Context) (ledger.RunID, error) {
	top, err := find(ctx, s, one[ledger.RunID], "SELECT coalesce(max(id), 0) FROM runs")
	if err != nil {
		return 0, err
	}
	return top[0], nil
}

// RaiseRun makes the next run's number higher than seen: after a restore no
// number may be used twice.
func (s *Store) RaiseRun(ctx context.Context, seen ledger.RunID, at media.Moment) error {
	return s.write(ctx, func(t *tx) error {
		t.exec("INSERT OR IGNORE INTO runs (id, began, ended, summary) SELECT ?, ?, ?, '{}' WHERE ? > (SELECT coalesce(max(id), 0) FROM runs)",
			seen, at, at, seen)
		return nil
	})
}

// LastChange returns the latest ended run that changed something at a service,
// or may have; nil when the journal has none.
func (s *Store) LastChange(ctx context.Context) (*ledger.RunSummary, error) {
	found, err := find(ctx, s, scanRun, `SELECT r.id, r.began, r.ended, r.summary FROM journal j JOIN runs r ON r.id = j.run
		WHERE r.ended <> 0 AND (j.state = ? AND j.outcome IN (?, ?) OR j.state = ?) ORDER BY j.run DESC LIMIT 1`,
		ledger.Done, provider.Accepted, provider.Confirmed, ledger.Unanswered)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Runs returns runs before the given one, newest first; before 0 starts with
// the newest.
func (s *Store) Runs(ctx context.Context, before ledger.RunID, limit int) ([]ledger.RunSummary, error) {
	return find(ctx, s, scanRun, "SELECT id, began, ended, summary FROM runs WHERE ? IN (0) OR id < ? ORDER BY id DESC LIMIT ?",
		before, before, limit)
}
