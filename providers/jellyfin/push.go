package jellyfin

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// takeHeard returns what the socket told since the last read, and forgets it.
func (a *account) takeHeard() (ids []string, rescan bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id := range a.heard {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	rescan = a.rescan
	a.heard, a.rescan = map[string]bool{}, false
	return ids, rescan
}

// putBack remembers it again after a read that failed.
func (a *account) putBack(ids []string, rescan bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		a.heard[id] = true
	}
	a.rescan = a.rescan || rescan
}

// Playing implements provider.Busy: what this user plays right now.
func (a *account) Playing(ctx context.Context) ([]string, error) {
	kept, err := a.server.signedIn(ctx)
	if err != nil {
		return nil, err
	}
	var sessions []mediabrowser.Session
	if _, err := a.server.get(ctx, "/Sessions", url.Values{"activeWithinSeconds": {"90"}}, &sessions); err != nil {
		return nil, err
	}
	var keys []string
	for _, s := range sessions {
		if s.UserID == kept.UserID && s.NowPlayingItem != nil {
			keys = append(keys, s.NowPlayingItem.ID)
		}
	}
	return keys, nil
}

// message is one message of the socket, either way.
type message struct {
	MessageType string
	Data        json.RawMessage `json:",omitempty"`
}

const (
	mostHeard     = 4 << 20 // bytes of one message; a big rescan names many items
	keepAlive     = 30 * time.Second
	namedAtMost   = 1000 // beyond, a full scan is cheaper than naming items
	silenceFactor = 4
	longestPeriod = time.Hour // between two keep-alives
)

// Nudges implements provider.Nudger over the server's socket. The socket
// names watched flags, favourites and ratings that changed, and tells of new
// and gone items; it does not tell of positions.
func (a *account) Nudges(ctx context.Context, ready func(), nudge func()) error {
	kept, err := a.server.signedIn(ctx)
	if err != nil {
		return err
	}
	address := "ws" + strings.TrimPrefix(a.server.address, "http") + "/socket?" +
		url.Values{"ApiKey": {kept.Token}, "deviceId": {kept.DeviceID}}.Encode()
	conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: a.server.http.Live()})
	if err != nil {
		return a.server.http.Fault("get /socket", err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(mostHeard)
	ready()
	return a.server.http.Fault("get /socket", a.listen(ctx, conn, nudge))
}

// listen reads messages until the connection is lost: nothing heard for
// several keep-alive periods counts as lost.
func (a *account) listen(ctx context.Context, conn *websocket.Conn, nudge func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	every := make(chan time.Duration, 1)
	every <- keepAlive
	go beat(ctx, conn, every)
	period := keepAlive
	for {
		waiting, stop := context.WithTimeout(ctx, silenceFactor*period)
		_, data, err := conn.Read(waiting)
		stop()
		if err != nil {
			return err
		}
		var m message
		if json.Unmarshal(data, &m) != nil {
			continue // a message that is none of ours
		}
		if asked, ok := m.keepAlive(); ok {
			period = asked
			select {
			case every <- period:
			default: // the period before is not even taken yet
			}
		}
		if a.hear(m) {
			nudge()
		}
	}
}

// keepAlive is how often the server asks for a sign of life: twice in the time
// after which it closes the socket. Other messages, and times that cannot be
// meant, say nothing.
func (m message) keepAlive() (period time.Duration, ok bool) {
	var seconds float64
	if m.MessageType != "ForceKeepAlive" || json.Unmarshal(m.Data, &seconds) != nil || seconds < 2 || seconds > 2*longestPeriod.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second) / 2), true
}

// beat sends a keep-alive every period; a failure shows at the reading end.
func beat(ctx context.Context, conn *websocket.Conn, every <-chan time.Duration) {
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-every:
			tick.Reset(d)
		case <-tick.C:
			_ = conn.Write(ctx, websocket.MessageText, []byte(`{"MessageType":"KeepAlive"}`))
		}
	}
}

// hear remembers what a message names and tells whether it is worth a look. A
// message about user data in a form that is not known still means that
// something changed.
func (a *account) hear(m message) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch m.MessageType {
	case "LibraryChanged":
		a.rescan = true
		return true
	case "UserDataChanged":
		var data struct{ UserDataList []mediabrowser.UserData }
		if json.Unmarshal(m.Data, &data) != nil {
			a.rescan = true
			return true
		}
		for _, d := range data.UserDataList {
			if d.ItemID == "" {
				a.rescan = true // of which item is not told
				continue
			}
			a.heard[d.ItemID] = true
		}
		a.rescan = a.rescan || len(a.heard) > namedAtMost
		return len(data.UserDataList) > 0
	}
	return false
}

var (
	_ provider.Busy      = (*account)(nil)
	_ provider.Nudger    = (*account)(nil)
	_ provider.Confirmer = (*account)(nil)
)
