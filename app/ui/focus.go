package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// redraw draws what is below root anew and leaves the focus where it was, so
// that whoever goes by keys does not begin at the top after every choice.
func (s *Screen) redraw(root fyne.CanvasObject, draw func()) {
	canvas := s.win.Canvas()
	at := slices.Index(focusables(root), canvas.Focused())
	draw()
	if all := focusables(root); at >= 0 && at < len(all) {
		canvas.Focus(all[at])
	}
}

// focusables are what takes the focus below an object, in order.
func focusables(o fyne.CanvasObject) []fyne.Focusable {
	var out []fyne.Focusable
	switch o := o.(type) {
	case fyne.Focusable:
		return []fyne.Focusable{o}
	case *fyne.Container:
		for _, part := range o.Objects {
			out = append(out, focusables(part)...)
		}
	case *container.Scroll:
		return focusables(o.Content)
	case *panel:
		return focusables(o.content)
	}
	return out
}
