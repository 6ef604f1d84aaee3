//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"watchkeeper/app"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/plex/plexfake"
	"watchkeeper/providers/simkl/simklfake"
	"watchkeeper/providers/trakt/traktfake"
)

const (
	manyFilms, manyShows, perShow = 14_900, 300, 17 // 20,000 films and episodes
	manyLists, manyEntries        = 300, 5_000
)

// BenchmarkFirstLook20k is the first look of the real program, in a process of
// its own, at six accounts of somebody who has seen 20,000 films and episodes
// at each but AniList, which has 5,000 entries; watchlists have 300. It reports
// processor seconds and the resident peak of that process, and the seconds
// that passed, in which the services' limits let it wait.
func BenchmarkFirstLook20k(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		c := newTown(b, nil)
		c.agreeing()
		c.AtTrakt.WatchlistLimit = 2 * manyLists
		c.muchWatched()
		c.connect(all...)
		b.StartTimer()
		start := time.Now()
		cpu, peak, said := c.measured("sync", "--json")
		b.ReportMetric(cpu, "cpu-s/op")
		b.ReportMetric(float64(peak>>10), "peak-MB")
		b.ReportMetric(time.Since(start).Seconds(), "passed-s")
		var look app.Synced
		if err := json.Unmarshal(said, &look); err != nil || len(look.Silent) > 0 || len(look.Status.Accounts) != len(all) {
			b.Errorf("not everything was read: %v %+v", err, look.Silent)
		}
	}
}

// measured runs a command in a process of its own. The peak is in KiB.
func (w *world) measured(args ...string) (cpu float64, peak int64, said []byte) {
	w.t.Helper()
	var out bytes.Buffer
	cmd := w.process(args...)
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case <-ended:
			use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			return time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds(), peak, out.Bytes()
		case <-time.After(20 * time.Millisecond):
			// What the kernel tells after the end counts the parent, too.
			peak = max(peak, highWater(cmd.Process.Pid))
		}
	}
}

// highWater is the resident peak of a process in KiB.
func highWater(pid int) (kib int64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // it may have ended
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ = strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		}
	}
	return kib
}

// muchWatched fills all services with the same past.
func (c *city) muchWatched() {
	day := time.Now().AddDate(-10, 0, 0).Truncate(time.Minute)
	for n := range manyFilms + manyLists {
		day = day.Add(4 * time.Hour)
		c.film(n, day, n >= manyFilms)
	}
	for n := range manyShows {
		c.show(n, day.Add(time.Duration(n)*24*time.Hour))
	}
	for n := range manyEntries {
		m := c.AniList.AddMedia(anilistfake.Media{ID: 80_000_001 + n, MAL: 81_000_001 + n, Romaji: fmt.Sprint("Part ", n), Year: 2013, Episodes: 12, Minutes: 24})
		c.AtAniList.Edit(m, func(e *anilistfake.Entry) {
			if e.Progress, e.Score = n%13, n%100; n < manyLists {
				e.Status, e.Progress, e.Score = "PLANNING", 0, 0
			}
		})
	}
}

// film is on the watchlists, or was seen at a time and sometimes rated.
func (c *city) film(n int, at time.Time, listed bool) {
	title, year, imdb, tmdb := fmt.Sprintf("Paper Lighthouse %d", n), 1930+n%95, fmt.Sprintf("tt9%07d", n), 90_000_001+n
	ids := map[string]string{"Imdb": imdb, "Tmdb": fmt.Sprint(tmdb)}
	const runtime = 100 * 60_000
	j := c.Jellyfin.Shelve(jellyfinfake.Entry{Kind: "Movie", Title: title, Year: year, RuntimeMS: runtime, IDs: ids})
	e := c.Emby.Shelve(embyfake.Entry{Kind: "Movie", Title: title, Year: year, RuntimeMS: runtime, IDs: ids})
	key := fmt.Sprintf("5f%022x", n)
	p := c.Attic.Shelve(plexfake.Entry{Kind: "movie", Title: title, Year: year, Plex: key, RuntimeMS: runtime,
		IDs: map[string]string{"imdb": imdb, "tmdb": fmt.Sprint(tmdb)}})
	t := c.Trakt.AddMovie(title, year, traktfake.IDs{IMDb: imdb, TMDB: tmdb})
	s := c.SIMKL.AddMovie(title, year, simklfake.IDs{IMDb: imdb, TMDB: tmdb})
	if listed {
		c.AtJellyfin.Favorite(j, true)
		c.AtEmby.Favorite(e, true)
		c.AtPlex.List(key, at)
		c.AtTrakt.List(t, at)
		c.AtSIMKL.List(s, "plantowatch", at)
		return
	}
	c.AtJellyfin.Keep(j, played(at))
	c.AtEmby.Keep(e, embyfake.State{Played: true, Count: 1, Last: at, Rating: -1})
	c.AtPlex.At(c.Attic).Watch(p, at)
	c.AtTrakt.Watch(t, at)
	c.AtSIMKL.Watch(s, nil, at)
	if n%5 == 0 {
		c.AtTrakt.Rate(t, 1+n%10, at)
		c.AtSIMKL.Rate(s, 1+n%10, at)
		c.AtPlex.At(c.Attic).Rate(p, float64(1+n%10), at)
	}
}

// show was seen whole, an episode each hour.
func (c *city) show(n int, at time.Time) {
	title, imdb, tmdb, tvdb := fmt.Sprintf("Harbour %d", n), fmt.Sprintf("tt8%07d", n), 95_000_001+n, 96_000_001+n
	ids := map[string]string{"Imdb": imdb, "Tmdb": fmt.Sprint(tmdb), "Tvdb": fmt.Sprint(tvdb)}
	j := c.Jellyfin.Shelve(jellyfinfake.Entry{Kind: "Series", Title: title, IDs: ids})
	e := c.Emby.Shelve(embyfake.Entry{Kind: "Series", Title: title, IDs: ids})
	p := c.Attic.Shelve(plexfake.Entry{Kind: "show", Title: title, IDs: map[string]string{"imdb": imdb, "tmdb": fmt.Sprint(tmdb), "tvdb": fmt.Sprint(tvdb)}})
	first := c.Attic.Shelve(plexfake.Entry{Kind: "season", Title: "Season 1", Show: p, Index: 1})
	t := c.Trakt.AddShow(title, 2010, traktfake.IDs{IMDb: imdb, TMDB: tmdb, TVDB: tvdb}, 0, perShow)
	s := c.SIMKL.AddShow(title, 2010, simklfake.IDs{IMDb: imdb, TMDB: tmdb, TVDB: tvdb}, 0, perShow)
	for i := range perShow {
		at, part := at.Add(time.Duration(i)*time.Hour), fmt.Sprint("Part ", i+1)
		const runtime = 50 * 60_000
		c.AtJellyfin.Keep(c.Jellyfin.Shelve(jellyfinfake.Entry{Kind: "Episode", Title: part, Series: j, Season: 1, Number: i + 1, RuntimeMS: runtime}), played(at))
		c.AtEmby.Keep(c.Emby.Shelve(embyfake.Entry{Kind: "Episode", Title: part, Series: e, Season: 1, Number: i + 1, RuntimeMS: runtime}),
			embyfake.State{Played: true, Count: 1, Last: at, Rating: -1})
		c.AtPlex.At(c.Attic).Watch(c.Attic.Shelve(plexfake.Entry{Kind: "episode", Title: part, Show: p, Season: first, Index: i + 1, RuntimeMS: runtime}), at)
		c.AtTrakt.Watch(c.Trakt.Episode(t, 1, i+1), at)
		c.AtSIMKL.Watch(s, c.SIMKL.AddEpisode(s, 1, i+1), at)
	}
}
