//go:build linux && !race

package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/sim"
	"watchkeeper/engine/store"
)

// errDead is what everything around a dead program answers.
var errDead = errors.New("the program is dead")

// Fate says at which moments of a life the program dies, and how. A moment is
// a flush of the database (for power cuts any operation on its files), the
// leaving of a request, or the coming of its answer, while the program runs.
type Fate struct {
	// Deaths are counted from the start of each life: the second one is of
	// the life after the first.
	Deaths []int
	// Cuts are power cuts; else the program is killed.
	Cuts bool
	Seed uint64
	// Spoilt breaks what the program rests on; for controls.
	Spoilt Spoilt
	// Witness sees at every moment what a kill would leave; for controls.
	Witness func(files map[string][]byte, home *sim.Home)
}

// Spoilt is a fault of the house, which trials must notice.
type Spoilt uint8

const (
	Sound Spoilt = iota
	// DiskLies: flushing does nothing, as with synchronous=OFF.
	DiskLies
	// BooksLate: what a life journaled before its last request was never
	// written, as if the journal were kept after sending.
	BooksLate
)

// mortal is a home whose program dies as its fate says and is started again on
// what its disk kept.
type mortal struct {
	home   *sim.Home
	fate   Fate
	steady bool   // asking changes no service
	root   string // the folders of its lives
	chance *rand.Rand
	disk   *Disk
	// slowest is the longest that any start took.
	slowest time.Duration

	mu      sync.Mutex
	running bool // moments count
	dead    bool
	moment  int // of this life
	moments int // of all lives
	life    int
	copied  ledger.RunID // the run number beside the credentials, at death
	reached []ledger.OpID
	early   []map[string][]byte // the folder before the last two flushes, for BooksLate
	world   world
	seen    world // at the moment before
	kills   []int // moments at which a kill leaves another world than the moment before
}

// world is what a kill leaves: the files, the services, and how far the people
// have come. Two moments with the same one are the same death.
type world struct {
	files, asked, told int
	copied             ledger.RunID
}

// birth makes a home in an empty folder below root.
func birth(ctx context.Context, root string, fate Fate) (*mortal, error) {
	m := &mortal{fate: fate, root: root, chance: rand.New(rand.NewPCG(fate.Seed, 3))}
	db, err := m.start(ctx, nil)
	if err != nil {
		return nil, err
	}
	m.home = sim.NewHomeOn(db, 1)
	return m, nil
}

// through runs the program until it lives to its end.
func (m *mortal) through(do func() error) error {
	for {
		m.watchAccounts()
		m.run(true)
		err := do()
		m.run(false)
		if !m.died() {
			return err
		}
		if err := m.revive(context.Background()); err != nil {
			return err
		}
	}
}

func (m *mortal) run(running bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running = running
	m.world.told++
}

func (m *mortal) died() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dead
}

// watchAccounts stands at the door of every account.
func (m *mortal) watchAccounts() {
	for _, name := range m.home.Names() {
		memory := m.home.Room(name).Memory
		memory.Door(func(answered bool) error {
			if !m.lives("request") {
				return errDead
			}
			if !answered && !m.steady {
				m.asked()
			}
			return nil
		})
		memory.OnWrite(func(w providertest.Write) {
			m.asked()
			m.mu.Lock()
			defer m.mu.Unlock()
			m.reached = append(m.reached, ledger.OpID(w.Change.ID))
		})
	}
}

// asked notes that a request may have changed its service.
func (m *mortal) asked() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.world.asked++
}

// lives tells whether the program still lives as something is about to happen,
// which may be what it dies before.
func (m *mortal) lives(what string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.running || m.dead || !m.fate.Cuts && what != "request" && what != "flush" {
		return !m.dead
	}
	if m.fate.Spoilt == BooksLate && what == "flush" {
		m.early = append(m.early[max(0, len(m.early)-1):], m.disk.Flushed())
	}
	m.world.files, m.world.copied = m.disk.Changes(), m.home.RunCopy()
	if m.world != m.seen {
		m.seen, m.kills = m.world, append(m.kills, m.moments)
	}
	if m.fate.Witness != nil {
		m.fate.Witness(m.disk.Killed(), m.home)
	}
	m.moment++
	m.moments++
	if len(m.fate.Deaths) > m.life && m.moment > m.fate.Deaths[m.life] {
		m.dead = true
		m.copied = m.home.RunCopy()
	}
	return !m.dead
}

// revive starts the program on what its disk kept, until it is up: it may die
// again as it starts.
func (m *mortal) revive(ctx context.Context) error {
	m.home.SetRunCopy(m.copied)
	for m.died() {
		left := m.left()
		m.home.Store.Close() // the dead program's files are nobody's any more
		db, err := m.start(ctx, left)
		if m.died() {
			continue
		}
		if err != nil {
			return fmt.Errorf("it does not start again: %w", err)
		}
		m.home.Restore(db)
		if err := m.sound(ctx); err != nil {
			return err
		}
	}
	return m.home.Engine.Changed(ctx)
}

// left is what the disk of the dead program holds.
func (m *mortal) left() map[string][]byte {
	switch {
	case m.fate.Spoilt == BooksLate && len(m.early) > 0:
		return m.early[0]
	case m.fate.Cuts:
		return m.disk.Cut(m.chance)
	}
	return m.disk.Killed()
}

// start opens the store in a folder of its own, on what is left of the one
// before; nil at birth, when nothing dies.
func (m *mortal) start(ctx context.Context, left map[string][]byte) (*store.Store, error) {
	m.mu.Lock()
	if m.disk != nil {
		unmount(m.disk)
		m.life++
	}
	dir := filepath.Join(m.root, strconv.Itoa(m.life))
	m.dead, m.moment, m.early = false, 0, nil
	m.disk = NewDisk(dir, m.lives)
	m.disk.lies = m.fate.Spoilt == DiskLies
	m.mu.Unlock()
	if err := write(dir, left); err != nil {
		return nil, err
	}
	if err := mount(m.disk); err != nil {
		return nil, err
	}
	m.run(left != nil)
	defer m.run(false)
	began := time.Now()
	db, err := store.Open(ctx, dir, store.Options{CheckSetting: engine.CheckSetting})
	m.slowest = max(m.slowest, time.Since(began))
	if err == nil && m.died() {
		return nil, errors.Join(errDead, db.Close())
	}
	return db, err
}

// write makes a folder of what a disk kept.
func write(dir string, left map[string][]byte) error {
	err := os.MkdirAll(dir, 0o700)
	for name, body := range left {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), body, 0o600))
	}
	return err
}

// sound asks what must hold at every start: the file is whole, what was sent
// is in the journal (R25, S12), and the run number is not behind its copy (S13).
func (m *mortal) sound(ctx context.Context) error {
	if err := m.home.Store.Check(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	reached := slices.Clone(m.reached)
	m.reached = nil
	m.mu.Unlock()
	rows, err := m.home.Store.Journal(ctx, store.JournalQuery{Ops: reached, Limit: len(reached) + 1})
	if err != nil {
		return err
	}
	booked := map[ledger.OpID]bool{}
	for _, row := range rows {
		booked[row.Op.ID] = row.State != ledger.Intended
	}
	for _, op := range reached {
		if !booked[op] {
			return fmt.Errorf("S12: op %s reached its service, and the journal does not have it as sent", op)
		}
	}
	last, err := m.home.Store.LastRun(ctx)
	if err == nil && last < m.home.RunCopy() {
		err = fmt.Errorf("S13: the last run is %d, and its copy says %d", last, m.home.RunCopy())
	}
	return err
}

// end closes the home for good.
func (m *mortal) end() {
	m.home.Store.Close()
	unmount(m.disk)
}
