package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"watchkeeper/app/view"
	"watchkeeper/engine/media"
	"watchkeeper/providers"
)

func TestPausesEnd(t *testing.T) {
	zone := time.FixedZone("east", 2*3600)
	evening := time.Date(2026, 3, 31, 22, 30, 0, 0, zone)
	for d, want := range map[view.PauseFor]time.Time{
		view.OneHour:      evening.Add(time.Hour),
		view.TillTomorrow: time.Date(2026, 4, 1, 7, 0, 0, 0, zone),
		view.TillResumed:  {},
	} {
		if got := until(d, evening); got != media.At(want) {
			t.Errorf("%s: %s, want %s", d, got, media.At(want))
		}
	}
}

// TestCommandsWithoutHouse: a window over a data folder that cannot be used
// says so, whatever is pressed.
func TestCommandsWithoutHouse(t *testing.T) {
	p := &program{words: view.Speak("en", time.UTC)}
	for _, v := range []view.Verb{view.SyncNow, view.Answer, view.Pause, view.Undo, view.Bundle} {
		if _, err := p.perform(t.Context(), view.Command{Verb: v}); err == nil {
			t.Errorf("%s did something", v)
		}
	}
	for _, c := range []view.Command{{Verb: view.Restart}, {Verb: view.Restore, Name: "b1.db"}} {
		ended := 0
		p.post = func(func()) { ended++ }
		p.toolkit = test.NewTempApp(t)
		if _, err := p.perform(t.Context(), c); err != nil || ended != 1 || !p.anew || p.restore != c.Name {
			t.Errorf("%s: %v, %+v", c.Verb, err, p)
		}
	}
	if said, err := p.perform(t.Context(), view.Command{Verb: view.About}); err != nil || said == "" {
		t.Errorf("about: %q %v", said, err)
	}
}

// TestEverySwitchOfAServiceIsInTheWindow: with words of its own.
func TestEverySwitchOfAServiceIsInTheWindow(t *testing.T) {
	words, seen := view.Speak("en", time.UTC), 0
	for _, s := range providers.All(nil) {
		for _, o := range s.Options {
			seen++
			for _, key := range []string{"option." + o.Name, "option_help." + o.Name} {
				if words.Say(key) == key || !slices.Equal(o.Values, []string{"on", "off"}) {
					t.Errorf("%s: the window has no switch for %s %v", s.Name, o.Name, o.Values)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no service has a switch")
	}
}

func TestOptionsKeepDemosApart(t *testing.T) {
	own, dir, err := flags{}.options()
	if err != nil || own.Services != nil {
		t.Fatal(own, err)
	}
	if _, _, err := (flags{services: "missing.json"}).options(); err == nil {
		t.Error("a missing services file is no error")
	}
	if _, other, _ := (flags{dir: "somewhere"}).options(); other == dir {
		t.Errorf("%s although another folder was named", other)
	}
}

// TestSessionStartsTheSameProgram: in the tray, on the same data folder, from
// whatever folder the session starts in.
func TestSessionStartsTheSameProgram(t *testing.T) {
	if got := (flags{}).again(); len(got) != 2 || !filepath.IsAbs(got[0]) || got[1] != "--background" {
		t.Errorf("%q", got)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if got := (flags{dir: "data"}).again(); !slices.Equal(got[1:], []string{"--background", "--data", filepath.Join(here, "data")}) {
		t.Errorf("%q", got)
	}
}

// TestEveryServiceIsWorded: a new service needs words for what it asks, and
// nothing else here.
func TestEveryServiceIsWorded(t *testing.T) {
	w := view.Speak("en", time.UTC)
	for _, s := range providers.All(nil) {
		for _, m := range s.Methods {
			if key := "method." + string(m); w.Say(key) == key {
				t.Errorf("%s: there is no text for the sign-in by %s", s.Name, m)
			}
		}
		if s.ClientHelp == "" {
			continue
		}
		if step := w.SignInClient(s.Title, s.ClientHelp, s.ClientPage); strings.HasPrefix(step.Text, "client_help.") || step.URL == "" {
			t.Errorf("%s: there is no text or no page for %s", s.Name, s.ClientHelp)
		}
	}
}
