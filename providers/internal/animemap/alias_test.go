package animemap

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"watchkeeper/engine/media"
)

const family = `{"tvdb_show:88:s1":{"anilist:1":{"1-12":"1-12"}},"tvdb_show:88:s2":{"anilist:2":{"1-12":"1-12"}},
"tmdb_show:99:s1":{"anilist:1":{"1-12":"1-12"},"anilist:2":{"13-24":"1-12"}},"tmdb_show:99:s2":{"anilist:3":{"1":"1"}},
"tmdb_movie:9":{"anilist:4":{"1":"1-2|2"}},"imdb_movie:tt9999999":{"anilist:4":{"1":"1-2|2"}},
"tvdb_show:70:s1":{"anilist:5":{"1-4":"1-2|-2"}}}`

func TestAliases(t *testing.T) {
	m := bridge(t, family, "")
	for part, want := range map[string]string{
		"1": "[{1 1 1 [episode/tvdb:88@1x1 episode/tmdb:99@1x1]}]",
		// The second season's first episode is another part's by the other id.
		"2": "[{1 1 1 [episode/tmdb:99@1x13]}]",
		"4": "[{1 2 1 [film/tmdb:9 film/imdb:tt9999999]}]",
		"5": "[{1 1 2 [episode/tvdb:70@1x1]} {1 1 2 [episode/tvdb:70@1x2]}]",
		"9": "[]",
	} {
		if got := fmt.Sprint(m.Aliases(part, 1)); got != want {
			t.Errorf("%s: %s, want %s", part, got, want)
		}
	}
	if got := fmt.Sprint(m.Aliases("2", 3)[1:]); got != "[{2 2 1 [episode/tvdb:88@2x2]} {2 2 1 [episode/tmdb:99@1x14]} {3 3 1 [episode/tvdb:88@2x3]} {3 3 1 [episode/tmdb:99@1x15]}]" {
		t.Errorf("what only one catalogue numbers so: %s", got)
	}
	if tokens, rated := m.Stands("4", 2); !rated || len(tokens) != 2 || tokens[0].Kind != media.Film {
		t.Errorf("a whole film: %v, %v", tokens, rated)
	}
	if tokens, _ := m.Stands("4", 3); len(tokens) != 0 {
		t.Errorf("a film that is a part of it: %v", tokens)
	}
	show := media.Item{Kind: media.Show, Tokens: []media.Token{media.OwnToken(media.Show, media.TVDB, "88"), media.OwnToken(media.Show, media.TVDB, "70")}}
	if part, err := m.PartOf(show); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("two shows: %s, %v", part, err)
	}
}

// TestAniDBCountsWithinAPart: what AniDB calls an episode is another name of the
// work that it is elsewhere, not another work, whatever season a show has it in.
func TestAniDBCountsWithinAPart(t *testing.T) {
	m := bridge(t, strings.TrimSuffix(family, "}")+`,"anidb:71:R":{"anilist:1":{"1-12":"1-12"}},"anidb:72:R":{"anilist:2":{"1-12":"1-12"}},
"anidb:75:R":{"anilist:5":{"1-4":"1-2|-2"}},"anidb:76:R":{"anilist:6":{"1-3":"1-3"}}}`, "")
	for part, want := range map[string]string{
		"1": "[{1 1 1 [episode/tvdb:88@1x1 episode/tmdb:99@1x1 episode/anidb:71@1x1]}]",
		"2": "[{1 1 1 [episode/tmdb:99@1x13 episode/anidb:72@1x1]}]",
		"5": "[{1 1 2 [episode/tvdb:70@1x1 episode/anidb:75@1x1]} {1 1 2 [episode/tvdb:70@1x2 episode/anidb:75@1x2]}]",
		"6": "[{1 1 1 [episode/anidb:76@1x1]}]",
	} {
		if got := fmt.Sprint(m.Aliases(part, 1)); got != want {
			t.Errorf("%s: %s, want %s", part, got, want)
		}
	}
	if got := fmt.Sprint(m.Aliases("2", 2)[1:]); got != "[{2 2 1 [episode/tvdb:88@2x2 episode/anidb:72@1x2]} {2 2 1 [episode/tmdb:99@1x14]}]" {
		t.Errorf("a name of the first work only: %s", got)
	}
	byHand := media.Item{Kind: media.Episode, Tokens: []media.Token{media.EpisodeToken(media.AniDB, "72", 1, 2)}}
	if part, a, err := m.Locate(byHand); part != "2" || err != nil || len(a.Tokens) != 2 || a.Tokens[0].Namespace != media.TVDB {
		t.Errorf("%s %+v, %v", part, a, err)
	}
}

// TestGoldenAliases: what a part is called leads to it and to no other, and
// what two parts are called is never the same.
func TestGoldenAliases(t *testing.T) {
	m := golden(t)
	if m == nil {
		return
	}
	owner := map[media.Token]string{}
	names := 0
	for from := range m.bridge.runs {
		if from.catalogue != anilist {
			continue
		}
		for _, a := range m.Aliases(from.id, 30) {
			for _, tok := range a.Tokens {
				names++
				part, back, err := m.Locate(media.Item{Kind: tok.Kind, Tokens: []media.Token{tok}})
				if err != nil || part != from.id || !back.same(a) || !back.Names(tok) {
					t.Fatalf("%s is %s#%d-%d and leads to %s %+v, %v", tok, from.id, a.Lo, a.Hi, part, back, err)
				}
				if other, taken := owner[tok]; taken && other != from.id {
					t.Fatalf("%s is of %s and %s", tok, other, from.id)
				}
				owner[tok] = from.id
			}
		}
	}
	if names < 25_000 {
		t.Errorf("only %d names", names)
	}
	t.Logf("%d names of parts", names)
}

// TestAnotherFormIsRefused: a file of a later form may mean other things by the
// same words.
func TestAnotherFormIsRefused(t *testing.T) {
	for version, ok := range map[string]bool{"3.0.0": true, "3.4.1": true, "4.0.0": false} {
		_, err := readBridge(strings.NewReader(`{"$meta":{"schema_version":"` + version + `"},"tvdb_show:1:s1":{"anilist:1":{"1":"1"}}}`))
		if (err == nil) != ok {
			t.Errorf("%s: %v", version, err)
		}
	}
}
