package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// NewAutostart is for a program with its arguments, as the system is to start
// them: the program's absolute path first.
func NewAutostart(command ...string) Autostart { return Autostart{command} }

// Autostart is whether the system starts the program with the session. Each
// system keeps that in a place of its own, where the person may change it too:
// it is asked every time and remembered nowhere else.
type Autostart struct{ command []string }

// put replaces a small file as a whole.
func put(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// remove takes a file away; one that is not there is no error.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
