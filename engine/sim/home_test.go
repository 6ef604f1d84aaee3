package sim

import (
	"context"
	"testing"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

func TestTwoListsAgree(t *testing.T) {
	ctx := context.Background()
	h, err := NewHome(1)
	if err != nil {
		t.Fatal(err)
	}
	me, err := h.Profile(ctx, "me")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := h.Add(ctx, me, "A", providertest.Tracker())
	b, _ := h.Add(ctx, me, "B", providertest.Tracker())
	for _, f := range media.Features {
		for _, r := range [][2]*Room{{a, b}, {b, a}} {
			if _, err := h.Route(ctx, ledger.Route{Profile: me, From: r[0].ID, To: r[1].ID, Feature: f, Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.Memory.Person().List(providertest.Film(1), h.Now())
	a.Memory.Person().List(providertest.Film(2), h.Now())
	a.Memory.Person().Rate(providertest.Film(4), 80, h.Now())
	b.Memory.Person().List(providertest.Film(3), h.Now())
	a.Memory.Person().Watch(providertest.Film(5), h.Now()-3600_000*30)
	a.Memory.Person().Pause(providertest.Film(6), 600_000, h.Now())
	for i := range 8 {
		out, err := h.Engine.Once(ctx, engine.Wish{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("run %d: %+v", i, out.Summary)
		for _, p := range out.Plans {
			for _, n := range p.NonOps {
				t.Logf("  %d %v %v", n.Account, n.Subject, n.Why)
			}
		}
		h.Later(30 * time.Minute)
		if i == 3 {
			a.Memory.Person().Unlist(providertest.Film(2), h.Now())
		}
	}
	t.Logf("A %+v", a.Memory.Truth())
	t.Logf("B %+v", b.Memory.Truth())
	for _, ac := range h.Engine.Status().Accounts {
		t.Logf("%+v", ac)
	}
}
