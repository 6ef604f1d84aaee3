package store

import (
	"context"
	"database/sql"
)

// image copies a database in and out of one of the driver's connections.
type image interface {
	Serialize() ([]byte, error)
	Deserialize([]byte) error
}

// Scratch copies the whole database into memory: a preview decides on the copy
// and throws it away (R20, S18).
func (s *Store) Scratch(ctx context.Context) (*Store, error) {
	var pages []byte
	err := s.raw(ctx, s.reads, func(db image) (err error) { pages, err = db.Serialize(); return err })
	if err != nil {
		return nil, err
	}
	// Bytes 18 and 19 of the file format say 2 for a write-ahead log, which
	// memory does not have.
	pages[18], pages[19] = 1, 1
	db, err := sql.Open("sqlite", memoryAddress)
	if err != nil {
		return nil, wrap(s.path, err)
	}
	db.SetMaxOpenConns(1)
	c := &Store{options: s.options, writes: db, reads: db, checked: make(chan error, 1), stop: func() {}}
	c.checked <- nil
	if err := c.raw(ctx, db, func(db image) error { return db.Deserialize(pages) }); err != nil {
		return nil, c.refuse(err)
	}
	return c, nil
}

func (s *Store) raw(ctx context.Context, pool *sql.DB, fn func(image) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return wrap(s.path, err)
	}
	defer conn.Close() // back to the pool
	return wrap(s.path, conn.Raw(func(c any) error { return fn(c.(image)) }))
}
