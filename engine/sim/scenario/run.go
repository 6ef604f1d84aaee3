package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"watchkeeper/engine/sim"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
	"watchkeeper/engine/undo"
)

// actor is what runs in a scenario: the engine, or a control in its place.
type actor func(ctx context.Context, s *stage, wish engine.Wish) (engine.Outcome, error)

func theEngine(ctx context.Context, s *stage, wish engine.Wish) (engine.Outcome, error) {
	return s.home.Engine.Once(ctx, wish)
}

// stage is a scenario under way.
type stage struct {
	home    *sim.Home
	actor   actor
	persons map[string]ledger.ProfileID
	person  ledger.ProfileID
	last    engine.Outcome
	undone  undo.Undo
	meant   []ledger.RunID // what is being undone, by one who asks again
	left    []ledger.Op    // not undone, because they were still under way
	// leftSince is how many acts there had been by then.
	leftSince int
	kept      *store.Store // the backup
	ends      *ending      // of the next run
	said      Said
	oracle    oracle
	counted   map[string]int // writes already counted, by account
	// pictures of accounts, to be shown again later.
	pictures map[string]providertest.Picture
}

// ending cuts the next run short.
type ending struct {
	account string
	before  bool // before the writes reach the service
	crash   bool // the program is gone; else it was asked to stop
}

// usual is the time between two runs.
const usual = 30 * time.Minute

// Play plays a scenario with the engine. The error is a *LineError.
func (s *Scenario) Play(ctx context.Context) error {
	return s.play(ctx, theEngine, func(step) bool { return true })
}

// play plays the lines that are picked; what happens always is.
func (s *Scenario) play(ctx context.Context, a actor, pick func(step) bool) error {
	home, err := sim.NewHome(1)
	if err != nil {
		return err
	}
	st, err := newStage(ctx, home, a)
	if err != nil {
		return err
	}
	for _, line := range s.steps {
		if line.kind != happens && !pick(line) {
			continue
		}
		if err := line.do(ctx, st); err != nil {
			return &LineError{s.File, line.line, line.text, err}
		}
	}
	if s.loud {
		return nil
	}
	if err := st.rests(ctx); err != nil {
		return &LineError{s.File, s.steps[len(s.steps)-1].line, "afterwards", err}
	}
	return nil
}

func newStage(ctx context.Context, home *sim.Home, a actor) (*stage, error) {
	st := &stage{home: home, actor: a, persons: map[string]ledger.ProfileID{}, counted: map[string]int{}, pictures: map[string]providertest.Picture{}}
	st.oracle.stage = st
	var err error
	st.person, err = home.Profile(ctx, "me")
	st.persons["me"] = st.person
	return st, err
}

// rests runs three times more: nothing may be written (L2).
func (s *stage) rests(ctx context.Context) error {
	for range 3 {
		before := s.writes()
		if err := s.once(ctx, engine.Wish{}); err != nil {
			return err
		}
		if s.writes() != before {
			return fmt.Errorf("%d writes in a run after everything was done: %s", s.writes()-before, s.latest())
		}
		s.home.Later(usual)
	}
	return nil
}

// writes counts every change that any service took.
func (s *stage) writes() (n int) {
	for _, name := range s.home.Names() {
		n += len(s.home.Room(name).Memory.Writes())
	}
	return n
}

// latest describes the last write of every account.
func (s *stage) latest() string {
	var out []string
	for _, name := range s.home.Names() {
		if all := s.home.Room(name).Memory.Writes(); len(all) > 0 {
			w := all[len(all)-1]
			out = append(out, fmt.Sprintf("%s: %s %s %s (%s, stored %t)", name, w.Change.Action, w.Change.Feature, w.Work, w.Outcome, w.Stored))
		}
	}
	return strings.Join(out, "; ")
}

func (s *stage) lastRun() ledger.RunID {
	run, err := s.home.Store.LastRun(context.Background())
	if err != nil {
		return 0
	}
	return run
}

// once is one run, which may end before its time.
func (s *stage) once(ctx context.Context, wish engine.Wish) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	end := s.ends
	s.ends = nil
	var after *store.Store
	var copied ledger.RunID
	if end != nil {
		w := s.home.Room(end.account).Memory.Weather()
		hook := w.After
		if end.before {
			hook = w.Before
		}
		hook(providertest.Writes, func() {
			if end.crash {
				after, _ = s.home.Store.Scratch(context.WithoutCancel(ctx))
				copied = s.home.RunCopy()
			}
			cancel()
		})
	}
	out, err := s.actor(ctx, s, wish)
	s.last = out
	if after != nil {
		s.home.SetRunCopy(copied)
		s.home.Restore(after)
	}
	return errors.Join(err, s.oracle.judge())
}

func (p *parser) run(words []string) (step, error) {
	n, every := 1, usual
	var wish engine.Wish
	var only []string
	var fails string
	for len(words) > 0 {
		word, rest := words[0], words[1:]
		var err error
		switch {
		case word == "every" && len(rest) > 0:
			every, err = span(rest[0])
			rest = rest[1:]
		case word == "only" && len(rest) > 0:
			only = strings.Split(rest[0], ",")
			err = p.known(only...)
			rest = rest[1:]
		case word == "fails" && len(rest) > 0:
			fails, rest = strings.Join(rest, " "), nil
		case word == "fresh":
			wish.Fresh = true
		case word == "asked":
			wish.Asked = true
		default:
			n, err = count(word)
		}
		if err != nil {
			return step{}, err
		}
		words = rest
	}
	if n > 3000 {
		return step{}, fmt.Errorf("%d runs are too many", n)
	}
	kind := happens
	if fails != "" {
		kind = asksStore
	}
	return step{kind: kind, do: func(ctx context.Context, s *stage) error {
		wish := wish
		for _, name := range only {
			wish.Only = append(wish.Only, s.home.Room(name).ID)
		}
		for range n {
			err := s.once(ctx, wish)
			if fails != "" && (err == nil || !strings.Contains(err.Error(), fails)) {
				return fmt.Errorf("ended with %v", err)
			}
			if fails == "" && err != nil {
				return err
			}
			s.home.Later(every)
		}
		return nil
	}}, nil
}

func (p *parser) preview(words []string) (step, error) {
	if err := want(words, 0, 0); err != nil {
		return step{}, err
	}
	return step{do: func(ctx context.Context, s *stage) error {
		writes, run, holds := s.writes(), s.lastRun(), len(s.home.Engine.Status().Holds)
		if err := s.once(ctx, engine.Wish{Preview: true, Explain: true}); err != nil {
			return err
		}
		if s.writes() != writes || s.lastRun() != run || len(s.home.Engine.Status().Holds) != holds {
			return errors.New("the preview changed something")
		}
		return nil
	}}, nil
}

func (p *parser) later(words []string) (step, error) {
	if err := want(words, 1, 1); err != nil {
		return step{}, err
	}
	d, err := span(words[0])
	return step{do: func(_ context.Context, s *stage) error { s.home.Later(d); return nil }}, err
}

func (p *parser) ourClock(words []string) (step, error) {
	if err := want(words, 1, 1); err != nil {
		return step{}, err
	}
	d, err := span(words[0])
	return step{do: func(_ context.Context, s *stage) error { s.home.SetClock(d); return nil }}, err
}

func (p *parser) restart(words []string) (step, error) {
	return step{do: func(_ context.Context, s *stage) error { s.home.Restart(); return nil }}, want(words, 0, 0)
}

func (p *parser) backup(words []string) (step, error) {
	return step{ends: true, do: func(ctx context.Context, s *stage) (err error) {
		s.kept, err = s.home.Store.Scratch(ctx)
		return err
	}}, want(words, 0, 0)
}

func (p *parser) restore(words []string) (step, error) {
	return step{ends: true, do: func(_ context.Context, s *stage) error {
		if s.kept == nil {
			return errors.New("there is no backup")
		}
		s.home.Restore(s.kept)
		return nil
	}}, want(words, 0, 0)
}

// ending reads A before-writes|after-writes.
func (p *parser) ending(words []string, crash bool) (step, error) {
	if err := want(words, 2, 2); err != nil {
		return step{}, err
	}
	if err := p.known(words[0]); err != nil {
		return step{}, err
	}
	before, err := oneOf("moment", words[1], map[string]bool{"before-writes": true, "after-writes": false})
	return step{ends: true, do: func(_ context.Context, s *stage) error {
		s.ends = &ending{account: words[0], before: before, crash: crash}
		return nil
	}}, err
}

func (p *parser) crash(words []string) (step, error)  { return p.ending(words, true) }
func (p *parser) cancel(words []string) (step, error) { return p.ending(words, false) }

// act reads VERB WORK... [at T].
func (p *parser) act(name string, words []string) (step, error) {
	verb, err := oneOf("act", words[0], verbs)
	if err != nil {
		return step{}, err
	}
	words, at, err := dated(words[1:])
	if err != nil {
		return step{}, err
	}
	return p.acts(name, verb, words, at)
}

func (p *parser) acts(name string, verb providertest.Verb, words []string, at when) (step, error) {
	list, err := things(words)
	if err != nil || len(list) == 0 {
		return step{}, errors.Join(err, want(words, 1, anyNumber))
	}
	var all []providertest.Act
	for _, t := range list {
		n, err := number(verb, t.value)
		if err != nil {
			return step{}, err
		}
		all = append(all, providertest.Act{Verb: verb, Work: t.work, N: n})
	}
	return step{do: func(_ context.Context, s *stage) error {
		for _, a := range all {
			a.At = at.moment(s.home.Now())
			memory := s.home.Room(name).Memory
			before := fmt.Sprint(memory.Truth())
			if err := memory.Act(a); err != nil {
				return err
			}
			if f, takes := takesAway[a.Verb]; takes && before == fmt.Sprint(memory.Truth()) {
				s.said.Vain = append(s.said.Vain, Vain{f, a.Work})
			}
			s.oracle.acted(name, a)
		}
		return nil
	}}, nil
}

// when reads A reads|writes|looks-up: ACT.
func (p *parser) when(words []string) (step, error) {
	if err := want(words, 5, anyNumber); err != nil {
		return step{}, err
	}
	call, err := oneOf("call", strings.TrimSuffix(words[1], ":"), calls)
	if err != nil {
		return step{}, err
	}
	if err := p.known(words[0], words[2]); err != nil {
		return step{}, err
	}
	act, err := p.act(words[2], words[3:])
	return step{moody: true, do: func(_ context.Context, s *stage) error {
		s.home.Room(words[0]).Memory.Weather().After(call, func() {
			// An act that the service refuses shows in the truth.
			_ = act.do(context.Background(), s)
		})
		return nil
	}}, err
}

// route makes or changes one route.
func (s *stage) route(ctx context.Context, end [2]string, f media.Feature, r ledger.Route) error {
	r.Profile, r.Feature = s.person, f
	r.From, r.To = s.home.Room(end[0]).ID, s.home.Room(end[1]).ID
	routes, err := s.home.Store.Routes(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(routes, func(old ledger.Route) bool { return old.From == r.From && old.To == r.To && old.Feature == f })
	if i >= 0 {
		r.ID, r.RemovalsSince = routes[i].ID, routes[i].RemovalsSince
		if routes[i].Removals != r.Removals {
			r.RemovalsSince = s.lastRun() + 1
		}
	}
	_, err = s.home.Route(ctx, r)
	return err
}
