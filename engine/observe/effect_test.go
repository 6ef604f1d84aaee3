package observe_test

import (
	"testing"
	"time"

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
			b.known.Rated[film] = b.now.Add(-minutes)
		}
		rows := append(list("b"), row("a", media.Listed(), b.now.Add(-minutes)))
		b.read(rows...)
		if st, ok := b.statement(0); !ok || st.Local != rated {
			t.Errorf("rated %v: %+v", rated, st)
		}
	}
}
