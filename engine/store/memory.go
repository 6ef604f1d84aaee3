package store

import (
	"context"
	"sync"
)

const memoryAddress = "file::memory:?_foreign_keys=1&_dqs=0"

// OpenMemory opens an empty database that is gone with its Store. It has one
// connection.
func OpenMemory(ctx context.Context, opts Options) (*Store, error) {
	pages, err := emptyImage()
	if err != nil {
		return nil, err
	}
	return fromImage(ctx, pages, opts)
}

// Scratch copies the whole database into memory: a preview decides on the copy
// and throws it away (R20, S18).
func (s *Store) Scratch(ctx context.Context) (*Store, error) {
	pages, err := s.serialize(ctx)
	if err != nil {
		return nil, err
	}
	return fromImage(ctx, pages, s.options)
}

// emptyImage is a database with the present schema and no rows. Simulations
// open thousands; copying is far quicker than creating.
var emptyImage = sync.OnceValues(func() ([]byte, error) {
	ctx := context.Background()
	s, err := newMemory(Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.create(ctx); err != nil {
		return nil, err
	}
	return s.serialize(ctx)
})

func newMemory(opts Options) (*Store, error) {
	db, err := openPool(memoryAddress, 1)
	if err != nil {
		return nil, wrap("", err)
	}
	s := &Store{options: opts, writes: db, reads: db, checked: make(chan struct{}), stop: func() {}}
	close(s.checked) // there is no file to check
	return s, nil
}

func fromImage(ctx context.Context, pages []byte, opts Options) (*Store, error) {
	s, err := newMemory(opts)
	if err != nil {
		return nil, err
	}
	if err := s.raw(ctx, func(db image) error { return db.Deserialize(pages) }); err != nil {
		return nil, s.refuse(err)
	}
	return s, nil
}

// image copies a database in and out of one of the driver's connections.
type image interface {
	Serialize() ([]byte, error)
	Deserialize([]byte) error
}

func (s *Store) serialize(ctx context.Context) (pages []byte, err error) {
	err = s.raw(ctx, func(db image) (err error) { pages, err = db.Serialize(); return err })
	if err == nil {
		// Bytes 18 and 19 of the file format say 2 for a write-ahead log,
		// which memory does not have.
		pages[18], pages[19] = 1, 1
	}
	return pages, err
}

func (s *Store) raw(ctx context.Context, fn func(image) error) error {
	conn, err := s.reads.Conn(ctx)
	if err != nil {
		return s.wrap(err)
	}
	defer conn.Close() // back to the pool
	return s.wrap(conn.Raw(func(c any) error { return fn(c.(image)) }))
}
