package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// sheet is a dialog over the window: its title, what it is about, and its
// buttons below. The toolkit's own dialog sets title, text and buttons on
// three different edges.
type sheet struct {
	screen  *Screen
	pop     *widget.PopUp
	body    *fyne.Container
	buttons *fyne.Container
	closed  func()
	size    fyne.Size // at least
}

// sheetWidth is comfortable to read.
const sheetWidth = 520

func (s *Screen) sheet(title string, content fyne.CanvasObject, buttons ...fyne.CanvasObject) *sheet {
	d := &sheet{screen: s, buttons: container.New(&flow{atEnd: true}, buttons...), size: fyne.NewSize(sheetWidth*grown(), 0)}
	d.body = container.New(layout.NewCustomPaddedLayout(sheetPad, sheetPad, sheetPad, sheetPad),
		container.NewBorder(heading(title), container.New(layout.NewCustomPaddedLayout(sheetPad, 0, 0, 0), d.buttons), nil, nil, content))
	d.pop = widget.NewModalPopUp(d.body, s.win.Canvas())
	return d
}

const sheetPad = 12

// Show opens the sheet.
func (d *sheet) Show() {
	d.fit() // first: it is placed by its size
	d.pop.Show()
}

// Hide closes it.
func (d *sheet) Hide() {
	d.pop.Hide()
	if d.closed != nil {
		d.closed()
	}
}

// SetButtons puts others below.
func (d *sheet) SetButtons(buttons []fyne.CanvasObject) {
	d.buttons.Objects = buttons
	d.buttons.Refresh()
	d.fit()
}

// Resize makes the sheet at least that large, as far as the window is.
func (d *sheet) Resize(size fyne.Size) {
	d.size = size
	d.fit()
}

// fit gives the sheet the height that its words need at its width.
func (d *sheet) fit() {
	room := d.screen.win.Canvas().Size()
	size := fyne.NewSize(min(d.size.Width, room.Width), d.size.Height)
	for range 3 { // heights follow widths, parts inside parts
		d.body.Resize(fyne.NewSize(size.Width, max(size.Height, d.body.MinSize().Height)))
	}
	d.pop.Resize(fyne.NewSize(size.Width, min(max(size.Height, d.body.MinSize().Height), room.Height)))
	d.pop.Refresh()
}
