package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"watchkeeper/engine/provider"
)

// heard is an account that counts who listens to it.
type heard struct {
	provider.Provider
	listening *atomic.Int32
}

func (h heard) Nudges(ctx context.Context, ready func(), _ func()) error {
	h.listening.Add(1)
	defer h.listening.Add(-1)
	ready()
	<-ctx.Done()
	return ctx.Err()
}

// What a push channel says is remembered by the adapter that heard it: an
// account that is opened anew listens anew, and one that is off not at all.
func TestWhoIsOpenListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		db, m, a := alone(t)
		var opened []*atomic.Int32
		e := at(db, m, func() provider.Provider {
			opened = append(opened, new(atomic.Int32))
			return heard{m.Provider(), opened[len(opened)-1]}
		})
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		listening := func(when string, want ...int32) {
			t.Helper()
			synctest.Wait()
			if len(opened) != len(want) {
				t.Fatalf("%s: opened %d times, want %d", when, len(opened), len(want))
			}
			for i, n := range want {
				if got := opened[i].Load(); got != n {
					t.Errorf("%s: %d listen to opening %d, want %d", when, got, i+1, n)
				}
			}
		}
		listening("at the start", 1)
		e.Disconnect(a.ID)
		if err := e.Changed(ctx); err != nil {
			t.Fatal(err)
		}
		listening("opened anew", 0, 1)
		a.Paused = true
		if _, err := db.PutAccount(ctx, a); err != nil {
			t.Fatal(err)
		}
		if err := e.Changed(ctx); err != nil {
			t.Fatal(err)
		}
		listening("paused", 0, 0)
		a.Paused = false
		if _, err := db.PutAccount(ctx, a); err != nil {
			t.Fatal(err)
		}
		if err := e.Changed(ctx); err != nil {
			t.Fatal(err)
		}
		listening("resumed", 0, 1)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		listening("ended", 0, 0)
	})
}
