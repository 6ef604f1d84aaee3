package ledger

import (
	"slices"
	"testing"

	"watchkeeper/engine/media"
)

func row(key string, state ShownState, v media.Value, at media.Moment, since RunID) Shown {
	return Shown{RowKey: RowKey{Key: key}, State: state, Value: v, At: at, Since: since}
}

// §3: the fold of an account's items, whatever their order.
func TestFold(t *testing.T) {
	absent := row("z", ShownAbsent, media.Value{}, 0, 9)
	unknown := row("y", ShownUnknown, media.Value{}, 0, 9)
	cases := []struct {
		name string
		f    media.Feature
		rows []Shown
		key  string
	}{
		{"a value outweighs absence and unknown", media.Watchlist, []Shown{absent, unknown, row("a", ShownValue, media.Listed(), 0, 1)}, "a"},
		{"unknown outweighs absence", media.Watchlist, []Shown{absent, unknown}, "y"},
		{"absent only if absent on all", media.Watchlist, []Shown{absent, row("x", ShownAbsent, media.Value{}, 0, 8)}, "z"},
		{"the rating with the newest time", media.Ratings, []Shown{row("a", ShownValue, media.Rated(60), 5, 9), row("b", ShownValue, media.Rated(80), 6, 1)}, "b"},
		{"without times the item that changed last", media.Ratings, []Shown{row("a", ShownValue, media.Rated(60), 0, 1), row("b", ShownValue, media.Rated(80), 0, 2)}, "b"},
		{"else the lowest key", media.Ratings, []Shown{row("b", ShownValue, media.Rated(60), 0, 1), row("a", ShownValue, media.Rated(80), 0, 1)}, "a"},
		{"the newest play", media.History, []Shown{row("b", ShownValue, media.Watched(70), 9, 9), row("a", ShownValue, media.Watched(80), 0, 1)}, "a"},
		{"the newest position", media.Progress, []Shown{row("a", ShownValue, media.Position(9, 10), 4, 1), row("b", ShownValue, media.Position(1, 10), 5, 1)}, "b"},
	}
	for _, c := range cases {
		for range 2 {
			got, ok := Fold(c.f, c.rows)
			if !ok || got.Key != c.key {
				t.Errorf("%s: got %q, want %q", c.name, got.Key, c.key)
			}
			slices.Reverse(c.rows)
		}
	}
	if _, ok := Fold(media.Ratings, nil); ok {
		t.Error("no rows fold to something")
	}
}

func TestTokensDigest(t *testing.T) {
	a, b := media.OwnToken(media.Film, media.IMDb, "tt0000001"), media.OwnToken(media.Film, media.TMDB, "5")
	if TokensDigest([]media.Token{a, b}) != TokensDigest([]media.Token{b, a}) {
		t.Error("the order of tokens changes the digest")
	}
	if TokensDigest([]media.Token{a}) == TokensDigest([]media.Token{a, b}) {
		t.Error("a new token leaves the digest unchanged")
	}
}
