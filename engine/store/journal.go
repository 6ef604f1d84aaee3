package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const journalColumns = `run, profile, feature, work, play, state, outcome, error, intended, sent, ended, undone_by, body`

func scanEntry(r scanner) (v ledger.Entry, err error) {
	var subject ledger.Subject
	var body string
	err = r.Scan(&v.Run, &v.Profile, &subject.Feature, &subject.Work, &subject.Play, &v.State, &v.Outcome, &v.Error,
		&v.Intended, &v.Sent, &v.Ended, &v.UndoneBy, &body)
	if err != nil {
		return v, err
	}
	v.Op, err = decodeOp(body, subject)
	return v, err
}

// Intend records ops with their full old and new values before anything is
// sent (R25). An op that is recorded already makes it fail: ids are used once.
func (s *Store) Intend(ctx context.Context, entries []ledger.Entry) error {
	return s.write(ctx, func(t *tx) error {
		for _, e := range entries {
			op := e.Op
			t.exec(`INSERT INTO journal (op, run, profile, account, feature, work, play, action, origin, approved,
					state, outcome, error, intended, sent, ended, undone_by, body)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				op.ID, e.Run, e.Profile, op.Account, op.Feature, op.Work, op.Play, op.Action, op.Origin().Account, op.Approved || op.Undo,
				e.State, e.Outcome, e.Error, e.Intended, e.Sent, e.Ended, e.UndoneBy, encodeOp(op))
		}
		return nil
	})
}

// MarkSent records that the requests leave now.
func (s *Store) MarkSent(ctx context.Context, ops []ledger.OpID, at media.Moment) error {
	return s.write(ctx, func(t *tx) error {
		for _, op := range ops {
			t.exec("UPDATE journal SET state = ?, sent = ? WHERE op = ?", ledger.Sent, at, op)
		}
		return nil
	})
}

// Settle records how ops ended with what that means: journal row, pending
// write, counted failure, learnt link. An op approved by a person is done.
func (s *Store) Settle(ctx context.Context, ended []ledger.Settlement) error {
	return s.write(ctx, func(t *tx) error {
		for _, v := range ended {
			e := v.Entry
			t.exec("UPDATE journal SET state = ?, outcome = ?, error = ?, sent = ?, ended = ? WHERE op = ?",
				e.State, e.Outcome, e.Error, e.Sent, e.Ended, e.Op.ID)
			if v.Pending != nil {
				t.putPending([]ledger.Pending{*v.Pending})
			}
			if v.Failed != "" {
				t.countFailure(e, v.Failed)
			}
			if v.Link != nil {
				t.putLinks([]ledger.Link{*v.Link})
			}
		}
		return nil
	})
}

// Unfinished returns what a crash left intended or sent, oldest first (R27).
func (s *Store) Unfinished(ctx context.Context) ([]ledger.Entry, error) {
	return find(ctx, s, scanEntry, "SELECT "+journalColumns+" FROM journal WHERE state IN (1, 2) ORDER BY id")
}

// MarkUndone records which op took which back (R24).
func (s *Store) MarkUndone(ctx context.Context, by map[ledger.OpID]ledger.OpID) error {
	return s.write(ctx, func(t *tx) error {
		for _, op := range sortedKeys(by) {
			t.exec("UPDATE journal SET undone_by = ? WHERE op = ?", by[op], op)
		}
		return nil
	})
}

// JournalQuery picks journal rows; zero fields do not restrict.
type JournalQuery struct {
	Ops     []ledger.OpID
	Run     ledger.RunID
	Account ledger.AccountID
	Work    media.WorkID
	State   ledger.JournalState
	Since   media.Moment // intended at or after
	Limit   int          // 0: 500
	Offset  int
}

// Journal returns rows, newest first.
func (s *Store) Journal(ctx context.Context, q JournalQuery) ([]ledger.Entry, error) {
	var w where
	if q.Ops != nil {
		w.and("op IN (SELECT value FROM json_each(?))", text(q.Ops))
	}
	if q.Run != 0 {
		w.and("run = ?", q.Run)
	}
	if q.Account != 0 {
		w.and("account = ?", q.Account)
	}
	if q.Work != 0 {
		w.and("work = ?", q.Work)
	}
	if q.State != 0 {
		w.and("state = ?", q.State)
	}
	if q.Since != 0 {
		w.and("intended >= ?", q.Since)
	}
	if q.Limit == 0 {
		q.Limit = 500
	}
	return find(ctx, s, scanEntry, "SELECT "+journalColumns+" FROM journal"+w.text+" ORDER BY id DESC LIMIT ? OFFSET ?",
		append(w.args, q.Limit, q.Offset)...)
}

// where collects conditions.
type where struct {
	text string
	args []any
}

func (w *where) and(condition string, args ...any) {
	if w.text == "" {
		w.text = " WHERE " + condition
	} else {
		w.text += " AND " + condition
	}
	w.args = append(w.args, args...)
}

// RemovalCount is how many removals a target saw for one cause.
type RemovalCount struct {
	Target  ledger.AccountID
	Cause   ledger.AccountID // whose person caused them
	Feature media.Feature
	Works   int
}

// Removals counts works with a removal that was sent since a moment, without
// those that a person approved: the seven-day budget (§6 of the rules).
func (s *Store) Removals(ctx context.Context, since media.Moment) ([]RemovalCount, error) {
	return find(ctx, s, func(r scanner) (v RemovalCount, err error) {
		err = r.Scan(&v.Target, &v.Cause, &v.Feature, &v.Works)
		return v, err
	}, `SELECT account, origin, feature, count(DISTINCT work) FROM journal
		WHERE action = 3 AND NOT approved AND sent >= ? AND sent <> 0 AND (state <> ? OR outcome NOT IN (?, ?))
		GROUP BY account, origin, feature ORDER BY account, origin, feature`,
		since, ledger.Failed, provider.NotApplied, provider.Refused)
}
