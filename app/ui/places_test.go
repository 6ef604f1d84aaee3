package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
	"watchkeeper/engine/ledger"
)

// TestSixPlaces: each is one press away and says what it is.
func TestSixPlaces(t *testing.T) {
	s := newStage(t)
	s.Show(view.From(household(), noon, services, s.words))
	for i, place := range []string{"Status", "Activity", "Library", "Attention (2)", "Rules", "Settings"} {
		test.Tap(s.button(place))
		if places[i].name != s.place || len(find[*widget.Label](s)) < 3 {
			t.Errorf("%s shows %s", place, s.place)
		}
	}
}

// TestLibraryPagesItsRows: 100,000 titles are one list that asks for what is
// in sight and forgets what is far away.
func TestLibraryPagesItsRows(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Library"))
	if !s.says("100,000 titles") || !s.says("Paper Lighthouse, part 1 (2001)") {
		t.Error("the first page is missing")
	}
	if s.rows > 2 {
		t.Errorf("%d pages were asked for at once", s.rows)
	}
	for i := range 40 {
		s.library.list.ScrollTo(i * 2550)
	}
	if !s.says("Paper Lighthouse, part 99450 (2000)") {
		t.Error("the end does not show")
	}
	if n := len(s.library.rows); n > keptPages+1 {
		t.Errorf("%d pages are kept", n)
	}
}

// TestLateAnswersAreDropped: rows of an earlier search never show under a
// later one.
func TestLateAnswersAreDropped(t *testing.T) {
	s := newStage(t)
	var late func([]view.LibraryRow, error)
	s.actions.Rows = func(_ view.LibraryFilter, _ []int64, show func([]view.LibraryRow, error)) {
		if late == nil {
			late = show
		}
	}
	test.Tap(s.button("Library"))
	s.library.search()
	late([]view.LibraryRow{{Title: "of the search before"}}, nil)
	if s.says("of the search before") {
		t.Error("an answer to the search before shows")
	}
}

func TestLibraryFilters(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Library"))
	chosen := find[*widget.Select](s)
	chosen[1].SetSelectedIndex(1) // the first is whose library it is
	chosen[2].SetSelectedIndex(2)
	chosen[3].SetSelectedIndex(3)
	find[*widget.Check](s)[0].SetChecked(true)
	want := view.LibraryFilter{Kind: "film", Feature: chosenFeature(), Account: "simkl", Differs: true}
	if s.filter != want {
		t.Errorf("asked for %+v, want %+v", s.filter, want)
	}
	s.library.filter.Search = "none"
	s.library.search()
	if !s.says("No title fits. Take a filter away or search for less.") {
		t.Error("an empty list says nothing")
	}
}

// chosenFeature is the second feature of the list after "everything".
func chosenFeature() string {
	return view.LibraryOf("", household(), services, view.Speak("en", nil)).Features[2].ID
}

func TestItemPage(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Library"))
	s.library.list.Select(0)
	for _, text := range []string{"Paper Lighthouse, part 1 (2001)", "Why", "History on Trakt", "Plex", "linked by you · movie:53"} {
		if !s.says(text) {
			t.Errorf("does not say %q", text)
		}
	}
	test.Tap(s.button("simkl 53"))
	if !slices.Contains(s.opened, "https://simkl.com/movies/53") {
		t.Errorf("opened %v", s.opened)
	}
	for _, label := range []string{"Never touch", "Always keep", "I’m rewatching", "Unlink", "Remove"} {
		test.Tap(s.button(label))
	}
	s.expect(view.Pin, view.Pin, view.Rewatch, view.Unlink, view.Unpin)
	test.Tap(s.button("Link an entry…"))
	test.Tap(s.button("This one"))
	s.expect(view.Link)
	test.Tap(s.button("Undo…"))
	if !s.says("2 exactly") {
		t.Error("undo did not say first how exact it is")
	}
	test.Tap(s.button("Leave it"))
	test.Tap(s.button("Back"))
	if s.shown != page(s.library) {
		t.Error("back does not lead back")
	}
}

// TestRulesAreThoughtThroughFirst: nothing is kept before its What if was seen.
func TestRulesAreThoughtThroughFirst(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Rules"))
	cells := slices.DeleteFunc(find[*widget.Button](s), func(b *widget.Button) bool { return b.Text != "" })
	if len(cells) != 6 {
		t.Fatalf("%d fields can be changed, want 6", len(cells))
	}
	test.Tap(cells[3]) // Trakt → SIMKL: the terms speak against it
	if !slices.ContainsFunc(find[*widget.Label](s), func(l *widget.Label) bool { return strings.Contains(l.Text, "does not allow") }) {
		t.Error("the terms are not shown")
	}
	find[*widget.Check](s)[0].SetChecked(true)
	find[*widget.Select](s)[1].SetSelectedIndex(1) // the first is whose rules they are
	test.Tap(s.button("What if…"))
	s.expect()
	if !s.says("Ratings on SIMKL: 1 would be added") || len(s.edits) != 3 || s.edits[0].Mode != "add-only" || !s.edits[0].Onward {
		t.Errorf("edits %+v", s.edits)
	}
	test.Tap(s.button("Keep these rules"))
	s.expect(view.Routes)
}

// TestUnwatchingIsAskedWhereDeletionsFollow: and nowhere else.
func TestUnwatchingIsAskedWhereDeletionsFollow(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Rules"))
	s.rules.edit(s.rules.model.Grid[0][1])
	var unwatch *widget.Check
	for _, c := range find[*widget.Check](s) {
		if strings.HasPrefix(c.Text, "Marking something as not watched") {
			unwatch = c
		}
	}
	if unwatch == nil || !unwatch.Disabled() {
		t.Fatalf("a rule that only adds lets it be chosen: %+v", unwatch)
	}
	lists := find[*widget.Select](s) // whose rules they are, then mode and deletions, history first
	lists[1].SetSelectedIndex(2)
	lists[2].SetSelectedIndex(1)
	if unwatch.Disabled() {
		t.Error("deletions are asked about, and it cannot be chosen")
	}
	unwatch.SetChecked(true)
	test.Tap(s.button("What if…"))
	if len(s.edits) != 1 || !s.edits[0].Unwatch || s.edits[0].Removals != "ask" {
		t.Errorf("edits %+v", s.edits)
	}
}

func TestSettingsCarryTheirChoices(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Settings"))
	for _, c := range find[*widget.Check](s) {
		if c.Text == "Start with my session" {
			c.SetChecked(true)
		}
	}
	if len(s.asked) != 1 || s.asked[0].Name != "ui.autostart" || s.asked[0].Value != "true" {
		t.Errorf("asked for %+v", s.asked)
	}
	s.asked = nil
	test.Tap(s.button("Sign out…"))
	s.expect()
	test.Tap(s.button("No, leave it"))
	s.expect()
	test.Tap(s.button("Restore…"))
	test.Tap(s.button("Restore…"))
	s.expect(view.Restore)
	test.Tap(s.button("Libraries… (1 left out)"))
	test.Tap(s.button("Keep"))
	if c := s.asked[0]; c.Verb != view.SetAccount || !slices.Equal(c.Ops, []string{"2"}) {
		t.Errorf("left out %+v", c)
	}
}

// TestAttentionAsksBeforeItAcceptsMany: one go needs a yes of its own.
func TestAttentionAsksBeforeItAcceptsMany(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Attention"))
	for _, text := range []string{"14 deletions on Trakt are on hold", "Trakt needs you to sign in again", "1 entry is not matched", "1 entry contradicts itself"} {
		if !s.says(text) {
			t.Errorf("does not say %q", text)
		}
	}
	test.Tap(s.button("Accept 1 sure match"))
	s.expect()
	test.Tap(s.button("Accept 1 sure match"))
	s.expect(view.Link)
	test.Tap(s.button("Try again"))
	s.expect(view.Free)
}

// TestNoDeadEnds: every place that shows nothing says what to do, and the keys
// reach something to press.
func TestNoDeadEnds(t *testing.T) {
	s := newStage(t)
	s.Show(view.From(household(), noon, services, s.words))
	for _, p := range places {
		s.visit(p.name)
		s.win.Canvas().Unfocus()
		seen := map[fyne.Focusable]bool{}
		for range 400 {
			s.win.Canvas().FocusNext()
			f := s.win.Canvas().Focused()
			if f == nil || seen[f] {
				break
			}
			seen[f] = true
		}
		reach := 0
		for _, b := range find[*widget.Button](s) {
			if !b.Disabled() && !seen[b] {
				t.Errorf("%s: the keys do not reach %q", p.name, b.Text)
			}
			reach++
		}
		if reach < len(places) {
			t.Errorf("%s has %d buttons", p.name, reach)
		}
	}
}

// BenchmarkLibraryScroll is what a jump in a list of 100,000 titles costs the
// window.
func BenchmarkLibraryScroll(b *testing.B) {
	s := newStage(b)
	test.Tap(s.button("Library"))
	at := 0
	for b.Loop() {
		at = (at + 7) % 100_000
		s.library.list.ScrollTo(at)
	}
}

// TestWhoIsAskedAfterASignIn: "you are Anna, right?" has a no, which signs the
// account out again.
func TestWhoIsAskedAfterASignIn(t *testing.T) {
	s := newStage(t)
	s.Show(view.From(household(), noon, services, s.words))
	s.Carry(view.Command{Verb: view.Add})
	test.Tap(s.button("Trakt"))
	s.steps(s.words.SignInDone("Trakt", "ben", "", 9))
	if !s.says("You are ben on Trakt, right? The first look only reads.") {
		t.Error("nobody asks who it is")
	}
	test.Tap(s.button("No, somebody else…"))
	if len(s.asked) != 1 || s.asked[0].Verb != view.SignOut || s.asked[0].Account != 9 {
		t.Errorf("asked for %+v", s.asked)
	}
}

// TestLookIsChosen: light, dark and large letters count at once.
func TestLookIsChosen(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Settings"))
	for _, list := range find[*widget.Select](s) {
		switch list.Selected {
		case "100 %":
			list.SetSelected("150 %")
		case "as the system":
			if slices.Contains(list.Options, "dark") {
				list.SetSelected("dark")
			}
		}
	}
	if got := s.app.Settings().Theme().(look); got != (look{"dark", 1.5}) {
		t.Errorf("it looks %+v", got)
	}
	s.expect(view.Set, view.Set)
}

// TestFocusStays: a choice draws the page anew and leaves the focus on it.
func TestFocusStays(t *testing.T) {
	s := newStage(t)
	test.Tap(s.button("Settings"))
	all := find[*widget.Check](s)
	s.win.Canvas().Focus(all[3])
	test.Tap(all[3])
	again, ok := s.win.Canvas().Focused().(*widget.Check)
	if !ok || again == all[3] || again.Text != all[3].Text {
		t.Errorf("the focus went from %q to %v", all[3].Text, s.win.Canvas().Focused())
	}
}

// TestAutostartIsAVisibleBoxOfTheFirstRun: off until chosen, and gone when the
// first run is over.
func TestAutostartIsAVisibleBoxOfTheFirstRun(t *testing.T) {
	s := newStage(t)
	box := func() *widget.Check {
		for _, c := range find[*widget.Check](s) {
			if c.Text == "Start with my session" {
				return c
			}
		}
		return nil
	}
	s.Show(view.From(ledger.Status{Now: noon}, noon, services, s.words))
	c := box()
	if c == nil || c.Checked {
		t.Fatalf("the box is %+v", c)
	}
	test.Tap(c)
	s.expect(view.Set)
	s.Show(view.From(household(), noon, services, s.words))
	if s.status.startup.Visible() {
		t.Error("the box stays for ever")
	}
}

// TestAnAccountIsGivenAfterItWasSaidWhatThatMeans: choosing another person asks
// first, leaving it asks for nothing, and somebody new needs a name.
func TestAnAccountIsGivenAfterItWasSaidWhatThatMeans(t *testing.T) {
	s := newStage(t)
	s.Show(view.From(household(), noon, services, s.words))
	test.Tap(s.button("Settings"))
	owner := func() *widget.Select { return find[*widget.Select](s)[0] }
	owner().SetSelected("Ben")
	if !s.says("Give Plex to Ben?") || !s.says(s.words.Say("people.move_text")) {
		t.Error("it is not said what that means")
	}
	test.Tap(s.button("No, leave it"))
	if s.expect(); owner().Selected != "Me" {
		t.Errorf("left alone it is shown as %q's", owner().Selected)
	}
	owner().SetSelected("Somebody else…")
	test.Tap(s.button("Give it"))
	s.expect()
	test.Type(find[*widget.Entry](s)[0], " Clara ")
	test.Tap(s.button("Give it"))
	if len(s.asked) != 1 || s.asked[0].Account != 1 || s.asked[0].Person != "Clara" || s.asked[0].Name != view.AnotherPerson {
		t.Errorf("%+v", s.asked)
	}
	s.expect(view.Move)
}
