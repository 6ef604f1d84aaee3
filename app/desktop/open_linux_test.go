package desktop

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOpenTellsWhetherItWorked(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if Open("https://example.org/") == nil {
		t.Error("opened without anything that opens")
	}
	script := "#!/bin/sh\n[ \"$1\" = 'https://example.org/?a=$(b)' ]\n"
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Open("https://example.org/?a=$(b)"); err != nil {
		t.Error(err)
	}
	if Open("https://example.org/other") == nil {
		t.Error("a page that was not opened is no error")
	}
}
