package media

import (
	"encoding/json"
	"testing"
)

func TestTokensSurviveJSON(t *testing.T) {
	for _, want := range []Token{
		OwnToken(Film, IMDb, "tt0133093"), SeasonToken(TVDB, "88", 0), EpisodeToken(TMDB, "88", 2, 3), OwnToken(Episode, Plex, "5d776a2b961905001eb8e2c0"),
	} {
		body, err := json.Marshal(want)
		var back Token
		if err == nil {
			err = json.Unmarshal(body, &back)
		}
		if err != nil || back != want {
			t.Errorf("%s came back as %s: %v", body, back, err)
		}
	}
}
