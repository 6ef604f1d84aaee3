package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// cardView is a card on the screen.
type cardView struct {
	card   view.Card
	folded bool
	object fyne.CanvasObject
}

func (s *Screen) drawCard(c view.Card, folded bool) *cardView {
	v := &cardView{card: c, folded: folded}
	if folded {
		again := widget.NewButton(s.words.Say("card.show"), func() {
			delete(s.folded, c.ID)
			s.status.draw(s.model)
		})
		v.object = newPanel(container.NewBorder(nil, nil, nil, again, bold(c.Title)), theme.ColorNameWarning)
		return v
	}
	title := heading(c.Title)
	content := stack(title, wrapped(c.Why))
	samples := container.New(tight{})
	for _, sample := range c.Samples {
		samples.Add(container.NewBorder(nil, nil, widget.NewLabel("•"), nil, wrapped(sample)))
	}
	content.Add(samples)
	small := container.New(tight{})
	for _, text := range []string{c.More, c.Evidence, c.Next} {
		if text != "" {
			small.Add(quiet(text))
		}
	}
	content.Add(small)
	content.Add(s.buttons(c.Buttons))
	v.object = newPanel(content, theme.ColorNameWarning)
	return v
}
