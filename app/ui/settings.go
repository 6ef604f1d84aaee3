package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// settingsPage is the sixth place. It knows no setting: the model says what
// each row is and what a choice asks for.
type settingsPage struct {
	screen *Screen
	root   *container.Scroll
	body   *fyne.Container
}

func newSettingsPage(s *Screen) *settingsPage {
	p := &settingsPage{screen: s, body: column()}
	p.root = container.NewVScroll(framed(p.body))
	return p
}

func (p *settingsPage) object() fyne.CanvasObject { return p.root }

func (p *settingsPage) load() { p.screen.actions.Settings(p.draw) }

func (p *settingsPage) draw(m view.Settings, err error) {
	if p.screen.failed(err) {
		return
	}
	parts := []fyne.CanvasObject{heading(m.Title)}
	for _, section := range m.Sections {
		parts = append(parts, p.section(section))
	}
	p.screen.redraw(p.body, func() {
		p.body.Objects = parts
		p.body.Refresh()
	})
}

func (p *settingsPage) section(m view.Section) fyne.CanvasObject {
	content := stack(heading(m.Title))
	if m.Text != "" {
		content.Add(quiet(m.Text))
	}
	for _, row := range m.Rows {
		content.Add(p.row(row))
	}
	return newPanel(content, "")
}

func (p *settingsPage) row(m view.SettingRow) fyne.CanvasObject {
	words := container.New(tight{})
	if m.Label != "" && !m.Switch {
		words.Add(wrapped(m.Label))
	}
	if m.Switch {
		words.Add(p.turn(m))
	}
	if m.Help != "" {
		words.Add(quiet(m.Help))
	}
	side := container.NewHBox()
	if len(m.Choices) > 0 {
		side.Add(roomy(chooser(m.Choices, m.Value, func(id string) {
			if id != m.Value {
				p.change(m.Change, id)
			}
		})))
	}
	if len(words.Objects) == 0 {
		return p.screen.buttons(m.Buttons)
	}
	for _, b := range m.Buttons {
		side.Add(p.screen.button(b))
	}
	if len(m.Links) > 0 {
		links := container.New(&flow{})
		for _, l := range m.Links {
			b := widget.NewButton(l.Label, func() { p.screen.actions.OpenURL(l.ID) })
			b.Importance = widget.LowImportance
			links.Add(b)
		}
		words.Add(links)
	}
	return container.NewBorder(nil, nil, nil, container.NewCenter(side), words)
}

// turn is a switch.
func (p *settingsPage) turn(m view.SettingRow) fyne.CanvasObject {
	check := widget.NewCheck(m.Label, nil)
	check.SetChecked(m.On)
	check.OnChanged = func(on bool) {
		value := "false"
		if on {
			value = "true"
		}
		p.change(m.Change, value)
	}
	return check
}

// change keeps a choice. A command that has a value already carries that one.
func (p *settingsPage) change(c view.Command, value string) {
	if c.Value == "" {
		c.Value = value
	}
	switch plain := strings.Trim(c.Value, `"`); c.Name {
	case "ui.theme":
		p.screen.SetLook(plain, p.screen.text)
	case "ui.text":
		p.screen.SetLook(p.screen.variant, plain)
	}
	p.screen.Carry(c)
}

// SetLook shows light or dark, or follows the system with ""; text is the size
// of letters in percent, "" for 100.
func (s *Screen) SetLook(variant, text string) {
	s.variant, s.text = variant, text
	scale := float32(1)
	if percent, err := strconv.Atoi(text); err == nil && percent >= 50 && percent <= 300 {
		scale = float32(percent) / 100
	}
	s.app.Settings().SetTheme(look{variant, scale})
}

// showLibraries lets parts of a media server be left out.
func (s *Screen) showLibraries(account int64) {
	s.actions.Libraries(account, func(parts []view.LibraryPart, err error) {
		if s.failed(err) {
			return
		}
		if len(parts) == 0 {
			s.Tell(s.words.Say("settings.libraries_none"))
			return
		}
		s.chooseLibraries(account, parts)
	})
}

func (s *Screen) chooseLibraries(account int64, parts []view.LibraryPart) {
	list := stack(wrapped(s.words.Say("settings.libraries_text")))
	for i := range parts {
		check := widget.NewCheck(parts[i].Name, func(on bool) { parts[i].On = on })
		check.SetChecked(parts[i].On)
		list.Add(check)
	}
	var d *sheet
	keep := primary(s.words.Say("settings.keep"), func() {
		d.Hide()
		var out []string
		for _, part := range parts {
			if !part.On {
				out = append(out, part.ID)
			}
		}
		s.Carry(view.Command{Verb: view.SetAccount, Account: account, Name: "left_out", Ops: out})
	})
	d = s.sheet(s.words.Say("settings.libraries_title"), list, widget.NewButton(s.words.Say("login.cancel"), func() { d.Hide() }), keep)
	d.Show()
}
