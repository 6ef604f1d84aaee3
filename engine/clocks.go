package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"watchkeeper/engine/ledger"
)

const (
	// heardLately is how long a service that was read may be waited for, because
	// its clock can tell whose clock was set.
	heardLately = 24 * time.Hour
	// bearable is a difference that no wrong conclusion follows from (R7).
	bearable = 10 * time.Minute
)

// keepTime holds the clocks against each other, now that accounts were read and
// before anything is believed (S11). Where nobody can tell whose clock was set,
// the others are asked in the same run. As long as one of them is not heard
// that may know, what came with a doubtful clock is not trusted; when there is
// none, the account gets a first look (R13). began is when reading began.
func (r *round) keepTime(ctx context.Context, began time.Time) error {
	line := &r.e.time
	moved := r.clocks()
	by, sure := clocks{moved, line.offset(), line.behind()}.settle()
	if !sure && !line.begun() {
		by, sure = 0, true // the first look at everything
	}
	switch {
	case setMeanwhile(began, r.e.cfg.Now()):
		r.doubtClocks(0)
		return nil
	case !sure && len(r.wish.Only) > 0 && !r.timed:
		r.wish.Only = nil
		return r.look(ctx)
	case !sure && r.mayKnow(moved), r.timed && by != 0:
		r.doubtClocks(bearable)
		return nil
	}
	r.timed = true
	if err := r.shiftTime(ctx, by); err != nil || sure {
		return err
	}
	for _, s := range r.doubtClocks(bearable) {
		s.account.Connected = r.run + 1
		if _, err := r.e.cfg.Store.PutAccount(ctx, s.account); err != nil {
			return err
		}
	}
	return nil
}

// setMeanwhile tells whether our clock was set while accounts were read: what
// was measured of theirs is worth nothing then.
func setMeanwhile(began, ended time.Time) bool {
	return !near(ended.Round(0).Sub(began.Round(0)), max(ended.Sub(began), 0))
}

// clocks lists by how much every clock moved that has a say: accounts of one
// service or one computer have one together.
func (r *round) clocks() (moved []time.Duration) {
	heard := map[string]bool{}
	for _, s := range r.sights {
		last := s.last()
		news := last.LastTrusted.Known() && s.account.Connected > last.Run || !last.LastTrusted.Known() && r.e.time.begun()
		if key := clockOf(s.account); s.timed() && !news && !heard[key] {
			heard[key] = true
			moved = append(moved, s.moved())
		}
	}
	return moved
}

// clockOf names the clock that an account is told the time by.
func clockOf(a ledger.Account) string {
	if at, err := url.Parse(a.Address); err == nil && at.Hostname() != "" {
		return at.Hostname()
	}
	return a.Provider + " " + a.ServerID
}

// timed tells whether the account was read in this run and told the time.
func (s *sight) timed() bool { return s.looked && s.stop == nil && s.snap.ClockKnown }

// last is what is believed of the account's latest trusted read.
func (s *sight) last() (last ledger.Trust) {
	for _, t := range s.trust {
		if t.LastTrusted > last.LastTrusted {
			last = t
		}
	}
	return last
}

// moved is by how much the service's clock went on faster than ours since the
// latest trusted read. One never read is expected to be right.
func (s *sight) moved() time.Duration {
	return time.Duration(s.snap.ClockMS-s.last().ClockMS) * time.Millisecond
}

// mayKnow tells whether an account was heard lately, by whatever clock, but not
// in this run.
func (r *round) mayKnow(moved []time.Duration) bool {
	earliest := r.e.now()
	for _, by := range moved {
		earliest = min(earliest, r.e.now().Add(by))
	}
	for _, s := range r.sights {
		if at := s.last().LastTrusted; !s.looked && !s.account.Paused && at.Known() && earliest.Sub(at) < heardLately {
			return true
		}
	}
	return false
}

// doubtClocks lets nothing be believed that came with a clock that moved by
// more than so much.
func (r *round) doubtClocks(most time.Duration) (doubtful []*sight) {
	for _, s := range r.sights {
		by := s.moved()
		known := s.last().LastTrusted.Known() && s.account.Connected <= s.last().Run
		if !s.looked || s.observed || most > 0 && !(s.timed() && known && max(by, -by) > most) {
			continue
		}
		doubtful = append(doubtful, s)
		for _, g := range s.views {
			if g != nil {
				g.reading.ClockDoubted = true
			}
		}
	}
	return doubtful
}

// shiftTime corrects our clock by so much more, for good.
func (r *round) shiftTime(ctx context.Context, by time.Duration) error {
	if by == 0 {
		return nil
	}
	ahead := r.e.time.shift(by)
	r.e.log.Warn("our clock was set; the services' clocks say by how much", "by", -by, "corrected by", ahead)
	value := json.RawMessage(fmt.Sprint(ahead.Milliseconds()))
	if err := r.e.cfg.Store.PutSettings(ctx, map[string]json.RawMessage{aheadSetting: value}); err != nil {
		return err
	}
	r.now = r.e.now()
	for _, s := range r.sights {
		if !s.looked || s.observed {
			continue
		}
		s.snap.ClockMS -= by.Milliseconds()
		s.snap.SignInEnds = s.snap.SignInEnds.Add(by)
		r.e.note(s.conn, s.snap)
		for _, g := range s.views {
			if g != nil {
				g.reading.Now, g.reading.ClockMS = r.now, s.snap.ClockMS
			}
		}
	}
	return r.e.shiftWaits(ctx, min(by, 0))
}

// shiftWaits moves what accounts wait for, so that no wait grows by the time
// that our clock was ahead.
func (e *Engine) shiftWaits(ctx context.Context, by time.Duration) error {
	waits, err := e.cfg.Store.Waits(ctx)
	if err != nil || by == 0 {
		return err
	}
	for _, w := range waits {
		w.Until, w.Since = w.Until.Add(by), w.Since.Add(by)
		if err := e.cfg.Store.PutWait(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
