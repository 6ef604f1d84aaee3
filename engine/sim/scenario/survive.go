package scenario

import (
	"context"
	"slices"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/sim"
)

// Survive plays what happens in a scenario in a home whose program may die at
// any moment, and then goes on until every wait that the rules ask for is
// over. It asks nothing of the scenario's expectations, which speak of moments
// in an undisturbed life; the oracle judges every write. Whatever runs the
// program is handed to through, which calls it again until the program lived
// to its end.
func (s *Scenario) Survive(ctx context.Context, home *sim.Home, through func(do func() error) error) error {
	runs := func(ctx context.Context, _ *stage, wish engine.Wish) (out engine.Outcome, err error) {
		err = through(func() error { out, err = home.Engine.Once(ctx, wish); return err })
		return out, err
	}
	st, err := newStage(ctx, home, runs)
	if err != nil {
		return err
	}
	for _, line := range s.steps {
		if line.kind != happens {
			continue
		}
		do := func() error { return line.do(ctx, st) }
		if line.tells {
			do = func() error { return st.told(ctx, line, through) }
		}
		if err := do(); err != nil {
			return &LineError{s.File, line.line, line.text, err}
		}
	}
	return st.settle(ctx)
}

// told tells the program something. A person whose program died before it
// acknowledged says the same again, unless it shows that it is done.
func (s *stage) told(ctx context.Context, line step, through func(do func() error) error) error {
	if runs, err := s.lastThatWrote(ctx); err == nil {
		s.meant = runs
	}
	defer func() { s.meant = nil }()
	again := false
	return through(func() error {
		err := line.do(ctx, s)
		if again {
			return nil
		}
		again = true
		return err
	})
}

// settle runs until lags, windows, settle windows and second looks are over.
func (s *stage) settle(ctx context.Context) error {
	for _, spell := range []struct {
		runs int
		wait time.Duration
	}{{6, 31 * time.Minute}, {3, 13 * time.Hour}, {2, 31 * time.Minute}} {
		for range spell.runs {
			s.home.Later(spell.wait)
			if err := s.once(ctx, engine.Wish{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Mortal tells whether the scenario can be played with other deaths than its
// own: it neither ends runs itself nor goes back to a backup.
func (s *Scenario) Mortal() bool {
	return !slices.ContainsFunc(s.steps, func(line step) bool { return line.ends })
}
