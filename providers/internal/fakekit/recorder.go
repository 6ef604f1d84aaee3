package fakekit

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Call is one recorded exchange.
type Call struct {
	At     time.Time // when it began
	Method string
	Path   string
	Query  url.Values
	Header http.Header // of the request
	Body   []byte
	Status int // 0: the connection broke
	Reply  []byte
	// ReplyHeader is the answer's header.
	ReplyHeader http.Header
}

// Recorder stands in front of a service and remembers every exchange.
type Recorder struct {
	next http.Handler

	mu    sync.Mutex
	calls []Call
}

// NewRecorder records what passes to next.
func NewRecorder(next http.Handler) *Recorder { return &Recorder{next: next} }

const replyKept = 8 << 20

func (r *Recorder) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	call := Call{At: time.Now(), Method: in.Method, Path: in.URL.Path, Query: in.URL.Query(), Header: in.Header.Clone()}
	if in.Body != nil {
		call.Body, _ = io.ReadAll(in.Body) // a broken upload is recorded as far as it came
		in.Body = io.NopCloser(bytes.NewReader(call.Body))
	}
	tap := &tap{ResponseWriter: w}
	defer func() {
		call.Status, call.Reply, call.ReplyHeader = tap.status, tap.copy.Bytes(), w.Header().Clone()
		r.mu.Lock()
		r.calls = append(r.calls, call)
		r.mu.Unlock()
	}()
	r.next.ServeHTTP(tap, in)
}

// Calls returns everything recorded so far, in the order in which it ended.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Call(nil), r.calls...)
}

// Reset forgets what was recorded.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

// Seen lists the calls as "GET /Items", for comparison.
func (r *Recorder) Seen() []string {
	var out []string
	for _, c := range r.Calls() {
		out = append(out, c.Method+" "+c.Path)
	}
	return out
}

// Count counts calls by a pattern as in Weather.On.
func (r *Recorder) Count(pattern string) int {
	method, path, _ := strings.Cut(pattern, " ")
	n := 0
	for _, c := range r.Calls() {
		if (method == "*" || method == c.Method) && strings.HasPrefix(c.Path, strings.TrimSuffix(path, "*")) {
			n++
		}
	}
	return n
}

type tap struct {
	http.ResponseWriter
	status int
	copy   bytes.Buffer
}

// Unwrap lets http.ResponseController reach the writer below (web sockets).
func (t *tap) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// Flush passes on.
func (t *tap) Flush() {
	if f, ok := t.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

func (t *tap) WriteHeader(status int) {
	if t.status == 0 {
		t.status = status
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *tap) Write(p []byte) (int, error) {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	if t.copy.Len() < replyKept {
		t.copy.Write(p)
	}
	return t.ResponseWriter.Write(p)
}
