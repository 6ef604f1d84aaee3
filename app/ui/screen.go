// Package ui draws app/view's models with Fyne and calls the Actions that its
// buttons carry.
//
// It decides nothing and knows no engine value: what is shown is in the model,
// word for word. All of it runs on the toolkit's own goroutine; whoever calls
// in from another goes through the one post in cmd/watchkeeper. While the
// window is hidden nothing is drawn.
//
// Screen, in this file, is the window; each of its six places has a file, and
// so has each dialog.
package ui

import (
	"fmt"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
	"watchkeeper/assets"
)

// Screen is the window.
type Screen struct {
	words   *view.Words
	actions view.Actions
	app     fyne.App
	win     fyne.Window
	size    fyne.Size // of the window when it is first shown

	variant  string // of colours, as chosen
	text     string // size of letters, as chosen
	model    view.Window
	visible  bool
	asking   map[string]bool // questions that are open, by title
	place    string
	rail     map[string]*widget.Button
	here     map[string]*panel // behind the rail's buttons
	body     *fyne.Container
	status   *statusPage
	activity *activityPage
	library  *libraryPage
	item     *itemPage
	waits    *attentionPage
	rules    *rulesPage
	settings *settingsPage
	shown    page
	folded   map[string]bool // cards that the person answered with "Not yet"
}

// page is what the window shows beside the rail.
type page interface {
	object() fyne.CanvasObject
	load() // asks for what it shows anew
}

// Places of the rail, in order; the key with control and their number leads
// there.
const (
	placeStatus    = "status"
	placeActivity  = "activity"
	placeLibrary   = "library"
	placeAttention = "attention"
	placeRules     = "rules"
	placeSettings  = "settings"
)

var places = []struct {
	name string
	icon fyne.ThemeIconName
}{{placeStatus, theme.IconNameHome}, {placeActivity, theme.IconNameHistory}, {placeLibrary, theme.IconNameList},
	{placeAttention, theme.IconNameWarning}, {placeRules, theme.IconNameViewRefresh}, {placeSettings, theme.IconNameSettings}}

// New makes the window without showing it; what is in it is built when it is
// first shown, so that a program in the tray stays small. Closed is what the
// window's close button does.
func New(a fyne.App, words *view.Words, actions view.Actions, closed func()) *Screen {
	a.Settings().SetTheme(look{scale: 1})
	a.SetIcon(fyne.NewStaticResource("app.png", assets.App))
	s := &Screen{app: a, words: words, actions: actions, win: a.NewWindow("Watchkeeper"), size: fyne.NewSize(1020, 740), folded: map[string]bool{}, asking: map[string]bool{}}
	s.win.SetPadded(false)
	s.win.SetCloseIntercept(closed)
	return s
}

// Sized gives the window the size that it had before; less than it can be is
// not taken.
func (s *Screen) Sized(wide, high float32) {
	if wide >= 300 && high >= 200 {
		s.size = fyne.NewSize(wide, high)
	}
}

// Size is what the person made of the window; false before it is shown.
func (s *Screen) Size() (wide, high float32, known bool) {
	size := s.win.Canvas().Size()
	return size.Width, size.Height, s.status != nil
}

// build fills the window.
func (s *Screen) build() {
	s.rail, s.here, s.body = map[string]*widget.Button{}, map[string]*panel{}, container.NewStack()
	s.status, s.activity, s.library, s.item = newStatusPage(s), newActivityPage(s), newLibraryPage(s), newItemPage(s)
	s.waits, s.rules, s.settings = newAttentionPage(s), newRulesPage(s), newSettingsPage(s)
	s.win.SetContent(container.NewBorder(nil, nil, s.makeRail(), nil, s.body))
	s.win.Resize(s.size)
	for i, p := range places {
		key := &desktop.CustomShortcut{KeyName: fyne.KeyName(fmt.Sprint(i + 1)), Modifier: fyne.KeyModifierShortcutDefault}
		s.win.Canvas().AddShortcut(key, func(fyne.Shortcut) { s.visit(p.name) })
	}
	s.visit(placeStatus)
}

// post runs something on the toolkit's goroutine.
func (s *Screen) post(f func()) { s.actions.Post(f) }

// failed tells of an error, and whether there was one.
func (s *Screen) failed(err error) bool {
	if err != nil {
		s.Tell(s.words.Say("message.failed", "why", err.Error()))
	}
	return err != nil
}

func (s *Screen) makeRail() fyne.CanvasObject {
	list := stack()
	for _, p := range places {
		b := widget.NewButtonWithIcon(s.words.Say("place."+p.name), theme.Icon(p.icon), func() { s.visit(p.name) })
		b.Alignment, b.Importance = widget.ButtonAlignLeading, widget.LowImportance
		s.rail[p.name], s.here[p.name] = b, ground(b, colorRail)
		s.here[p.name].corner = 6
		list.Add(s.here[p.name])
	}
	add := widget.NewButtonWithIcon(s.words.Say("button.add_account"), theme.ContentAddIcon(), func() { s.Carry(view.Command{Verb: view.Add}) })
	add.Alignment, add.Importance = widget.ButtonAlignLeading, widget.LowImportance
	frame := layout.NewCustomPaddedLayout(sheetPad, sheetPad, 8, 8)
	return ground(container.New(frame, container.NewBorder(list, add, nil, nil)), colorRail)
}

// visit shows a place.
func (s *Screen) visit(place string) {
	s.place = place
	for name, ground := range s.here {
		ground.fill = colorRail
		if name == place {
			ground.fill = colorAvatar
		}
		ground.Refresh()
	}
	next := map[string]page{placeStatus: s.status, placeActivity: s.activity, placeLibrary: s.library, placeAttention: s.waits,
		placeRules: s.rules, placeSettings: s.settings}[place]
	s.put(next)
	next.load()
}

// put shows a page beside the rail.
func (s *Screen) put(p page) {
	s.shown = p
	s.body.Objects = []fyne.CanvasObject{p.object()}
	s.body.Refresh()
	if p == page(s.item) {
		s.item.load()
	}
}

// again brings what is shown up to date after something was done.
func (s *Screen) again() {
	if s.visible && s.shown != nil {
		s.shown.load()
	}
}

// Show takes a new model. It is drawn when the window is visible.
func (s *Screen) Show(m view.Window) {
	if reflect.DeepEqual(m, s.model) {
		return
	}
	news := m.LastRun != nil && (s.model.LastRun == nil || m.LastRun.ID != s.model.LastRun.ID)
	s.model = m
	if !s.visible {
		return
	}
	s.status.draw(m)
	s.drawCount()
	if news && s.shown != page(s.settings) && s.shown != page(s.rules) {
		s.again()
	}
}

// drawCount writes how much waits beside the place where it does.
func (s *Screen) drawCount() {
	text := s.words.Say("place.attention")
	if n := view.Waiting(s.model); n != "" {
		text = s.words.Say("place.attention_count", "n", n)
	}
	if b := s.rail[placeAttention]; b.Text != text {
		b.SetText(text)
	}
}

// Raise shows the window in front of others.
func (s *Screen) Raise() {
	s.visible = true
	if s.status == nil {
		s.build()
	} else {
		s.again()
	}
	s.status.draw(s.model)
	s.drawCount()
	s.win.Show()
	s.win.RequestFocus()
}

// Hide hides the window; nothing is drawn until it is raised.
func (s *Screen) Hide() {
	s.visible = false
	s.win.Hide()
}

// Tell shows a message, in the window.
func (s *Screen) Tell(words string) {
	if words == "" {
		return
	}
	s.dialog(s.win.Title(), wrapped(words), view.Button{Label: s.words.Say("message.close"), Primary: true})
}

// AskClose asks what closing the window means where no tray can keep it.
func (s *Screen) AskClose(stay, quit func()) {
	s.ask(s.words.Say("window.close_title"), func(done func()) (fyne.CanvasObject, []fyne.CanvasObject) {
		keep := primary(s.words.Say("window.close_stay"), func() { done(); stay() })
		end := widget.NewButton(s.words.Say("window.close_quit"), func() { done(); quit() })
		return wrapped(s.words.Say("window.close_text")), []fyne.CanvasObject{keep, end}
	})
}

// ask shows a question that is there once, however often it is asked: a key
// that is held closes the window many times.
func (s *Screen) ask(title string, with func(done func()) (content fyne.CanvasObject, buttons []fyne.CanvasObject)) {
	if s.asking[title] {
		return
	}
	s.asking[title] = true
	var d *sheet
	content, buttons := with(func() { d.Hide() })
	d = s.sheet(title, content, buttons...)
	d.closed = func() { delete(s.asking, title) }
	d.Show()
}

// dialog shows content over the window until a button is pressed; every button
// carries its command.
func (s *Screen) dialog(title string, content fyne.CanvasObject, buttons ...view.Button) {
	var d *sheet
	var row []fyne.CanvasObject
	for _, b := range buttons {
		drawn := s.button(b)
		drawn.OnTapped = func() {
			d.Hide()
			if b.Command.Verb != "" {
				s.actions.Do(b.Command, s.Tell)
			}
		}
		row = append(row, drawn)
	}
	d = s.sheet(title, content, row...)
	d.Show()
}

// closable shows content with one button that closes it; the returned function
// does so too.
func (s *Screen) closable(title string, content fyne.CanvasObject) (close func()) {
	var d *sheet
	d = s.sheet(title, content, widget.NewButton(s.words.Say("message.close"), func() { d.Hide() }))
	d.Show()
	return d.Hide
}
