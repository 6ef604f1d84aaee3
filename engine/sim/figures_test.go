package sim

import (
	"context"
	"fmt"
	"testing"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// The figures that every release must reach, with 200 works a side. Each test
// is one line of the table: what other tools lose there, this engine does not.

const aSide = 200

// figure is two accounts, or more, with their routes.
type figure struct {
	t *testing.T
	*Home
	me ledger.ProfileID
}

func newFigure(t *testing.T, profiles ...providertest.Profile) *figure {
	t.Helper()
	h, err := NewHome(7)
	p := &figure{t: t, Home: h}
	p.must(err)
	p.me, err = h.Profile(t.Context(), "me")
	p.must(err)
	for i, profile := range profiles {
		_, err := h.Add(t.Context(), p.me, string(rune('A'+i)), profile)
		p.must(err)
	}
	return p
}

func (p *figure) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *figure) route(from, to string, fs ...media.Feature) {
	p.t.Helper()
	for _, f := range fs {
		_, err := p.Route(p.t.Context(), ledger.Route{Profile: p.me, From: p.Room(from).ID, To: p.Room(to).ID, Feature: f,
			Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true})
		p.must(err)
	}
}

func (p *figure) both(fs ...media.Feature) { p.route("A", "B", fs...); p.route("B", "A", fs...) }

func (p *figure) person(name string) providertest.Person { return p.Room(name).Memory.Person() }

// run runs n times, half an hour apart.
func (p *figure) run(n int) {
	p.t.Helper()
	for range n {
		_, err := p.Engine.Once(p.t.Context(), engine.Wish{})
		p.must(err)
		p.Later(30 * time.Minute)
	}
}

// agree says yes to what waits, run by run: first to a list that lost much,
// then to the removals that follow.
func (p *figure) agree() {
	p.t.Helper()
	for range 3 {
		p.yes()
		p.run(1)
	}
}

// yes answers everything that waits with its yes and returns how many ops
// waited.
func (p *figure) yes() (ops int) {
	p.t.Helper()
	for _, h := range p.Engine.Status().Holds {
		ops += h.Count
		p.must(p.Engine.Answer(p.t.Context(), h.ID, ledger.DoIt, nil))
	}
	return ops
}

func (p *figure) listed(name string) int {
	return len(p.Room(name).Memory.Truth().Works(media.Watchlist))
}

// took counts what a service accepted.
func (p *figure) took(name string, a provider.Action) (n int) {
	for _, w := range p.Room(name).Memory.Writes() {
		if w.Change.Action == a && w.Outcome != provider.Refused {
			n++
		}
	}
	return n
}

func (p *figure) want(what string, got, want int) {
	p.t.Helper()
	if got != want {
		p.t.Errorf("%s: %d, want %d", what, got, want)
	}
}

func listsAll(person providertest.Person, from, to int, at media.Moment) {
	for n := from; n <= to; n++ {
		person.List(providertest.Film(n), at)
	}
}

func blind(p providertest.Profile) providertest.Profile {
	for f := range p.Caps.Features {
		p.Caps.Features[f].LookUp = false
	}
	return p
}

// A listing that is short once removes nothing and repeats nothing, and the
// status says why.
func TestFigureShortListing(t *testing.T) {
	for _, profile := range []providertest.Profile{providertest.NoStamp(), blind(providertest.Tracker()), providertest.Tracker()} {
		for _, percent := range []int{0, 10, 55, 85, 99} {
			for _, ways := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s/%d/%d", profile.Name, percent, ways), func(t *testing.T) {
					t.Parallel()
					p := newFigure(t, profile, profile)
					p.route("A", "B", media.Watchlist)
					if ways == 2 {
						p.route("B", "A", media.Watchlist)
					}
					listsAll(p.person("A"), 1, aSide, longAgo())
					listsAll(p.person("B"), 1, aSide, longAgo())
					p.run(3)
					p.person("A").List(providertest.Film(aSide+1), p.Now())
					p.Room("A").Memory.Weather().Truncate(1, percent, false, providertest.WrongTotal, media.Watchlist)
					p.run(1)
					if p.Engine.Status().Accounts[0].Features[2].Freshness == ledger.Fresh && percent < 80 {
						t.Error("nothing says why")
					}
					p.run(4)
					p.want("removals", p.took("A", provider.Remove)+p.took("B", provider.Remove), 0)
					p.want("writes to B", p.took("B", provider.Add), 1)
					p.want("listed at B", p.listed("B"), aSide+1)
				})
			}
		}
	}
}

// longAgo is a month before the start.
func longAgo() media.Moment { return media.At(Start.AddDate(0, -1, 0)) }

// A person who really removes 15 % is asked once; then nothing is lost and
// nothing comes back.
func TestFigureRealRemovals(t *testing.T) {
	for _, profile := range []providertest.Profile{providertest.NoStamp(), providertest.Tracker()} {
		p := newFigure(t, profile, profile)
		p.both(media.Watchlist)
		listsAll(p.person("A"), 1, aSide, longAgo())
		listsAll(p.person("B"), 1, aSide, longAgo())
		p.run(3)
		for n := 1; n <= 30; n++ {
			p.person("A").Unlist(providertest.Film(n), p.Now())
		}
		p.run(4)
		p.want("before the yes", p.listed("B"), aSide)
		p.want("waiting", p.yes(), 30)
		p.run(8)
		p.want("left at A", p.listed("A"), aSide-30)
		p.want("left at B", p.listed("B"), aSide-30)
		p.want("back at A", p.took("A", provider.Add), 0)
	}
}

// A hundred adds that show three runs late are not repeated, not taken for
// removals, and settle in the fourth.
func TestFigureWritesShowLate(t *testing.T) {
	p := newFigure(t, providertest.Tracker(), blind(providertest.Tracker()))
	p.both(media.Watchlist)
	listsAll(p.person("A"), 1, aSide, longAgo())
	listsAll(p.person("B"), 1, aSide, longAgo())
	p.run(3)
	listsAll(p.person("A"), aSide+1, aSide+100, p.Now())
	p.run(1)
	p.want("waiting for a yes", p.yes(), 100)
	p.Room("B").Memory.Weather().Late(3, 3, media.Watchlist)
	p.run(4)
	p.want("not seen before run 4", p.Engine.Status().Waiting, 100)
	p.run(1)
	p.want("not seen after run 4", p.Engine.Status().Waiting, 0)
	p.run(6)
	p.want("adds", p.took("B", provider.Add), 100)
	p.want("removals", p.took("A", provider.Remove)+p.took("B", provider.Remove), 0)
}

// A service that says ok for everything and stores nine of ten loses nothing:
// what is missing is sent again after reading, and set aside after three times.
func TestFigureStoresNinetyPercent(t *testing.T) {
	p := newFigure(t, providertest.Tracker(), blind(providertest.Tracker()))
	p.both(media.Watchlist)
	p.Room("B").Memory.Weather().StoreOnly(90)
	listsAll(p.person("A"), 1, 50, longAgo())
	p.run(40)
	aside := p.Engine.Status().SetAside
	p.want("at A", p.listed("A"), 50)
	p.want("at B, or set aside", p.listed("B")+aside, 50)
	if n := p.took("B", provider.Add); n < 51 || n > 50+3*10 {
		t.Errorf("%d adds", n)
	}
	before := p.took("B", provider.Add)
	p.run(10)
	p.want("and then rest", p.took("B", provider.Add)-before, 0)
}

// A service that gives only titles is written to no more after the second run.
func TestFigureTitlesOnly(t *testing.T) {
	p := newFigure(t, providertest.Tracker(), providertest.TitleOnly())
	p.both(media.Watchlist)
	listsAll(p.person("A"), 1, aSide, longAgo())
	listsAll(p.person("B"), 101, aSide+100, longAgo())
	p.run(1)
	p.yes()
	p.run(1)
	before := len(p.Room("A").Memory.Writes()) + len(p.Room("B").Memory.Writes())
	p.run(5)
	p.want("writes after run 2", len(p.Room("A").Memory.Writes())+len(p.Room("B").Memory.Writes())-before, 0)
	p.want("removals", p.took("A", provider.Remove)+p.took("B", provider.Remove), 0)
}

// A listing that is frozen for four runs while 40 titles are added and 40
// removed elsewhere removes nothing wrongly and undoes nothing.
func TestFigureFrozenListing(t *testing.T) {
	for _, profile := range []providertest.Profile{blind(providertest.Tracker()), providertest.NoStamp(), providertest.Tracker()} {
		p := newFigure(t, profile, providertest.Tracker())
		p.both(media.Watchlist)
		listsAll(p.person("A"), 1, aSide, longAgo())
		listsAll(p.person("B"), 1, aSide, longAgo())
		p.run(3)
		p.Room("A").Memory.Weather().Freeze(4, media.Watchlist)
		listsAll(p.person("B"), aSide+1, aSide+40, p.Now())
		for n := 1; n <= 40; n++ {
			p.person("B").Unlist(providertest.Film(n), p.Now())
		}
		p.run(1)
		p.yes()
		p.run(9)
		p.yes()
		p.run(4)
		p.want(profile.Name+": removed from B", p.took("B", provider.Remove), 0)
		p.want(profile.Name+": added to B", p.took("B", provider.Add), 0)
		p.want(profile.Name+": at A", p.listed("A"), aSide)
		p.want(profile.Name+": at B", p.listed("B"), aSide)
	}
}

// A hundred plays whose answer is lost after they were stored stay a hundred.
func TestFigureTimeoutAfterTheEffect(t *testing.T) {
	for _, profile := range []providertest.Profile{blind(providertest.Tracker()), providertest.Tracker()} {
		p := newFigure(t, providertest.Tracker(), profile)
		p.both(media.History)
		for n := 1; n <= 50; n++ {
			p.person("A").Watch(providertest.Film(n), longAgo())
			p.person("A").Watch(providertest.Film(n), longAgo().Add(100*time.Hour))
		}
		p.run(2)
		p.Room("B").Memory.Weather().LoseAnswers(1, providertest.AllEffect)
		p.yes()
		p.run(14)
		plays := 0
		for n := 1; n <= 50; n++ {
			plays += len(p.Room("B").Memory.Truth().Plays(providertest.Film(n)))
		}
		p.want("plays at B", plays, 100)
		p.want("accepted by B", p.took("B", provider.Add), 100)
	}
}

// Killed before or after any request to a target, the removals that a person
// makes afterwards all go through.
func TestFigureKilledEverywhere(t *testing.T) {
	for request := range 7 {
		for _, after := range []bool{false, true} {
			killed(t, request, after)
		}
	}
}

func killed(t *testing.T, request int, after bool) {
	profile := providertest.Tracker()
	profile.Caps.Batch = 10
	p := newFigure(t, providertest.Tracker(), profile)
	p.both(media.Watchlist)
	listsAll(p.person("A"), 1, aSide, longAgo())
	listsAll(p.person("B"), 1, aSide, longAgo())
	p.run(3)
	listsAll(p.person("A"), aSide+1, aSide+50, p.Now())
	p.kill(request, after)
	p.run(3)
	p.want("at B", p.listed("B"), aSide+50)
	for n := aSide + 1; n <= aSide+50; n++ {
		p.person("A").Unlist(providertest.Film(n), p.Now())
	}
	p.run(1)
	p.agree()
	p.want("removed at B", aSide+50-p.listed("B"), 50)
	p.want("back at A", p.listed("A"), aSide)
	p.want("adds sent to B", p.took("B", provider.Add), 50)
}

// kill is a run that ends with the program before or after the n-th request
// that writes to B; beyond the last one it ends by itself.
func (p *figure) kill(n int, after bool) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	w, copied := p.Room("B").Memory.Weather(), p.RunCopy()
	var left *store.Store
	hook := w.Before
	if after {
		hook = w.After
	}
	var next func()
	next = func() {
		if n--; n >= 0 {
			hook(providertest.Writes, next)
			return
		}
		var err error
		left, err = p.Store.Scratch(context.WithoutCancel(ctx))
		p.must(err)
		cancel()
	}
	hook(providertest.Writes, next)
	_, err := p.Engine.Once(ctx, engine.Wish{})
	p.must(err)
	if left != nil {
		p.SetRunCopy(copied)
		p.Restore(left)
	}
	w.Clear()
	p.Later(30 * time.Minute)
}

// One source and two targets, of which one is away: forty removals reach both.
func TestFigureTwoTargets(t *testing.T) {
	p := newFigure(t, providertest.Tracker(), providertest.Tracker(), providertest.Tracker())
	p.route("A", "B", media.Watchlist)
	p.route("A", "C", media.Watchlist)
	for _, name := range p.Names() {
		listsAll(p.person(name), 1, aSide, longAgo())
	}
	p.run(3)
	p.Room("C").Memory.Weather().Fail(-1, provider.Transient)
	for n := 1; n <= 40; n++ {
		p.person("A").Unlist(providertest.Film(n), p.Now())
	}
	p.run(2)
	p.agree()
	p.want("at B", p.listed("B"), aSide-40)
	p.Room("C").Memory.Weather().Clear()
	p.Later(24 * time.Hour)
	p.run(2)
	p.agree()
	p.want("at C", p.listed("C"), aSide-40)
	p.want("back at A", p.listed("A"), aSide-40)
}

// A service whose clock is ten minutes ahead does not win against what people
// said after it: twenty last words stand.
func TestFigureClockAhead(t *testing.T) {
	p := newFigure(t, providertest.Tracker(), providertest.Tracker())
	p.both(media.Ratings)
	for n := 1; n <= 20; n++ {
		p.person("A").Rate(providertest.Film(n), 50, longAgo())
		p.person("B").Rate(providertest.Film(n), 50, longAgo())
	}
	p.run(3)
	p.Room("A").Memory.Weather().Clock(10 * 60_000)
	p.run(1)
	for n := 1; n <= 20; n++ {
		p.person("A").Rate(providertest.Film(n), 30, p.Now())
	}
	p.Later(5 * time.Minute)
	for n := 1; n <= 20; n++ {
		p.person("B").Rate(providertest.Film(n), 90, p.Now())
	}
	p.Later(5 * time.Minute)
	p.run(1)
	p.agree()
	for n := 1; n <= 20; n++ {
		a, b := p.Room("A").Memory.Truth().Rating(providertest.Film(n)), p.Room("B").Memory.Truth().Rating(providertest.Film(n))
		if a != 90 || b != 90 {
			t.Fatalf("film %d: A %d, B %d; the last word was 90", n, a, b)
		}
	}
}
