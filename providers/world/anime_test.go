package world

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers"
	"watchkeeper/providers/anilist"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/fakekit"
)

// firstPart is the number of the first work's part; the others follow. The
// second season of a show is a part of its own.
const firstPart, secondSeason = 1001, 1000

// firstOfAniDB is what the parts' numbers at AniDB begin after.
const firstOfAniDB = 70_000

// mapped is a mapping in which every work but some is a part: a film as a
// whole, a show by its seasons. What is rated has one season: of more, each has
// a rating of its own, and none stands for the show's.
func mapped(works []fakekit.Work, but ...int) string {
	var b strings.Builder
	for i, w := range works {
		if slices.Contains(but, i) {
			continue
		}
		part := firstPart + i
		if w.Show {
			for s, n := range w.Episodes {
				if s > 0 && roleOf(i) == toRate {
					break
				}
				fmt.Fprintf(&b, "tvdb_show:%d:s%d: {anilist:%d: {\"1-%d\": \"1-%d\"}}\n", w.TVDB, s+1, part+s*secondSeason, n, n)
				fmt.Fprintf(&b, "tmdb_show:%d:s%d: {anilist:%d: {\"1-%d\": \"1-%d\"}}\n", w.TMDB, s+1, part+s*secondSeason, n, n)
				fmt.Fprintf(&b, "anidb:%d:R: {anilist:%d: {\"1-%d\": \"1-%d\"}}\n", firstOfAniDB+part+s*secondSeason, part+s*secondSeason, n, n)
			}
		} else {
			fmt.Fprintf(&b, "tmdb_movie:%d: {anilist:%d: {\"1\": \"1\"}}\n", w.TMDB, part)
		}
	}
	return b.String()
}

// anime keeps a mapping in a folder.
func anime(t *testing.T, dir, hand string) *providers.Anime {
	t.Helper()
	for name, text := range map[string]string{"fribb.json": "[]", "by-hand.yaml": hand} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := providers.OpenAnime(dir, fakekit.NewInternet(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func anilistPlace(t *testing.T, net *fakekit.Internet, works []fakekit.Work) *place {
	fake := anilistfake.New(time.Now)
	fake.Limit = 30
	anna := fake.AddUser(555, "anna")
	dir := t.TempDir()
	p := build(t, anilist.Service(anime(t, dir, mapped(works))), net, fake, "graphql.anilist.co", "anilist.co")
	p.announces, p.neverLess = false, true
	p.limits = []limit{{30, time.Minute, true}}
	p.hollow = func() { fake.Deaf = true }
	p.unmap = func(work int) { anime(t, dir, mapped(works, work)) }
	p.signIn(t, provider.Paste, func(provider.Step) {}, map[string]string{"answer": fake.Mint(anna, 365*24*time.Hour)})
	parts := make([]*anilistfake.Media, len(works))
	second := make([]*anilistfake.Media, len(works))
	for i, w := range works {
		m := anilistfake.Media{ID: firstPart + i, MAL: 90_000 + i, Romaji: w.Title, Year: w.Year, Episodes: 1, Minutes: int(w.RuntimeMS / 60_000), Format: "MOVIE"}
		if w.Show {
			m.Episodes, m.Format = w.Episodes[0], "TV"
			n := m
			n.ID, n.MAL, n.Romaji, n.Episodes = m.ID+secondSeason, m.MAL+secondSeason, m.Romaji+" 2", w.Episodes[1]
			second[i] = fake.AddMedia(n)
		}
		parts[i] = fake.AddMedia(m)
	}
	entry := func(w int) anilistfake.Entry { e, _ := anna.Entry(parts[w]); return e }
	cour := func(w, season int) *anilistfake.Media {
		if season > 1 {
			return second[w]
		}
		return parts[w]
	}
	p.watch = func(w int, part ...int) {
		season, number := episode(part)
		anna.Edit(cour(w, season), func(e *anilistfake.Entry) { e.Progress = max(number, e.Progress) })
	}
	p.list = func(w int, on bool) {
		if on {
			anna.Edit(parts[w], func(e *anilistfake.Entry) { e.Status = "PLANNING" })
		} else {
			anna.Delete(parts[w])
		}
	}
	p.rate = func(w, n int) { anna.Edit(parts[w], func(e *anilistfake.Entry) { e.Score = n * 10 }) }
	p.watched = func(w int, part ...int) int {
		season, number := episode(part)
		e, _ := anna.Entry(cour(w, season))
		return count(e.Progress >= number)
	}
	p.signOut = func() { fake.RevokeAll() }
	p.listed = func(w int) bool { return entry(w).Status == "PLANNING" }
	p.rated = func(w int) int { return entry(w).Score / 10 }
	return p
}

// R13: a mapping that names a title no more removes nothing, here or there, and
// what it is named again by is nobody's word.
func TestAMappingThatChangesRemovesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		l := begin(t, 1)
		l.wake()
		time.Sleep(3 * time.Hour)
		const listed, watched, rated = 6, 0, 3
		l.place("plex").list(listed, true)
		l.place("plex").watch(watched)
		l.place("plex").rate(rated, 8)
		all := func(when string) {
			t.Helper()
			for _, p := range l.places {
				if !p.listed(listed) || p.watched(watched) == 0 || p.rated != nil && p.rated(rated) != 8 {
					t.Errorf("%s: %s lists %v, watched %d", when, p.service.Name, p.listed(listed), p.watched(watched))
				}
			}
		}
		time.Sleep(12 * time.Hour)
		all("before")
		for _, work := range []int{listed, watched, rated, -1} {
			l.place("anilist").unmap(work)
			time.Sleep(6 * time.Hour)
			l.answer()
			time.Sleep(6 * time.Hour)
			all(fmt.Sprintf("without a name for %d", work))
		}
		// What a person takes back afterwards is taken back everywhere.
		l.place("trakt").list(listed, false)
		time.Sleep(12 * time.Hour)
		l.answer()
		time.Sleep(12 * time.Hour)
		for _, p := range l.places {
			if p.listed(listed) {
				t.Errorf("%s still lists it", p.service.Name)
			}
		}
		l.must(l.sleep())
		l.must(l.store.Close())
	})
}
