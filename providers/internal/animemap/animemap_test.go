package animemap

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"watchkeeper/engine/media"
)

// bridge makes a Map of one document in AniBridge's form, and what is given by
// hand.
func bridge(t *testing.T, doc, hand string) *Map {
	t.Helper()
	l, err := readBridge(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	own, err := parseHand(strings.NewReader(hand))
	if err != nil {
		t.Fatal(err)
	}
	return &Map{bridge: l, hand: newLayer(ByHand, own)}
}

func episode(ns media.Namespace, show string, season, n int) media.Item {
	return media.Item{Kind: media.Episode, Season: season, Number: n, Tokens: []media.Token{media.EpisodeToken(ns, show, season, n)}}
}

// forward is the answer as text: "5#3 with 3", or why there is none.
func forward(m *Map, it media.Item) string {
	got, err := m.Forward(it)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, tok := range got.Tokens {
		_, n, _ := tok.Numbered()
		out = append(out, fmt.Sprintf("%s#%d", tok.ID, n))
	}
	return fmt.Sprintf("%s with %v", strings.Join(out, " "), got.With)
}

func reverse(m *Map, part string, n int) string {
	got, err := m.Reverse(part, n)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, g := range got {
		out = append(out, fmt.Sprintf("%v with %v", g.Tokens, g.With))
	}
	return strings.Join(out, ", ")
}

const sample = `{"$meta":{"schema_version":"3.0.0"},
"tvdb_show:70:s1":{"anilist:1":{"1-12":"1-12"},"anilist:2":{"13-":"1-"}},
"tvdb_show:71:s1":{"anilist:3":{"1-4":"1-2|-2"}},
"tvdb_show:72:s1":{"anilist:4":{"1":"1-4|4","2-3":"5,7"}},
"tvdb_show:73:s1":{"anilist:5":{"1-6":"1-6"},"anilist:6":{"6":"1"}},
"tvdb_show:74:s1":{"anilist:7":{"1-3":"1-3","3":null}},
"tvdb_show:70:s0":{"anilist:8":{"2":"1"}},
"tmdb_show:80:s2":{"anilist:1":{"1-12":"1-12"}},
"tmdb_movie:90":{"anilist:9":{"1":"1"}},
"anilist:10":{"tmdb_movie:91":{"1-3":"1|-3"},"anidb:20":{"1-3":"1-3"},"tvdb_show:75:s1":{"1-9":"1-7,8|2"}},
"anilist:11":{"tvdb_show:70:s1":{"1":"1-12|12"}},
"odd":{"anilist:1":{"1":"1"}}, "tvdb_show:76:s1":{"anilist:12":{"5-2":"1","1":"x"}}, "tvdb_show:77:s1":7}`

func TestForward(t *testing.T) {
	m := bridge(t, sample, "")
	film := media.Item{Kind: media.Film, Tokens: []media.Token{media.OwnToken(media.Film, media.TMDB, "90")}}
	both := episode(media.TVDB, "99", 1, 1)
	both.Tokens = append(both.Tokens, media.EpisodeToken(media.TMDB, "80", 2, 5))
	for _, c := range []struct {
		it   media.Item
		want string
	}{
		{episode(media.TVDB, "70", 1, 12), "1#12 with [12]"},
		{episode(media.TVDB, "70", 1, 13), "2#1 with [13]"},
		{episode(media.TVDB, "70", 1, 1000), "2#988 with [1000]"},
		{episode(media.TVDB, "71", 1, 2), "3#1 with [1 2]"},
		{episode(media.TVDB, "71", 1, 3), "3#2 with [3 4]"},
		{episode(media.TVDB, "71", 1, 5), ErrUnmapped.Error()},
		{episode(media.TVDB, "72", 1, 1), "4#1 4#2 4#3 4#4 with [1]"},
		{episode(media.TVDB, "72", 1, 3), "4#7 with [3]"},
		{episode(media.TVDB, "73", 1, 5), "5#5 with [5]"},
		{episode(media.TVDB, "73", 1, 6), ErrAmbiguous.Error()},
		{episode(media.TVDB, "74", 1, 3), ErrUnmapped.Error()},
		{episode(media.TVDB, "70", 0, 1), ErrUnmapped.Error()},
		{episode(media.TVDB, "70", 0, 2), "8#1 with [2]"},
		{episode(media.TVDB, "70", 2, 1), ErrUnmapped.Error()},
		{episode(media.TVDB, "75", 1, 7), ErrUnmapped.Error()},
		{episode(media.TVDB, "75", 1, 8), ErrUnmapped.Error()},
		{episode(media.AniDB, "20", 1, 2), "10#2 with [2]"},
		{both, "1#5 with [5]"},
		{film, "9#1 with [1]"},
		{media.Item{Kind: media.Episode, Title: "Harbour"}, ErrUnmapped.Error()},
	} {
		if got := forward(m, c.it); got != c.want {
			t.Errorf("%v: %s, want %s", c.it.Tokens, got, c.want)
		}
	}
	if _, err := new(Map).Forward(film); !errors.Is(err, ErrNoMap) {
		t.Error(err)
	}
}

func TestReverse(t *testing.T) {
	m := bridge(t, sample, "")
	for _, c := range []struct {
		part string
		n    int
		want string
	}{
		{"1", 3, "[episode/tvdb:70@1x3] with [3], [episode/tmdb:80@2x3] with [3]"},
		{"2", 1, "[episode/tvdb:70@1x13] with [1]"},
		{"3", 2, "[episode/tvdb:71@1x3 episode/tvdb:71@1x4] with [2]"},
		{"4", 2, "[episode/tvdb:72@1x1] with [1 2 3 4]"},
		{"10", 2, "[film/tmdb:91] with [1 2 3], [episode/anidb:20@1x2] with [2]"},
		{"8", 1, "[episode/tvdb:70@0x2] with [1]"},
		{"9", 1, "[film/tmdb:90] with [1]"},
		{"9", 2, ErrUnmapped.Error()},
		{"99", 1, ErrUnmapped.Error()},
	} {
		if got := reverse(m, c.part, c.n); got != c.want {
			t.Errorf("%s#%d: %s, want %s", c.part, c.n, got, c.want)
		}
	}
}

// TestByHand: what the person wrote comes before every file, from both sides,
// and a null of theirs takes away what a file says.
func TestByHand(t *testing.T) {
	m := bridge(t, sample, `
anilist:50:
  tvdb_show:70:s1:
    "1-2": "1-2"
tvdb_show:70:s1:
  anilist:2: {"13": null}
tvdb_show:73:s1:
  anilist:6: {"6": null}
tvdb_show:71:s1:
  anilist:3: {"1": "1"}
tvdb_show:72:s1:
  anilist:4: {}
`)
	for _, c := range []struct{ got, want string }{
		{forward(m, episode(media.TVDB, "70", 1, 2)), "50#2 with [2]"},
		{forward(m, episode(media.TVDB, "70", 1, 3)), "1#3 with [3]"},
		{forward(m, episode(media.TVDB, "70", 1, 13)), ErrUnmapped.Error()},
		{forward(m, episode(media.TVDB, "70", 1, 14)), "2#2 with [14]"},
		{forward(m, episode(media.TVDB, "73", 1, 6)), "5#6 with [6]"},
		{forward(m, episode(media.TVDB, "71", 1, 1)), "3#1 with [1]"},
		{forward(m, episode(media.TVDB, "71", 1, 2)), ErrUnmapped.Error()},
		{forward(m, episode(media.TVDB, "72", 1, 1)), ErrUnmapped.Error()},
		{reverse(m, "3", 1), "[episode/tvdb:71@1x1] with [1]"},
		{reverse(m, "50", 1), "[episode/tvdb:70@1x1] with [1]"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	if _, err := parseHand(strings.NewReader("anilist:5: [1")); err == nil {
		t.Error("a broken file passes")
	}
}

// TestWatchlistAndRatings: a show stands for its first part, and has a rating
// in common only with its only one.
func TestWatchlistAndRatings(t *testing.T) {
	m := bridge(t, sample, "")
	show := func(id string) media.Token { return media.OwnToken(media.Show, media.TVDB, id) }
	if p, err := m.First(show("70")); err != nil || p != media.OwnToken(media.Part, media.AniList, "1") {
		t.Error(p, err)
	}
	if s, err := m.Shows("1"); err != nil || len(s) != 1 || s[0] != show("70") {
		t.Error(s, err)
	}
	if s, err := m.Shows("2"); !errors.Is(err, ErrUnmapped) {
		t.Error(s, err)
	}
	if p, err := m.Only(show("71")); err != nil || p.ID != "3" {
		t.Error(p, err)
	}
	if p, err := m.Only(show("70")); !errors.Is(err, ErrAmbiguous) {
		t.Error(p, err)
	}
}

const offsetList = `[
{"anilist_id":1,"tvdb_id":70,"season":{"tvdb":1},"themoviedb_id":{"tv":"80"}},
{"anilist_id":"2","tvdb_id":70,"season":{"tvdb":1},"episode_offset":{"tvdb":12}},
{"anilist_id":3,"tvdb_id":70,"season":{"tvdb":0}},
{"anilist_id":4,"tvdb_id":71,"season":{"tvdb":1}}, {"anilist_id":5,"tvdb_id":71,"season":{"tvdb":1}},
{"anilist_id":null,"tvdb_id":72,"season":null}, {"themoviedb_id":603,"imdb_id":["tt1"]}, 7]`

func TestOffsets(t *testing.T) {
	o, err := readFribb(strings.NewReader(offsetList))
	if err != nil {
		t.Fatal(err)
	}
	m := bridge(t, `{"tvdb_show:70:s1":{"anilist:9":{"3":"1"},"anilist:1":{"4":null}}}`, "")
	m.fribb = o
	for _, c := range []struct{ got, want string }{
		{forward(m, episode(media.TVDB, "70", 1, 12)), "1#12 with [12]"},
		{forward(m, episode(media.TVDB, "70", 1, 13)), "2#1 with [13]"},
		{forward(m, episode(media.TVDB, "70", 1, 3)), "9#1 with [3]"},
		{forward(m, episode(media.TVDB, "70", 1, 4)), ErrUnmapped.Error()},
		{forward(m, episode(media.TVDB, "70", 0, 1)), ErrUnmapped.Error()},
		{forward(m, episode(media.TVDB, "71", 1, 1)), ErrAmbiguous.Error()},
		{forward(m, episode(media.TVDB, "70", 1, 0)), ErrUnmapped.Error()},
		{reverse(m, "2", 1), "[episode/tvdb:70@1x13] with [1]"},
		{reverse(m, "1", 13), ErrUnmapped.Error()},
		{reverse(m, "4", 1), ErrUnmapped.Error()},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

// TestRatios: a ratio behind a list is that of all its pieces, one that only
// fits its own piece is that piece's, and one that fits nothing maps nothing.
func TestRatios(t *testing.T) {
	for _, c := range []struct {
		src, dst string
		want     string
		whole    bool
	}{
		{"1-4", "1-2|-2", "[{{1 4} {1 2} -2}]", true},
		{"1-10", "1-3,5-6|-2", "[{{1 6} {1 3} -2} {{7 10} {5 6} -2}]", true},
		{"1-5", "1-3,4|-2", "[{{1 3} {1 3} 1} {{4 5} {4 4} -2}]", true},
		{"1-2", "1-4|2", "[{{1 2} {1 4} 2}]", true},
		{"1-4|2", "1-2", "[{{1 4} {1 2} -2}]", true},
		{"1-60", "1-12|5", "[]", false},
		{"1-9", "1-7,8|2", "[]", false},
		{"1-26", "1-24", "[{{1 24} {1 24} 1}]", false},
		{"1-2", "5-", "[{{1 2} {5 6} 1}]", true},
		{"3-", "1-", "[{{3 2147483647} {1 2147483647} 1}]", true},
	} {
		r, ratio, err := parseRange(c.src)
		parts, err2 := parseParts(c.dst)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if got, whole := blocks(r, ratio, parts); fmt.Sprint(got) != c.want || whole != c.whole {
			t.Errorf("%s to %s: %v %v, want %s", c.src, c.dst, got, whole, c.want)
		}
	}
}

// TestBlocksTurnAround: from whichever side, the same numbers belong together.
func TestBlocksTurnAround(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ratio := rapid.SampledFrom([]int{1, 2, 3, 12, -2, -3, -12}).Draw(t, "ratio")
		from := span{rapid.IntRange(0, 50).Draw(t, "lo"), 0}
		from.hi = from.lo + rapid.IntRange(0, 60).Draw(t, "length")
		to := span{rapid.IntRange(0, 50).Draw(t, "to"), open}
		b := fill(from, to, ratio)
		turned := b.inverse()
		for n := b.from.lo; n <= b.from.hi; n++ {
			there, with := b.at(n)
			if !with.holds(n) || there.lo < b.to.lo || there.hi > b.to.hi || with.lo < from.lo || with.hi > from.hi {
				t.Fatalf("%+v: %d is %+v with %+v", b, n, there, with)
			}
			for k := there.lo; k <= there.hi; k++ {
				if back, others := turned.at(k); back != with || others != there {
					t.Fatalf("%+v: %d is %+v, and %d is %+v with %+v", b, n, there, k, back, others)
				}
			}
		}
	})
}

// golden is the curated part of AniBridge's mappings, nil where it is not here.
func golden(t *testing.T) *Map {
	f, err := os.Open("../../../../shared/contracts/anime-mapping/anibridge-mappings.edits.yaml")
	if errors.Is(err, os.ErrNotExist) {
		t.Log("no curated mappings here")
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := parseHand(f)
	if err != nil {
		t.Fatal(err)
	}
	return &Map{bridge: newLayer(AniBridge, doc)}
}

func TestGolden(t *testing.T) {
	m := golden(t)
	if m == nil {
		return
	}
	if m.bridge.edges < 15_000 {
		t.Errorf("only %d ranges", m.bridge.edges)
	}
	for _, c := range []struct{ got, want string }{
		{forward(m, episode(media.TVDB, "81797", 21, 1)), "21#892 with [1]"},
		{forward(m, episode(media.TVDB, "81797", 22, 100)), "21#1185 with [100]"},
		{forward(m, episode(media.TMDB, "37854", 21, 892)), "21#892 with [892]"},
		{forward(m, episode(media.TVDB, "78857", 5, 41)), "20#220 with [41]"},
		{forward(m, episode(media.TVDB, "76885", 0, 3)), "5#1 with [3]"},
		{reverse(m, "22", 27), "[episode/tvdb:73532@2x1] with [27]"},
	} {
		if !strings.HasPrefix(c.got, c.want) {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

// TestGoldenRoundTrip: what is mapped somewhere leads back to where it came
// from, or is claimed by another part too and leads nowhere. Never elsewhere.
func TestGoldenRoundTrip(t *testing.T) {
	m := golden(t)
	if m == nil {
		return
	}
	if wrong, _ := m.Reverse("21", 892); len(wrong) == 0 || m.leadsBack("21", 893, wrong) == "" {
		t.Error("a way back to another episode passes")
	}
	there, back := 0, 0
	for from, runs := range m.bridge.runs {
		if from.catalogue != anilist {
			continue
		}
		for _, r := range runs {
			for n := r.block.from.lo; n <= min(r.block.from.hi, r.block.from.lo+40); n++ {
				found, err := m.Reverse(from.id, n)
				if err != nil {
					continue
				}
				there++
				if leads := m.leadsBack(from.id, n, found); leads != "" {
					if !strings.Contains(leads, "claim") {
						t.Errorf("%s#%d: %s", from.id, n, leads)
					}
					continue
				}
				back++
			}
		}
	}
	t.Logf("%d mapped, %d lead back, %d ranges odd", there, back, len(m.bridge.odd))
	if there < 50_000 || back*100 < there*90 {
		t.Errorf("of %d mapped only %d lead back", there, back)
	}
}

// leadsBack tells what is wrong with the way back; "" for nothing.
func (m *Map) leadsBack(part string, n int, found []Match) string {
	for _, f := range found {
		for _, tok := range f.Tokens {
			if tok.Namespace == media.MAL {
				continue // a part's own other id, not a place of a server
			}
			got, err := m.Forward(media.Item{Kind: tok.Kind, Tokens: []media.Token{tok}})
			if err != nil {
				return fmt.Sprintf("%s: %v", tok, err)
			}
			if want := media.EpisodeToken(media.AniList, part, 1, n); !contains(got.Tokens, want) {
				return fmt.Sprintf("%s leads to %v", tok, got.Tokens)
			}
		}
	}
	return ""
}

func contains(list []media.Token, t media.Token) bool {
	for _, x := range list {
		if x == t {
			return true
		}
	}
	return false
}

func FuzzSyntax(f *testing.F) {
	f.Add("1-12|2", "1-3,5-6|-2")
	f.Add("1-", "13-")
	f.Fuzz(func(t *testing.T, src, dst string) {
		l := newLayer(AniBridge, document{"tvdb_show:1:s1": {"anilist:2": {src: &dst}}})
		for _, n := range []int{0, 1, 2, 7, 1000, open} {
			for _, h := range first(l.find(place{tvdbShow, "1", "s1"}, n, func(place) bool { return true })) {
				if h.lo > h.hi || h.lo < 0 || len(h.with) == 0 || len(h.with) > 20_000 {
					t.Errorf("%q %q: %d is %+v", src, dst, n, h)
				}
			}
		}
	})
}

func first[A, B any](a A, _ B) A { return a }

// TestGoldenAgainstPairs: another list's pairs of AniList and MyAnimeList ids
// agree with the curated mappings wherever both speak.
func TestGoldenAgainstPairs(t *testing.T) {
	m := golden(t)
	raw, err := os.ReadFile("../../../../shared/fixtures/anime/kawaiioverflow-arm.json")
	if m == nil || err != nil {
		t.Log("no pairs here")
		return
	}
	var pairs []struct {
		MAL     int `json:"mal_id"`
		AniList int `json:"anilist_id"`
	}
	if err := json.Unmarshal(raw, &pairs); err != nil {
		t.Fatal(err)
	}
	both, differ := 0, 0
	for _, p := range pairs {
		found, err := m.Reverse(strconv.Itoa(p.AniList), 1)
		if err != nil || p.MAL == 0 || p.AniList == 0 {
			continue
		}
		for _, f := range found {
			if f.Tokens[0].Namespace != media.MAL {
				continue
			}
			both++
			if f.Tokens[0].ID != strconv.Itoa(p.MAL) {
				differ++
			}
		}
	}
	t.Logf("%d pairs in both, %d differ", both, differ)
	if both < 1000 || differ*50 > both {
		t.Errorf("%d of %d pairs differ", differ, both)
	}
}
