package store

import (
	"cmp"
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Join moves everything that names a work to another: two works turned out to
// be one (§8 of the rules). Where both had a statement at one account the
// later one stays (R11) and the other goes to the log. All that is believed
// about the joined work counts as a first look (R13). Joining again, or a
// work that is gone, changes nothing.
func (s *Store) Join(ctx context.Context, into, from media.WorkID, run ledger.RunID) error {
	return s.write(ctx, func(t *tx) error {
		both := t.number("SELECT count(*) FROM works WHERE id IN (?, ?)", into, from)
		if into == from || both != 2 {
			return nil
		}
		t.joinWork(into, from)
		t.joinBeliefs(into, from, run)
		for _, table := range []string{"tokens", "links", "plays", "pending", "proofs", "hold_ops", "journal", "statement_log"} {
			t.exec("UPDATE "+table+" SET work = ? WHERE work = ?", into, from)
		}
		for _, table := range []string{"refusals", "pins", "unlinks"} {
			t.exec("UPDATE OR REPLACE "+table+" SET work = ? WHERE work = ?", into, from)
		}
		// Planned again, with the new ids as new evidence.
		for _, table := range []string{"unmet", "quarantine"} {
			t.exec("DELETE FROM "+table+" WHERE work IN (?, ?)", into, from)
		}
		t.exec(`UPDATE holds SET works = (SELECT json_group_array(iif(value = ?, ?, value)) FROM json_each(works))
			WHERE state = 1 AND works <> 'null'`, from, into)
		return nil
	})
}

// joinWork fills the gaps of one work from the other, which ends.
func (t *tx) joinWork(into, from media.WorkID) {
	t.exec(`UPDATE works SET title = iif(works.title = '', f.title, works.title),
			folded = iif(works.title = '', f.folded, works.folded),
			year = iif(works.year = 0, f.year, works.year),
			runtime = iif(works.runtime = 0, f.runtime, works.runtime),
			show = iif(works.show = 0, f.show, works.show),
			season = iif(works.season < 0, f.season, works.season),
			number = iif(works.number < 0, f.number, works.number)
		FROM works f WHERE works.id = ? AND f.id = ?`, into, from)
	t.exec("UPDATE works SET show = ? WHERE show = ?", into, from)
	t.exec("DELETE FROM works WHERE id = ?", from)
}

func (t *tx) joinBeliefs(into, from media.WorkID, run ledger.RunID) {
	for _, v := range t.statements("work = ?", from) {
		subject := v.Subject
		subject.Work = into
		t.moveStatement(run, v, subject)
	}
	t.exec("UPDATE statements SET first_look = 1, run = ? WHERE work = ?", run, into)
	t.exec("UPDATE shown SET work = ?, since = ?, first_look = 1 WHERE work IN (?, ?)", into, run, into, from)
}

// statements lists current statements within the transaction.
func (t *tx) statements(condition string, args ...any) []ledger.Statement {
	if t.err != nil {
		return nil
	}
	all, err := list(t.ctx, t, scanStatement, "SELECT "+statementColumns+" FROM statements WHERE "+condition+
		" ORDER BY account, feature, work, play", args...)
	if err != nil {
		t.fail(err)
	}
	return all
}

// moveStatement gives a statement another subject, as a first look. Of two
// statements about one subject the later stays (R11).
func (t *tx) moveStatement(run ledger.RunID, v ledger.Statement, to ledger.Subject) {
	rivals := t.statements("account = ? AND feature = ? AND work = ? AND play = ?", v.Account, to.Feature, to.Work, to.Play)
	if len(rivals) == 1 && later(rivals[0], v) {
		t.forget(run, []ledger.StatementRef{{Account: v.Account, Subject: v.Subject}})
		return
	}
	for _, rival := range rivals {
		t.forget(run, []ledger.StatementRef{{Account: rival.Account, Subject: rival.Subject}})
	}
	t.exec("DELETE FROM statements WHERE account = ? AND feature = ? AND work = ? AND play = ?", v.Account, v.Feature, v.Work, v.Play)
	v.Subject, v.FirstLook = to, true
	t.putStatement(v)
}

// later orders statements of one account about one subject (R11): unknown is
// older than any known time, and of equal times Set beats Cleared.
func later(a, b ledger.Statement) bool {
	set := func(v ledger.Statement) int {
		if v.Cleared {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(set(a), set(b)), cmp.Compare(a.Seq, b.Seq)) > 0
}
