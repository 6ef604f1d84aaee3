package view_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"watchkeeper/app/view"
	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// The three symptoms that people of such programs report, made with weather at
// imitation services and a real engine: nothing to do although something was
// changed; the same additions in every run; deletions that frighten. Each is
// told in one sentence, with what was seen, and something to press.

// home is two trackers that keep the same.
type home struct {
	t      *testing.T
	now    media.Moment
	engine *engine.Engine
	db     *store.Store
	simkl  *providertest.Memory
	trakt  *providertest.Memory
}

func newHome(t *testing.T) *home {
	t.Helper()
	h := &home{t: t, now: media.At(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))}
	clock := func() media.Moment { return h.now }
	h.simkl, h.trakt = providertest.New(providertest.SimklLike(), clock, 1), providertest.New(providertest.TraktLike(), clock, 2)
	db, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h.db = db
	me, err := db.PutProfile(t.Context(), ledger.Profile{Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	memories := map[string]*providertest.Memory{"simkl": h.simkl, "trakt": h.trakt}
	for _, name := range []string{"simkl", "trakt"} {
		who := memories[name].Profile().Identity
		if _, err := db.PutAccount(t.Context(), ledger.Account{Profile: me, Provider: name, Name: name, ServerID: who.ServerID, UserID: who.UserID,
			Features: []media.Feature{media.Ratings, media.Watchlist}, Accepted: true}); err != nil {
			t.Fatal(err)
		}
	}
	for _, way := range [][2]ledger.AccountID{{1, 2}, {2, 1}} {
		for _, f := range []media.Feature{media.Ratings, media.Watchlist} {
			r := ledger.Route{Profile: me, From: way[0], To: way[1], Feature: f, Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true, Onward: true}
			if _, err := db.PutRoute(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.engine = engine.New(engine.Config{Store: db, Now: func() time.Time { return h.now.Time() }, Chance: func() float64 { return 0 },
		Capabilities: func(name string) (provider.Capabilities, bool) { return memories[name].Profile().Caps, true },
		Open: func(_ context.Context, a ledger.Account) (provider.Provider, error) {
			return memories[a.Provider].Provider(), nil
		}})
	return h
}

// live lets half an hour pass and looks, so many times.
func (h *home) live(runs int) {
	h.t.Helper()
	for range runs {
		h.now = h.now.Add(31 * time.Minute)
		if _, err := h.engine.Once(h.t.Context(), engine.Wish{}); err != nil {
			h.t.Fatal(err)
		}
	}
}

// window is what the person sees now.
func (h *home) window() view.Window {
	s := h.engine.Status()
	return view.From(s, h.now, []view.Service{{Name: "simkl", Title: "SIMKL"}, {Name: "trakt", Title: "Trakt"}}, view.Speak("en", time.UTC))
}

// explained finds the card that tells of something, with something to press.
func (h *home) explained(words string) view.Card {
	h.t.Helper()
	w := h.window()
	for _, c := range append(w.Cards, w.Doubts...) {
		if strings.Contains(c.Title+" "+c.Why+" "+c.Evidence, words) {
			if c.Why == "" || len(c.Buttons) == 0 {
				h.t.Errorf("%q has no reason or nothing to press: %+v", c.Title, c)
			}
			return c
		}
	}
	h.t.Fatalf("nothing tells of %q: %q, cards %+v, doubts %+v", words, w.Sentence, w.Cards, w.Doubts)
	return view.Card{}
}

func (h *home) rate(m *providertest.Memory, from, to int) {
	h.t.Helper()
	for n := from; n < to; n++ {
		m.Person().Rate(providertest.Film(n), 80, h.now)
	}
}

// TestNothingToDoAlthoughSomethingWasChanged: the service's list stands still
// while its stamp moves. The window does not say "in sync".
func TestNothingToDoAlthoughSomethingWasChanged(t *testing.T) {
	h := newHome(t)
	h.rate(h.simkl, 1, 30)
	h.live(4)
	h.simkl.Weather().Freeze(1000)
	h.rate(h.simkl, 40, 41)
	h.live(2)
	if w := h.window(); w.Mood == view.Good || strings.Contains(w.Sentence, "In sync") {
		t.Errorf("%s: %q", w.Mood, w.Sentence)
	}
	card := h.explained("SIMKL may be showing an old list of Ratings")
	if !strings.Contains(card.Why, "although its stamp says that something changed") || card.Buttons[0].Command.Verb != view.ReadNow {
		t.Errorf("%+v", card)
	}
	h.simkl.Weather().Clear()
	h.live(3)
	if w := h.window(); len(w.Doubts) != 0 {
		t.Errorf("it is solved and still told: %+v", w.Doubts)
	}
}

// TestTheSameAdditionsInEveryRun: a service takes writes and never shows them.
// They are sent three times at most, and it is said.
func TestTheSameAdditionsInEveryRun(t *testing.T) {
	h := newHome(t)
	h.rate(h.simkl, 1, 30)
	h.live(4)
	h.trakt.Weather().LieTogether(10_000)
	h.rate(h.simkl, 40, 43)
	h.live(6)
	card := h.explained("our 3 last writes are not visible")
	if card.Buttons[0].Command.Verb != view.ReadNow {
		t.Errorf("%+v", card)
	}
	h.live(80)
	aside := h.explained("set aside")
	if c := aside.Buttons[0].Command; c.Verb != view.Go || c.Name != "attention" {
		t.Errorf("%+v", aside)
	}
}

// TestFrighteningDeletions: an empty list that claims to be whole deletes
// nothing; it is told what is missing, and reading again comes first.
func TestFrighteningDeletions(t *testing.T) {
	h := newHome(t)
	h.rate(h.trakt, 1, 30)
	h.live(4)
	h.trakt.Weather().Empty(1000)
	h.rate(h.trakt, 50, 51)
	h.live(3)
	card := h.explained("Ratings on Trakt is suddenly much shorter")
	if !strings.Contains(card.Evidence, "29 of 29 titles are gone since") || !card.Buttons[0].Primary || card.Buttons[0].Command.Answer != string(ledger.ReadAgain) {
		t.Errorf("%+v", card)
	}
	entries, err := h.db.Journal(t.Context(), store.JournalQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Op.Action == provider.Remove {
			t.Errorf("something was deleted: %+v", e.Op)
		}
	}
}
