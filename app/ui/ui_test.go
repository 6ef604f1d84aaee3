package ui

import (
	"errors"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// stage is a window on the toolkit's test driver that notes what it asks for.
type stage struct {
	*Screen
	t      testing.TB
	asked  []view.Command
	steps  func(view.SignInStep)
	wish   view.SignInWish
	typed  map[string]string
	over   bool
	review view.ReviewPage
	broken error
	opened []string
	filter view.LibraryFilter // of the latest search
	rows   int                // pages asked for
	edits  []view.RuleEdit
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t}
	actions := view.Actions{
		Post:   func(f func()) { f() },
		Do:     func(c view.Command, tell func(string)) { s.asked = append(s.asked, c); tell("") },
		Review: func(_ []int64, show func(view.ReviewPage, error)) { show(s.review, s.broken) },
		Why:    func(show func(view.ReviewPage, error)) { show(s.review, s.broken) },
		Undo: func(run int64, op string, show func(view.UndoPage, error)) {
			show(view.UndoPage{Title: "Undo this run?", Lines: []string{"2 exactly"}, Buttons: []view.Button{{Label: "Leave it", Primary: true},
				{Label: "Undo 2", Command: view.Command{Verb: view.Undo, Run: run}, Danger: true}}}, nil)
		},
		Runs: func(show func([]view.Run, error)) { show([]view.Run{{ID: 1, Summary: "3 added", When: "12:00"}}, nil) },
		SignIn: func(wish view.SignInWish, show func(view.SignInStep)) view.SignInTalk {
			s.wish, s.steps = wish, show
			return view.SignInTalk{Answer: func(m map[string]string) { s.typed = m }, Cancel: func() { s.over = true }}
		},
		OpenURL: func(page string) { s.opened = append(s.opened, page) },
	}
	s.pages(&actions, view.Speak("en", time.UTC))
	s.Screen = New(test.NewTempApp(t), view.Speak("en", time.UTC), actions, func() {})
	s.Raise()
	return s
}

// find returns what is visible of a type, in the window and over it.
func find[T fyne.CanvasObject](s *stage) (out []T) {
	roots := append([]fyne.CanvasObject{s.win.Content()}, s.win.Canvas().Overlays().List()...)
	for _, root := range roots {
		for _, o := range test.LaidOutObjects(root) {
			if v, ok := o.(T); ok && o.Visible() {
				out = append(out, v)
			}
		}
	}
	return out
}

func (s *stage) button(label string) *widget.Button {
	s.t.Helper()
	all := find[*widget.Button](s)
	for _, b := range slices.Backward(all) {
		if b.Text == label {
			return b
		}
	}
	var have []string
	for _, b := range all {
		have = append(have, b.Text)
	}
	s.t.Fatalf("no button %q among %q", label, have)
	return nil
}

func (s *stage) says(text string) bool {
	return slices.ContainsFunc(find[*widget.Label](s), func(l *widget.Label) bool { return l.Text == text })
}

func model() view.Window {
	hold := []int64{7}
	services := []view.Service{{Name: "jellyfin", Title: "Jellyfin", Methods: []string{"quick-connect", "password"}}, {Name: "trakt", Title: "Trakt", Methods: []string{"device-code"}}}
	return view.Window{Mood: view.NeedsYou, Sentence: "1 thing needs you", Details: []string{"Next look soon."},
		Buttons: []view.Button{{Label: "Sync now", Command: view.Command{Verb: view.SyncNow}}},
		Cards: []view.Card{{ID: "hold-7", Title: "14 deletions on Trakt are on hold", Why: "So many wait.", Samples: []string{"Paper Lighthouse"},
			More: "and 13 more", Buttons: []view.Button{
				{Label: "Keep them", Command: view.Command{Verb: view.Answer, Holds: hold, Answer: "keep"}, Primary: true},
				{Label: "Review…", Command: view.Command{Verb: view.Review, Holds: hold}}}}},
		Tiles: []view.Tile{{ID: 1, Service: "trakt", Letter: "T", Name: "Trakt", Who: "Signed in as anna", Health: "Up to date", Tone: view.Fine,
			Rows:    []view.TileRow{{Feature: "History", State: "up to date", Age: "just now", Count: "3 titles", Tone: view.Fine, Evidence: []string{"3 received"}}},
			Buttons: []view.Button{{Label: "Read now", Command: view.Command{Verb: view.ReadNow, Account: 1}}}}},
		LastRun:  &view.Run{ID: 4, Summary: "1 added", Undo: &view.Button{Label: "Undo this run…", Command: view.Command{Verb: view.Undo, Run: 4}}},
		Services: services,
		New:      view.NewAccount{Title: "Which service?", Whose: "Whose account is it?", Name: "Name", People: []view.Choice{{ID: "anna", Label: "Anna"}, {Label: "Somebody else…"}}},
	}
}

func (s *stage) expect(want ...view.Verb) {
	s.t.Helper()
	var got []view.Verb
	for _, c := range s.asked {
		got = append(got, c.Verb)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("asked for %q, want %q", got, want)
	}
	s.asked = nil
}

func TestStatusShowsTheModelAndCarriesItsCommands(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	for _, text := range []string{"1 thing needs you", "14 deletions on Trakt are on hold", "Paper Lighthouse", "and 13 more", "Trakt",
		"up to date · just now · 3 titles", "1 added"} {
		if !s.says(text) {
			t.Errorf("does not say %q", text)
		}
	}
	for _, label := range []string{"Sync now", "Keep them", "Read now"} {
		test.Tap(s.button(label))
	}
	if s.asked[1].Answer != "keep" || !slices.Equal(s.asked[1].Holds, []int64{7}) {
		t.Errorf("%+v", s.asked[1])
	}
	s.expect(view.SyncNow, view.Answer, view.ReadNow)
}

func TestNewsKeepsWhatIsThere(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	read, more := s.button("Read now"), s.status.tileOf[1].rows[0]
	more.toggle()
	m := model()
	m.Tiles[0].Rows[0].Age = "1 minute ago"
	s.Show(m)
	if s.button("Read now") != read {
		t.Error("the button was built anew and lost its focus")
	}
	if !s.says("up to date · 1 minute ago · 3 titles") || !s.says("3 received") {
		t.Error("the row did not change, or closed")
	}
	m = model()
	m.Cards, m.Tiles[0].Rows = nil, append(m.Tiles[0].Rows, view.TileRow{Feature: "Ratings"})
	s.Show(m)
	if s.says("14 deletions on Trakt are on hold") || !s.says("3 received") {
		t.Error("a card stayed, or an open row closed")
	}
}

func TestHiddenWindowDrawsNothing(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.Hide()
	m := model()
	m.Sentence = "In sync"
	s.Show(m)
	if s.status.sentence.Text != "1 thing needs you" {
		t.Error("drew while hidden")
	}
	s.Raise()
	if s.status.sentence.Text != "In sync" {
		t.Error("raised with old news")
	}
}

func TestUnseenWindowIsNotBuilt(t *testing.T) {
	s := New(test.NewTempApp(t), view.Speak("en", time.UTC), view.Actions{Charts: func(func([]view.Chart, error)) {}}, func() {})
	s.Show(model())
	if s.status != nil {
		t.Error("built for nobody")
	}
	s.Raise()
	if s.status.sentence.Text != "1 thing needs you" {
		t.Error("raised without its news")
	}
}

func TestTheWindowHasTheSizeThatItHad(t *testing.T) {
	for _, c := range []struct{ had, has [2]float32 }{
		{[2]float32{1200, 900}, [2]float32{1200, 900}}, {[2]float32{0, 0}, [2]float32{1020, 740}}, {[2]float32{-4, 900}, [2]float32{1020, 740}},
	} {
		s := New(test.NewTempApp(t), view.Speak("en", time.UTC), view.Actions{Charts: func(func([]view.Chart, error)) {}}, func() {})
		s.Sized(c.had[0], c.had[1])
		if _, _, known := s.Size(); known {
			t.Error("a window that was never shown has a size")
		}
		s.Raise()
		if wide, high, known := s.Size(); wide != c.has[0] || high != c.has[1] || !known {
			t.Errorf("%v: %g × %g", c.had, wide, high)
		}
	}
}

func TestNotYetFoldsTheCard(t *testing.T) {
	s := newStage(t)
	m := model()
	m.Cards = []view.Card{{ID: "first-1", Title: "The first look is done", Why: "Everything was read.", Fold: true,
		Buttons: []view.Button{{Label: "Not yet", Command: view.Command{Verb: view.Later, Holds: []int64{1, 2}}, Primary: true}}}}
	s.Show(m)
	test.Tap(s.button("Not yet"))
	if s.says("Everything was read.") || !s.says("The first look is done") {
		t.Error("the card is not one line")
	}
	test.Tap(s.button("Show"))
	if !s.says("Everything was read.") {
		t.Error("the card did not open again")
	}
	s.expect()
}

func threeDeletions() view.ReviewPage {
	return view.ReviewPage{Title: "3 deletions", Why: "So many wait.", Choose: true,
		Rows: []view.ReviewRow{{Op: "a", Title: "A"}, {Op: "b", Title: "B"}, {Op: "c", Title: "C"}},
		Buttons: []view.Button{{Label: "Keep", Command: view.Command{Verb: view.Answer, Holds: []int64{7}, Answer: "keep"}, Primary: true},
			{Label: "Delete", Command: view.Command{Verb: view.Answer, Holds: []int64{7}, Answer: "accept"}, Danger: true}}}
}

func TestReviewChoosesPart(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.review = threeDeletions()
	test.Tap(s.button("Review…"))
	ticks := find[*widget.Check](s)
	test.Tap(ticks[1]) // that of B
	if !s.says("2 chosen") {
		t.Error("does not count")
	}
	list := find[*widget.List](s)
	for range 2 { // a press on a row ticks as well, and takes the tick away
		list[len(list)-1].Select(0)
	}
	if !ticks[0].Checked || ticks[1].Checked {
		t.Error("a press on a row does not tick it")
	}
	test.Tap(s.button("Delete"))
	if len(s.asked) != 1 || !slices.Equal(s.asked[0].Ops, []string{"a", "c"}) || s.asked[0].Answer != "accept" {
		t.Errorf("%+v", s.asked)
	}
	s.asked = nil
	test.Tap(s.button("Review…"))
	test.Tap(s.button("Keep"))
	if len(s.asked) != 1 || s.asked[0].Ops != nil {
		t.Errorf("all means none named: %+v", s.asked)
	}
}

func TestReviewOfNothingDoesNothing(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.review = threeDeletions()
	test.Tap(s.button("Review…"))
	test.Tap(s.button("None"))
	if !s.button("Delete").Disabled() || !s.button("Keep").Disabled() {
		t.Error("an answer to nothing can be given")
	}
	test.Tap(s.button("All"))
	if s.button("Delete").Disabled() {
		t.Error("stays disabled")
	}
}

func TestReviewThatFailsSaysSo(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.broken = errors.New("there is no hold 7")
	test.Tap(s.button("Review…"))
	if !s.says("That did not work: there is no hold 7") {
		t.Error("says nothing")
	}
}

func TestUndoAsksFirst(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	test.Tap(s.button("Undo this run…"))
	s.expect()
	if !s.says("2 exactly") {
		t.Error("does not say how exact")
	}
	test.Tap(s.button("Undo 2"))
	s.expect(view.Undo)
}

func TestSignIn(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.Carry(view.Command{Verb: view.Add})
	test.Tap(s.button("Jellyfin"))
	test.Tap(s.button("User name and password – asked once, never kept"))
	s.steps(view.SignInStep{Fields: []view.SignInField{{Name: "user", Label: "User name"}, {Name: "password", Label: "Password", Secret: true}}})
	entries := find[*widget.Entry](s)
	if len(entries) != 2 || !entries[1].Password {
		t.Fatalf("%d fields", len(entries))
	}
	test.Type(entries[0], "Anna")
	test.Type(entries[1], "pw")
	test.Tap(s.button("Next"))
	if s.typed["user"] != "Anna" || s.typed["password"] != "pw" {
		t.Errorf("%v", s.typed)
	}
	s.steps(view.SignInStep{Fields: []view.SignInField{{Name: "server", Label: "Which server?", Choices: []view.SignInChoice{{ID: "s1", Name: "Attic"}, {ID: "s2", Name: "Cellar"}}}}})
	find[*widget.Select](s)[0].SetSelected("Cellar")
	test.Tap(s.button("Next"))
	if s.typed["server"] != "s2" {
		t.Errorf("%v", s.typed)
	}
	s.steps(view.SignInStep{Code: "402977", URL: "https://example.org/link"})
	if !s.says("402977") || !s.says("https://example.org/link") {
		t.Error("no code to read")
	}
	s.button("Open the page")
	s.steps(view.SignInStep{Text: "You are Anna", Done: true})
	test.Tap(s.button("Done"))
	if !s.over || len(s.win.Canvas().Overlays().List()) != 0 {
		t.Error("the dialog stays")
	}
	s.steps(view.SignInStep{Code: "late"})
	if s.says("late") {
		t.Error("a late step shows")
	}
}

// TestSignInTypesNothingTwice: Return goes from field to field and then on;
// what was not taken is still there, save the secret; a page that was asked for
// opens once by itself.
func TestSignInTypesNothingTwice(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.Carry(view.Command{Verb: view.SignIn, Account: 1})
	form := view.SignInStep{Fields: []view.SignInField{{Name: "user"}, {Name: "password", Secret: true}}}
	s.steps(form)
	entries := find[*widget.Entry](s)
	test.Type(entries[0], "Anna")
	entries[0].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if s.typed != nil || s.win.Canvas().Focused() != entries[1] {
		t.Fatalf("Return after the name sends %v", s.typed)
	}
	test.Type(entries[1], "pw")
	entries[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if s.typed["user"] != "Anna" || s.typed["password"] != "pw" {
		t.Fatalf("%v", s.typed)
	}
	form.Error = "It was not accepted."
	s.steps(form)
	if entries = find[*widget.Entry](s); entries[0].Text != "Anna" || entries[1].Text != "" {
		t.Errorf("%q and %q are left", entries[0].Text, entries[1].Text)
	}
	page := view.Speak("en", time.UTC).SignInCode("Plex", "", "https://example.org/allow", "")
	s.steps(page)
	s.steps(page)
	if !slices.Equal(s.opened, []string{page.URL}) {
		t.Errorf("opened %q", s.opened)
	}
}

func TestSignInAgainGoesToTheAccountsService(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.Carry(view.Command{Verb: view.SignIn, Account: 1})
	if s.steps == nil {
		t.Fatal("did not start")
	}
	s.steps(view.SignInStep{Error: "Trakt said no."})
	s.button("Another way…")
}

func TestWelcomeOffersServices(t *testing.T) {
	s := newStage(t)
	m := model()
	m.Cards, m.Tiles, m.LastRun = nil, nil, nil
	m.Welcome = &view.Welcome{Title: "Hello", Services: []view.ServiceOffer{{Service: m.Services[1], Button: "Connect Trakt…"}}}
	s.Show(m)
	test.Tap(s.button("Connect Trakt…"))
	if s.steps == nil {
		t.Error("did not start a sign-in")
	}
}

// TestAnAccountOfSomebodyElse: a new person needs a name before the sign-in
// begins; what was found in the network is one press.
func TestAnAccountOfSomebodyElse(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	s.Carry(view.Command{Verb: view.Add, Name: view.AnotherPerson})
	test.Tap(s.button("Trakt"))
	if s.steps != nil {
		t.Fatal("signs in for nobody")
	}
	test.Type(find[*widget.Entry](s)[0], "Ben")
	test.Tap(s.button("Trakt"))
	if want := (view.SignInWish{Service: "trakt", Method: "device-code", Person: "Ben", Unknown: true}); s.wish != want {
		t.Errorf("asked for %+v, want %+v", s.wish, want)
	}
	s.steps(view.SignInStep{Fields: []view.SignInField{{Name: "address", Label: "Address", Found: "Found", Offers: []view.SignInChoice{{ID: "http://attic:8096", Name: "Attic"}}}}})
	test.Tap(s.button("Attic"))
	if s.typed["address"] != "http://attic:8096" {
		t.Errorf("answered %q", s.typed)
	}
}

func TestActivityListsRuns(t *testing.T) {
	s := newStage(t)
	s.Show(model())
	test.Tap(s.button("Activity"))
	if !s.says("3 added") || s.says("1 thing needs you") {
		t.Error("shows another place")
	}
}

func TestClosingWithoutTrayAsks(t *testing.T) {
	s := newStage(t)
	stayed, quit := 0, 0
	for range 3 { // the key is held
		s.AskClose(func() { stayed++ }, func() { quit++ })
	}
	test.Tap(s.button("Keep looking in the background"))
	if open := s.win.Canvas().Overlays().List(); len(open) != 0 {
		t.Errorf("%d more questions are open", len(open))
	}
	s.AskClose(func() { stayed++ }, func() { quit++ })
	test.Tap(s.button("Quit"))
	if stayed != 1 || quit != 1 {
		t.Errorf("stayed %d, quit %d", stayed, quit)
	}
}

func TestColumns(t *testing.T) {
	test.NewTempApp(t)
	boxes := []fyne.CanvasObject{widget.NewLabel("a"), widget.NewLabel("b"), widget.NewLabel("c")}
	c := container.New(columns{least: 100}, boxes...)
	for _, w := range []struct {
		width float32
		rows  int
	}{{90, 3}, {210, 2}, {400, 1}} {
		c.Resize(fyne.NewSize(w.width, 500))
		rows := map[float32]bool{}
		for _, b := range boxes {
			rows[b.Position().Y] = true
		}
		if len(rows) != w.rows {
			t.Errorf("%v wide: %d rows, want %d", w.width, len(rows), w.rows)
		}
		if need := c.MinSize().Height; need < boxes[2].Position().Y+boxes[2].Size().Height {
			t.Errorf("%v wide: needs only %v", w.width, need)
		}
	}
}

// TestContrast: every text is readable on every ground it stands on.
func TestContrast(t *testing.T) {
	grounds := []fyne.ThemeColorName{theme.ColorNameBackground, colorPanel, colorRail, theme.ColorNameOverlayBackground}
	inks := []fyne.ThemeColorName{theme.ColorNameForeground, theme.ColorNameDisabled, theme.ColorNamePlaceHolder, theme.ColorNameError,
		theme.ColorNameWarning, theme.ColorNameSuccess, theme.ColorNameHyperlink}
	for _, v := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		for _, ground := range grounds {
			for _, ink := range inks {
				if c := contrast(look{scale: 1}.Color(ink, v), look{scale: 1}.Color(ground, v)); c < 4.5 {
					t.Errorf("variant %d: %s on %s has %.1f", v, ink, ground, c)
				}
			}
		}
		for _, pair := range [][2]fyne.ThemeColorName{{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary},
			{theme.ColorNameForegroundOnError, theme.ColorNameError}, {theme.ColorNameForeground, theme.ColorNameButton}, {theme.ColorNameForeground, colorAvatar}, {theme.ColorNameDisabled, theme.ColorNameButton}} {
			if c := contrast(look{scale: 1}.Color(pair[0], v), look{scale: 1}.Color(pair[1], v)); c < 4.5 {
				t.Errorf("variant %d: %s on %s has %.1f", v, pair[0], pair[1], c)
			}
		}
	}
}
