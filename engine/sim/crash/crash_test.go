//go:build linux && !race

package crash

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"watchkeeper/engine/providertest"
	"watchkeeper/engine/sim"
	"watchkeeper/engine/sim/scenario"
	"watchkeeper/engine/store"

	"modernc.org/sqlite"
)

var (
	kills = flag.Int("kills", 60, "lives that a kill ends; 0: every moment of every scenario")
	cuts  = flag.Int("cuts", 40, "lives that a power cut ends")
	only  = flag.String("scenario", "", "only scenarios whose file begins like this")
	seed  = flag.Uint64("seed", 0, "the first life")
	at    = flag.String("at", "", "with -kills=0, only the lives killed at these moments, as in 12,40")
)

// start is the longest that a start may take (L8), with room for a busy machine.
const start = 10 * time.Second

// pragma is what every connection is told beside the store's own settings. The
// log is folded into the file often, so that cuts fall into that too.
var pragma = "PRAGMA wal_autocheckpoint=40"

func TestMain(m *testing.M) {
	sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, _ string) error {
		_, err := c.ExecContext(context.Background(), pragma, nil)
		return err
	})
	debug.SetGCPercent(800) // a life allocates much and keeps little
	os.Exit(m.Run())
}

// unequal are scenarios whose outcome depends on how many runs there were.
var unequal = map[string]string{
	"056-success-clears-failure.txt": "the repeated run is refused a third time, and the value is set aside",
}

// scenarios are all that can be played with other deaths than their own.
func scenarios(t testing.TB) (all []*scenario.Scenario) {
	t.Helper()
	files, err := filepath.Glob("../scenario/testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Parse(filepath.Base(file), string(text))
		if err != nil {
			t.Fatal(err)
		}
		if s.Mortal() && unequal[s.File] == "" && strings.HasPrefix(s.File, *only) {
			all = append(all, s)
		}
	}
	if len(all) < 30 && *only == "" {
		t.Fatalf("only %d scenarios", len(all))
	}
	return all
}

// folder is a folder in memory where the system has one: what a disk keeps is
// imagined here, and the real one need not work for it.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "crash")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// campaign is many lives of many scenarios.
type campaign struct {
	all  []*scenario.Scenario
	cuts bool
	calm []func() (Life, error) // of each scenario, lived once

	mu      sync.Mutex
	deaths  int
	waits   int
	slowest time.Duration
}

func newCampaign(t *testing.T, powerCuts bool) *campaign {
	c := &campaign{all: scenarios(t), cuts: powerCuts}
	for _, s := range c.all {
		c.calm = append(c.calm, sync.OnceValues(func() (Life, error) {
			return Live(context.Background(), s, folder(t), Fate{Cuts: powerCuts})
		}))
	}
	return c
}

// live lives one life and says what is wrong with it; "" when nothing.
func (c *campaign) live(t *testing.T, which int, fate Fate) string {
	s := c.all[which]
	name := fmt.Sprintf("%s, %+v", s.File, fate)
	calm, err := c.calm[which]()
	if err != nil {
		return fmt.Sprintf("%s without a death: %v", s.File, err)
	}
	dir := folder(t)
	life, err := Live(context.Background(), s, dir, fate)
	os.RemoveAll(dir)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaths += life.Deaths
	c.slowest = max(c.slowest, life.Slowest)
	c.waits += min(1, len(life.Waits)-len(calm.Waits))
	if life.UnderWay && errors.Is(err, providertest.ErrNoSuchPlay) {
		return "" // the copy that the person would delete: nobody can know yet whether it arrived (R26)
	}
	if err != nil {
		return name + ": " + err.Error()
	}
	if d := Differ(calm, life); d != "" {
		return name + ": " + d
	}
	return ""
}

// draw makes the n-th life of a campaign: where it dies, and whether it dies
// again soon after.
func (c *campaign) draw(n uint64) (which int, fate Fate, err error) {
	chance := rand.New(rand.NewPCG(n, 17))
	which = rand.New(rand.NewPCG(n/4, 18)).IntN(len(c.all)) // four lives share one without a death
	calm, err := c.calm[which]()
	fate = Fate{Deaths: []int{chance.IntN(max(calm.Moments, 1))}, Cuts: c.cuts, Seed: n}
	if chance.IntN(4) == 0 {
		fate.Deaths = append(fate.Deaths, chance.IntN(40))
	}
	return which, fate, err
}

// run lives n drawn lives.
func (c *campaign) run(t *testing.T, n int) {
	parallel(n, func(i int) {
		which, fate, err := c.draw(*seed + uint64(i))
		if err != nil {
			t.Error(err)
		} else if wrong := c.live(t, which, fate); wrong != "" {
			t.Errorf("life %d: %s", *seed+uint64(i), wrong)
		}
	})
	c.report(t, n)
}

func (c *campaign) report(t *testing.T, n int) {
	t.Logf("%d lives with %d deaths; %d with more left to a person's yes; slowest start %v", n, c.deaths, c.waits, c.slowest)
	if c.slowest > start {
		t.Errorf("a start took %v", c.slowest)
	}
	if c.deaths < n*9/10 {
		t.Errorf("only %d deaths in %d lives", c.deaths, n)
	}
}

func parallel(n int, do func(i int)) {
	var all sync.WaitGroup
	next := make(chan int)
	for range runtime.NumCPU() {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// R27, S2: the program is killed at any flush of its database, any request and
// any answer. In the end the services hold what they hold without it.
func TestKilled(t *testing.T) {
	c := newCampaign(t, false)
	if *kills > 0 {
		c.run(t, *kills)
		return
	}
	lives, all := 0, 0
	for which := range c.all {
		calm, err := c.calm[which]()
		if err != nil {
			t.Fatal(err)
		}
		moments := picked(t, calm.Kills)
		lives, all = lives+len(moments), all+calm.Moments
		parallel(len(moments), func(i int) {
			if wrong := c.live(t, which, Fate{Deaths: moments[i : i+1]}); wrong != "" {
				t.Error(wrong)
			}
		})
		t.Logf("%s: %d lives for %d moments", c.all[which].File, len(moments), calm.Moments)
	}
	t.Logf("%d lives for %d moments", lives, all)
	c.report(t, lives)
}

// picked are the moments at which lives are killed: all that differ, or those
// of the flag.
func picked(t *testing.T, kills []int) (moments []int) {
	t.Helper()
	if *at == "" {
		return kills
	}
	for word := range strings.SplitSeq(*at, ",") {
		i, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		moments = append(moments, i)
	}
	return moments
}

// TestSameDeaths: what a kill would leave at a moment that no life is killed at
// is what it would have left at the moment before: byte by byte, at every
// service, at the same time.
func TestSameDeaths(t *testing.T) {
	for _, s := range scenarios(t) {
		if s.File != "103-another-tool.txt" && s.File != "070-three-clocks-of-position.txt" {
			continue
		}
		var left []string
		witness := func(files map[string][]byte, home *sim.Home) {
			h := sha256.New()
			for _, name := range slices.Sorted(maps.Keys(files)) {
				h.Write(append([]byte(name), files[name]...))
			}
			for _, name := range home.Names() {
				fmt.Fprint(h, home.Room(name).Memory.Truth())
			}
			left = append(left, fmt.Sprintf("%x at %v, copy %d", h.Sum(nil), home.Now(), home.RunCopy()))
		}
		calm, err := Live(context.Background(), s, folder(t), Fate{Witness: witness})
		if err != nil {
			t.Fatal(err)
		}
		if len(left) != calm.Moments || len(calm.Kills) == calm.Moments {
			t.Errorf("%s: %d of %d moments differ, %d were seen", s.File, len(calm.Kills), calm.Moments, len(left))
		}
		for at := 1; at < len(left); at++ {
			if left[at] != left[at-1] && !slices.Contains(calm.Kills, at) {
				t.Errorf("%s: moment %d leaves something else than the moment before, and no life is killed there", s.File, at)
			}
		}
	}
}

// S2, S12, S13: the power goes at any operation of the database on its files
// or at any request.
func TestPowerCuts(t *testing.T) {
	newCampaign(t, true).run(t, *cuts)
}

// TestCutAtBirth: the power goes while the database is being made. It opens,
// as one that is new or as the finished one.
func TestCutAtBirth(t *testing.T) {
	ctx := context.Background()
	for at := 0; ; at++ {
		dir, left := folder(t), at
		disk := NewDisk(dir, func(string) bool { left--; return left >= 0 })
		if err := mount(disk); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(ctx, dir, store.Options{})
		if err == nil {
			db.Close()
		}
		unmount(disk)
		reborn := folder(t)
		if err := write(reborn, disk.Cut(rand.New(rand.NewPCG(uint64(at), 5)))); err != nil {
			t.Fatal(err)
		}
		again, failed := store.Open(ctx, reborn, store.Options{})
		if failed != nil {
			t.Fatalf("cut at operation %d: %v", at, failed)
		}
		if err := again.Check(ctx); err != nil {
			t.Fatalf("cut at operation %d: %v", at, err)
		}
		again.Close()
		if left > 0 {
			if at < 10 {
				t.Errorf("only %d operations", at)
			}
			return
		}
	}
}

// TestCampaignCatches is the negative control: a disk that does not flush,
// SQLite's weaker setting, and a journal kept after sending are all noticed.
func TestCampaignCatches(t *testing.T) {
	for _, c := range []struct {
		name   string
		cuts   bool
		spoilt Spoilt
		pragma string
	}{
		{"flushing does nothing", true, DiskLies, pragma},
		{"synchronous=NORMAL", true, Sound, pragma + "; PRAGMA synchronous=NORMAL"},
		{"the journal is written after sending", false, BooksLate, pragma},
	} {
		t.Run(c.name, func(t *testing.T) {
			campaign := newCampaign(t, c.cuts)
			usual := pragma
			pragma = c.pragma
			defer func() { pragma = usual }()
			const most = 300 // a journal kept late shows in one life of many
			for n := range uint64(most) {
				which, fate, err := campaign.draw(n)
				if err != nil {
					t.Fatal(err)
				}
				fate.Spoilt = c.spoilt
				if wrong := campaign.live(t, which, fate); wrong != "" {
					t.Logf("life %d: %.300s", n, wrong)
					return
				}
			}
			t.Errorf("%d lives notice nothing", most)
		})
	}
}
