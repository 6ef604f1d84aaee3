package observe_test

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// R9: what a service does by itself stays local (scenarios 51, 102).
func TestOwnEffects(t *testing.T) {
	type acts struct {
		feature  media.Feature
		effects  provider.Effect
		given    media.Moment  // the service's time of the value
		watched  time.Duration // after the last read that showed it; 0: never
		replaced bool
		local    bool
	}
	lists, expires, ends, single := provider.ListDropsWatched, provider.ProgressExpires, provider.PlayEndsProgress, provider.ProgressPerShow
	recent, old := noon.Add(-time.Hour), noon.Add(-200*time.Hour)
	for name, c := range map[string]acts{
		"watched off the list":                 {media.Watchlist, lists, recent, 10 * minutes, false, true},
		"dropped by a lagging list":            {media.Watchlist, lists, recent, -20 * minutes, false, true},
		"watched long before it was removed":   {media.Watchlist, lists, old, -100 * time.Hour, false, false},
		"watched before it was listed again":   {media.Watchlist, lists, noon.Add(5 * minutes), -35 * minutes, false, false},
		"not watched":                          {media.Watchlist, lists, recent, 0, false, false},
		"watched where nothing is dropped":     {media.Watchlist, 0, recent, 10 * minutes, false, false},
		"a position ended by a play":           {media.Progress, ends, recent, 10 * minutes, false, true},
		"a position dismissed":                 {media.Progress, ends | expires, recent, 0, false, false},
		"a position expired":                   {media.Progress, expires, old, 0, false, true},
		"a position of another episode's sake": {media.Progress, single, recent, 0, true, true},
		"a position dismissed, one per show":   {media.Progress, single, recent, 0, false, false},
		"ratings have no effects":              {media.Ratings, lists | expires | ends | single, old, 10 * minutes, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, c.feature, whole())
			b.caps.Effects = c.effects
			v := value(c.feature, 30)
			b.read(row("a", v, c.given), row("d", v, c.given))
			shown := b.now
			b.read(row("a", v, c.given), row("d", v, c.given))
			if c.watched != 0 {
				b.known.Watched[film] = shown.Add(c.watched)
			}
			rest := []provider.Row{row("d", v, c.given)}
			if c.replaced {
				b.known.Shows[1], b.known.Shows[2] = 77, 77
				rest = append(rest, row("b", v, b.now.Add(-minutes)))
			}
			b.read(rest...)
			b.read(rest...)
			st, _ := b.statement(0)
			if !st.Cleared || st.Local != c.local {
				t.Fatalf("want local %v: %+v", c.local, st)
			}
		})
	}
}

// A list may be late by reads, not only by a time: while the computer sleeps,
// nothing shows in it.
func TestOwnEffectOfAListThatIsReadsLate(t *testing.T) {
	for late, local := range map[int]bool{1: true, 5: true, 6: false} {
		b := newBook(t, media.Watchlist, whole())
		b.caps.Effects = provider.ListDropsWatched
		v, given := media.Listed(), noon.Add(-time.Hour)
		for range 3 {
			b.read(row("a", v, given), row("d", v, given))
		}
		b.known.Watched[film] = b.now.Add(-29 * minutes)
		for range late {
			b.now = b.now.Add(23 * time.Hour)
			b.read(row("a", v, given), row("d", v, given))
		}
		b.read(row("d", v, given))
		b.now = b.now.Add(23 * time.Hour)
		b.read(row("d", v, given))
		if st, _ := b.statement(0); !st.Cleared || st.Local != local {
			t.Errorf("%d reads late: %+v", late, st)
		}
	}
}

// A service's clock that was set since makes a value look newer than what took it
// away: it was shown before, so it was given before.
func TestOwnEffectOfAClockThatWasSet(t *testing.T) {
	for _, watched := range []bool{true, false} {
		b := newBook(t, media.Watchlist, whole())
		b.caps.Effects = provider.ListDropsWatched
		v, given := media.Listed(), noon.Add(-23*time.Hour)
		b.read(row("a", v, given), row("d", v, given))
		shown := b.now
		b.read(row("a", v, given), row("d", v, given))
		if watched {
			b.known.Watched[film] = shown.Add(time.Minute)
		}
		b.trust.ClockMS = -(24 * time.Hour).Milliseconds()
		b.read(row("d", v, given))
		b.read(row("d", v, given))
		if st, _ := b.statement(0); !st.Cleared || st.Local != watched {
			t.Errorf("watched %t: %+v", watched, st)
		}
	}
}

// R9: one position per show makes room for that of another episode, also when that
// one has gone by the time the first is proven gone, or is ours and not seen yet.
func TestOwnEffectOfAPositionThatHasGoneSince(t *testing.T) {
	b := newBook(t, media.Progress, whole())
	b.caps.Effects = provider.ProgressPerShow
	b.known.Shows = map[media.WorkID]media.WorkID{1: 77, 2: 77, 3: 77}
	v := value(media.Progress, 30)
	first, other := row("a", v, noon.Add(-time.Hour)), row("d", v, noon.Add(-time.Hour))
	for range 2 {
		b.read(first, other)
	}
	second := row("b", v, b.now.Add(-minutes))
	b.read(second, other)
	b.read(other)
	b.read(other)
	if st, _ := b.statement(0); !st.Cleared || !st.Local {
		t.Errorf("replaced: %+v", st)
	}
	if st := b.known.Statements[ledger.Subject{Work: 2, Feature: media.Progress}]; !st.Cleared || st.Local {
		t.Errorf("dismissed: %+v", st)
	}
	third := row("c", v, b.now.Add(-minutes))
	other = row("d", value(media.Progress, 40), b.now.Add(-minutes)) // no list is like an earlier one
	b.read(third, other)
	subject := ledger.Subject{Work: 1, Feature: media.Progress}
	b.known.Pending[subject] = []ledger.Pending{{Op: "1", Account: us, Subject: subject, New: v, Sent: b.now, Run: b.run, State: ledger.Expected}}
	b.read(other)
	b.read(other)
	if st := b.known.Statements[ledger.Subject{Work: 3, Feature: media.Progress}]; !st.Cleared || !st.Local {
		t.Errorf("replaced by ours: %+v", st)
	}
}

// R9: what was the service's own doing when it was first seen is so when it is
// proven, also when nothing is left by then of what took the place.
func TestOwnEffectIsKeptWithItsProof(t *testing.T) {
	b := newBook(t, media.Progress, whole())
	b.caps.Effects = provider.ProgressPerShow
	b.known.Shows = map[media.WorkID]media.WorkID{1: 77, 2: 77}
	v := value(media.Progress, 30)
	first, second, other := row("a", v, noon.Add(-time.Hour)), row("b", v, noon), row("d", v, noon.Add(-time.Hour))
	b.read(other)
	b.read(first, other)
	b.read(first, other)
	b.read(second, other)
	subject := ledger.Subject{Work: 2, Feature: media.Progress}
	b.known.Pending[subject] = []ledger.Pending{{Op: "1", Account: us, Subject: subject, RowKey: ledger.RowKey{Key: "b"}, Old: v,
		Sent: b.now, Run: b.run, State: ledger.Expected}}
	for range 5 { // as before the first: it needs five looks
		b.read(other)
	}
	if st, _ := b.statement(0); !st.Cleared || !st.Local {
		t.Errorf("replaced: %+v", st)
	}
	again := row("a", v, b.now.Add(-minutes))
	b.read(again, other)
	b.read(again, other)
	for range 5 {
		b.read(other)
	}
	if st, _ := b.statement(0); !st.Cleared || st.Local {
		t.Errorf("dismissed: %+v", st)
	}
}

// R9: what a service may have done by itself because of a feature that could not be
// read waits until it is: then it is known for what it is.
func TestOwnEffectsWaitForWhatTheyFollowFrom(t *testing.T) {
	for name, c := range map[string]struct {
		feature media.Feature
		effects provider.Effect
		unread  media.Feature
		gains   bool // the row comes, else it goes
		waits   bool
	}{
		"off the list, plays unread":              {media.Watchlist, provider.ListDropsWatched, media.History, false, true},
		"off the list, ratings unread":            {media.Watchlist, provider.RatingWatches, media.Ratings, false, true},
		"off the list, which nothing drops":       {media.Watchlist, 0, media.History, false, false},
		"on the list, ratings unread":             {media.Watchlist, provider.RatingLists, media.Ratings, true, true},
		"on the list, plays unread":               {media.Watchlist, provider.ListDropsWatched | provider.RatingLists, media.History, true, false},
		"a position gone, plays unread":           {media.Progress, provider.PlayEndsProgress, media.History, false, true},
		"a position come, plays unread":           {media.Progress, provider.PlayEndsProgress, media.History, true, false},
		"marked, ratings unread":                  {media.History, provider.RatingWatches, media.Ratings, true, true},
		"unmarked, ratings unread":                {media.History, provider.RatingWatches, media.Ratings, false, false},
		"a rating gone, which follows of nothing": {media.Ratings, ^provider.Effect(0), media.History, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, c.feature, whole())
			b.caps.Effects = c.effects
			v := value(c.feature, 30)
			if c.feature == media.History {
				v = media.Watched(0)
			}
			with, without := []provider.Row{row("d", v, 0), row("a", v, 0)}, []provider.Row{row("d", v, 0)}
			if c.gains {
				with, without = without, with
			}
			b.read(with...)
			b.read(with...)
			before, said := b.statement(0)
			b.known.Unread[c.unread] = true
			for range 3 {
				b.read(without...)
			}
			if now, says := b.statement(0); (now == before && says == said) != c.waits {
				t.Fatalf("want waiting %v: %+v", c.waits, now)
			}
			b.known.Unread[c.unread] = false
			b.read(without...)
			if now, _ := b.statement(0); now.Cleared == c.gains {
				t.Fatalf("not concluded in the end: %+v", now)
			}
		})
	}
}

// What a rating lists by itself is nobody's wish to watch it.
func TestListedByRating(t *testing.T) {
	for i, rated := range []bool{true, false, true} {
		b := newBook(t, media.Watchlist, whole())
		b.caps.Effects = provider.RatingLists
		b.read(list("b")...)
		if i < 2 { // else absence is not known yet, and the entry a first sight
			b.read(list("b")...)
		}
		if rated {
			b.known.Rated[film], b.known.RatedAt[film] = b.now.Add(-minutes), b.now.Add(-minutes)
		}
		rows := append(list("b"), row("a", media.Listed(), b.now.Add(-minutes)))
		b.read(rows...)
		if st, ok := b.statement(0); !ok || st.Local != rated {
			t.Errorf("rated %v: %+v", rated, st)
		}
	}
}

// However late a list shows what a rating listed: its time tells.
func TestListedByRatingLongAgo(t *testing.T) {
	for _, beside := range []time.Duration{0, time.Hour} {
		b := newBook(t, media.Watchlist, whole())
		b.caps.Effects = provider.RatingLists
		b.read(list("b")...)
		b.read(list("b")...)
		rated := b.now.Add(-99 * time.Hour)
		b.known.Rated[film], b.known.RatedAt[film] = rated, rated
		for range 2 {
			b.read(append(list("b"), row("a", media.Listed(), rated.Add(beside)))...)
		}
		if st, ok := b.statement(0); !ok || st.Local != (beside == 0) {
			t.Errorf("%s beside the rating: %+v", beside, st)
		}
	}
}

// A title that a person lists at another time than they rate it is theirs.
func TestListedBesideRating(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.caps.Effects = provider.RatingLists
	b.read(list("b")...)
	b.read(list("b")...)
	b.known.Rated[film], b.known.RatedAt[film] = b.now.Add(-20*minutes), b.now.Add(-20*minutes)
	b.read(append(list("b"), row("a", media.Listed(), b.now.Add(-minutes)))...)
	if st, ok := b.statement(0); !ok || st.Local {
		t.Errorf("%+v", st)
	}
}

// What a service calls watched because it was rated is no viewing; what a
// person marks is, with or without a date.
func TestMarkedByRating(t *testing.T) {
	type acts struct {
		row            provider.Row
		rated, ratedAt time.Duration // after the last read that did not show it; 0: never
		sent           time.Duration // of a rating of ours
		said           time.Duration // of a rating that was taken back or replaced since
		local          bool
	}
	at := func(d time.Duration) media.Moment { return noon.Add(60*minutes + d) }
	undated := func(made time.Duration) provider.Row { return row("a", media.Watched(0), at(made)) }
	for name, c := range map[string]acts{
		"rated there":                             {row: undated(10 * minutes), rated: 10 * minutes, ratedAt: 10 * minutes, local: true},
		"rated by us, with an old date":           {row: undated(10 * minutes), rated: 10 * minutes, ratedAt: -99 * time.Hour, sent: 10 * minutes, local: true},
		"rated there, and not said when":          {row: row("a", media.Watched(0), 0), rated: 10 * minutes, local: true},
		"rated there, the title listed long ago":  {row: undated(-99 * time.Hour), rated: 10 * minutes, ratedAt: 10 * minutes, local: true},
		"rated by us, and dated by that":          {row: row("a", media.Watched(at(10*minutes)), 0), rated: 10 * minutes, sent: 10 * minutes, local: true},
		"rated by us, and shown long after":       {row: row("a", media.Watched(at(-99*time.Hour)), 0), rated: -99 * time.Hour, sent: -99 * time.Hour, local: true},
		"rated there, and unrated since":          {row: undated(10 * minutes), said: 10 * minutes, local: true},
		"marked, rated later and unrated since":   {row: undated(5 * minutes), said: 20 * minutes},
		"marked, and rated later":                 {row: undated(5 * minutes), rated: 20 * minutes, ratedAt: 20 * minutes},
		"marked with a date, and rated":           {row: row("a", media.Watched(at(9*minutes)), 0), rated: 9 * minutes, ratedAt: 9 * minutes},
		"marked without a date":                   {row: undated(5 * minutes)},
		"marked without a date, rated long since": {row: undated(5 * minutes), rated: -99 * time.Hour, ratedAt: -99 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, media.History, whole())
			b.caps.Effects = provider.RatingWatches
			other := row("d", media.Watched(noon), 0)
			b.read(other)
			b.read(other)
			b.read(other)
			mark := func(m map[media.WorkID]media.Moment, d time.Duration) {
				if d != 0 {
					m[film] = at(d)
				}
			}
			mark(b.known.Rated, c.rated)
			mark(b.known.RatedAt, c.ratedAt)
			mark(b.known.RatingSent, c.sent)
			if c.said != 0 {
				b.known.RatingsSaid = map[media.WorkID][]media.Moment{film: {at(-50 * time.Hour), at(c.said)}}
			}
			b.read(other, c.row)
			b.read(other, c.row)
			play := b.known.Shown[ledger.RowKey{Key: "a"}].Play
			if st, ok := b.statement(play); !ok || st.Local != c.local {
				t.Fatalf("want local %v: %+v", c.local, st)
			}
			if !c.local || c.row.Value.N != 0 {
				return
			}
			b.read(other, row("a", media.Watched(b.now.Add(-minutes)), 0))
			b.read(other, row("a", media.Watched(b.now.Add(-31*minutes)), 0))
			if st, _ := b.statement(b.known.Shown[ledger.RowKey{Key: "a"}].Play); st.Local || !st.Value.PlayedAt().Known() {
				t.Fatalf("the person's date makes it theirs: %+v", st)
			}
		})
	}
}

// A position that went with the watched mark was not dismissed.
func TestUnwatchEndsProgress(t *testing.T) {
	for _, effects := range []provider.Effect{provider.UnwatchEndsProgress, 0} {
		b := newBook(t, media.Progress, whole())
		b.caps.Effects = effects
		v := media.Position(30*60_000, 0)
		rest := row("d", v, noon.Add(-time.Hour))
		b.read(row("a", v, noon.Add(-time.Hour)), rest)
		b.read(row("a", v, noon.Add(-time.Hour)), rest)
		b.known.Unwatched = map[media.WorkID]media.Moment{film: b.now.Add(-minutes)}
		b.read(rest)
		b.read(rest)
		if st, _ := b.statement(0); !st.Cleared || st.Local != (effects != 0) {
			t.Errorf("effects %v: %+v", effects, st)
		}
	}
}

// A film that leaves the plan because it was rated was not taken off it.
func TestRatedOffTheList(t *testing.T) {
	for _, rated := range []bool{true, false} {
		b := newBook(t, media.Watchlist, whole())
		b.caps.Effects = provider.RatingWatches
		b.read(list("a", "b")...)
		b.read(list("a", "b")...)
		if rated {
			b.known.Rated[film] = b.now.Add(-minutes)
		}
		b.read(list("b")...)
		b.read(list("b")...)
		if st, _ := b.statement(0); !st.Cleared || st.Local != rated {
			t.Errorf("rated %v: %+v", rated, st)
		}
	}
}
