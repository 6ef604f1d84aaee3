package providertest

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const noon media.Moment = 1_790_000_000_000

// at is the clock of tests: it stands until it is set.
type at struct{ media.Moment }

func (a *at) tell() media.Moment { return a.Moment }

func account0(t *testing.T, p Profile) (*Memory, provider.Provider, *at) {
	t.Helper()
	clock := &at{noon}
	m := New(p, clock.tell, 7)
	return m, m.Provider(), clock
}

func read1(t *testing.T, p provider.Provider, f media.Feature, cursor string, want provider.ReadRequest) (provider.View, provider.Snapshot) {
	t.Helper()
	want.Wants = []provider.FeatureRequest{{Feature: f, Cursor: cursor}}
	s, err := p.Read(context.Background(), want)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return s.Views[0], s
}

var full = provider.ReadRequest{Full: true}

func write1(t *testing.T, p provider.Provider, c provider.Change) provider.Result {
	t.Helper()
	res, err := p.Write(context.Background(), []provider.Change{c})
	if err != nil || len(res) != 1 {
		t.Fatalf("write: %v, %d results", err, len(res))
	}
	return res[0]
}

func TestEveryWorkIsFoundByEveryOfItsIDs(t *testing.T) {
	works := []Work{Film(5), Show(5), Season(5, 0), Season(5, 2), Episode(5, 0, 0), Episode(5, 2, 3), Part(5)}
	for _, w := range append(works, PartEpisode(5, 3)) {
		if got, ok := ParseWork(w.String()); !ok || got != w {
			t.Errorf("%s parses as %s", w, got)
		}
	}
	for _, w := range works {
		for _, tok := range w.Item().Tokens {
			if _, ok := media.CleanID(tok.Namespace, tok.ID); !ok {
				t.Errorf("%s: %s is not an id", w, tok)
			}
			if got, ok := WorkOf(tok); !ok || got != w {
				t.Errorf("%s by %s gives %s", w, tok, got)
			}
		}
		if got, ok := byTitle(w.Item()); !ok || got != w {
			t.Errorf("%s by title gives %s", w, got)
		}
	}
	if Film(5).ID(media.TMDB) != Show(5).ID(media.TMDB) {
		t.Error("film 5 and show 5 should share their tmdb number")
	}
}

func TestPersonsActAndListsShowIt(t *testing.T) {
	m, p, _ := account0(t, TraktLike())
	who := m.Person()
	who.List(Film(1), noon)
	who.Rate(Film(2), 73, noon)
	who.Watch(Episode(1, 2, 3), noon+12_345)
	who.Pause(Film(3), 30*60_000, noon)
	v, s := read1(t, p, media.Ratings, "", full)
	if len(v.Rows) != 1 || v.Rows[0].Value != media.Rated(70) || v.Rows[0].At != noon {
		t.Errorf("rating: %+v", v.Rows)
	}
	if len(s.Items) != 1 || s.Items[0].Title != "Film 2" || len(s.Items[0].Tokens) != 3 {
		t.Errorf("items: %+v", s.Items)
	}
	v, _ = read1(t, p, media.History, "", full)
	if len(v.Rows) != 1 || v.Rows[0].Value.PlayedAt()%60_000 != 0 || v.Rows[0].PlayKey == "" {
		t.Errorf("plays: %+v", v.Rows)
	}
	v, _ = read1(t, p, media.Progress, "", full)
	if len(v.Rows) != 1 || v.Rows[0].Value.Of != 0 || v.Rows[0].Value.N != 32_260 {
		t.Errorf("progress: %+v", v.Rows)
	}
}

func TestAWatchedTitleLeavesTraktsListWithItsShow(t *testing.T) {
	m, _, _ := account0(t, TraktLike())
	m.Person().List(Show(1), noon)
	m.Person().List(Film(1), noon)
	m.Person().Watch(Episode(1, 1, 1), noon)
	if m.Truth().Listed(Show(1)) || !m.Truth().Listed(Film(1)) {
		t.Errorf("lists after one episode:\n%s", m.Truth())
	}
}

func TestALogTakesTheSamePlayTwice(t *testing.T) {
	m, p, _ := account0(t, TraktLike())
	c := provider.Change{ID: "op1", Action: provider.Add, Feature: media.History, Item: Film(1).Item(), New: media.Watched(noon)}
	for range 2 {
		if res := write1(t, p, c); res.Outcome != provider.Accepted {
			t.Fatalf("outcome %s: %v", res.Outcome, res.Err)
		}
	}
	if n := len(m.Truth().Plays(Film(1))); n != 2 {
		t.Errorf("%d plays, want 2", n)
	}
	if w := m.Writes(); len(w) != 2 || w[0].Change.ID != "op1" || !w[0].Stored || w[0].Before.Set || !w[0].After.Set {
		t.Errorf("writes: %+v", w)
	}
}

func TestPlexDatesAMarkNowAndLeavesTheRows(t *testing.T) {
	m, p, clock := account0(t, PlexLike())
	m.Person().Watch(Film(1), noon)
	v, _ := read1(t, p, media.History, "", full)
	if len(v.Rows) != 2 {
		t.Fatalf("want a row and a flag, got %+v", v.Rows)
	}
	item := Film(1).Item()
	item.Key = v.Rows[0].Key
	write1(t, p, provider.Change{Action: provider.Remove, Feature: media.History, Item: item})
	if h := m.Truth().Of(Film(1))[0]; h.Watched || len(h.Plays) != 1 {
		t.Errorf("after un-marking: %+v", h)
	}
	clock.Moment = noon + 5*hour
	write1(t, p, provider.Change{Action: provider.Add, Feature: media.History, Item: item, New: media.Watched(noon)})
	h := m.Truth().Of(Film(1))[0]
	if len(h.Plays) != 1 || h.WatchedAt != (noon+5*hour).Truncate(time.Second) {
		t.Errorf("after un-marking and marking: %+v", h)
	}
}

func TestPlexTakesAnyTitleOnItsListButKeepsScoreOnlyOfTheLibrary(t *testing.T) {
	_, p, _ := account0(t, PlexLike())
	list := provider.Change{Action: provider.Add, Feature: media.Watchlist, Item: Film(9).Item(), New: media.Listed()}
	if res := write1(t, p, list); res.Outcome != provider.Accepted {
		t.Errorf("watchlist: %s %v", res.Outcome, res.Err)
	}
	rate := provider.Change{Action: provider.Add, Feature: media.Ratings, Item: Film(9).Item(), New: media.Rated(80)}
	if res := write1(t, p, rate); res.Outcome != provider.Refused {
		t.Errorf("rating of what is not held: %s", res.Outcome)
	}
}

func TestAReplacedFileIsANewItemWithoutState(t *testing.T) {
	m, p, _ := account0(t, JellyfinLike())
	m.Person().Watch(Film(1), noon)
	m.Person().Rate(Film(1), 80, noon)
	before, _ := read1(t, p, media.History, "", full)
	m.Person().Replace(Film(1), noon)
	after, _ := read1(t, p, media.History, "", full)
	if before.Rows[0].Key == after.Rows[0].Key || after.Rows[0].Value.Set || m.Truth().Rating(Film(1)) != 0 {
		t.Errorf("before %+v, after %+v", before.Rows, after.Rows)
	}
}

func TestADeletedShowTakesItsEpisodesAlong(t *testing.T) {
	m, p, _ := account0(t, JellyfinLike())
	m.Person().Watch(Episode(1, 1, 1), noon)
	m.Person().Hold(Film(1))
	m.Person().Delete(Show(1), noon)
	if v, _ := read1(t, p, media.History, "", full); len(v.Rows) != 1 || v.Rows[0].Value.Set {
		t.Errorf("left: %+v", v.Rows)
	}
}

func TestLookingInMovesTheLastStartOnly(t *testing.T) {
	m, p, _ := account0(t, JellyfinLike())
	m.Person().Hold(Film(1))
	m.Person().LookIn(Film(1), noon)
	if v, _ := read1(t, p, media.History, "", full); v.Rows[0].Value.Set || v.Rows[0].Count != 1 {
		t.Errorf("after looking in: %+v", v.Rows)
	}
	m.Person().Watch(Film(1), noon)
	m.Person().LookIn(Film(1), noon+day)
	if v, _ := read1(t, p, media.History, "", full); v.Rows[0].Value.PlayedAt() != noon+day || v.Rows[0].Count != 3 {
		t.Errorf("after looking in again: %+v", v.Rows)
	}
}

func TestAnilistKeepsACountWithoutHoles(t *testing.T) {
	m, p, _ := account0(t, AnilistLike())
	add := func(n int) provider.Outcome {
		return write1(t, p, provider.Change{Action: provider.Add, Feature: media.History, Item: PartEpisode(1, n).Item(), New: media.Watched(0)}).Outcome
	}
	if got := add(2); got != provider.Refused {
		t.Errorf("a hole: %s", got)
	}
	if got := add(1); got != provider.Confirmed {
		t.Errorf("the first: %s", got)
	}
	if got := add(1); got != provider.Already {
		t.Errorf("the first again: %s", got)
	}
	m.Person().Watch(PartEpisode(1, 4), noon)
	if got := len(m.Truth().Works(media.History)); got != 4 {
		t.Errorf("%d episodes watched, want 4", got)
	}
}

func TestChangesNameRemovalsOrAreWhole(t *testing.T) {
	m, p, _ := account0(t, Journal())
	m.Person().List(Film(1), noon)
	m.Person().List(Film(2), noon)
	v, _ := read1(t, p, media.Watchlist, "", full)
	m.Person().Unlist(Film(1), noon)
	m.Person().List(Film(3), noon)
	v, _ = read1(t, p, media.Watchlist, v.Cursor, provider.ReadRequest{})
	if v.Coverage != provider.Changes || len(v.Rows) != 1 || len(v.Removed) != 1 || v.Removed[0] != "film-1" {
		t.Errorf("journal: %+v", v)
	}
	s, q, _ := account0(t, SimklLike())
	s.Person().List(Film(1), noon)
	v, _ = read1(t, q, media.Watchlist, "", full)
	s.Person().List(Film(2), noon)
	w, _ := read1(t, q, media.Watchlist, v.Cursor, provider.ReadRequest{})
	if w.Coverage != provider.Changes || len(w.Rows) != 1 {
		t.Errorf("simkl after an add: %+v", w)
	}
	s.Person().Unlist(Film(1), noon)
	if w, _ = read1(t, q, media.Watchlist, w.Cursor, provider.ReadRequest{}); w.Coverage != provider.Whole || len(w.Rows) != 1 {
		t.Errorf("simkl after a removal: %+v", w)
	}
}

// TestChangesAddUpToTheWhole follows random acts by changes alone and compares
// with a full list after every read.
func TestChangesAddUpToTheWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := New(rapid.SampledFrom([]Profile{Journal(), SimklLike(), Tracker()}).Draw(rt, "profile"), func() media.Moment { return noon }, 1)
		f := rapid.SampledFrom(media.Features[:]).Draw(rt, "feature")
		verbs := []Verb{List, Unlist, Rate, Unrate, Watch, Mark, Unwatch, DeletePlay, Pause, ClearProgress}
		mirror, cursor := map[rowKey]provider.Row{}, ""
		for range rapid.IntRange(1, 12).Draw(rt, "reads") {
			for range rapid.IntRange(0, 4).Draw(rt, "acts") {
				_ = m.Act(Act{Verb: rapid.SampledFrom(verbs).Draw(rt, "verb"), Work: Film(rapid.IntRange(1, 3).Draw(rt, "film")), N: 50, At: noon})
			}
			want := provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: f, Cursor: cursor}}}
			s, err := m.Provider().Read(context.Background(), want)
			if err != nil {
				rt.Fatal(err)
			}
			v := s.Views[0]
			cursor = v.Cursor
			follow(mirror, v)
			whole := m.account().rowsOf(f)
			if len(whole) != len(mirror) {
				rt.Fatalf("followed %v, whole %v", mirror, whole)
			}
			for _, r := range whole {
				if mirror[rowKey{r.Key, r.PlayKey}] != r {
					rt.Fatalf("followed %v, whole %v", mirror, whole)
				}
			}
		}
	})
}

// follow brings a mirror up to date with a view.
func follow(mirror map[rowKey]provider.Row, v provider.View) {
	if v.Coverage != provider.Changes {
		clear(mirror)
	}
	for _, gone := range v.Removed {
		for k := range mirror {
			if k.key == gone {
				delete(mirror, k)
			}
		}
	}
	for _, r := range v.Rows {
		mirror[rowKey{r.Key, r.PlayKey}] = r
	}
}

func TestEveryRequestOfALoggedReadIsSeededAlone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		run := func() string {
			m := New(TraktLike(), func() media.Moment { return noon }, seed)
			m.Weather().StoreOnly(50)
			for i := 1; i <= 20; i++ {
				_, _ = m.Provider().Write(context.Background(), []provider.Change{{Action: provider.Add,
					Feature: media.Watchlist, Item: Film(i).Item(), New: media.Listed()}})
			}
			return m.Truth().String()
		}
		if a, b := run(), run(); a != b {
			rt.Fatalf("same seed, two truths:\n%s\n%s", a, b)
		}
	})
}

func TestKeepingTwiceIsKeepingOnceAndNeverAbsent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := rapid.SampledFrom(Profiles()).Draw(rt, "profile")
		f := rapid.SampledFrom([]media.Feature{media.Ratings, media.History, media.Progress}).Draw(rt, "feature")
		v := media.Rated(rapid.IntRange(1, 100).Draw(rt, "rating"))
		switch f {
		case media.History:
			v = media.Watched(noon + media.Moment(rapid.Int64Range(0, day).Draw(rt, "ms")))
		case media.Progress:
			v = media.Position(rapid.Int64Range(60_000, 80*60_000).Draw(rt, "pos"), Film(1).RuntimeMS())
		}
		c := p.Caps.Features[f]
		once := Keep(c, f, v, Film(1).RuntimeMS())
		if twice := Keep(c, f, once, Film(1).RuntimeMS()); once != twice || !once.Set {
			rt.Fatalf("%s %s: %+v then %+v", p.Name, f, once, twice)
		}
	})
}

func BenchmarkRead60(b *testing.B) {
	m := New(TraktLike(), func() media.Moment { return noon }, 1)
	for i := 1; i <= 60; i++ {
		m.Person().List(Film(i), noon)
	}
	p := m.Provider()
	want := provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: media.Watchlist}}}
	for b.Loop() {
		if _, err := p.Read(context.Background(), want); err != nil {
			b.Fatal(err)
		}
	}
}
