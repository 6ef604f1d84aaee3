package plex

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/time/rate"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// The fixed hosts. The watchlist moved from metadata to discover in 2025.
const (
	tvHost       = "plex.tv"
	clientsHost  = "clients.plex.tv"
	discoverHost = "discover.provider.plex.tv"
	metadataHost = "metadata.provider.plex.tv"

	tv       = "https://" + tvHost
	clients  = "https://" + clientsHost
	discover = "https://" + discoverHost
	metadata = "https://" + metadataHost
)

var hosts = []string{tvHost, clientsHost, discoverHost, metadataHost}

// cloud is plex.tv with its catalogue, for one token.
type cloud struct {
	http *transport.Client
	env  provider.Env
}

// newCloud prepares the client; token returns "" before sign-in.
func newCloud(env provider.Env, token func(context.Context) (string, error)) *cloud {
	c := &cloud{env: env}
	c.http = transport.New(transport.Options{
		Base: env.Base, Log: env.Log, Hosts: hosts, UserAgent: "Watchkeeper/" + env.Version,
		ReadPace: rate.NewLimiter(rate.Every(time.Second), 20), WritePace: rate.NewLimiter(rate.Every(time.Second), 5),
		Authorize: func(ctx context.Context, req *http.Request) error {
			identify(req, env)
			t, err := token(ctx)
			if err == nil && t != "" {
				req.Header.Set("X-Plex-Token", t)
			}
			return err
		},
		Classify: classifyCloud,
	})
	return c
}

// withToken is the same cloud for a token that is not stored yet.
func (c *cloud) withToken(token string) *cloud {
	return newCloud(c.env, func(context.Context) (string, error) { return token, nil })
}

// identify says what program asks; Plex shows it among the person's devices.
func identify(req *http.Request, env provider.Env) {
	for name, value := range map[string]string{"Client-Identifier": clientID(env.Install), "Product": "Watchkeeper", "Version": env.Version,
		"Platform": runtime.GOOS, "Device": "Desktop", "Device-Name": "Watchkeeper"} {
		req.Header.Set("X-Plex-"+name, value)
	}
}

var errDead = errors.New("plex.tv does not accept this sign-in any more")

// classifyCloud: plex.tv says 422 to a malformed token and 498 to an expired
// one. The pages of one title say 422 to what they do not understand.
func classifyCloud(f transport.Failure) *provider.Error {
	account := f.Path == "/api/v2/user" || f.Path == "/api/v2/resources"
	if f.Status == 498 || f.Status == http.StatusUnprocessableEntity && account {
		return provider.Failed(provider.Auth, "", errDead)
	}
	return nil
}

// get reads JSON.
func (c *cloud) get(ctx context.Context, address string, query url.Values, into any) (*transport.Response, error) {
	return c.http.JSON(ctx, transport.Request{URL: address, Query: query}, into)
}

// container reads one answer of the catalogue.
func (c *cloud) container(ctx context.Context, address string, query url.Values, start, size int) (*container, *transport.Response, error) {
	return readContainer(ctx, c.http, transport.Request{URL: address, Query: query}, start, size)
}

// readContainer asks for size rows from start; size 0 asks for no page.
func readContainer(ctx context.Context, client *transport.Client, req transport.Request, start, size int) (*container, *transport.Response, error) {
	if size > 0 {
		req.Header = http.Header{"X-Plex-Container-Start": {strconv.Itoa(start)}, "X-Plex-Container-Size": {strconv.Itoa(size)}}
	}
	var e envelope
	resp, err := client.JSON(ctx, req, &e)
	if err != nil {
		return nil, resp, err
	}
	if e.MediaContainer == nil {
		u, _ := url.Parse(req.URL) // it was asked just now
		return nil, resp, provider.Failed(provider.Contract, "get "+u.Path, errNoList)
	}
	e.MediaContainer.header = resp.Header
	return e.MediaContainer, resp, nil
}

// user is an account at plex.tv, or a member of its home.
type user struct {
	ID        text `json:"id"`
	UUID      text `json:"uuid"`
	Title     text `json:"title"`
	Username  text `json:"username"`
	AuthToken text `json:"authToken"`
	Protected flag `json:"protected"`
}

func (u user) name() string {
	if u.Title != "" {
		return string(u.Title)
	}
	return string(u.Username)
}

// me asks whom the token speaks for.
func (c *cloud) me(ctx context.Context) (user, *transport.Response, error) {
	var u user
	resp, err := c.get(ctx, tv+"/api/v2/user", nil, &u)
	if err == nil && u.ID == "" {
		err = provider.Failed(provider.Contract, "get /api/v2/user", errors.New("a user without id"))
	}
	return u, resp, err
}

// home lists the people of the account's home.
func (c *cloud) home(ctx context.Context) ([]user, error) {
	var h struct{ Users rows }
	_, err := c.get(ctx, tv+"/api/v2/home/users", nil, &h)
	return decoded[user](h.Users), err
}

// enter switches to another member of the home.
func (c *cloud) enter(ctx context.Context, u user, pin string) (user, error) {
	id := string(u.UUID)
	if id == "" {
		id = string(u.ID)
	}
	req := transport.Request{Method: http.MethodPost, URL: clients + "/api/v2/home/users/" + url.PathEscape(id) + "/switch"}
	if pin != "" {
		req.Query = url.Values{"pin": {pin}}
	}
	var got user
	_, err := c.http.JSON(ctx, req, &got)
	return got, err
}

// device is a row of the account's resources: a server, or a player.
type device struct {
	Name             text `json:"name"`
	ClientIdentifier text `json:"clientIdentifier"` // of a server: its machine id
	Provides         text `json:"provides"`
	Owned            flag `json:"owned"`
	AccessToken      text `json:"accessToken"`
	HTTPSRequired    flag `json:"httpsRequired"`
	SameNetwork      flag `json:"publicAddressMatches"`
	Connections      rows `json:"connections"`
}

type connection struct {
	Address text   `json:"address"`
	Port    number `json:"port"`
	URI     text   `json:"uri"`
	Local   flag   `json:"local"`
	Relay   flag   `json:"relay"`
}

// servers lists the media servers that the token may use.
func (c *cloud) servers(ctx context.Context) ([]device, error) {
	var all rows
	_, err := c.get(ctx, tv+"/api/v2/resources", url.Values{"includeHttps": {"1"}, "includeRelay": {"1"}, "includeIPv6": {"1"}}, &all)
	if err != nil {
		return nil, err
	}
	var out []device
	for _, d := range decoded[device](all) {
		if provides(string(d.Provides), "server") && d.ClientIdentifier != "" && d.AccessToken != "" {
			out = append(out, d)
		}
	}
	return out, nil
}

// ping keeps the token from lapsing: plex.tv drops those that were not used
// for some weeks.
func (c *cloud) ping(ctx context.Context) error {
	_, err := c.http.JSON(ctx, transport.Request{URL: tv + "/api/v2/ping"}, nil)
	return err
}

// mirrors tells whether plex.tv copies watched marks between servers by
// itself; no answer is no.
func (c *cloud) mirrors(ctx context.Context) bool {
	var s struct {
		Consent flag `json:"consent"`
	}
	_, err := c.get(ctx, tv+"/api/v2/user/view_state_sync", nil, &s)
	return err == nil && bool(s.Consent)
}
