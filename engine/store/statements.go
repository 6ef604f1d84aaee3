package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const statementColumns = `account, feature, work, play, cleared, has, n, len, at, seq, run, seen, first_look, origin, origin_seq, key, local`

func scanStatement(r scanner) (v ledger.Statement, err error) {
	err = r.Scan(&v.Account, &v.Feature, &v.Work, &v.Play, &v.Cleared, &v.Value.Set, &v.Value.N, &v.Value.Of,
		&v.At, &v.Seq, &v.Run, &v.Seen, &v.FirstLook, &v.Origin, &v.OriginSeq, &v.Key, &v.Local)
	return v, err
}

// putStatements stores statements as the current ones, numbers those without a
// number in their order, and moves what they replace to the log.
func (t *tx) putStatements(run ledger.RunID, rows []ledger.Statement) {
	unnumbered := 0
	for _, v := range rows {
		if !numbered(v) {
			unnumbered++
		}
	}
	next := ledger.Seq(t.take("statement", unnumbered))
	for _, v := range rows {
		if !numbered(v) {
			v.Seq = next
			next++
		}
		if v.Origin == 0 || v.Origin == v.Account {
			v.Origin = v.Account
			if v.OriginSeq == 0 {
				v.OriginSeq = v.Seq
			}
		}
		t.logReplaced(run, v)
		t.putStatement(v)
	}
}

// numbered tells whether a statement has a number of its own; a copy that still
// bears the number of its origin has none, for numbers are never shared.
func numbered(v ledger.Statement) bool {
	return v.Seq != 0 && !(v.Adopted() && v.Origin != 0 && v.Seq == v.OriginSeq)
}

func (t *tx) putStatement(v ledger.Statement) {
	t.exec(`INSERT OR REPLACE INTO statements (`+statementColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.Account, v.Feature, v.Work, v.Play, v.Cleared, v.Value.Set, v.Value.N, v.Value.Of,
		v.At, v.Seq, v.Run, v.Seen, v.FirstLook, v.Origin, v.OriginSeq, v.Key, v.Local)
}

const logColumns = `seq, account, feature, work, play, cleared, has, n, len, at, run, seen, first_look, origin, origin_seq, key, local`

// logReplaced keeps the statement that v is about to replace. It is marked as
// reversed when the account had adopted it and its own person now takes it back:
// the guards count these. Another value is a word of its own.
func (t *tx) logReplaced(run ledger.RunID, v ledger.Statement) {
	own := v.Origin == v.Account && !v.Local
	t.exec(`INSERT OR REPLACE INTO statement_log (`+logColumns+`, gone, reversed)
		SELECT `+logColumns+`, ?, ? AND origin <> account AND cleared <> ?
		FROM statements WHERE account = ? AND feature = ? AND work = ? AND play = ? AND seq <> ?`,
		run, own, v.Cleared, v.Account, v.Feature, v.Work, v.Play, v.Seq)
}

// forget moves current statements to the log without a successor.
func (t *tx) forget(run ledger.RunID, refs []ledger.StatementRef) {
	for _, v := range refs {
		t.exec(`INSERT OR REPLACE INTO statement_log (`+logColumns+`, gone, reversed) SELECT `+logColumns+`, ?, 0
			FROM statements WHERE account = ? AND feature = ? AND work = ? AND play = ?`,
			run, v.Account, v.Feature, v.Work, v.Play)
		t.exec("DELETE FROM statements WHERE account = ? AND feature = ? AND work = ? AND play = ?",
			v.Account, v.Feature, v.Work, v.Play)
	}
}

// Forget ends current statements: those that a plan withdrew (R13) or a person
// took back with an answer (R23).
func (s *Store) Forget(ctx context.Context, run ledger.RunID, refs []ledger.StatementRef) error {
	if len(refs) == 0 {
		return nil
	}
	return s.write(ctx, func(t *tx) error { t.forget(run, refs); return nil })
}

// Reversal is a settled write that the account's own person took back.
type Reversal struct {
	ledger.StatementRef
	Removal bool         // what was taken back is a removal
	Run     ledger.RunID // in which it was seen
	At      media.Moment // when that run began
}

// Reversals lists reversed writes seen since a moment, oldest first: the
// guards undone_writes and flip_flop count them.
func (s *Store) Reversals(ctx context.Context, since media.Moment) ([]Reversal, error) {
	return find(ctx, s, func(r scanner) (v Reversal, err error) {
		err = r.Scan(&v.Account, &v.Feature, &v.Work, &v.Play, &v.Removal, &v.Run, &v.At)
		return v, err
	}, `SELECT account, feature, work, play, cleared, gone, began FROM statement_log JOIN runs ON runs.id = gone
		WHERE reversed AND began >= ? ORDER BY gone, seq`, since)
}
