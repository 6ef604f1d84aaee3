package main

import (
	"testing"
	"time"
)

// TestTruthTells: the comparison that the story is judged by sees a single
// changed title, in each feature.
func TestTruthTells(t *testing.T) {
	town, err := newTown()
	if err != nil {
		t.Fatal(err)
	}
	defer town.close()
	if diff := town.differences(); len(diff) != 0 {
		t.Fatalf("an empty town differs: %v", diff[:1])
	}
	if n := len(town.all()); n < 2000 {
		t.Errorf("only %d titles", n)
	}
	w := town.films[0]
	before := town.truth()
	for name, c := range map[string]struct{ do, undo func() }{
		"play":  {func() { town.watchedHere(w, time.Now()) }, func() { town.anna.Unmark(w.id) }},
		"heart": {func() { town.anna.Favorite(w.id, true) }, func() { town.anna.Favorite(w.id, false) }},
		"list":  {func() { town.tracked.List(w.title, time.Time{}) }, func() { town.tracked.Unlist(w.title) }},
		"rate":  {func() { town.tracked.Rate(w.title, 7, time.Time{}) }, func() { town.tracked.Unrate(w.title) }},
		"pause": {func() { town.tracked.Pause(w.title, 40, time.Time{}) }, func() { town.tracked.ClearPause(w.title) }},
	} {
		c.do()
		if len(town.differences()) != 1 || town.truth().same(before) {
			t.Errorf("%s: differences %v", name, town.differences())
		}
		c.undo()
		if len(town.differences()) != 0 {
			t.Errorf("%s taken back: differences %v", name, town.differences())
		}
	}
}
