package simkl

import (
	"context"
	"fmt"
	"slices"
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

// household is a media server and a SIMKL account under the real engine, in a
// time of its own.
type household struct {
	*catalogue
	server *providertest.Memory
	engine *engine.Engine
	store  *store.Store
}

func newHousehold(t *testing.T) *household {
	h := &household{catalogue: newCatalogue(t)}
	h.rig()
	h.user.Daily = 500
	ctx := t.Context()
	db, err := store.OpenMemory(ctx, store.Options{CheckSetting: engine.CheckSetting})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h.store = db
	h.server = providertest.New(providertest.JellyfinLike(), func() media.Moment { return media.At(time.Now()) }, 1)
	me, err := db.PutProfile(ctx, ledger.Profile{Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	var ids []ledger.AccountID
	for _, a := range []ledger.Account{
		{Provider: "jellyfin", Name: "attic", ServerID: "ee00ee00", UserID: "aa00aa00"},
		{Provider: "simkl", Name: "simkl", ServerID: apiHost, UserID: fmt.Sprint(h.user.ID)},
	} {
		a.Profile, a.Features, a.Accepted = me, media.Features[:], true
		id, err := db.PutAccount(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for _, f := range media.Features {
		for _, r := range [][2]ledger.AccountID{{ids[0], ids[1]}, {ids[1], ids[0]}} {
			if _, err := db.PutRoute(ctx, ledger.Route{Profile: me, From: r[0], To: r[1], Feature: f, Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.engine = engine.New(engine.Config{Store: db, Open: h.openAccount, Capabilities: func(name string) (provider.Capabilities, bool) {
		if name == "simkl" {
			return capabilities(), true
		}
		return providertest.JellyfinLike().Caps, true
	}})
	return h
}

func (h *household) openAccount(_ context.Context, a ledger.Account) (provider.Provider, error) {
	if a.Provider == "simkl" {
		return Service(nil).Open(h.env)
	}
	return h.server.Provider(), nil
}

// live lets the engine follow its schedule while acts happen, and returns how
// many calls were made to SIMKL.
func (h *household) live(t *testing.T, d time.Duration, acts ...func(p providertest.Person, now media.Moment)) int {
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- h.engine.Run(ctx) }()
	h.recorder.Reset()
	for _, act := range acts {
		time.Sleep(d / time.Duration(len(acts)+1))
		act(h.server.Person(), media.At(time.Now()))
	}
	time.Sleep(d / time.Duration(len(acts)+1))
	end()
	<-done
	return len(h.recorder.Calls())
}

// TestADayWithTwentyActs: what people do on one day takes less than a fifth of
// the allowance, and arrives.
func TestADayWithTwentyActs(t *testing.T) {
	for name, spread := range map[string]time.Duration{"all day": 24 * time.Hour, "an evening": 6 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			h := newHousehold(t)
			var works []providertest.Work
			for n := 1; n <= 12; n++ {
				works = append(works, providertest.Film(n), providertest.Episode(n, 1, 1))
			}
			for _, w := range works {
				h.know(w)
				h.server.Person().Hold(w)
			}
			first := h.live(t, 3*time.Hour)
			var acts []func(providertest.Person, media.Moment)
			for n := 1; n <= 4; n++ {
				acts = append(acts,
					func(p providertest.Person, now media.Moment) { p.Watch(providertest.Film(n), now) },
					func(p providertest.Person, now media.Moment) { p.Watch(providertest.Episode(n, 1, 1), now) },
					func(p providertest.Person, now media.Moment) { p.Rate(providertest.Film(n), 80, now) },
					func(p providertest.Person, now media.Moment) { p.List(providertest.Film(n+4), now) },
					func(p providertest.Person, now media.Moment) { p.Pause(providertest.Film(n+8), 20*60_000, now) })
			}
			calls := h.live(t, spread, acts...)
			if spread < 24*time.Hour {
				calls += h.live(t, 24*time.Hour-spread)
			}
			t.Logf("%s: %d calls at first, %d on the day: %v", name, first, calls, counted(h.recorder.Seen()))
			if calls >= 100 {
				t.Errorf("%d calls on a day with twenty acts", calls)
			}
			h.arrived(t)
		})
	}
}

func counted(seen []string) []string {
	count := map[string]int{}
	for _, s := range seen {
		count[s]++
	}
	var out []string
	for s, n := range count {
		out = append(out, fmt.Sprintf("%d %s", n, s))
	}
	slices.Sort(out)
	return out
}

func (h *household) arrived(t *testing.T) {
	for n := 1; n <= 4; n++ {
		film, show := h.title(providertest.Film(n)), h.title(providertest.Show(n))
		if e := h.user.Entry(film); e == nil || e.Status != "completed" || e.Rating != 8 {
			t.Errorf("film %d: %+v", n, e)
		}
		if e := h.user.Entry(show); e == nil || len(e.Episodes) != 1 {
			t.Errorf("show %d: %+v", n, e)
		}
		if e := h.user.Entry(h.title(providertest.Film(n + 4))); e == nil || e.Status != "plantowatch" {
			t.Errorf("film %d: %+v", n+4, e)
		}
	}
	if n := len(h.user.Sessions()); n != 4 {
		t.Errorf("%d positions", n)
	}
}
