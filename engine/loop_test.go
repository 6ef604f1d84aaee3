package engine_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// nudging is an account that pushes when told to.
type nudging struct {
	provider.Provider
	push chan struct{}
}

func (n nudging) Nudges(ctx context.Context, ready func(), nudge func()) error {
	ready()
	for {
		select {
		case <-n.push:
			nudge()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// alone is a person with one account at one server, inside a bubble.
func alone(t *testing.T) (*store.Store, *providertest.Memory, ledger.Account) {
	t.Helper()
	db, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	m := providertest.New(providertest.Server(), func() media.Moment { return media.At(time.Now()) }, 1)
	me, err := db.PutProfile(t.Context(), ledger.Profile{Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	who := m.Profile().Identity
	a := ledger.Account{Profile: me, Provider: "server", Name: "server", ServerID: who.ServerID, UserID: who.UserID, Features: media.Features[:], Accepted: true}
	if a.ID, err = db.PutAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return db, m, a
}

// at is an engine that reaches the server through what open returns.
func at(db *store.Store, m *providertest.Memory, open func() provider.Provider) *engine.Engine {
	return engine.New(engine.Config{Store: db, Capabilities: func(string) (provider.Capabilities, bool) { return m.Profile().Caps, true },
		Open: func(context.Context, ledger.Account) (provider.Provider, error) { return open(), nil }})
}

// The loop runs in a bubble, where hours take no time.
func TestTheLoopKeepsItsTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		db, m, _ := alone(t)
		push := make(chan struct{})
		e := at(db, m, func() provider.Provider { return nudging{m.Provider(), push} })
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		looks := func(want int, when string) {
			t.Helper()
			synctest.Wait()
			if last, _ := db.LastRun(ctx); int(last) != want {
				t.Errorf("%s: %d runs, want %d", when, last, want)
			}
		}
		looks(1, "at the start")
		time.Sleep(16 * time.Minute)
		looks(2, "after a media server's interval")
		push <- struct{}{}
		time.Sleep(11 * time.Second)
		looks(3, "soon after a nudge")
		if err := e.Pause(ctx, media.At(time.Now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Minute)
		looks(3, "while paused")
		time.Sleep(15 * time.Minute)
		looks(4, "after the pause")
		e.SyncNow()
		looks(5, "when a person asks")
		cancel()
		if err := <-done; err != nil {
			t.Error(fmt.Errorf("the loop: %w", err))
		}
	})
}

// A program that died in a run picks it up when it starts again, and does not
// wait for the next interval.
func TestARunThatWasCutShortIsPickedUpAtTheStart(t *testing.T) {
	for _, died := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			db, m, _ := alone(t)
			live := func(want ledger.RunID) {
				t.Helper()
				e := at(db, m, m.Provider)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- e.Run(ctx) }()
				synctest.Wait()
				if last, _ := db.LastRun(ctx); last != want {
					t.Errorf("died %v: %d runs, want %d", died, last, want)
				}
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			live(1)
			time.Sleep(time.Minute)
			if !died {
				live(1) // nothing is due
				return
			}
			if _, err := db.BeginRun(t.Context(), media.At(time.Now())); err != nil {
				t.Fatal(err)
			}
			live(3)
		})
	}
}
