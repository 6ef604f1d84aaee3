//go:build e2e

package e2e

import (
	"slices"
	"testing"

	"watchkeeper/app"
)

// TestSecondPerson: somebody else signs in at the same server, in the window.
// Nothing of the first person reaches the second one; an account that is given
// to the other keeps all that is in it, and is no longer followed.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	ben := h.server.AddUser("Ben", "pw")
	p := newPanel(t, h.desk)
	p.take(watcher)
	cmd := h.open("--background")
	h.await("open", func(app.Status) bool { return true })
	h.connect()
	h.await("the first look", func(s app.Status) bool { return calm(s) && len(s.Holds) > 0 })
	_, _ = h.run(h.ctl, append([]string{"holds", "start", "all"}, h.flags...)...) // 3 while something waits
	h.await("everything is at both", func(s app.Status) bool { return calm(s) && h.watched() == films })

	h.wish("add")
	h.sees("Whose account is it?")
	h.shot("whose")
	h.click("Me")
	h.click("Somebody else…")
	h.click("Name of that person")
	h.write("Ben")
	h.click("Jellyfin")
	h.click("Quick Connect – confirm a code where you are signed in already")
	h.sees("Address of your server")
	for len(h.codes) > 0 { // those of the sign-ins before
		<-h.codes
	}
	h.write("attic.home", "Return")
	if err := ben.Approve(<-h.codes); err != nil {
		t.Fatal(err)
	}
	h.sees("You are Ben on")
	h.click("Yes, that is me")
	s := h.await("Ben's account is read", func(s app.Status) bool {
		return calm(s) && len(s.Accounts) == 3 && !slices.ContainsFunc(s.Accounts[2].Features, func(f app.Feature) bool { return f.LastRead == "" })
	})
	if s.Accounts[0].Person == s.Accounts[2].Person || s.Accounts[2].Person != "Ben" || len(s.Holds) != 0 {
		t.Errorf("%+v", s)
	}

	h.click("Settings")
	h.click("Me") // of the first account: whose it is
	h.click("Ben")
	h.sees("Nothing is removed, here or at the service")
	h.shot("give")
	h.click("Give it")
	h.await("the server account is Ben's", func(s app.Status) bool { return calm(s) && s.Accounts[0].Person == "Ben" })
	h.person.Unwatch(h.person.Plays()[0].ID)
	for range 3 {
		_, _ = h.run(h.ctl, append([]string{"sync"}, h.flags...)...) // 3 while something waits
	}
	for _, id := range h.shelf {
		if ben.State(id).Played {
			t.Errorf("a play of Anna's is at Ben's: %s", id)
		}
	}
	if n := h.watched(); n != films {
		t.Errorf("%d of %d plays are left in the account that was given away", n, films)
	}
	h.quit(p, cmd)
}
