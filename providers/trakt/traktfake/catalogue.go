package traktfake

import (
	"fmt"
	"strings"

	"watchkeeper/providers/internal/fakekit"
)

// IDs are the public ids of a title; zero values are unknown ids.
type IDs struct {
	Trakt int
	Slug  string
	IMDb  string
	TMDB  int
	TVDB  int
}

// Title is a movie, show, season or episode that the service knows.
type Title struct {
	Type   string // "movie", "show", "season", "episode"
	Name   string
	Year   int
	IDs    IDs
	Show   *Title // of a season or episode
	Season int
	Number int
	// Runtime is the length in minutes.
	Runtime int
}

type catalogue struct {
	byTrakt map[string]*Title // "movie/4"
	all     []*Title
	last    int
}

func (c *catalogue) init() { c.byTrakt, c.last = map[string]*Title{}, 1000 }

func (c *catalogue) add(t *Title) *Title {
	if t.IDs.Trakt == 0 {
		c.last++
		t.IDs.Trakt = c.last
	}
	key := fmt.Sprintf("%s/%d", t.Type, t.IDs.Trakt)
	if old := c.byTrakt[key]; old != nil {
		return old
	}
	c.byTrakt[key] = t
	c.all = append(c.all, t)
	return t
}

// AddMovie puts a movie into the catalogue. A missing trakt id or slug is
// invented; a known trakt id gives the title that has it.
func (s *Service) AddMovie(name string, year int, ids IDs) *Title {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids.Slug = slug(ids.Slug, name, year)
	return s.titles.add(&Title{Type: "movie", Name: name, Year: year, IDs: ids, Season: -1, Number: -1, Runtime: 110})
}

// AddShow puts a show with its seasons into the catalogue: episodes[n] is the
// number of episodes of season n, so episodes[0] counts the specials.
func (s *Service) AddShow(name string, year int, ids IDs, episodes ...int) *Title {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids.Slug = slug(ids.Slug, name, year)
	show := s.titles.add(&Title{Type: "show", Name: name, Year: year, IDs: ids, Season: -1, Number: -1, Runtime: 45})
	for season, n := range episodes {
		if n == 0 {
			continue
		}
		s.titles.add(&Title{Type: "season", Name: fmt.Sprintf("Season %d", season), Show: show, Season: season, Number: -1})
		for e := 1; e <= n; e++ {
			s.titles.add(&Title{Type: "episode", Name: fmt.Sprintf("Episode %d.%d", season, e), Show: show, Season: season, Number: e, Runtime: 45})
		}
	}
	return show
}

// AddWorks puts a list of works into the catalogue and returns their titles in
// order. Works without trakt id get one.
func (s *Service) AddWorks(works []fakekit.Work) []*Title {
	out := make([]*Title, len(works))
	for i, w := range works {
		ids := IDs{Trakt: w.Trakt, IMDb: w.IMDb, TMDB: w.TMDB}
		if !w.Show {
			out[i] = s.AddMovie(w.Title, w.Year, ids)
			continue
		}
		ids.TVDB = w.TVDB
		out[i] = s.AddShow(w.Title, w.Year, ids, append([]int{0}, w.Episodes...)...)
	}
	return out
}

// AddEpisode puts one episode with ids of its own into the catalogue, or
// gives the ids to one that is there.
func (s *Service) AddEpisode(show *Title, season, number int, ids IDs) *Title {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.titles.part(show, season, number); t != nil {
		ids.Trakt = t.IDs.Trakt
		t.IDs = ids
		return t
	}
	return s.titles.add(&Title{Type: "episode", Name: fmt.Sprintf("Episode %d.%d", season, number), IDs: ids, Show: show, Season: season, Number: number, Runtime: 45})
}

// AddSeason puts one season with ids of its own into the catalogue, or gives
// the ids to one that is there.
func (s *Service) AddSeason(show *Title, season int, ids IDs) *Title {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.titles.part(show, season, -1); t != nil {
		ids.Trakt = t.IDs.Trakt
		t.IDs = ids
		return t
	}
	return s.titles.add(&Title{Type: "season", Name: fmt.Sprintf("Season %d", season), IDs: ids, Show: show, Season: season, Number: -1})
}

// Episode returns an episode of the catalogue, nil when there is none.
func (s *Service) Episode(show *Title, season, number int) *Title {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.titles.part(show, season, number)
}

// Season returns a season of the catalogue, nil when there is none.
func (s *Service) Season(show *Title, season int) *Title {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.titles.part(show, season, -1)
}

// Forget takes a title out of the catalogue: its ids are unknown from then on.
func (s *Service) Forget(t *Title) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.titles.byTrakt, fmt.Sprintf("%s/%d", t.Type, t.IDs.Trakt))
	for i, o := range s.titles.all {
		if o == t {
			s.titles.all = append(s.titles.all[:i], s.titles.all[i+1:]...)
			return
		}
	}
}

// part finds a season (number −1) or episode of a show.
func (c *catalogue) part(show *Title, season, number int) *Title {
	for _, t := range c.all {
		if t.Show == show && t.Season == season && t.Number == number {
			return t
		}
	}
	return nil
}

// show finds a show by trakt id or slug.
func (c *catalogue) show(id string) *Title {
	for _, t := range c.all {
		if t.Type == "show" && (t.IDs.text("trakt") == id || t.IDs.Slug == id) {
			return t
		}
	}
	return nil
}

// find looks a title up by whatever ids a request carries, the service's own
// first.
func (c *catalogue) find(kind string, ids map[string]any) *Title {
	for _, ns := range []string{"trakt", "slug", "imdb", "tmdb", "tvdb"} {
		id := text(ids[ns])
		if id == "" {
			continue
		}
		for _, t := range c.all {
			if t.Type == kind && t.IDs.text(ns) == id {
				return t
			}
		}
	}
	return nil
}

func (i IDs) text(namespace string) string {
	switch namespace {
	case "trakt":
		return text(i.Trakt)
	case "slug":
		return i.Slug
	case "imdb":
		return i.IMDb
	case "tmdb":
		return text(i.TMDB)
	case "tvdb":
		return text(i.TVDB)
	}
	return ""
}

// text prints an id of a request or of the catalogue; "" for none.
func text(id any) string {
	switch v := id.(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.0f", v)
	case int:
		if v == 0 {
			return ""
		}
		return fmt.Sprint(v)
	case string:
		return v
	}
	return ""
}

func slug(given, name string, year int) string {
	if given != "" {
		return given
	}
	words := strings.Fields(strings.ToLower(name))
	return strings.Join(append(words, fmt.Sprint(year)), "-")
}

// known returns the value, or JSON null for an unknown one.
func known[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// json is the title as rows carry it with extended=min.
func (t *Title) json() object {
	ids := object{"trakt": t.IDs.Trakt, "imdb": known(t.IDs.IMDb), "tmdb": known(t.IDs.TMDB)}
	if t.Type != "movie" {
		ids["tvdb"] = known(t.IDs.TVDB)
	}
	switch t.Type {
	case "season":
		delete(ids, "imdb")
		return object{"number": t.Season, "ids": ids}
	case "episode":
		return object{"season": t.Season, "number": t.Number, "title": t.Name, "ids": ids}
	}
	ids["slug"] = t.IDs.Slug
	return object{"title": t.Name, "year": known(t.Year), "ids": ids}
}

// into puts the title, and the show of a part, into a row.
func (t *Title) into(row object) object {
	row["type"] = t.Type
	row[t.Type] = t.json()
	if t.Show != nil {
		row["show"] = t.Show.json()
	}
	return row
}
