package openapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"watchkeeper/providers/internal/fakekit"
)

const description = `{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{
"/Items":{"get":{"parameters":[{"name":"ids","in":"query","schema":{"type":"array","items":{"type":"integer"}}}],
 "responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}}}}}},
"/Items/{id}":{"post":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],
 "requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"a":{"type":"integer"},"list":{"type":"array","items":{"allOf":[{"properties":{"x":{}}},{"properties":{"y":{"type":"string","enum":["one"]}}}]}}}}}}},
 "security":[{"key":[]}],"responses":{"204":{"description":""},"404":{"description":""}}}}},"components":{"securitySchemes":{"key":{"type":"apiKey","in":"header","name":"X-Key"}}}}`

func load(t *testing.T, tolerated ...Deviation) *Contract {
	path := filepath.Join(t.TempDir(), "d.json")
	if err := os.WriteFile(path, []byte("\xef\xbb\xbf"+description), 0o600); err != nil {
		t.Fatal(err)
	}
	c, found, err := Load(path, tolerated...)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	c.Base, c.CommaLists = "/base", true
	return c
}

func call(method, path, query, body string, status int, reply string) fakekit.Call {
	q, _ := url.ParseQuery(query)
	h := http.Header{"Content-Type": {"application/json"}, "X-Key": {"k"}}
	return fakekit.Call{Method: method, Path: path, Query: q, Header: h, Body: []byte(body), Status: status, Reply: []byte(reply), ReplyHeader: h}
}

func TestCheck(t *testing.T) {
	c := load(t)
	for name, want := range map[string]struct {
		call       fakekit.Call
		complaints int
	}{
		"right":          {call("GET", "/base/Items", "ids=1,2", "", 200, `{"n":1}`), 0},
		"right post":     {call("POST", "/base/Items/7", "", `{"a":1}`, 204, ""), 0},
		"broken":         {call("GET", "/base/Items", "", "", 0, ""), 0},
		"wrongly asked":  {call("GET", "/base/Items", "ids=x", "", 0, ""), 1},
		"refused":        {call("POST", "/base/Items/7", "", `{"a":1}`, 404, "no"), 0},
		"odd refusal":    {call("GET", "/base/Items", "", "", 404, "no"), 1},
		"unknown field":  {call("POST", "/base/Items/7", "", `{"b":1,"list":[{"z":1},{"y":"one"}]}`, 204, ""), 2},
		"wrong twice":    {call("POST", "/base/Items/7", "", `{"a":"x","list":[{"y":"two"},{"y":"one"}]}`, 204, ""), 2},
		"added field":    {call("GET", "/base/Items", "", "", 200, `{"n":1,"m":2}`), 1},
		"unknown path":   {call("GET", "/base/Nothing", "", "", 200, "{}"), 1},
		"unknown method": {call("DELETE", "/base/Items", "", "", 200, "{}"), 1},
		"unknown query":  {call("GET", "/base/Items", "anyId=1", "", 200, `{"n":1}`), 1},
		"wrong query":    {call("GET", "/base/Items", "ids=x", "", 200, `{"n":1}`), 1},
		"wrong body":     {call("POST", "/base/Items/7", "", `{"a":"x"}`, 204, ""), 1},
		"wrong answer":   {call("GET", "/base/Items", "", "", 200, `{"n":"x"}`), 1},
		"short answer":   {call("GET", "/base/Items", "", "", 200, `{}`), 1},
		"odd status":     {call("POST", "/base/Items/7", "", `{}`, 201, ""), 1},
		"odd and wrong":  {call("GET", "/base/Items", "", "", 201, `{"n":"x"}`), 2},
	} {
		if got := c.Check([]fakekit.Call{want.call, want.call}); len(got) != want.complaints {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestToleratedDeviation(t *testing.T) {
	c := load(t, Deviation{"GET /Items", "unknown query anyId", "a reason"})
	if got := c.Check([]fakekit.Call{call("GET", "/base/Items", "anyId=1", "", 200, `{"n":1}`)}); len(got) > 0 {
		t.Error(got)
	}
}

func TestNoDescription(t *testing.T) {
	if c, found, err := Load(filepath.Join(t.TempDir(), "none")); c != nil || found || err != nil {
		t.Error(fmt.Sprint(c, found, err))
	}
}

func TestCredentialIsAskedFor(t *testing.T) {
	c, right := load(t), call("POST", "/base/Items/7", "", `{"a":1}`, 204, "")
	right.Header = http.Header{"Content-Type": {"application/json"}, "X-Other": {"k"}}
	if got := c.Check([]fakekit.Call{right}); len(got) != 1 {
		t.Error(got)
	}
	c.Credentials = []string{"X-Other"}
	if got := c.Check([]fakekit.Call{right}); len(got) != 0 {
		t.Error(got)
	}
}

// What the check does not judge is named.
func TestUnjudged(t *testing.T) {
	calls := []fakekit.Call{call("GET", "/base/Items", "", "", 200, `{"n":1}`)}
	if got := load(t).Unjudged(calls); len(got) > 0 {
		t.Error(got)
	}
	lax := load(t, Deviation{"*", "unknown query", ""}, Deviation{"*", "answer: ", ""})
	if got := lax.Unjudged(calls); len(got) != 2 {
		t.Error(got)
	}
}

func TestUnreachedAddressesAreNamed(t *testing.T) {
	folder := t.TempDir()
	source := "package x\nvar a, b, c = \"/Items/%s?x\", \"/Nothing\", \"get /Nowhere\"\n"
	if err := os.WriteFile(filepath.Join(folder, "x.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Unreached(folder, []fakekit.Call{{Path: "/base/Items/7"}})
	if err != nil || len(got) != 1 || got[0] != "nothing was sent to /Nothing" {
		t.Error(got, err)
	}
}

// One example of each form is kept, as it was asked and as it was answered.
func TestWitness(t *testing.T) {
	var w Witness
	answer := `{"n":1}`
	imitation := w.Before("1", http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, answer) }))
	ask := func(path, body string) {
		r, _ := http.NewRequest("POST", "http://x.test"+path, strings.NewReader(body))
		w.Asking("1", imitation).ServeHTTP(httptest.NewRecorder(), r)
	}
	ask("/Items/7", `{"a":1}`)
	ask("/Items/8", `{"a":2}`)
	if n := len(w.Calls("1")); n != 2 {
		t.Errorf("%d calls of one form", n)
	}
	answer = `{"n":"x"}`
	ask("/Items/8", `{"a":2}`)
	ask("/Items/8?q=1", `{"a":null}`)
	if calls := w.Calls("1"); len(calls) != 5 || string(calls[1].Reply) != `{"n":1}` || string(calls[0].Body) != `{"a":1}` {
		t.Errorf("%d calls of three forms", len(calls))
	}
}
