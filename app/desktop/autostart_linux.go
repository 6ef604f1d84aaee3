package desktop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
)

// autostartFile is the person's own entry (Desktop Application Autostart
// Specification). Not a systemd unit: those start before the session has a
// tray.
func autostartFile() string { return filepath.Join(xdg.ConfigHome, "autostart", ID+".desktop") }

// Enabled tells whether the session starts the program.
func (a Autostart) Enabled() (bool, error) {
	text, err := os.ReadFile(autostartFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("autostart: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		switch strings.ReplaceAll(strings.TrimSpace(line), " ", "") {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return false, nil
		}
	}
	return true, nil
}

// Set switches it on, or off.
func (a Autostart) Set(on bool) error {
	err := remove(autostartFile())
	if on {
		err = put(autostartFile(), a.entry())
	}
	if err != nil {
		return fmt.Errorf("autostart: %w", err)
	}
	return nil
}

func (a Autostart) entry() string {
	var words []string
	for _, w := range a.command {
		words = append(words, execWord(w))
	}
	return "[Desktop Entry]\nType=Application\nName=" + Name + "\nExec=" + strings.Join(words, " ") +
		"\nIcon=" + ID + "\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
}

// execWord quotes a word as Exec keys want it, and that once more as every
// text in the file is (Desktop Entry Specification, "The Exec key").
func execWord(word string) string {
	inner := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`, `%`, `%%`).Replace(word)
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(`"` + inner + `"`)
}
