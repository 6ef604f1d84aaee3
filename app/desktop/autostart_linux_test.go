package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adrg/xdg"
)

func autostart(t *testing.T, command ...string) Autostart {
	t.Helper()
	t.Cleanup(xdg.Reload) // runs after the variable is back
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	xdg.Reload()
	return NewAutostart(command...)
}

func TestAutostartIsOffUntilChosen(t *testing.T) {
	a := autostart(t, "/opt/watch keeper", "--background")
	want := func(on bool) {
		t.Helper()
		if got, err := a.Enabled(); got != on || err != nil {
			t.Errorf("%v %v, want %v", got, err, on)
		}
	}
	want(false)
	for _, on := range []bool{true, true, false, false, true} {
		if err := a.Set(on); err != nil {
			t.Fatal(err)
		}
		want(on)
	}
	for _, off := range []string{"Hidden=true", "Hidden = true", "X-GNOME-Autostart-enabled=false"} { // as desktops switch it off
		if err := put(autostartFile(), a.entry()+off+"\n"); err != nil {
			t.Fatal(err)
		}
		want(false)
	}
	if entries, err := os.ReadDir(filepath.Dir(autostartFile())); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// TestAutostartQuotesWords by the examples of the Desktop Entry Specification:
// a literal $ in a quoted word is written \\$, a backslash as four.
func TestAutostartQuotesWords(t *testing.T) {
	a := autostart(t, "/opt/watch keeper", `a$b`, `c\d`, `"e"`, "100%", "--background")
	want := `Exec="/opt/watch keeper" "a\\$b" "c\\\\d" "\\"e\\"" "100%%" "--background"` + "\n"
	if got := a.entry(); !strings.Contains(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestAutostartSaysWhatFailed(t *testing.T) {
	a := autostart(t, "/opt/watchkeeper")
	if err := os.MkdirAll(filepath.Join(autostartFile(), "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Enabled(); err == nil {
		t.Error("a folder in the place of the file is no error")
	}
	if err := a.Set(true); err == nil {
		t.Error("wrote over a folder")
	}
}
