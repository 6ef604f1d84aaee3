package jellyfinfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// ServeHTTP answers as the server does. Query names are case-insensitive and
// unknown ones are ignored.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/socket" {
		s.socket(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Server: s, w: w, r: r, q: lower(r.URL.Query())}
	c.device, c.session = s.authenticate(r)
	if c.open() {
		return
	}
	if c.session == nil {
		c.status(http.StatusUnauthorized)
		return
	}
	if c.session.user.disabled {
		c.status(http.StatusForbidden)
		return
	}
	c.closed()
}

// call is one request.
type call struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	q       map[string]string
	device  map[string]string // the fields of the Authorization header
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

// authenticate reads the MediaBrowser header. The older ways are off in 12
// and on before it.
func (s *Server) authenticate(r *http.Request) (map[string]string, *session) {
	fields := map[string]string{}
	if scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " "); scheme == "MediaBrowser" {
		for _, m := range field.FindAllStringSubmatch(rest, -1) {
			fields[m[1]], _ = url.QueryUnescape(m[2]) // an odd value is an empty one
		}
	}
	token := fields["Token"]
	if token == "" {
		token = r.URL.Query().Get("ApiKey")
	}
	if token == "" && s.olderThan(12, 0) {
		token = r.Header.Get("X-Emby-Token") + r.URL.Query().Get("api_key")
	}
	return fields, s.tokens[token]
}

// open answers what needs no sign-in.
func (c *call) open() bool {
	switch c.r.Method + " " + c.r.URL.Path {
	case "GET /System/Info/Public":
		c.json(map[string]any{"Id": c.ID, "ServerName": c.Name, "Version": c.version, "ProductName": c.product,
			"StartupWizardCompleted": true, "LocalAddress": "http://192.0.2.7:8096", "OperatingSystem": ""})
	case "GET /QuickConnect/Enabled":
		c.json(!c.noQuick)
	case "POST /QuickConnect/Initiate":
		c.initiate()
	case "GET /QuickConnect/Connect":
		if q := c.quick[c.q["secret"]]; q != nil && c.now().Sub(q.made) < 10*time.Minute {
			c.json(c.quickResult(q))
			return true
		}
		c.status(http.StatusNotFound)
	case "POST /Users/AuthenticateWithQuickConnect":
		var in struct{ Secret string }
		q := c.quick[c.body(&in, &in.Secret)]
		if q == nil || q.user == nil {
			c.status(http.StatusUnauthorized)
			return true
		}
		delete(c.quick, q.secret)
		c.enter(q.user)
	case "POST /Users/AuthenticateByName":
		c.byName()
	default:
		return false
	}
	return true
}

func (c *call) initiate() {
	if c.noQuick {
		c.status(http.StatusUnauthorized)
		return
	}
	if c.lacksDevice() {
		c.status(http.StatusBadRequest)
		return
	}
	c.minted++
	q := &quickConnect{secret: guid(fmt.Sprint("secret", c.minted)) + guid("x"), code: fmt.Sprintf("%06d", 402916+c.minted), made: c.now()}
	c.quick[q.secret] = q
	c.json(c.quickResult(q))
}

func (c *call) quickResult(q *quickConnect) map[string]any {
	return map[string]any{"Authenticated": q.user != nil, "Secret": q.secret, "Code": q.code, "DeviceId": c.device["DeviceId"],
		"DeviceName": c.device["Device"], "AppName": c.device["Client"], "AppVersion": c.device["Version"], "DateAdded": date(q.made)}
}

func (c *call) lacksDevice() bool {
	return c.device["Client"] == "" || c.device["Device"] == "" || c.device["DeviceId"] == "" || c.device["Version"] == ""
}

func (c *call) byName() {
	var in struct{ Username, Pw string }
	c.body(&in, &in.Username)
	if c.lacksDevice() {
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
	c.minted++
	s := &session{token: guid(fmt.Sprint("token", c.minted)), user: u, device: c.device["DeviceId"]}
	c.tokens[s.token] = s
	c.json(map[string]any{"User": c.userDto(u), "AccessToken": s.token, "ServerId": c.ID,
		"SessionInfo": map[string]any{"Id": guid("session" + s.token), "DeviceId": s.device, "UserId": u.ID,
			"LastActivityDate": date(c.now()), "LastPlaybackCheckIn": date(c.now())}})
}

func (c *call) userDto(u *User) map[string]any {
	return map[string]any{"Name": u.Name, "ServerId": c.ID, "Id": u.ID, "HasPassword": true, "HasConfiguredPassword": true,
		"HasConfiguredEasyPassword": false}
}

// closed answers what needs a sign-in.
func (c *call) closed() {
	path := strings.Split(strings.Trim(c.r.URL.Path, "/"), "/")
	switch route := c.r.Method + " " + path[0]; {
	case route == "GET Users" && len(path) == 2 && path[1] == "Me":
		c.json(c.userDto(c.session.user))
	case route == "GET UserViews":
		c.views()
	case route == "GET Items" && len(path) == 1:
		c.list()
	case route == "GET UserItems" && len(path) == 2 && path[1] == "Resume":
		c.resume()
	case route == "GET Sessions":
		c.sessions()
	case route == "POST Sessions" && len(path) == 2 && path[1] == "Logout":
		delete(c.tokens, c.session.token)
		c.w.WriteHeader(http.StatusNoContent)
	case len(path) >= 2:
		c.change(c.r.Method, path)
	default:
		c.status(http.StatusNotFound)
	}
}

// change answers the calls that write to one item.
func (c *call) change(method string, path []string) {
	u := c.session.user
	if asked := c.q["userid"]; asked != "" && asked != u.ID {
		c.status(http.StatusForbidden)
		return
	}
	it := c.item(path[1])
	if it == nil || u.hidden[it.library.id] {
		c.status(http.StatusNotFound)
		return
	}
	d := *u.state(it)
	status := c.apply(method, path, &d)
	if status != http.StatusOK {
		c.status(status)
		return
	}
	if !c.grumpy[it.id] {
		*u.state(it) = d
		c.tell(u, it)
	}
	c.json(c.dataDto(u, it))
}

// apply changes d as one call asks and returns the status.
func (c *call) apply(method string, path []string, d *userData) int {
	rest := strings.Join(path[2:], "/")
	switch method + " " + path[0] + " " + rest {
	case "POST UserPlayedItems ":
		at, dated, ok := playedDate(c.q["dateplayed"], c.now())
		if !ok {
			return http.StatusBadRequest
		}
		d.mark(at, dated)
	case "DELETE UserPlayedItems ":
		d.unmark()
	case "POST UserFavoriteItems ":
		d.favorite = true
	case "DELETE UserFavoriteItems ":
		d.favorite = false
	case "DELETE UserItems Rating":
		d.rating = nil
	case "POST UserItems Rating":
		rating := 1.0
		if c.q["likes"] == "true" {
			rating = 10
		}
		d.rating = &rating
	case "POST UserItems UserData":
		return c.update(d)
	default:
		return http.StatusNotFound
	}
	return http.StatusOK
}

// playedDate reads the two forms that the server knows.
func playedDate(s string, now time.Time) (at time.Time, dated, ok bool) {
	if s == "" {
		return now.UTC(), false, true
	}
	for _, layout := range []string{time.RFC3339Nano, "20060102150405"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), true, true
		}
	}
	return time.Time{}, false, false
}

// update is the partial update: null and missing fields change nothing.
func (c *call) update(d *userData) int {
	if c.session.user.noEdit {
		return http.StatusForbidden
	}
	var in struct {
		Played                *bool
		PlayCount             *int
		IsFavorite            *bool
		LastPlayedDate        *time.Time
		PlaybackPositionTicks *int64
		Rating                *float64
	}
	if json.NewDecoder(c.r.Body).Decode(&in) != nil || in.Rating != nil && (*in.Rating < 0 || *in.Rating > 10) {
		return http.StatusBadRequest
	}
	set(&d.played, in.Played)
	set(&d.count, in.PlayCount)
	set(&d.favorite, in.IsFavorite)
	set(&d.ticks, in.PlaybackPositionTicks)
	set(&d.last, in.LastPlayedDate)
	if in.Rating != nil {
		d.rating = in.Rating
	}
	return http.StatusOK
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// body decodes the request's body and returns the field that names its subject.
func (c *call) body(into any, field *string) string {
	_ = json.NewDecoder(c.r.Body).Decode(into) // a bad body is an empty one, and finds nobody
	return *field
}

func (c *call) json(v any) {
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(c.w).Encode(v) // the client may have gone
}

func (c *call) status(code int) {
	c.w.Header().Set("Content-Type", "text/plain")
	c.w.WriteHeader(code)
	if code >= 500 {
		fmt.Fprint(c.w, "Error processing request.")
	}
}

// date writes a time with the seven digits that the server uses.
func date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
