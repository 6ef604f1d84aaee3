// Package emby speaks with an Emby server for one user. It is written for 4.8
// and 4.9; earlier servers of version 4 are not turned away.
//
// History is the watched flag with the date of the last start, the watchlist
// is the user's favourites, ratings are read always and written only when the
// person asks for it, progress is in ticks of 100 ns. The catalogue is what
// the user can see in the libraries that were not left out. The server
// replaces a whole record of user data at every write, so one is read, changed
// and sent back at once, and never while the item is being played.
//
// Read server.go for the connection, read.go for lists, write.go for changes.
// What Emby and Jellyfin share is in providers/internal/mediabrowser; embyfake
// imitates the server for tests.
package emby

import (
	"context"
	"net/http"
	"net/netip"
	"sync"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/transport"
)

// Service describes Emby.
func Service() provider.Service {
	return provider.Service{
		Name:         "emby",
		Title:        "Emby",
		Capabilities: capabilities(false),
		NeedsAddress: true,
		Options:      []provider.Option{{Name: "write_ratings", Values: []string{"on", "off"}}},
		Methods:      []provider.Method{provider.Password},
		Login:        startLogin,
		Open:         open,
		Libraries:    libraries,
		Discover: func(ctx context.Context, targets []netip.AddrPort) ([]provider.Found, error) {
			return mediabrowser.Discover(ctx, "who is EmbyServer?", targets)
		},
		SignOut: signOut,
	}
}

const (
	batch        = 50
	readsEveryMS = 15 * 60 * 1000
	// completePct is the server's default; what we write bypasses it.
	completePct = 90
	// grainMS is the precision of the dates that the server documents.
	grainMS = 1000
)

// capabilities are those of every server; rates tells whether the person
// allowed writing ratings, which the web client never shows.
func capabilities(rates bool) provider.Capabilities {
	c := provider.Capabilities{
		Class: provider.MediaServer, Batch: batch, OnwardToTrackers: true, ReadsEveryMS: readsEveryMS, WritesHeldOnly: true,
		Effects: provider.PlayEndsProgress | provider.UnwatchEndsProgress,
	}
	rating := access(provider.ReadIt, media.Film, media.Show, media.Episode)
	if rates {
		// A show's record is computed from its episodes: it cannot be sent back as
		// it was read.
		rating[media.Film], rating[media.Episode] = provider.FullUse, provider.FullUse
	}
	c.Features[media.History] = provider.FeatureCaps{
		Access: access(provider.FullUse, media.Film, media.Episode), Coverage: provider.Catalogue, GrainMS: grainMS,
		PastDates: true, UndatedPlays: true, StartDated: true, LookUp: true, Undo: provider.ExactUndo,
	}
	c.Features[media.Ratings] = provider.FeatureCaps{
		Access: rating, Coverage: provider.Catalogue,
		Step: 1, Lowest: 1, Highest: 100, LookUp: true, Undo: provider.ValueOnly,
	}
	c.Features[media.Watchlist] = provider.FeatureCaps{
		Access: access(provider.FullUse, media.Film, media.Show), Coverage: provider.Catalogue, LookUp: true, Undo: provider.ValueOnly,
	}
	c.Features[media.Progress] = provider.FeatureCaps{
		Access: access(provider.FullUse, media.Film, media.Episode), Coverage: provider.Catalogue,
		PastDates: true, CompletePct: completePct, Times: true, LookUp: true, Undo: provider.ExactUndo,
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
	server *server
	parts  *mediabrowser.Parts // nil until the first write
	heard  mediabrowser.Heard  // by the socket

	mu      sync.Mutex
	shows   map[string]mediabrowser.Item // series of the last scan, and those met since
	version string                       // of the server when it was last asked
}

// open makes the account's provider. No IO.
func open(env provider.Env) (provider.Provider, error) {
	s, err := connect(env)
	if err != nil {
		return nil, err
	}
	return &account{env: env, caps: capabilities(env.Options["write_ratings"] == "on"), server: s}, nil
}

var (
	_ provider.Busy      = (*account)(nil)
	_ provider.Nudger    = (*account)(nil)
	_ provider.Confirmer = (*account)(nil)
	_ provider.Finder    = (*account)(nil)
)

// Capabilities implements provider.Provider.
func (a *account) Capabilities() provider.Capabilities { return a.caps }

// Whoami implements provider.Provider.
func (a *account) Whoami(ctx context.Context) (provider.Identity, error) {
	info, err := a.server.info(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	a.learn(info)
	me, _, err := a.server.me(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	who := provider.Identity{ServerID: info.ID, UserID: me.ID, UserName: me.Name, ServerName: info.ServerName, Version: info.Version}
	sessions, err := a.server.sessions(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	if sessions.check() != nil {
		who.UserID, who.UserName = sessions.owner(), ""
	}
	return who, nil
}

// learn remembers the server's version.
func (a *account) learn(info mediabrowser.PublicInfo) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.version = info.Version
}

// Playing implements provider.Busy: what this user plays right now.
func (a *account) Playing(ctx context.Context) ([]string, error) {
	sessions, err := a.server.sessions(ctx)
	return sessions.playing(), err
}

// libraries lists what can be left out.
func libraries(ctx context.Context, env provider.Env) ([]provider.Library, error) {
	s, err := connect(env)
	if err != nil {
		return nil, err
	}
	views, err := s.views(ctx)
	return mediabrowser.Choices(views), err
}

// signOut ends the token at the server.
func signOut(ctx context.Context, env provider.Env) error {
	s, err := connect(env)
	if err != nil {
		return err
	}
	_, err = s.http.JSON(ctx, transport.Request{Method: http.MethodPost, URL: s.address + "/Sessions/Logout"}, nil)
	return err
}
