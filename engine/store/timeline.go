package store

import (
	"context"
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Timeline is everything that was said and done about one work within the
// horizon.
type Timeline struct {
	Work    ledger.Work
	Current []ledger.Statement // as concluded, oldest first
	Before  []Replaced         // statements that no longer stand, oldest first
	Writes  []ledger.Entry     // oldest first
}

// Replaced is a statement that ended, and the run that ended it.
type Replaced struct {
	ledger.Statement
	Gone ledger.RunID
}

// Timeline collects what was said and done about a work in one profile;
// ErrNotFound for an unknown work.
func (s *Store) Timeline(ctx context.Context, profile ledger.ProfileID, work media.WorkID) (Timeline, error) {
	var t Timeline
	err := s.snapshot(ctx, func(q querier) error {
		works, err := list(ctx, q, scanWork, "SELECT "+workColumns+" FROM works WHERE id = ?", work)
		if err != nil || len(works) == 0 {
			return orNotFound(err, work)
		}
		t.Work = works[0]
		const mine = " WHERE work = ? AND +account IN (SELECT id FROM accounts WHERE profile = ?)"
		if t.Current, err = list(ctx, q, scanStatement, "SELECT "+statementColumns+" FROM statements"+mine+" ORDER BY seq", work, profile); err != nil {
			return err
		}
		if t.Before, err = list(ctx, q, scanReplaced, "SELECT gone, "+statementColumns+" FROM statement_log"+mine+" ORDER BY seq", work, profile); err != nil {
			return err
		}
		t.Writes, err = list(ctx, q, scanEntry, "SELECT "+journalColumns+" FROM journal"+mine+" ORDER BY id", work, profile)
		return err
	})
	return t, err
}

func orNotFound(err error, work media.WorkID) error {
	if err == nil {
		return &Error{Kind: ErrNotFound, Err: fmt.Errorf("there is no work %d", work)}
	}
	return err
}

// after reads a leading column before the rest of the row.
type after struct {
	scanner
	first any
}

func (a after) Scan(dest ...any) error { return a.scanner.Scan(append([]any{a.first}, dest...)...) }

func scanReplaced(r scanner) (v Replaced, err error) {
	v.Statement, err = scanStatement(after{r, &v.Gone})
	return v, err
}
