package store

import (
	"context"
	"database/sql"
	"encoding/json"
)

// tx is one write transaction. The first error sticks: later statements do
// nothing, and the transaction is rolled back.
type tx struct {
	ctx   context.Context // when it ends, no further statement begins
	whole context.Context // never ends: watching costs more than most statements do
	sql   *sql.Tx
	err   error
}

// write runs fn in one immediate transaction and commits it unless fn or one
// of its statements failed.
func (s *Store) write(ctx context.Context, fn func(t *tx) error) error {
	if err := ctx.Err(); err != nil {
		return s.wrap(err)
	}
	// Not bound to ctx: a cancelled transaction would cost the connection,
	// and with it a database in memory.
	whole := context.WithoutCancel(ctx)
	begun, err := s.writes.BeginTx(whole, nil)
	if err != nil {
		return s.wrap(err)
	}
	defer begun.Rollback() // does nothing after Commit
	t := &tx{ctx: ctx, whole: whole, sql: begun}
	if err := fn(t); err != nil {
		t.fail(err)
	}
	if t.err != nil {
		return s.wrap(t.err)
	}
	return s.wrap(begun.Commit())
}

func (t *tx) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// ended tells whether no further statement may run.
func (t *tx) ended() bool {
	if t.err == nil {
		t.err = t.ctx.Err()
	}
	return t.err != nil
}

// exec runs a constant statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) int64 {
	if t.ended() {
		return 0
	}
	res, err := t.sql.ExecContext(t.whole, query, args...)
	if err != nil {
		t.fail(err)
		return 0
	}
	n, err := res.RowsAffected()
	if err != nil {
		t.fail(err)
	}
	return n
}

// number runs a query that yields at most one integer; 0 when it yields none.
func (t *tx) number(query string, args ...any) int64 {
	if t.ended() {
		return 0
	}
	var n sql.NullInt64
	if err := t.sql.QueryRowContext(t.whole, query, args...).Scan(&n); err != nil && err != sql.ErrNoRows {
		t.fail(err)
	}
	return n.Int64
}

// take returns the next count numbers of a counter: first, first+1, …
func (t *tx) take(counter string, count int) (first int64) {
	if count == 0 {
		return 0
	}
	return t.number("UPDATE counters SET next = next + ? WHERE name = ? RETURNING next - ?", count, counter, count)
}

// QueryContext lets reading helpers run inside the transaction.
func (t *tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.sql.QueryContext(ctx, query, args...)
}

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// wrap is the layer's error; one about damage names the newest good backup.
func (s *Store) wrap(err error) error { return s.withBackup(wrap(s.path, err)) }

// snapshot runs fn on one unchanging state of the database.
func (s *Store) snapshot(ctx context.Context, fn func(q querier) error) error {
	if err := ctx.Err(); err != nil {
		return s.wrap(err)
	}
	begun, err := s.reads.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.wrap(err)
	}
	defer begun.Rollback()
	return s.wrap(fn(begun))
}

// scanner reads one row.
type scanner interface{ Scan(dest ...any) error }

// each calls fn with every row, decoded. It ends with ctx, but between two rows
// only: to watch a statement while it runs costs more than most of them do.
func each[T any](ctx context.Context, q querier, decode func(scanner) (T, error), fn func(T) error, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, err := q.QueryContext(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := &row{Rows: rows}
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		v, err := decode(row)
		if err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// list returns every row, decoded.
func list[T any](ctx context.Context, q querier, decode func(scanner) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := each(ctx, q, decode, func(v T) error { all = append(all, v); return nil }, query, args...)
	return all, err
}

// find lists rows of the read pool with the layer's error.
func find[T any](ctx context.Context, s *Store, decode func(scanner) (T, error), query string, args ...any) ([]T, error) {
	all, err := list(ctx, s.reads, decode, query, args...)
	return all, s.wrap(err)
}

// one decodes a row of a single column.
func one[T any](r scanner) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// text encodes plain data for a JSON column; such data always encodes.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("store: plain data does not encode: " + err.Error())
	}
	return string(b)
}

// ids encodes numbers for json_each.
func ids[T ~int64](of []T) string {
	if of == nil {
		return "[]"
	}
	return text(of)
}
