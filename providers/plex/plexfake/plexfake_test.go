package plexfake

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// desk is the imitation on loopback, as the demo runs it.
type desk struct {
	t             *testing.T
	cloud         *Cloud
	server        *Server
	owner         *User
	tv, pms       *httptest.Server
	account, mine string // tokens
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, cloud: New(Options{})}
	d.owner = d.cloud.AddUser("marlow")
	d.server = d.cloud.AddServer("Attic", d.owner)
	for _, w := range fakekit.SomeWorks(3) {
		d.server.Add(w)
	}
	d.tv, d.pms = httptest.NewServer(d.cloud), httptest.NewServer(d.server)
	t.Cleanup(func() { d.server.HangUp(); d.tv.Close(); d.pms.Close() })
	d.account, d.mine = d.owner.token, d.server.tokenOf(d.owner)
	return d
}

func (d *desk) ask(method, url, token string, header ...string) (int, map[string]any) {
	d.t.Helper()
	req, _ := http.NewRequest(method, url, nil)
	req.Header.Set("X-Plex-Client-Identifier", "test")
	req.Header.Set("X-Plex-Token", token)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	var got map[string]any
	_ = json.NewDecoder(resp.Body).Decode(&got) // a page of HTML is none
	if c, ok := got["MediaContainer"].(map[string]any); ok {
		got = c
	}
	return resp.StatusCode, got
}

// TestTokensDoNotConvert: each service knows its own, except that owners may
// show the account's to their own server.
func TestTokensDoNotConvert(t *testing.T) {
	d := newDesk(t)
	guest := d.cloud.AddUser("guest")
	d.server.Share(guest)
	for name, c := range map[string]struct {
		url, token string
		want       int
	}{
		"server token at plex.tv":         {d.tv.URL + "/api/v2/user", d.mine, 401},
		"account token at plex.tv":        {d.tv.URL + "/api/v2/user", d.account, 200},
		"owner's account token at server": {d.pms.URL + "/library/sections", d.account, 200},
		"guest's account token at server": {d.pms.URL + "/library/sections", guest.token, 401},
		"guest's own token at server":     {d.pms.URL + "/library/sections", d.server.tokenOf(guest), 200},
		"sessions for guests":             {d.pms.URL + "/status/sessions", d.server.tokenOf(guest), 403},
		"identity without token":          {d.pms.URL + "/identity", "", 200},
	} {
		if status, _ := d.ask("GET", c.url, c.token); status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
}

// TestMarksAreNotRepeatable, and a show's mark is its episodes'.
func TestMarksAreNotRepeatable(t *testing.T) {
	d := newDesk(t)
	film, show, episode := d.server.Find("Paper Lighthouse 1"), d.server.Find("Harbour 3"), d.server.Find("Harbour 3 part 1")
	me := d.owner.At(d.server)
	const tail = "&identifier=com.plexapp.plugins.library"
	for range 2 {
		d.ask("PUT", d.pms.URL+"/:/scrobble?key="+film+tail, d.mine)
	}
	d.ask("PUT", d.pms.URL+"/:/scrobble?key="+show+tail, d.mine)
	if me.State(film).Count != 2 || me.State(episode).Count != 1 {
		t.Errorf("%+v %+v", me.State(film), me.State(episode))
	}
	if _, got := d.ask("GET", d.pms.URL+"/status/sessions/history/all", d.mine); got["size"] != 0.0 {
		t.Errorf("marks made rows: %v", got)
	}
	me.Watch(film, time.Now())
	me.Unmark(film)
	if _, got := d.ask("GET", d.pms.URL+"/status/sessions/history/all?accountID=1", d.mine); got["size"] != 1.0 || me.State(film).Count != 0 {
		t.Errorf("un-marking took the row: %v", got)
	}
	if status, _ := d.ask("PUT", d.pms.URL+"/:/scrobble?key="+film, d.mine); status != 400 {
		t.Errorf("without identifier: %d", status)
	}
}

// TestTimelineNeedsLengthAndClient, and plays from the threshold on.
func TestTimelineNeedsLength(t *testing.T) {
	d := newDesk(t)
	film, me := d.server.Find("Paper Lighthouse 1"), d.owner.At(d.server)
	at := d.pms.URL + "/:/timeline?state=stopped&ratingKey=" + film
	d.ask("POST", at+"&time=600000", d.mine)
	if me.State(film).OffsetMS != 0 {
		t.Errorf("%+v", me.State(film))
	}
	d.ask("POST", at+"&time=600000&duration=6000000", d.mine)
	if me.State(film).OffsetMS != 600_000 {
		t.Errorf("%+v", me.State(film))
	}
	d.ask("POST", at+"&time=5500000&duration=6000000", d.mine)
	if st := me.State(film); st.Count != 1 || st.OffsetMS != 0 {
		t.Errorf("%+v", st)
	}
}

// TestPages of a library, and of the watchlist with its limit.
func TestPages(t *testing.T) {
	d := newDesk(t)
	all := d.pms.URL + "/library/sections/2/all?type=4"
	if _, got := d.ask("GET", all, d.mine); got["size"] != 7.0 || got["totalSize"] != nil {
		t.Errorf("%v", got)
	}
	if _, got := d.ask("GET", all, d.mine, "X-Plex-Container-Start", "5", "X-Plex-Container-Size", "5"); got["size"] != 2.0 || got["totalSize"] != 7.0 || got["offset"] != 5.0 {
		t.Errorf("%v", got)
	}
	list := d.tv.URL + "/library/sections/watchlist/all"
	if status, _ := d.ask("GET", list, d.account, "X-Plex-Container-Size", "101"); status != 400 {
		t.Errorf("%d", status)
	}
	if status, got := d.ask("GET", list, d.account); status != 200 || got["totalSize"] != 0.0 {
		t.Errorf("%d %v", status, got)
	}
}

// TestEventsOnLoopback.
func TestEventsOnLoopback(t *testing.T) {
	d := newDesk(t)
	req, _ := http.NewRequest("GET", d.pms.URL+"/:/eventsource/notifications?X-Plex-Token="+d.mine, nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	d.owner.At(d.server).Mark(d.server.Find("Paper Lighthouse 2"))
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "event: timeline" || d.server.Listening() != 1 {
		t.Error(line, err)
	}
}
