package sim

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

var (
	seeds = flag.Int("seeds", usualSeeds, "random lives")
	first = flag.Uint64("seed", 0, "the first of them")
	tape  = flag.String("tape", "", "a file with one life to live and to tell instead")
	keep  = flag.String("keep", "", "a folder for the shrunk tapes of lives that fail")
)

// lives lives many seeds at once and returns what came of each, in order.
func lives(t *testing.T, from uint64, n int) []Verdict {
	out := make([]Verdict, n)
	var todo sync.WaitGroup
	next := make(chan int)
	for range runtime.NumCPU() {
		todo.Go(func() {
			for i := range next {
				v, err := liveOne(from + uint64(i))
				if err != nil {
					t.Errorf("seed %d: %v", from+uint64(i), err)
				}
				out[i] = v
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	todo.Wait()
	return out
}

// liveOne lives a seed; every fiftieth twice, to prove that it is the same life.
func liveOne(seed uint64) (Verdict, error) {
	v, err := Live(Draw(seed))
	if err != nil || seed%50 != 49 {
		return v, err
	}
	again, err := Live(Draw(seed))
	if err == nil && again.Trace != v.Trace {
		err = fmt.Errorf("lived twice it leaves the traces %s and %s", v.Trace, again.Trace)
	}
	v.Counts["lived twice"]++
	return v, err
}

// Tier 2: whole lives of the real engine. A failing one is shrunk and printed
// with the command that lives it again.
func TestLives(t *testing.T) {
	if *tape != "" {
		tell(t, *tape)
		return
	}
	var c campaign
	for i, v := range lives(t, *first, *seeds) {
		c.add(v)
		if len(v.Wrong) > 0 && c.wrong() <= 12 {
			report(t, *first+uint64(i), v)
		}
	}
	for _, line := range c.lines() {
		t.Log(line)
	}
	if c.wrong() > 0 {
		t.Errorf("lives that went wrong: %v", c.byProperty)
	}
	for _, lack := range c.lacks() {
		t.Error(lack)
	}
}

// tell lives the tape of a file, or "seed N", and prints what happens.
func tell(t *testing.T, name string) {
	var life Tape
	if seed, drawn := strings.CutPrefix(name, "seed "); drawn {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		life = Draw(n)
	} else {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if life, err = ParseTape(string(text)); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Tell(life, func(line string) { fmt.Println(line) })
	if err != nil || len(v.Wrong) > 0 {
		t.Errorf("%v %v", err, v.Wrong)
	}
}

// Every regression is a life that went wrong once.
func TestRegressions(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "regressions", "*.txt"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no regressions: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tape, err := ParseTape(string(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if v, err := Live(tape); err != nil || len(v.Wrong) > 0 {
			t.Errorf("%s: %v %v", name, err, v.Wrong)
		}
	}
}

// The same seed is the same life, and a tape reads back as it was printed.
func TestLivesAreTheSameTwice(t *testing.T) {
	tape := Draw(2)
	again, err := ParseTape(tape.String())
	if err != nil || again.String() != tape.String() {
		t.Fatalf("the tape reads back differently: %v", err)
	}
	one, err := Live(tape)
	if err != nil {
		t.Fatal(err)
	}
	two, err := Live(again)
	if err != nil || one.Trace != two.Trace {
		t.Errorf("traces %s and %s: %v", one.Trace, two.Trace, err)
	}
	if other, err := Live(Draw(5)); err != nil || other.Trace == one.Trace {
		t.Errorf("another seed leaves the same trace: %v", err)
	}
}

// judged is a life with a person in it that the test leads by hand.
func judged(t *testing.T) *life {
	t.Helper()
	home, err := NewHome(1)
	if err != nil {
		t.Fatal(err)
	}
	l := &life{home: home, counts: map[string]int{}, broken: map[string]bool{}}
	l.judge = newJudge(l)
	if l.me, err = home.Profile(t.Context(), "me"); err != nil {
		t.Fatal(err)
	}
	return l
}

// The judge can be hard: what nobody did is not done unnoticed.
func TestTheJudgeSees(t *testing.T) {
	l := judged(t)
	home := l.home
	if err := l.account(t.Context(), "A", "tracker"); err != nil {
		t.Fatal(err)
	}
	room, film := home.Room("A"), providertest.Film(1)
	write := func(a provider.Action, f media.Feature, before, after media.Value) sent {
		return sent{who: "A", nth: 1, op: ledger.Op{ID: "1-1", Old: before, Cause: ledger.Cause{Account: 2, Seq: 1}}, Write: providertest.Write{
			Sent: home.Now(), User: room.Memory.Profile().Identity.UserID, Work: film, Stored: true, Before: before, After: after,
			Change: provider.Change{Action: a, Feature: f, Old: before, New: after, Item: media.Item{Kind: media.Film}}}}
	}
	forgetful := write(provider.Remove, media.Watchlist, media.Listed(), media.Value{})
	forgetful.op.Old = media.Value{}
	for property, s := range map[string]sent{
		"S12": forgetful,
		"S1":  write(provider.Remove, media.Watchlist, media.Listed(), media.Value{}),
		"S9":  write(provider.Add, media.Watchlist, media.Value{}, media.Listed()),
	} {
		l.judge.wrong = nil
		l.judge.write(room, s)
		if len(l.judge.wrong) == 0 || l.judge.wrong[0].Property != property {
			t.Errorf("%s passes: %v", s, l.judge.wrong)
		}
	}
	l.judge.wrong = nil
	l.judge.yes = []ledger.Op{{Account: 1, Action: provider.Remove}}
	l.judge.askedAgain(ledger.Hold{Guard: ledger.GuardRemovals, Ops: l.judge.yes})
	if len(l.judge.wrong) == 0 || l.judge.wrong[0].Property != "L6" {
		t.Errorf("an answered question passes when it is asked again: %v", l.judge.wrong)
	}
	l.judge.wrong = nil
	l.judge.bounded(map[shelf]int{{"A", media.Watchlist}: 9})
	if len(l.judge.wrong) == 0 {
		t.Error("nine removals at an account that was never read pass")
	}
}

func report(t *testing.T, seed uint64, v Verdict) {
	t.Errorf("seed %d: %s\nagain: go test ./engine/sim -run TestLives -seed=%d -seeds=1", seed, v.Wrong[0], seed)
	if *keep != "" {
		tape := Shrink(Draw(seed), v.Wrong[0])
		name := filepath.Join(*keep, fmt.Sprintf("%s-%d.txt", strings.ToLower(v.Wrong[0].Property), seed))
		again, _ := Live(tape)
		if err := os.WriteFile(name, fmt.Appendf(nil, "# %v\n%s", again.Wrong, tape), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// Where a list tells no times, what looks like a write that was lost is excused as
// long as that write is expected, and no longer.
func TestTheJudgeKnowsLostWrites(t *testing.T) {
	l := judged(t)
	for name, kind := range map[string]string{"A": "nostamp", "B": "simkl"} {
		if err := l.account(t.Context(), name, kind); err != nil {
			t.Fatal(err)
		}
	}
	film := topic{providertest.Film(1), media.Watchlist}
	s := sent{Write: providertest.Write{Work: film.work, Change: provider.Change{Action: provider.Remove, Feature: film.feature}}}
	for _, c := range []struct {
		who     string
		reads   int
		set     bool
		excused bool
	}{{"A", 0, true, true}, {"A", 19, true, true}, {"A", 20, true, false}, {"A", 0, false, false}, {"B", 0, true, false}} {
		l.judge.unsent[asked{c.who, film}] = []int{1}
		var reads []look
		for n := range c.reads {
			reads = append(reads, look{nth: n + 2})
		}
		l.judge.reads[shelf{c.who, film.feature}] = reads
		if got := l.judge.likeOurs(told{who: c.who, nth: c.reads + 2, set: c.set}, s); got != c.excused {
			t.Errorf("%+v: %v", c, got)
		}
		if early := l.judge.likeOurs(told{who: c.who, nth: 1, set: c.set}, s); early {
			t.Errorf("%+v: said before that write", c)
		}
	}
}
