package anilist

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/animemap"
)

// mapping is what the translating tests know: two parts of one season at TVDB
// and one long season at TMDB, a special, a film of two episodes, a double
// episode, and a show whose season is another at the other catalogue.
const mapping = `
tvdb_show:88:s1: {anilist:101: {"1-12": "1-12"}}
tvdb_show:88:s2: {anilist:102: {"1-12": "1-12"}}
tvdb_show:88:s0: {anilist:103: {"4": "1"}}
tmdb_show:99:s1: {anilist:101: {"1-12": "1-12"}, anilist:102: {"13-24": "1-12"}}
tmdb_movie:9: {anilist:104: {"1": "1-2|2"}}
tvdb_show:70:s1: {anilist:105: {"1-4": "1-2|-2"}}
tvdb_show:60:s1: {anilist:106: {"1-2": "1-2"}}
tmdb_show:61:s1: {anilist:107: {"1-2": "1-2"}, anilist:106: {"3-4": "1-2"}}
anidb:72:R: {anilist:102: {"1-12": "1-12"}}
`

// anime gives the account a mapping; hand replaces what was written by hand.
func (w *world) anime(hand string) {
	w.t.Helper()
	dir := w.t.TempDir()
	w.must(os.WriteFile(filepath.Join(dir, "fribb.json"), []byte(`[]`), 0o600))
	w.must(os.WriteFile(filepath.Join(dir, "by-hand.yaml"), []byte(hand), 0o600))
	s := animemap.NewStore(dir, w.net, time.Now)
	w.must(s.Open())
	w.account.anime = s
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// lists are the keys and ids of one feature.
func (w *world) lists(f media.Feature) string {
	v, s := w.view(f, "")
	var out []string
	for _, r := range v.Rows {
		i := slices.IndexFunc(s.Items, func(it media.Item) bool { return it.Key == r.Key })
		out = append(out, fmt.Sprintf("%s %v", r.Key, s.Items[i].Tokens))
	}
	return strings.Join(out, "\n")
}

func TestListedAsShowsKnowThem(t *testing.T) {
	w := newWorld(t)
	w.anime(mapping)
	for id, n := range map[int]int{101: 12, 102: 12, 103: 1, 104: 2, 105: 2, 106: 2, 108: 3} {
		m := w.part(id, n)
		w.user.Edit(m, func(e *anilistfake.Entry) { e.Progress, e.Score = min(n, 2+id/108), 70 })
	}
	watched := w.lists(media.History)
	for _, want := range []string{
		"101#2@episode/tvdb:88@1x2 [episode/tvdb:88@1x2 episode/tmdb:99@1x2]",
		"102#1@episode/tvdb:88@2x1 [episode/tvdb:88@2x1 episode/anidb:72@1x1]", "102#1@episode/tmdb:99@1x13 [episode/tmdb:99@1x13]",
		"103#1@episode/tvdb:88@0x4 [episode/tvdb:88@0x4]",
		"104#1-2@film/tmdb:9 [film/tmdb:9]",
		"105#1@episode/tvdb:70@1x1 [episode/tvdb:70@1x1]", "105#2@episode/tvdb:70@1x4 [episode/tvdb:70@1x4]",
		"108#3 [episode/anilist:108@1x3 episode/mal:9108@1x3]",
		"106#2@episode/tmdb:61@1x4 [episode/tmdb:61@1x4]",
	} {
		if !slices.Contains(strings.Split(watched, "\n"), want) {
			t.Errorf("%s is not in\n%s", want, watched)
		}
	}
	if strings.Contains(watched, "@episode/anidb") {
		t.Error("what AniDB calls an episode is another work")
	}
	if strings.Contains(watched, "tvdb:60") {
		t.Error("an episode that is another by the show's other id is listed as both")
	}
	ratings := w.lists(media.Ratings)
	for _, want := range []string{"101 [part/anilist:101 part/mal:9101]", "104#1-2@film/tmdb:9 [film/tmdb:9]", "105@show/tvdb:70 [show/tvdb:70]"} {
		if !slices.Contains(strings.Split(ratings, "\n"), want) {
			t.Errorf("%s is not in\n%s", want, ratings)
		}
	}
}

func TestAShowOnTheWatchlistIsItsFirstPart(t *testing.T) {
	w := newWorld(t)
	w.anime(mapping)
	first, later := w.part(101, 12), w.part(102, 12)
	for _, m := range []*anilistfake.Media{first, later} {
		w.user.Edit(m, func(e *anilistfake.Entry) { e.Status = planning })
	}
	want := "101@show/tvdb:88 [show/tvdb:88 show/tmdb:99]\n102 [part/anilist:102 part/mal:9102]"
	if got := sorted(w.lists(media.Watchlist)); got != want {
		t.Errorf("listed %s\nwant %s", got, want)
	}
	show := media.Item{Kind: media.Show, Season: -1, Number: -1, Tokens: []media.Token{media.OwnToken(media.Show, media.TMDB, "99")}}
	res := w.write(remove(media.Watchlist, show))
	w.want(res[0], provider.Accepted)
	if _, there := w.user.Entry(first); there {
		t.Error("the first part is still planned")
	}
	res = w.write(add(media.Watchlist, show, media.Listed()))
	w.want(res[0], provider.Confirmed)
	if e, _ := w.user.Entry(first); e.Status != planning || res[0].Key != "101@show/tvdb:88" {
		t.Errorf("%+v, %s", e, res[0].Key)
	}
	for what, item := range map[string]media.Item{"a rating of a show with parts": show, "a first part by itself": partItem("101")} {
		f := media.Ratings
		if item.Kind == media.Part {
			f = media.Watchlist
		}
		res = w.write(add(f, item, media.Rated(80)))
		if w.want(res[0], provider.Refused); res[0].Err.Err != errOtherwise {
			t.Errorf("%s: %v", what, res[0].Err)
		}
	}
}

func sorted(lines string) string {
	all := strings.Split(lines, "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func numbered(season, n int, shows ...media.Token) media.Item {
	it := media.Item{Kind: media.Episode, Season: season, Number: n}
	for _, s := range shows {
		it.Tokens = append(it.Tokens, media.EpisodeToken(s.Namespace, s.ID, season, n))
	}
	return it
}

func TestEpisodesOfShowsAreCounted(t *testing.T) {
	w := newWorld(t)
	w.anime(mapping)
	tvdb, tmdb := media.OwnToken(media.Show, media.TVDB, "88"), media.OwnToken(media.Show, media.TMDB, "99")
	second := w.part(102, 12)
	double := w.part(105, 2)
	film := w.part(104, 2)
	w.part(106, 2)
	w.part(107, 2)
	// By TVDB's numbers, with TMDB's id of the same show beside it, which knows no second season.
	res := w.write(add(media.History, numbered(2, 1, tvdb, tmdb), media.Watched(0)), add(media.History, numbered(1, 14, tvdb, tmdb), media.Watched(0)))
	w.want(res[0], provider.Confirmed)
	w.want(res[1], provider.Confirmed)
	if e, _ := w.user.Entry(second); e.Progress != 2 {
		t.Errorf("progress %d", e.Progress)
	}
	if res[0].Key != "102#1@episode/tvdb:88@2x1" || res[1].Key != "102#2@episode/tmdb:99@1x14" {
		t.Error(res[0].Key, res[1].Key)
	}
	// Two episodes that are one there count when both are watched.
	seventy := media.OwnToken(media.Show, media.TVDB, "70")
	res = w.write(add(media.History, numbered(1, 1, seventy), media.Watched(0)))
	w.want(res[0], provider.Refused)
	res = w.write(add(media.History, numbered(1, 1, seventy), media.Watched(0)), add(media.History, numbered(1, 2, seventy), media.Watched(0)))
	w.want(res[0], provider.Confirmed)
	w.want(res[1], provider.Confirmed)
	if e, _ := w.user.Entry(double); e.Progress != 1 {
		t.Errorf("progress %d", e.Progress)
	}
	movie := media.Item{Kind: media.Film, Season: -1, Number: -1, Tokens: []media.Token{media.OwnToken(media.Film, media.TMDB, "9")}}
	res = w.write(add(media.History, movie, media.Watched(0)))
	w.want(res[0], provider.Confirmed)
	if e, _ := w.user.Entry(film); e.Progress != 2 || e.Status != completed {
		t.Errorf("%+v", e)
	}
	// Two catalogues, one pair of numbers, two parts: nobody knows which.
	either := numbered(1, 1, media.OwnToken(media.Show, media.TVDB, "60"), media.OwnToken(media.Show, media.TMDB, "61"))
	res = w.write(add(media.History, either, media.Watched(0)))
	w.want(res[0], provider.Refused)
	found, err := w.account.Find(t.Context(), []media.Item{either, numbered(3, 1, tvdb), numbered(2, 3, tvdb), episodeItem("102", 3)})
	if err != nil || found[0] != nil || found[1] != nil || found[2].Key != "102#3@episode/tvdb:88@2x3" || found[3].Key != found[2].Key {
		t.Errorf("%v, %+v", err, found)
	}
}

// R13: a title that is called otherwise is a changed scope; more titles, more
// episodes and mappings of other titles are not.
func TestRenamedTitlesAreAnotherScope(t *testing.T) {
	w := newWorld(t)
	w.anime(mapping)
	w.env.Dir = t.TempDir()
	w.account.past = newPast(w.env.Dir)
	scope := func() string {
		v, _ := w.view(media.History, "")
		return v.Evidence.Scope + " " + v.Evidence.Numbering
	}
	m := w.part(101, 12)
	w.user.Edit(m, func(e *anilistfake.Entry) { e.Progress = 2 })
	first := scope()
	w.user.Edit(m, func(e *anilistfake.Entry) { e.Progress = 3 })
	w.user.Edit(w.part(102, 12), func(e *anilistfake.Entry) { e.Progress = 3 })
	w.account.past = newPast(w.env.Dir) // another start of the program
	if got := scope(); got != first {
		t.Errorf("more of it made %s of %s", got, first)
	}
	w.anime(mapping + `tvdb_show:71:s1: {anilist:900: {"1": "1"}}` + "\n")
	again := scope()
	if a, b, _ := strings.Cut(again, " "); a != strings.Fields(first)[0] || b == strings.Fields(first)[1] {
		t.Errorf("another title's mapping made %s of %s", again, first)
	}
	w.anime(strings.Replace(mapping, `{anilist:101: {"1-12": "1-12"}}`, `{anilist:101: {"2-12": "1-11"}}`, 1))
	if got := strings.Fields(scope())[0]; got == strings.Fields(first)[0] {
		t.Error("a renamed title is the same scope")
	}
	// What is linked under the old name is neither shown nor written by it.
	old := numbered(1, 1, media.OwnToken(media.Show, media.TVDB, "88"))
	old.Key = "101#1@episode/tvdb:88@1x1"
	a, err := w.account.LookUp(t.Context(), media.History, []media.Item{old})
	if err != nil || a[0].Held {
		t.Errorf("%v, %+v", err, a)
	}
	w.want(w.write(add(media.History, old, media.Watched(0)))[0], provider.Refused)
}

func TestKeysComeBack(t *testing.T) {
	for _, k := range []string{"101", "101#3", "101#1-2@film/tmdb:9", "101@show/tvdb:88", "102#1@episode/tvdb:88@2x1"} {
		if r, ok := parseKey(k); !ok || r.key() != k {
			t.Errorf("%s became %+v", k, r)
		}
	}
	for _, k := range []string{"", "x", "101#", "101#0", "101#3-2", "101@", "101@show/letterbox:1", "-1"} {
		if r, ok := parseKey(k); ok {
			t.Errorf("%q became %+v", k, r)
		}
	}
}
