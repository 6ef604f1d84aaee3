package emby

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/transport"
)

// server is one address with one stored sign-in.
type server struct {
	mediabrowser.Keeper
	http    *transport.Client
	address string
	env     provider.Env
}

// Thousands of writes in a row hold up a server's database for minutes.
const (
	writeEvery = 50 * time.Millisecond
	writeBurst = 5
)

var errNoAddress = errors.New("no address")

// connect prepares the HTTP stack for the address in env.
func connect(env provider.Env) (*server, error) {
	host := mediabrowser.Host(env.Address)
	if host == "" {
		return nil, provider.Failed(provider.Rejected, "", errNoAddress)
	}
	s := &server{Keeper: mediabrowser.Keeper{Secrets: env.Secrets}, address: strings.TrimRight(env.Address, "/"), env: env}
	s.http = transport.New(transport.Options{
		Base: env.Base, Log: env.Log, Hosts: []string{host}, Pins: env.Pins, UserAgent: "Watchkeeper/" + env.Version,
		Authorize: s.authorize, Classify: classify, WritePace: rate.NewLimiter(rate.Every(writeEvery), writeBurst),
	})
	return s, nil
}

const (
	identityHeader = "X-Emby-Authorization"
	tokenHeader    = "X-Emby-Token"
)

// authorize says who asks: this program, and whom it asks for.
func (s *server) authorize(ctx context.Context, req *http.Request) error {
	if req.Header.Get(identityHeader) != "" {
		return nil // before there is a sign-in
	}
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return err
	}
	req.Header.Set(identityHeader, identify(s.env, kept.UserID, kept.DeviceID))
	req.Header.Set(tokenHeader, kept.Token)
	return nil
}

// identify is the server's own way of naming a program (API: User
// Authentication). Values are taken as they are, so they hold no quotes.
func identify(env provider.Env, user, device string) string {
	return `Emby UserId="` + url.QueryEscape(user) + `", Client="Watchkeeper", Device="Desktop", DeviceId="` +
		url.QueryEscape(device) + `", Version="` + url.QueryEscape(env.Version) + `"`
}

var (
	errCurfew   = errors.New("parental control does not let this user in at this hour")
	errShutOut  = errors.New("the server does not let this user in")
	errNotEmby  = errors.New("this is not an Emby server")
	errJellyfin = errors.New("this is a Jellyfin server, not Emby")
	errTooOld   = errors.New("the server is older than Emby 4; please update it")
)

// classify tells a curfew from a token that is dead, and a user who may not
// even see himself from a missing item.
func classify(f transport.Failure) *provider.Error {
	switch {
	case strings.EqualFold(f.Header.Get("X-Application-Error-Code"), "ParentalControl"):
		return provider.Failed(provider.Transient, "", errCurfew)
	case (f.Status == http.StatusForbidden || f.Status == http.StatusNotFound) && aUser(f.Path):
		return provider.Failed(provider.Auth, "", errShutOut)
	}
	return nil
}

// aUser tells whether a path names a user and nothing below.
func aUser(path string) bool {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	return len(parts) >= 2 && parts[len(parts)-2] == "Users" && parts[len(parts)-1] != "AuthenticateByName"
}

// get reads JSON from a path below the address.
func (s *server) get(ctx context.Context, path string, query url.Values, into any) (*transport.Response, error) {
	return s.http.JSON(ctx, transport.Request{URL: s.address + path, Query: query}, into)
}

// info asks the server what it is and refuses what the adapter does not know.
func (s *server) info(ctx context.Context) (mediabrowser.PublicInfo, error) {
	var info mediabrowser.PublicInfo
	_, err := s.http.JSON(ctx, transport.Request{URL: s.address + "/System/Info/Public",
		Header: http.Header{identityHeader: {identify(s.env, "", "")}}}, &info)
	if err != nil {
		return info, err
	}
	return info, known(info)
}

func known(info mediabrowser.PublicInfo) error {
	var why error
	switch {
	case info.ID == "" || info.Version == "":
		why = errNotEmby
	case strings.Contains(info.ProductName, "Jellyfin"), !mediabrowser.Older(info.Version, 10, 0):
		why = errJellyfin
	case mediabrowser.Older(info.Version, 4, 0):
		why = errTooOld
	default:
		return nil
	}
	return provider.Failed(provider.Rejected, "get /System/Info/Public", why)
}

// me asks for the user that the sign-in was made for. The server has no "who
// am I": it answers for this user only to a token of the user, and the
// sessions tell whose this program's session is.
func (s *server) me(ctx context.Context) (mediabrowser.User, *transport.Response, error) {
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return mediabrowser.User{}, nil, err
	}
	var me mediabrowser.User
	resp, err := s.get(ctx, "/Users/"+url.PathEscape(kept.UserID), nil, &me)
	if err == nil && me.ID == "" {
		err = provider.Failed(provider.Contract, "get /Users", errors.New("a user without id"))
	}
	return me, resp, err
}

// sessions are the connected players and programs that the user may see.
type sessions struct {
	kept mediabrowser.Kept
	list []mediabrowser.Session
}

// sessions asks for them. A server that does not tell says nothing about who
// plays; the sign-in itself is checked elsewhere.
func (s *server) sessions(ctx context.Context) (sessions, error) {
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return sessions{}, err
	}
	out := sessions{kept: kept}
	_, err = s.get(ctx, "/Sessions", nil, &out.list)
	if e := provider.AsError(err); e != nil && (e.Kind == provider.Rejected || e.Kind == provider.Auth) {
		return sessions{kept: kept}, nil
	}
	return out, err
}

// owner is whom this program's own session belongs to; "" when it is not
// listed.
func (s sessions) owner() string {
	for _, x := range s.list {
		if x.DeviceID != "" && x.DeviceID == s.kept.DeviceID && x.UserID != "" {
			return x.UserID
		}
	}
	return ""
}

// check makes sure that the token still speaks for the user.
func (s sessions) check() error {
	if other := s.owner(); other != "" && other != s.kept.UserID {
		return provider.Failed(provider.WrongUser, "get /Sessions", nil)
	}
	return nil
}

// playing are the items that the user plays right now.
func (s sessions) playing() (keys []string) {
	for _, x := range s.list {
		if key := x.Plays(s.kept.UserID); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// views are the user's libraries that can hold films or shows.
func (s *server) views(ctx context.Context) ([]mediabrowser.Item, error) {
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	path := "/Users/" + url.PathEscape(kept.UserID) + "/Views"
	var page mediabrowser.Page
	if _, err := s.get(ctx, path, url.Values{"IncludeExternalContent": {"false"}}, &page); err != nil {
		return nil, err
	}
	return mediabrowser.Libraries("get "+path, page)
}
