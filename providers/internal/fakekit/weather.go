package fakekit

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault does something to one request; next is the service itself.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Weather stands between the network and a service and lets chosen requests
// meet a fault. Faults are tried in the order in which they were set; each
// request meets at most one.
type Weather struct {
	next http.Handler

	mu    sync.Mutex
	rules []*rule
	fired map[string]int
}

type rule struct {
	name  string
	match func(*http.Request) bool
	left  int // negative: for ever
	fault Fault
}

// NewWeather puts clear weather around a service.
func NewWeather(next http.Handler) *Weather {
	return &Weather{next: next, fired: map[string]int{}}
}

// On lets the next n matching requests (n < 0: all from now on) meet a fault.
// A pattern is "GET /Items", "POST *" or "*"; the path is a prefix and "*"
// stands for anything. The name counts in Fired.
func (w *Weather) On(name, pattern string, n int, fault Fault) {
	w.When(name, matcher(pattern), n, fault)
}

// When is On with a condition of one's own.
func (w *Weather) When(name string, match func(*http.Request) bool, n int, fault Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules = append(w.rules, &rule{name, match, n, fault})
}

// Clear ends all weather.
func (w *Weather) Clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules = nil
}

// Fired counts how often each named fault met a request.
func (w *Weather) Fired() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]int{}
	for name, n := range w.fired {
		out[name] = n
	}
	return out
}

func (w *Weather) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if fault := w.pick(r); fault != nil {
		fault(out, r, w.next)
		return
	}
	w.next.ServeHTTP(out, r)
}

func (w *Weather) pick(r *http.Request) Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, rule := range w.rules {
		if rule.left == 0 || !rule.match(r) {
			continue
		}
		rule.left--
		w.fired[rule.name]++
		return rule.fault
	}
	return nil
}

func matcher(pattern string) func(*http.Request) bool {
	method, path, _ := strings.Cut(pattern, " ")
	if path == "" {
		path = "*"
	}
	return func(r *http.Request) bool {
		return (method == "*" || method == r.Method) && (path == "*" || strings.HasPrefix(r.URL.Path, path))
	}
}

// Status answers with a status, without effect. Headers are pairs.
func Status(status int, headers ...string) Fault {
	return Answer(status, "text/plain; charset=utf-8", http.StatusText(status), headers...)
}

// Answer gives a fixed answer, without effect.
func Answer(status int, contentType, body string, headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// HTML answers 200 with a page for people: a proxy's log-in, a portal.
func HTML() Fault {
	return Answer(200, "text/html; charset=utf-8", "<!doctype html><title>Please log in</title>")
}

// Empty answers 200 with JSON of no bytes, or of the given text ("[]", "{}").
func Empty(text string) Fault { return Answer(200, "application/json", text) }

// HangBefore never answers, and the request has no effect.
func HangBefore() Fault {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// HangAfter never answers, but the request has had its effect.
func HangAfter() Fault {
	return func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
		keep(next, r)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// ResetBefore breaks the connection; the request has no effect.
func ResetBefore() Fault {
	return func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }
}

// ResetAfter breaks the connection after the request had its effect.
func ResetAfter() Fault {
	return func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
		keep(next, r)
		panic(http.ErrAbortHandler)
	}
}

// StatusAfter answers with a status although the request had its effect.
func StatusAfter(status int, headers ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		keep(next, r)
		Status(status, headers...)(w, r, nil)
	}
}

// Cut sends the true answer's first percent and breaks the connection.
func Cut(percent int) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		whole := keep(next, r)
		whole.head(w)
		_, _ = w.Write(whole.Bytes()[:whole.Len()*percent/100])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

// Slow waits, then lets the request through, unless the client hangs up first.
func Slow(d time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
}

// ContentType answers truly under another content type.
func ContentType(kind string) Fault {
	return Changed(func(h http.Header, body []byte) []byte {
		h.Set("Content-Type", kind)
		return body
	})
}

// Changed lets the request through and rewrites what comes back: rows cut
// off, ids changed, a date moved.
func Changed(rewrite func(h http.Header, body []byte) []byte) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		whole := keep(next, r)
		body := rewrite(whole.header, whole.Bytes())
		whole.head(w)
		_, _ = w.Write(body)
	}
}

// Rewritten is Changed for the body alone.
func Rewritten(change func(body []byte) []byte) Fault {
	return Changed(func(_ http.Header, body []byte) []byte { return change(body) })
}

// Endless answers with a body that never ends.
func Endless() Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		block := bytes.Repeat([]byte(" "), 64<<10)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
}

// Bomb answers with a small gzip body that unpacks to the given megabytes.
func Bomb(megabytes int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		block := bytes.Repeat([]byte(" "), 1<<20)
		for range megabytes {
			if _, err := z.Write(block); err != nil {
				return
			}
		}
		_ = z.Close() // the client may have hung up; that is its right
	}
}

// Redirect sends the client elsewhere, without effect.
func Redirect(to string) Fault { return Answer(http.StatusTemporaryRedirect, "", "", "Location", to) }

// Freeze answers every read as it was at its first time since the fault was
// made: a stale cache. Writes pass.
func Freeze() Fault {
	var mu sync.Mutex
	old := map[string]*kept{}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		mu.Lock()
		was := old[r.URL.String()]
		if was == nil {
			was = keep(next, r)
			old[r.URL.String()] = was
		}
		mu.Unlock()
		was.head(w)
		_, _ = w.Write(was.Bytes())
	}
}

// NotModified answers 304 to a conditional read, whatever has changed.
func NotModified() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("If-None-Match") == "" && r.Header.Get("If-Modified-Since") == "" {
			next.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusNotModified)
	}
}

// Skew answers truly with a clock that is wrong by d.
func Skew(d time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		w.Header().Set("Date", time.Now().Add(d).UTC().Format(http.TimeFormat))
		next.ServeHTTP(w, r)
	}
}

// kept is a whole answer that was not sent.
type kept struct {
	bytes.Buffer
	header http.Header
	status int
}

func keep(next http.Handler, r *http.Request) *kept {
	k := &kept{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(k, r)
	return k
}

func (k *kept) Header() http.Header    { return k.header }
func (k *kept) WriteHeader(status int) { k.status = status }

func (k *kept) head(w http.ResponseWriter) {
	for name, values := range k.header {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(k.status)
}
