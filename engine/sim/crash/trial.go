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
	"watchkeeper/engine/provider"
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
	// Unended is what plays that wait have not ended yet, at no account: list
	// entries of the work and of its show, and positions (R9, R18).
	Unended map[place]bool
	// Vain counts what a person took away that was not there.
	Vain map[place]int
	// Drops are, by account, list entries of works played there, at services
	// that take such off by themselves (R9).
	Drops map[string]map[place]bool
	// Undone is what the runs wrote that a person took back.
	Undone map[place]bool
	// UnderWay: in the end a write is waited for, or parked.
	UnderWay bool
	Moments  int // at which it could have died
	// Kills are the moments at which a kill is another death than at the moment
	// before: something was written, a service may have changed, or somebody
	// has done something since.
	Kills   []int
	Deaths  int
	Slowest time.Duration // of its starts
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
	m.steady = s.Steady()
	said, err := s.Survive(ctx, m.home, m.through)
	out := Life{Shows: map[string][]Shown{}, Waits: map[place]ledger.Code{}, Unended: map[place]bool{}, Vain: map[place]int{}, Undone: map[place]bool{}, Drops: map[string]map[place]bool{},
		Moments: m.moments, Kills: m.kills, Deaths: m.life, Slowest: m.slowest}
	for _, v := range said.Vain {
		out.Vain[Shown{Work: v.Work, Feature: v.Feature}.place()]++
	}
	if err != nil {
		return out, errors.Join(err, out.waiting(ctx, m.home))
	}
	for _, u := range said.Undone {
		works, err := m.home.Store.Works(ctx, []media.WorkID{u.Work})
		if err != nil {
			return out, err
		}
		out.Undone[place{u.Feature, works[u.Work].Title, works[u.Work].Year}] = true
	}
	for _, name := range m.home.Names() {
		account := m.home.Room(name).Memory
		out.Shows[name], out.Drops[name] = lines(account), map[place]bool{}
		for _, v := range out.Shows[name] {
			if v.Feature == media.History && account.Profile().Caps.Effects&provider.ListDropsWatched != 0 {
				out.Drops[name][Shown{Work: v.Work, Feature: media.Watchlist}.place()] = true
				out.Drops[name][Shown{Work: v.Work.Parent(), Feature: media.Watchlist}.place()] = true
			}
		}
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
	var works, shows []media.WorkID
	for s := range why {
		works = append(works, s.Work)
	}
	known, err := home.Store.Works(ctx, works)
	if err != nil {
		return err
	}
	for _, w := range known {
		shows = append(shows, w.Show)
	}
	above, err := home.Store.Works(ctx, shows)
	for s, code := range why {
		w := known[s.Work]
		l.Waits[place{s.Feature, w.Title, w.Year}] = code
		if show := above[w.Show]; s.Feature == media.History {
			l.Unended[place{media.Progress, w.Title, w.Year}] = true
			l.Unended[place{media.Watchlist, w.Title, w.Year}] = true
			l.Unended[place{media.Watchlist, show.Title, show.Year}] = true
		}
	}
	return err
}

// lines are everything that an account shows, without the keys that a service
// gives and the dates that it gives to our writes.
func lines(account *providertest.Memory) (out []Shown) {
	dated := datedItself(account)
	for _, h := range account.Truth().Has {
		date := func(at media.Moment) string {
			if dated[played{h.Work, at}] {
				return "when it was written"
			}
			return at.String()
		}
		add := func(is bool, f media.Feature, value any) {
			if is {
				out = append(out, Shown{h.Work, f, fmt.Sprint(value)})
			}
		}
		add(h.Listed, media.Watchlist, "")
		add(h.Rating > 0, media.Ratings, h.Rating)
		add(h.Watched && len(h.Plays) == 0, media.History, date(h.WatchedAt))
		add(h.Position.Set, media.Progress, h.Position.N)
		for _, at := range h.Plays {
			add(true, media.History, date(at))
		}
	}
	slices.SortFunc(out, func(a, b Shown) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// played is a play with its date.
type played struct {
	work providertest.Work
	at   media.Moment
}

// datedItself are the plays that we wrote to a service which dates them itself.
func datedItself(account *providertest.Memory) map[played]bool {
	out := map[played]bool{}
	if account.Profile().Caps.Features[media.History].PastDates {
		return out
	}
	for _, w := range account.Writes() {
		if w.Stored && w.Change.Feature == media.History && w.After.Set {
			out[played{w.Work, w.After.PlayedAt()}] = true
		}
	}
	return out
}
