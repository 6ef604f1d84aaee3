package world

import (
	"context"
	"encoding/json"
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

// works in every life: a third is watched, a third rated, a third listed, so
// that what services do by themselves to the other features stays apart.
const works = 18

type role int

const (
	toWatch role = iota
	toRate
	toList
)

func roleOf(work int) role { return role(work / 3 % 3) }

// life is one installation with one person in one simulated time.
type life struct {
	t      *testing.T
	chance *rand.Rand
	places []*place
	store  *store.Store
	engine *engine.Engine
	// What the person did, by work: viewings, and whether something was ever
	// said or taken back.
	views       [works]int
	said, taken [works]bool
	story       []string
}

func TestLives(t *testing.T) {
	for n := range *seeds {
		seed := *first + n
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(start))
				l := begin(t, uint64(seed))
				l.hurry(*pace)
				l.live(*weeks * 7)
			})
		})
	}
}

// A day at the program's own pace stays within every free allowance, too.
func TestADayAtItsOwnPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		begin(t, 1).live(0)
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

func begin(t *testing.T, seed uint64) *life {
	l := &life{t: t, chance: rand.New(rand.NewPCG(seed, 1))}
	net := fakekit.NewInternet()
	for _, s := range providers.All(nil) {
		make := builders[s.Name]
		switch {
		case *at != "" && !slices.Contains(strings.Split(*at, ","), s.Name):
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
	l.engine = engine.New(engine.Config{Store: l.store, Open: func(_ context.Context, a ledger.Account) (provider.Provider, error) {
		p := l.place(a.Name)
		return p.service.Open(p.env)
	}, Capabilities: func(name string) (provider.Capabilities, bool) { return l.place(name).service.Capabilities, true }})
	return l
}

func (l *life) place(name string) *place {
	return l.places[slices.IndexFunc(l.places, func(p *place) bool { return p.service.Name == name })]
}

// connect lets every account follow every other one, removals too.
func (l *life) connect() {
	ctx := l.t.Context()
	me, err := l.store.PutProfile(ctx, ledger.Profile{Name: "anna"})
	l.must(err)
	var ids []ledger.AccountID
	for _, p := range l.places {
		id, err := l.store.PutAccount(ctx, ledger.Account{Profile: me, Provider: p.service.Name, Name: p.service.Name, Address: p.env.Address,
			ServerID: p.who.ServerID, UserID: p.who.UserID, UserName: p.who.UserName, Features: media.Features[:], Accepted: true})
		l.must(err)
		ids = append(ids, id)
	}
	for _, from := range ids {
		for _, to := range ids {
			for _, f := range media.Features {
				if from == to {
					continue
				}
				_, err := l.store.PutRoute(ctx, ledger.Route{Profile: me, From: from, To: to, Feature: f, Mode: ledger.KeepSame,
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
	ctx, stop := context.WithCancel(l.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.engine.Run(ctx) }()
	most := map[string]int{}
	for day := range days {
		time.Sleep(2 * time.Hour)
		bad := l.weather(day)
		time.Sleep(8 * time.Hour)
		l.act(day)
		time.Sleep(8 * time.Hour)
		if bad != nil {
			bad.weather.Clear()
		}
		time.Sleep(5 * time.Hour)
		l.answer()
		time.Sleep(time.Hour)
		l.tally(day, most)
	}
	for range min(days, 4) {
		time.Sleep(24 * time.Hour)
		l.answer()
		l.tally(days, most)
	}
	quiet := l.writes()
	time.Sleep(24 * time.Hour)
	if now := l.writes(); now != quiet {
		l.t.Errorf("a day without a person or weather wrote %d times", now-quiet)
	}
	l.tally(days, most)
	l.judge()
	stop()
	l.must(<-ended)
	l.must(l.store.Close())
	for _, name := range slices.Sorted(maps.Keys(most)) {
		l.t.Logf("%s: at most %d requests a day", name, most[name])
	}
	if l.t.Failed() {
		l.t.Log("\n" + strings.Join(l.story, "\n"))
	}
}

func (l *life) note(format string, args ...any) {
	l.story = append(l.story, fmt.Sprintf(format, args...))
}

// act lets the person do a few things, each with another work.
func (l *life) act(day int) {
	for _, w := range l.chance.Perm(works)[:3] {
		p := l.places[l.chance.IntN(len(l.places))]
		switch roleOf(w) {
		case toWatch:
			p.watch(w)
			l.views[w]++
		case toRate:
			if p.rate == nil {
				continue
			}
			n := l.chance.IntN(11)
			if n == 0 && p.rated(w) == 0 {
				continue
			}
			p.rate(w, n)
			l.said[w], l.taken[w] = true, l.taken[w] || n == 0
			l.note("day %d: %d rated %d at %s", day, w, n, p.service.Name)
			continue
		case toList:
			on := !p.listed(w)
			p.list(w, on)
			l.said[w], l.taken[w] = true, l.taken[w] || !on
			l.note("day %d: %d listed %v at %s", day, w, on, p.service.Name)
			continue
		}
		l.note("day %d: %d watched at %s", day, w, p.service.Name)
	}
}

// weather befalls one service on two days of three and is returned.
func (l *life) weather(day int) *place {
	p := l.places[l.chance.IntN(len(l.places))]
	kinds := []string{"", "down", "too many", "truncated"}
	kind := kinds[l.chance.IntN(len(kinds))]
	switch kind {
	case "down":
		p.weather.On(kind, "*", -1, fakekit.Status(503))
	case "too many":
		p.weather.On(kind, "*", -1, fakekit.Status(429, "Retry-After", "1800"))
	case "truncated":
		if !p.announces && !*lies {
			return nil
		}
		p.weather.On(kind, "GET *", -1, fakekit.Changed(halved))
	default:
		return nil
	}
	l.note("day %d: %s is %s", day, p.service.Name, kind)
	return p
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
// where a list was not believed.
func (l *life) answer() {
	holds, err := l.store.Holds(l.t.Context(), ledger.HoldOpen)
	l.must(err)
	for _, h := range holds {
		answer := ledger.DoIt
		if len(h.Ops) == 0 {
			answer = ledger.ReadAgain
		}
		l.note("hold %s at account %d for %s: %s (%v)", h.Guard, h.Target, h.Feature, answer, h.Evidence)
		if err := l.engine.Answer(l.t.Context(), h.ID, answer, nil); err != nil {
			l.note("answer: %v", err)
		}
	}
	if len(holds) > 0 {
		l.engine.SyncNow()
	}
}

// tally holds the requests of a day against what is free.
func (l *life) tally(day int, most map[string]int) {
	for _, p := range l.places {
		n := len(p.record.Calls())
		p.record.Reset()
		most[p.service.Name] = max(most[p.service.Name], n)
		if n > p.daily {
			l.t.Errorf("day %d: %s was asked %d times, more than %d", day, p.service.Name, n, p.daily)
		}
	}
}

// writes counts all writes so far.
func (l *life) writes() int {
	entries, err := l.store.Journal(l.t.Context(), store.JournalQuery{Limit: 1_000_000})
	l.must(err)
	return len(entries)
}
