package main

import (
	"archive/zip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watchkeeper/app"
	"watchkeeper/providers/town"
	"watchkeeper/providers/trakt/traktfake"
)

// spellings are the ways in which a secret tends to leak: as it is, in an
// address, in base64 (also within a longer text) and in a JSON string.
func spellings(secret string) []string {
	out := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	quoted, _ := json.Marshal(secret) // text always encodes
	out = append(out, strings.Trim(string(quoted), `"`))
	for shift := range 3 {
		long := base64.StdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		long = strings.TrimRight(long, "=")
		out = append(out, long[4:len(long)-2], strings.NewReplacer("+", "-", "/", "_").Replace(long[4:len(long)-2]))
	}
	return out
}

// leaks names each place that holds a secret in any spelling.
func leaks(secrets []string, places map[string]string) (found []string) {
	for _, secret := range secrets {
		for _, form := range spellings(secret) {
			for place, text := range places {
				if strings.Contains(text, form) {
					found = append(found, fmt.Sprintf("%s holds %q", place, form))
				}
			}
		}
	}
	return found
}

// TestLeaksAreFound is the control: each spelling of a secret is seen.
func TestLeaksAreFound(t *testing.T) {
	const secret = `canary/1+2"3 4567890`
	wrapped, err := json.Marshal(map[string]string{"a": secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{secret, "https://x/?t=" + url.QueryEscape(secret), "/" + url.PathEscape(secret) + "/", string(wrapped),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte("a" + secret + "b")),
		base64.RawStdEncoding.EncodeToString([]byte("ab" + secret + "cd"))} {
		if len(leaks([]string{secret}, map[string]string{"a text": text})) == 0 {
			t.Errorf("not seen in %q", text)
		}
	}
	if found := leaks([]string{secret}, map[string]string{"a text": "canary in the mine"}); len(found) > 0 {
		t.Error(found)
	}
}

// TestSecretsStayInTheirPlace: tokens of every service, the password, the
// secret of an application of one's own and the passphrase are nowhere but in
// the encrypted file, whatever the services answer and whatever is printed.
func TestSecretsStayInTheirPlace(t *testing.T) {
	const own = "canary-client-secret-9Zk"
	c := newCity(t)
	c.Trakt.AddClient(traktfake.Client{ID: "own", Secret: own})
	c.put("client-secret", own)
	c.agreeing()
	var said strings.Builder
	note := func(line ...string) {
		_, out, errs := c.ctl(append(line, "--verbose")...)
		said.WriteString(out + errs)
	}
	for _, service := range all {
		line := c.signInLine(service)
		if service == "trakt" {
			line = append(line[:3:3], "--method", "device-code", "--client-id", "own", "--client-secret-file", c.file("client-secret"))
		}
		note(line...)
	}
	rounds := func(lines ...string) {
		for _, line := range lines {
			note(strings.Fields(line)...)
		}
	}
	rounds("sync", "status --json", "accounts list --json", "doctor --json", "plan --json")
	secrets := append(c.tokens(), town.Password, own, passphrase)
	if len(secrets) < 3+9 {
		t.Fatalf("only %d secrets are known to look for", len(secrets))
	}
	for _, w := range c.Weather { // a service that says what it was told
		w.On("echo", "*", -1, func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			body, _ := io.ReadAll(r.Body) // as far as it came
			w.Header().Set("Location", "https://elsewhere.test/?"+url.QueryEscape(fmt.Sprint(r.Header)))
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, "<b>%s %v %s</b>", r.URL, r.Header, body)
		})
	}
	rounds("sync --fresh", "doctor")
	for _, service := range all {
		c.Weather[service].Clear()
		c.EndSessions(service)
	}
	rounds("sync --fresh --json", "status", "accounts libraries jellyfin")
	for _, service := range all {
		rounds("accounts test " + service)
	}
	bundle := filepath.Join(c.files, "bundle.zip")
	note("support-bundle", bundle)
	places := map[string]string{"output": said.String(), "bundle": unzip(t, bundle)}
	c.filesInto(places)
	for _, leak := range leaks(secrets, places) {
		t.Error(leak)
	}
	if !strings.Contains(places["bundle"], "watchkeeper.log") || !strings.Contains(places["bundle"], "needs you") {
		t.Errorf("the bundle tells too little: %.300s", places["bundle"])
	}
	if n := strings.Count(places["output"], "connected: "); n != len(all) {
		t.Errorf("%d services were signed in to: %s", n, places["output"])
	}
}

// filesInto reads every file of the data folder.
func (w *world) filesInto(places map[string]string) {
	w.t.Helper()
	err := filepath.WalkDir(w.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		places[path] = string(data)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestSecretsOnALine: what is secret is refused on a command line, where every
// other program can read it.
func TestSecretsOnALine(t *testing.T) {
	c := newCity(t)
	c.Plex.AddUser("Ben")
	c.AtPlex.AddMember("Kid", "4711")
	c.agreeing()
	line := c.signInLine("plex")
	code, _, errs := c.ctl(append(slices.Clone(line), "--answer", "home_user=Kid", "--answer", "pin=4711")...)
	if code != app.ExitUsage || !strings.Contains(errs, "pin=@FILE") || strings.Contains(errs, "4711") {
		t.Errorf("exit %d, %s", code, errs)
	}
	code, _, errs = c.ctl(line...)
	if code != app.ExitUsage || !strings.Contains(errs, "home_user, one of: Anna, Kid; answer with --answer home_user=") {
		t.Errorf("exit %d, %s", code, errs)
	}
	c.put("pin", "4711\n")
	c.must(0, append(line, "--answer", "home_user=Anna", "--answer", "pin=@"+c.file("pin"))...)
}

// tokens are the credentials in the secrets file, read as the program reads
// them.
func (w *world) tokens() (all []string) {
	w.t.Helper()
	s := w.session()
	if err := s.reach(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	defer s.close()
	n, err := s.app.Store.Accounts(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, acc := range n {
		kept, err := s.app.Secrets(acc.ID).Load(w.t.Context())
		if err != nil || kept == "" {
			w.t.Fatalf("%s: %v", acc.Name, err)
		}
		for _, part := range strings.FieldsFunc(kept.Reveal(), func(r rune) bool { return strings.ContainsRune(`{}":,`, r) }) {
			if len(part) > 12 && !strings.HasPrefix(part, "20") && part != acc.ServerID && part != acc.UserID {
				all = append(all, part)
			}
		}
	}
	return all
}

// unzip returns names and content of everything in an archive.
func unzip(t *testing.T, path string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(f.Name + "\n" + string(data))
	}
	return all.String()
}
