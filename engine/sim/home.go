// Package sim is for tests only: it runs the real engine over imagined
// accounts (engine/providertest) in a time of its own, from scenario files and
// from seeds, and judges what came of it by what persons did and what the
// services then hold.
//
// It never looks into the engine's reasons: the oracle knows persons' acts,
// services' truths and writes only. Read scenario.go for the language of
// scenario files.
package sim

import (
	"context"
	"fmt"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// Start is when every simulated life begins.
var Start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Home is one installation with its accounts, in a time of its own.
type Home struct {
	Engine *engine.Engine
	Store  *store.Store
	clock  time.Time     // the true time
	ahead  time.Duration // of our own clock
	seed   uint64
	rooms  map[string]*Room // by account name
	order  []string
	runs   *runCopy
}

// Room is one account of a home.
type Room struct {
	ID     ledger.AccountID
	Memory *providertest.Memory
	Name   string
}

// NewHome makes an installation with an empty state.
func NewHome(seed uint64) (*Home, error) {
	db, err := store.OpenMemory(context.Background(), store.Options{CheckSetting: engine.CheckSetting})
	if err != nil {
		return nil, err
	}
	return NewHomeOn(db, seed), nil
}

// NewHomeOn makes an installation on a state that is open.
func NewHomeOn(db *store.Store, seed uint64) *Home {
	h := &Home{Store: db, clock: Start, seed: seed, rooms: map[string]*Room{}, runs: &runCopy{}}
	h.start()
	return h
}

// Restart makes the engine anew over the same state: a restart of the program.
func (h *Home) Restart() { h.start() }

func (h *Home) start() {
	h.Engine = engine.New(engine.Config{Store: h.Store, Open: h.open, Capabilities: h.capabilities,
		Now: func() time.Time { return h.clock.Add(h.ahead) }, Readers: 1, Writers: 1, RunCopy: h.runs})
}

// runCopy is the copy of the run number kept beside the credentials.
type runCopy struct{ run ledger.RunID }

func (c *runCopy) Load(context.Context) (ledger.RunID, error)     { return c.run, nil }
func (c *runCopy) Save(_ context.Context, run ledger.RunID) error { c.run = run; return nil }

// Now is the true time.
func (h *Home) Now() media.Moment { return media.At(h.clock) }

// Later lets time pass.
func (h *Home) Later(d time.Duration) { h.clock = h.clock.Add(d) }

// SetClock sets our own clock so far ahead of the true time; the services' go
// on.
func (h *Home) SetClock(ahead time.Duration) {
	h.ahead = ahead
	for _, r := range h.rooms {
		r.Memory.Weather().Asker(ahead.Milliseconds())
	}
}

// Room returns an account by name; nil when there is none.
func (h *Home) Room(name string) *Room { return h.rooms[name] }

// Profile makes a person.
func (h *Home) Profile(ctx context.Context, name string) (ledger.ProfileID, error) {
	return h.Store.PutProfile(ctx, ledger.Profile{Name: name})
}

// Add signs an account in. Every feature that the service offers is on.
func (h *Home) Add(ctx context.Context, person ledger.ProfileID, name string, p providertest.Profile) (*Room, error) {
	p.Identity.UserID += "/" + name
	p.Identity.ServerID += "/" + name
	m := providertest.New(p, h.Now, h.seed+uint64(len(h.order)))
	m.Weather().Asker(h.ahead.Milliseconds())
	a := ledger.Account{Profile: person, Provider: name, Name: name, ServerID: p.Identity.ServerID, UserID: p.Identity.UserID,
		UserName: p.Identity.UserName, Server: p.Identity.ServerName, Accepted: true}
	for _, f := range media.Features {
		if p.Caps.Feature(f).Offered() {
			a.Features = append(a.Features, f)
		}
	}
	r := &Room{Memory: m, Name: name}
	h.rooms[name] = r
	h.order = append(h.order, name)
	id, err := h.Store.PutAccount(ctx, a)
	r.ID = id
	return r, err
}

// Edit changes an account, as signing out, pausing or switching features does.
func (h *Home) Edit(ctx context.Context, name string, change func(*ledger.Account)) error {
	accounts, err := h.Store.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Name != name {
			continue
		}
		change(&a)
		h.Engine.Disconnect(a.ID)
		_, err := h.Store.PutAccount(ctx, a)
		return err
	}
	return fmt.Errorf("no account %s", name)
}

// Restore makes another state the one that the program starts from: a backup,
// or what a crash left.
func (h *Home) Restore(db *store.Store) {
	h.Store = db
	h.start()
}

// Names lists the accounts in the order in which they were added.
func (h *Home) Names() []string { return h.order }

// RunCopy is the last run number as kept beside the credentials; SetRunCopy
// takes it back to what it was before a run that a crash ended.
func (h *Home) RunCopy() ledger.RunID { return h.runs.run }

// SetRunCopy sets what RunCopy returns.
func (h *Home) SetRunCopy(run ledger.RunID) { h.runs.run = run }

// Route lets what is said at one account reach another.
func (h *Home) Route(ctx context.Context, r ledger.Route) (int64, error) {
	return h.Store.PutRoute(ctx, r)
}

func (h *Home) open(_ context.Context, a ledger.Account) (provider.Provider, error) {
	r := h.rooms[a.Name]
	if r == nil {
		return nil, provider.Failed(provider.Auth, "open", fmt.Errorf("no account %s", a.Name))
	}
	return r.Memory.Provider(), nil
}

func (h *Home) capabilities(name string) (provider.Capabilities, bool) {
	r := h.rooms[name]
	if r == nil {
		return provider.Capabilities{}, false
	}
	return r.Memory.Profile().Caps, true
}
