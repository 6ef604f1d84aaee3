package ui

import (
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
	"watchkeeper/engine/ledger"
)

var screens = flag.String("screens", "", "draw every place into this folder")
var tall = flag.Int("tall", 740, "height of the drawn window")

// scenes are what there is to look at.
var scenes = []struct {
	name string
	show func(s *stage)
}{
	{"first-run", func(s *stage) {
		s.actions.Charts = func(show func([]view.Chart, error)) { show(nil, nil) }
		s.visit(placeStatus)
		s.Show(view.From(ledger.Status{Now: noon}, noon, services, s.words))
	}},
	{"status", func(s *stage) { s.visit(placeStatus) }},
	{"activity", func(s *stage) { s.visit(placeActivity) }},
	{"library", func(s *stage) { s.visit(placeLibrary) }},
	{"item", func(s *stage) { s.visit(placeLibrary); s.showItem(1) }},
	{"attention", func(s *stage) { s.visit(placeAttention) }},
	{"rules", func(s *stage) { s.visit(placeRules) }},
	{"rules-edit", func(s *stage) { s.visit(placeRules); s.rules.edit(s.rules.model.Grid[1][2]) }},
	{"whatif", func(s *stage) {
		s.visit(placeRules)
		s.rules.whatIf([]view.RuleEdit{{From: 1, To: 3, Feature: "ratings", Mode: "off"}})
	}},
	{"settings", func(s *stage) { s.visit(placeSettings) }},
}

// TestScreenshots draws every scene in light and dark, in both languages, with
// letters as they are and half again as large.
func TestScreenshots(t *testing.T) {
	dir := *screens
	if dir == "" {
		dir = t.TempDir()
	}
	for _, scene := range scenes {
		for _, language := range []string{"en", "de"} {
			for _, variant := range []string{"light", "dark"} {
				for _, scale := range []float32{1, 1.5} {
					if *screens == "" && (language != "de" || variant != "dark" || scale != 1.5) {
						continue // one of each kind shows that they can be drawn
					}
					name := fmt.Sprintf("%s-%s-%s-%d.png", scene.name, language, variant, int(scale*100))
					shoot(t, filepath.Join(dir, name), language, look{variant, scale}, scene.show)
				}
			}
		}
	}
}

func shoot(t *testing.T, path, language string, l look, scene func(*stage)) {
	t.Helper()
	s := newStageIn(t, language, l)
	s.Show(view.From(household(), noon, services, s.words))
	scene(s)
	settle(s.win, fyne.NewSize(1020, float32(*tall)))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, s.win.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// settle lays the window out until heights agree with widths, as the real
// driver does frame by frame.
func settle(win fyne.Window, size fyne.Size) {
	for i := range 4 {
		win.Resize(size.AddWidthHeight(float32(i%2), 0))
		for _, o := range append(win.Canvas().Overlays().List(), win.Content()) {
			refresh(o)
		}
	}
	win.Resize(size)
}

func refresh(o fyne.CanvasObject) {
	for _, part := range test.LaidOutObjects(o) {
		if c, ok := part.(*fyne.Container); ok {
			c.Refresh()
		}
	}
}

// newStageIn is a stage in a language and a look.
func newStageIn(t testing.TB, language string, l look) *stage {
	t.Helper()
	s := newStage(t)
	w := view.Speak(language, time.UTC)
	actions := s.actions
	s.pages(&actions, w)
	actions.Runs = func(show func([]view.Run, error)) {
		show([]view.Run{view.FromRun(*household().LastRun, household(), services, w), view.FromRun(pastRuns()[5], household(), services, w)}, nil)
	}
	s.Screen = New(s.app, w, actions, func() {})
	s.app.Settings().SetTheme(l)
	s.Raise()
	return s
}

// TestNoWordIsCut: in the longer language and with letters half again as
// large, everything fits into the window and no text is narrower than its
// words, unless it says with an ellipsis that it goes on.
func TestNoWordIsCut(t *testing.T) {
	for _, scene := range scenes {
		s := newStageIn(t, "de", look{"light", 1.5})
		s.Show(view.From(household(), noon, services, s.words))
		scene.show(s)
		size := fyne.NewSize(1020, 740)
		settle(s.win, size)
		if least := s.win.Content().MinSize(); least.Width > size.Width {
			t.Errorf("%s needs a window %v wide", scene.name, least.Width)
		}
		for _, l := range find[*widget.Label](s) {
			titled := l.Size().Width == 0 // a dialog's own title is given no size by the toolkit
			if !titled && l.Truncation == fyne.TextTruncateOff && l.Wrapping == fyne.TextWrapOff && l.Size().Width+1 < l.MinSize().Width {
				t.Errorf("%s cuts %q: %v of %v", scene.name, l.Text, l.Size().Width, l.MinSize().Width)
			}
		}
		for _, l := range find[*widget.Select](s) {
			if words := fyne.MeasureText(l.Selected, 21, fyne.TextStyle{}).Width; l.Size().Width < words+theme.IconInlineSize() {
				t.Errorf("%s cuts the choice %q", scene.name, l.Selected)
			}
		}
		for _, b := range find[*widget.Button](s) {
			if b.Size().Width+1 < b.MinSize().Width {
				t.Errorf("%s cuts the button %q: %v of %v", scene.name, b.Text, b.Size().Width, b.MinSize().Width)
			}
		}
	}
}
