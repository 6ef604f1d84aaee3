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

// listeners are the push channels that are open or being opened.
type listeners struct {
	sync.WaitGroup
	open map[ledger.AccountID]context.CancelFunc
}

// listen keeps a push channel open for every account that takes part and
// closes those of the others. A nudge only means "look soon". All end with ctx.
func (e *Engine) listen(ctx context.Context, l *listeners) {
	accounts, err := e.cfg.Store.Accounts(ctx)
	if err != nil {
		e.log.Error("the push channels stay as they are", "error", err)
		return
	}
	if l.open == nil {
		l.open = map[ledger.AccountID]context.CancelFunc{}
	}
	for _, a := range accounts {
		stop, listening := l.open[a.ID]
		on := !a.Removed && !a.Paused
		switch {
		case on && !listening:
			ear, cancel := context.WithCancel(ctx)
			l.open[a.ID] = cancel
			l.Go(func() { e.listenTo(ear, a) })
		case !on && listening:
			stop()
			delete(l.open, a.ID)
		}
	}
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
