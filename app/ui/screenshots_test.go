package ui

import (
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
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
var scenesLike = flag.String("scenes", "", "draw only scenes whose names begin so")

// scene is one thing to look at.
type scene struct {
	name string
	tall float32 // height of the window; 0 for the usual one
	show func(s *stage)
}

func (s scene) size() fyne.Size { return fyne.NewSize(1020, max(s.tall, 740)) }

// scenes are what there is to look at: every place, whole and with what opens
// over it, and the steps of a first run.
var scenes = []scene{
	{"first-run", 0, func(s *stage) { s.begin() }},
	{"first-run-whose", 0, func(s *stage) { s.visit(placeStatus); s.chooseService(false) }},
	{"first-run-another", 0, func(s *stage) { s.visit(placeStatus); s.chooseService(true) }},
	{"first-run-method", 0, func(s *stage) { s.begin(); s.chooseMethod(services[1], view.SignInWish{}) }},
	{"first-run-found", 0, func(s *stage) {
		s.signingIn(services[1], s.words.SignInForm("Jellyfin", "", []view.SignInField{{Name: "address", Offers: []view.SignInChoice{
			{ID: "http://192.168.1.20:8096", Name: "Attic – http://192.168.1.20:8096"}, {ID: "http://192.168.1.30:8096", Name: "Garden – http://192.168.1.30:8096"}}}}))
	}},
	{"first-run-password", 0, func(s *stage) {
		step := s.words.SignInFailed("Emby", "auth", "401 Unauthorized")
		step.Fields = s.words.SignInForm("Emby", "", []view.SignInField{{Name: "user"}, {Name: "password", Secret: true}}).Fields
		s.signingIn(services[2], step)
	}},
	{"first-run-client", 0, func(s *stage) {
		s.signingIn(services[3], s.words.SignInClient("Trakt", "trakt.client_help", "https://trakt.tv/oauth/applications"))
	}},
	{"first-run-code", 0, func(s *stage) {
		s.signingIn(services[3], s.words.SignInCode("Trakt", "7A2F90BC", "https://trakt.tv/activate", "trakt.one_app"))
	}},
	{"first-run-is-it-you", 0, func(s *stage) { s.signingIn(services[1], s.words.SignInDone("Jellyfin", "Anna", "Attic", 1)) }},
	{"first-run-look", 1000, func(s *stage) {
		s.visit(placeStatus)
		s.Show(view.From(firstLook(), noon, services, s.words))
	}},
	{"status", 0, func(s *stage) { s.visit(placeStatus) }},
	{"status-whole", 3300, func(s *stage) { s.visit(placeStatus) }},
	{"status-review", 0, func(s *stage) { s.visit(placeStatus); s.showReview(removalsPage(s), nil) }},
	{"status-close", 0, func(s *stage) { s.visit(placeStatus); s.AskClose(func() {}, func() {}) }},
	{"activity", 0, func(s *stage) { s.visit(placeActivity) }},
	{"activity-run", 0, func(s *stage) {
		s.visit(placeActivity)
		s.showRun(41, view.FromRun(*household().LastRun, household(), services, s.words).Summary)
	}},
	{"activity-undo", 0, func(s *stage) { s.visit(placeActivity); s.showUndo(undoPage(s), nil) }},
	{"library", 0, func(s *stage) { s.visit(placeLibrary) }},
	{"library-none", 0, func(s *stage) { s.library.filter.Search = "none"; s.visit(placeLibrary) }},
	{"item", 0, func(s *stage) { s.visit(placeLibrary); s.showItem(1) }},
	{"item-whole", 2000, func(s *stage) { s.visit(placeLibrary); s.showItem(1) }},
	{"item-link", 0, func(s *stage) {
		s.visit(placeLibrary)
		s.showItem(1)
		s.Carry(view.Command{Verb: view.Unlinked, Work: 1})
	}},
	{"attention", 0, func(s *stage) { s.visit(placeAttention) }},
	{"attention-whole", 2100, func(s *stage) { s.visit(placeAttention) }},
	{"attention-none", 0, func(s *stage) {
		s.actions.Attention = func(show func(view.Attention, error)) {
			show(view.AttentionOf(view.AttentionFacts{}, ledger.Status{Now: noon}, services, s.words), nil)
		}
		s.visit(placeAttention)
	}},
	{"rules", 0, func(s *stage) { s.visit(placeRules) }},
	{"rules-whole", 1300, func(s *stage) { s.visit(placeRules) }},
	{"rules-edit", 0, func(s *stage) { s.visit(placeRules); s.rules.edit(s.rules.model.Grid[1][2]) }},
	{"whatif", 0, func(s *stage) {
		s.visit(placeRules)
		s.rules.whatIf([]view.RuleEdit{{From: 1, To: 3, Feature: "ratings", Mode: "off"}})
	}},
	{"settings", 0, func(s *stage) { s.visit(placeSettings) }},
	{"settings-whole", 5600, func(s *stage) { s.visit(placeSettings) }},
	{"settings-libraries", 0, func(s *stage) { s.visit(placeSettings); s.showLibraries(1) }},
	{"settings-rename", 0, func(s *stage) { s.visit(placeSettings); s.rename("Ben") }},
	{"settings-move", 0, func(s *stage) { s.visit(placeSettings); s.move(2, "Ben") }},
	{"settings-move-another", 0, func(s *stage) { s.visit(placeSettings); s.move(2, "") }},
	{"settings-sign-out", 0, func(s *stage) {
		s.visit(placeSettings)
		s.press(view.Button{Label: s.words.Say("settings.sign_out"), Danger: true, Sure: s.words.Say("settings.sign_out_sure", "account", "Plex"), Command: view.Command{Verb: view.SignOut}})
	}},
}

// begin is a program that nothing is connected to.
func (s *stage) begin() {
	s.actions.Charts = func(show func([]view.Chart, error)) { show(nil, nil) }
	s.visit(placeStatus)
	s.Show(view.From(ledger.Status{Now: noon}, noon, services, s.words))
}

// signingIn is one step of a first sign-in.
func (s *stage) signingIn(service view.Service, step view.SignInStep) {
	s.begin()
	s.signIn(service, view.SignInWish{Service: service.Name})
	s.steps(step)
}

// TestScreenshots draws every scene in light and dark, in both languages, with
// letters as they are and half again as large.
func TestScreenshots(t *testing.T) {
	dir := *screens
	if dir == "" {
		dir = t.TempDir()
	}
	for _, scene := range scenes {
		if !strings.HasPrefix(scene.name, *scenesLike) || *screens == "" && scene.name != "status-review" {
			continue // TestNoWordIsCut looks at all of them
		}
		for _, language := range []string{"en", "de"} {
			for _, variant := range []string{"light", "dark"} {
				for _, scale := range []float32{1, 1.5} {
					if *screens == "" && (language != "de" || variant != "dark" || scale != 1.5) {
						continue // one of each kind shows that they can be drawn
					}
					name := fmt.Sprintf("%s-%s-%s-%d.png", scene.name, language, variant, int(scale*100))
					shoot(t, filepath.Join(dir, name), language, look{variant, scale}, scene)
				}
			}
		}
	}
}

func shoot(t *testing.T, path, language string, l look, scene scene) {
	t.Helper()
	s := newStageIn(t, language, l)
	s.Show(view.From(household(), noon, services, s.words))
	scene.show(s)
	settle(s.win, scene.size())
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
		size := scene.size()
		settle(s.win, size)
		if least := s.win.Content().MinSize(); least.Width > size.Width {
			t.Errorf("%s needs a window %v wide", scene.name, least.Width)
		}
		for _, l := range find[*widget.Label](s) {
			if l.Truncation == fyne.TextTruncateOff && l.Wrapping == fyne.TextWrapOff && l.Size().Width+1 < l.MinSize().Width {
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
