package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// itemPage is the page of one work, over the place that it was opened from.
type itemPage struct {
	screen *Screen
	root   *container.Scroll
	body   *fyne.Container
	work   int64
}

func newItemPage(s *Screen) *itemPage {
	p := &itemPage{screen: s, body: column()}
	p.root = container.NewVScroll(framed(p.body))
	return p
}

func (p *itemPage) object() fyne.CanvasObject { return p.root }

// load brings the page of its work anew.
func (p *itemPage) load() {
	work := p.work
	p.screen.actions.Item(p.screen.library.filter.Person, work, func(item view.Item, err error) {
		if !p.screen.failed(err) && work == p.work {
			p.draw(item)
		}
	})
}

// showItem opens the page of a work.
func (s *Screen) showItem(work int64) {
	s.item.work = work
	s.item.body.Objects = []fyne.CanvasObject{s.backButton(), quiet(s.words.Say("library.loading"))}
	s.item.body.Refresh()
	s.item.root.ScrollToTop()
	s.put(s.item)
}

func (s *Screen) backButton() fyne.CanvasObject {
	back := widget.NewButtonWithIcon(s.words.Say("item.back"), theme.NavigateBackIcon(), func() { s.visit(s.place) })
	return container.NewHBox(back)
}

func (p *itemPage) draw(m view.Item) {
	s := p.screen
	title := heading(m.Title)
	title.SizeName = theme.SizeNameHeadingText
	parts := []fyne.CanvasObject{s.backButton(), container.New(tight{}, title, quiet(m.Kind)), s.buttons(m.Buttons), p.places(m)}
	parts = append(parts, section(m.Heads.Why, m.Heads.NoWhy, p.whys(m.Why))...)
	parts = append(parts, section(m.Heads.Links, m.Heads.NoLinks, append(p.links(m.Links), p.ids(m.IDs)...))...)
	parts = append(parts, section(m.Heads.Pins, m.Heads.NoPins, p.pins(m.Pins))...)
	parts = append(parts, section(m.Heads.Story, m.Heads.NoStory, p.story(m.Story))...)
	p.screen.redraw(p.body, func() {
		p.body.Objects = parts
		p.body.Refresh()
	})
}

// section is a headed panel, or what stands in an empty one.
func section(title, empty string, rows []fyne.CanvasObject) []fyne.CanvasObject {
	if len(rows) == 0 {
		rows = []fyne.CanvasObject{quiet(empty)}
	}
	return []fyne.CanvasObject{heading(title), newPanel(stack(rows...), "")}
}

func (p *itemPage) places(m view.Item) fyne.CanvasObject {
	row := container.New(columns{least: 220, gap: pageGap})
	for _, place := range m.Places {
		list := container.New(tight{}, bold(place.Account))
		for _, v := range place.Values {
			list.Add(container.NewBorder(nil, nil, widget.NewIcon(presence(v.Sign)), nil, wrapped(joined(v.Text, v.Note))))
		}
		row.Add(newPanel(list, ""))
	}
	return stack(heading(m.Heads.Places), row)
}

func (p *itemPage) whys(all []view.ItemWhy) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, w := range all {
		out = append(out, container.NewBorder(nil, nil, top(widget.NewIcon(sign(w.Tone))), nil, container.New(tight{}, bold(w.What), wrapped(w.Why), small(w.Evidence))))
	}
	return out
}

// small is quiet text that takes no room where there is nothing to say.
func small(text string) fyne.CanvasObject {
	l := quiet(text)
	show(l, text != "")
	return l
}

func (p *itemPage) links(all []view.ItemLink) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, l := range all {
		buttons := container.NewHBox()
		if l.URL != "" {
			buttons.Add(widget.NewButtonWithIcon(p.screen.words.Say("item.open"), theme.ComputerIcon(), func() { p.screen.actions.OpenURL(l.URL) }))
		}
		buttons.Add(p.screen.button(l.Unlink))
		out = append(out, container.NewBorder(nil, nil, nil, container.NewCenter(buttons), container.New(tight{}, bold(l.Account), quiet(joined(l.Why, l.Key)))))
	}
	return out
}

func (p *itemPage) ids(all []view.ItemID) []fyne.CanvasObject {
	row := container.New(&flow{})
	for _, id := range all {
		if id.URL == "" {
			row.Add(line(id.Label))
			continue
		}
		b := widget.NewButton(id.Label, func() { p.screen.actions.OpenURL(id.URL) })
		b.Importance = widget.LowImportance
		row.Add(b)
	}
	if len(all) == 0 {
		return nil
	}
	return []fyne.CanvasObject{row}
}

func (p *itemPage) pins(all []view.ItemPin) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, pin := range all {
		out = append(out, container.NewBorder(nil, nil, nil, container.NewCenter(p.screen.button(pin.Remove)), wrapped(pin.Text)))
	}
	return out
}

func (p *itemPage) story(all []view.Event) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, e := range all {
		var undo fyne.CanvasObject
		if e.Undo != nil {
			undo = top(p.screen.button(*e.Undo))
		}
		out = append(out, container.NewBorder(nil, nil, nil, undo, container.New(tight{}, quiet(e.When), wrapped(e.Text), small(e.Why))))
	}
	return out
}

// showLinks lists entries to choose from.
func (s *Screen) showLinks(page view.LinkPage, err error) {
	if s.failed(err) {
		return
	}
	list := stack(wrapped(page.Why))
	var close func()
	for _, row := range page.Rows {
		buttons := container.New(&flow{})
		for _, b := range row.Buttons {
			drawn := s.button(b)
			drawn.OnTapped = func() {
				close()
				s.Carry(b.Command)
			}
			buttons.Add(drawn)
		}
		list.Add(container.New(tight{}, bold(row.Title), quiet(row.Where)))
		list.Add(buttons)
	}
	scroll := container.NewVScroll(list)
	scroll.SetMinSize(fyne.NewSize(0, 320))
	close = s.closable(page.Title, scroll)
}
