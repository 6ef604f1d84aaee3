package engine

import (
	"context"
	"errors"
	"maps"
)

// preview looks and decides on a scratch copy of the state, writes to no
// account and throws the copy away: nothing that is believed changes (R20,
// S18).
func (e *Engine) preview(ctx context.Context, wish Wish) (Outcome, error) {
	scratch, err := e.cfg.Store.Scratch(ctx)
	if err != nil {
		return Outcome{}, err
	}
	e.mu.Lock()
	shadow := &Engine{cfg: e.cfg, log: e.log, time: timeline{wall: e.cfg.Now}, open: e.open, newer: make(chan struct{}), wake: make(chan struct{}, 1), full: maps.Clone(e.full)}
	e.mu.Unlock()
	shadow.cfg.Store, shadow.cfg.RunCopy = scratch, nil
	out, err := shadow.once(ctx, wish)
	return out, errors.Join(err, scratch.Close())
}
