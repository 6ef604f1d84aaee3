package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Wait says why an account is not asked and until when; it survives restarts
// (R28).
type Wait struct {
	Account  ledger.AccountID
	Until    media.Moment // 0: until a person acts
	Failures int          // in a row
	Why      ledger.Code
	Since    media.Moment
	Detail   ledger.Evidence
}

// Holds tells whether the account must not be asked now. A person who asks for
// a look passes everything but a service's own limit.
func (w Wait) Holds(now media.Moment, asked bool) bool {
	if asked && w.Why != ledger.RateBudget {
		return false
	}
	return w.Until == 0 || w.Until > now
}

// Waits returns every wait by account.
func (s *Store) Waits(ctx context.Context) ([]Wait, error) {
	return find(ctx, s, func(r scanner) (v Wait, err error) {
		err = r.Scan(&v.Account, &v.Until, &v.Failures, &v.Why, &v.Since, sight{&v.Detail})
		return v, err
	}, "SELECT account, until, failures, why, since, detail FROM waits ORDER BY account")
}

// PutWait stores or replaces the wait of an account.
func (s *Store) PutWait(ctx context.Context, v Wait) error {
	return s.write(ctx, func(t *tx) error {
		t.exec("INSERT OR REPLACE INTO waits (account, until, failures, why, since, detail) VALUES (?, ?, ?, ?, ?, ?)",
			v.Account, v.Until, v.Failures, v.Why, v.Since, text(v.Detail))
		return nil
	})
}

// DropWait ends the wait of an account.
func (s *Store) DropWait(ctx context.Context, account ledger.AccountID) error {
	return s.write(ctx, func(t *tx) error { t.exec("DELETE FROM waits WHERE account = ?", account); return nil })
}
