package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchkeeper/app"
)

// TestMovedToAnotherPerson: an account is given to another person while a
// removal waits at it. Nothing at any service changes by that, nothing that
// the old person does reaches it any more, and what its new person's other
// account would give it waits for a yes to a first plan.
func TestMovedToAnotherPerson(t *testing.T) {
	c := newCity(t)
	c.settled("jellyfin", "trakt")
	ferry := c.Jellyfin.Find("The Long Ferry")
	c.AtJellyfin.Favorite(ferry, true)
	c.rest()
	c.must(0, "routes", "set", "jellyfin", "trakt", "watchlist", "--mode", "keep-same", "--removals", "ask")
	c.must(-1, "holds", "start", "all")
	c.rest()
	c.AtJellyfin.Favorite(ferry, false)
	c.rest()
	if got := read[[]app.Hold](c.world, -1, "holds", "list"); len(got) != 1 || got[0].Guard != "guard_ask" {
		t.Fatalf("before the move: %+v", got)
	}
	before := c.hold()

	if code, _, errs := c.ctl("accounts", "move", "trakt", "Ben"); code == 0 || !strings.Contains(errs, "Ben") {
		t.Errorf("to nobody: exit %d, %s", code, errs)
	}
	c.must(0, "profiles", "add", "Ben")
	c.must(-1, "accounts", "move", "trakt", "Ben")
	c.rest()
	if got := read[[]app.Hold](c.world, -1, "holds", "list"); len(got) != 0 {
		t.Errorf("what waited at the old person's is still asked: %+v", got)
	}
	if got := read[[]app.Route](c.world, 0, "routes", "list"); len(got) != 0 {
		t.Errorf("still follows: %+v", got)
	}
	if got := fmt.Sprint(read[[]app.Person](c.world, 0, "profiles", "list")); got != "[{1 me [jellyfin]} {2 Ben [trakt]}]" {
		t.Error(got)
	}
	c.AtJellyfin.Favorite(c.Jellyfin.Find("Paper Lighthouse"), true)
	c.rest()
	c.AtJellyfin.Favorite(c.Jellyfin.Find("Paper Lighthouse"), false)
	c.rest()
	if now := c.hold(); now != before {
		t.Errorf("the move changed %s to %s", before, now)
	}

	c.must(-1, append(c.signInLine("emby"), "--profile", "Ben")...)
	c.rest()
	if now := c.hold(); now != before {
		t.Errorf("a first plan was not waited for: %s became %s", before, now)
	}
	for range 3 {
		c.must(-1, "holds", "start", "all")
		c.rest()
	}
	for _, title := range []string{"The Long Ferry", "Salt"} {
		if !c.AtEmby.State(c.Emby.Find(title)).Favorite {
			t.Errorf("after the yes Ben's list does not reach his server: %s", title)
		}
	}
	for _, r := range read[[]app.Run](c.world, 0, "runs") {
		if r.Removed > 0 {
			t.Errorf("run %d removed %d", r.ID, r.Removed)
		}
	}

	c.must(-1, "accounts", "move", "trakt", "me")
	c.AtTrakt.Watch(c.OnTrakt[2], c.now().AddDate(0, 0, -3))
	c.rest()
	if got := read[[]app.Hold](c.world, -1, "holds", "list"); len(got) == 0 || got[0].Guard != "guard_first_run" {
		t.Errorf("moved back, the first plan does not wait: %+v", got)
	}
	if at := c.AtJellyfin.State(ferry); at.Favorite || at.Played {
		t.Errorf("before anybody said yes: %+v", at)
	}
}

// TestUndoAfterTheMove: a run of before the move is taken back where its
// accounts are still its person's; what it wrote at the account that belongs to
// somebody else now stays, and that is said first. Given back, it can be taken
// back as well.
func TestUndoAfterTheMove(t *testing.T) {
	c := newCity(t)
	c.settled("jellyfin", "emby", "trakt")
	ferry, listed := c.Jellyfin.Find("The Long Ferry"), len(c.AtTrakt.Listed())
	c.AtJellyfin.Favorite(ferry, true)
	c.must(-1, "sync")
	run := fmt.Sprint(read[[]app.Run](c.world, 0, "runs")[0].ID)
	c.rest()
	atEmby := func() bool { return c.AtEmby.State(c.Emby.Find("The Long Ferry")).Favorite }
	if !atEmby() || len(c.AtTrakt.Listed()) != listed+1 {
		t.Fatalf("not written: %s", c.hold())
	}
	c.must(0, "profiles", "add", "Ben")
	c.must(-1, "accounts", "move", "trakt", "Ben")
	for _, line := range [][]string{{"undo", run, "--preview"}, {"undo", run, "--yes"}} {
		got := read[app.Undone](c.world, -1, line...)
		if len(got.Ops) != 1 || got.Ops[0].Account != "emby" || len(got.NonOps) != 1 || got.NonOps[0].Account != "trakt" || got.NonOps[0].Why.Code != "policy" {
			t.Errorf("%v: %+v", line, got)
		}
	}
	if atEmby() || len(c.AtTrakt.Listed()) != listed+1 {
		t.Errorf("taken back at Ben's, or not at its person's: %s", c.hold())
	}
	c.must(-1, "accounts", "move", "trakt", "me")
	if got := read[app.Undone](c.world, -1, "undo", run, "--preview"); len(got.Ops) != 1 || got.Ops[0].Account != "trakt" {
		t.Errorf("given back: %+v", got)
	}
}

// TestSentIsCounted: what was sent is told beside what was read before it,
// until a read shows it.
func TestSentIsCounted(t *testing.T) {
	c := newCity(t)
	c.settled("jellyfin", "trakt")
	watchlist := func() app.Feature {
		for _, a := range read[[]app.Account](c.world, -1, "accounts", "list") {
			for _, f := range a.Features {
				if a.Name == "trakt" && f.Feature == "watchlist" {
					return f
				}
			}
		}
		return app.Feature{}
	}
	before := watchlist()
	c.AtJellyfin.Favorite(c.Jellyfin.Find("The Long Ferry"), true)
	c.must(-1, "sync")
	if now := watchlist(); now.Count != before.Count || now.Sent != 1 {
		t.Errorf("after the write: %+v", now)
	}
	c.rest()
	if now := watchlist(); now.Count != before.Count+1 || now.Sent != 0 {
		t.Errorf("after the next reads: %+v", now)
	}
}

// rest lets some rounds pass, so that what was written is seen.
func (c *city) rest() {
	c.t.Helper()
	for range 3 {
		c.must(-1, "sync")
		c.later(31 * time.Minute)
	}
}
