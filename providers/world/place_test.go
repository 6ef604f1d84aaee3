package world

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/emby"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/jellyfin"
	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/plex"
	"watchkeeper/providers/plex/plexfake"
	"watchkeeper/providers/simkl"
	"watchkeeper/providers/simkl/simklfake"
	"watchkeeper/providers/trakt"
	"watchkeeper/providers/trakt/traktfake"
)

// place is one service as the person uses it; works go by their number. Nil
// functions are what its people cannot do.
type place struct {
	service provider.Service
	secrets *vault
	env     provider.Env
	who     provider.Identity
	weather *fakekit.Weather
	record  *fakekit.Recorder
	daily   int     // most requests of ours a day
	limits  []limit // of the service
	// announces: the service says how long its lists are. Without, a list that
	// lacks one title, and does so for hours, is one that the person shortened.
	announces bool

	watch       func(work int, part ...int) // of a show the first episode, else season and number
	unwatch     func(work int)              // of a flag; nil where un-watching deletes plays
	unplay      func(work int)              // deletes all plays; nil where there are none to delete
	list        func(work int, on bool)
	rate        func(work, rating int)          // 0 takes it back
	watched     func(work int, part ...int) int // plays, or 1 for watched, all copies of it
	listed      func(work int) bool
	rated       func(work int) int // 0: not
	countsPlays bool
	keepsRows   bool           // a viewing of what was watched before is told apart
	neverLess   bool           // takes no viewing away, and says so
	unmap       func(work int) // the mapping of anime knows the work no more; -1: it knows all
	// pause leaves the film or first episode at 40 %; paused tells whether a
	// position is kept; nil where there are none.
	pause  func(work int)
	paused func(work int) bool
	// rescan gives all works new ids; at Jellyfin, what the person did with them
	// stays behind. Nil where the service does no such thing.
	rescan func()
	// copy puts a second file of a film or first episode on the shelves.
	copy func(work int)
	// signOut ends all sign-ins at the service; signInAgain gets a new secret.
	signOut, signInAgain func()
	// hollow lets every write be answered as done and have no effect.
	hollow func()
}

type vault struct {
	mu     sync.Mutex
	secret provider.Secret
}

func (v *vault) Load(context.Context) (provider.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secret, nil
}

func (v *vault) Save(_ context.Context, s provider.Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secret = s
	return nil
}

// generous is more than any adapter may ask of a server of the person's own,
// or of a service that limits only by the minute: five a minute all day.
const generous = 5 * 60 * 24

// builders build the places by service name.
var builders = map[string]func(t *testing.T, net *fakekit.Internet, works []fakekit.Work) *place{
	"jellyfin": jellyfinPlace, "emby": embyPlace, "plex": plexPlace, "trakt": traktPlace, "simkl": simklPlace,
	"anilist": anilistPlace,
}

func build(t *testing.T, s provider.Service, net *fakekit.Internet, h http.Handler, hosts ...string) *place {
	p := &place{service: s, secrets: &vault{}, daily: generous, announces: s.Name != "simkl"}
	p.weather = fakekit.NewWeather(h)
	p.record = fakekit.NewRecorder(p.weather)
	for _, host := range hosts {
		net.Host(host, p.record)
	}
	p.env = provider.Env{Base: net, Install: "install-1", Version: "1.0", ClientID: "test-client", ClientSecret: "test-secret", Secrets: p.secrets, Dir: t.TempDir()}
	return p
}

// signIn goes through a sign-in; act is what the person does once something is
// shown, answers what they say.
func (p *place) signIn(t *testing.T, method provider.Method, act func(provider.Step), answers map[string]string) {
	t.Helper()
	p.signInAgain = func() { p.signIn(t, method, act, answers) }
	l, err := p.service.Login(p.env, method)
	if err != nil {
		t.Fatal(p.service.Name, err)
	}
	step, err := l.Next(t.Context(), nil)
	for err == nil && step.Done == nil {
		if len(step.Fields) > 0 {
			step, err = l.Next(t.Context(), answers)
			continue
		}
		act(step)
		step, err = l.Next(t.Context(), nil)
	}
	if err != nil {
		t.Fatal(p.service.Name, err)
	}
	p.who, p.env.Address = step.Done.Identity, step.Done.Address
	if err := p.secrets.Save(t.Context(), step.Done.Secret); err != nil {
		t.Fatal(err)
	}
}

var password = map[string]string{"user": "anna", "password": "hush-hush"}

func jellyfinPlace(t *testing.T, net *fakekit.Internet, works []fakekit.Work) *place {
	server := jellyfinfake.New(jellyfinfake.Options{Works: works})
	anna := server.AddUser("anna", "hush-hush")
	p := build(t, jellyfin.Service(), net, server, "jellyfin.test")
	p.env.Address = "http://jellyfin.test"
	p.signIn(t, provider.Password, nil, password)
	whole, leaf := finders(works, server.Find)
	p.watch = func(w int, part ...int) { anna.Watch(leaf(w, part...)) }
	twins := map[int]string{}
	p.copy = func(w int) { twins[w] = server.Copy(leaf(w)) }
	p.signOut = server.RevokeAll
	p.unwatch = func(w int) { anna.Unmark(leaf(w)) }
	p.list = func(w int, on bool) { anna.Favorite(whole(w), on) }
	p.watched = func(w int, part ...int) int {
		twin := twins[w]
		return count(anna.State(leaf(w, part...)).Played && (twin == "" || anna.State(twin).Played))
	}
	p.listed = func(w int) bool { return anna.State(whole(w)).Favorite }
	p.pause = func(w int) {
		anna.Start(leaf(w))
		anna.Stop(leaf(w), 40)
	}
	p.paused = func(w int) bool { return anna.State(leaf(w)).PositionMS > 0 }
	p.rescan = func() {
		for w := range works {
			server.Rescan(leaf(w))
		}
	}
	p.hollow = func() {
		for w := range works {
			server.Grumble(leaf(w), true)
			server.Grumble(whole(w), true)
		}
	}
	return p
}

func embyPlace(t *testing.T, net *fakekit.Internet, works []fakekit.Work) *place {
	server := embyfake.New(embyfake.Options{Works: works})
	anna := server.AddUser("anna", "hush-hush")
	p := build(t, emby.Service(), net, server, "emby.test")
	p.env.Address = "http://emby.test"
	p.signIn(t, provider.Password, nil, password)
	whole, leaf := finders(works, server.Find)
	p.watch = func(w int, part ...int) { anna.Watch(leaf(w, part...)) }
	twins := map[int]string{}
	p.copy = func(w int) { twins[w] = server.Copy(leaf(w)) }
	p.signOut = server.RevokeAll
	p.unwatch = func(w int) { anna.Unmark(leaf(w)) }
	p.list = func(w int, on bool) { anna.Favorite(whole(w), on) }
	p.watched = func(w int, part ...int) int {
		twin := twins[w]
		return count(anna.State(leaf(w, part...)).Played && (twin == "" || anna.State(twin).Played))
	}
	p.listed = func(w int) bool { return anna.State(whole(w)).Favorite }
	p.pause = func(w int) {
		anna.Start(leaf(w))
		anna.Stop(leaf(w), 40)
	}
	p.paused = func(w int) bool { return anna.State(leaf(w)).PositionMS > 0 }
	p.rescan = func() {
		for w := range works {
			server.Rescan(leaf(w))
		}
	}
	p.hollow = func() {
		for w := range works {
			server.Grumble(leaf(w), true)
			server.Grumble(whole(w), true)
		}
	}
	return p
}

// finders give a server's ids of a film or show, and of what is watched of it:
// the film, or the first episode.
func finders(works []fakekit.Work, find func(string, ...int) string) (whole func(int) string, leaf func(int, ...int) string) {
	whole = func(w int) string { return find(works[w].Title) }
	leaf = func(w int, part ...int) string {
		if works[w].Show {
			season, number := episode(part)
			return find(works[w].Title, season, number)
		}
		return find(works[w].Title)
	}
	return whole, leaf
}

// episode is the season and number that are meant, by default the first.
func episode(part []int) (season, number int) {
	if part == nil {
		return 1, 1
	}
	return part[0], part[1]
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func plexPlace(t *testing.T, net *fakekit.Internet, works []fakekit.Work) *place {
	cloud := plexfake.New(plexfake.Options{})
	anna := cloud.AddUser("anna")
	server := cloud.AddServer("Attic", anna)
	both := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "plex.test" {
			server.ServeHTTP(w, r)
		} else {
			cloud.ServeHTTP(w, r)
		}
	})
	p := build(t, plex.Service(), net, both, append([]string{"plex.test"}, plex.Service().Hosts...)...)
	p.env.Address = "http://plex.test"
	p.signIn(t, provider.Browser, func(provider.Step) {
		if err := anna.Approve(cloud.NewestPIN()); err != nil {
			t.Fatal(err)
		}
	}, nil)
	keys, page := shelvePlex(server, works)
	at := anna.At(server)
	key := func(w int, part ...int) string {
		season, number := episode(part)
		return keys[w][[2]int{season, number}]
	}
	p.watch = func(w int, part ...int) { at.Watch(key(w, part...), time.Now()) }
	twins := map[int]string{}
	p.copy = func(w int) { twins[w] = server.Copy(key(w)) }
	p.signOut = anna.Revoke
	p.unwatch = func(w int) { at.Unmark(key(w)) }
	p.keepsRows = true
	p.list = func(w int, on bool) {
		if on {
			anna.List(page[w], time.Now())
		} else {
			anna.Unlist(page[w])
		}
	}
	tops := func(w int) string { return server.Find(works[w].Title) }
	p.rate = func(w, n int) {
		if n == 0 {
			n = -1
		}
		at.Rate(tops(w), float64(n), time.Now())
	}
	p.watched = func(w int, part ...int) int {
		twin := twins[w]
		return count(at.State(key(w, part...)).Count > 0 && (twin == "" || at.State(twin).Count > 0))
	}
	p.listed = func(w int) bool { return anna.Listed(page[w]) }
	p.rated = func(w int) int { return max(0, int(at.State(tops(w)).Rating)) }
	p.pause = func(w int) { at.Pause(key(w), works[w].RuntimeMS*40/100, time.Now()) }
	p.paused = func(w int) bool { return at.State(key(w)).OffsetMS > 0 }
	p.rescan = func() {
		for w := range works {
			for part, key := range keys[w] {
				keys[w][part] = server.Rescan(key)
			}
			if works[w].Show {
				server.Rescan(tops(w))
			}
		}
	}
	p.hollow = func() {
		cloud.Set(plexfake.Numb, true)
		for w := range works {
			server.Grumble(key(w), true)
			server.Grumble(tops(w), true)
		}
	}
	return p
}

// shelvePlex puts works on the shelves and returns the keys of what is watched
// of them, by season and number, and their keys in the catalogue.
func shelvePlex(server *plexfake.Server, works []fakekit.Work) (leaves []map[[2]int]string, page []string) {
	for i, w := range works {
		e := plexfake.Entry{Kind: "movie", Title: w.Title, Year: w.Year, Plex: fmt.Sprintf("5d776%019d", i), RuntimeMS: w.RuntimeMS,
			IDs: map[string]string{"imdb": w.IMDb, "tmdb": fmt.Sprint(w.TMDB), "tvdb": fmt.Sprint(w.TVDB)}}
		page = append(page, e.Plex)
		if !w.Show {
			leaves = append(leaves, map[[2]int]string{{1, 1}: server.Shelve(e)})
			continue
		}
		e.Kind, e.RuntimeMS = "show", 0
		show := server.Shelve(e)
		keys := map[[2]int]string{}
		for s, n := range w.Episodes {
			season := server.Shelve(plexfake.Entry{Kind: "season", Title: fmt.Sprint("Season ", s+1), Show: show, Index: s + 1})
			for e := range n {
				keys[[2]int{s + 1, e + 1}] = server.Shelve(plexfake.Entry{Kind: "episode", Title: fmt.Sprintf("%s part %d", w.Title, e+1), Year: w.Year,
					RuntimeMS: w.RuntimeMS, Show: show, Season: season, Index: e + 1})
			}
		}
		leaves = append(leaves, keys)
	}
	return leaves, page
}

func traktPlace(t *testing.T, net *fakekit.Internet, works []fakekit.Work) *place {
	fake := traktfake.New(time.Now)
	anna := fake.AddUser("anna")
	p := build(t, trakt.Service(), net, fake, trakt.Service().Hosts...)
	p.signIn(t, provider.DeviceCode, func(s provider.Step) { fake.Approve(s.Code, anna) }, nil)
	p.limits = []limit{{500, 5 * time.Minute, false}, {1, time.Second, true}}
	titles := fake.AddWorks(works)
	leaf := func(w int, part ...int) *traktfake.Title {
		if works[w].Show {
			season, number := episode(part)
			return fake.Episode(titles[w], season, number)
		}
		return titles[w]
	}
	find := func(in []traktfake.Entry, w int) int {
		return slices.IndexFunc(in, func(e traktfake.Entry) bool { return e.Title == titles[w] })
	}
	p.countsPlays, p.keepsRows = true, true
	p.watch = func(w int, part ...int) { anna.Watch(leaf(w, part...), time.Now()) }
	p.unplay = func(w int) {
		for _, play := range anna.Plays() {
			if play.Title == leaf(w) {
				anna.Unwatch(play.ID)
			}
		}
	}
	p.signOut = func() { fake.EndSessions(anna) }
	p.list = func(w int, on bool) {
		if on {
			anna.List(titles[w], time.Time{})
		} else {
			anna.Unlist(titles[w])
		}
	}
	p.rate = func(w, n int) {
		if n == 0 {
			anna.Unrate(titles[w])
		} else {
			anna.Rate(titles[w], n, time.Time{})
		}
	}
	p.watched = func(w int, part ...int) (n int) {
		for _, play := range anna.Plays() {
			n += count(play.Title == leaf(w, part...))
		}
		return n
	}
	p.listed = func(w int) bool { return find(anna.Listed(), w) >= 0 }
	p.rated = func(w int) int {
		rows := anna.Rated()
		if i := find(rows, w); i >= 0 {
			return rows[i].Rating
		}
		return 0
	}
	p.pause = func(w int) { anna.Pause(leaf(w), 40, time.Now()) }
	p.paused = func(w int) bool {
		return slices.ContainsFunc(anna.Paused(), func(e traktfake.Entry) bool { return e.Title == leaf(w) })
	}
	p.hollow = func() { fake.Idle = true }
	return p
}

func simklPlace(t *testing.T, net *fakekit.Internet, works []fakekit.Work) *place {
	fake := simklfake.New(time.Now)
	anna := fake.AddUser("anna")
	p := build(t, simkl.Service(nil), net, fake, "api.simkl.com", "simkl.com")
	p.daily = 100 // of the 500 that all programs of a free account share
	p.signIn(t, provider.DeviceCode, func(s provider.Step) { fake.Approve(s.Code, anna) }, nil)
	titles := fake.AddWorks(works)
	leaf := func(w int, part ...int) *simklfake.Episode {
		if works[w].Show {
			season, number := episode(part)
			return fake.AddEpisode(titles[w], season, number)
		}
		return nil
	}
	p.watch = func(w int, part ...int) { anna.Watch(titles[w], leaf(w, part...), time.Now()) }
	p.signOut = func() { fake.EndSessions(anna) }
	p.list = func(w int, on bool) {
		if on {
			anna.List(titles[w], "plantowatch", time.Time{})
		} else {
			anna.Remove(titles[w])
		}
	}
	p.rate = func(w, n int) { anna.Rate(titles[w], n, time.Time{}) }
	p.watched = func(w int, part ...int) int {
		e := anna.Entry(titles[w])
		if e == nil {
			return 0
		}
		if !works[w].Show {
			return count(e.Status == "completed")
		}
		_, seen := e.Episodes[leaf(w, part...)]
		return count(seen)
	}
	p.listed = func(w int) bool { e := anna.Entry(titles[w]); return e != nil && e.Status == "plantowatch" }
	p.rated = func(w int) int {
		if e := anna.Entry(titles[w]); e != nil {
			return e.Rating
		}
		return 0
	}
	p.pause = func(w int) { anna.Pause(titles[w], leaf(w), 40, time.Now()) }
	p.paused = func(w int) bool {
		return slices.ContainsFunc(anna.Sessions(), func(s simklfake.Session) bool { return s.Title == titles[w] })
	}
	p.hollow = func() { fake.Idle = true }
	return p
}
