package embyfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// ServeHTTP answers as the server does. Paths may have /emby before them;
// names of paths and queries are case-insensitive, unknown queries are ignored.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, prefixed := strings.CutPrefix(strings.ToLower(r.URL.Path), "/emby/")
	if s.onlyPrefixed && !prefixed {
		http.NotFound(w, r)
		return
	}
	c := &call{Server: s, w: w, r: r, q: lower(r.URL.Query()), path: strings.Split(strings.Trim(path, "/"), "/")}
	if path == "embywebsocket" || path == "/embywebsocket" {
		c.socket()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.device, c.session = s.authenticate(r)
	switch {
	case c.open():
	case c.session == nil:
		c.status(http.StatusUnauthorized)
	case c.session.user.curfew:
		w.Header().Set("X-Application-Error-Code", "ParentalControl")
		c.status(http.StatusUnauthorized)
	case c.session.user.disabled:
		c.status(http.StatusForbidden)
	default:
		c.closed()
	}
}

// call is one request.
type call struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	q       map[string]string
	path    []string          // in lower case, without /emby
	device  map[string]string // the fields of the authorization header
	session *session
}

func lower(q url.Values) map[string]string {
	out := map[string]string{}
	for name, v := range q {
		out[strings.ToLower(name)] = strings.Join(v, ",")
	}
	return out
}

var field = regexp.MustCompile(`(\w+)="([^"]*)"`)

// authenticate reads the server's own header under either name; the token may
// come apart from it.
func (s *Server) authenticate(r *http.Request) (map[string]string, *session) {
	fields := map[string]string{}
	for _, name := range []string{"Authorization", "X-Emby-Authorization"} {
		if scheme, rest, _ := strings.Cut(r.Header.Get(name), " "); scheme == "Emby" || scheme == "MediaBrowser" {
			for _, m := range field.FindAllStringSubmatch(rest, -1) {
				fields[m[1]] = m[2]
			}
		}
	}
	for _, token := range []string{r.Header.Get("X-Emby-Token"), fields["Token"], r.URL.Query().Get("api_key")} {
		if known := s.tokens[token]; known != nil {
			return fields, known
		}
	}
	return fields, nil
}

// open answers what needs no sign-in.
func (c *call) open() bool {
	switch c.r.Method + " " + strings.Join(c.path, "/") {
	case "GET system/info/public":
		c.json(map[string]any{"Id": c.ID, "ServerName": c.Name, "Version": c.version,
			"LocalAddress": "http://192.0.2.7:8096", "LocalAddresses": []string{}, "RemoteAddresses": []string{}})
	case "POST users/authenticatebyname":
		c.byName()
	default:
		return false
	}
	return true
}

func (c *call) byName() {
	var in struct{ Username, Pw string }
	_ = json.NewDecoder(c.r.Body).Decode(&in) // a bad body names nobody
	if c.device["Client"] == "" || c.device["Device"] == "" || c.device["DeviceId"] == "" || c.device["Version"] == "" {
		c.status(http.StatusBadRequest)
		return
	}
	for _, u := range c.users {
		if strings.EqualFold(u.Name, in.Username) && u.password == in.Pw && !u.disabled {
			c.enter(u)
			return
		}
	}
	c.status(http.StatusUnauthorized)
}

// enter makes a token; the pair of user and device has one at a time.
func (c *call) enter(u *User) {
	for token, s := range c.tokens {
		if s.user == u && s.device == c.device["DeviceId"] {
			delete(c.tokens, token)
		}
	}
	s := &session{token: guid("token" + c.mint()), user: u, device: c.device["DeviceId"]}
	c.tokens[s.token] = s
	c.json(map[string]any{"User": c.userDto(u), "AccessToken": s.token, "ServerId": c.ID, "SessionInfo": c.sessionDto(s)})
}

func (c *call) userDto(u *User) map[string]any {
	return map[string]any{"Name": u.Name, "ServerId": c.ID, "Id": u.ID, "HasPassword": true, "HasConfiguredPassword": true}
}

// closed answers what needs a sign-in.
func (c *call) closed() {
	switch route := c.r.Method + " " + c.path[0]; {
	case route == "GET sessions" && len(c.path) == 1:
		c.sessions()
	case route == "POST sessions" && len(c.path) == 2 && c.path[1] == "logout":
		delete(c.tokens, c.session.token)
	case c.path[0] == "users" && len(c.path) >= 2:
		if c.path[1] != c.session.user.ID {
			c.status(http.StatusForbidden) // somebody else
			return
		}
		c.user(c.r.Method, c.path[2:])
	default:
		c.status(http.StatusNotFound)
	}
}

// user answers what is below /Users/{UserId}.
func (c *call) user(method string, path []string) {
	u := c.session.user
	switch what := method + " " + strings.Join(path, "/"); {
	case what == "GET ":
		c.json(c.userDto(u))
	case what == "GET views":
		c.views()
	case what == "GET items":
		found := c.visible(u)
		c.sort(u, found)
		c.page(u, found)
	case what == "GET items/resume":
		c.resume()
	case method == "GET" && len(path) == 2 && path[0] == "items":
		c.one(u, path[1])
	case method == "POST" && len(path) > 2 && path[len(path)-1] == "delete":
		c.change("DELETE", path[:len(path)-1])
	case len(path) >= 2:
		c.change(method, path)
	default:
		c.status(http.StatusNotFound)
	}
}

// one is a single item with all its fields.
func (c *call) one(u *User, id string) {
	it := c.byID[id]
	if it == nil || u.hidden[it.library.id] {
		c.status(http.StatusNotFound)
		return
	}
	c.q["fields"] = "ProviderIds,Path,OriginalTitle,UserDataLastPlayedDate,UserDataPlayCount"
	c.json(c.itemDto(u, it))
}

// change answers the calls that write to one item.
func (c *call) change(method string, path []string) {
	u := c.session.user
	it := c.byID[path[1]]
	if it == nil || u.hidden[it.library.id] {
		c.status(http.StatusNotFound)
		return
	}
	d := *u.state(it)
	status := c.apply(method+" "+path[0]+" "+strings.Join(path[2:], "/"), &d)
	if status >= 400 {
		c.status(status)
		return
	}
	if !c.grumpy[it.id] {
		*u.state(it) = d
		c.tell(u, it)
	}
	if status == http.StatusOK {
		c.json(c.dataDto(u, it, true, true))
	}
}

// apply changes d as one call asks and returns the status; 204 stands for 200
// with an empty answer.
func (c *call) apply(what string, d *userData) int {
	switch what {
	case "POST playeditems ":
		at, ok := playedDate(c.q["dateplayed"], c.now())
		if !ok {
			return http.StatusBadRequest
		}
		d.mark(at)
	case "DELETE playeditems ":
		d.unmark()
	case "POST favoriteitems ":
		d.favorite = true
	case "DELETE favoriteitems ":
		d.favorite = false
	case "DELETE items rating":
		d.rating = nil
	case "POST items rating":
		rating := 1.0
		if c.q["likes"] == "true" {
			rating = 10
		}
		d.rating = &rating
	case "POST items hidefromresume":
		d.hidden = c.q["hide"] == "true"
	case "POST items userdata":
		return c.replace(d)
	default:
		return http.StatusNotFound
	}
	return http.StatusOK
}

// playedDate reads the one form that is documented.
func playedDate(s string, now time.Time) (time.Time, bool) {
	if s == "" {
		return now.UTC(), true
	}
	at, err := time.Parse("20060102150405", s)
	return at, err == nil
}

// replace takes the whole record: what is missing falls back to nothing.
func (c *call) replace(d *userData) int {
	var in struct {
		Played                bool
		PlayCount             *int
		IsFavorite            bool
		LastPlayedDate        *time.Time
		PlaybackPositionTicks int64
		Rating                *float64
	}
	if json.NewDecoder(c.r.Body).Decode(&in) != nil || in.Rating != nil && (*in.Rating < 0 || *in.Rating > 10) {
		return http.StatusBadRequest
	}
	*d = userData{played: in.Played, favorite: in.IsFavorite, ticks: in.PlaybackPositionTicks, rating: in.Rating, hidden: d.hidden}
	if in.PlayCount != nil {
		d.count = *in.PlayCount
	}
	if in.LastPlayedDate != nil {
		d.last = in.LastPlayedDate.UTC()
	}
	return http.StatusNoContent
}

func (c *call) json(v any) {
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(c.w).Encode(v) // the client may have gone
}

func (c *call) status(code int) {
	c.w.Header().Set("Content-Type", "text/plain")
	c.w.WriteHeader(code)
	fmt.Fprint(c.w, http.StatusText(code))
}

// date writes a time with the seven digits that the server uses.
func date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
