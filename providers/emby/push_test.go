package emby

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/mediabrowser"
)

func TestSocketNamesWhatListsDoNotShow(t *testing.T) {
	prefixed := false
	for version := range descriptions {
		s := set(t, embyfake.Options{Version: version, Works: fakekit.SomeWorks(303)}, nil)
		listening := listen(t, s, prefixed)
		prefixed = !prefixed
		show := s.server.Find("Harbour 3")
		snap := s.read(t, provider.ReadRequest{Full: true})
		s.user.Rate(show, 9)
		<-listening.nudged
		snap = s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
		if r, ok := row(snap, media.Ratings, show); !ok || r.Value != media.Rated(90) || snap.Views[0].Coverage != provider.Changes {
			t.Errorf("%+v %v", r, ok)
		}
		s.server.Remove(show)
		<-listening.nudged
		if v := s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)}).Views[0]; v.Coverage != provider.Catalogue {
			t.Error("a changed library needs a full scan")
		}
		s.server.HangUp()
		if err := <-listening.ended; kind(err) != provider.Transient {
			t.Error(err)
		}
	}
}

type listening struct {
	nudged chan bool
	ended  chan error
}

// listen opens the socket over loopback and waits until it stands.
func listen(t *testing.T, s *stage, prefixed bool) listening {
	t.Helper()
	srv := httptest.NewServer(s.record)
	t.Cleanup(srv.Close)
	s.env.Base, s.env.Address = nil, srv.URL+"/base"
	if prefixed {
		s.env.Address += prefix
	}
	s.open(t)
	out := listening{make(chan bool, 10), make(chan error, 1)}
	ready := make(chan bool, 1)
	go func() {
		out.ended <- s.account.Nudges(t.Context(), func() { ready <- true }, func() { out.nudged <- true })
	}()
	select {
	case <-ready:
	case err := <-out.ended:
		t.Fatal(err)
	}
	return out
}

func TestSocketRefusesADeadToken(t *testing.T) {
	s := set(t, embyfake.Options{}, nil)
	srv := httptest.NewServer(s.record)
	defer srv.Close()
	s.env.Base, s.env.Address = nil, srv.URL+"/base"
	s.open(t)
	s.server.RevokeAll()
	if err := s.account.Nudges(t.Context(), func() { t.Error("ready") }, func() {}); kind(err) != provider.Auth {
		t.Error(err)
	}
}

// What the socket told before a read that failed is not forgotten.
func TestHeardOfIsKeptOverAFailedRead(t *testing.T) {
	s := set(t, embyfake.Options{Works: fakekit.SomeWorks(3)}, nil)
	show := s.server.Find("Harbour 3")
	snap := s.read(t, provider.ReadRequest{Full: true})
	s.account.heard.Hear(mediabrowser.Message{MessageType: "UserDataChanged", Data: json.RawMessage(`{"UserDataList":[{"ItemId":"` + show + `"}]}`)})
	s.weather.When("ids", func(r *http.Request) bool { return r.URL.Query().Has("Ids") }, -1, fakekit.Status(404))
	if _, err := s.account.Read(t.Context(), provider.ReadRequest{Wants: wantsFrom(snap)}); kind(err) != provider.Rejected {
		t.Fatal(err)
	}
	s.weather.Clear()
	if _, ok := row(s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)}), media.Watchlist, show); !ok {
		t.Error("forgotten")
	}
}

// A server that takes the connection and then says nothing, not even to a
// ping, is lost; one that answers is not.
func TestASilentSocketIsLost(t *testing.T) {
	for _, alive := range []bool{false, true} {
		pinged := make(chan bool, 1)
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := func(context.Context, []byte) bool {
				select {
				case pinged <- true:
				default:
				}
				return alive
			}
			conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OnPingReceived: answer})
			if err == nil {
				_, _, _ = conn.Read(context.Background()) // until it is closed
			}
		}))
		conn, _, err := websocket.Dial(t.Context(), srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _, _ = conn.Read(ctx) }()
		lost, over := make(chan bool, 1), make(chan bool)
		go func() {
			beat(ctx, conn, 50*time.Millisecond, func() { lost <- true })
			close(over)
		}()
		<-pinged
		if !alive {
			<-lost
		} else if <-pinged; len(lost) > 0 { // the next one: the first was answered
			t.Error("lost although it answers")
		}
		cancel()
		<-over
		_ = conn.CloseNow()
		srv.Close()
	}
}

// FuzzCursor: a cursor that is not ours is no cursor.
func FuzzCursor(f *testing.F) {
	f.Add(cursor{Newest: 1, Recent: "x", Hearts: []string{"1"}, Played: 2}.String())
	f.Add(`{"r":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := sharedCursor([]provider.FeatureRequest{{Cursor: text}, {Cursor: text}})
		if again, same := sharedCursor([]provider.FeatureRequest{{Cursor: c.String()}}); ok && (!same || again.String() != c.String()) {
			t.Errorf("%q: %s, then %s", text, c, again)
		}
	})
}
