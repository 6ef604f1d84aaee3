package scenario

import (
	"context"
	"errors"
	"slices"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/sim"
)

// Survive plays what happens in a scenario in a home whose program may die at
// any moment, and then goes on until every wait that the rules ask for is
// over. It asks nothing of the scenario's expectations, which speak of moments
// in an undisturbed life; the oracle judges every write. Whatever runs the
// program is handed to through, which calls it again until the program lived
// to its end.
//
// After a death a question may never come up that the scenario answers, because
// what asks it happened otherwise in time: then there is nothing to answer.
func (s *Scenario) Survive(ctx context.Context, home *sim.Home, through func(do func() error) error) (Said, error) {
	died := false
	live := func(do func() error) error {
		lives := 0
		defer func() { died = died || lives > 1 }()
		return through(func() error { lives++; return do() })
	}
	runs := func(ctx context.Context, _ *stage, wish engine.Wish) (out engine.Outcome, err error) {
		err = live(func() error { out, err = home.Engine.Once(ctx, wish); return err })
		return out, err
	}
	st, err := newStage(ctx, home, runs)
	if err != nil {
		return Said{}, err
	}
	for _, line := range s.steps {
		if line.kind != happens {
			continue
		}
		do := func() error { return line.do(ctx, st) }
		if line.tells {
			do = func() error { return st.told(ctx, line, live) }
		}
		if err := do(); err != nil && !(died && errors.Is(err, errNothingWaits)) {
			return st.said, &LineError{s.File, line.line, line.text, err}
		}
	}
	err = st.settle(ctx, live)
	return st.said, err
}

// Said is what people said whose meaning hangs on what there was at that moment.
type Said struct {
	Vain   []Vain
	Undone []ledger.Subject // what the runs wrote that were taken back
}

// Vain is what a person took away that was not there.
type Vain struct {
	Feature media.Feature
	Work    providertest.Work
}

// takesAway are the acts that say nothing where there is nothing to take away.
var takesAway = map[providertest.Verb]media.Feature{
	providertest.Unlist: media.Watchlist, providertest.Unrate: media.Ratings, providertest.ClearProgress: media.Progress,
	providertest.Unwatch: media.History, providertest.DeletePlay: media.History,
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

// settle runs until lags, windows, settle windows and second looks are over. An
// undo that said of a write that it is still under way is asked for once more
// when that is over (R24).
func (s *stage) settle(ctx context.Context, through func(do func() error) error) error {
	for i, spell := range []struct {
		runs int
		wait time.Duration
	}{{6, 31 * time.Minute}, {3, 13 * time.Hour}, {2, 31 * time.Minute}} {
		for range spell.runs {
			s.home.Later(spell.wait)
			if err := s.once(ctx, engine.Wish{}); err != nil {
				return err
			}
		}
		if i == 0 && len(s.left) > 0 {
			if err := through(func() error { return s.undoLeft(ctx) }); err != nil {
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

// Steady tells whether no service changes by being asked: there is no weather,
// nothing old is shown, and nobody acts in the midst of a run.
func (s *Scenario) Steady() bool {
	return !slices.ContainsFunc(s.steps, func(line step) bool { return line.moody })
}
