package embyfake

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/coder/websocket"
)

// listener is one open socket.
type listener struct {
	user *User
	send chan []byte
	gone context.CancelFunc
}

// socket is the push channel; on loopback only, as it takes over the
// connection.
func (c *call) socket() {
	s := c.Server
	s.mu.Lock()
	_, who := s.authenticate(c.r)
	s.mu.Unlock()
	if who == nil {
		c.w.WriteHeader(http.StatusUnauthorized)
		return
	}
	ctx, gone := context.WithCancel(c.r.Context())
	defer gone()
	l := &listener{user: who.user, send: make(chan []byte, 64), gone: gone}
	// It is listened to before the handshake is answered, so that a client that
	// stands connected misses nothing.
	s.mu.Lock()
	s.listeners[l] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, l)
		s.mu.Unlock()
	}()
	conn, err := websocket.Accept(c.w, c.r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	l.serve(ctx, conn)
}

func (l *listener) serve(ctx context.Context, conn *websocket.Conn) {
	go func() {
		defer l.gone()
		for {
			if _, _, err := conn.Read(ctx); err != nil {
				return // what clients say is not answered
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case data := <-l.send:
			if conn.Write(ctx, websocket.MessageText, data) != nil {
				return
			}
		}
	}
}

// push queues a message; a listener that does not keep up misses some.
func (l *listener) push(kind string, data any) {
	text, _ := json.Marshal(map[string]any{"MessageType": kind, "MessageId": guid(kind), "Data": data}) // our own values
	select {
	case l.send <- text:
	default:
	}
}

// tell sends a user's changed data to that user's sockets, with the series of
// an episode.
func (s *Server) tell(u *User, it *item) {
	list := []map[string]any{s.told(u, it)}
	if it.series != nil {
		list = append(list, s.told(u, it.series))
	}
	for l := range s.listeners {
		if l.user == u {
			l.push("UserDataChanged", map[string]any{"UserId": u.ID, "UserDataList": list})
		}
	}
}

func (s *Server) told(u *User, it *item) map[string]any {
	row := s.dataDto(u, it, true, true)
	row["ItemId"], row["Key"] = it.id, dataKey(it)
	return row
}

// broadcast sends a message to all sockets.
func (s *Server) broadcast(kind string, data any) {
	for l := range s.listeners {
		l.push(kind, data)
	}
}

// Listening counts open sockets.
func (s *Server) Listening() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners)
}

// HangUp closes all sockets.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.gone()
	}
}
