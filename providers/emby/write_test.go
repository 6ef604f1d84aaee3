package emby

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
)

func one(t *testing.T) (*stage, string) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(3)}, nil)
	return s, s.server.Find("Paper Lighthouse 1")
}

func play(key string, at media.Moment) provider.Change {
	return provider.Change{Action: provider.Add, Feature: media.History, Item: media.Item{Key: key, Kind: media.Film}, New: media.Watched(at), At: at}
}

func (s *stage) writes() int { return s.record.Count("POST *") + s.record.Count("DELETE *") }

func TestPlayKeepsItsDateAndCountsOnce(t *testing.T) {
	s, film := one(t)
	for _, want := range []provider.Outcome{provider.Confirmed, provider.Already} {
		if r := s.write(t, play(film, day1+789)); r.Outcome != want {
			t.Errorf("%+v", r)
		}
		if d := s.user.State(film); !d.Played || d.Count != 1 || media.At(d.Last) != day1 {
			t.Errorf("%+v", d)
		}
	}
	if n := s.writes(); n != 1 {
		t.Errorf("%d writes", n)
	}
}

func TestUndatedPlayInventsNoDate(t *testing.T) {
	s, film := one(t)
	s.user.Keep(film, embyfake.State{Last: day1.Time(), Count: 1, Rating: -1}) // looked in once
	if r := s.write(t, play(film, 0)); r.Outcome != provider.Confirmed {
		t.Errorf("%+v", r)
	}
	if d := s.user.State(film); !d.Played || !d.Last.IsZero() {
		t.Errorf("%+v", d)
	}
}

func TestDatesOnlyGrowUnlessUndone(t *testing.T) {
	s, film := one(t)
	s.user.Keep(film, embyfake.State{Played: true, Count: 5, Last: day1.Time(), Rating: -1})
	older, newer := day1.Add(-time.Hour), day1.Add(time.Hour)
	if r := s.write(t, play(film, older)); r.Outcome != provider.Already {
		t.Errorf("%+v", r)
	}
	if r := s.write(t, play(film, newer)); r.Outcome != provider.Confirmed {
		t.Errorf("%+v", r)
	}
	undo := play(film, day1)
	undo.Action, undo.Old = provider.Update, media.Watched(newer)
	if r := s.write(t, undo); r.Outcome != provider.Confirmed {
		t.Errorf("%+v", r)
	}
	if d := s.user.State(film); d.Count != 5 || media.At(d.Last) != day1 {
		t.Errorf("%+v", d)
	}
}

// Whatever is written, everything else in the record stays as it was, to the
// last digit of the date.
func TestAWriteLeavesTheRestOfTheRecord(t *testing.T) {
	s, film := one(t)
	last := time.Date(2024, 8, 2, 22, 51, 23, 123456700, time.UTC)
	was := embyfake.State{Played: true, Favorite: true, Count: 7, PositionMS: 600_000, Last: last, Rating: 6.5}
	it := media.Item{Key: film, Kind: media.Film}
	for name, c := range map[string]struct {
		do   provider.Change
		want func(*embyfake.State)
	}{
		"rating": {provider.Change{Action: provider.Update, Feature: media.Ratings, Item: it, Old: media.Rated(65), New: media.Rated(83)},
			func(d *embyfake.State) { d.Rating = 8.3 }},
		"no rating": {provider.Change{Action: provider.Remove, Feature: media.Ratings, Item: it, Old: media.Rated(65)},
			func(d *embyfake.State) { d.Rating = -1 }},
		"no heart": {provider.Change{Action: provider.Remove, Feature: media.Watchlist, Item: it, Old: media.Listed()},
			func(d *embyfake.State) { d.Favorite = false }},
		"position": {provider.Change{Action: provider.Update, Feature: media.Progress, Item: it, Old: media.Position(600_000, 0), New: media.Position(900_000, 4_800_000), At: day1.Add(48 * time.Hour)},
			func(d *embyfake.State) { d.PositionMS = 900_000 }},
		"no position": {provider.Change{Action: provider.Remove, Feature: media.Progress, Item: it, Old: media.Position(600_000, 0)},
			func(d *embyfake.State) { d.PositionMS = 0 }},
		"later play": {provider.Change{Action: provider.Update, Feature: media.History, Item: it, Old: media.Watched(media.At(last)), New: media.Watched(day1)},
			func(d *embyfake.State) { d.Last = day1.Time() }},
	} {
		s.user.Keep(film, was)
		want := was
		c.want(&want)
		if r := s.write(t, c.do); r.Outcome != provider.Confirmed {
			t.Errorf("%s: %+v", name, r)
		}
		if got := s.user.State(film); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestAPlayEndsOlderPositionsOnly(t *testing.T) {
	s, film := one(t)
	for _, c := range []struct {
		at   media.Moment
		left int64
	}{{day1.Add(time.Hour), 0}, {day1.Add(-time.Hour), 600_000}} {
		s.user.Keep(film, embyfake.State{PositionMS: 600_000, Last: day1.Time(), Rating: -1})
		if r := s.write(t, play(film, c.at)); r.Outcome != provider.Confirmed {
			t.Errorf("%+v", r)
		}
		if d := s.user.State(film); d.PositionMS != c.left || !d.Played {
			t.Errorf("%+v, want %d", d, c.left)
		}
	}
}

// Between plan and write somebody acted, or is watching: nothing of it is
// touched.
func TestWhatChangedMeanwhileOrPlaysIsLeftAlone(t *testing.T) {
	s, film := one(t)
	it := media.Item{Key: film, Kind: media.Film}
	for name, c := range map[string]struct {
		now embyfake.State
		do  provider.Change
	}{
		"watched again": {embyfake.State{Played: true, Last: day1.Add(time.Hour).Time(), Rating: -1},
			provider.Change{Action: provider.Remove, Feature: media.History, Item: it, Old: media.Watched(day1)}},
		"rated otherwise": {embyfake.State{Rating: 4},
			provider.Change{Action: provider.Update, Feature: media.Ratings, Item: it, Old: media.Rated(80), New: media.Rated(90)}},
		"watched on": {embyfake.State{PositionMS: 900_000, Rating: -1},
			provider.Change{Action: provider.Remove, Feature: media.Progress, Item: it, Old: media.Position(600_000, 0)}},
	} {
		s.user.Keep(film, c.now)
		s.record.Reset()
		if r := s.write(t, c.do); r.Outcome != provider.NotApplied || r.Row == nil || !r.Row.Value.Set || s.writes() > 0 {
			t.Errorf("%s: %+v %v", name, r, s.record.Seen())
		}
	}
	guest := s.server.AddUser("pip", "pw")
	for name, start := range map[string]func(){"plays": func() { s.user.Start(film) }, "watches along": func() { guest.StartWith(film, s.user) }} {
		s.user.Keep(film, embyfake.State{Rating: -1})
		start()
		s.record.Reset()
		if name == "plays" {
			if r := s.write(t, play(film, day1)); r.Outcome != provider.NotApplied || r.Err == nil || s.writes() > 0 {
				t.Errorf("%s: %+v %v", name, r, s.record.Seen())
			}
		}
		heart := provider.Change{Action: provider.Add, Feature: media.Watchlist, Item: it, New: media.Listed()}
		if r := s.write(t, heart); r.Outcome != provider.Confirmed && r.Outcome != provider.Already {
			t.Errorf("%s: a heart touches nothing else: %+v", name, r)
		}
	}
}

// A change by somebody between the read of a batch and the write of its last
// item is kept: each record is read right before it is replaced.
func TestRecordsAreFreshWithinABatch(t *testing.T) {
	s, film := one(t)
	other := s.server.Find("Paper Lighthouse 2")
	s.weather.When("meanwhile", func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, film+"/UserData") }, 1,
		func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			s.user.Favorite(other, true)
			next.ServeHTTP(w, r)
		})
	res, err := s.account.Write(t.Context(), []provider.Change{play(film, day1), play(other, day1)})
	if err != nil || res[0].Outcome != provider.Confirmed || res[1].Outcome != provider.Confirmed {
		t.Fatal(res, err)
	}
	if d := s.user.State(other); !d.Favorite || !d.Played {
		t.Errorf("%+v", d)
	}
}

// A server that says yes and does nothing is neither believed nor blamed: the
// change waits for proof.
func TestAYesWithoutEffectStaysUnproven(t *testing.T) {
	s, film := one(t)
	s.user.Keep(film, embyfake.State{Favorite: true, Rating: 8})
	s.server.Grumble(film, true)
	it := media.Item{Key: film, Kind: media.Film}
	for name, c := range map[string]provider.Change{
		"play":      play(film, day1),
		"no heart":  {Action: provider.Remove, Feature: media.Watchlist, Item: it, Old: media.Listed()},
		"no rating": {Action: provider.Remove, Feature: media.Ratings, Item: it, Old: media.Rated(80)},
	} {
		s.record.Reset()
		if r := s.write(t, c); r.Outcome != provider.Accepted || r.Row != nil || s.writes() != 1 {
			t.Errorf("%s: %+v, %d writes", name, r, s.writes())
		}
	}
}

func TestProofThatDoesNotComeLeavesTheChangeAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, film := one(t)
		posted := false
		s.weather.When("after", func(r *http.Request) bool {
			defer func() { posted = posted || r.Method == http.MethodPost }()
			return posted
		}, -1, fakekit.Status(503))
		if r := s.write(t, play(film, day1)); r.Outcome != provider.Accepted || !s.user.State(film).Played {
			t.Errorf("%+v", r)
		}
	})
}

// Many writes in a row leave the server room to breathe.
func TestWritesArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := set(t, embyfake.Options{Works: fakekit.SomeWorks(3 * batch / 2)}, nil)
		var changes []provider.Change
		for n := 1; len(changes) < batch; n++ {
			if id := s.server.Find(fmt.Sprintf("Paper Lighthouse %d", n)); id != "" {
				changes = append(changes, play(id, day1))
			}
		}
		start := time.Now()
		res, err := s.account.Write(t.Context(), changes)
		if err != nil || res[batch-1].Outcome != provider.Confirmed {
			t.Fatal(res[batch-1], err)
		}
		if took, least := time.Since(start), (batch-writeBurst-1)*writeEvery; took < least || took > 2*least {
			t.Errorf("%d writes in %s, want about %s", batch, took, least)
		}
	})
}

// A server that refuses records still marks, with the date in its own form.
func TestWithoutRecordsAPlayIsMarked(t *testing.T) {
	s, film := one(t)
	s.weather.When("no records", func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/UserData") }, -1, fakekit.Status(403))
	if r := s.write(t, play(film, 0)); r.Outcome != provider.Refused || s.user.State(film).Played {
		t.Errorf("marking would invent a date: %+v", r)
	}
	if r := s.write(t, play(film, day1)); r.Outcome != provider.Confirmed || media.At(s.user.State(film).Last) != day1 {
		t.Errorf("%+v %+v", r, s.user.State(film))
	}
}

func TestRatingsAreReadOnlyUnlessAllowedAndNeverOfShows(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(3)}, func(e *provider.Env) { e.Options = nil })
	film, show := s.server.Find("Paper Lighthouse 1"), s.server.Find("Harbour 3")
	s.user.Rate(film, 7.5)
	if r, _ := row(s.read(t, provider.ReadRequest{Full: true}), media.Ratings, film); r.Value != media.Rated(75) {
		t.Errorf("%+v", r)
	}
	c := provider.Change{Action: provider.Update, Feature: media.Ratings, Item: media.Item{Key: film, Kind: media.Film}, Old: media.Rated(75), New: media.Rated(80)}
	if r := s.write(t, c); r.Outcome != provider.Refused || s.user.State(film).Rating != 7.5 {
		t.Errorf("%+v", r)
	}
	s.env.Options = map[string]string{"write_ratings": "on"}
	s.open(t)
	c = provider.Change{Action: provider.Add, Feature: media.Ratings, Item: media.Item{Key: show, Kind: media.Show}, New: media.Rated(80)}
	if r := s.write(t, c); r.Outcome != provider.Refused || s.writes() > 0 {
		t.Errorf("%+v", r)
	}
}

func TestSharesBecomePositionsInTheFile(t *testing.T) {
	s, film := one(t)
	c := provider.Change{Action: provider.Add, Feature: media.Progress, Item: media.Item{Key: film, Kind: media.Film},
		New: media.Position(25_000, 0), At: day1} // a share: 25 %
	if r := s.write(t, c); r.Outcome != provider.Confirmed || r.Row.At != day1 {
		t.Errorf("%+v", r)
	}
	if d := s.user.State(film); media.At(d.Last) != day1 || d.PositionMS != 80*60_000/4 || d.Played {
		t.Errorf("%+v", d)
	}
	c = provider.Change{Action: provider.Update, Feature: media.Progress, Item: c.Item, Old: media.Position(d25(), 0), New: media.Position(d25()*2, 4_800_000), At: day1.Add(-time.Hour)}
	if r := s.write(t, c); r.Outcome != provider.Confirmed || media.At(s.user.State(film).Last) != day1 {
		t.Errorf("the date went backwards: %+v %+v", r, s.user.State(film))
	}
}

func d25() int64 { return 80 * 60_000 / 4 }

func TestFilesOfSeveralEpisodes(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(3)}, nil)
	file := s.server.Find("Harbour 3", 1, 2)
	s.server.Remove(s.server.Find("Harbour 3", 1, 3))
	s.server.Change(file, func(f *embyfake.Facts) { f.Last = 3 })
	snap := s.read(t, provider.ReadRequest{Full: true})
	second := file + "#3"
	if a, b := item(snap, file), item(snap, second); a.Number != 2 || b.Number != 3 || !strings.Contains(tokens(b), "@1x3") || strings.Contains(tokens(b), "@1x2") {
		t.Errorf("%+v %+v", a, b)
	}
	if r := s.write(t, play(file, day1)); r.Outcome != provider.Refused || s.user.State(file).Played {
		t.Errorf("half of the file: %+v", r)
	}
	s.open(t) // days later, another process
	if r := s.write(t, play(second, day1.Add(time.Hour))); r.Outcome != provider.Confirmed || !s.user.State(file).Played {
		t.Errorf("all of the file: %+v", r)
	}
	a, err := s.account.LookUp(t.Context(), media.History, []media.Item{{Key: second}})
	if err != nil || !a[0].Held || !a[0].Rows[0].Value.Set || a[0].Key != second {
		t.Errorf("%+v %v", a, err)
	}
	clear := provider.Change{Action: provider.Remove, Feature: media.History, Item: media.Item{Key: second, Kind: media.Episode}, Old: media.Watched(day1.Add(time.Hour))}
	if r := s.write(t, clear); r.Outcome != provider.Refused || !s.user.State(file).Played {
		t.Errorf("un-watching half of the file: %+v", r)
	}
}
