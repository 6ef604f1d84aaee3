package store

import (
	"context"
	"encoding/json"
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const unmetColumns = `account, feature, work, play, cleared, has, n, len, why`

// unmetRow is an unmet want as it is stored.
type unmetRow struct {
	Account ledger.AccountID
	ledger.Subject
	Want ledger.Want
	why  string // JSON
}

func scanUnmetRow(r scanner) (v unmetRow, err error) {
	err = r.Scan(&v.Account, &v.Feature, &v.Work, &v.Play, &v.Want.Cleared,
		&v.Want.Value.Set, &v.Want.Value.N, &v.Want.Value.Of, &v.why)
	return v, err
}

func scanUnmet(r scanner) (v ledger.NonOp, err error) {
	row, err := scanUnmetRow(r)
	if err != nil {
		return v, err
	}
	v = ledger.NonOp{Account: row.Account, Subject: row.Subject, Want: row.Want, Unmet: true}
	if err := json.Unmarshal([]byte(row.why), &v.Why); err != nil {
		return v, fmt.Errorf("reason of an unmet want: %w", err)
	}
	return v, nil
}

// PutUnmet replaces what is unmet about the planned works of a profile with
// the non-ops that a plan left unmet. What stays the same costs no write.
func (s *Store) PutUnmet(ctx context.Context, profile ledger.ProfileID, planned []media.WorkID, nonOps []ledger.NonOp) error {
	if len(planned) == 0 {
		return nil
	}
	now := map[ledger.StatementRef]unmetRow{}
	for _, v := range nonOps {
		if v.Unmet {
			now[ledger.StatementRef{Account: v.Account, Subject: v.Subject}] = unmetRow{v.Account, v.Subject, v.Want, text(v.Why)}
		}
	}
	before, err := list(ctx, s.reads, scanUnmetRow, "SELECT "+unmetColumns+` FROM unmet
		WHERE work IN (SELECT value FROM json_each(?)) AND +account IN (SELECT id FROM accounts WHERE profile = ?)`, ids(planned), profile)
	if err != nil {
		return s.wrap(err)
	}
	var gone []unmetRow
	for _, v := range before {
		ref := ledger.StatementRef{Account: v.Account, Subject: v.Subject}
		if is, stays := now[ref]; !stays {
			gone = append(gone, v)
		} else if is == v {
			delete(now, ref)
		}
	}
	if len(gone)+len(now) == 0 {
		return nil
	}
	return s.write(ctx, func(t *tx) error {
		for _, v := range gone {
			t.exec("DELETE FROM unmet WHERE account = ? AND feature = ? AND work = ? AND play = ?", v.Account, v.Feature, v.Work, v.Play)
		}
		for _, v := range nonOps { // in the plan's order
			if is, changed := now[ledger.StatementRef{Account: v.Account, Subject: v.Subject}]; v.Unmet && changed {
				t.exec("INSERT OR REPLACE INTO unmet ("+unmetColumns+", code, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
					v.Account, v.Feature, v.Work, v.Play, v.Want.Cleared,
					v.Want.Value.Set, v.Want.Value.N, v.Want.Value.Of, is.why, v.Why.Code, v.Why.Until)
			}
		}
		return nil
	})
}

// Due returns the works of a profile with an unmet want whose moment has come,
// by number (R21). What was sent is for the next look: until a read tells more
// of it there is nothing to plan.
func (s *Store) Due(ctx context.Context, profile ledger.ProfileID, now media.Moment) ([]media.WorkID, error) {
	return find(ctx, s, one[media.WorkID], `SELECT DISTINCT work FROM unmet WHERE until <> 0 AND until <= ?2
		AND +account IN (SELECT id FROM accounts WHERE profile = ?1) ORDER BY work`, profile, now)
}

// UnmetWorks returns the works of a profile whose want is unmet for one of the
// codes, by number.
func (s *Store) UnmetWorks(ctx context.Context, profile ledger.ProfileID, codes []ledger.Code) ([]media.WorkID, error) {
	return find(ctx, s, one[media.WorkID], `SELECT DISTINCT work FROM unmet WHERE code IN (SELECT value FROM json_each(?))
		AND account IN (SELECT id FROM accounts WHERE profile = ?) ORDER BY work`, text(codes), profile)
}

// Unmet returns what keeps works from what they should show, by account,
// feature and work. Limit 0 means all.
func (s *Store) Unmet(ctx context.Context, profile ledger.ProfileID, limit int) ([]ledger.NonOp, error) {
	if limit == 0 {
		limit = -1
	}
	return find(ctx, s, scanUnmet, "SELECT "+unmetColumns+` FROM unmet
		WHERE account IN (SELECT id FROM accounts WHERE profile = ?) ORDER BY account, feature, work, play LIMIT ?`, profile, limit)
}
