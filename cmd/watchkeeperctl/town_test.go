package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchkeeper/app"
	"watchkeeper/providers/town"
)

// all are the services in the order in which accounts are added.
var all = []string{"jellyfin", "emby", "plex", "trakt", "simkl", "anilist"}

// city is a world with every service, and somebody who answers sign-ins.
type city struct {
	*world
	*town.Town
}

func newCity(t *testing.T) *city {
	t.Helper()
	t.Parallel()
	var works []town.Work
	for i, title := range []string{"Paper Lighthouse", "Salt", "The Long Ferry"} {
		works = append(works, town.Work{Title: title, Year: 1990 + i, IMDb: "tt900000" + string(rune('1'+i)), TMDB: 90_000_001 + i,
			Trakt: 92_000_001 + i, RuntimeMS: 6_000_000})
	}
	return newTown(t, works)
}

// newTown is a city with these works on all shelves.
func newTown(t testing.TB, works []town.Work) *city {
	t.Helper()
	w := emptyWorld(t)
	it, err := town.Open(w.now, works)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = it.Close() }) // the test is over
	w.serves(it.Hosts)
	w.put("password", town.Password+"\n")
	return &city{w, it}
}

// signInLine is a line that signs in at a service, "accounts add" and what
// comes behind it.
func (c *city) signInLine(service string) []string {
	line := []string{"accounts", "add", service}
	switch service {
	case "jellyfin", "emby":
		return append(line, "--address", town.Addresses[service], "--user", town.Person, "--password-file", c.file("password"))
	case "plex":
		return append(line, "--method", "device-code")
	case "trakt", "simkl":
		return append(line, "--method", "device-code", "--client-id", town.ClientID)
	}
	c.put("anilist", c.Answer())
	return append(line, "--method", "paste", "--client-id", town.ClientID, "--answer", "answer=@"+c.file("anilist"))
}

// answering lets the person answer sign-ins until the test's end.
func (c *city) answering(answer func()) {
	ctx, stop := context.WithCancel(c.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			answer()
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
	c.t.Cleanup(func() {
		stop()
		<-ended
	})
}

func (c *city) agreeing() { c.answering(func() { c.Agree() }) }

// connect signs in everywhere.
func (c *city) connect(services ...string) {
	c.t.Helper()
	for _, service := range services {
		c.must(0, c.signInLine(service)...)
	}
}

// TestSignInEverywhere: each service is signed in to from the command line,
// is read, is signed in to again, and is signed out.
func TestSignInEverywhere(t *testing.T) {
	t.Parallel()
	for _, service := range all {
		t.Run(service, func(t *testing.T) {
			c := newCity(t)
			c.agreeing()
			c.connect(service)
			got := read[[]app.Account](c.world, 0, "accounts", "list")
			if len(got) != 1 || got[0].Service != service || !strings.EqualFold(got[0].User, town.Person) {
				t.Fatalf("%+v", got)
			}
			if tested := read[app.Tested](c.world, 0, "accounts", "test", service); !tested.Same {
				t.Errorf("%+v", tested)
			}
			c.must(0, "sync")
			c.EndSessions(service)
			status := read[app.Synced](c.world, app.ExitNeedsYou, "sync", "--fresh").Status
			if !strings.Contains(status.Sentence, "sign in again") || status.Accounts[0].Problem != "auth_needed" {
				t.Errorf("after the sessions ended: %q %+v", status.Sentence, status.Accounts[0])
			}
			if got := read[app.Status](c.world, app.ExitNeedsYou, "status"); got.Sentence != status.Sentence {
				t.Errorf("status says %q", got.Sentence)
			}
			line := c.signInLine(service)
			c.must(0, append([]string{"accounts", "signin"}, line[2:]...)...)
			c.must(0, "sync", "--fresh")
			c.must(0, "accounts", "remove", service)
			c.must(app.ExitNeedsYou, "status")
		})
	}
}

// TestSignInRefused: a sign-in that the person refuses, that the service does
// not take, or that finds no network leaves nothing behind and says who must
// act; the next one works.
func TestSignInRefused(t *testing.T) {
	t.Parallel()
	for _, service := range all {
		t.Run(service, func(t *testing.T) {
			c := newCity(t)
			c.Weather[service].On("away", "*", -1, fault(t, "reset"))
			code, out, errs := c.ctl(c.signInLine(service)...)
			if code != app.ExitError || strings.Contains(out, "connected") || !strings.Contains(errs, "does not answer") {
				t.Errorf("no network: exit %d, %s%s", code, out, errs)
			}
			c.Weather[service].Clear()
			switch service {
			case "trakt", "simkl":
				refusing, stop := context.WithCancel(t.Context())
				c.answering(func() {
					if refusing.Err() == nil {
						c.Refuse()
					}
				})
				if code, _, errs := c.ctl(c.signInLine(service)...); code != app.ExitError || !strings.Contains(errs, "said no") {
					t.Errorf("refused: exit %d, %s", code, errs)
				}
				stop()
			case "jellyfin", "emby":
				c.put("password", "wrong")
				if code, _, errs := c.ctl(c.signInLine(service)...); code != app.ExitError || !strings.Contains(errs, "did not accept this") {
					t.Errorf("wrong password: exit %d, %s", code, errs)
				}
				c.put("password", town.Password)
			case "anilist":
				line := c.signInLine(service)
				c.put("anilist", "no-token-at-all")
				if code, _, errs := c.ctl(line...); code != app.ExitError || !strings.Contains(errs, "did not accept this") {
					t.Errorf("wrong answer: exit %d, %s", code, errs)
				}
				if code, _, errs := c.ctl(append(line[:len(line)-1:len(line)-1], "answer=seen")...); code != app.ExitUsage || !strings.Contains(errs, "answer=@FILE") {
					t.Errorf("a secret on the line: exit %d, %s", code, errs)
				}
			}
			if got := read[[]app.Account](c.world, 0, "accounts", "list"); len(got) != 0 {
				t.Errorf("left behind: %+v", got)
			}
			c.agreeing()
			c.connect(service)
		})
	}
}

// TestSignInCancelled: whoever is interrupted while a code waits has nothing,
// and can start again.
func TestSignInCancelled(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"plex", "trakt", "simkl"} {
		t.Run(service, func(t *testing.T) {
			c := newCity(t)
			ctx, stop := context.WithCancel(t.Context())
			go func() {
				for c.waiting(service) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
				stop()
			}()
			var errs strings.Builder
			code := run(ctx, c.args(c.signInLine(service)), surroundings{strings.NewReader(""), &strings.Builder{}, &errs, c.now})
			if code != app.ExitError || !strings.Contains(errs.String(), "interrupted") {
				t.Errorf("exit %d, %s", code, errs.String())
			}
			if got := read[[]app.Account](c.world, 0, "accounts", "list"); len(got) != 0 {
				t.Errorf("left behind: %+v", got)
			}
			c.agreeing()
			c.connect(service)
		})
	}
}

func (c *city) waiting(service string) int {
	return len(map[string]func() []string{"plex": c.Plex.Waiting, "trakt": c.Trakt.Waiting, "simkl": c.SIMKL.Waiting,
		"jellyfin": c.Jellyfin.Waiting}[service]())
}

// TestQuickConnect is the way in that needs no password.
func TestQuickConnect(t *testing.T) {
	c := newCity(t)
	c.agreeing()
	c.must(0, "accounts", "add", "jellyfin", "--address", town.Addresses["jellyfin"])
	c.must(0, "accounts", "test", "jellyfin")
}

// TestSomebodyElseSignsIn: an account that is signed in again goes on only
// with the person it was connected with.
func TestSomebodyElseSignsIn(t *testing.T) {
	c := newCity(t)
	c.agreeing()
	c.connect("jellyfin", "trakt")
	c.Jellyfin.AddUser("Ben", "ben's own")
	c.put("password", "ben's own")
	code, _, errs := c.ctl("accounts", "signin", "jellyfin", "--user", "Ben", "--password-file", c.file("password"))
	if code != app.ExitUsage || !strings.Contains(errs, "jellyfin is Anna") {
		t.Errorf("exit %d, %s", code, errs)
	}
	c.must(0, "accounts", "test", "jellyfin")
	c.must(0, "sync")
}

// fault is weather by its word.
func fault(t testing.TB, word string) func(http.ResponseWriter, *http.Request, http.Handler) {
	t.Helper()
	f, ok := town.Fault(word)
	if !ok {
		t.Fatalf("no weather %q in %q", word, town.Faults())
	}
	return f
}

// TestSignInExpires: a code that nobody enters in time ends the sign-in, which
// says so, and the next one works.
func TestSignInExpires(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"jellyfin", "plex", "trakt", "simkl"} {
		t.Run(service, func(t *testing.T) {
			c := newCity(t)
			line := c.signInLine(service)
			if service == "jellyfin" {
				line = []string{"accounts", "add", "jellyfin", "--address", town.Addresses["jellyfin"]}
			}
			shown := make(chan struct{})
			go func() {
				defer close(shown)
				for c.waiting(service) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
				c.later(31 * time.Minute)
			}()
			code, _, errs := c.ctl(line...)
			<-shown
			if code != app.ExitError || !strings.Contains(errs, "the code has expired") {
				t.Errorf("exit %d, %s", code, errs)
			}
			c.agreeing()
			c.must(0, line...)
		})
	}
}
