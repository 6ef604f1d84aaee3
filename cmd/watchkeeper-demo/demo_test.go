package main

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchkeeper/providers/town"
)

// TestTruthTells: the comparison that the story is judged by sees a single
// changed title, in each feature.
func TestTruthTells(t *testing.T) {
	stage, err := newStage()
	if err != nil {
		t.Fatal(err)
	}
	defer stage.close()
	if diff := stage.differences(); len(diff) != 0 {
		t.Fatalf("an empty stage differs: %v", diff[:1])
	}
	if n := len(stage.all()); n < 2000 {
		t.Errorf("only %d titles", n)
	}
	w := stage.films[0]
	before := stage.truth()
	for name, c := range map[string]struct{ do, undo func() }{
		"play":  {func() { stage.watchedHere(w, time.Now()) }, func() { stage.anna.Unmark(w.id) }},
		"heart": {func() { stage.anna.Favorite(w.id, true) }, func() { stage.anna.Favorite(w.id, false) }},
		"list":  {func() { stage.tracked.List(w.title, time.Time{}) }, func() { stage.tracked.Unlist(w.title) }},
		"rate":  {func() { stage.tracked.Rate(w.title, 7, time.Time{}) }, func() { stage.tracked.Unrate(w.title) }},
		"pause": {func() { stage.tracked.Pause(w.title, 40, time.Time{}) }, func() { stage.tracked.ClearPause(w.title) }},
	} {
		c.do()
		if len(stage.differences()) != 1 || stage.truth().same(before) {
			t.Errorf("%s: differences %v", name, stage.differences())
		}
		c.undo()
		if len(stage.differences()) != 0 {
			t.Errorf("%s taken back: differences %v", name, stage.differences())
		}
	}
}

// TestGuide does every line that a newcomer is told to copy, with the real
// program in a shell, while somebody answers the sign-ins.
func TestGuide(t *testing.T) {
	works, err := known()
	if err != nil {
		t.Fatal(err)
	}
	it, err := town.Open(time.Now, works)
	if err != nil {
		t.Fatal(err)
	}
	defer it.Close()
	past(it, works)
	s := &street{it, nil}
	if s.program, err = s.open(t.Context(), t.TempDir(), true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Join(regexp.MustCompile(`(?m)^  (export|wk).*$`).FindAllString(s.guide(), -1), "\n")
	if strings.Count(lines, "\n") < 12 {
		t.Fatalf("too little is said:\n%s", lines)
	}
	done := make(chan string)
	go func() {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", lines).CombinedOutput()
		if err != nil {
			out = append(out, err.Error()...)
		}
		done <- string(out)
	}()
	for {
		select {
		case out := <-done:
			if strings.Count(out, "connected: ") != 6 || strings.Contains(out, "watchkeeperctl: ") || !strings.Contains(out, "exit code 0") {
				t.Errorf("%s\n%s", lines, out)
			}
			if n := len(it.AtTrakt.Plays()); n < 40 {
				t.Errorf("Trakt has %d plays", n)
			}
			return
		case <-time.After(50 * time.Millisecond):
			it.Agree()
		}
	}
}

// TestObey: what can be typed does what it says.
func TestObey(t *testing.T) {
	it, err := town.Open(time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer it.Close()
	s := &street{it, &program{}}
	for line, said := range map[string]string{
		"weather trakt down": "meets its requests with down", "weather trakt rain": "There is no weather rain; there is", "clear": "fine",
		"end plex": "has ended", "weather nowhere down": "Type here", "nonsense": "Type here", "help": "Type here", "": "",
	} {
		if got := s.obey(strings.Fields(line)); !strings.Contains(got, said) {
			t.Errorf("%q: %s", line, got)
		}
	}
}
