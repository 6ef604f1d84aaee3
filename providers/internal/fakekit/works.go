package fakekit

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Work is one film or show as an imitation's library is built from it. Ids are
// "" or 0 when unknown.
type Work struct {
	Show      bool
	Title     string
	Year      int
	IMDb      string
	TMDB      int
	TVDB      int
	Trakt     int
	RuntimeMS int64 // of the film, or of each episode
	Episodes  []int // of a show: how many in season 1, 2, …
}

// SomeWorks invents n works, every third a show of two seasons. Their ids are
// of the right form and far from real ones.
func SomeWorks(n int) []Work {
	out := make([]Work, n)
	for i := range out {
		w := Work{Title: fmt.Sprintf("Paper Lighthouse %d", i+1), Year: 1980 + i%45, IMDb: fmt.Sprintf("tt9%07d", i+1),
			TMDB: 90_000_000 + i + 1, TVDB: 91_000_000 + i + 1, Trakt: 92_000_000 + i + 1, RuntimeMS: int64(80+i%60) * 60_000}
		if i%3 == 2 {
			w.Show, w.Title = true, fmt.Sprintf("Harbour %d", i+1)
			w.Episodes, w.RuntimeMS = []int{3, 4}, int64(22+i%30)*60_000
		}
		out[i] = w
	}
	return out
}

// ReadWorks reads a table with the columns kind, title, year, imdb, tmdb,
// tvdb, trakt, separated by tabs, below a header line. Shows get two seasons
// of three episodes, as the table does not tell.
func ReadWorks(from io.Reader) ([]Work, error) {
	var out []Work
	lines := bufio.NewScanner(from)
	for n := 1; lines.Scan(); n++ {
		f := strings.Split(lines.Text(), "\t")
		if n == 1 || len(f) < 7 {
			continue
		}
		w := Work{Show: f[0] == "show", Title: f[1], IMDb: f[3], RuntimeMS: 100 * 60_000}
		for i, into := range map[int]*int{2: &w.Year, 4: &w.TMDB, 5: &w.TVDB, 6: &w.Trakt} {
			if f[i] == "" {
				continue
			}
			v, err := strconv.Atoi(f[i])
			if err != nil {
				return nil, fmt.Errorf("works line %d: %w", n, err)
			}
			*into = v
		}
		if w.Show {
			w.Episodes, w.RuntimeMS = []int{3, 3}, 45*60_000
		}
		out = append(out, w)
	}
	return out, lines.Err()
}
