package providertest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// listed reads a watchlist and gives its keys in order.
func listed(t *testing.T, p provider.Provider) (keys []string) {
	t.Helper()
	v, _ := read1(t, p, media.Watchlist, "", full)
	for _, r := range v.Rows {
		keys = append(keys, r.Key)
	}
	return keys
}

func films(m *Memory, n int) {
	for i := 1; i <= n; i++ {
		m.Person().List(Film(i), noon)
	}
}

func TestAFrozenListThawsAfterItsReads(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 2)
	m.Weather().Freeze(2)
	films(m, 5)
	for i, want := range []int{2, 2, 5} {
		if got := listed(t, p); len(got) != want {
			t.Errorf("read %d: %d listed, want %d", i, len(got), want)
		}
	}
}

func TestAnOldPictureCanBeShownAgain(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	m.Person().Rate(Film(1), 60, noon)
	old := m.Weather().Picture()
	m.Person().Rate(Film(1), 80, noon+1)
	m.Weather().Show(old, 1)
	for _, want := range []int64{60, 80} {
		if v, _ := read1(t, p, media.Ratings, "", full); v.Rows[0].Value.N != want {
			t.Errorf("rating %d, want %d", v.Rows[0].Value.N, want)
		}
	}
}

func TestLateListsShowAddsAndRemovalsLate(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 1)
	m.Weather().Late(2, 1)
	m.Person().Unlist(Film(1), noon)
	m.Person().List(Film(2), noon)
	for i, want := range []string{"film-1", "", "film-2"} {
		got := listed(t, p)
		if (want == "") != (len(got) == 0) || (want != "" && (len(got) != 1 || got[0] != want)) {
			t.Errorf("read %d: %v, want %q", i, got, want)
		}
	}
}

func TestCutListsAreHonestOrNot(t *testing.T) {
	for _, total := range []Total{RightTotal, WrongTotal, AbsentTotal} {
		m, p, _ := account0(t, Tracker())
		if total == AbsentTotal {
			m, p, _ = account0(t, NoStamp())
		}
		films(m, 10)
		m.Weather().Truncate(1, 50, false, total)
		v, _ := read1(t, p, media.Watchlist, "", full)
		switch {
		case total == RightTotal && (v.Err == nil || len(v.Rows) > 0):
			t.Errorf("right total: %+v", v)
		case total == WrongTotal && (v.Err != nil || len(v.Rows) != 5 || v.Evidence.Announced != 5):
			t.Errorf("wrong total: %+v", v)
		case total == AbsentTotal && (v.Err != nil || len(v.Rows) != 5 || v.Evidence.Announced != -1):
			t.Errorf("absent total: %+v", v)
		}
		if got := listed(t, p); len(got) != 10 {
			t.Errorf("afterwards %d listed", len(got))
		}
	}
}

func TestAMissingTotalIsNoViewWhereTotalsAreUsual(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 2)
	m.Weather().Truncate(1, 100, false, AbsentTotal)
	if v, _ := read1(t, p, media.Watchlist, "", full); v.Err == nil || v.Err.Kind != provider.Contract {
		t.Errorf("%+v", v)
	}
}

func TestDoubledAndSlippedRows(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 4)
	m.Weather().Double(1, true)
	if got := listed(t, p); len(got) != 5 || unique(got) != 4 {
		t.Errorf("doubled: %v", got)
	}
	m.Weather().Slip(1)
	if got := listed(t, p); len(got) != 4 || unique(got) != 3 {
		t.Errorf("slipped: %v", got)
	}
}

func unique(keys []string) int {
	seen := map[string]bool{}
	for _, k := range keys {
		seen[k] = true
	}
	return len(seen)
}

func TestACacheSaysUnchangedUntilAFreshRead(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 1)
	v, _ := read1(t, p, media.Watchlist, "", full)
	m.Weather().Cache(-1)
	films(m, 3)
	for range 3 {
		u, _ := read1(t, p, media.Watchlist, v.Cursor, provider.ReadRequest{})
		if !u.Evidence.Cached || !u.Evidence.Unchanged || len(u.Rows) != 0 || u.Coverage != provider.Changes {
			t.Errorf("cached: %+v", u)
		}
	}
	if a, _ := read1(t, p, media.Watchlist, v.Cursor, full); !a.Evidence.Cached || len(a.Rows) != 1 {
		t.Errorf("everything, from the cache: %+v", a)
	}
	if f, _ := read1(t, p, media.Watchlist, v.Cursor, provider.ReadRequest{Fresh: true}); f.Evidence.Cached || len(f.Rows) != 3 {
		t.Errorf("fresh: %+v", f)
	}
}

func TestStampsMoveWithEveryChangeUnlessStuck(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	stamp := func() string {
		v, _ := read1(t, p, media.Watchlist, "", full)
		return v.Evidence.Stamp
	}
	first := stamp()
	films(m, 1)
	second := stamp()
	m.Weather().FreezeStamps(1)
	films(m, 2)
	if third := stamp(); first == second || third != second || stamp() == third {
		t.Errorf("stamps %q %q %q", first, second, third)
	}
}

func TestLostAnswersComeAfterNoneHalfOrAll(t *testing.T) {
	for effect, want := range map[Effect]int{NoEffect: 0, HalfEffect: 2, AllEffect: 4} {
		m, p, _ := account0(t, Tracker())
		m.Weather().LoseAnswers(1, effect)
		res, err := p.Write(context.Background(), adds(4))
		if e := provider.AsError(err); err == nil || !e.Sent || len(res) != 4 || res[0].Outcome != provider.Unproven {
			t.Errorf("effect %d: %v %+v", effect, err, res)
		}
		if got := len(m.Truth().Works(media.Watchlist)); got != want {
			t.Errorf("effect %d stored %d, want %d", effect, got, want)
		}
	}
}

func adds(n int) (out []provider.Change) {
	for i := 1; i <= n; i++ {
		out = append(out, provider.Change{Action: provider.Add, Feature: media.Watchlist, Item: Film(i).Item(), New: media.Listed()})
	}
	return out
}

func TestOkForAllStoresOnlySome(t *testing.T) {
	m, p, _ := account0(t, TraktLike())
	m.Weather().StoreOnly(60)
	res, err := p.Write(context.Background(), adds(100))
	got := len(m.Truth().Works(media.Watchlist))
	if err != nil || got < 40 || got > 80 {
		t.Errorf("%v, stored %d of 100", err, got)
	}
	for _, r := range res {
		if r.Outcome != provider.Accepted {
			t.Fatalf("outcome %s", r.Outcome)
		}
	}
	if w := m.Writes(); len(w) != 100 {
		t.Errorf("%d writes logged", len(w))
	}
}

func TestSomeAreAcceptedAndTheOthersNamed(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	m.Weather().AcceptOnly(50)
	res, _ := p.Write(context.Background(), adds(50))
	refused := 0
	for i, r := range res {
		if held := m.Truth().Listed(Film(i + 1)); held != (r.Outcome == provider.Confirmed) {
			t.Errorf("film %d is %s, held: %v", i+1, r.Outcome, held)
		}
		if r.Outcome == provider.Refused {
			refused++
		}
	}
	if refused < 10 || refused > 40 {
		t.Errorf("%d of 50 refused", refused)
	}
}

func TestErrorsByCallAndByView(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	m.Weather().Fail(1, provider.Auth, Writes)
	res, err := p.Write(context.Background(), adds(2))
	if provider.AsError(err).Kind != provider.Auth || res[1].Outcome != provider.NotApplied {
		t.Errorf("%v %+v", err, res)
	}
	m.Weather().FailView(1, provider.RateLimited, media.Ratings)
	s, err := p.Read(context.Background(), provider.ReadRequest{Full: true,
		Wants: []provider.FeatureRequest{{Feature: media.Ratings}, {Feature: media.Watchlist}}})
	if err != nil || s.Views[0].Err == nil || s.Views[0].Err.Until <= noon || s.Views[1].Err != nil {
		t.Errorf("%v %+v", err, s.Views)
	}
	m.Weather().Allow(1)
	if _, err = p.Whoami(context.Background()); err != nil {
		t.Errorf("the last request of the day: %v", err)
	}
	if _, err = p.Whoami(context.Background()); provider.AsError(err) == nil || provider.AsError(err).Kind != provider.RateLimited {
		t.Errorf("one more: %v", err)
	}
}

func TestLookUpsTellTheTruthUnlessTheyLie(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 2)
	ask := func() provider.Answer {
		a, err := p.(provider.Confirmer).LookUp(context.Background(), media.Watchlist, []media.Item{Film(1).Item()})
		if err != nil {
			t.Fatal(err)
		}
		return a[0]
	}
	m.Weather().Freeze(-1)
	m.Person().Unlist(Film(1), noon)
	if a := ask(); !a.Held || len(a.Rows) != 0 {
		t.Errorf("past a frozen list: %+v", a)
	}
	m.Person().List(Film(1), noon)
	m.Weather().LookUpsDeny(100)
	if a := ask(); len(a.Rows) != 0 {
		t.Errorf("denied: %+v", a)
	}
	m.Weather().LookUpsDeny(0)
	m.Weather().LieTogether(-1)
	m.Person().Unlist(Film(1), noon)
	if a := ask(); len(a.Rows) != 1 || len(listed(t, p)) != 2 {
		t.Errorf("a consistent liar: %+v", a)
	}
}

func TestAnotherUserHasAnotherAccount(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 2)
	m.Weather().SignedInAs("stranger")
	who, _ := p.Whoami(context.Background())
	v, _ := read1(t, p, media.Watchlist, "", full)
	if who.UserID != "stranger" || v.Evidence.UserID != "stranger" || len(v.Rows) != 0 {
		t.Errorf("%+v %+v", who, v)
	}
	write1(t, p, adds(1)[0])
	if len(m.TruthOf("stranger").Works(media.Watchlist)) != 1 || m.Writes()[0].User != "stranger" {
		t.Error("the write should have gone to the stranger")
	}
	m.Weather().SignedInAs("")
	if len(listed(t, p)) != 2 {
		t.Error("the owner's list is gone")
	}
}

func TestARescanChangesKeysAndKeepsState(t *testing.T) {
	for _, keep := range []bool{true, false} {
		m, p, _ := account0(t, Server())
		m.Person().Watch(Film(1), noon)
		before, _ := read1(t, p, media.History, "", full)
		m.Weather().Rescan(keep)
		after, s := read1(t, p, media.History, "", full)
		if after.Rows[0].Key == before.Rows[0].Key || after.Rows[0].Value.Set != keep || s.Items[0].Key != after.Rows[0].Key {
			t.Errorf("keep %v: %+v then %+v", keep, before.Rows, after.Rows)
		}
		item := media.Item{Key: before.Rows[0].Key, Kind: media.Film}
		if a, _ := p.(provider.Confirmer).LookUp(context.Background(), media.History, []media.Item{item}); a[0].Held {
			t.Error("the old key should be gone")
		}
	}
}

func TestWorksChangeTheirFace(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 1)
	item := func() media.Item {
		_, s := read1(t, p, media.Watchlist, "", full)
		return s.Items[0]
	}
	m.Weather().DropIDs(Film(1))
	if it := item(); len(it.Tokens) != 0 {
		t.Errorf("dropped: %+v", it)
	}
	m.Weather().Merge(Film(1), Film(2))
	if it := item(); len(it.Tokens) != 6 {
		t.Errorf("merged: %+v", it)
	}
	m.Weather().Retitle(Film(1), "Der Film", 1999)
	if it := item(); it.Title != "Der Film" || it.Year != 1999 || len(it.Tokens) != 3 {
		t.Errorf("retitled: %+v", it)
	}
}

func TestPeopleActInTheMidstOfThings(t *testing.T) {
	m, p, _ := account0(t, NoStamp())
	films(m, 4)
	m.Weather().BetweenPages(2, func() { m.Person().Unlist(Film(1), noon) })
	if got := listed(t, p); len(got) != 3 || unique(got) != 3 || got[1] != "film-2" || got[2] != "film-4" {
		t.Errorf("a row slipped past the page: %v", got)
	}
	m.Weather().Before(Writes, func() { m.Person().List(Film(9), noon) })
	m.Weather().After(Writes, func() { m.Person().Unlist(Film(9), noon) })
	if res := write1(t, p, provider.Change{Action: provider.Add, Feature: media.Watchlist, Item: Film(9).Item(), New: media.Listed()}); res.Outcome != provider.Already {
		t.Errorf("outcome %s", res.Outcome)
	}
	if m.Truth().Listed(Film(9)) {
		t.Error("still listed")
	}
	q, _, _ := account0(t, Tracker())
	films(q, 4)
	q.Weather().BetweenPages(2, func() { q.Person().Unlist(Film(1), noon) })
	if v, _ := read1(t, q.Provider(), media.Watchlist, "", full); v.Err == nil {
		t.Error("a total that changed between pages is no view")
	}
}

func TestHangingAndSlowCallsEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p, _ := account0(t, Tracker())
		m.Weather().Hang(1, Writes)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		res, err := p.Write(ctx, adds(1))
		if !errors.Is(err, context.DeadlineExceeded) || res[0].Outcome != provider.Unproven {
			t.Errorf("%v %+v", err, res)
		}
		m.Weather().Slow(time.Hour)
		if _, err = p.Whoami(context.Background()); err != nil {
			t.Errorf("slow: %v", err)
		}
	})
}

func TestBrokenPromisesAreThere(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	films(m, 1)
	m.Weather().ShortResults(1)
	if res, _ := p.Write(context.Background(), adds(2)); len(res) != 1 {
		t.Errorf("%d results", len(res))
	}
	m.Weather().Orphans(1)
	if _, s := read1(t, p, media.Watchlist, "", full); len(s.Items) != 0 {
		t.Errorf("items %+v", s.Items)
	}
	m.Weather().Panic(1, Reads)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	_, _ = p.Read(context.Background(), full)
}

func TestClearEndsAllWeather(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	w := m.Weather()
	w.Freeze(-1)
	w.Late(3, 3)
	w.Empty(-1)
	w.Fail(-1, provider.Transient)
	w.FailView(-1, provider.Transient)
	w.StoreOnly(0)
	w.LoseAnswers(-1, AllEffect)
	w.Panic(-1, Reads)
	w.LookUpsDeny(100)
	w.Clear()
	write1(t, p, adds(1)[0])
	if got := listed(t, p); len(got) != 1 || !m.Truth().Listed(Film(1)) {
		t.Errorf("listed %v", got)
	}
}

func TestTheServiceItselfChanges(t *testing.T) {
	m, p, _ := account0(t, Server())
	m.Person().Pause(Film(1), 10*60_000, noon)
	w := m.Weather()
	w.OtherServer("another")
	w.Version("2.0.0")
	w.Scope("films only")
	w.Clock(-10 * minute)
	v, s := read1(t, p, media.Progress, "", full)
	if e := v.Evidence; e.ServerID != "another" || e.Version != "2.0.0" || e.Scope != "films only" || s.ClockMS != -10*minute || !s.ClockKnown {
		t.Errorf("%+v, clock %d", e, s.ClockMS)
	}
	m.Person().Pause(Film(1), 20*60_000, noon+hour)
	if h := m.Truth().Of(Film(1))[0]; h.PausedAt != noon+50*minute {
		t.Errorf("noted at %s by a slow clock", h.PausedAt)
	}
	w.NoClock()
	w.Expire(noon)
	if v, s = read1(t, p, media.Progress, "", full); s.ClockKnown || v.Rows[0].Value.Set {
		t.Errorf("clock %v, rows %+v", s.ClockKnown, v.Rows)
	}
}

func TestValuesAreRewrittenAndWorksUnknown(t *testing.T) {
	m, p, _ := account0(t, Tracker())
	m.Weather().Rewrite(func(_ media.Feature, v media.Value) media.Value { return media.Rated(int(v.N) - 20) })
	c := provider.Change{Action: provider.Add, Feature: media.Ratings, Item: Film(1).Item(), New: media.Rated(80)}
	if res := write1(t, p, c); res.Row == nil || res.Row.Value.N != 60 || m.Truth().Rating(Film(1)) != 60 {
		t.Errorf("%+v, kept %d", res, m.Truth().Rating(Film(1)))
	}
	m.Weather().Unknown(Film(2))
	c.Item = Film(2).Item()
	if res := write1(t, p, c); res.Outcome != provider.Refused || res.Err.Kind != provider.Rejected {
		t.Errorf("%+v", res)
	}
}

func TestAFullPlanRefusesOneByOne(t *testing.T) {
	profile := TraktLike()
	profile.Caps.Features[media.Watchlist].Capacity = 3
	m, p, _ := account0(t, profile)
	res, err := p.Write(context.Background(), adds(5))
	if err != nil || res[2].Outcome != provider.Accepted || res[3].Outcome != provider.Refused || res[3].Err.Kind != provider.PlanLimit {
		t.Errorf("%v %+v", err, res)
	}
	if n := len(m.Truth().Works(media.Watchlist)); n != 3 {
		t.Errorf("%d listed", n)
	}
}
