package plexfake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request to either service.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	q    url.Values
	user *User // nil: no valid token
}

func (c call) query(name string) string { return c.q.Get(name) }

func (c call) json(status int, v any) {
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	_ = json.NewEncoder(c.w).Encode(v) // the client may have gone
}

// trouble is plex.tv's way to say no.
func (c call) trouble(status, code int, message string) {
	c.json(status, map[string]any{"errors": []any{map[string]any{"code": code, "message": message, "status": status}}})
}

func token(r *http.Request) string {
	return cmp.Or(r.Header.Get("X-Plex-Token"), r.URL.Query().Get("X-Plex-Token"))
}

// answer is kept until nobody else has to wait for it: a client may ask a
// second question before it reads the first answer.
type answer struct {
	bytes.Buffer
	to     http.ResponseWriter
	status int
}

func (a *answer) Header() http.Header    { return a.to.Header() }
func (a *answer) WriteHeader(status int) { a.status = status }

func (a *answer) send() {
	a.to.WriteHeader(cmp.Or(a.status, http.StatusOK))
	_, _ = a.to.Write(a.Bytes()) // the client may have gone
}

// ServeHTTP answers for plex.tv, clients.plex.tv and the provider hosts.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &answer{to: w}
	defer out.send()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serve(call{out, r, r.URL.Query(), c.tokens[token(r)]})
}

func (c *Cloud) serve(in call) {
	r := in.r
	path := strings.TrimPrefix(r.URL.Path, "/api/v2")
	switch {
	case r.Header.Get("X-Plex-Client-Identifier") == "":
		in.trouble(http.StatusBadRequest, 1000, "X-Plex-Client-Identifier is missing")
	case r.Method == http.MethodPost && path == "/pins":
		c.newPIN(in)
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/pins/"):
		c.askPIN(in, path[len("/pins/"):])
	case in.user == nil:
		in.trouble(http.StatusUnauthorized, 1001, "could not authenticate")
	case path != r.URL.Path:
		c.account(in, path)
	default:
		c.provider(in)
	}
}

func (c *Cloud) newPIN(in call) {
	c.minted++
	p := &pin{id: fmt.Sprint(880_000_000 + c.minted), code: strings.ToUpper(digest(4, "pin", c.minted)), client: in.r.Header.Get("X-Plex-Client-Identifier"), made: c.now()}
	if in.query("strong") == "true" {
		p.code = digest(24, "strong", c.minted)
	}
	c.pins = append(c.pins, p)
	in.json(http.StatusCreated, c.pinDto(p))
}

const pinLife = 30 * time.Minute

func (c *Cloud) askPIN(in call, id string) {
	for _, p := range c.pins {
		if p.id == id && p.client == in.r.Header.Get("X-Plex-Client-Identifier") && c.now().Sub(p.made) < pinLife {
			in.json(http.StatusOK, c.pinDto(p))
			return
		}
	}
	in.trouble(http.StatusNotFound, 1020, "Code not found or expired")
}

func (c *Cloud) pinDto(p *pin) map[string]any {
	id, _ := strconv.Atoi(p.id)
	row := map[string]any{"id": id, "code": p.code, "product": "Watchkeeper", "trusted": false, "clientIdentifier": p.client,
		"expiresIn": int((pinLife - c.now().Sub(p.made)).Seconds()), "authToken": nil, "newRegistration": nil}
	if p.token != "" {
		row["authToken"] = p.token
	}
	return row
}

// account answers for plex.tv itself.
func (c *Cloud) account(in call, path string) {
	route := in.r.Method + " " + path
	switch {
	case route == "GET /user":
		in.json(http.StatusOK, in.user.dto())
	case route == "GET /ping":
		in.json(http.StatusOK, map[string]any{"pong": true})
	case route == "GET /user/view_state_sync":
		in.json(http.StatusOK, map[string]any{"consent": c.mirrors})
	case route == "GET /home/users":
		c.home(in)
	case route == "GET /resources":
		c.resources(in)
	case strings.HasPrefix(route, "POST /home/users/") && strings.HasSuffix(route, "/switch"):
		c.enter(in, strings.TrimSuffix(strings.TrimPrefix(path, "/home/users/"), "/switch"))
	case route == "DELETE /users/signout":
		delete(c.tokens, token(in.r))
		in.w.WriteHeader(http.StatusNoContent)
	default:
		in.trouble(http.StatusNotFound, 1002, "not found")
	}
}

func (u *User) dto() map[string]any {
	id, _ := strconv.Atoi(u.ID)
	return map[string]any{"id": id, "uuid": u.UUID, "title": u.Name, "username": u.Name, "home": u.home != nil, "homeAdmin": u.home == u,
		"restricted": u.restricted, "protected": u.pin != "", "admin": u.home == u, "guest": false, "subscription": map[string]any{"active": false}}
}

func (c *Cloud) home(in call) {
	users := []any{}
	for _, u := range c.users {
		if u == in.user || u.home != nil && u.home == in.user.home {
			users = append(users, u.dto())
		}
	}
	in.json(http.StatusOK, map[string]any{"id": 55, "name": "Home", "users": users})
}

// enter lets the home's admin switch to a member.
func (c *Cloud) enter(in call, who string) {
	for _, u := range c.users {
		switch {
		case u.UUID != who && u.ID != who || u.home == nil || in.user.home != in.user || u.home != in.user:
		case u.pin != "" && u.pin != in.query("pin"):
			in.trouble(http.StatusUnauthorized, 1041, "Invalid PIN")
			return
		default:
			row := u.dto()
			row["authToken"] = u.token
			in.json(http.StatusCreated, row)
			return
		}
	}
	in.trouble(http.StatusNotFound, 1002, "not found")
}

func (c *Cloud) resources(in call) {
	list := []any{map[string]any{"name": "Telly", "product": "Plex for TV", "clientIdentifier": "tv-1", "provides": "player,client", "owned": true}}
	for _, s := range c.servers {
		if t := s.tokenOf(in.user); t != "" {
			list = append(list, s.resource(in.user, t))
		}
	}
	in.json(http.StatusOK, list)
}

func (s *Server) resource(u *User, token string) map[string]any {
	ways := []any{}
	for _, w := range s.ways {
		scheme, _, _ := strings.Cut(w.URI, ":")
		ways = append(ways, map[string]any{"protocol": scheme, "address": w.Address, "port": w.Port, "uri": w.URI, "local": w.Local, "relay": w.Relay, "IPv6": false})
	}
	return map[string]any{"name": s.Name, "product": "Plex Media Server", "productVersion": s.version, "clientIdentifier": s.ID, "provides": "server",
		"owned": s.owner == u, "accessToken": token, "httpsRequired": false, "relay": true, "presence": true, "publicAddressMatches": s.owner == u, "connections": ways}
}

// provider answers for the catalogue and the watchlist.
func (c *Cloud) provider(in call) {
	path := in.r.URL.Path
	rest, ofTitle := strings.CutPrefix(path, "/library/metadata/")
	key, isState := strings.CutSuffix(rest, "/userState")
	switch {
	case !in.user.lists && (isState || !ofTitle):
		in.trouble(http.StatusUnauthorized, 1001, "no access")
	case path == "/library/sections/watchlist/all":
		c.watchlist(in)
	case in.r.Method == http.MethodPut && strings.HasPrefix(path, "/actions/"):
		c.relist(in, path)
	case ofTitle && isState:
		c.userState(in, key)
	case rest == "matches":
		c.matches(in)
	case ofTitle:
		c.pages(in, strings.Split(rest, ","))
	default:
		in.trouble(http.StatusNotFound, 1002, "not found")
	}
}

// watchlist lists at most 100 titles, newest first, without their ids.
func (c *Cloud) watchlist(in call) {
	var keys []string
	for key := range in.user.listed {
		if t := c.title(key); t != nil {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(in.user.listed[b].Compare(in.user.listed[a]), strings.Compare(a, b))
	})
	start, size := in.window(20)
	switch {
	case size > 100:
		in.trouble(http.StatusBadRequest, 1000, "container size is too large")
		return
	case len(keys) == 0 && c.noEmpty && strings.HasPrefix(in.query("sort"), "watchlistedAt"):
		in.trouble(http.StatusNotFound, 1002, "not found")
		return
	}
	list := []any{}
	for _, key := range keys[min(start, len(keys)):min(start+size, len(keys))] {
		list = append(list, c.title(key).dto(false))
	}
	in.json(http.StatusOK, map[string]any{"MediaContainer": map[string]any{"librarySectionID": "watchlist", "identifier": "tv.plex.provider.discover",
		"offset": start, "size": len(list), "totalSize": len(keys), "Metadata": list}})
}

// window reads which rows are asked for.
func (c call) window(otherwise int) (start, size int) {
	ask := func(name string, otherwise int) int {
		n, err := strconv.Atoi(cmp.Or(c.r.Header.Get(name), c.query(name)))
		if err != nil || n < 0 {
			return otherwise
		}
		return n
	}
	return ask("X-Plex-Container-Start", 0), ask("X-Plex-Container-Size", otherwise)
}

func (t *title) dto(ids bool) map[string]any {
	row := map[string]any{"ratingKey": t.key, "key": "/library/metadata/" + t.key, "guid": "plex://" + t.kind + "/" + t.key, "type": t.kind, "title": t.name, "year": t.year}
	if ids {
		guids := []any{}
		for _, scheme := range []string{"imdb", "tmdb", "tvdb"} {
			if id := t.ids[scheme]; id != "" {
				guids = append(guids, map[string]any{"id": scheme + "://" + id})
			}
		}
		row["Guid"] = guids
	}
	return row
}

// relist adds and removes. What is so already is an error.
func (c *Cloud) relist(in call, path string) {
	key := in.query("ratingKey")
	t := c.title(key)
	_, listed := in.user.listed[key]
	add := path == "/actions/addToWatchlist"
	switch {
	case t == nil || !add && path != "/actions/removeFromWatchlist":
		in.trouble(http.StatusNotFound, 1002, "not found")
		return
	case add == listed:
		in.trouble(http.StatusBadRequest, 1000, "nothing to do")
		return
	case c.numb:
	case add:
		in.user.listed[key] = c.now()
	default:
		delete(in.user.listed, key)
	}
	c.userState(in, key)
}

func (c *Cloud) userState(in call, key string) {
	t := c.title(key)
	if t == nil {
		in.trouble(http.StatusNotFound, 1002, "not found")
		return
	}
	state := map[string]any{"ratingKey": key, "type": t.kind, "viewCount": 0, "viewOffset": 0}
	if at, listed := in.user.listed[key]; listed {
		state["watchlistedAt"] = at.Unix()
	}
	in.json(http.StatusOK, map[string]any{"MediaContainer": map[string]any{"size": 1, "identifier": "tv.plex.provider.discover", "UserState": state}})
}

func (c *Cloud) pages(in call, keys []string) {
	list := []any{}
	for _, key := range keys {
		if t := c.title(key); t != nil && !t.hidden {
			list = append(list, t.dto(in.query("includeGuids") == "1"))
		}
	}
	if len(list) == 0 || len(keys) > 1 && c.singleKeys {
		in.trouble(http.StatusNotFound, 1002, "not found")
		return
	}
	in.json(http.StatusOK, map[string]any{"MediaContainer": map[string]any{"offset": 0, "size": len(list), "totalSize": len(list), "Metadata": list}})
}

// matches finds by "imdb-tt…", "tmdb-…" and "tvdb-…"; anything else it takes
// for a title and guesses.
func (c *Cloud) matches(in call) {
	kind := map[string]string{"1": "movie", "2": "show"}[in.query("type")]
	scheme, id, _ := strings.Cut(in.query("title"), "-")
	list := []any{}
	for _, t := range c.titles {
		if t.kind == kind && !t.hidden && (t.ids[scheme] == id && id != "" || strings.EqualFold(t.name, in.query("title"))) {
			list = append(list, t.dto(false))
		}
	}
	in.json(http.StatusOK, map[string]any{"MediaContainer": map[string]any{"size": len(list), "Metadata": list}})
}
