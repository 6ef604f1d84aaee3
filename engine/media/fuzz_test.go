package media

import "testing"

// FuzzToken: what is read as a token is written back the same, is a clean id,
// and has one place in the order of tokens.
func FuzzToken(f *testing.F) {
	for _, s := range []string{"film/tmdb:603", "episode/tvdb:88@2x3", "episode/tvdb:88@0x0", "season/imdb:tt0944947@1", "part/anilist:154587",
		"film/imdb:TT0133093", "film/plexguid:5f00aa11bb22cc33dd44ee55", "film/tmdb:0603", "show/tmdb:99999999999999999999", "episode/tvdb:88@2", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ParseToken(text)
		if err != nil {
			return
		}
		again, err := ParseToken(token.String())
		if err != nil || again != token || token.Compare(again) != 0 {
			t.Fatalf("%q is %s, and then %s (%v)", text, token, again, err)
		}
		if id, ok := CleanID(token.Namespace, token.ID); !ok || id != token.ID {
			t.Errorf("%s: its id cleans to %q", token, id)
		}
		var stored Token
		body, _ := token.MarshalText()
		if err := stored.UnmarshalText(body); err != nil || stored != token {
			t.Errorf("%s is stored as %s", token, stored)
		}
		if _, number, ok := token.Numbered(); ok && token.Kind != Season && token.Kind != Episode || ok && number < -1 {
			t.Errorf("%s is numbered", token)
		}
	})
}

// FuzzID: a clean id stays as it is, and holds nothing that means something
// in a token, an address or a line.
func FuzzID(f *testing.F) {
	for _, id := range []string{"tt0133093", "tt133093", " 603 ", "603.0", "1e3", "-1", "0", "movie-slug", "tt0133093/", "５"} {
		f.Add(uint8(0), id)
		f.Add(uint8(1), id)
	}
	namespaces := []Namespace{IMDb, TMDB, TVDB, Trakt, SIMKL, AniList, MAL, AniDB, Kitsu, Plex, "slug"}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		ns := namespaces[int(which)%len(namespaces)]
		id, ok := CleanID(ns, text)
		if !ok {
			return
		}
		if again, still := CleanID(ns, id); !still || again != id {
			t.Errorf("%s %q cleans to %q, then to %q", ns, text, id, again)
		}
		for _, r := range id {
			if r <= ' ' || r > '~' || r == '@' || r == '/' || r == ':' {
				t.Errorf("%s %q cleans to %q", ns, text, id)
			}
		}
	})
}
