// Package fakekit is what the imitation services share: an internet inside
// the process, weather, a recorder of requests and a list of works. TEST ONLY,
// except that the demo links it.
//
// It knows no service and no adapter. The imitations are http.Handlers, so the
// same one answers in process (Internet) and on loopback (http.Server). Checks
// against API descriptions are in fakekit/openapi. Read internet.go, then
// weather.go.
package fakekit

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// Internet is an http.RoundTripper that routes by host name to handlers in
// this process. Unknown hosts are not found, as by DNS.
type Internet struct {
	mu    sync.Mutex
	hosts map[string]http.Handler
	down  map[string]bool
}

// NewInternet returns an internet without hosts.
func NewInternet() *Internet {
	return &Internet{hosts: map[string]http.Handler{}, down: map[string]bool{}}
}

// Host lets h answer for a host name, with or without port.
func (n *Internet) Host(name string, h http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[name] = h
}

// Down makes a host refuse connections, or accept them again.
func (n *Internet) Down(name string, down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down[name] = down
}

func (n *Internet) find(u *url.URL) (http.Handler, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range []string{u.Host, u.Hostname()} {
		if n.down[name] {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		if h := n.hosts[name]; h != nil {
			return h, nil
		}
	}
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: u.Hostname(), IsNotFound: true}}
}

// RoundTrip runs the host's handler in a goroutine of its own and returns as
// soon as it answers. Ending the request's context ends the exchange as a
// broken connection would: the handler sees its context end.
func (n *Internet) RoundTrip(req *http.Request) (*http.Response, error) {
	h, err := n.find(req.URL)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	ctx, hangUp := context.WithCancel(req.Context())
	in := req.Clone(ctx)
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:1"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := newWire()
	go out.serve(h, in)
	select {
	case <-out.answered:
	case <-ctx.Done():
		hangUp()
		out.closeRead()
		return nil, req.Context().Err()
	}
	if out.broken != nil {
		hangUp()
		return nil, out.broken
	}
	return out.response(req, hangUp), nil
}

// wire carries one answer from a handler to the client; a pipe, so that
// endless and slow bodies behave as they do on a network.
type wire struct {
	header   http.Header
	status   int
	sent     http.Header // as they were when the answer began
	broken   error       // the connection broke before an answer
	answered chan struct{}
	once     sync.Once
	read     *io.PipeReader
	write    *io.PipeWriter
	// near and far are the two ends of a connection whose protocol was switched.
	near, far net.Conn
}

func newWire() *wire {
	w := &wire{header: http.Header{}, answered: make(chan struct{})}
	w.read, w.write = io.Pipe()
	return w
}

func (w *wire) serve(h http.Handler, in *http.Request) {
	defer func() {
		if p := recover(); p == nil {
			w.WriteHeader(http.StatusOK)
			w.write.Close()
		} else if p == http.ErrAbortHandler {
			w.once.Do(func() {
				w.broken = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
				close(w.answered)
			})
			w.write.CloseWithError(io.ErrUnexpectedEOF)
		} else {
			panic(p)
		}
		in.Body.Close()
	}()
	h.ServeHTTP(w, in)
}

func (w *wire) Header() http.Header { return w.header }

func (w *wire) WriteHeader(status int) {
	w.once.Do(func() {
		w.status = status
		if status == http.StatusSwitchingProtocols {
			w.near, w.far = net.Pipe()
		}
		w.sent = w.header.Clone()
		if w.sent.Get("Date") == "" {
			w.sent.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		}
		close(w.answered)
	})
}

func (w *wire) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.write.Write(p)
}

// Flush does nothing: every write is passed on at once.
func (w *wire) Flush() { w.WriteHeader(http.StatusOK) }

var errTooEarly = errors.New("the protocol was not switched")

// Hijack hands the connection to the handler after it has switched protocols,
// as for a web socket.
func (w *wire) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.far == nil {
		return nil, nil, errTooEarly
	}
	return w.far, bufio.NewReadWriter(bufio.NewReader(w.far), bufio.NewWriter(w.far)), nil
}

func (w *wire) closeRead() { w.read.CloseWithError(errors.New("client hung up")) }

func (w *wire) response(req *http.Request, hangUp func()) *http.Response {
	stop := context.AfterFunc(req.Context(), func() { w.read.CloseWithError(req.Context().Err()) })
	var body io.ReadCloser = &wireBody{Reader: w.read, close: func() {
		stop()
		w.closeRead()
		hangUp()
	}}
	if w.near != nil { // what follows is no answer to the request any more
		stop()
		body = &socket{Conn: w.near, hangUp: hangUp}
	}
	return &http.Response{
		Status:     http.StatusText(w.status),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        w.sent,
		ContentLength: -1,
		Request:       req,
		Body:          body,
	}
}

type wireBody struct {
	io.Reader
	close func()
}

func (b *wireBody) Close() error {
	b.close()
	return nil
}

// socket is the client's end of a connection whose protocol was switched.
type socket struct {
	net.Conn
	hangUp func()
}

func (s *socket) Close() error {
	s.hangUp()
	return s.Conn.Close()
}
