// Package jellyfin speaks with a Jellyfin server, 10.9 to 12, for one user.
//
// History is the watched flag with the date of the last start, the watchlist
// is the user's favourites, ratings are read always and written only when the
// person asks for it, progress is in ticks of 100 ns. The catalogue is what
// the user can see in the libraries that were not left out.
//
// Read read.go for lists, write.go for changes. What Jellyfin and Emby share
// is in providers/internal/mediabrowser; jellyfinfake imitates the server for
// tests.
package jellyfin

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/transport"
)

// Service describes Jellyfin.
func Service() provider.Service {
	return provider.Service{
		Name:         "jellyfin",
		Title:        "Jellyfin",
		Capabilities: capabilities(false),
		NeedsAddress: true,
		Options:      []provider.Option{{Name: "write_ratings", Values: []string{"on", "off"}}},
		Methods:      []provider.Method{provider.QuickConnect, provider.Password},
		Login:        startLogin,
		Open:         open,
		Libraries:    libraries,
		Discover: func(ctx context.Context, targets []netip.AddrPort) ([]provider.Found, error) {
			return mediabrowser.Discover(ctx, "Who is JellyfinServer?", targets)
		},
		SignOut: signOut,
	}
}

const (
	batch        = 50
	readsEveryMS = 15 * 60 * 1000
	// completePct is the server's default; what we write bypasses it.
	completePct = 90
)

// capabilities are those of every server; rates tells whether the person
// allowed writing ratings, which the web client never shows.
func capabilities(rates bool) provider.Capabilities {
	c := provider.Capabilities{
		Class: provider.MediaServer, Batch: batch, OnwardToTrackers: true, ReadsEveryMS: readsEveryMS, WritesHeldOnly: true,
		Effects: provider.PlayEndsProgress | provider.UnwatchEndsProgress,
	}
	rating := provider.ReadIt
	if rates {
		rating = provider.FullUse
	}
	c.Features[media.History] = provider.FeatureCaps{
		Access: access(provider.FullUse, media.Film, media.Episode), Coverage: provider.Catalogue,
		PastDates: true, UndatedPlays: true, StartDated: true, LookUp: true, Undo: provider.ExactUndo,
	}
	c.Features[media.Ratings] = provider.FeatureCaps{
		Access: access(rating, media.Film, media.Show, media.Episode), Coverage: provider.Catalogue,
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

// Capabilities implements provider.Provider.
func (a *account) Capabilities() provider.Capabilities { return a.caps }

// server is one address with one stored sign-in.
type server struct {
	mediabrowser.Keeper
	http    *transport.Client
	address string
	env     provider.Env
}

var errNoAddress = errors.New("no address")

// connect prepares the HTTP stack for the address in env.
func connect(env provider.Env) (*server, error) {
	host := mediabrowser.Host(env.Address)
	if host == "" {
		return nil, provider.Failed(provider.Rejected, "", errNoAddress)
	}
	s := &server{Keeper: mediabrowser.Keeper{Secrets: env.Secrets}, address: strings.TrimRight(env.Address, "/"), env: env}
	s.http = transport.New(transport.Options{
		Base: env.Base, Log: env.Log, Hosts: []string{host}, Pins: env.Pins,
		UserAgent: "Watchkeeper/" + env.Version, Authorize: s.authorize, Classify: classify,
	})
	return s, nil
}

// authorize adds the one header that every version accepts; the older forms
// are switched off in 12.
func (s *server) authorize(ctx context.Context, req *http.Request) error {
	if req.Header.Get("Authorization") != "" {
		return nil // sign-in brings its own, without token
	}
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", header(s.env, kept.DeviceID, kept.Token))
	return nil
}

// header is the server's own scheme; values are percent-encoded as the server
// decodes them.
func header(env provider.Env, device, token string) string {
	h := `MediaBrowser Client="Watchkeeper", Device="Desktop", DeviceId="` + url.QueryEscape(device) +
		`", Version="` + url.QueryEscape(env.Version) + `"`
	if token != "" {
		h += `, Token="` + url.QueryEscape(token) + `"`
	}
	return h
}

// classify: a user who may not even ask who he is was locked out.
func classify(f transport.Failure) *provider.Error {
	if f.Status == http.StatusForbidden && strings.HasSuffix(f.Path, "/Users/Me") {
		return provider.Failed(provider.Auth, "", errors.New("the server does not let this user in"))
	}
	return nil
}

// get reads JSON from a path below the address.
func (s *server) get(ctx context.Context, path string, query url.Values, into any) (*transport.Response, error) {
	return s.http.JSON(ctx, transport.Request{URL: s.address + path, Query: query}, into)
}

var (
	errEmby      = errors.New("this is an Emby server, not Jellyfin")
	errNotReady  = errors.New("the server is not set up yet")
	errTooOld    = errors.New("the server is older than Jellyfin 10.9; please update it")
	errNotServer = errors.New("this is not a Jellyfin server")
)

// info asks the server what it is and refuses what the adapter does not know.
func (s *server) info(ctx context.Context) (mediabrowser.PublicInfo, *transport.Response, error) {
	var info mediabrowser.PublicInfo
	resp, err := s.http.JSON(ctx, transport.Request{URL: s.address + "/System/Info/Public",
		Header: http.Header{"Authorization": {header(s.env, "", "")}}}, &info)
	if err != nil {
		return info, resp, err
	}
	return info, resp, known(info)
}

func known(info mediabrowser.PublicInfo) error {
	var why error
	switch {
	case info.ID == "" || info.Version == "":
		why = errNotServer
	case strings.Contains(info.ProductName, "Emby"), strings.TrimSpace(info.ProductName) == "" && mediabrowser.Older(info.Version, 5, 0):
		why = errEmby
	case mediabrowser.Older(info.Version, 10, 9):
		why = errTooOld
	case info.StartupWizardCompleted != nil && !*info.StartupWizardCompleted:
		why = errNotReady
	default:
		return nil
	}
	return provider.Failed(provider.Rejected, "get /System/Info/Public", why)
}

// Whoami implements provider.Provider.
func (a *account) Whoami(ctx context.Context) (provider.Identity, error) {
	info, _, err := a.server.info(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	a.mu.Lock()
	a.version = info.Version
	a.mu.Unlock()
	me, _, err := a.server.me(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	return provider.Identity{ServerID: info.ID, UserID: me.ID, UserName: me.Name, ServerName: info.ServerName, Version: info.Version}, nil
}

// me asks whom the token speaks for.
func (s *server) me(ctx context.Context) (mediabrowser.User, *transport.Response, error) {
	var me mediabrowser.User
	resp, err := s.get(ctx, "/Users/Me", nil, &me)
	if err == nil && me.ID == "" {
		err = provider.Failed(provider.Contract, "get /Users/Me", errors.New("a user without id"))
	}
	return me, resp, err
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

// views are the user's libraries that can hold films or shows.
func (s *server) views(ctx context.Context) ([]mediabrowser.Item, error) {
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	var page mediabrowser.Page
	if _, err := s.get(ctx, "/UserViews", url.Values{"userId": {kept.UserID}}, &page); err != nil {
		return nil, err
	}
	return mediabrowser.Libraries("get /UserViews", page)
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
