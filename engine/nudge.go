package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/schedule"
)

// Push channels that are lost are opened again after 5 s, 10 s … 5 minutes.
const (
	firstReopen = 5 * time.Second
	lastReopen  = 5 * time.Minute
)

// listen keeps a push channel open for every account that takes part and
// closes those of the others. A nudge only means "look soon". All end with ctx.
func (e *Engine) listen(ctx context.Context, all *sync.WaitGroup) {
	unheard := e.unheard()
	if len(unheard) == 0 {
		return
	}
	accounts, err := e.cfg.Store.Accounts(ctx)
	if err != nil {
		e.log.Error("the push channels stay as they are", "error", err)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range accounts {
		if slices.Contains(unheard, a.ID) {
			ear, stop := context.WithCancel(ctx)
			e.ears[a.ID] = stop
			all.Go(func() { e.listenTo(ear, a) })
		}
	}
}

// unheard are the accounts that take part and that nobody listens to; who
// listens to another is stopped.
func (e *Engine) unheard() (out []ledger.AccountID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range e.timetable.Accounts {
		stop, heard := e.ears[a.ID]
		switch {
		case !a.Off && !heard:
			out = append(out, a.ID)
		case a.Off && heard:
			stop()
			delete(e.ears, a.ID)
		}
	}
	return out
}

func (e *Engine) listenTo(ctx context.Context, a ledger.Account) {
	pause := firstReopen
	for ctx.Err() == nil {
		conn, failed := e.connect(ctx, a)
		if failed == nil {
			n, can := conn.provider.(provider.Nudger)
			if !can {
				return
			}
			ready := func() { pause = firstReopen; e.wantFull(a.ID) }
			if err := n.Nudges(ctx, ready, func() { e.nudged(a.ID) }); err != nil && ctx.Err() == nil {
				e.log.Debug("the push channel was lost", "account", a.Name, "error", err)
			}
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		pause = min(2*pause, lastReopen)
	}
}

func (e *Engine) nudged(id ledger.AccountID) {
	e.event(func(s schedule.State) schedule.State { return s.Nudge(id, e.now()) })
}
