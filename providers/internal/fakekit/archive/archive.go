// Package archive finds the answers that were recorded from the services, so
// that tests can hold the decoders to all of them: whatever a file is called,
// however deep in it an answer lies. It does not know the services; each
// adapter's test says which of what it is shown is an answer of its own.
// Read providers/trakt/recorded_test.go for how it is used.
package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Answer is one JSON object or list somewhere in a file.
type Answer struct {
	Where string // the file and the way to it, such as "sync/history.json 3.show"
	Raw   json.RawMessage
}

// Object returns the members of an object; nil when the answer is none.
func (a Answer) Object() (members map[string]json.RawMessage) {
	_ = json.Unmarshal(a.Raw, &members) // a list has no members
	return members
}

// Rows returns the elements of a list when each is an object; nil when one is
// not, when there are none, and when the answer is no list.
func (a Answer) Rows() (rows []map[string]json.RawMessage) {
	if json.Unmarshal(a.Raw, &rows) != nil || slices.ContainsFunc(rows, func(r map[string]json.RawMessage) bool { return r == nil }) {
		return nil
	}
	return rows
}

// Each shows every object and list in every file of a service, outer ones
// first. An answer that a file keeps as text is shown too. seen returns true
// for what it knows: then nothing deeper is shown. A file in which it knew
// nothing is named; a folder in which it knew nothing fails the test. Where no
// file is at hand nothing is shown.
func Each(t *testing.T, service string, seen func(Answer) bool) {
	t.Helper()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for !isRoot(here) {
		above := filepath.Dir(here)
		if above == here {
			t.Fatal("no go.mod above this test")
		}
		here = above
	}
	Within(t, os.DirFS(filepath.Join(filepath.Dir(here), "shared", "fixtures", service)), seen)
}

func isRoot(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// Within is Each for the files of a folder.
func Within(t *testing.T, folder fs.FS, seen func(Answer) bool) {
	t.Helper()
	files, known := 0, 0
	err := fs.WalkDir(folder, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(filepath.Ext(path), ".json") && filepath.Ext(path) != ".ndjson" {
			return err
		}
		data, err := fs.ReadFile(folder, path)
		if err != nil {
			return err
		}
		files++
		used := 0
		err = eachIn(path, data, func(a Answer) bool {
			yes := seen(a)
			if yes {
				used++
			}
			return yes
		})
		if known += used; used == 0 {
			t.Logf("%s: nothing in it is known here", path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	switch {
	case files == 0:
		t.Log("no recorded answers are at hand")
	case known == 0:
		t.Errorf("nothing in %d files is known here", files)
	}
}

// eachIn reads a file of one or several JSON values.
func eachIn(path string, data []byte, seen func(Answer) bool) error {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New(path + ": " + err.Error())
		}
		descend(Answer{Where: path, Raw: raw}, " ", seen)
	}
}

func descend(a Answer, sep string, seen func(Answer) bool) {
	var said string
	if json.Unmarshal(a.Raw, &said) == nil && json.Valid([]byte(said)) {
		a.Raw = json.RawMessage(strings.TrimSpace(said))
	}
	if len(a.Raw) == 0 || a.Raw[0] != '{' && a.Raw[0] != '[' || seen(a) {
		return
	}
	var list []json.RawMessage
	if json.Unmarshal(a.Raw, &list) == nil {
		for i, raw := range list {
			descend(Answer{a.Where + sep + strconv.Itoa(i), raw}, ".", seen)
		}
		return
	}
	members := a.Object()
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		descend(Answer{a.Where + sep + name, members[name]}, ".", seen)
	}
}
