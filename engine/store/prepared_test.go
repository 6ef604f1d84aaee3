package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"
)

// kept is what a store's own connection has prepared and nobody uses.
func kept(t *testing.T, s *Store) map[string]driver.Stmt {
	t.Helper()
	conn := got(s.writes.Conn(ctx))(t)
	defer conn.Close()
	var idle map[string]driver.Stmt
	must(t, conn.Raw(func(c any) error { idle = c.(*connection).idle; return nil }))
	return idle
}

// What was prepared once is used again by later transactions.
func TestPreparedOnce(t *testing.T) {
	s := memory(t)
	const query = "UPDATE counters SET next = next + ? WHERE name = ? RETURNING next - ?"
	take := func() { must(t, s.write(ctx, func(tx *tx) error { tx.take("play", 1); return nil })) }
	take()
	first := kept(t, s)[query]
	take()
	if again := kept(t, s)[query]; first == nil || again != first {
		t.Errorf("prepared %v, then %v", first, again)
	}
}

// A query may run again while its own rows are read: each run has a statement
// of its own.
func TestQueryWithinItself(t *testing.T) {
	s := memory(t)
	const query = "SELECT name FROM counters ORDER BY name"
	var seen []string
	must(t, s.snapshot(ctx, func(q querier) error {
		return each(ctx, q, one[string], func(outer string) error {
			inner, err := list(ctx, q, one[string], query)
			seen = append(seen, outer+fmt.Sprint(inner))
			return err
		}, query)
	}))
	want := "[decision[decision play statement work] play[decision play statement work] statement[decision play statement work] work[decision play statement work]]"
	if fmt.Sprint(seen) != want {
		t.Errorf("%v, want %s", seen, want)
	}
}

// Queries whose text varies do not pile up.
func TestPreparedIsBounded(t *testing.T) {
	s := memory(t)
	for i := range 2 * keptStatements {
		got(find(ctx, s, one[int], fmt.Sprintf("SELECT %d", i)))(t)
	}
	if n := len(kept(t, s)); n == 0 || n > keptStatements {
		t.Errorf("%d statements kept", n)
	}
}

// A transaction that cannot be committed leaves none open behind it.
func TestCommitFails(t *testing.T) {
	s := memory(t)
	err := s.write(ctx, func(tx *tx) error {
		tx.exec("PRAGMA defer_foreign_keys = ON")
		tx.exec("INSERT INTO pins VALUES (1, 7, 0, 0, 0, 0, 0)")
		return nil
	})
	if err == nil {
		t.Fatal("a pin of nobody was committed")
	}
	must(t, s.write(ctx, func(tx *tx) error { tx.take("play", 1); return nil }))
	if n := got(find(ctx, s, one[int], "SELECT count(*) FROM pins"))(t); n[0] != 0 {
		t.Error("what was not committed is there")
	}
}

// A read ends with its context, and the next one finds its statement as new.
func TestReadEndsBetweenRows(t *testing.T) {
	s := memory(t)
	const query = "SELECT name FROM counters ORDER BY name"
	going, stop := context.WithCancel(ctx)
	var seen []string
	err := each(going, s.reads, one[string], func(name string) error {
		seen = append(seen, name)
		stop()
		return nil
	}, query)
	if !errors.Is(err, context.Canceled) || len(seen) != 1 {
		t.Errorf("read %v: %v", seen, err)
	}
	if names := got(find(ctx, s, one[string], query))(t); len(names) != 4 {
		t.Errorf("counters %v", names)
	}
}

// A statement that failed or was cut short serves again.
func TestPreparedAfterFailure(t *testing.T) {
	s := memory(t)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := find(gone, s, one[string], "SELECT name FROM counters ORDER BY name"); err == nil {
		t.Error("a cancelled query answered")
	}
	const insert = "INSERT INTO counters VALUES (?, 1)"
	for range 2 {
		if err := s.write(ctx, func(tx *tx) error { tx.exec(insert, "work"); return nil }); err == nil {
			t.Error("a doubled name was taken")
		}
	}
	must(t, s.write(ctx, func(tx *tx) error { tx.exec(insert, "another"); return nil }))
	if names := got(find(ctx, s, one[string], "SELECT name FROM counters ORDER BY name"))(t); len(names) != 5 {
		t.Errorf("counters %v", names)
	}
}
