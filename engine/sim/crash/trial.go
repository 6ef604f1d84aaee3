//go:build linux && !race

package crash

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/sim"
	"watchkeeper/engine/sim/scenario"
)

// Life is what came of a scenario.
type Life struct {
	// Shows is what every account shows in the end, sorted.
	Shows map[string][]Shown
	// Waits are the works whose values a guard holds back or that are parked
	// because nobody can know whether they arrived (R26), with the reason: what
	// was sent again after a death may ask for a yes that it had before.
	Waits map[place]ledger.Code
	// UnderWay: in the end a write is waited for, or parked.
	UnderWay bool
	Moments  int // at which it could have died
	Deaths   int
	Slowest  time.Duration // of its starts
}

// Shown is one value that an account shows.
type Shown struct {
	Work    providertest.Work
	Feature media.Feature
	Value   string
}

func (s Shown) String() string { return fmt.Sprintf("%s of %s %s", s.Feature, s.Work, s.Value) }

// place is what a value is about; works go by title and year. What waits at
// one account reaches no other through it.
type place struct {
	feature media.Feature
	title   string
	year    int
}

func (s Shown) place() place { return place{s.Feature, s.Work.Title(), s.Work.Year()} }

// Live plays a scenario in folders below root. An error is a rule that did not
// hold: the oracle's, or one of those asked at every start.
func Live(ctx context.Context, s *scenario.Scenario, root string, fate Fate) (Life, error) {
	m, err := birth(ctx, root, fate)
	if err != nil {
		return Life{}, err
	}
	defer m.end()
	err = s.Survive(ctx, m.home, m.through)
	out := Life{Shows: map[string][]Shown{}, Waits: map[place]ledger.Code{}, Moments: m.moments, Deaths: m.life, Slowest: m.slowest}
	if err != nil {
		return out, errors.Join(err, out.waiting(ctx, m.home))
	}
	for _, name := range m.home.Names() {
		out.Shows[name] = lines(m.home.Room(name).Memory.Truth())
	}
	return out, out.waiting(ctx, m.home)
}

// waiting fills Waits and UnderWay from what the program itself gives as
// reasons, and from what waits for an answer.
func (l *Life) waiting(ctx context.Context, home *sim.Home) error {
	pending, err := home.Store.Pending(ctx)
	if err != nil {
		return err
	}
	l.UnderWay = len(pending) > 0
	holds, err := home.Store.Holds(ctx, ledger.HoldOpen)
	if err != nil {
		return err
	}
	why := map[ledger.Subject]ledger.Code{}
	for _, h := range holds {
		for _, op := range h.Ops {
			why[op.Subject] = h.Guard
		}
	}
	persons, err := home.Store.Profiles(ctx)
	if err != nil {
		return err
	}
	for _, p := range persons {
		unmet, err := home.Store.Unmet(ctx, p.ID, 0)
		if err != nil {
			return err
		}
		for _, n := range unmet {
			if n.Why.Code == ledger.ParkedPlay || strings.HasPrefix(string(n.Why.Code), "guard_") {
				why[n.Subject] = n.Why.Code
			}
		}
	}
	return l.named(ctx, home, why)
}

// named puts what waits into Waits by the works' names.
func (l *Life) named(ctx context.Context, home *sim.Home, why map[ledger.Subject]ledger.Code) error {
	var works []media.WorkID
	for s := range why {
		works = append(works, s.Work)
	}
	known, err := home.Store.Works(ctx, works)
	for s, code := range why {
		w := known[s.Work]
		l.Waits[place{s.Feature, w.Title, w.Year}] = code
	}
	return err
}

// lines are everything that an account shows, without the keys that a service
// gives.
func lines(truth providertest.Truth) (out []Shown) {
	for _, h := range truth.Has {
		add := func(is bool, f media.Feature, value any) {
			if is {
				out = append(out, Shown{h.Work, f, fmt.Sprint(value)})
			}
		}
		add(h.Listed, media.Watchlist, "")
		add(h.Rating > 0, media.Ratings, h.Rating)
		add(h.Watched && len(h.Plays) == 0, media.History, h.WatchedAt)
		add(h.Position.Set, media.Progress, h.Position.N)
		for _, at := range h.Plays {
			add(true, media.History, at)
		}
	}
	slices.SortFunc(out, func(a, b Shown) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// Differ says what two lives left differently and the other one does not
// explain; "" when nothing. What is there twice is never explained.
func Differ(calm, other Life) string {
	var out []string
	for name, want := range calm.Shows {
		more := slices.Clone(other.Shows[name])
		for _, v := range want {
			if i := slices.Index(more, v); i >= 0 {
				more = slices.Delete(more, i, i+1)
			} else if other.Waits[v.place()] == "" {
				out = append(out, fmt.Sprintf("%s lacks the %s", name, v))
			}
		}
		for _, v := range more {
			if other.Waits[v.place()] == "" || slices.Contains(want, v) {
				out = append(out, fmt.Sprintf("%s has also the %s", name, v))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}
