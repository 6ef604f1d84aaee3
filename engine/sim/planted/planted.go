// Package planted proves that the proofs can fail: it plants, one at a time,
// the faults by which tools of this kind lose data, and each must be caught:
// in the small world, by the scenarios, by random decisions, by simulated lives
// within 500 seeds, or, where the engine makes up for the fault elsewhere, by the test of the
// rule itself. What breaks the journal or the disk is planted in the crash
// tests.
//
// A fault is a small replacement in one file of the engine. It is applied with
// go test -overlay, so that nothing that ships has a switch for it. Read
// bugs.go for the list.
package planted

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Bug is one fault.
type Bug struct {
	Name string
	// Breaks is the invariant, or the rule, that no longer holds.
	Breaks string
	// File is the source that is changed, from the module's root.
	File string
	// Old occurs exactly once in File and becomes New.
	Old, New string
	// By are the proofs that see it, besides simulated decisions and lives.
	By Proof
}

// Proof is a test package with the test that must fail.
type Proof struct{ Package, Test string }

// Overlay writes the changed file below dir, with the overlay that go build
// applies, and returns the overlay's path. root is the module's folder. The
// error says that the source has moved on and the bug has to be written anew.
func (b Bug) Overlay(root, dir string) (string, error) {
	out, err := b.overlay(root, dir)
	if err != nil {
		return "", fmt.Errorf("planted %s: %w", b.Name, err)
	}
	return out, nil
}

func (b Bug) overlay(root, dir string) (string, error) {
	path, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(b.File)))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), b.Old); n != 1 {
		return "", fmt.Errorf("%s has its text %d times, not once", b.File, n)
	}
	changed, out := filepath.Join(dir, filepath.Base(b.File)), filepath.Join(dir, "overlay.json")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		return "", err
	}
	planted := strings.Replace(string(source), b.Old, b.New, 1)
	return out, errors.Join(os.WriteFile(changed, []byte(planted), 0o600), os.WriteFile(out, overlay, 0o600))
}
