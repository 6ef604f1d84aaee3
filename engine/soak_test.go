//go:build unix

package engine_test

import (
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

var (
	soakWorks = flag.Int("works", 300, "works at each account of the soak")
	soakDays  = flag.Int("days", 24, "days that the soak lives; more than 90 reach the journal's horizon")
	soakRuns  = flag.Int("runs", 2, "runs of the soak a day")
	soakTime  = flag.Bool("timed", false, "the soak also compares processor time, which a busy machine disturbs")
)

// day is what one simulated day of the soak cost.
type day struct {
	cpu  float64 // seconds a run, the median
	live uint64  // bytes reachable, without what the services hold
	size int64   // bytes of the database and its log
}

// A long life costs no more at its end than at its beginning: memory, the
// database and the time of a run stay flat while people go on living.
func TestSoak(t *testing.T) {
	h := newHouse(t, 2, media.History, media.Ratings, media.Watchlist)
	h.fill(func() { h.soakedIn(*soakWorks) })
	h.start()
	h.rest()
	var days []day
	for n := range *soakDays {
		days = append(days, h.day(n))
	}
	tenth := max(len(days)/10, 1)
	early, late := typical(days[tenth:2*tenth]), typical(days[len(days)-tenth:])
	t.Logf("early %+v, late %+v", early, late)
	flat(t, "reachable memory", float64(early.live+base), float64(late.live+base))
	flat(t, "database", float64(early.size), float64(late.size))
	if *soakTime {
		flat(t, "processor time of a run", early.cpu, late.cpu)
	}
}

// base is memory that any program has; beside it a tiny life's own is noise.
const base = 4 << 20

// mostGrowth is how much more a life may cost at its end. Before the horizon of
// the journal is reached, what people do still adds to the database.
const mostGrowth = 1.4

func flat(t *testing.T, what string, early, late float64) {
	t.Helper()
	t.Logf("%s: late/early %.3f", what, late/early)
	if late > early*mostGrowth {
		t.Errorf("%s grew from %.4g to %.4g, more than %.1f times", what, early, late, mostGrowth)
	}
}

func typical(days []day) day {
	at := func(less func(a, b day) int) day {
		sorted := slices.SortedFunc(slices.Values(days), less)
		return sorted[len(sorted)/2]
	}
	return day{
		cpu:  at(func(a, b day) int { return int(1e6 * (a.cpu - b.cpu)) }).cpu,
		live: at(func(a, b day) int { return int(a.live) - int(b.live) }).live,
		size: at(func(a, b day) int { return int(a.size - b.size) }).size,
	}
}

// soakedIn is a history with ratings and a watchlist, the same everywhere.
func (h *house) soakedIn(works int) {
	for i := range works {
		at := h.ago(365) + media.Moment(i)*minute
		for _, m := range h.accounts {
			switch film := providertest.Film(i + 1); {
			case i%10 == 0:
				m.Person().List(film, at)
			case i%3 == 0:
				m.Person().Rate(film, 70, at)
			default:
				m.Person().Watch(film, at)
			}
		}
	}
}

// day lets people do a little at one account or the other, takes it back later,
// and runs.
func (h *house) day(n int) day {
	h.fill(func() {
		for k := range 3 {
			who := h.accounts[(n+k)%2].Person()
			film := providertest.Film((7*n+k)%*soakWorks + 1)
			who.Watch(film, h.ago(0)-180*minute)
			who.Rate(film, 10*(n%10+1), h.ago(0)-120*minute)
			if (n/2)%2 == 0 {
				who.List(providertest.Film(*soakWorks+k+1), h.ago(0)-90*minute)
			} else {
				who.Unlist(providertest.Film(*soakWorks+k+1), h.ago(0)-90*minute)
			}
		}
	})
	var costs []float64
	for range *soakRuns {
		costs = append(costs, h.meter(func() { h.run(engine.Wish{}) }))
		h.clock = h.clock.Add(24*time.Hour/time.Duration(*soakRuns) - 30*time.Minute)
	}
	slices.Sort(costs)
	reached := live()
	return day{cpu: costs[len(costs)/2], live: reached - min(reached, h.data), size: h.size()}
}

// size is how many bytes the database takes on disk.
func (h *house) size() (n int64) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(h.store.Path() + suffix); err == nil {
			n += info.Size()
		}
	}
	return n
}
