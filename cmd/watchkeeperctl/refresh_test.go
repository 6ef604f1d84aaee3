package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"watchkeeper/app"
)

// TestOneRefresh: however many commands meet a token that has run out, through
// the process that looks by schedule or beside one another, it is renewed once
// and nobody is asked to sign in again (R30).
func TestOneRefresh(t *testing.T) {
	c := newCity(t)
	c.agreeing()
	c.connect("trakt", "simkl")
	c.must(0, "sync")
	for service, path := range map[string]string{"trakt": "POST /oauth/token", "simkl": "POST /oauth2/token"} {
		c.Weather[service].On("renewed", path, -1, func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) })
	}
	c.later(8 * 24 * time.Hour)
	c.watcher()
	var all sync.WaitGroup
	for range 3 {
		for _, line := range []string{"sync", "accounts test trakt", "accounts test simkl", "doctor"} {
			all.Go(func() {
				if code, out, errs := c.ctl(strings.Fields(line)...); strings.Contains(out+errs, "sign in again") || code != 0 && line != "doctor" {
					t.Errorf("%s: exit %d, %s%s", line, code, out, errs)
				}
			})
		}
	}
	all.Wait()
	for _, service := range []string{"trakt", "simkl"} {
		if n := c.Weather[service].Fired()["renewed"]; n != 1 {
			t.Errorf("%s: the token was renewed %d times", service, n)
		}
	}
	if got := read[app.Status](c.world, 0, "status"); got.State != "in sync" {
		t.Errorf("%+v", got)
	}
}
