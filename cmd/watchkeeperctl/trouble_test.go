package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchkeeper/app"
	"watchkeeper/app/instance"
	"watchkeeper/engine/store"
)

// TestTroubleWithTheState: what is broken is said with the way out, shows in
// status, and nothing is lost.
func TestTroubleWithTheState(t *testing.T) {
	w := newWorld(t)
	w.must(app.ExitNeedsYou, "status")
	made := read[app.Backup](w, 0, "backup", "now")
	path := filepath.Join(w.dir, store.FileName)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := append([]byte("this is no database "), good[20:]...)
	if err := os.WriteFile(path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	got := read[app.Status](w, app.ExitError, "status")
	if got.Problem == nil || got.Problem.Code != "database_damaged" || got.Problem.Backup != made.Name {
		t.Errorf("%+v %+v", got, got.Problem)
	}
	if out := w.must(app.ExitError, "status"); !strings.Contains(out, "backup restore "+made.Name) {
		t.Errorf("the way out is not said: %s", out)
	}
	for _, line := range []string{"sync", "accounts list", "plan"} {
		if code, _, errs := w.ctl(strings.Fields(line)...); code != app.ExitError || !strings.Contains(errs, "restore a backup") {
			t.Errorf("%s: exit %d, %s", line, code, errs)
		}
	}
	if left, err := os.ReadFile(path); err != nil || string(left) != string(broken) {
		t.Error("the damaged file was touched")
	}
	w.must(0, "backup", "list")
	aside := read[map[string]string](w, 0, "backup", "restore", made.Name)
	if kept, err := os.ReadFile(filepath.Join(w.dir, aside["aside"])); err != nil || string(kept) != string(broken) {
		t.Errorf("the damaged file is not kept: %v", err)
	}
	w.must(app.ExitNeedsYou, "status")
	w.must(app.ExitUsage, "backup", "restore", "watchkeeper-1999-01-01.db")
}

func TestTroubleWithSettingsAndFolder(t *testing.T) {
	w := newWorld(t)
	w.must(app.ExitNeedsYou, "status")
	for name, value := range map[string]string{"interval": `"soon"`, "server_interval": `7`, "guards_off": `{}`, "nonsense": `1`} {
		db, err := store.Open(t.Context(), w.dir, store.Options{}) // checks nothing: a setting of another version
		if err != nil {
			t.Fatal(err)
		}
		if err := db.PutSettings(t.Context(), map[string]json.RawMessage{name: json.RawMessage(value)}); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		got := read[app.Status](w, app.ExitError, "status")
		if got.Problem == nil || got.Problem.Code != "settings_invalid" || !strings.Contains(got.Sentence, name) ||
			!strings.Contains(w.must(app.ExitError, "status"), "watchkeeperctl settings unset "+name) {
			t.Errorf("%+v", got)
		}
		for _, line := range []string{"sync", "plan", "accounts list", "holds"} {
			if code, out, errs := w.ctl(strings.Fields(line)...); code != app.ExitError || out != "" || !strings.Contains(errs, name) {
				t.Errorf("%s with %s: exit %d, %s%s", line, name, code, out, errs)
			}
		}
		w.must(0, "settings", "unset", name)
		w.must(app.ExitNeedsYou, "status")
	}

	w.dir = filepath.Join(w.files, "password", "data") // below a file
	if code, _, errs := w.ctl("sync"); code != app.ExitError || !strings.Contains(errs, w.dir) {
		t.Errorf("exit %d: %s", code, errs)
	}
	if code, out, _ := w.ctl("status"); code != app.ExitError || !strings.Contains(out, w.dir) {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestOwnerWithoutAnswer: a process that holds the folder but does not answer
// is named as what is in the way.
func TestOwnerWithoutAnswer(t *testing.T) {
	w := newWorld(t)
	lock, err := instance.Acquire(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var errs strings.Builder
	if code := run(ctx, w.args([]string{"sync"}), surroundings{strings.NewReader(""), io.Discard, &errs, w.now}); code != app.ExitError ||
		!strings.Contains(errs.String(), instance.ErrHeld.Error()) {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

func TestWrongPassphrase(t *testing.T) {
	w := newWorld(t)
	w.must(0, "accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", w.file("password"))
	cmd := w.process("accounts", "test", "jellyfin")
	cmd.Env = append(cmd.Env, passphraseFile+"="+w.file("services.json"))
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "the passphrase does not open the secrets file") {
		t.Errorf("%v: %s", err, out)
	}
	cmd = w.process("sync")
	cmd.Env = append(cmd.Env, passphraseFile+"="+w.file("services.json"))
	if out, err = cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "the passphrase does not open the secrets file") {
		t.Errorf("%v: %s", err, out)
	}
	w.must(0, "accounts", "test", "jellyfin")
}

// TestRestoredBackup: a state from before the last writes is noticed, and
// nothing is done on its word without a person's yes (R27).
func TestRestoredBackup(t *testing.T) {
	w := newWorld(t)
	w.anna.Favorite(w.n(1).id, true)
	w.anna.Favorite(w.n(2).id, true)
	w.start()
	w.must(0, "routes", "set", "jellyfin", "trakt", "watchlist", "--mode", "keep-same", "--removals", "follow")
	w.must(0, "sync")
	old := read[app.Backup](w, 0, "backup", "now")
	w.anna.Favorite(w.n(3).id, true)
	w.must(0, "sync")
	if !w.listedAtTrakt(w.n(3)) {
		t.Fatal("nothing was written since the backup")
	}
	w.must(0, "backup", "restore", old.Name)
	w.anna.Favorite(w.n(2).id, false)
	w.anna.Favorite(w.n(4).id, true)
	after := read[app.Synced](w, app.ExitNeedsYou, "sync")
	if after.Run.Added+after.Run.Removed > 0 || w.listedAtTrakt(w.n(4)) || !w.listedAtTrakt(w.n(2)) {
		t.Errorf("a restored state was acted on: %+v", after.Run)
	}
	if len(after.Status.Holds) == 0 || after.Status.Holds[0].Guard != "guard_first_run" {
		t.Errorf("%+v", after.Status.Holds)
	}
	w.must(0, "holds", "start", "all")
	w.must(-1, "sync")
	if !w.listedAtTrakt(w.n(4)) || !w.listedAtTrakt(w.n(2)) {
		t.Error("after Start what is missing is added and nothing is removed")
	}
}

// TestWordsThatNameNothing: a word on the line that names nothing is a mistake
// of the line, and what would have been right is said.
func TestWordsThatNameNothing(t *testing.T) {
	w := newWorld(t)
	if _, _, errs := w.ctl("accounts", "test", "nobody"); !strings.Contains(errs, "none yet") {
		t.Error(errs)
	}
	w.must(0, "accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", w.file("password"))
	for line, said := range map[string]string{
		"accounts add netflix":               "known: anilist, emby, jellyfin",
		"accounts test nobody":               "known: jellyfin",
		"accounts signin nobody":             "known: jellyfin",
		"read nobody":                        "known: jellyfin",
		"holds show 7":                       "there is no hold 7",
		"holds keep 7":                       "there is no hold 7",
		"undo 99":                            "no writes of run 99",
		"undo 99-1":                          "no writes of op 99-1",
		"runs show 99":                       "there is no run 99",
		"unlink jellyfin nokey":              "no item \"nokey\" is linked",
		"link jellyfin nokey 99":             "there is no work 99",
		"library show 99":                    "there is no work 99",
		"backup restore yesterday":           "there is no backup \"yesterday\"",
		"accounts set jellyfin --on smells":  "there is no feature \"smells\"",
		"routes set jellyfin trakt history":  "known: jellyfin",
		"profiles rename nobody somebody":    "there is no person \"nobody\"",
		"accounts add jellyfin --method tea": "has no sign-in by tea",
	} {
		if code, _, errs := w.ctl(strings.Fields(line)...); code != app.ExitUsage || !strings.Contains(errs, said) {
			t.Errorf("%s: exit %d, %s", line, code, errs)
		}
	}
}

// TestConnectedTwice: signing in again by "add" is refused, but the server has
// ended the sign-in before it; the account goes on with the new one.
func TestConnectedTwice(t *testing.T) {
	w := newWorld(t)
	add := []string{"accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", w.file("password")}
	w.must(0, add...)
	w.must(app.ExitUsage, add...)
	w.must(0, "accounts", "test", "jellyfin")
	w.must(0, "sync")
}

// TestSignInSaysWhoMustAct: a sign-in that fails says what to check.
func TestSignInSaysWhoMustAct(t *testing.T) {
	w := newWorld(t)
	for address, said := range map[string]string{"http://attic.home": "did not accept", "http://nowhere.home": "Check the address"} {
		code, _, errs := w.ctl("accounts", "add", "jellyfin", "--address", address, "--user", "Anna", "--password-file", w.file("services.json"))
		if code != app.ExitError || !strings.Contains(errs, said) {
			t.Errorf("%s: exit %d, %s", address, code, errs)
		}
	}
}

// TestPlanWithoutAnAccount: a plan that an account took no part in says so,
// and is not "nothing to write".
func TestPlanWithoutAnAccount(t *testing.T) {
	w := newWorld(t)
	w.must(0, "accounts", "add", "jellyfin", "--address", "http://attic.home", "--user", "Anna", "--password-file", w.file("password"))
	if out := w.must(0, "plan"); !strings.Contains(out, "would write nothing") {
		t.Error(out)
	}
	w.jellyfin.RevokeAll()
	if out := w.must(app.ExitStale, "plan"); strings.Contains(out, "would write nothing") || !strings.Contains(out, "jellyfin could not be looked at") {
		t.Error(out)
	}
}
