package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// bench is an installation of in-memory accounts for benchmarks.
type bench struct {
	engine   *engine.Engine
	accounts []*providertest.Memory
	clock    time.Time
}

func newBench(b *testing.B, n int, features ...media.Feature) *bench {
	b.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	me, err := db.PutProfile(ctx, ledger.Profile{Name: "me"})
	if err != nil {
		b.Fatal(err)
	}
	h := &bench{clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	var ids []ledger.AccountID
	for i := range n {
		p := providertest.Tracker()
		p.Identity.UserID = fmt.Sprint(i)
		h.accounts = append(h.accounts, providertest.New(p, func() media.Moment { return media.At(h.clock) }, uint64(i)))
		id, err := db.PutAccount(ctx, ledger.Account{Profile: me, Provider: "tracker", Name: fmt.Sprint(i), ServerID: p.Identity.ServerID,
			UserID: p.Identity.UserID, Features: features, Accepted: true})
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, id)
	}
	for _, from := range ids {
		for _, to := range ids {
			for _, f := range features {
				if from == to {
					continue
				}
				if _, err := db.PutRoute(ctx, ledger.Route{Profile: me, From: from, To: to, Feature: f, Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true}); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	h.engine = engine.New(engine.Config{Store: db, Now: func() time.Time { return h.clock },
		Open: func(_ context.Context, a ledger.Account) (provider.Provider, error) {
			return h.accounts[int(a.ID)-1].Provider(), nil
		},
		Capabilities: func(string) (provider.Capabilities, bool) { return providertest.Tracker().Caps, true }})
	return h
}

func (h *bench) run(b *testing.B, w engine.Wish) engine.Outcome {
	b.Helper()
	out, err := h.engine.Once(context.Background(), w)
	if err != nil {
		b.Fatal(err)
	}
	h.clock = h.clock.Add(30 * time.Minute)
	return out
}

func BenchmarkNothingChanged50k(b *testing.B) {
	h := newBench(b, 2, media.History)
	at := media.At(h.clock) - 365*24*3600_000
	for i := range 50_000 {
		for _, m := range h.accounts {
			m.Person().Watch(providertest.Film(i+1), at+media.Moment(i)*60_000)
		}
	}
	t := time.Now()
	out := h.run(b, engine.Wish{})
	b.Logf("first run %v %+v", time.Since(t), out.Summary.Added)
	h.run(b, engine.Wish{})
	b.ResetTimer()
	for b.Loop() {
		h.run(b, engine.Wish{Fresh: true})
	}
}
