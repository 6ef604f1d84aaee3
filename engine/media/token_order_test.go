package media

import (
	"slices"
	"testing"
)

func TestTokensHaveOneOrder(t *testing.T) {
	sorted := []Token{
		OwnToken(Film, IMDb, "tt0000002"),
		OwnToken(Film, TMDB, "605"),
		OwnToken(Show, TMDB, "605"),
		SeasonToken(TVDB, "66", 0),
		SeasonToken(TVDB, "66", 1),
		OwnToken(Episode, TVDB, "66"),
		OwnToken(Episode, TVDB, "7"),
		EpisodeToken(TVDB, "66", 1, 9),
		EpisodeToken(TVDB, "66", 1, 10),
		EpisodeToken(TVDB, "66", 2, 0),
	}
	for i, a := range sorted {
		for j, b := range sorted {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%s against %s: %d, want %d", a, b, got, want)
			}
		}
	}
	shuffled := slices.Clone(sorted)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, Token.Compare)
	if !slices.Equal(shuffled, sorted) {
		t.Errorf("sorted to %v", shuffled)
	}
}

func TestPlaceholderIsNoID(t *testing.T) {
	for _, id := range []string{"tt0000000", "tt00000000"} {
		if _, ok := CleanID(IMDb, id); ok {
			t.Errorf("%s passes as an id", id)
		}
	}
	if id, ok := CleanID(IMDb, " TT0000005 "); !ok || id != "tt0000005" {
		t.Errorf("tt0000005 became %q, %v", id, ok)
	}
}
