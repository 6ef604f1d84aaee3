// Package town is every service at once, imitated on ports of this computer,
// with one person who uses them all. TEST ONLY, and for the demo.
//
// It is for programs that are run as they are: what they need to find the
// services is Hosts, in the form of a --services file. Sign-ins that show a
// code wait until the person answers them (Agree). Weather stands before each
// service; faults.go names what it can do. The imitations themselves are in
// each service's folder.
package town

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/plex/plexfake"
	"watchkeeper/providers/simkl/simklfake"
	"watchkeeper/providers/trakt/traktfake"
)

// What the person and the services know of each other.
const (
	Person   = "Anna"
	Password = "correct horse battery staple" // at Jellyfin and Emby
	ClientID = "watchkeeper-demo"             // at Trakt, SIMKL and AniList
)

// Addresses of the person's own servers.
var Addresses = map[string]string{"jellyfin": "http://jellyfin.demo", "emby": "http://emby.demo", "plex": "http://plex.demo"}

// hosts at which each service is asked, beside its address.
var hosts = map[string][]string{
	"jellyfin": {"jellyfin.demo"},
	"emby":     {"emby.demo"},
	"plex":     {"plex.demo", "plex.tv", "clients.plex.tv", "discover.provider.plex.tv", "metadata.provider.plex.tv"},
	"trakt":    {"api.trakt.tv", "auth.trakt.tv"},
	"simkl":    {"api.simkl.com", "simkl.com"},
	"anilist":  {"graphql.anilist.co", "anilist.co"},
}

// Work is a film or show that the services know.
type Work = fakekit.Work

// Town is the services and the person at each of them.
type Town struct {
	Jellyfin *jellyfinfake.Server
	Emby     *embyfake.Server
	Plex     *plexfake.Cloud
	Attic    *plexfake.Server // of Plex
	Trakt    *traktfake.Service
	SIMKL    *simklfake.Service
	AniList  *anilistfake.Service

	AtJellyfin *jellyfinfake.User
	AtEmby     *embyfake.User
	AtPlex     *plexfake.User
	AtTrakt    *traktfake.User
	AtSIMKL    *simklfake.User
	AtAniList  *anilistfake.User

	// OnTrakt and OnSIMKL are the works there, in their order.
	OnTrakt []*traktfake.Title
	OnSIMKL []*simklfake.Title
	// Weather before each service, by its name.
	Weather map[string]*fakekit.Weather
	// Hosts maps every host to its port on this computer.
	Hosts map[string]string

	servers []*http.Server
}

// Open builds the town and lets its services listen. Works are on every
// server's shelves and in Trakt's and SIMKL's catalogues.
func Open(now func() time.Time, works []Work) (*Town, error) {
	t := &Town{Weather: map[string]*fakekit.Weather{}, Hosts: map[string]string{}}
	t.build(now, works)
	services := map[string]http.Handler{"jellyfin": t.Jellyfin, "emby": t.Emby, "plex": http.HandlerFunc(t.plex), "trakt": t.Trakt, "simkl": t.SIMKL, "anilist": t.AniList}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		t.Weather[name] = fakekit.NewWeather(services[name])
		if err := t.listen(t.Weather[name], hosts[name]); err != nil {
			return nil, errors.Join(err, t.Close())
		}
	}
	return t, nil
}

func (t *Town) build(now func() time.Time, works []Work) {
	t.Jellyfin = jellyfinfake.New(jellyfinfake.Options{Name: "Living room", Works: works, Now: now})
	t.AtJellyfin = t.Jellyfin.AddUser(Person, Password)
	t.Emby = embyfake.New(embyfake.Options{Name: "Cellar", Works: works, Now: now})
	t.AtEmby = t.Emby.AddUser(Person, Password)
	t.Plex = plexfake.New(plexfake.Options{Now: now})
	t.AtPlex = t.Plex.AddUser(Person)
	t.Attic = t.Plex.AddServer("Attic", t.AtPlex)
	t.Attic.Reach(plexfake.Way{URI: Addresses["plex"], Address: "plex.demo", Port: 80, Local: true})
	for _, w := range works {
		t.Attic.Add(w)
	}
	t.Trakt = traktfake.New(now)
	t.Trakt.AddClient(traktfake.Client{ID: ClientID})
	t.AtTrakt, t.OnTrakt = t.Trakt.AddUser("anna"), t.Trakt.AddWorks(works)
	t.SIMKL = simklfake.New(now)
	t.SIMKL.AddClient(simklfake.Client{ID: ClientID, Device: true})
	t.AtSIMKL, t.OnSIMKL = t.SIMKL.AddUser("anna"), t.SIMKL.AddWorks(works)
	t.AniList = anilistfake.New(now)
	t.AniList.Clients[ClientID] = "http://127.0.0.1:51844/callback"
	t.AtAniList = t.AniList.AddUser(5, Person)
}

// plex is plex.tv and the server behind one door.
func (t *Town) plex(w http.ResponseWriter, r *http.Request) {
	if r.Host == "plex.demo" {
		t.Attic.ServeHTTP(w, r)
		return
	}
	t.Plex.ServeHTTP(w, r)
}

func (t *Town) listen(h http.Handler, names []string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("town: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	t.servers = append(t.servers, server)
	for _, name := range names {
		t.Hosts[name] = l.Addr().String()
	}
	go func() { _ = server.Serve(l) }() // ends with Close
	return nil
}

// Close ends all services.
func (t *Town) Close() error {
	var errs []error
	for _, s := range t.servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// Agree lets the person say yes to every sign-in that waits for one, and
// returns what was agreed to: a service and its code.
func (t *Town) Agree() (agreed []string) {
	yes := func(service string, codes []string, approve func(code string)) {
		for _, code := range codes {
			approve(code)
			agreed = append(agreed, service+" "+code)
		}
	}
	yes("jellyfin", t.Jellyfin.Waiting(), func(c string) { _ = t.AtJellyfin.Approve(c) }) // it may have run out
	yes("plex", t.Plex.Waiting(), func(c string) { _ = t.AtPlex.Approve(c) })             // it may have run out
	yes("trakt", t.Trakt.Waiting(), func(c string) { t.Trakt.Approve(c, t.AtTrakt) })
	yes("simkl", t.SIMKL.Waiting(), func(c string) { t.SIMKL.Approve(c, t.AtSIMKL) })
	return agreed
}

// Refuse lets the person say no where a service has such a button.
func (t *Town) Refuse() (refused int) {
	for _, code := range t.Trakt.Waiting() {
		t.Trakt.Deny(code)
		refused++
	}
	for _, code := range t.SIMKL.Waiting() {
		t.SIMKL.Approve(code, nil)
		refused++
	}
	return refused
}

// Answer is what AniList's page shows to be pasted, after the person agreed.
func (t *Town) Answer() string { return t.AniList.Mint(t.AtAniList, 365*24*time.Hour) }

// EndSessions ends every sign-in at a service, as the person can in its
// settings.
func (t *Town) EndSessions(service string) {
	switch service {
	case "jellyfin":
		t.Jellyfin.RevokeAll()
	case "emby":
		t.Emby.RevokeAll()
	case "plex":
		t.AtPlex.Revoke()
		t.Attic.RenewTokens()
	case "trakt":
		t.Trakt.EndSessions(t.AtTrakt)
	case "simkl":
		t.SIMKL.EndSessions(t.AtSIMKL)
	case "anilist":
		t.AniList.RevokeAll()
	}
}
