// Package plex speaks for one user with one Plex Media Server and with
// plex.tv.
//
// The two are different services with different tokens: the server keeps the
// watched flags, plays, ratings and positions of its libraries; plex.tv keeps
// the watchlist, for titles that no library needs to hold, and tells where the
// server is. History is read from two sources: the watched flag of every item,
// and the server's rows of plays, which marking by hand does not make. Nothing
// can be dated back.
//
// It never searches by title and never writes to a show as a whole. Read
// read.go and watchlist.go for lists, write.go and write_list.go for changes,
// guid.go for ids. plexfake imitates both services for tests.
package plex

import (
	"context"
	"net/http"
	"sync"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// Service describes Plex.
func Service() provider.Service {
	return provider.Service{
		Name:         "plex",
		Title:        "Plex",
		Capabilities: capabilities(),
		Methods:      []provider.Method{provider.Browser, provider.DeviceCode},
		Hosts:        hosts,
		Login:        startLogin,
		Open:         open,
		Libraries:    libraries,
		SignOut:      signOut,
	}
}

const (
	readsEveryMS = 15 * 60 * 1000
	// completePct is the server's default for when a position is a play.
	completePct = 90
)

// capabilities of every server. A mark dates itself now, so nothing that was
// watched elsewhere keeps its date here, and undo brings back the mark but not
// its date. The flag's date moves whenever the film is played, also for a
// minute; finished plays have rows of their own. A position cannot be taken
// away without taking the mark with it.
func capabilities() provider.Capabilities {
	c := provider.Capabilities{
		Class: provider.MediaServer, Batch: 1, OnwardToTrackers: true, ReadsEveryMS: readsEveryMS, WritesHeldOnly: true,
		Effects: provider.PlayEndsProgress | provider.UnwatchEndsProgress,
	}
	c.Features[media.History] = provider.FeatureCaps{
		Access: access(provider.FullUse, media.Film, media.Episode), Coverage: provider.Catalogue,
		UndatedPlays: true, GrainMS: 1000, LookUp: true, Undo: provider.ValueOnly,
	}
	c.Features[media.Ratings] = provider.FeatureCaps{
		Access:   access(provider.FullUse, media.Film, media.Show, media.Season, media.Episode),
		Coverage: provider.Catalogue, Step: 1, Lowest: 1, Highest: 100, GrainMS: 1000, PastDates: true, Times: true,
		LookUp: true, Undo: provider.ExactUndo,
	}
	c.Features[media.Watchlist] = provider.FeatureCaps{
		Access: access(provider.FullUse, media.Film, media.Show), Coverage: provider.Whole, LookUp: true, Undo: provider.ValueOnly,
	}
	c.Features[media.Progress] = provider.FeatureCaps{
		Access: access(provider.AddIt, media.Film, media.Episode), Coverage: provider.Catalogue,
		CompletePct: completePct, GrainMS: 1000, Times: true, LookUp: true, Undo: provider.NoUndo,
	}
	return c
}

func access(a provider.Access, kinds ...media.Kind) (out [len(media.Kinds) + 1]provider.Access) {
	for _, k := range kinds {
		out[k] = a
	}
	return out
}

// account is one user of one server.
type account struct {
	env    provider.Env
	caps   provider.Capabilities
	keeper *keeper
	cloud  *cloud
	server *server
	ids    *idCache

	mu        sync.Mutex
	shows     shows  // of the last scan, and those met since
	index     index  // of the last scan; nil before it
	version   string // of the server when it was last asked
	rescan    bool   // something was heard of that only a full look shows
	pinged    time.Time
	mirrored  bool  // plex.tv copies watched marks by itself
	threshold int64 // percent from which the server takes a position for a play; 0: not asked yet
}

// open makes the account's provider. No IO.
func open(env provider.Env) (provider.Provider, error) {
	return newAccount(env)
}

func newAccount(env provider.Env) (*account, error) {
	k := &keeper{secrets: env.Secrets}
	a := &account{env: env, caps: capabilities(), keeper: k, shows: shows{}, ids: newIDCache(env.Dir)}
	a.cloud = newCloud(env, func(ctx context.Context) (string, error) {
		kept, err := k.load(ctx)
		return kept.Account, err
	})
	a.server = &server{env: env, keeper: k, cloud: a.cloud}
	if env.Address == "" {
		return a, nil // plex.tv will tell
	}
	return a, a.server.move(env.Address)
}

// Capabilities implements provider.Provider.
func (a *account) Capabilities() provider.Capabilities { return a.caps }

// Whoami implements provider.Provider. The server does not tell whom a token
// speaks for; plex.tv does, and issued both. The server is asked for its name,
// to see whether it still takes its token.
func (a *account) Whoami(ctx context.Context) (provider.Identity, error) {
	me, _, err := a.cloud.me(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	id, _, err := a.server.reach(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	a.noteVersion(string(id.Version))
	who := provider.Identity{ServerID: string(id.MachineIdentifier), UserID: string(me.ID), UserName: me.name(), Version: string(id.Version)}
	c, err := a.server.get(ctx, "/", nil, 0, 0)
	if e := provider.AsError(err); e != nil && e.Kind != provider.Rejected {
		return provider.Identity{}, err
	}
	if err == nil {
		who.ServerName = string(c.FriendlyName)
	}
	return who, nil
}

func (a *account) noteVersion(v string) {
	a.mu.Lock()
	a.version = v
	a.mu.Unlock()
}

const (
	pingEvery = 24 * time.Hour
	pingAgain = time.Hour // after one that failed
	pingTime  = 10 * time.Second
)

// daily keeps the token alive and learns whether plex.tv copies marks by
// itself. Trouble with either is not the account's.
func (a *account) daily(ctx context.Context) {
	a.mu.Lock()
	due := time.Since(a.pinged) >= pingEvery
	a.mu.Unlock()
	if !due {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	err := a.cloud.ping(ctx)
	mirrored := err == nil && a.cloud.mirrors(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.pinged = time.Now().Add(pingAgain - pingEvery)
		return
	}
	a.pinged, a.mirrored = time.Now(), mirrored
}

// mirrorNotice: plex.tv copies watched marks between servers and its cloud by
// itself, so marks that were taken away may come back.
const mirrorNotice = "plex_mirrors_marks"

// notices are what the person should know.
func (a *account) notices() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mirrored {
		return []string{mirrorNotice}
	}
	return nil
}

// libraries lists what can be left out.
func libraries(ctx context.Context, env provider.Env) ([]provider.Library, error) {
	a, err := newAccount(env)
	if err != nil {
		return nil, err
	}
	if _, _, err := a.server.reach(ctx); err != nil {
		return nil, err
	}
	all, err := a.server.sections(ctx)
	if err != nil {
		return nil, err
	}
	var out []provider.Library
	for _, s := range all {
		out = append(out, provider.Library{ID: string(s.Key), Name: string(s.Title)})
	}
	return out, nil
}

// signOut ends the token at plex.tv; the server's ends with it.
func signOut(ctx context.Context, env provider.Env) error {
	a, err := newAccount(env)
	if err != nil {
		return err
	}
	_, err = a.cloud.http.JSON(ctx, transport.Request{Method: http.MethodDelete, URL: tv + "/api/v2/users/signout"}, nil)
	return err
}

var (
	_ provider.Confirmer = (*account)(nil)
	_ provider.Finder    = (*account)(nil)
	_ provider.Nudger    = (*account)(nil)
	_ provider.Busy      = (*account)(nil)
)
