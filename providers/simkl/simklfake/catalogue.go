package simklfake

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/providers/internal/fakekit"
)

// IDs are the public ids of a title; zero values are unknown ids.
type IDs struct {
	Simkl                                  int
	IMDb                                   string
	TMDB, TVDB, MAL, AniDB, AniList, Kitsu int
}

// Title is a movie, show or anime that the service knows. Each cour of an anime
// is a title of its own.
type Title struct {
	Type      string // "movie", "show", "anime"
	AnimeType string // "tv", "movie", "ova", …
	Name      string
	Year      int
	IDs       IDs
	Airing    bool // more episodes will come
	Coming    bool // not released yet
	Episodes  []*Episode
}

// Episode is one episode of a title, with its place at TVDB where the title is
// an anime and the place is known.
type Episode struct {
	Season, Number         int
	TVDBSeason, TVDBNumber int // -1: unknown
}

// AddMovie puts a movie into the catalogue.
func (s *Service) AddMovie(name string, year int, ids IDs) *Title {
	return s.add(&Title{Type: "movie", Name: name, Year: year, IDs: ids})
}

// AddShow puts a show into the catalogue: episodes[n] is the number of
// episodes of season n, so episodes[0] counts the specials.
func (s *Service) AddShow(name string, year int, ids IDs, episodes ...int) *Title {
	t := &Title{Type: "show", Name: name, Year: year, IDs: ids}
	for season, n := range episodes {
		for e := 1; e <= n; e++ {
			t.Episodes = append(t.Episodes, &Episode{season, e, -1, -1})
		}
	}
	return s.add(t)
}

// Cour is an anime as the service lists it.
type Cour struct {
	Name, Type string // Type: "tv", "movie", "ova", …
	IDs        IDs
	Episodes   int
	// TVDBSeason holds its episodes at TVDB, from number TVDBFirst on; with
	// TVDBFirst 0 their place is not known.
	TVDBSeason, TVDBFirst int
}

// AddAnime puts one cour of an anime into the catalogue.
func (s *Service) AddAnime(c Cour) *Title {
	t := &Title{Type: "anime", AnimeType: c.Type, Name: c.Name, Year: 2013, IDs: c.IDs}
	for e := range c.Episodes {
		ep := &Episode{1, e + 1, -1, -1}
		if c.TVDBFirst > 0 {
			ep.TVDBSeason, ep.TVDBNumber = c.TVDBSeason, c.TVDBFirst+e
		}
		t.Episodes = append(t.Episodes, ep)
	}
	return s.add(t)
}

// AddWorks puts a list of works into the catalogue and returns their titles in
// order.
func (s *Service) AddWorks(works []fakekit.Work) []*Title {
	out := make([]*Title, len(works))
	for i, w := range works {
		ids := IDs{IMDb: w.IMDb, TMDB: w.TMDB}
		if !w.Show {
			out[i] = s.AddMovie(w.Title, w.Year, ids)
			continue
		}
		ids.TVDB = w.TVDB
		out[i] = s.AddShow(w.Title, w.Year, ids, append([]int{0}, w.Episodes...)...)
	}
	return out
}

// AddEpisode puts one episode into a title, or returns the one that is there.
func (s *Service) AddEpisode(t *Title, season, number int) *Episode {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := t.episode(season, number); e != nil {
		return e
	}
	e := &Episode{season, number, -1, -1}
	t.Episodes = append(t.Episodes, e)
	return e
}

func (s *Service) add(t *Title) *Title {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.IDs.Simkl == 0 {
		t.IDs.Simkl = s.nextID()
	}
	s.titles = append(s.titles, t)
	return t
}

func (t *Title) episode(season, number int) *Episode {
	for _, e := range t.Episodes {
		if e.Season == season && e.Number == number {
			return e
		}
	}
	return nil
}

// bucket is the list that holds the title.
func (t *Title) bucket() string {
	return map[string]string{"movie": "movies", "show": "shows", "anime": "anime"}[t.Type]
}

// domain is the title's name in activities.
func (t *Title) domain() string {
	return map[string]string{"movie": "movies", "show": "tv_shows", "anime": "anime"}[t.Type]
}

var namespaces = []string{"simkl", "imdb", "tvdb", "tmdb", "mal", "anidb", "anilist", "kitsu"}

func (i IDs) text(namespace string) string {
	if namespace == "imdb" {
		return i.IMDb
	}
	n := map[string]int{"simkl": i.Simkl, "tmdb": i.TMDB, "tvdb": i.TVDB, "mal": i.MAL, "anidb": i.AniDB, "anilist": i.AniList, "kitsu": i.Kitsu}[namespace]
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (i IDs) json() object {
	out := object{"simkl": i.Simkl, "slug": "slug-" + strconv.Itoa(i.Simkl)}
	for _, ns := range namespaces[1:] {
		if id := i.text(ns); id != "" {
			out[ns] = id
		}
	}
	return out
}

// find looks a title up by whatever ids a request carries, the service's own
// first. A TVDB id of an anime gives its first cour.
func (s *Service) find(ids map[string]any, types ...string) *Title {
	for _, ns := range namespaces {
		id := text(ids[ns])
		if ns == "simkl" && id == "" {
			id = text(ids["simkl_id"])
		}
		i := slices.IndexFunc(s.titles, func(t *Title) bool {
			return id != "" && slices.Contains(types, t.Type) && t.IDs.text(ns) == id
		})
		if i >= 0 {
			return s.titles[i]
		}
	}
	return nil
}

// byTVDB finds the cour that holds an episode by TVDB's numbers.
func (s *Service) byTVDB(ids map[string]any, season, number int) (*Title, *Episode) {
	for _, t := range s.titles {
		if t.Type != "anime" || t.IDs.text("tvdb") == "" || t.IDs.text("tvdb") != text(ids["tvdb"]) {
			continue
		}
		for _, e := range t.Episodes {
			if e.TVDBSeason == season && e.TVDBNumber == number {
				return t, e
			}
		}
	}
	return nil, nil
}

// redirect answers with the page of a title, by its ids.
func (s *Service) redirect(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	ids := map[string]any{}
	for _, ns := range namespaces {
		ids[ns] = q.Get(ns)
	}
	types := []string{"movie", "anime", "show"}
	switch q.Get("type") {
	case "movie":
		types = []string{"movie", "anime"}
	case "tv", "show":
		types = []string{"show", "anime"}
	case "anime":
		types = []string{"anime"}
	}
	to := url.URL{Host: "simkl.com", Path: "/search/"}
	if t := s.find(ids, types...); t != nil {
		page := strings.Replace(t.bucket(), "shows", "tv", 1)
		to.Path = "/" + page + "/" + strconv.Itoa(t.IDs.Simkl) + "/slug"
	}
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusMovedPermanently)
}
