package media

import (
	"fmt"
	"testing"
)

func TestFolderTokens(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		path string
		want string
	}{
		{Film, "/films/Paper Lighthouse (2023) [tmdbid-603]/film.mkv", "[film/tmdb:603]"},
		{Film, `D:\Films\Paper Lighthouse {imdb-tt0133093}\film.mkv`, "[film/imdb:tt0133093]"},
		{Film, "/films/Paper Lighthouse [imdbid=tt0133093] [tmdbid=603].mkv", "[film/imdb:tt0133093 film/tmdb:603]"},
		{Film, "/films/Paper Lighthouse [tt0133093]/film.mkv", "[film/imdb:tt0133093]"},
		{Show, "/shows/Harbour Nine {tvdb-81189}", "[show/tvdb:81189]"},
		{Show, "/anime/Harbour Nine [anidb-17]", "[show/anidb:17]"},
		{Film, "/films/a [tmdb-1] [tmdb-2]/film.mkv", "[]"},
		{Film, "/films [tmdb-1]/b [tmdb-2]/film.mkv", "[film/tmdb:2]"},
		{Film, "/films/a [tmdb-tt12345]/film.mkv", "[]"},
		{Film, "/films/a (2023) [1080p] {edition-final}.mkv", "[]"},
		{Film, "/films/a [tmdb-0603]/a [TMDBID-603].mkv", "[film/tmdb:603]"},
		{Episode, "/shows/Harbour Nine {tvdb-81189}/S01E01.mkv", "[]"},
		{Film, "", "[]"},
	} {
		if got := fmt.Sprint(FolderTokens(c.kind, c.path)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.kind, c.path, got, c.want)
		}
	}
}
