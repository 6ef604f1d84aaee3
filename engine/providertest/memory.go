package providertest

import (
	"context"
	"math/rand/v2"
	"sync"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Clock tells the time, true to the second for everybody; an account's own
// clock may differ (Weather.Clock).
type Clock func() media.Moment

// Memory is one account at an imagined service, with everything that happens
// around it. Its methods may be called from different goroutines.
type Memory struct {
	mu       sync.Mutex
	profile  Profile
	clock    Clock
	identity provider.Identity
	accounts map[string]*account // by user id
	weather  Weather
	requests Requests
	writes   []Write
	acts     []Act
	observer func(Write)
	looked   func(media.Feature, Work)
	door     func(answered bool) error
}

// New makes an empty account. Equal profiles, seeds, clocks and calls give
// equal answers.
func New(p Profile, clock Clock, seed uint64) *Memory {
	m := &Memory{profile: p, clock: clock, identity: p.Identity, accounts: map[string]*account{}}
	m.weather = Weather{m: m, world: world{allowance: -1, storing: rand.New(rand.NewPCG(seed, 1)),
		answering: rand.New(rand.NewPCG(seed, 2)), listing: rand.New(rand.NewPCG(seed, 3))}}
	return m
}

// Profile returns what the service is like.
func (m *Memory) Profile() Profile { return m.profile }

// Weather changes what the engine gets to see.
func (m *Memory) Weather() *Weather { return &m.weather }

// Requests counts what the account was asked.
func (m *Memory) Requests() Requests {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.requests
}

// Requests counts calls; Listed counts per feature the views that listed rows.
type Requests struct {
	Whoami, Reads, Full, Fresh   int
	Listed                       [len(media.Features)]int
	Writes, Changes              int
	LookUps, LookedUp            int
	Finds, Found, PlayingQueries int
}

// account is the truth of the user that the token speaks for.
func (m *Memory) account() *account { return m.of(m.identity.UserID) }

func (m *Memory) of(user string) *account {
	a := m.accounts[user]
	if a == nil {
		a = newAccount(m.profile)
		m.accounts[user] = a
	}
	return a
}

// now is the service's own time.
func (m *Memory) now() media.Moment { return m.clock() + media.Moment(m.weather.offset) }

// Provider opens the account: a provider.Provider that is also a Confirmer, a
// Finder or a Busy exactly where the profile says so.
func (m *Memory) Provider() provider.Provider {
	p := parts{Provider: base{m}}
	if m.profile.confirms() {
		p.Confirmer = confirmer{m}
	}
	if m.profile.Finds {
		p.Finder = finder{m}
	}
	if m.profile.Sessions {
		p.Busy = busy{m}
	}
	return p.assemble()
}

type (
	base      struct{ m *Memory }
	confirmer struct{ m *Memory }
	finder    struct{ m *Memory }
	busy      struct{ m *Memory }
)

func (b base) Capabilities() provider.Capabilities { return b.m.profile.Caps }

func (b base) Whoami(ctx context.Context) (provider.Identity, error) {
	return through(b.m, func() (provider.Identity, error) { return b.m.whoami(ctx) })
}

func (b base) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	return through(b.m, func() (provider.Snapshot, error) { return b.m.read(ctx, want) })
}

func (b base) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	return through(b.m, func() ([]provider.Result, error) { return b.m.write(ctx, changes) })
}

func (c confirmer) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	return through(c.m, func() ([]provider.Answer, error) { return c.m.lookUp(ctx, f, items) })
}

func (f finder) Find(ctx context.Context, items []media.Item) ([]*media.Item, error) {
	return through(f.m, func() ([]*media.Item, error) { return f.m.find(ctx, items) })
}

func (b busy) Playing(ctx context.Context) ([]string, error) {
	return through(b.m, func() ([]string, error) { return b.m.playing(ctx) })
}

// Door has f asked before every request, which does not reach the service when
// f refuses, and before every answer, which is lost then. It is how a program
// dies around a request.
func (m *Memory) Door(f func(answered bool) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.door = f
}

func through[T any](m *Memory, call func() (T, error)) (T, error) {
	var none T
	m.mu.Lock()
	door := m.door
	m.mu.Unlock()
	if door == nil {
		return call()
	}
	if err := door(false); err != nil {
		return none, err
	}
	out, err := call()
	if gone := door(true); gone != nil {
		return none, gone
	}
	return out, err
}

// parts are the interfaces of one account, nil where it lacks one.
type parts struct {
	provider.Provider
	provider.Confirmer
	provider.Finder
	provider.Busy
}

// take reads the interfaces of a provider.
func take(p provider.Provider) parts {
	out := parts{Provider: p}
	out.Confirmer, _ = p.(provider.Confirmer)
	out.Finder, _ = p.(provider.Finder)
	out.Busy, _ = p.(provider.Busy)
	return out
}

// assemble joins the parts so that absent interfaces are truly absent.
func (p parts) assemble() provider.Provider {
	c, f, b := p.Confirmer, p.Finder, p.Busy
	switch {
	case c != nil && f != nil && b != nil:
		return p
	case c != nil && f != nil:
		return struct {
			provider.Provider
			provider.Confirmer
			provider.Finder
		}{p.Provider, c, f}
	case c != nil && b != nil:
		return struct {
			provider.Provider
			provider.Confirmer
			provider.Busy
		}{p.Provider, c, b}
	case f != nil && b != nil:
		return struct {
			provider.Provider
			provider.Finder
			provider.Busy
		}{p.Provider, f, b}
	case c != nil:
		return struct {
			provider.Provider
			provider.Confirmer
		}{p.Provider, c}
	case f != nil:
		return struct {
			provider.Provider
			provider.Finder
		}{p.Provider, f}
	case b != nil:
		return struct {
			provider.Provider
			provider.Busy
		}{p.Provider, b}
	}
	return p.Provider
}

func (m *Memory) whoami(ctx context.Context) (provider.Identity, error) {
	defer m.weather.run(&m.weather.after[Whoami])
	if err := m.enter(ctx, Whoami); err != nil {
		return provider.Identity{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.identity, nil
}

func (m *Memory) playing(ctx context.Context) ([]string, error) {
	defer m.weather.run(&m.weather.after[Playing])
	if err := m.enter(ctx, Playing); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for _, e := range m.account().entries {
		if e.playing {
			keys = append(keys, e.key)
		}
	}
	return keys, nil
}
