//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"watchkeeper/app"
	"watchkeeper/app/instance"
)

// await waits for a status of the running program, by its versions.
func (h *home) await(what string, is func(app.Status) bool) app.Status {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 3*patience)
	defer cancel()
	var last app.Status
	found := false
	var peer *instance.Peer
	var err error
	h.eventually("the program takes wishes", patience, func() bool {
		peer, err = instance.Dial(ctx, h.data)
		return err == nil
	})
	_, err = peer.Do(ctx, "watch", nil, func(news json.RawMessage) {
		var s app.Status
		if found || json.Unmarshal(news, &s) != nil {
			return
		}
		last, found = s, is(s)
		if found {
			cancel()
		}
	})
	if !found {
		h.shot("status")
		text, _ := json.MarshalIndent(last, "", " ")
		h.t.Fatalf("%s: not within %s (%v); the last status was %s", what, 3*patience, err, text)
	}
	return last
}

func calm(s app.Status) bool { return s.Running == nil && s.Waiting == 0 && s.LastRun != nil }

// signInByHand connects both services in the window.
func (h *home) signInByHand() {
	h.t.Helper()
	h.click("Connect Jellyfin…")
	h.click("Quick Connect – confirm a code where you are signed in already")
	h.sees("Address of your server")
	h.write("attic.home", "Return")
	code := <-h.codes
	h.sees(code)
	h.shot("quick-connect")
	if err := h.anna.Approve(code); err != nil {
		h.t.Fatal(err)
	}
	h.sees("You are Anna on")
	h.click("Yes, that is me")

	h.click("Connect Trakt…")
	h.click("With a code on a web page")
	h.sees("Client id")
	h.write("own-client", "Return", "Return") // the secret may stay empty
	code = <-h.codes
	h.sees(code)
	h.click("Open the page")
	h.eventually("the browser is opened", patience, func() bool { return h.opened("trakt.tv/activate") })
	h.shot("device-code")
	h.trakt.Approve(code, h.person)
	h.sees("You are anna on")
	h.click("Yes, that is me")
}

// TestFirstRun goes by hand from an empty window to two services in step and
// back, and looks for the tokens.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.keyring()
	p := newPanel(t, h.desk)
	p.take(watcher)
	h.inKeyring()
	cmd := h.open()
	h.sees("Everything agrees, nothing disappears")
	h.shot("welcome")
	h.signInByHand()

	h.await("the first look", func(s app.Status) bool { return calm(s) && len(s.Accounts) == 2 && len(s.Holds) > 0 })
	if n := h.watched(); n != 0 {
		t.Errorf("%d titles were marked before Start", n)
	}
	h.sees("The first look is done")
	h.shot("first-look")
	h.click("Start")
	h.await("everything is at both", func(s app.Status) bool { return calm(s) && h.watched() == films })
	h.sees("In sync")
	h.shot("in-sync")
	h.eventually("the tray offers to undo", patience, func() bool { return p.shows("Undo last run…") })

	p.clickLine("Undo last run…")
	h.shot("undo")
	h.click(fmt.Sprintf("Undo %d changes", films))
	h.await("the run is undone", func(s app.Status) bool { return calm(s) && h.watched() == 0 })
	h.do("sync")
	if n := h.watched(); n != 0 {
		t.Errorf("%d titles came back after the undo", n)
	}

	tokens := h.tokens()
	if len(tokens) < 2 {
		t.Errorf("only %d tokens are in the keyring", len(tokens))
	}
	h.do("support-bundle", filepath.Join(h.data, "bundle.zip"))
	for _, token := range tokens {
		if places := h.leaks(token); len(places) > 0 {
			t.Errorf("the token %s… is also in %q", token[:6], places)
		}
	}
	h.quit(p, cmd)
}

// quit chooses Quit, and looks at what is left.
func (h *home) quit(p *panel, cmd *exec.Cmd) {
	h.t.Helper()
	p.clickLine("Quit")
	if err := cmd.Wait(); err != nil {
		h.t.Errorf("the program ended with %v\n%s", err, h.said())
	}
	if strings.Contains(h.said(), "Fyne") {
		h.t.Errorf("the toolkit complains:\n%s", h.said())
	}
	h.clean()
}

// clean asks the command line, without the program, whether anything is left
// to do and whether the database is sound.
func (h *home) clean() {
	h.t.Helper()
	var s app.Status
	out, _ := h.run(h.ctl, append([]string{"status", "--json"}, h.flags...)...) // its exit code is in the status
	if err := json.Unmarshal([]byte(out), &s); err != nil || !s.Safe || s.Waiting != 0 || s.Problem != nil {
		h.t.Errorf("left behind: %v %s", err, out)
	}
	if out, err := h.run(h.ctl, append([]string{"doctor"}, h.flags...)...); err != nil {
		h.t.Logf("doctor: %v\n%s", err, out)
	}
}

// TestKilled: killed while it writes, the program goes on where it was and
// sends nothing twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	p := newPanel(t, h.desk)
	p.take(watcher)
	cmd := h.open("--background")
	h.eventually("the icon registers", patience, func() bool { return len(p.registered()) > 0 })
	h.await("open", func(app.Status) bool { return true })
	h.connect()
	h.await("the first look", func(s app.Status) bool { return calm(s) && len(s.Holds) > 0 })
	reached, release := h.stallMark(10)
	for _, id := range h.firstRuns() {
		h.do("holds", "accept", id)
	}
	select {
	case <-reached:
	case <-time.After(patience):
		t.Fatal("nothing is written")
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	close(release)

	cmd = h.open("--background")
	h.eventually("the icon registers again", patience, func() bool { return len(p.registered()) > 1 })
	s := h.await("what was perhaps sent is looked for", func(s app.Status) bool { return s.Running == nil && s.LastRun != nil })
	if n := h.watched(); n+s.Waiting < films { // R26: looked for before it is sent again
		t.Errorf("%d titles arrived and %d are looked for, of %d", n, s.Waiting, films)
	}
	for _, id := range h.shelf {
		if n := h.anna.State(id).Count; n > 1 {
			t.Errorf("%s was marked %d times", id, n)
		}
	}
	p.clickLine("Quit")
	if err := cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}
