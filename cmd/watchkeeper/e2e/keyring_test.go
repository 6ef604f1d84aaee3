//go:build e2e

package e2e

import (
	"archive/zip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// keyring starts a real Secret Service with an unlocked keyring on the desk's
// bus.
func (d *desk) keyring() {
	d.t.Helper()
	cmd := exec.Command("gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground")
	cmd.Env, cmd.Stdin = d.env, strings.NewReader("desk")
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	d.eventually("the keyring", patience, func() bool {
		var there bool
		err := d.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&there)
		return err == nil && there
	})
}

// tokens are the access and refresh tokens that the keyring's entries hold.
func (h *home) tokens() []string {
	h.t.Helper()
	out := h.mustRun("secret-tool", "search", "--all", "--unlock", "service", "watchkeeper-demo")
	var words []string
	for line := range strings.Lines(out) {
		_, secret, found := strings.Cut(line, "secret = ")
		if !found {
			continue
		}
		var fields map[string]any
		if json.Unmarshal([]byte(secret), &fields) != nil {
			continue // the run number that is kept beside
		}
		for _, name := range []string{"t", "a", "r"} {
			if text, ok := fields[name].(string); ok {
				words = append(words, text)
			}
		}
	}
	return words
}

// leaks looks for a text in everything that the program leaves behind or shows
// to other programs.
func (h *home) leaks(secret string) (places []string) {
	h.t.Helper()
	note := func(place string, r io.Reader) {
		data, err := io.ReadAll(r)
		if err == nil && strings.Contains(string(data), secret) {
			places = append(places, place)
		}
	}
	visit := func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !e.Type().IsRegular() || strings.HasSuffix(path, ".keyring") {
			return nil
		}
		if f, err := os.Open(path); err == nil {
			defer f.Close()
			note(path, f)
		}
		if z, err := zip.OpenReader(path); err == nil {
			defer z.Close()
			for _, part := range z.File {
				if f, err := part.Open(); err == nil {
					note(path+"/"+part.Name, f)
				}
			}
		}
		return nil
	}
	for _, root := range []string{h.data, h.value("HOME"), h.value("XDG_RUNTIME_DIR")} {
		if err := filepath.WalkDir(root, visit); err != nil {
			h.t.Fatal(err)
		}
	}
	for _, kind := range []string{"cmdline", "environ"} {
		all, _ := filepath.Glob("/proc/[0-9]*/" + kind)
		for _, path := range all {
			if f, err := os.Open(path); err == nil {
				note(path, f)
				_ = f.Close()
			}
		}
	}
	note("the program's output", strings.NewReader(h.said()))
	return places
}

// value is a variable of the desk's environment.
func (d *desk) value(name string) string {
	for _, v := range d.env {
		if value, found := strings.CutPrefix(v, name+"="); found {
			return value
		}
	}
	return ""
}
