package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"watchkeeper/app"
)

// TestErrorsAsJSON: with --json what goes wrong is JSON as well, and the exit
// code is the same.
func TestErrorsAsJSON(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"accounts test nobody", "sync --nonsense", "accounts", "", "runs show x", "nonsense", "undo 7", "accounts add trakt",
		"accounts add jellyfin --address http://nowhere.home --user Anna --password-file " + w.file("password")} {
		want, _, _ := w.ctl(strings.Fields(line)...)
		code, out, errs := w.ctl(append(strings.Fields(line), "--json")...)
		var got failure
		if err := json.Unmarshal([]byte(errs), &got); err != nil || got.Error == "" || got.Exit != code || code != want || out != "" {
			t.Errorf("%q: exit %d (plain %d), out %q, errors %q", line, code, want, out, errs)
		}
	}
}

// TestNothingSetUp: without an account nothing claims to be done.
func TestNothingSetUp(t *testing.T) {
	w := newWorld(t)
	for line, want := range map[string]int{"sync": app.ExitNeedsYou, "status": app.ExitNeedsYou, "plan": app.ExitNeedsYou, "link": 0} {
		code, out, _ := w.ctl(strings.Fields(line)...)
		if code != want || !strings.Contains(out, "nothing is set up; add an account") || strings.Contains(out, "run ") || strings.Contains(out, "linked") {
			t.Errorf("%s: exit %d, %s", line, code, out)
		}
	}
	if out := w.must(0, "stop"); strings.Contains(out, "stopping") {
		t.Errorf("stop with nothing running: %s", out)
	}
	if got := read[app.Stopping](w, 0, "stop"); got.Running {
		t.Errorf("%+v", got)
	}
}

// TestServicesElsewhere: a services file that leads off this computer is a
// mistake of the line.
func TestServicesElsewhere(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{`{"api.trakt.tv":"192.168.1.7:80"}`, `{"api.trakt.tv":7}`, `nothing`} {
		if err := os.WriteFile(w.file("services.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"status", "sync"} {
			if code, out, errs := w.ctl(line); code != app.ExitUsage || out != "" || !strings.Contains(errs, "services file") {
				t.Errorf("%s with %s: exit %d, %s%s", line, text, code, out, errs)
			}
		}
	}
}

// TestOptions: a choice that an account does not have is refused with the
// choices that it has, and nothing is changed.
func TestOptions(t *testing.T) {
	w := newWorld(t)
	add := "accounts add jellyfin --address http://attic.home --user Anna --password-file " + w.file("password")
	for line, said := range map[string]string{
		add + " --option smell=on":            `"smell"; Jellyfin has: write_ratings (on or off)`,
		add + " --option write_ratings=maybe": `write_ratings is on or off, not "maybe"`,
		"accounts add trakt --option pins=x":  `"pins"; Trakt has: other_scrobbler (on or off)`,
	} {
		if code, _, errs := w.ctl(strings.Fields(line)...); code != app.ExitUsage || !strings.Contains(errs, said) {
			t.Errorf("%s: exit %d, %s", line, code, errs)
		}
	}
	if out := w.must(0, "services"); !strings.Contains(out, "write_ratings=on|off") {
		t.Error(out)
	}
	w.must(0, strings.Fields(add+" --option write_ratings=on")...)
	for line, said := range map[string]string{
		"--option smell=on":               `"smell"; Jellyfin has: write_ratings (on or off)`,
		"--option write_ratings=maybe":    `write_ratings is on or off, not "maybe"`,
		"--leave-out nowhere":             `there is no library "nowhere"; known: `,
		"--off history --leave-out Fims":  `(Films)`,
		"--name other --option smell=on":  `"smell"`,
		"--option write_ratings --name x": "name=value",
	} {
		if code, _, errs := w.ctl(append([]string{"accounts", "set", "jellyfin"}, strings.Fields(line)...)...); code != app.ExitUsage || !strings.Contains(errs, said) {
			t.Errorf("%s: exit %d, %s", line, code, errs)
		}
	}
	before := read[[]app.Account](w, 0, "accounts", "list")[0]
	if before.Name != "jellyfin" || len(before.Features) != 4 || before.Options["write_ratings"] != "on" || len(before.LeftOut) != 0 {
		t.Errorf("%+v", before)
	}
	after := read[app.Account](w, 0, "accounts", "set", "jellyfin", "--leave-out", "Films", "--option", "write_ratings=")
	parts := read[[]app.LibraryPart](w, 0, "accounts", "libraries", "jellyfin")
	if len(after.LeftOut) != 1 || len(after.Options) != 0 || after.LeftOut[0] != parts[0].ID || !parts[0].LeftOut {
		t.Errorf("%+v %+v", after, parts)
	}
	w.jellyfin.RevokeAll() // what is left out already is not looked up
	w.must(0, "accounts", "set", "jellyfin", "--leave-out", parts[0].ID)
	w.must(0, "accounts", "set", "jellyfin", "--leave-out", "")
}

// TestRatingsOnceAllowed: a rating that a server did not take is written when
// its account's option allows it, without anybody saying it again.
func TestRatingsOnceAllowed(t *testing.T) {
	c := newCity(t)
	c.settled("jellyfin", "emby")
	film := c.Jellyfin.Find("Salt")
	c.AtEmby.Rate(c.Emby.Find("Salt"), 8)
	c.rest()
	if at := c.AtJellyfin.State(film); at.Rating != -1 {
		t.Fatalf("written without being allowed: %+v", at)
	}
	c.must(-1, "accounts", "set", "jellyfin", "--option", "write_ratings=on")
	c.rest()
	if at := c.AtJellyfin.State(film); at.Rating != 8 {
		t.Errorf("%+v, want 8; %s", at, c.must(-1, "plan", "--why", "Salt"))
	}
}

// TestSecretsUnusable: while no sign-in can be read nothing is said to be done,
// and status knows it without a run.
func TestSecretsUnusable(t *testing.T) {
	w := newWorld(t)
	w.must(0, "accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", w.file("password"))
	w.must(0, "sync")
	runs := len(read[[]app.Run](w, 0, "runs", "--all"))
	for _, line := range []string{"sync", "plan", "status", "read jellyfin", "accounts test jellyfin"} {
		cmd := w.process(strings.Fields(line)...)
		cmd.Env = append(cmd.Env, passphraseFile+"="+w.file("services.json"))
		out, _ := cmd.CombinedOutput() // the exit code is looked at
		if cmd.ProcessState.ExitCode() != app.ExitError || !strings.Contains(string(out), "the passphrase does not open the secrets file") ||
			strings.Contains(string(out), "transient") || strings.Contains(string(out), "incorrect identity") {
			t.Errorf("%s: exit %d, %s", line, cmd.ProcessState.ExitCode(), out)
		}
	}
	cmd := w.process("status")
	cmd.Env = append(cmd.Env, passphraseFile+"=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("status needs no passphrase to tell what is stored: %s", out)
	}
	if n := len(read[[]app.Run](w, 0, "runs", "--all")); n != runs {
		t.Errorf("%d runs were made in vain", n-runs)
	}
	w.must(0, "sync")
}
