package sim

import (
	"context"
	"time"

	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// armed lets the program die at an account's next write. What is on disk at
// that moment is all that is left of it.
func (l *life) armed() {
	if len(l.killAt) != 2 || l.home.Room(l.killAt[0]) == nil {
		return
	}
	die := func() {
		if l.dead != nil {
			return
		}
		l.dead, _ = l.home.Store.Scratch(context.Background())
		l.copied = l.home.RunCopy()
		l.stop()
	}
	weather := l.home.Room(l.killAt[0]).Memory.Weather()
	if l.killAt[1] == "before" {
		weather.Before(providertest.Writes, die)
	} else {
		weather.After(providertest.Writes, die)
	}
	l.killAt = nil
}

// buried starts the program anew from what it left, if it died.
func (l *life) buried() {
	if l.dead == nil {
		return
	}
	l.counts["killed"]++
	l.home.SetRunCopy(l.copied)
	l.replace(l.dead)
	l.dead = nil
}

// replace makes another state the one that the program starts from.
func (l *life) replace(db *store.Store) {
	l.home.Store.Close()
	l.home.Restore(db)
}

// backup keeps the state as it is now.
func (l *life) backup(ctx context.Context) (err error) {
	if l.saved != nil {
		l.saved.Close()
	}
	l.saved, err = l.home.Store.Scratch(ctx)
	return err
}

// restore makes the backup the state, if there is one. What the program knew
// since is lost.
func (l *life) restore(ctx context.Context) error {
	if l.saved == nil {
		return nil
	}
	l.counts["restored"]++
	last, err := l.saved.LastRun(ctx)
	if err != nil {
		return err
	}
	l.judge.forgot(last < l.home.RunCopy())
	l.wrote = 0
	l.replace(l.saved)
	l.saved = nil
	return nil
}

// jump sets our own clock so far ahead of the true time.
func (l *life) jump(ahead time.Duration) {
	l.counts["jump"]++
	l.home.SetClock(ahead)
}

// close lets go of every state.
func (l *life) close() {
	l.home.Store.Close()
	if l.saved != nil {
		l.saved.Close()
	}
}
