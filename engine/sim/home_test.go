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

// pair is two accounts of one person that follow each other in everything.
func pair(t *testing.T, h *Home, person string) (a, b *Room) {
	t.Helper()
	ctx := context.Background()
	me, err := h.Profile(ctx, person)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = h.Add(ctx, me, person+"-a", providertest.Tracker()); err != nil {
		t.Fatal(err)
	}
	if b, err = h.Add(ctx, me, person+"-b", providertest.Tracker()); err != nil {
		t.Fatal(err)
	}
	for _, f := range media.Features {
		for _, r := range [][2]*Room{{a, b}, {b, a}} {
			route := ledger.Route{Profile: me, From: r[0].ID, To: r[1].ID, Feature: f, Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true}
			if _, err := h.Route(ctx, route); err != nil {
				t.Fatal(err)
			}
		}
	}
	return a, b
}

func runs(t *testing.T, h *Home, n int) (writes int) {
	t.Helper()
	for range n {
		out, err := h.Engine.Once(context.Background(), engine.Wish{})
		if err != nil {
			t.Fatal(err)
		}
		writes += out.Summary.Added + out.Summary.Updated + out.Summary.Removed + out.Summary.Failed + out.Summary.Unproven
		h.Later(30 * time.Minute)
	}
	return writes
}

func TestTwoAccountsAgreeInEverythingAndRest(t *testing.T) {
	h, err := NewHome(1)
	if err != nil {
		t.Fatal(err)
	}
	a, b := pair(t, h, "me")
	anna := a.Memory.Person()
	anna.List(providertest.Film(1), h.Now())
	anna.List(providertest.Film(2), h.Now())
	anna.Rate(providertest.Film(4), 80, h.Now())
	anna.Watch(providertest.Film(5), h.Now().Add(-30*time.Hour))
	anna.Pause(providertest.Film(6), 600_000, h.Now())
	b.Memory.Person().List(providertest.Film(3), h.Now())
	if n := runs(t, h, 4); n != 6 {
		t.Errorf("%d writes, want 6", n)
	}
	anna.Unlist(providertest.Film(2), h.Now())
	if n := runs(t, h, 4); n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
	if x, y := a.Memory.Truth().String(), b.Memory.Truth().String(); x != y {
		t.Errorf("A has\n%s\nB has\n%s", x, y)
	}
}

func TestS17ProfilesNeverMeet(t *testing.T) {
	h, err := NewHome(1)
	if err != nil {
		t.Fatal(err)
	}
	a, b := pair(t, h, "anna")
	c, d := pair(t, h, "ben")
	at := h.Now().Add(-30 * time.Hour)
	for _, r := range []*Room{a, c} {
		r.Memory.Person().List(providertest.Film(1), h.Now())
		r.Memory.Person().Watch(providertest.Film(2), at)
	}
	runs(t, h, 3)
	a.Memory.Person().Unlist(providertest.Film(1), h.Now())
	a.Memory.Person().DeletePlay(providertest.Film(2), at, h.Now())
	runs(t, h, 4)
	if x, y := a.Memory.Truth().String(), b.Memory.Truth().String(); x != "" || y != "" {
		t.Errorf("anna has %q and %q", x, y)
	}
	if x, y := c.Memory.Truth().String(), d.Memory.Truth().String(); x == "" || x != y {
		t.Errorf("ben has %q and %q", x, y)
	}
}

// What a person said while a run wrote, and the look after its writes finds out,
// is passed on by the next run (R8, S15).
func TestSaidBeforeTheLookAfterwards(t *testing.T) {
	h, err := NewHome(1)
	if err != nil {
		t.Fatal(err)
	}
	a, b := pair(t, h, "me")
	runs(t, h, 2)
	film := providertest.Film(4)
	a.Memory.Person().Rate(film, 80, h.Now())
	h.Later(time.Minute)
	b.Memory.Weather().After(providertest.Writes, func() {
		h.Later(40 * time.Minute)
		b.Memory.Person().Rate(film, 30, h.Now())
	})
	runs(t, h, 4)
	if x, y := a.Memory.Truth().String(), b.Memory.Truth().String(); x != y {
		t.Errorf("A has\n%s\nB has\n%s", x, y)
	}
}
