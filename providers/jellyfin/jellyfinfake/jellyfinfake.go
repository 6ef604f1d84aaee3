// Package jellyfinfake imitates a Jellyfin server. TEST ONLY, except that the
// demo links it.
//
// It is written from the server's own description and from what is known of
// its habits, not from our adapter, of which it imports nothing. It is an
// http.Handler: reachable in process by host name (fakekit.Internet) or on
// loopback (the socket on loopback only). Read person.go for what people do,
// serve.go for what programs may ask.
package jellyfinfake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// Options choose the server.
type Options struct {
	Name    string // default "Attic"
	Version string // default "10.11.11"
	// Product is the product name; default "Jellyfin Server".
	Product string
	Works   []fakekit.Work
	// Now is the server's clock; nil means time.Now.
	Now func() time.Time
}

// Server is one imitated server.
type Server struct {
	ID   string
	Name string
	now  func() time.Time

	mu        sync.Mutex
	version   string
	product   string
	libraries []*library
	items     []*item
	users     []*User
	tokens    map[string]*session
	quick     map[string]*quickConnect
	noQuick   bool
	grumpy    map[string]bool // items that say yes and keep the old value
	listeners map[*listener]bool
	minted    int
}

type library struct{ id, name, kind string }

// item is a film, series, season or episode.
type item struct {
	id, kind, name string
	year           int
	ids            map[string]string
	path           string
	ticks          int64
	library        *library
	series         *item
	season, number *int
	last           *int // IndexNumberEnd
	created        time.Time
}

// session is one sign-in.
type session struct {
	token   string
	user    *User
	device  string
	playing *item
}

type quickConnect struct {
	secret, code string
	user         *User
	made         time.Time
}

// New builds a server with a library of films and one of shows.
func New(o Options) *Server {
	s := &Server{Name: o.Name, version: o.Version, product: o.Product, now: o.Now,
		tokens: map[string]*session{}, quick: map[string]*quickConnect{}, grumpy: map[string]bool{}, listeners: map[*listener]bool{}}
	if s.Name == "" {
		s.Name = "Attic"
	}
	if s.version == "" {
		s.version = "10.11.11"
	}
	if s.product == "" {
		s.product = "Jellyfin Server"
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.ID = guid("server " + s.Name)
	s.libraries = []*library{{guid(s.Name + " films"), "Films", "movies"}, {guid(s.Name + " shows"), "Shows", "tvshows"},
		{guid(s.Name + " music"), "Music", "music"}}
	for _, w := range o.Works {
		s.Add(w)
	}
	return s
}

// guid makes 32 hex digits of a name.
func guid(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// Add puts a work on the shelves, a show with all its episodes. It returns the
// id of the film or series.
func (s *Server) Add(w fakekit.Work) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	top := s.newItem("Movie", w.Title, w.Year)
	top.ids = providerIDs(w)
	if !w.Show {
		top.library, top.ticks = s.libraries[0], w.RuntimeMS*10_000
		top.path = fmt.Sprintf("/films/%s (%d)/film.mkv", w.Title, w.Year)
		s.items = append(s.items, top)
		return top.id
	}
	top.kind, top.library = "Series", s.libraries[1]
	top.path = fmt.Sprintf("/shows/%s (%d)", w.Title, w.Year)
	s.items = append(s.items, top)
	for n, count := range w.Episodes {
		for e := 1; e <= count; e++ {
			s.addEpisode(top, w, n+1, e)
		}
	}
	return top.id
}

func (s *Server) addEpisode(series *item, w fakekit.Work, season, number int) *item {
	ep := s.newItem("Episode", fmt.Sprintf("%s part %d", w.Title, number), w.Year+season-1)
	ep.series, ep.library, ep.season, ep.number = series, series.library, &season, &number
	ep.ticks = w.RuntimeMS * 10_000
	ep.path = fmt.Sprintf("%s/Season %d/S%02dE%02d.mkv", series.path, season, season, number)
	s.items = append(s.items, ep)
	return ep
}

// Entry is one item with ids of its own.
type Entry struct {
	Kind           string // Movie, Series or Episode
	Title          string
	Year           int
	IDs            map[string]string // Imdb, Tmdb, Tvdb and the like
	RuntimeMS      int64
	Series         string // id of an episode's series
	Season, Number int
}

// Shelve puts one item on the shelves and returns its id.
func (s *Server) Shelve(e Entry) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	it := s.newItem(e.Kind, e.Title, e.Year)
	it.ticks, it.library = e.RuntimeMS*10_000, s.libraries[0]
	it.path = fmt.Sprintf("/%ss/%s (%d)", strings.ToLower(e.Kind), e.Title, e.Year)
	for name, id := range e.IDs {
		it.ids[name] = id
	}
	if e.Kind != "Movie" {
		it.library = s.libraries[1]
	}
	if e.Kind == "Episode" {
		it.series, it.season, it.number = s.item(e.Series), &e.Season, &e.Number
	}
	s.items = append(s.items, it)
	return it.id
}

func (s *Server) newItem(kind, name string, year int) *item {
	s.minted++
	created := time.Date(2024, 1, 1, 0, s.minted, 0, 0, time.UTC)
	return &item{id: guid(fmt.Sprint(s.Name, kind, name, s.minted)), kind: kind, name: name, year: year, created: created, ids: map[string]string{}}
}

func providerIDs(w fakekit.Work) map[string]string {
	ids := map[string]string{}
	for name, id := range map[string]int{"Tmdb": w.TMDB, "Tvdb": w.TVDB} {
		if id != 0 {
			ids[name] = fmt.Sprint(id)
		}
	}
	if w.IMDb != "" {
		ids["Imdb"] = w.IMDb
	}
	return ids
}

// dataKey is what user data is stored by: up to 10.10 a key made of ids, so
// that copies share it and it survives a new file; since 10.11 the item.
func (s *Server) dataKey(it *item) string {
	if !s.olderThan(10, 11) {
		return it.id
	}
	if it.series != nil {
		return fmt.Sprintf("%s%03d%03d", s.dataKey(it.series), *it.season, *it.number)
	}
	for _, name := range []string{"Tvdb", "Tmdb", "Imdb"} {
		if id := it.ids[name]; id != "" && (name != "Tvdb" || it.kind == "Series") {
			return id
		}
	}
	return it.id
}

func (s *Server) olderThan(major, minor int) bool {
	var a, b int
	_, _ = fmt.Sscanf(s.version, "%d.%d", &a, &b) // versions are ours
	return a < major || a == major && b < minor
}

// userData is the stored state of one user and item.
type userData struct {
	played   bool
	count    int
	favorite bool
	ticks    int64
	last     time.Time
	rating   *float64
}

// User is somebody who uses the server.
type User struct {
	ID, Name, password string
	server             *Server
	data               map[string]*userData
	hidden             map[string]bool // libraries without access
	offHome            map[string]bool // libraries that the home page leaves out
	noEdit             bool            // EnableUserPreferenceAccess is off
	disabled           bool
}

// AddUser makes a user.
func (s *Server) AddUser(name, password string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{ID: guid("user " + name), Name: name, password: password, server: s, data: map[string]*userData{}, hidden: map[string]bool{}, offHome: map[string]bool{}}
	s.users = append(s.users, u)
	return u
}

func (u *User) state(it *item) *userData {
	key := u.server.dataKey(it)
	if u.data[key] == nil {
		u.data[key] = &userData{}
	}
	return u.data[key]
}

func (s *Server) item(id string) *item {
	for _, it := range s.items {
		if it.id == id {
			return it
		}
	}
	return nil
}

// Find returns the id of the film or series with a title, or of one of its
// episodes; "" when there is none.
func (s *Server) Find(title string, seasonAndNumber ...int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, it := range s.items {
		switch {
		case len(seasonAndNumber) == 0 && it.series == nil && it.name == title:
			return it.id
		case len(seasonAndNumber) == 2 && it.series != nil && it.series.name == title &&
			*it.season == seasonAndNumber[0] && *it.number == seasonAndNumber[1]:
			return it.id
		}
	}
	return ""
}

// LibraryID returns the id of the library with a name.
func (s *Server) LibraryID(name string) string {
	for _, l := range s.libraries {
		if strings.EqualFold(l.name, name) {
			return l.id
		}
	}
	return ""
}
