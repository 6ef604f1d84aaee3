package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const holdColumns = `id, profile, guard, target, cause, feature, action, run, since, state, answer, evidence, lost, known, digest, works`

func scanHold(r scanner) (v ledger.Hold, err error) {
	var works string
	err = r.Scan(&v.ID, &v.Profile, &v.Guard, &v.Target, &v.Cause, &v.Feature, &v.Action, &v.Run, &v.Since,
		&v.State, &v.Answer, sight{&v.Evidence}, &v.Lost, &v.Of, &v.Digest, &works)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(works), &v.Works); err != nil {
		return v, fmt.Errorf("works of hold %d: %w", v.ID, err)
	}
	return v, nil
}

type heldOp struct {
	hold int64
	op   ledger.Op
}

const heldOpColumns = `hold, feature, work, play, body`

func scanHeldOp(r scanner) (v heldOp, err error) {
	var subject ledger.Subject
	var body string
	if err = r.Scan(&v.hold, &subject.Feature, &subject.Work, &subject.Play, &body); err != nil {
		return v, err
	}
	v.op, err = decodeOp(body, subject)
	return v, err
}

// Holds returns the holds of a state with their ops, oldest first; state 0
// means all.
func (s *Store) Holds(ctx context.Context, state ledger.HoldState) ([]ledger.Hold, error) {
	// The literal lets the partial index of open holds serve.
	if state == ledger.HoldOpen {
		return s.holds(ctx, "state = 1 ORDER BY id")
	}
	return s.holds(ctx, "? IN (0, state) ORDER BY id", state)
}

// Standing returns a profile's holds that bind a plan: open ones, and those
// answered with a yes whose ops are not done yet.
func (s *Store) Standing(ctx context.Context, profile ledger.ProfileID) ([]ledger.Hold, error) {
	return s.holds(ctx, isStanding+" ORDER BY state, id", standing(profile)...)
}

// Hold returns one hold with its ops; ErrNotFound when there is none.
func (s *Store) Hold(ctx context.Context, id int64) (ledger.Hold, error) {
	all, err := s.holds(ctx, "id = ?", id)
	if err == nil && len(all) == 0 {
		err = &Error{Kind: ErrNotFound, Path: s.path, Err: fmt.Errorf("there is no hold %d", id)}
	}
	if err != nil {
		return ledger.Hold{}, err
	}
	return all[0], nil
}

// OpenHolds returns the open holds, oldest first, without their ops: a first
// plan can hold tens of thousands.
func (s *Store) OpenHolds(ctx context.Context) ([]ledger.Hold, error) {
	return find(ctx, s, scanHold, "SELECT "+holdColumns+" FROM holds WHERE state = 1 ORDER BY id")
}

const isStanding = "profile = ?1 AND (state = 1 OR state = ?2 AND answer IN (?3, ?4))"

func standing(profile ledger.ProfileID) []any {
	return []any{profile, ledger.HoldAnswered, ledger.DoIt, ledger.TryAgain}
}

// StandingViews returns the standing holds that hold no op: those of what an
// account shows.
func (s *Store) StandingViews(ctx context.Context, profile ledger.ProfileID) ([]ledger.Hold, error) {
	return find(ctx, s, scanHold, "SELECT "+holdColumns+" FROM holds WHERE "+isStanding+
		" AND NOT EXISTS (SELECT 1 FROM hold_ops WHERE hold = id) ORDER BY state, id", standing(profile)...)
}

// HeldWorks returns the works with an op in a standing hold, by number.
func (s *Store) HeldWorks(ctx context.Context, profile ledger.ProfileID) ([]media.WorkID, error) {
	return find(ctx, s, one[media.WorkID], "SELECT DISTINCT work FROM hold_ops WHERE hold IN (SELECT id FROM holds WHERE "+isStanding+
		") ORDER BY work", standing(profile)...)
}

// HeldOps counts a hold's ops and returns the works of its first few.
func (s *Store) HeldOps(ctx context.Context, hold int64, few int) (count int, works []media.WorkID, err error) {
	err = s.snapshot(ctx, func(q querier) error {
		counts, err := list(ctx, q, one[int], "SELECT count(*) FROM hold_ops WHERE hold = ?", hold)
		if err != nil {
			return err
		}
		count = counts[0]
		works, err = list(ctx, q, one[media.WorkID], "SELECT work FROM hold_ops WHERE hold = ? ORDER BY place LIMIT ?", hold, few)
		return err
	})
	return count, works, err
}

func (s *Store) holds(ctx context.Context, which string, args ...any) ([]ledger.Hold, error) {
	var all []ledger.Hold
	err := s.snapshot(ctx, func(q querier) (err error) {
		all, err = list(ctx, q, scanHold, "SELECT "+holdColumns+" FROM holds WHERE "+which, args...)
		if err != nil || len(all) == 0 {
			return err
		}
		at := make(map[int64]int, len(all))
		for i, h := range all {
			at[h.ID] = i
		}
		return each(ctx, q, scanHeldOp, func(v heldOp) error {
			all[at[v.hold]].Ops = append(all[at[v.hold]].Ops, v.op)
			return nil
		}, "SELECT "+heldOpColumns+" FROM hold_ops WHERE hold IN (SELECT value FROM json_each(?)) ORDER BY hold, place", ids(sortedKeys(at)))
	})
	return all, err
}

// Frozen returns the works that open holds freeze, each with the guard of the
// latest.
func (s *Store) Frozen(ctx context.Context) (map[media.WorkID]ledger.Code, error) {
	type freeze struct {
		work  media.WorkID
		guard ledger.Code
	}
	all := map[media.WorkID]ledger.Code{}
	err := each(ctx, s.reads, func(r scanner) (v freeze, err error) {
		err = r.Scan(&v.work, &v.guard)
		return v, err
	}, func(v freeze) error { all[v.work] = v.guard; return nil },
		"SELECT w.value, guard FROM holds, json_each(works) w WHERE state = 1 AND w.type = 'integer' ORDER BY holds.id")
	return all, s.wrap(err)
}

// PutHolds stores holds with their ops and returns them with their numbers; ID
// 0 makes a new one. A hold that equals what is stored costs no write, and one
// that was answered meanwhile is left as it is.
func (s *Store) PutHolds(ctx context.Context, holds []ledger.Hold) ([]ledger.Hold, error) {
	if len(holds) == 0 {
		return nil, nil
	}
	numbered := slices.Clone(holds)
	err := s.write(ctx, func(t *tx) error {
		for i := range numbered {
			t.putHold(&numbered[i])
		}
		return nil
	})
	return numbered, err
}

func (t *tx) putHold(h *ledger.Hold) {
	if h.ID == 0 {
		h.ID = t.number("SELECT max(id) FROM holds") + 1
	}
	if h.State == ledger.HoldOpen && t.number("SELECT count(*) FROM holds WHERE id = ? AND state <> ?", h.ID, ledger.HoldOpen) != 0 {
		return
	}
	t.exec(`INSERT INTO holds (`+holdColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, answer = excluded.answer, evidence = excluded.evidence,
			lost = excluded.lost, known = excluded.known, digest = excluded.digest,
			works = excluded.works
		WHERE (state, answer, evidence, lost, known, digest, works)
			<> (excluded.state, excluded.answer, excluded.evidence, excluded.lost, excluded.known, excluded.digest, excluded.works)`,
		h.ID, h.Profile, h.Guard, h.Target, h.Cause, h.Feature, h.Action, h.Run, h.Since,
		h.State, h.Answer, text(h.Evidence), h.Lost, h.Of, h.Digest, text(h.Works))
	t.putHeldOps(h.ID, h.Ops)
}

func (t *tx) putHeldOps(hold int64, ops []ledger.Op) {
	for i, op := range ops {
		t.exec(`INSERT INTO hold_ops VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hold, place) DO UPDATE SET
				op = excluded.op, account = excluded.account, feature = excluded.feature, work = excluded.work,
				play = excluded.play, cause = excluded.cause, cause_seq = excluded.cause_seq, body = excluded.body
			WHERE (account, feature, work, play, body)
				<> (excluded.account, excluded.feature, excluded.work, excluded.play, excluded.body)`,
			hold, i, op.ID, op.Account, op.Feature, op.Work, op.Play, op.Cause.Account, op.Cause.Seq, encodeOp(op))
	}
	t.exec("DELETE FROM hold_ops WHERE hold = ? AND place >= ?", hold, len(ops))
}

// Decision is everything that a person's answer to a hold changes (R23). It
// becomes true as a whole or not at all.
type Decision struct {
	// Holds are the answered hold and what the answer leaves of it. The first
	// must still be open in the store.
	Holds     []ledger.Hold
	Refusals  []ledger.Refusal
	Withdrawn []ledger.StatementRef
	// Local are current statements that no longer leave their account.
	Local    []ledger.Statement
	Freed    []ledger.StatementRef
	Trust    []ledger.Trust
	Accounts []ledger.AccountID // whose first plan is accepted
	Routes   []int64            // whose first plan is accepted
}

// AnswerHold books a person's answer; ErrNotFound when the hold is not open.
func (s *Store) AnswerHold(ctx context.Context, run ledger.RunID, d Decision) error {
	return s.write(ctx, func(t *tx) error {
		for i := range d.Holds {
			id := d.Holds[i].ID
			if i == 0 && t.number("SELECT count(*) FROM holds WHERE id = ? AND state = ?", id, ledger.HoldOpen) != 1 && t.err == nil {
				return &Error{Kind: ErrNotFound, Path: s.path, Err: fmt.Errorf("hold %d is not open", id)}
			}
			t.putHold(&d.Holds[i])
		}
		t.putRefusals(d.Refusals)
		t.forget(run, d.Withdrawn)
		for _, v := range d.Local {
			v.Local = true
			t.putStatement(v)
		}
		t.free(d.Freed)
		t.putTrust(d.Trust)
		for _, id := range d.Accounts {
			t.exec("UPDATE accounts SET accepted = 1 WHERE id = ?", id)
		}
		for _, id := range d.Routes {
			t.exec("UPDATE routes SET accepted = 1 WHERE id = ?", id)
		}
		t.decided()
		return nil
	})
}
