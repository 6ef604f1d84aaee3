// Package engine keeps the accounts of each person telling the same story.
//
// It owns the run: looking, believing, deciding, writing down, doing, proving.
// run.go reads like a table of contents; README.md has the rules R1–R30. The
// deciding itself is in the pure packages identity, observe, plan, guard, undo
// and schedule; this package does the IO between them and publishes one
// ledger.Status. It knows no service by name and no screen.
package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/schedule"
	"watchkeeper/engine/store"
)

// Config is what an engine needs from the house around it.
type Config struct {
	Store *store.Store
	// Open makes the Provider of a signed-in account. An error of kind Auth
	// means that its credentials are missing or locked.
	Open func(ctx context.Context, a ledger.Account) (provider.Provider, error)
	// Capabilities of a service by name, for accounts that cannot be opened.
	Capabilities func(service string) (provider.Capabilities, bool)
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Chance gives numbers in [0,1) for jitter only; nil means none.
	Chance func() float64
	Log    *slog.Logger
	Demo   bool
	// Readers and Writers are how many accounts are read and written to at once;
	// 0 means all and four.
	Readers, Writers int
	// RunCopy keeps the last run number outside the data folder, so that a
	// restored backup is noticed (R27); may be nil.
	RunCopy RunCopy
}

// RunCopy is the copy of the run number kept beside the credentials.
type RunCopy interface {
	Load(ctx context.Context) (ledger.RunID, error)
	Save(ctx context.Context, run ledger.RunID) error
}

// Engine is one running engine on one data folder. Its methods may be called
// from any goroutine; runs never overlap.
type Engine struct {
	cfg  Config
	log  *slog.Logger
	time timeline

	running sync.Mutex // held by the run under way
	copied  bool       // the run number was held against its copy; guarded by running

	mu        sync.Mutex // guards what follows
	open      map[ledger.AccountID]*connection
	status    ledger.Status
	newer     chan struct{}                           // closed when a newer status is published
	stop      context.CancelFunc                      // ends the run under way; nil when none is
	full      map[ledger.AccountID]bool               // accounts that were listed whole since they last had to be
	ears      map[ledger.AccountID]context.CancelFunc // end who listens to a push channel
	timetable schedule.State
	wake      chan struct{}
}

// connection is an opened account and what the service said of it.
type connection struct {
	provider provider.Provider
	caps     provider.Capabilities
	who      provider.Identity
	asked    time.Time // when the service last told who we are
	ends     media.Moment
	left     int // requests left today at the latest read; negative: not told
	daily    int // requests allowed in a day; 0: not told
}

// New makes an engine on an open store. It does no IO.
func New(cfg Config) *Engine {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Chance == nil {
		cfg.Chance = func() float64 { return 0 }
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Readers == 0 {
		cfg.Readers = -1
	}
	if cfg.Writers == 0 {
		cfg.Writers = 4
	}
	return &Engine{cfg: cfg, log: cfg.Log, time: timeline{wall: cfg.Now}, open: map[ledger.AccountID]*connection{},
		full: map[ledger.AccountID]bool{}, newer: make(chan struct{}), wake: make(chan struct{}, 1)}
}

func (e *Engine) now() media.Moment { return e.time.now() }

// Now is the time that the engine lives by: all moments that it tells are on it.
func (e *Engine) Now() media.Moment { return e.now() }

// Provider is the open adapter of an account, the same for everybody who asks:
// with one of their own each would renew the account's token (R30).
func (e *Engine) Provider(ctx context.Context, a ledger.Account) (provider.Provider, error) {
	c, failed := e.connect(ctx, a)
	if failed != nil {
		return nil, failed
	}
	return c.provider, nil
}

// connect opens an account once and keeps it open.
func (e *Engine) connect(ctx context.Context, a ledger.Account) (*connection, *provider.Error) {
	e.mu.Lock()
	c := e.open[a.ID]
	e.mu.Unlock()
	if c != nil {
		return c, nil
	}
	p, err := e.cfg.Open(ctx, a)
	if err != nil {
		return nil, provider.AsError(err)
	}
	c = &connection{provider: p, caps: p.Capabilities(), left: -1}
	e.mu.Lock()
	defer e.mu.Unlock()
	if first := e.open[a.ID]; first != nil { // somebody else opened it meanwhile
		return first, nil
	}
	e.open[a.ID] = c
	return c, nil
}

// dueFull tells whether the account must be listed whole: at the start of the
// program, after a nudge or a lost push channel, or when a person asks.
func (e *Engine) dueFull(id ledger.AccountID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return !e.full[id]
}

func (e *Engine) listedFull(id ledger.AccountID) {
	e.mu.Lock()
	e.full[id] = true
	e.mu.Unlock()
}

// wantFull makes the account's next read list everything.
func (e *Engine) wantFull(id ledger.AccountID) {
	e.mu.Lock()
	delete(e.full, id)
	e.mu.Unlock()
}

// Disconnect forgets the open connection of an account, and its push channel,
// after its credentials, libraries or options changed.
func (e *Engine) Disconnect(id ledger.AccountID) {
	e.mu.Lock()
	delete(e.open, id)
	if stop, heard := e.ears[id]; heard {
		stop()
		delete(e.ears, id)
	}
	e.mu.Unlock()
}
