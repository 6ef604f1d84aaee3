package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// loopback is a server for one answer: one path, one accepted request, five
// minutes. It is reachable from this computer only, and answers only to the
// name it is registered under, so that a page elsewhere cannot reach it by
// another name.
type loopback struct {
	host, path, state string
	fragment          bool
	stateless         bool
	server            *http.Server
	answer            chan url.Values
	once              sync.Once
	expired           context.Context
}

var errNoAnswer = errors.New("no answer came back from the browser")

// listen opens the port on both loopback addresses; the IPv6 one is a bonus,
// for browsers that resolve localhost to it.
func (b Browser) listen(state string) (*loopback, error) {
	u, err := url.Parse(b.Redirect)
	if err != nil || u.Port() == "" {
		return nil, fmt.Errorf("redirect %q has no port", b.Redirect)
	}
	first, err := net.Listen("tcp4", "127.0.0.1:"+u.Port())
	if err != nil {
		return nil, ErrPortBusy
	}
	l := &loopback{host: u.Host, path: u.EscapedPath(), state: state, fragment: b.Fragment, stateless: b.Stateless, answer: make(chan url.Values, 1)}
	if l.path == "" {
		l.path = "/"
	}
	l.server = &http.Server{Handler: l, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	var cancel context.CancelFunc
	l.expired, cancel = context.WithTimeout(context.Background(), patience)
	context.AfterFunc(l.expired, func() { l.server.Close() })
	l.server.RegisterOnShutdown(cancel)
	go func() { _ = l.server.Serve(first) }() // ends with Close; an error then is its normal end
	if second, err := net.Listen("tcp6", "[::1]:"+u.Port()); err == nil {
		go func() { _ = l.server.Serve(second) }()
	}
	return l, nil
}

// wait returns the one accepted answer and closes the server.
func (l *loopback) wait(ctx context.Context) (url.Values, error) {
	defer l.close()
	select {
	case a := <-l.answer:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.expired.Done():
		return nil, errNoAnswer
	}
}

// close lets the last page reach the browser first.
func (l *loopback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		l.server.Close()
	}
}

const formLimit = 16 << 10

func (l *loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	switch {
	case r.Host != l.host:
		http.Error(w, "wrong host", http.StatusForbidden)
	case r.URL.EscapedPath() != l.path:
		http.NotFound(w, r)
	case r.Method == http.MethodGet && l.fragment && r.URL.RawQuery == "":
		l.relay(w)
	case r.Method == http.MethodGet && !l.fragment:
		l.accept(w, r.URL.Query())
	case r.Method == http.MethodGet: // an implicit service reports errors in the query
		l.accept(w, r.URL.Query())
	case r.Method == http.MethodPost && l.fragment && r.Header.Get("Origin") == "http://"+l.host:
		body, _ := io.ReadAll(io.LimitReader(r.Body, formLimit)) // a cut body fails the state check
		form, _ := url.ParseQuery(string(body))
		l.accept(w, form)
	default:
		http.Error(w, "not allowed", http.StatusMethodNotAllowed)
	}
}

// accept takes the first answer that carries our state, or none where the
// service drops it; others change nothing.
func (l *loopback) accept(w http.ResponseWriter, answer url.Values) {
	dropped := l.stateless && !answer.Has("state")
	if !dropped && subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(l.state)) != 1 {
		http.Error(w, "this answer belongs to another sign-in", http.StatusBadRequest)
		return
	}
	taken := true
	l.once.Do(func() { l.answer <- answer; taken = false })
	if taken {
		http.Error(w, "this sign-in is over", http.StatusGone)
		return
	}
	_, _ = io.WriteString(w, page("Watchkeeper has its answer. You can close this page.", "", "")) // the browser may be gone
}

// relay serves a page whose script posts the fragment back: a fragment never
// reaches a server by itself. The script takes it out of the address bar and
// the history first.
func (l *loopback) relay(w http.ResponseWriter) {
	nonce := rand.Text()
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; connect-src 'self'; script-src 'nonce-"+nonce+"'")
	const script = `const answer = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
fetch(location.pathname, {method: "POST", body: answer, credentials: "omit"}).then(r => r.text()).then(t => {
  document.body.textContent = new DOMParser().parseFromString(t, "text/html").body.textContent;
});`
	_, _ = io.WriteString(w, page("One moment…", nonce, script))
}

func page(text, nonce, script string) string {
	out := "<!doctype html><meta charset=utf-8><title>Watchkeeper</title><body><p>" + text + "</p>"
	if script != "" {
		out += `<script nonce="` + nonce + `">` + script + "</script>"
	}
	return out
}
