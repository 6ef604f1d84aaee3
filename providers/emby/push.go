package emby

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/transport"
)

const signOfLife = 30 * time.Second

// Nudges implements provider.Nudger over the server's socket. It names items
// whose user data changed, and tells of new and gone items; some versions
// forget hearts, positions and removals.
func (a *account) Nudges(ctx context.Context, ready func(), nudge func()) error {
	conn, err := a.server.dial(ctx)
	if err != nil {
		return a.server.http.Fault("get /embywebsocket", err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(mediabrowser.MostHeard)
	ready()
	return a.server.http.Fault("get /embywebsocket", a.listen(ctx, conn, nudge))
}

// dial opens the socket. It stands beside the other paths or below the prefix,
// depending on what a proxy passes on.
func (s *server) dial(ctx context.Context) (*websocket.Conn, error) {
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	base := "ws" + strings.TrimPrefix(s.address, "http")
	query := "/embywebsocket?" + url.Values{"api_key": {kept.Token}, "deviceId": {kept.DeviceID}}.Encode()
	other := base + prefix
	if cut, found := strings.CutSuffix(base, prefix); found {
		other = cut
	}
	options := &websocket.DialOptions{HTTPClient: s.http.Live()}
	conn, resp, err := websocket.Dial(ctx, base+query, options)
	if err != nil && resp != nil && resp.StatusCode != http.StatusUnauthorized {
		conn, resp, err = websocket.Dial(ctx, other+query, options)
	}
	if err != nil && resp != nil && resp.StatusCode == http.StatusUnauthorized {
		return nil, unwelcome(resp)
	}
	return conn, err
}

// unwelcome tells a curfew from a token that is dead.
func unwelcome(resp *http.Response) error {
	if e := classify(transport.Failure{Status: resp.StatusCode, Header: resp.Header}); e != nil {
		return e
	}
	return provider.Failed(provider.Auth, "", errors.New("the socket does not take the sign-in"))
}

// listen reads messages until the connection is lost.
func (a *account) listen(ctx context.Context, conn *websocket.Conn, nudge func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go beat(ctx, conn, signOfLife, cancel)
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		var m mediabrowser.Message
		if json.Unmarshal(data, &m) == nil && a.heard.Hear(m) {
			nudge()
		}
	}
}

// beat keeps the connection open and makes sure that there still is one: the
// server may have nothing to say for days.
func beat(ctx context.Context, conn *websocket.Conn, every time.Duration, lost func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		waiting, stop := context.WithTimeout(ctx, every)
		err := conn.Ping(waiting)
		stop()
		if err != nil {
			lost()
			return
		}
	}
}
