package engine

import (
	"context"
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

// listen opens the push channel of every account that has one. A nudge only
// means "look soon". The returned function waits until all have ended, which
// they do with ctx.
func (e *Engine) listen(ctx context.Context) (wait func()) {
	accounts, err := e.cfg.Store.Accounts(ctx)
	if err != nil {
		e.log.Error("no push channel was opened", "error", err)
		return func() {}
	}
	var all sync.WaitGroup
	for _, a := range accounts {
		if !a.Removed && !a.Paused {
			all.Go(func() { e.listenTo(ctx, a) })
		}
	}
	return all.Wait
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
	e.wantFull(id)
	e.event(func(s schedule.State) schedule.State { return s.Nudge(id, e.now()) })
}
