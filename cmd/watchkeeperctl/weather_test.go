package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchkeeper/app"
)

// settled connects services, with a play and a list entry at Trakt that must
// never be lost, and lets everything be written.
func (c *city) settled(services ...string) {
	c.t.Helper()
	c.agreeing()
	c.AtTrakt.Watch(c.OnTrakt[0], c.now().AddDate(0, -1, 0))
	c.AtTrakt.List(c.OnTrakt[1], time.Time{})
	c.connect(services...)
	for range 4 {
		if len(read[app.Synced](c.world, -1, "sync").Status.Holds) > 0 {
			c.must(0, "holds", "start", "all")
		}
	}
	c.must(0, "sync")
	c.must(0, "status")
}

// hold counts what the services hold; bad weather changes none of it.
func (c *city) hold() string {
	films := ""
	for _, title := range []string{"Paper Lighthouse", "Salt", "The Long Ferry"} {
		j, e := c.AtJellyfin.State(c.Jellyfin.Find(title)), c.AtEmby.State(c.Emby.Find(title))
		films += fmt.Sprint(title, j.Played, j.Favorite, e.Played, e.Favorite, ";")
	}
	return fmt.Sprint(films, len(c.AtTrakt.Plays()), len(c.AtTrakt.Listed()))
}

// TestWeather: whatever a service answers, nothing is lost, the account and
// what it answered are named by sync and by status, and it goes on afterwards.
func TestWeather(t *testing.T) {
	c := newCity(t)
	c.settled("jellyfin", "trakt")
	before := c.hold()
	for _, w := range []struct{ word, said string }{
		{"down", "status 503"},
		{"too-many", "status 429"},
		{"login-page", "html instead of json"},
		{"malformed", "answer was cut short"},
		{"empty-body", "status 200"},
		{"wrong-type", "html instead of json"},
		{"endless", "larger than allowed"},
		{"bomb", "larger than allowed"},
		{"cut", "cut short"},
		{"reset", "connection lost"},
		{"elsewhere", "redirected to another address"},
		{"unauthorized", "status 401"},
	} {
		c.suffer("trakt", w.word, w.said)
		if w.word == "login-page" || w.word == "unauthorized" {
			c.suffer("jellyfin", w.word, w.said)
		}
		if now := c.hold(); now != before {
			t.Errorf("%s: %s became %s", w.word, before, now)
		}
		c.later(3 * time.Hour) // it may have been asked to wait
		if w.word == "unauthorized" {
			continue // needs a person
		}
		if c.must(0, "sync", "--fresh"); c.hold() != before {
			t.Errorf("after %s: %s became %s", w.word, before, c.hold())
		}
	}
}

// suffer lets a service meet everything with a fault, and hears what is said.
func (c *city) suffer(service, word, said string) {
	c.t.Helper()
	want := app.ExitStale
	if word == "unauthorized" {
		want = app.ExitNeedsYou
	}
	c.Weather[service].On(word, "*", -1, fault(c.t, word))
	defer c.Weather[service].Clear()
	for _, line := range []string{"sync --fresh", "status", "plan"} {
		if line == "plan" {
			want = app.ExitStale
		}
		code, out, errs := c.ctl(strings.Fields(line)...)
		if code != want || !strings.Contains(out, service) || !strings.Contains(out, said) {
			c.t.Errorf("%s at %s: %s: exit %d, want %d: %s%s", word, service, line, code, want, out, errs)
		}
	}
	code, _, errs := c.ctl("accounts", "test", service)
	if code != app.ExitError || !strings.Contains(errs, service+": ") || !strings.Contains(errs, said) {
		c.t.Errorf("%s at %s: test: exit %d, %s", word, service, code, errs)
	}
}

// TestClockOff: a service whose clock is wrong is read with its times
// corrected, and status and doctor name it.
func TestClockOff(t *testing.T) {
	for _, word := range []string{"hour-ahead", "hour-behind"} {
		t.Run(word, func(t *testing.T) {
			c := newCity(t)
			c.settled("jellyfin", "trakt")
			before := c.hold()
			c.Weather["trakt"].On(word, "*", -1, fault(t, word))
			c.must(0, "sync", "--fresh")
			if out := c.must(0, "status"); !strings.Contains(out, "its clock and this computer's differ by 1h0m") {
				t.Errorf("status: %s", out)
			}
			if out := c.must(app.ExitError, "doctor"); !strings.Contains(out, "FAIL  trakt") || !strings.Contains(out, "check the time of both") {
				t.Errorf("doctor: %s", out)
			}
			if now := c.hold(); now != before {
				t.Errorf("%s became %s", before, now)
			}
		})
	}
}

// TestTokenEndsInMidRun: a sign-in that ends between reading and writing stops
// that account only; what was not written is written after signing in again,
// and nothing twice.
func TestTokenEndsInMidRun(t *testing.T) {
	c := newCity(t)
	c.settled("jellyfin", "trakt")
	c.AtJellyfin.Keep(c.Jellyfin.Find("Salt"), played(c.now().AddDate(0, -2, 0)))
	c.AtTrakt.List(c.OnTrakt[2], time.Time{})
	c.Weather["trakt"].On("ended", "POST /sync", -1, fault(t, "unauthorized"))
	got := read[app.Synced](c.world, app.ExitNeedsYou, "sync")
	if len(got.Silent) != 1 || got.Silent[0].Account != "trakt" || got.Silent[0].Why != "auth_needed" {
		t.Errorf("%+v", got.Silent)
	}
	if !c.AtJellyfin.State(c.Jellyfin.Find("The Long Ferry")).Favorite {
		t.Errorf("the other account was not written to: %+v", got.Run)
	}
	if out := c.must(app.ExitNeedsYou, "status"); !strings.Contains(out, "sign in again") {
		t.Error(out)
	}
	c.Weather["trakt"].Clear()
	c.must(0, append([]string{"accounts", "signin"}, c.signInLine("trakt")[2:]...)...)
	for range 3 {
		c.must(-1, "sync")
		c.later(31 * time.Minute)
	}
	if n := len(c.AtTrakt.Plays()); n != 2 {
		t.Errorf("%d plays, want 2", n)
	}
}

// TestWrongUserBehindAToken: a server that calls the token somebody else's is
// neither read nor written to.
func TestWrongUserBehindAToken(t *testing.T) {
	c := newCity(t)
	c.settled("jellyfin", "trakt")
	before := c.hold()
	ben := c.Trakt.AddUser("ben")
	c.Trakt.Hand(c.AtTrakt, ben)
	c.AtJellyfin.Favorite(c.Jellyfin.Find("The Long Ferry"), true)
	got := read[app.Synced](c.world, app.ExitNeedsYou, "sync", "--fresh")
	if got.Status.Accounts[1].Problem != "wrong_user" || !strings.Contains(got.Status.Sentence, "somebody else") {
		t.Errorf("%+v", got.Status)
	}
	if out := c.must(app.ExitNeedsYou, "status"); !strings.Contains(out, "trakt is signed in as somebody else") {
		t.Error(out)
	}
	if len(ben.Listed())+len(ben.Plays()) > 0 {
		t.Error("something was written to somebody else's account")
	}
	c.AtJellyfin.Favorite(c.Jellyfin.Find("The Long Ferry"), false)
	if now := c.hold(); now != before {
		t.Errorf("%s became %s", before, now)
	}
}
