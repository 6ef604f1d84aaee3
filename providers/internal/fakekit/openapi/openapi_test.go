package openapi

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"watchkeeper/providers/internal/fakekit"
)

const description = `{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{
"/Items":{"get":{"parameters":[{"name":"ids","in":"query","schema":{"type":"array","items":{"type":"integer"}}}],
 "responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}}}}}},
"/Items/{id}":{"post":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],
 "requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"a":{"type":"integer"}}}}}},
 "responses":{"204":{"description":""}}}}}}`

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
	h := http.Header{"Content-Type": {"application/json"}}
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
		"broken":         {call("GET", "/base/Nothing", "", "", 0, ""), 0},
		"refused":        {call("GET", "/base/Items", "", "", 404, "no"), 0},
		"unknown path":   {call("GET", "/base/Nothing", "", "", 200, "{}"), 1},
		"unknown method": {call("DELETE", "/base/Items", "", "", 200, "{}"), 1},
		"unknown query":  {call("GET", "/base/Items", "anyId=1", "", 200, `{"n":1}`), 1},
		"wrong query":    {call("GET", "/base/Items", "ids=x", "", 200, `{"n":1}`), 1},
		"wrong body":     {call("POST", "/base/Items/7", "", `{"a":"x"}`, 204, ""), 1},
		"wrong answer":   {call("GET", "/base/Items", "", "", 200, `{"n":"x"}`), 1},
		"short answer":   {call("GET", "/base/Items", "", "", 200, `{}`), 1},
		"odd status":     {call("POST", "/base/Items/7", "", `{}`, 201, ""), 1},
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
