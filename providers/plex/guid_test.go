package plex

import (
	"strings"
	"testing"

	"watchkeeper/engine/media"
)

// TestEveryFamilyOfGUID: what each form says of an item of a kind; "" is
// nothing.
func TestEveryFamilyOfGUID(t *testing.T) {
	const hex = "5f00aa11bb22cc33dd44ee55"
	for _, c := range []struct {
		guid string
		kind media.Kind
		want string
	}{
		{"plex://movie/" + hex, media.Film, "film/plex:" + hex},
		{"plex://episode/" + hex, media.Episode, "episode/plex:" + hex},
		{"plex://show/" + hex, media.Episode, ""},
		{"plex://movie/" + hex[1:], media.Film, ""},
		{"imdb://tt0093773", media.Film, "film/imdb:tt0093773"},
		{"IMDB://TT0093773", media.Film, "film/imdb:tt0093773"},
		{"tmdb://106?lang=en", media.Film, "film/tmdb:106"},
		{"tvdb://9200013", media.Episode, "episode/tvdb:9200013"},
		{"imdb://106", media.Film, ""},
		{"com.plexapp.agents.imdb://tt0100802?lang=en", media.Film, "film/imdb:tt0100802"},
		{"com.plexapp.agents.themoviedb://12345?lang=", media.Film, "film/tmdb:12345"},
		{"com.plexapp.agents.themoviedb://12345/1/3?lang=de", media.Episode, "episode/tmdb:12345@1x3"},
		{"com.plexapp.agents.thetvdb://54321/1/3?lang=en", media.Episode, "episode/tvdb:54321@1x3"},
		{"com.plexapp.agents.thetvdb://54321/0/0?lang=en", media.Episode, "episode/tvdb:54321@0x0"},
		{"com.plexapp.agents.thetvdb://54321/1?lang=en", media.Season, "season/tvdb:54321@1"},
		{"com.plexapp.agents.thetvdb://54321?lang=en", media.Show, "show/tvdb:54321"},
		{"com.plexapp.agents.thetvdb://54321?lang=en", media.Episode, ""},
		{"com.plexapp.agents.thetvdb://54321/1?lang=en", media.Episode, ""},
		{"com.plexapp.agents.thetvdb://54321/1/3/4", media.Episode, ""},
		{"com.plexapp.agents.xbmcnfo://tt0100802?lang=en", media.Film, "film/imdb:tt0100802"},
		{"com.plexapp.agents.xbmcnfo://603?lang=en", media.Film, "film/tmdb:603"},
		{"com.plexapp.agents.xbmcnfotv://81797/1/2?lang=en", media.Episode, "episode/tvdb:81797@1x2"},
		{"com.plexapp.agents.hama://anidb-2127?lang=en", media.Show, "show/anidb:2127"},
		{"com.plexapp.agents.hama://anidb-2127/1/7?lang=en", media.Episode, "episode/anidb:2127@1x7"},
		{"com.plexapp.agents.hama://tvdb-81797/2/1?lang=en", media.Episode, "episode/tvdb:81797@2x1"},
		{"com.plexapp.agents.hama://tvdb4-81797?lang=en", media.Show, "show/tvdb:81797"},
		{"com.plexapp.agents.hama://tvdb4-81797/2/1?lang=en", media.Episode, ""},
		{"com.plexapp.agents.hama://tsdb-1399?lang=en", media.Show, "show/tmdb:1399"},
		{"com.plexapp.agents.hama://imdb-tt0100802?lang=en", media.Film, "film/imdb:tt0100802"},
		{"tv.plex.agents.nfo.movie://movie/tmdb_12345", media.Film, "film/tmdb:12345"},
		{"tv.plex.agents.nfo.series://show/tvdb_54321", media.Show, "show/tvdb:54321"},
		{"tv.plex.agents.nfo.series://show/tvdb_54321", media.Episode, ""},
		{"com.plexapp.agents.ytinforeader://xyz|abc", media.Show, ""},
		{"com.plexapp.agents.cmdb://603", media.Film, ""},
		{"com.plexapp.agents.none://231714?lang=xn", media.Film, ""},
		{"tv.plex.agents.none://68178", media.Film, ""},
		{"local://57282", media.Episode, ""},
		{"none://57282", media.Film, ""},
		{"tv.plex.xmltv://1/2", media.Episode, ""},
		{"mbid://37b4e401-fe8f-4e22-a4ba-13ad9bb33f3b", media.Film, ""},
		{"", media.Film, ""}, {"://", media.Film, ""}, {"plex://", media.Film, ""}, {"com.plexapp.agents.hama://", media.Show, ""},
	} {
		var got string
		for _, tok := range ownTokens(item{GUID: text(c.guid)}, c.kind) {
			got += tok.String()
		}
		if got != c.want {
			t.Errorf("%s of a %s: %q, want %q", c.guid, c.kind, got, c.want)
		}
	}
}

// TestEpisodesAreNamedByTheirShow in every way that the server tells.
func TestEpisodesAreNamedByTheirShow(t *testing.T) {
	s := shows{}
	s.learn([]item{{RatingKey: "40100", Type: "show", Guids: guids{"tvdb://81", "tmdb://82"}}})
	it := item{RatingKey: "40213", Type: "episode", GUID: "plex://episode/5f00aa11bb22cc33dd44ee55", GrandparentRatingKey: "40100",
		GrandparentGUID: "plex://show/5f00aa11bb22cc33dd440001", GrandparentTitle: "Harbour Nine", ParentIndex: number{N: 0, known: true}, Index: number{N: 0, known: true},
		Guids: guids{"tvdb://9200013"}, Duration: number{N: 2702000, known: true}, Year: number{N: 2024, known: true}}
	got := s.describe(it)
	const want = "episode/plex:5f00aa11bb22cc33dd44ee55 episode/plex:5f00aa11bb22cc33dd440001@0x0 episode/tmdb:82@0x0 episode/tvdb:9200013 episode/tvdb:81@0x0"
	if tokensText(got) != want || got.Season != 0 || got.Number != 0 || got.ShowKey != "40100" || got.RuntimeMS != 2702000 {
		t.Errorf("%+v\n%s\n%s", got, tokensText(got), want)
	}
	it.Index = number{} // a show by dates has no numbers
	if got := s.describe(it); got.Number != -1 || strings.Contains(tokensText(got), "@") {
		t.Errorf("%s", tokensText(got))
	}
}

// TestFoldersName: ids in folder names count for items that no agent matched.
func TestFoldersName(t *testing.T) {
	it := decodeItem(t, `{"type":"movie","guid":"local://1","Media":[{"Part":[{"file":"/films/Paper Lighthouse (2023) {tmdb-7654321}/film.mkv"}]}]}`)
	if got := tokensText(shows{}.describe(it)); got != "film/tmdb:7654321" {
		t.Error(got)
	}
}
