package world

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers"
	"watchkeeper/providers/anilist"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/fakekit"
)

// firstPart is the number of the first work's part; the others follow.
const firstPart = 1001

// anime is a mapping in which every work is a part: a film as a whole, a show
// by its first season.
func anime(t *testing.T, works []fakekit.Work) *providers.Anime {
	t.Helper()
	var b strings.Builder
	for i, w := range works {
		part := firstPart + i
		if w.Show {
			fmt.Fprintf(&b, "tvdb_show:%d:s1: {anilist:%d: {\"1-%d\": \"1-%d\"}}\n", w.TVDB, part, w.Episodes[0], w.Episodes[0])
			fmt.Fprintf(&b, "tmdb_show:%d:s1: {anilist:%d: {\"1-%d\": \"1-%d\"}}\n", w.TMDB, part, w.Episodes[0], w.Episodes[0])
		} else {
			fmt.Fprintf(&b, "tmdb_movie:%d: {anilist:%d: {\"1\": \"1\"}}\n", w.TMDB, part)
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"fribb.json": "[]", "by-hand.yaml": b.String()} {
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
	p := build(t, anilist.Service(anime(t, works)), net, fake, "graphql.anilist.co", "anilist.co")
	p.announces = false
	token := fake.Mint(anna, 365*24*time.Hour)
	p.signIn(t, provider.Paste, func(provider.Step) {}, map[string]string{"answer": token})
	parts := make([]*anilistfake.Media, len(works))
	for i, w := range works {
		m := anilistfake.Media{ID: firstPart + i, MAL: 90_000 + i, Romaji: w.Title, Year: w.Year, Episodes: 1, Minutes: int(w.RuntimeMS / 60_000), Format: "MOVIE"}
		if w.Show {
			m.Episodes, m.Format = w.Episodes[0], "TV"
		}
		parts[i] = fake.AddMedia(m)
	}
	entry := func(w int) anilistfake.Entry { e, _ := anna.Entry(parts[w]); return e }
	p.watch = func(w int) {
		anna.Edit(parts[w], func(e *anilistfake.Entry) { e.Progress = max(1, e.Progress) })
	}
	p.list = func(w int, on bool) {
		if on {
			anna.Edit(parts[w], func(e *anilistfake.Entry) { e.Status = "PLANNING" })
		} else {
			anna.Delete(parts[w])
		}
	}
	p.rate = func(w, n int) { anna.Edit(parts[w], func(e *anilistfake.Entry) { e.Score = n * 10 }) }
	p.watched = func(w int) int { return count(entry(w).Progress > 0) }
	p.listed = func(w int) bool { return entry(w).Status == "PLANNING" }
	p.rated = func(w int) int { return entry(w).Score / 10 }
	return p
}
