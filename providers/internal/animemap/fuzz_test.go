package animemap

import (
	"bytes"
	"testing"

	"watchkeeper/engine/media"
)

// FuzzFiles: whatever stands in the three files, reading them ends with a map
// or an error, and a map names only works that the vocabulary has words for.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(`{"$meta":{},"tvdb_show:88:s1":{"anilist:2":{"1-12":"1-12"}}}`), []byte(`[{"anilist_id":2,"tvdb_id":88,"season":{"tvdb":1},"episode_offset":{"tvdb":"12"}}]`), []byte("tvdb_show:88:s1:\n  anilist:3:\n    13-: 1-\n"))
	f.Add([]byte(`{"tvdb_show:88:s1":[],"anidb:7":{"mal:x":{"1":null}}}`), []byte(`[1,null,{"anilist_id":"2","themoviedb_id":{"tv":5},"season":7}]`), []byte(`{"a:b:c": {"anilist:0": {"1|2": "1-2|-3"}}}`))
	f.Add([]byte("\xef\xbb\xbf{}"), []byte(`{}`), []byte("&a [*a]"))
	f.Add([]byte(`{"tvdb_show:88:s1":{"anilist:٣":{"1-9999999":"1-9999999|-2"}}}`), []byte(`[{"anilist_id":1e300}]`), []byte("x: {y: {z: 1}}"))
	f.Fuzz(func(t *testing.T, bridge, fribb, hand []byte) {
		m := &Map{}
		if doc, err := parseHand(bytes.NewReader(hand)); err == nil {
			m.hand = newLayer(ByHand, doc)
		}
		if l, err := readBridge(bytes.NewReader(bridge)); err == nil {
			m.bridge = l
		}
		if o, err := readFribb(bytes.NewReader(fribb)); err == nil {
			m.fribb = o
		}
		var tokens []media.Token
		for _, n := range []int{0, 1, 2, 13, 100_000} {
			for _, season := range []int{0, 1} {
				at := []media.Token{media.EpisodeToken(media.TVDB, "88", season, n)}
				if found, err := m.Forward(media.Item{Kind: media.Episode, Tokens: at}); err == nil {
					tokens = append(tokens, found.Tokens...)
				}
			}
			found, _ := m.Reverse("2", n)
			for _, match := range found {
				tokens = append(tokens, match.Tokens...)
			}
		}
		shows, _ := m.Shows("2")
		part, err := m.First(media.OwnToken(media.Show, media.TVDB, "88"))
		if tokens = append(tokens, shows...); err == nil {
			tokens = append(tokens, part)
		}
		for _, token := range tokens {
			if again, err := media.ParseToken(token.String()); err != nil || again != token {
				t.Fatalf("%s reads as %s (%v)", token, again, err)
			}
		}
	})
}

// FuzzPlace: a numbering that is read is written back the same.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{"tvdb_show:88:s1", "anidb:7", "anidb:7:S", "mal:1", "tmdb_movie:603", "a:b:c:d", ":", "tvdb_show:88:s-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePlace(text)
		if err != nil {
			return
		}
		again, err := parsePlace(p.String())
		if err != nil || again != p || p.season() < -1 {
			t.Errorf("%q is %+v, then %+v (%v)", text, p, again, err)
		}
	})
}
