package jellyfin

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// Playing implements provider.Busy: what this user plays right now.
func (a *account) Playing(ctx context.Context) ([]string, error) {
	kept, err := a.server.SignedIn(ctx)
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

const (
	keepAlive     = 30 * time.Second
	silenceFactor = 4
	longestPeriod = time.Hour // between two keep-alives
)

// Nudges implements provider.Nudger over the server's socket. The socket
// names watched flags, favourites and ratings that changed, and tells of new
// and gone items; it does not tell of positions.
func (a *account) Nudges(ctx context.Context, ready func(), nudge func()) error {
	kept, err := a.server.SignedIn(ctx)
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
	conn.SetReadLimit(mediabrowser.MostHeard)
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
		var m mediabrowser.Message
		if json.Unmarshal(data, &m) != nil {
			continue // a message that is none of ours
		}
		if asked, ok := keepAliveOf(m); ok {
			period = asked
			select {
			case every <- period:
			default: // the period before is not even taken yet
			}
		}
		if a.heard.Hear(m) {
			nudge()
		}
	}
}

// keepAliveOf is how often the server asks for a sign of life: twice in the time
// after which it closes the socket. Other messages, and times that cannot be
// meant, say nothing.
func keepAliveOf(m mediabrowser.Message) (period time.Duration, ok bool) {
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

var (
	_ provider.Busy      = (*account)(nil)
	_ provider.Nudger    = (*account)(nil)
	_ provider.Confirmer = (*account)(nil)
)
