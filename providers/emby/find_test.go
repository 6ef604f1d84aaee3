package emby

import (
	"net/http"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
)

func wanted(kind media.Kind, tokens ...media.Token) media.Item {
	return media.Item{Kind: kind, Title: "Same title", Tokens: tokens, Season: -1, Number: -1}
}

// Film tmdb 605 and show tmdb 605 are two works; so is what one id means in
// two namespaces.
func TestFindLooksAtTheKindAndAtEveryID(t *testing.T) {
	s := set(t, embyfake.Options{}, nil)
	shelve := func(kind, title, series string, season, number int, ids map[string]string) string {
		return s.server.Shelve(embyfake.Entry{Kind: kind, Title: title, Series: series, Season: season, Number: number, IDs: ids})
	}
	film := shelve("Movie", "Same title", "", 0, 0, map[string]string{"TMDB": "605", "Imdb": "tt0000605"})
	show := shelve("Series", "Same title", "", 0, 0, map[string]string{"tmdb": "605", "Tvdb": "88"})
	pilot := shelve("Episode", "Pilot", show, 0, 0, nil)
	second := shelve("Episode", "Second", show, 1, 2, map[string]string{"Tvdb": "7001"})
	tmdb, imdb := media.TMDB, media.IMDb
	for i, c := range []struct {
		want media.Item
		key  string
	}{
		{wanted(media.Film, media.OwnToken(media.Film, tmdb, "605")), film},
		{wanted(media.Show, media.OwnToken(media.Show, tmdb, "605")), show},
		{wanted(media.Film, media.OwnToken(media.Film, media.TVDB, "605")), ""},
		{wanted(media.Film, media.OwnToken(media.Film, imdb, "tt0000605"), media.OwnToken(media.Film, tmdb, "606")), ""}, // contradicts
		{wanted(media.Film), ""}, // by title only
		{wanted(media.Episode, media.EpisodeToken(media.TVDB, "88", 0, 0)), pilot},
		{wanted(media.Episode, media.EpisodeToken(media.TVDB, "88", 1, 2)), second},
		{wanted(media.Episode, media.EpisodeToken(media.TVDB, "88", 1, 3)), ""},
		{wanted(media.Episode, media.OwnToken(media.Episode, media.TVDB, "7001")), second},
		{wanted(media.Episode, media.OwnToken(media.Episode, tmdb, "605")), ""},
		{wanted(media.Film, media.OwnToken(media.Film, media.AniList, "605")), ""}, // not searched for
	} {
		found, err := s.account.Find(t.Context(), []media.Item{c.want})
		if err != nil || len(found) != 1 {
			t.Fatal(err)
		}
		got := ""
		if found[0] != nil {
			got = found[0].Key
		}
		if got != c.key {
			t.Errorf("%d: %v: %q, want %q", i, c.want.Tokens, got, c.key)
		}
	}
	for _, call := range s.record.Calls() {
		if call.Query.Get("AnyProviderIdEquals") != "" && call.Query.Get("IncludeItemTypes") == "" {
			t.Errorf("a search without a kind: %v", call.Query)
		}
	}
}

// A server that ignores the kind answers with other things of the same id.
func TestAnsweredKindsAreChecked(t *testing.T) {
	s := set(t, embyfake.Options{}, nil)
	for _, kind := range []string{"BoxSet", "Movie"} {
		s.server.Shelve(embyfake.Entry{Kind: kind, Title: kind, IDs: map[string]string{"Tmdb": "605"}})
	}
	s.weather.When("kinds ignored", func(r *http.Request) bool { return true }, -1,
		func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			q := r.URL.Query()
			q.Del("IncludeItemTypes")
			r.URL.RawQuery = q.Encode()
			next.ServeHTTP(w, r)
		})
	found, err := s.account.Find(t.Context(), []media.Item{wanted(media.Show, media.OwnToken(media.Show, media.TMDB, "605")),
		wanted(media.Episode, media.EpisodeToken(media.TMDB, "605", 1, 1))})
	if err != nil || found[0] != nil || found[1] != nil {
		t.Errorf("%+v %v", found, err)
	}
}

// A server that ignores the ids lists everything: that finds nothing.
func TestIgnoredIDsAreNotAnswered(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(9)}, nil)
	s.weather.When("ids ignored", func(r *http.Request) bool { return true }, -1,
		func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			q := r.URL.Query()
			q.Del("Ids")
			q.Del("AnyProviderIdEquals")
			r.URL.RawQuery = q.Encode()
			next.ServeHTTP(w, r)
		})
	film := media.Item{Kind: media.Film, Key: s.server.Find("Paper Lighthouse 1"), Tokens: []media.Token{media.OwnToken(media.Film, media.TMDB, "90000001")}}
	if _, err := s.account.LookUp(t.Context(), media.History, []media.Item{film}); kind(err) != provider.Contract {
		t.Error(err)
	}
	if _, err := s.account.Find(t.Context(), []media.Item{film}); kind(err) != provider.Contract {
		t.Error(err)
	}
	if res, err := s.account.Write(t.Context(), []provider.Change{play(film.Key, day1)}); kind(err) != provider.Contract || res[0].Outcome != provider.NotApplied || s.user.State(film.Key).Played {
		t.Error(res, err)
	}
}
