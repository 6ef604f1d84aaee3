// Package embyfake imitates an Emby server. TEST ONLY, except that the demo
// links it.
//
// It is written from the server's own description and from what is known of
// its habits, not from our adapter, of which it imports nothing. It is an
// http.Handler: reachable in process by host name (fakekit.Internet) or on
// loopback (the socket on loopback only), with and without /emby before every
// path. Read person.go for what people do, serve.go for what programs may ask.
package embyfake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// Options choose the server.
type Options struct {
	Name    string // default "Attic"
	Version string // default "4.8.11.0"
	Works   []fakekit.Work
	// Now is the server's clock; nil means time.Now.
	Now func() time.Time
	// OnlyPrefixed: a proxy passes on nothing but paths below /emby.
	OnlyPrefixed bool
}

// Server is one imitated server.
type Server struct {
	ID           string
	Name         string
	now          func() time.Time
	onlyPrefixed bool

	mu        sync.Mutex
	version   string
	libraries []*library
	items     []*item
	byID      map[string]*item
	users     []*User
	tokens    map[string]*session
	grumpy    map[string]bool // items whose writes are answered and forgotten
	listeners map[*listener]bool
	minted    int
}

type library struct{ id, name, kind string }

// item is a film, series or episode.
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
	virtual        bool
	created        time.Time
}

// session is one sign-in.
type session struct {
	token   string
	user    *User
	device  string
	playing *item
	with    *User // who watches along
}

// New builds a server with a library of films and one of shows.
func New(o Options) *Server {
	s := &Server{Name: o.Name, version: o.Version, now: o.Now, onlyPrefixed: o.OnlyPrefixed, minted: 900_000,
		byID: map[string]*item{}, tokens: map[string]*session{}, grumpy: map[string]bool{}, listeners: map[*listener]bool{}}
	if s.Name == "" {
		s.Name = "Attic"
	}
	if s.version == "" {
		s.version = "4.8.11.0"
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.ID = guid("emby " + s.Name)
	s.libraries = []*library{{"3", "Films", "movies"}, {"4", "Shows", "tvshows"}, {"5", "Music", "music"}}
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

// mint makes the next item id: a short number, as this server's are.
func (s *Server) mint() string {
	s.minted++
	return strconv.Itoa(s.minted)
}

// Add puts a work on the shelves, a show with all its episodes. It returns the
// id of the film or series.
func (s *Server) Add(w fakekit.Work) string {
	e := Entry{Kind: "Movie", Title: w.Title, Year: w.Year, IDs: providerIDs(w), RuntimeMS: w.RuntimeMS}
	if !w.Show {
		return s.Shelve(e)
	}
	e.Kind, e.RuntimeMS = "Series", 0
	series := s.Shelve(e)
	for n, count := range w.Episodes {
		for number := 1; number <= count; number++ {
			s.Shelve(Entry{Kind: "Episode", Title: fmt.Sprintf("%s part %d", w.Title, number), Year: w.Year + n,
				RuntimeMS: w.RuntimeMS, Series: series, Season: n + 1, Number: number})
		}
	}
	return series
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
	it := &item{id: s.mint(), kind: e.Kind, name: e.Title, year: e.Year, ids: map[string]string{}, ticks: e.RuntimeMS * 10_000, library: s.libraries[0]}
	it.created = time.Date(2024, 1, 1, 0, 0, s.minted-900_000, 0, time.UTC)
	it.path = fmt.Sprintf("/%ss/%s (%d)/file.mkv", strings.ToLower(e.Kind), e.Title, e.Year)
	for name, id := range e.IDs {
		if id != "" {
			it.ids[name] = id
		}
	}
	if e.Kind != "Movie" {
		it.library = s.libraries[1]
	}
	if e.Kind == "Episode" {
		it.series, it.season, it.number = s.byID[e.Series], &e.Season, &e.Number
		it.path = fmt.Sprintf("/shows/Season %d/S%02dE%02d.mkv", e.Season, e.Season, e.Number)
	}
	s.keep(it)
	return it.id
}

func (s *Server) keep(it *item) {
	s.items = append(s.items, it)
	s.byID[it.id] = it
}

// providerIDs are a work's ids under names in the case that this server's
// metadata sources use.
func providerIDs(w fakekit.Work) map[string]string {
	ids := map[string]string{"IMDB": w.IMDb}
	for name, id := range map[string]int{"Tmdb": w.TMDB, "Tvdb": w.TVDB} {
		if id != 0 {
			ids[name] = strconv.Itoa(id)
		}
	}
	return ids
}

// dataKey is what user data is stored by: a key made of ids, so that copies of
// a film share it.
func dataKey(it *item) string {
	if it.series != nil {
		return fmt.Sprintf("%s%03d%03d", dataKey(it.series), *it.season, *it.number)
	}
	for _, name := range []string{"Tvdb", "Tmdb", "IMDB", "Imdb"} {
		if id := it.ids[name]; id != "" && (name != "Tvdb" || it.kind == "Series") {
			return it.kind + id
		}
	}
	return it.id
}

// userData is the stored state of one user and item.
type userData struct {
	played   bool
	count    int
	favorite bool
	ticks    int64
	last     time.Time
	rating   *float64
	hidden   bool // from what can be resumed
}

// User is somebody who uses the server.
type User struct {
	ID, Name, password string
	server             *Server
	data               map[string]*userData
	hidden             map[string]bool // libraries without access
	curfew             bool            // parental control does not let the user in now
	disabled           bool
}

// AddUser makes a user.
func (s *Server) AddUser(name, password string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{ID: guid("user " + name), Name: name, password: password, server: s, data: map[string]*userData{}, hidden: map[string]bool{}}
	s.users = append(s.users, u)
	return u
}

func (u *User) state(it *item) *userData {
	key := dataKey(it)
	if u.data[key] == nil {
		u.data[key] = &userData{}
	}
	return u.data[key]
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
