package store

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// S12: every field of an op comes back from the journal as it was planned.
// TestLastChange: the latest ended run that changed something, whatever runs
// did nothing, failed or are under way since.
func TestLastChange(t *testing.T) {
	s := memory(t)
	if last := got(s.LastChange(ctx))(t); last != nil {
		t.Fatalf("before any: %+v", last)
	}
	for _, c := range []struct {
		state   ledger.JournalState
		outcome provider.Outcome
		ends    bool
		want    ledger.RunID
	}{
		{ledger.Done, provider.Accepted, true, 1}, {0, 0, true, 1}, {ledger.Failed, provider.Refused, true, 1}, {ledger.Done, provider.Already, true, 1},
		{ledger.Unanswered, provider.Unproven, true, 5}, {ledger.Done, provider.Confirmed, false, 5},
	} {
		run := got(s.BeginRun(ctx, 1))(t)
		if c.state != 0 {
			op := ledger.Op{ID: ledger.OpID(fmt.Sprint(run, "-1")), Account: 1, Subject: ledger.Subject{Work: 1}}
			must(t, s.Intend(ctx, []ledger.Entry{{Op: op, Run: run, State: c.state, Outcome: c.outcome}}))
		}
		if c.ends {
			must(t, s.EndRun(ctx, ledger.RunSummary{ID: run, Ended: 2, Added: int(run)}))
		}
		if last := got(s.LastChange(ctx))(t); last == nil || last.ID != c.want || last.Added != int(c.want) {
			t.Errorf("after run %d: %+v, want %d", run, last, c.want)
		}
	}
}

func TestJournalKeepsTheWholeOp(t *testing.T) {
	s := memory(t)
	says := ledger.Statement{Account: 1, Subject: about(5, media.Watchlist), At: 4, Seq: 5, Run: 6, Origin: 1, OriginSeq: 5, Key: "k"}
	op := ledger.Op{ID: "3-1", Account: 2, Subject: ledger.Subject{Work: 6, Feature: media.Watchlist}, Action: provider.Update,
		RowKey: ledger.RowKey{Key: "a", PlayKey: "b"}, Old: media.Position(1, 2), New: media.Position(3, 4), OldAt: 7, At: 8,
		Cause: ledger.Cause{Account: 1, Seq: 5}, Says: says, Path: []int64{1, 2}, Read: 9, Ask: true, FirstRun: true, Rewatch: true,
		Overwrites: true, Retry: true, Undo: true, Approved: true, Why: ledger.Reason{Code: ledger.ApprovedByYou, Who: 1, When: 3, Details: ledger.Said("d")}, Tokens: "t"}
	v := reflect.ValueOf(op)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Fatalf("field %s is not tried", v.Type().Field(i).Name)
		}
	}
	want := ledger.Entry{Op: op, Run: 3, Profile: 2, State: ledger.Intended, Intended: 10}
	must(t, s.Intend(ctx, []ledger.Entry{want}))
	all := got(s.Journal(ctx, JournalQuery{Run: 3, Account: 2, Work: 6, State: ledger.Intended, Since: 10, Ops: []ledger.OpID{"3-1"}}))(t)
	if len(all) != 1 || !reflect.DeepEqual(all[0], want) {
		t.Errorf("came back as %+v\nwant %+v", all, want)
	}
	if err := s.Intend(ctx, []ledger.Entry{want}); !errors.Is(err, ErrInvalid) {
		t.Errorf("the same id again: %v", err)
	}
	must(t, s.MarkUndone(ctx, map[ledger.OpID]ledger.OpID{"3-1": "4-1"}))
	if all := got(s.Journal(ctx, JournalQuery{}))(t); all[0].UndoneBy != "4-1" {
		t.Errorf("undone by %q", all[0].UndoneBy)
	}
	if none := got(s.Journal(ctx, JournalQuery{Since: 11}))(t); len(none) != 0 {
		t.Errorf("since later: %+v", none)
	}
}

// What an earlier version stored stays readable: the form of a body is part
// of the schema.
func TestStoredOpForm(t *testing.T) {
	const body = `{"ID":"1-0","Account":2,"Action":3,"Key":"a","Old":{"Set":true,"N":70},"Cause":{"Account":1,"Seq":5},"Says":{"Account":1,"Cleared":true,"At":4,"Seq":5,"Origin":1,"OriginSeq":5},"Path":[1],"Why":{"Code":"removals_off"}}`
	subject := about(5, media.Ratings)
	op := got(decodeOp(body, subject))(t)
	if op.Subject != subject || op.Says.Subject != subject || op.Old != media.Rated(70) || !op.Says.Cleared || op.Key != "a" || op.Action != provider.Remove {
		t.Errorf("read as %+v", op)
	}
	if again := encodeOp(op); again != body {
		t.Errorf("written as %s", again)
	}
}

func TestRemovalsBudget(t *testing.T) {
	s := memory(t)
	send := func(id ledger.OpID, work media.WorkID, at media.Moment, outcome provider.Outcome, change func(*ledger.Op)) {
		op := heldOps(work)[0]
		op.ID = id
		if change != nil {
			change(&op)
		}
		e := ledger.Entry{Op: op, Run: 1, State: ledger.Intended, Intended: at}
		must(t, s.Intend(ctx, []ledger.Entry{e}))
		must(t, s.MarkSent(ctx, []ledger.OpID{id}, at))
		e.State, e.Outcome, e.Sent, e.Ended = ledger.Done, outcome, at, at
		if outcome == provider.Refused {
			e.State = ledger.Failed
		}
		must(t, s.Settle(ctx, []ledger.Settlement{{Entry: e}}))
	}
	send("counts", 1, 100, provider.Accepted, nil)
	send("another copy of the work", 1, 101, provider.Accepted, nil)
	send("unproven", 2, 100, provider.Unproven, nil)
	send("refused", 3, 100, provider.Refused, nil)
	send("too old", 4, 99, provider.Accepted, nil)
	send("approved", 5, 100, provider.Accepted, func(o *ledger.Op) { o.Approved = true })
	send("undo", 6, 100, provider.Accepted, func(o *ledger.Op) { o.Undo = true })
	send("an add", 7, 100, provider.Accepted, func(o *ledger.Op) { o.Action = provider.Add })
	all := got(s.Removals(ctx, 100))(t)
	if len(all) != 1 || all[0] != (RemovalCount{Target: 2, Cause: 1, Feature: media.Ratings, Works: 2}) {
		t.Errorf("counted %+v", all)
	}
}

func TestFailuresCountPerStatement(t *testing.T) {
	s := memory(t)
	known := "one id"
	fail := func(n int, seq ledger.Seq) {
		op := ledger.Op{ID: ledger.OpID(text([]int{n, int(seq)})), Account: 2, Subject: about(1, media.Ratings), New: media.Rated(70), Cause: ledger.Cause{Account: 1, Seq: seq}, Tokens: known}
		e := ledger.Entry{Op: op, State: ledger.Failed, Ended: media.Moment(n)}
		must(t, s.Settle(ctx, []ledger.Settlement{{Entry: e, Failed: ledger.CannotStore}}))
	}
	for n := range ledger.QuarantineAfter {
		fail(n, 5)
	}
	set := got(s.Quarantine(ctx, ledger.QuarantineAfter))(t)
	if len(set) != 1 || set[0].Failures != 3 || set[0].Value != media.Rated(70) || set[0].Why != ledger.CannotStore {
		t.Fatalf("set aside %+v", set)
	}
	if c := got(s.Counts(ctx))(t); c.SetAside != 1 {
		t.Errorf("counts %+v", c)
	}
	known = "two ids" // new evidence starts again, and counts on
	fail(7, 5)
	fail(8, 5)
	if set := got(s.Quarantine(ctx, 1))(t); len(set) != 1 || set[0].Failures != 2 || set[0].Tokens != known {
		t.Errorf("after another id %+v", set)
	}
	fail(9, 6) // a newer statement starts again
	if set := got(s.Quarantine(ctx, 1))(t); len(set) != 1 || set[0].Failures != 1 || set[0].Cause.Seq != 6 {
		t.Errorf("after a newer statement %+v", set)
	}
	must(t, s.Free(ctx, []ledger.StatementRef{{Account: 2, Subject: about(1, media.Ratings)}}))
	if set := got(s.Quarantine(ctx, 1))(t); len(set) != 0 {
		t.Errorf("freed %+v", set)
	}
}

// Where episodes are only counted, one more of a show frees what was refused of
// the same show, and of no other, at no other account, for no other reason.
func TestRefusedEpisodesWaitForTheirShow(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{{ID: 1, Kind: media.Show}, {ID: 2, Kind: media.Show},
		{ID: 11, Kind: media.Episode, Show: 1}, {ID: 12, Kind: media.Episode, Show: 1}, {ID: 21, Kind: media.Episode, Show: 2}}, nil))
	n := 0
	refuse := func(account ledger.AccountID, work media.WorkID, why ledger.Code) {
		n++
		op := ledger.Op{ID: ledger.OpID(text(n)), Account: account, Subject: about(work, media.History), New: media.Watched(0)}
		must(t, s.Settle(ctx, []ledger.Settlement{{Entry: ledger.Entry{Op: op, State: ledger.Failed}, Failed: why}}))
	}
	refuse(2, 12, ledger.CannotStore)
	refuse(2, 21, ledger.CannotStore)
	refuse(3, 12, ledger.CannotStore)
	refuse(2, 11, ledger.QuotaFull)
	must(t, s.FreeShows(ctx, 2, []media.WorkID{11}))
	var left []string
	for _, q := range got(s.Quarantine(ctx, 1))(t) {
		left = append(left, text([]int64{int64(q.Account), int64(q.Work)}))
	}
	if want := []string{"[2,11]", "[2,21]", "[3,12]"}; !reflect.DeepEqual(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
}

// A reversal is the account's own person taking back what it had adopted; another
// value, a newer adopted one, the same value and a local effect are none.
func TestReversals(t *testing.T) {
	adopted := func(n int, seq ledger.Seq) ledger.Statement {
		v := rating(2, 1, n)
		v.Origin, v.OriginSeq = 1, seq
		return v
	}
	local := cleared(rating(2, 1, 0))
	local.Local = true
	for _, c := range []struct {
		name string
		next ledger.Statement
		want int
	}{
		{"cleared there", cleared(rating(2, 1, 0)), 1},
		{"another value there", rating(2, 1, 30), 0},
		{"the same value again", rating(2, 1, 70), 0},
		{"a newer adopted value", adopted(40, 9), 0},
		{"a local effect", local, 0},
	} {
		s := memory(t)
		first := got(s.BeginRun(ctx, 100))(t)
		must(t, s.Apply(ctx, first, ledger.Delta{Statements: []ledger.Statement{adopted(70, 8)}}))
		second := got(s.BeginRun(ctx, 200))(t)
		must(t, s.Apply(ctx, second, ledger.Delta{Statements: []ledger.Statement{c.next}}))
		if all := got(s.Reversals(ctx, 150))(t); len(all) != c.want || (c.want == 1 && (all[0].Account != 2 || all[0].Removal || all[0].Run != second || all[0].At != 200)) {
			t.Errorf("%s: %+v", c.name, all)
		}
		if all := got(s.Reversals(ctx, 201))(t); len(all) != 0 {
			t.Errorf("%s: later %+v", c.name, all)
		}
	}
}
