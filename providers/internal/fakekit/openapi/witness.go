package openapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"watchkeeper/providers/internal/fakekit"
)

// Witness keeps one example of every form of exchange that the tests of a
// package cause, so that all of them are held to the description at the end
// (Main). Forms differ in method, path but for its ids, names of query
// arguments, status, and in the fields of the bodies and their types.
type Witness struct {
	mu    sync.Mutex
	seen  map[string]bool
	calls map[string][]fakekit.Call // by version
}

// Before stands directly before an imitation of one version, where no weather
// changes what it answers.
func (w *Witness) Before(version string, imitation http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		one := fakekit.NewRecorder(imitation)
		one.ServeHTTP(out, r)
		for _, call := range one.Calls() {
			w.keep(version, call)
		}
	})
}

// Asking stands where requests come in, and keeps them alone: weather may let
// them meet anything.
func (w *Witness) Asking(version string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		call := fakekit.Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone()}
		if r.Body != nil {
			call.Body, _ = io.ReadAll(r.Body) // as far as it came
			r.Body = io.NopCloser(bytes.NewReader(call.Body))
		}
		w.keep(version, call)
		next.ServeHTTP(out, r)
	})
}

func (w *Witness) keep(version string, call fakekit.Call) {
	k := strings.Join([]string{version, outline(call), shape(call.Body), shape(call.Reply)}, "\n")
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == nil {
		w.seen, w.calls = map[string]bool{}, map[string][]fakekit.Call{}
	}
	if !w.seen[k] {
		w.seen[k] = true
		w.calls[version] = append(w.calls[version], call)
	}
}

// outline is what tells exchanges apart but for their bodies.
func outline(call fakekit.Call) string {
	var names []string
	for name := range call.Query {
		names = append(names, name)
	}
	slices.Sort(names)
	parts := strings.Split(call.Path, "/")
	for i, p := range parts {
		if strings.ContainsAny(p, "0123456789") {
			parts[i] = "*"
		}
	}
	return fmt.Sprint(call.Method, parts, names, call.Status)
}

// shape is which fields a JSON text has, of which types.
func shape(text []byte) string {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return fmt.Sprint(len(text) > 0)
	}
	set := map[string]bool{}
	outlineOf(v, "", set)
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func outlineOf(v any, at string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			if strings.ContainsAny(name, "0123456789") {
				name = "*"
			}
			outlineOf(x, at+"/"+name, into)
		}
	case []any:
		for _, x := range v {
			outlineOf(x, at+"[]", into)
		}
	}
	into[fmt.Sprintf("%s:%T", at, v)] = true
}

// Calls are what was kept of one version.
func (w *Witness) Calls(version string) []fakekit.Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls[version])
}

// Main runs the tests of a package and then judges what they caused; judge
// learns whether all of them ran, so that what is missing is missing.
func Main(m *testing.M, judge func(all bool) (complaints []string)) {
	code := m.Run()
	complaints := judge(everyTest())
	for _, text := range complaints {
		fmt.Fprintln(os.Stderr, "contract:", text)
	}
	if code == 0 && len(complaints) > 0 {
		code = 1
	}
	os.Exit(code)
}

func everyTest() bool {
	for _, name := range []string{"run", "skip", "list", "fuzz", "bench"} {
		if f := flag.Lookup("test." + name); f == nil || f.Value.String() != "" {
			return false
		}
	}
	return true
}
