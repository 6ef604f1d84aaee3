// Package plexfake imitates plex.tv with its catalogue, and Plex Media
// Servers. TEST ONLY, except that the demo links it.
//
// It is written from Plex's own description and from what is known of the
// services' habits, not from our adapter, of which it imports nothing. Cloud
// answers for plex.tv, clients.plex.tv and the two provider hosts, Server for
// one media server; both are http.Handlers. Read person.go for what people do,
// cloud.go and server.go for what programs may ask.
package plexfake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// Cloud is plex.tv.
type Cloud struct {
	now func() time.Time

	mu      sync.Mutex
	users   []*User
	tokens  map[string]*User
	pins    []*pin
	servers []*Server
	titles  []*title
	mirrors bool // "sync my watch state" is on
	minted  int
	// lists of keys are refused, as is [?] in what is known of the catalogue
	singleKeys bool
	noEmpty    bool // an empty watchlist is answered with 404
	numb       bool // says yes and keeps the old value
}

// title is a film or show of the catalogue.
type title struct {
	key, kind, name string
	year            int
	ids             map[string]string // imdb, tmdb, tvdb
	hidden          bool              // has no page any more
}

type pin struct {
	id, code, client, token string
	made                    time.Time
}

// User is one account at plex.tv, or one member of a home.
type User struct {
	ID, UUID, Name string
	cloud          *Cloud
	token          string
	home           *User // the admin of the home; nil: none
	restricted     bool
	pin            string
	listed         map[string]time.Time // by the catalogue's key
	lists          bool                 // has access to a watchlist
}

// Options choose the imitation.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// New builds a plex.tv without users.
func New(o Options) *Cloud {
	c := &Cloud{now: o.Now, tokens: map[string]*User{}}
	if c.now == nil {
		c.now = time.Now
	}
	return c
}

// digest makes n hex digits of a name.
func digest(n int, name ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(name...)))
	return hex.EncodeToString(sum[:])[:n]
}

// AddUser makes an account.
func (c *Cloud) AddUser(name string) *User {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.minted++
	u := &User{ID: fmt.Sprint(7_700_000 + c.minted), UUID: digest(16, "user", name), Name: name, cloud: c,
		token: "account-" + digest(20, "token", name), listed: map[string]time.Time{}, lists: true}
	c.users = append(c.users, u)
	c.tokens[u.token] = u
	return u
}

// AddMember makes a managed user of u's home. A pin protects it.
func (u *User) AddMember(name, pin string) *User {
	m := u.cloud.AddUser(name)
	u.cloud.mu.Lock()
	defer u.cloud.mu.Unlock()
	u.home, m.home, m.restricted, m.pin, m.lists = u, u, true, pin, false
	return m
}

// AddServer makes a media server of the owner's, with a library of films, one
// of shows and one of music.
func (c *Cloud) AddServer(name string, owner *User) *Server {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &Server{cloud: c, ID: digest(40, "server", name), Name: name, version: "1.43.0.10000-aaaa1111", threshold: 90,
		tokens: map[string]*User{}, byKey: map[string]*item{}, states: map[*User]map[string]*state{}, listeners: map[chan string]bool{}, numb: map[string]bool{}, playing: map[*User]*item{}}
	s.libraries = []*library{{"1", "movie", "Films"}, {"2", "show", "Series"}, {"3", "artist", "Music"}}
	s.owner = owner
	s.admit(owner)
	c.servers = append(c.servers, s)
	return s
}

// Share gives a user, or a member of the home, access to the server.
func (s *Server) Share(u *User) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.admit(u)
}

func (s *Server) admit(u *User) {
	s.tokens["server-"+digest(20, s.ID, u.ID)] = u
	s.states[u] = map[string]*state{}
}

// tokenOf is the user's token for the server, "" when it has none.
func (s *Server) tokenOf(u *User) string {
	for token, who := range s.tokens {
		if who == u {
			return token
		}
	}
	return ""
}

// Server is one media server.
type Server struct {
	ID, Name  string
	cloud     *Cloud // and its lock
	owner     *User
	version   string
	threshold int
	tokens    map[string]*User
	libraries []*library
	items     []*item
	byKey     map[string]*item
	states    map[*User]map[string]*state // by rating key
	plays     []*play
	minted    int
	ways      []Way
	numb      map[string]bool // items that say yes and keep the old value
	playing   map[*User]*item
	listeners map[chan string]bool
}

// Way is one address at which plex.tv says that a server is.
type Way struct {
	URI, Address string
	Port         int
	Local, Relay bool
}

type library struct{ key, kind, name string }

// item is a film, show, season or episode on the shelves.
type item struct {
	key, kind, title string
	year             int
	guid             string
	ids              []string // imdb://…
	duration         int64
	library          *library
	show, season     *item
	index            int
	file             string
	updated          int64
}

// state is what one user has said and done about one item.
type state struct {
	count   int
	viewed  int64 // s
	offset  int64 // ms
	rating  float64
	rated   bool
	ratedAt int64
}

type play struct {
	id   int
	user *User
	item *item
	at   int64
}

// Entry is one item to put on the shelves.
type Entry struct {
	Kind         string // movie, show, season or episode
	Title        string
	Year         int
	GUID         string            // default: plex://<kind>/<Plex>
	Plex         string            // the key in the catalogue; default made up
	IDs          map[string]string // imdb, tmdb, tvdb
	RuntimeMS    int64
	Show, Season string // keys of what it belongs to
	Index        int
	File         string
}

// Shelve puts an item on the shelves, and a film or show in the catalogue. It
// returns its rating key.
func (s *Server) Shelve(e Entry) string {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	s.minted++
	it := &item{key: fmt.Sprint(40_000 + s.minted), kind: e.Kind, title: e.Title, year: e.Year, guid: e.GUID, duration: e.RuntimeMS,
		library: s.libraries[1], show: s.item(e.Show), season: s.item(e.Season), index: e.Index, file: e.File, updated: 1_711_000_000}
	if e.Kind == "movie" {
		it.library = s.libraries[0]
	}
	if e.Plex == "" {
		e.Plex = digest(24, e.Kind, e.Title, e.Year, e.Show, e.Season, e.Index)
	}
	if it.guid == "" {
		it.guid = "plex://" + e.Kind + "/" + e.Plex
		s.cloud.catalogue(e)
	}
	for _, scheme := range []string{"imdb", "tmdb", "tvdb"} {
		if id := e.IDs[scheme]; id != "" && strings.HasPrefix(it.guid, "plex://") {
			it.ids = append(it.ids, scheme+"://"+id)
		}
	}
	s.items, s.byKey[it.key] = append(s.items, it), it
	return it.key
}

// Know puts a film or show in the catalogue only.
func (c *Cloud) Know(e Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catalogue(e)
}

func (c *Cloud) catalogue(e Entry) {
	if (e.Kind == "movie" || e.Kind == "show") && c.title(e.Plex) == nil {
		c.titles = append(c.titles, &title{key: e.Plex, kind: e.Kind, name: e.Title, year: e.Year, ids: e.IDs})
	}
}

// Add puts a work on the shelves, a show with its seasons and episodes. It
// returns the key of the film or show.
func (s *Server) Add(w fakekit.Work) string {
	ids := map[string]string{"imdb": w.IMDb}
	for name, id := range map[string]int{"tmdb": w.TMDB, "tvdb": w.TVDB} {
		if id > 0 {
			ids[name] = fmt.Sprint(id)
		}
	}
	if !w.Show {
		return s.Shelve(Entry{Kind: "movie", Title: w.Title, Year: w.Year, IDs: ids, RuntimeMS: w.RuntimeMS,
			File: fmt.Sprintf("/films/%s (%d)/film.mkv", w.Title, w.Year)})
	}
	show := s.Shelve(Entry{Kind: "show", Title: w.Title, Year: w.Year, IDs: ids})
	for n, count := range w.Episodes {
		season := s.Shelve(Entry{Kind: "season", Title: fmt.Sprintf("Season %d", n+1), Show: show, Index: n + 1})
		for e := range count {
			s.Shelve(Entry{Kind: "episode", Title: fmt.Sprintf("%s part %d", w.Title, e+1), Year: w.Year + n, RuntimeMS: w.RuntimeMS,
				Show: show, Season: season, Index: e + 1, File: fmt.Sprintf("/shows/%s/S%02dE%02d.mkv", w.Title, n+1, e+1)})
		}
	}
	return show
}

func (s *Server) item(key string) *item { return s.byKey[key] }

// Find returns the key of the first item of a title; "" when there is none.
func (s *Server) Find(title string) string {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	for _, it := range s.items {
		if it.title == title {
			return it.key
		}
	}
	return ""
}

func (c *Cloud) title(key string) *title {
	for _, t := range c.titles {
		if t.key == key {
			return t
		}
	}
	return nil
}

func (s *Server) state(u *User, key string) *state {
	st := s.states[u][key]
	if st == nil {
		st = &state{}
		s.states[u][key] = st
	}
	return st
}
