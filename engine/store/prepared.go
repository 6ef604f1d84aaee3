package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// openPool opens a pool whose connections keep what was prepared on them: a
// quarter of a run's time would be spent preparing the same few statements.
func openPool(address string, connections int) (*sql.DB, error) {
	base, err := sqlite.NewConnector(address)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{base})
	db.SetMaxOpenConns(connections)
	return db, nil
}

type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	base, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{session: base.(session), idle: map[string]driver.Stmt{}}, nil
}

// session is what database/sql and this package use of the driver's connection.
type session interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.SessionResetter
	driver.Validator
	image
}

// keptStatements is more than the constant statements of this package; only
// searches of the library, which vary, can reach it.
const keptStatements = 250

// connection lends every statement to one user at a time, so a query may run
// again while its own rows are still read. database/sql never uses a
// connection from two goroutines at once.
type connection struct {
	session
	idle map[string]driver.Stmt // by text; those in use are not in it
}

func (c *connection) take(ctx context.Context, query string) (driver.Stmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	return c.session.PrepareContext(ctx, query)
}

func (c *connection) give(query string, s driver.Stmt) error {
	var err error
	if len(c.idle) >= keptStatements {
		err = c.drop()
	}
	if _, another := c.idle[query]; another {
		return errors.Join(err, s.Close())
	}
	c.idle[query] = s
	return err
}

// drop closes what is kept.
func (c *connection) drop() error {
	var errs []error
	for _, s := range c.idle {
		errs = append(errs, s.Close())
	}
	clear(c.idle)
	return errors.Join(errs...)
}

// Close implements driver.Conn.
func (c *connection) Close() error { return errors.Join(c.drop(), c.session.Close()) }

// BeginTx implements driver.ConnBeginTx. A transaction that may write takes the
// lock at once, so that nothing read in it can be out of date when it writes.
func (c *connection) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	begin := "BEGIN IMMEDIATE"
	if opts.ReadOnly {
		begin = "BEGIN"
	}
	return transaction{c}, c.run(ctx, begin)
}

func (c *connection) run(ctx context.Context, statement string) error {
	_, err := c.ExecContext(ctx, statement, nil)
	return err
}

type transaction struct{ c *connection }

// Commit implements driver.Tx. One that fails leaves no transaction open.
func (t transaction) Commit() error {
	err := t.c.run(context.Background(), "COMMIT")
	if err != nil {
		_ = t.Rollback() // SQLite may have done it itself
	}
	return err
}

// Rollback implements driver.Tx.
func (t transaction) Rollback() error { return t.c.run(context.Background(), "ROLLBACK") }

// ExecContext implements driver.ExecerContext.
func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.(driver.StmtExecContext).ExecContext(ctx, args)
	return result, errors.Join(err, c.give(query, s))
}

// QueryContext implements driver.QueryerContext.
func (c *connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.give(query, s))
	}
	return &lentRows{rows, c, query, s}, nil
}

// lentRows give their statement back when they are closed.
type lentRows struct {
	driver.Rows
	c     *connection
	query string
	s     driver.Stmt
}

// Close implements driver.Rows.
func (r *lentRows) Close() error { return errors.Join(r.Rows.Close(), r.c.give(r.query, r.s)) }
