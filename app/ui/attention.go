package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"watchkeeper/app/view"
)

// attentionPage is the fourth place: all that waits for the person.
type attentionPage struct {
	screen *Screen
	root   *container.Scroll
	body   *fyne.Container
}

func newAttentionPage(s *Screen) *attentionPage {
	p := &attentionPage{screen: s, body: column()}
	p.root = container.NewVScroll(framed(p.body))
	return p
}

func (p *attentionPage) object() fyne.CanvasObject { return p.root }

func (p *attentionPage) load() { p.screen.actions.Attention(p.draw) }

func (p *attentionPage) draw(m view.Attention, err error) {
	s := p.screen
	if s.failed(err) {
		return
	}
	parts := []fyne.CanvasObject{heading(s.words.Say("place.attention"))}
	if m.Empty != "" {
		parts = append(parts, wrapped(m.Empty))
	}
	for _, c := range m.Cards {
		parts = append(parts, s.drawCard(c, false).object)
	}
	if m.Links != nil {
		parts = append(parts, p.links(*m.Links))
	}
	for _, list := range []*view.ReviewPage{m.Doubts, m.SetAside} {
		if list != nil {
			parts = append(parts, p.list(*list))
		}
	}
	p.screen.redraw(p.body, func() {
		p.body.Objects = parts
		p.body.Refresh()
	})
}

// sampled is how many rows of a long list stand on the page itself.
const sampled = 5

func (p *attentionPage) links(m view.LinkPage) fyne.CanvasObject {
	s := p.screen
	content := stack(heading(m.Title), wrapped(m.Why))
	rows := stack()
	for _, r := range m.Rows[:min(len(m.Rows), sampled)] {
		rows.Add(container.New(tight{}, bold(r.Title), quiet(r.Where)))
		rows.Add(s.buttons(r.Buttons))
	}
	content.Add(rows)
	buttons := container.New(&flow{})
	if m.All != nil {
		buttons.Add(s.button(*m.All))
	}
	if len(m.Rows) > sampled {
		buttons.Add(plain(s.words.Say("attention.list"), func() { s.showLinks(m, nil) }))
	}
	content.Add(buttons)
	return newPanel(content, theme.ColorNameWarning)
}

func (p *attentionPage) list(m view.ReviewPage) fyne.CanvasObject {
	s := p.screen
	content := stack(heading(m.Title), wrapped(m.Why))
	rows := container.New(tight{})
	for _, r := range m.Rows[:min(len(m.Rows), sampled)] {
		rows.Add(container.New(tight{}, bold(r.Title), quiet(r.What)))
	}
	content.Add(rows)
	buttons := s.buttons(m.Buttons)
	if len(m.Rows) > sampled {
		whole := m
		whole.Buttons = nil
		buttons.Add(plain(s.words.Say("attention.list"), func() { s.showReview(whole, nil) }))
	}
	content.Add(buttons)
	return newPanel(content, theme.ColorNameWarning)
}
