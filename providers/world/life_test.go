package world

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
	"watchkeeper/providers"
	"watchkeeper/providers/internal/fakekit"
)

var (
	seeds = flag.Int("seeds", 2, "how many lives")
	first = flag.Int("seed", 0, "where the lives begin")
	weeks = flag.Int("weeks", 1, "how long a life is")
	lies  = flag.Bool("lies", false, "also cut lists of services that do not say how long they are")
	pace  = flag.Duration("pace", 3*time.Hour, "how often the program looks; 0: as it does by itself")
	at    = flag.String("at", "", "only these services, with commas between")
)

// start is when every life begins; a bubble's own time is years before.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// works in every life: a quarter is watched, rated, listed and left half
// watched each, so that what services do by themselves to the other features
// stays apart.
const works = 24

type role int

const (
	toWatch role = iota
	toRate
	toList
	toPause
)

func roleOf(work int) role { return role(work / 3 % 4) }

// life is one installation with one person in one simulated time.
type life struct {
	t      *testing.T
	chance *rand.Rand
	places []*place
	store  *store.Store
	engine *engine.Engine
	sleep  func() error // ends the program's present run
	open   func(ledger.Account) (provider.Provider, error)
	lost   *place // broken for good; nil: none
	breaks bool   // one service breaks in the middle of the life
	me     ledger.ProfileID
	names  map[ledger.AccountID]string
	again  map[doubt]bool // were read again
	// What the person did, by work: viewings, and whether something was ever
	// said or taken back.
	views       [works]int
	viewed      [works]int      // the day of the latest viewing
	deleted     [works]bool     // all plays, once
	unwatched   [works][]string // where the person took the mark away since
	unmarks     int             // how often
	rough       map[string]int  // the latest day with weather, by service; "": the computer slept
	said, taken [works]bool
	last        [works]string // the last word about a rating or a place on the watchlist
	story       []string
	wrong       []string // what the judge found
}

func TestLives(t *testing.T) {
	for n := range *seeds {
		seed := *first + n
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(start))
				l := begin(t, uint64(seed))
				l.hurry(*pace)
				l.breaks = seed%5 == 4
				l.live(*weeks * 7)
				l.report()
			})
		})
	}
}

// A day at the program's own pace stays within every free allowance, too.
func TestADayAtItsOwnPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		l := begin(t, 1)
		l.live(0)
		l.report()
	})
}

// hurry sets how often the program looks.
func (l *life) hurry(every time.Duration) {
	if every == 0 {
		return
	}
	text, err := json.Marshal(every.String())
	l.must(err)
	l.must(l.store.PutSettings(l.t.Context(), map[string]json.RawMessage{"interval": text, "server_interval": text}))
}

// begin signs a person in at the named services, or at all.
func begin(t *testing.T, seed uint64, only ...string) *life {
	if *at != "" {
		only = strings.Split(*at, ",")
	}
	l := &life{t: t, chance: rand.New(rand.NewPCG(seed, 1)), names: map[ledger.AccountID]string{}, again: map[doubt]bool{}, rough: map[string]int{}}
	net := fakekit.NewInternet()
	for _, s := range providers.All(nil) {
		make := builders[s.Name]
		switch {
		case len(only) > 0 && !slices.Contains(only, s.Name):
		case make != nil:
			l.places = append(l.places, make(t, net, fakekit.SomeWorks(works)))
		default:
			t.Fatalf("%s has no place in this world", s.Name)
		}
	}
	var err error
	if l.store, err = store.OpenMemory(t.Context(), store.Options{CheckSetting: engine.CheckSetting}); err != nil {
		t.Fatal(err)
	}
	l.connect()
	l.open = func(a ledger.Account) (provider.Provider, error) {
		p := l.place(a.Name)
		return p.service.Open(p.env)
	}
	return l
}

// wake starts the program; sleep ends it.
func (l *life) wake() {
	l.engine = engine.New(engine.Config{Store: l.store,
		Open:         func(_ context.Context, a ledger.Account) (provider.Provider, error) { return l.open(a) },
		Capabilities: func(name string) (provider.Capabilities, bool) { return l.place(name).service.Capabilities, true }})
	ctx, stop := context.WithCancel(l.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.engine.Run(ctx) }()
	l.sleep = func() error {
		stop()
		return <-ended
	}
}

// signedIn lets the program go on with a new secret.
func (l *life) signedIn(p *place) error {
	for id, name := range l.names {
		if name == p.service.Name {
			l.engine.Disconnect(id)
			return errors.Join(l.store.DropWait(l.t.Context(), id), l.engine.Changed(l.t.Context()))
		}
	}
	return nil
}

func (l *life) place(name string) *place {
	return l.places[slices.IndexFunc(l.places, func(p *place) bool { return p.service.Name == name })]
}

// connect lets every account follow every other one, removals too.
func (l *life) connect() {
	ctx := l.t.Context()
	var err error
	l.me, err = l.store.PutProfile(ctx, ledger.Profile{Name: "anna"})
	l.must(err)
	var ids []ledger.AccountID
	for _, p := range l.places {
		id, err := l.store.PutAccount(ctx, ledger.Account{Profile: l.me, Provider: p.service.Name, Name: p.service.Name, Address: p.env.Address,
			ServerID: p.who.ServerID, UserID: p.who.UserID, UserName: p.who.UserName, Features: media.Features[:], Accepted: true})
		l.must(err)
		ids, l.names[id] = append(ids, id), p.service.Name
	}
	for _, from := range ids {
		for _, to := range ids {
			for _, f := range media.Features {
				if from == to {
					continue
				}
				_, err := l.store.PutRoute(ctx, ledger.Route{Profile: l.me, From: from, To: to, Feature: f, Mode: ledger.KeepSame,
					Removals: ledger.Follow, Accepted: true, Onward: true})
				l.must(err)
			}
		}
	}
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// live runs the program for days with a person and weather, then for days
// without either, and judges.
func (l *life) live(days int) {
	l.wake()
	most := map[string]int{}
	for day := range days {
		time.Sleep(2 * time.Hour)
		pass := l.weather(day)
		time.Sleep(8 * time.Hour)
		l.act(day)
		time.Sleep(8 * time.Hour)
		pass()
		time.Sleep(5 * time.Hour)
		l.answer()
		time.Sleep(time.Hour)
		l.tally(day, most)
		if l.breaks && day == days/2 {
			l.breakDown(day)
		}
	}
	for range min(days, 4) {
		time.Sleep(24 * time.Hour)
		l.answer()
		l.tally(days, most)
	}
	quiet := l.writes()
	time.Sleep(24 * time.Hour)
	if now := l.writes(); now != quiet {
		l.fault("L2: a day without a person or weather wrote %d times", now-quiet)
	}
	l.tally(days, most)
	l.must(l.sleep())
	l.preview() // not beside a run: who waits for a lock stops a bubble's time
	l.bounded()
	l.judge()
	l.explained()
	l.t.Logf("%d marks were taken away", l.unmarks)
	for _, name := range slices.Sorted(maps.Keys(most)) {
		l.t.Logf("%s: at most %d requests a day", name, most[name])
	}
}

// report fails the test for what was found, with the story that led to it.
func (l *life) report() {
	l.must(l.store.Close())
	for _, w := range l.wrong {
		l.t.Error(w)
	}
	if len(l.wrong) > 0 {
		l.t.Log("\n" + strings.Join(l.story, "\n"))
	}
}

func (l *life) fault(format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
}

func (l *life) note(format string, args ...any) {
	l.story = append(l.story, fmt.Sprintf(format, args...))
}

// act lets the person do a few things, each with another work.
func (l *life) act(day int) {
	for _, w := range l.chance.Perm(works)[:3] {
		p := l.places[l.chance.IntN(len(l.places))]
		if p != l.lost {
			l.note("day %d: %s", day, l.do(day, p, w))
		}
	}
}

// do is one act, and says it in words.
func (l *life) do(day int, p *place, w int) string {
	switch roleOf(w) {
	case toRate:
		if p.rate == nil {
			return "nothing"
		}
		n := l.chance.IntN(11)
		if n == 0 && p.rated(w) == 0 {
			return "nothing"
		}
		p.rate(w, n)
		l.said[w], l.taken[w], l.last[w] = true, l.taken[w] || n == 0, fmt.Sprint(n)
		return fmt.Sprintf("%d rated %d at %s", w, n, p.service.Name)
	case toList:
		on := !p.listed(w)
		p.list(w, on)
		l.said[w], l.taken[w], l.last[w] = true, l.taken[w] || !on, fmt.Sprint(on)
		return fmt.Sprintf("%d listed %v at %s", w, on, p.service.Name)
	case toPause:
		if p.pause == nil {
			return "nothing"
		}
		p.pause(w)
		l.said[w] = true
		return fmt.Sprintf("%d half watched at %s", w, p.service.Name)
	}
	settled := p.watched(w) > 0 && l.viewed[w] < day-1 && max(l.rough[p.service.Name], l.rough[""]) < day-1
	if p.unplay != nil && settled && l.unwatched[w] == nil && l.views[w] == 1 && l.chance.IntN(2) == 0 {
		p.unplay(w)
		l.views[w], l.deleted[w] = 0, true
		return fmt.Sprintf("%d has no plays any more at %s", w, p.service.Name)
	}
	if p.unwatch != nil && settled && l.chance.IntN(2) == 0 {
		p.unwatch(w)
		l.unwatched[w] = append(l.unwatched[w], p.service.Name)
		l.unmarks++
		return fmt.Sprintf("%d un-watched at %s", w, p.service.Name)
	}
	if p.watched(w) == 0 || p.keepsRows {
		l.unwatched[w] = nil
	} else if l.unwatched[w] != nil || l.views[w] == 0 {
		return "nothing" // a flag that says yes does not tell that it was seen again
	}
	p.watch(w)
	l.views[w]++
	l.viewed[w] = day
	return fmt.Sprintf("%d watched at %s", w, p.service.Name)
}

// weather befalls one service on most days, or the computer sleeps; pass ends
// it.
func (l *life) weather(day int) (pass func()) {
	p := l.places[l.chance.IntN(len(l.places))]
	kinds := []string{"well", "down", "too many", "truncated", "asleep", "rescanned"}
	kind := kinds[l.chance.IntN(len(kinds))]
	pass = func() {}
	if p == l.lost {
		return pass
	}
	switch {
	case kind == "down":
		p.weather.On(kind, "*", -1, fakekit.Status(503))
	case kind == "too many":
		p.weather.On(kind, "*", -1, fakekit.Status(429, "Retry-After", "1800"))
	case kind == "truncated" && (p.announces || *lies):
		p.weather.On(kind, "GET *", -1, fakekit.Changed(halved))
	case kind == "rescanned" && p.rescan != nil:
		p.rescan()
	case kind == "asleep":
		l.rough[""] = day
		l.note("day %d: the computer sleeps", day)
		l.must(l.sleep())
		return l.wake
	default:
		return pass
	}
	l.rough[p.service.Name] = day
	l.note("day %d: %s is %s", day, p.service.Name, kind)
	return p.weather.Clear
}

// breakDown ends one service for good: the others go on (L10).
func (l *life) breakDown(day int) {
	l.lost = l.places[l.chance.IntN(len(l.places))]
	l.lost.weather.On("broken", "*", -1, fakekit.Status([]int{401, 403, 404, 500}[l.chance.IntN(4)]))
	l.note("day %d: %s is broken for good", day, l.lost.service.Name)
}

// halved leaves half of every list in an answer.
func halved(_ http.Header, body []byte) []byte {
	var doc any
	if json.Unmarshal(body, &doc) != nil {
		return body
	}
	out, err := json.Marshal(half(doc, 2))
	if err != nil {
		return body
	}
	return out
}

func half(v any, deep int) any {
	switch v := v.(type) {
	case []any:
		return v[:len(v)/2]
	case map[string]any:
		for k, below := range v {
			if deep > 0 {
				v[k] = half(below, deep-1)
			}
		}
	}
	return v
}

// answer is the person saying yes to what waits, and asking to look again
// where a list was not believed; one that stays so is right.
func (l *life) answer() {
	holds, err := l.store.Holds(l.t.Context(), ledger.HoldOpen)
	l.must(err)
	for _, h := range holds {
		answer := ledger.DoIt
		if d := (doubt{h.Guard, h.Target, h.Feature}); len(h.Ops) == 0 && !l.again[d] {
			answer, l.again[d] = ledger.ReadAgain, true
		}
		l.note("hold %s at account %d for %s: %s (%v)", h.Guard, h.Target, h.Feature, answer, h.Evidence)
		if err := l.engine.Answer(l.t.Context(), h.ID, answer, nil); err != nil {
			l.note("answer: %v", err)
		}
	}
	if len(holds) > 0 {
		l.engine.SyncNow()
	} else {
		clear(l.again)
	}
}

// doubt is a list that a guard did not believe.
type doubt struct {
	guard   ledger.Code
	account ledger.AccountID
	feature media.Feature
}

// tally holds the requests of a day against what is free: in all, and within
// the windows in which services count.
func (l *life) tally(day int, most map[string]int) {
	for _, p := range l.places {
		calls := p.record.Calls()
		p.record.Reset()
		most[p.service.Name] = max(most[p.service.Name], len(calls))
		if len(calls) > p.daily {
			l.fault("L5: day %d: %s was asked %d times, more than %d", day, p.service.Name, len(calls), p.daily)
		}
		for _, limit := range p.limits {
			if n := limit.most(calls); n > limit.n {
				l.fault("L5: day %d: %s was asked %d times within %s, more than %d", day, p.service.Name, n, limit.within, limit.n)
			}
		}
	}
}

// limit is what a service allows within a time.
type limit struct {
	n      int
	within time.Duration
	writes bool // counts what is not a GET, else GETs
}

// most is the largest number of calls within the limit's time; signing in goes
// elsewhere.
func (x limit) most(calls []fakekit.Call) (most int) {
	var at []time.Time
	for _, c := range calls {
		if (c.Method != http.MethodGet) == x.writes && !strings.HasPrefix(c.Path, "/oauth") {
			at = append(at, c.At)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	from := 0
	for i, t := range at {
		for t.Sub(at[from]) >= x.within {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// writes counts the writes so far at the services that are well. One that is
// broken for good may be tried again after its own windows, which can be days;
// how often is for noLoops to say.
func (l *life) writes() (n int) {
	for _, e := range l.journal() {
		if l.lost == nil || l.names[e.Op.Account] != l.lost.service.Name {
			n++
		}
	}
	return n
}

func (l *life) journal() []ledger.Entry {
	entries, err := l.store.Journal(l.t.Context(), store.JournalQuery{Limit: 1_000_000})
	l.must(err)
	return entries
}
