package store

import (
	"context"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// memory opens a store that ends with the test and holds one profile with
// three accounts.
func memory(t testing.TB) *Store {
	t.Helper()
	s, err := OpenMemory(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return peopled(t, s)
}

// folder opens a store in a fresh data folder.
func folder(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return peopled(t, s)
}

func peopled(t testing.TB, s *Store) *Store {
	t.Helper()
	p, err := s.PutProfile(t.Context(), ledger.Profile{Name: "me"})
	must(t, err)
	for _, name := range []string{"jellyfin", "trakt", "simkl"} {
		_, err := s.PutAccount(t.Context(), ledger.Account{Profile: p, Provider: name, Name: name})
		must(t, err)
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got returns a value or ends the test.
func got[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func film(work media.WorkID) ledger.Work {
	return ledger.Work{ID: work, Kind: media.Film, Title: "Paper Lighthouse", Year: 2023, Season: -1, Number: -1}
}

func about(work media.WorkID, f media.Feature) ledger.Subject {
	return ledger.Subject{Work: work, Feature: f}
}

func rating(account ledger.AccountID, work media.WorkID, n int) ledger.Statement {
	return ledger.Statement{Account: account, Subject: about(work, media.Ratings), Value: media.Rated(n), At: 1000, Run: 1, Key: "k"}
}

var ctx = context.Background()

// A whole run in the order of the engine: begin, identify, observe, plan,
// journal, settle, end.
func TestRunPassesThrough(t *testing.T) {
	for name, s := range map[string]*Store{"memory": memory(t), "folder": folder(t)} {
		run := got(s.BeginRun(ctx, 5000))(t)
		must(t, s.PutIdentity(ctx,
			[]ledger.Link{{Account: 1, Key: "k", Work: 1, By: ledger.ByToken}}, []ledger.Work{film(1)},
			[]WorkToken{{media.OwnToken(media.Film, media.TMDB, "605"), 1}}))
		must(t, s.Apply(ctx, run, ledger.Delta{
			Shown: []ledger.Shown{{Account: 1, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "k"}, Work: 1,
				State: ledger.ShownValue, Value: media.Rated(70), Since: run}},
			Statements: []ledger.Statement{rating(1, 1, 70)},
			Trust:      []ledger.Trust{{Account: 1, Feature: media.Ratings, LastTrusted: 5000, Older: []string{"a"}, LagsMS: []int64{7}}},
		}))
		d := got(s.Dossiers(ctx, 1, []media.WorkID{1, 2}))(t)
		if len(d) != 1 || len(d[0].Shown) != 1 || len(d[0].Statements) != 1 || len(d[0].Tokens) != 1 || len(d[0].Links) != 1 {
			t.Fatalf("%s: dossiers %+v", name, d)
		}
		said := d[0].Statements[0]
		if said.Seq != 1 || said.Origin != 1 || said.OriginSeq != 1 {
			t.Errorf("%s: numbered %+v", name, said)
		}
		op := ledger.Op{ID: "1-0", Account: 2, Subject: said.Subject, Action: provider.Add, New: media.Rated(70),
			Cause: ledger.Cause{Account: 1, Seq: 1}, Says: said, Path: []int64{1}}
		must(t, s.Intend(ctx, []ledger.Entry{{Op: op, Run: run, State: ledger.Intended, Intended: 5100}}))
		must(t, s.MarkSent(ctx, []ledger.OpID{op.ID}, 5200))
		open := got(s.Unfinished(ctx))(t)
		if len(open) != 1 || open[0].State != ledger.Sent || open[0].Sent != 5200 || open[0].Op.Says != said || open[0].Op.Subject != op.Subject {
			t.Fatalf("%s: unfinished %+v", name, open)
		}
		e := open[0]
		e.State, e.Outcome, e.Ended = ledger.Done, provider.Accepted, 5300
		p := ledger.Pending{Op: op.ID, Account: 2, Subject: op.Subject, New: op.New, Cause: op.Cause, Says: said, Sent: 5200, Run: run, State: ledger.Expected}
		must(t, s.Settle(ctx, []ledger.Settlement{{Entry: e, Pending: &p, Link: &ledger.Link{Account: 2, Key: "t1", Work: 1, By: ledger.ByWrite}}}))
		if open := got(s.Unfinished(ctx))(t); len(open) != 0 {
			t.Errorf("%s: still unfinished %+v", name, open)
		}
		k := got(s.Known(ctx, 2, media.Ratings))(t)
		if len(k.Pending) != 1 || k.Pending[0] != p {
			t.Errorf("%s: pending %+v, want %+v", name, k.Pending, p)
		}
		must(t, s.EndRun(ctx, ledger.RunSummary{ID: run, Ended: 6000, Added: 1}))
		if sum := got(s.Runs(ctx, 0, 5))(t); len(sum) != 1 || sum[0].Added != 1 || sum[0].Began != 5000 || sum[0].Ended != 6000 {
			t.Errorf("%s: runs %+v", name, sum)
		}
	}
}
