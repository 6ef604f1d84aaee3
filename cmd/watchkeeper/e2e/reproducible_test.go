//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestBuildsAreReproducible: both programs are the same byte for byte, in
// whatever folder they are built.
func TestBuildsAreReproducible(t *testing.T) {
	t.Parallel()
	here, there := filepath.Join(t.TempDir(), "here"), filepath.Join(t.TempDir(), "there")
	for _, folder := range []string{"app", "assets", "cmd", "engine", "providers"} {
		if err := os.CopyFS(filepath.Join(here, folder), os.DirFS(filepath.Join("../../..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		if err := os.WriteFile(filepath.Join(here, file), read(t, filepath.Join("../../..", file)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	one, two := t.TempDir(), t.TempDir()
	names := []string{"watchkeeper", "watchkeeperctl"}
	for _, name := range names {
		build(here, one, name)
	}
	if err := os.Rename(here, there); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		build(there, two, name)
		if !bytes.Equal(read(t, filepath.Join(one, name)), read(t, filepath.Join(two, name))) {
			t.Errorf("%s differs when it is built elsewhere", name)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
