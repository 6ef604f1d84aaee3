package main

import (
	_ "embed"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/trakt/traktfake"
)

// facts are public facts about real films and shows, one a line: film or show,
// title, year and ids at IMDb, TMDB and TVDB.
//
//go:embed facts.txt
var facts string

const (
	jellyfinHost = "jellyfin.demo"
	password     = "correct horse battery staple"
	clientID     = "watchkeeper-demo"
	seasons      = 3 // of every show
	episodes     = 8 // of every season: the facts do not tell
	filmMinutes  = 110
	partMinutes  = 45
)

// stage is the two imitated services and the one person who uses both.
type stage struct {
	jellyfin *jellyfinfake.Server
	trakt    *traktfake.Service
	anna     *jellyfinfake.User
	tracked  *traktfake.User
	films    []*work
	shows    []*work // with parts
	servers  []*http.Server
	hosts    map[string]string
	away     atomic.Bool // Trakt answers nothing but "unavailable"
}

// work is one title at both services.
type work struct {
	name  string
	id    string // at Jellyfin; "" where it does not hold it
	title *traktfake.Title
	parts []*work // episodes
}

func newStage() (*stage, error) {
	t := &stage{jellyfin: jellyfinfake.New(jellyfinfake.Options{Name: "Living room"}), trakt: traktfake.New(time.Now), hosts: map[string]string{}}
	t.trakt.AddClient(traktfake.Client{ID: clientID})
	t.anna, t.tracked = t.jellyfin.AddUser("Anna", password), t.trakt.AddUser("anna")
	t.tracked.VIP = true
	t.tracked.WatchlistLimit = 10_000
	for i, line := range strings.Split(strings.TrimSpace(facts), "\n") {
		f := strings.Split(line, "|")
		if len(f) != 6 {
			return nil, fmt.Errorf("line %d of the facts is broken", i+1)
		}
		if f[0] == "f" {
			// The server holds nine films of ten.
			t.films = append(t.films, t.film(f, len(t.films)%10 != 9))
		} else {
			t.shows = append(t.shows, t.show(f))
		}
	}
	if err := t.open(t.jellyfin, jellyfinHost); err != nil {
		return nil, err
	}
	return t, t.open(http.HandlerFunc(t.serveTrakt), "api.trakt.tv", "auth.trakt.tv")
}

func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0 // unknown
	}
	return n
}

func idsOf(f []string) (map[string]string, traktfake.IDs) {
	ids := map[string]string{}
	for i, name := range []string{"Imdb", "Tmdb", "Tvdb"} {
		if f[3+i] != "" {
			ids[name] = f[3+i]
		}
	}
	return ids, traktfake.IDs{IMDb: f[3], TMDB: whole(f[4]), TVDB: whole(f[5])}
}

func (t *stage) film(f []string, held bool) *work {
	here, there := idsOf(f)
	there.TVDB = 0 // Trakt keeps none for films
	w := &work{name: f[1], title: t.trakt.AddMovie(f[1], whole(f[2]), there)}
	if held {
		w.id = t.jellyfin.Shelve(jellyfinfake.Entry{Kind: "Movie", Title: f[1], Year: whole(f[2]), IDs: here, RuntimeMS: filmMinutes * 60_000})
	}
	return w
}

func (t *stage) show(f []string) *work {
	here, there := idsOf(f)
	counts := []int{0}
	for range seasons {
		counts = append(counts, episodes)
	}
	w := &work{name: f[1], title: t.trakt.AddShow(f[1], whole(f[2]), there, counts...)}
	w.id = t.jellyfin.Shelve(jellyfinfake.Entry{Kind: "Series", Title: f[1], Year: whole(f[2]), IDs: here})
	for s := 1; s <= seasons; s++ {
		for e := 1; e <= episodes; e++ {
			name := fmt.Sprintf("%s %dx%02d", f[1], s, e)
			id := t.jellyfin.Shelve(jellyfinfake.Entry{Kind: "Episode", Title: name, Year: whole(f[2]), Series: w.id, Season: s, Number: e,
				RuntimeMS: partMinutes * 60_000})
			w.parts = append(w.parts, &work{name: name, id: id, title: t.trakt.Episode(w.title, s, e)})
		}
	}
	return w
}

// open serves an imitation on a free port of this computer.
func (t *stage) open(h http.Handler, hosts ...string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	t.servers = append(t.servers, server)
	for _, host := range hosts {
		t.hosts[host] = l.Addr().String()
	}
	go func() { _ = server.Serve(l) }() // ends with close
	return nil
}

func (t *stage) addresses() map[string]string { return t.hosts }

func (t *stage) close() {
	for _, s := range t.servers {
		_ = s.Close() // the demo is over
	}
}

func (t *stage) serveTrakt(w http.ResponseWriter, r *http.Request) {
	if t.away.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	t.trakt.ServeHTTP(w, r)
}

// live lets years pass: what Anna watched, listed and rated before Watchkeeper
// came, some of it at both services.
func (t *stage) live() {
	ago := func(days int) time.Time { return time.Now().AddDate(0, 0, -days).Truncate(time.Minute) }
	for i, w := range t.films {
		switch {
		case i < 60: // at both: the server dates the start, Trakt the end
			t.watchedHere(w, ago(400+i))
			t.tracked.Watch(w.title, ago(400+i).Add(filmMinutes*time.Minute))
		case i < 90:
			t.watchedHere(w, ago(300+i))
		case i < 120:
			t.tracked.Watch(w.title, ago(200+i))
		case i < 190 && w.id != "":
			t.anna.Favorite(w.id, true)
		case i < 250:
			t.tracked.List(w.title, ago(i))
		}
		if i >= 30 && i < 50 {
			t.tracked.Rate(w.title, 5+i%6, ago(i))
		}
	}
	for i, w := range t.shows {
		for n, part := range w.parts {
			switch {
			case i < 6:
				t.watchedHere(part, ago(500-n))
			case i < 12:
				t.tracked.Watch(part.title, ago(600-n))
			}
		}
		if i >= 20 && i < 30 {
			t.tracked.List(w.title, ago(i))
		}
	}
	for i, w := range t.films[260:265] {
		t.tracked.Pause(w.title, float64(20+i*7), ago(3+i))
	}
}

func (t *stage) watchedHere(w *work, at time.Time) {
	if w.id != "" {
		t.anna.Keep(w.id, jellyfinfake.State{Played: true, Count: 1, Last: at, Rating: -1})
	}
}
