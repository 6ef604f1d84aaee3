package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

func wrapped(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

func bold(text string) *widget.Label {
	l := wrapped(text)
	l.TextStyle.Bold = true
	return l
}

func heading(text string) *widget.Label {
	l := bold(text)
	l.SizeName = theme.SizeNameSubHeadingText
	return l
}

// quiet is small text in a softer colour.
func quiet(text string) *widget.Label {
	l := wrapped(text)
	l.SizeName = theme.SizeNameCaptionText
	l.Importance = widget.LowImportance
	return l
}

// line is small text that never wraps.
func line(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.SizeName = theme.SizeNameCaptionText
	return l
}

// sign is a tone's shape; its colour only repeats what the shape says.
func sign(tone view.Tone) fyne.Resource {
	switch tone {
	case view.Fine:
		return theme.NewSuccessThemedResource(theme.ConfirmIcon())
	case view.Aged:
		return theme.NewWarningThemedResource(theme.WarningIcon())
	case view.Wrong:
		return theme.NewErrorThemedResource(theme.CancelIcon())
	}
	return theme.NewDisabledResource(theme.MoreHorizontalIcon())
}

// button draws a labelled command. What asks first is red in its question.
func (s *Screen) button(b view.Button) *widget.Button {
	out := widget.NewButton(b.Label, func() { s.press(b) })
	switch {
	case b.Danger && b.Sure == "":
		out.Importance = widget.DangerImportance
	case b.Primary:
		out.Importance = widget.HighImportance
	}
	return out
}

// press carries out what a button asks for, after its question where it has one.
func (s *Screen) press(b view.Button) {
	if b.Sure == "" {
		s.Carry(b.Command)
		return
	}
	var d *sheet
	no := widget.NewButton(s.words.Say("message.no"), func() { d.Hide() })
	no.Importance = widget.HighImportance
	yes := widget.NewButton(b.Label, func() {
		d.Hide()
		s.Carry(b.Command)
	})
	yes.Importance = widget.MediumImportance
	if b.Danger {
		yes.Importance = widget.DangerImportance
	}
	d = s.sheet(s.words.Say("message.sure"), wrapped(b.Sure), no, yes)
	d.Show()
}

// plain is a button that does something of the window's own.
func plain(label string, do func()) *widget.Button { return widget.NewButton(label, do) }

// buttons are commands side by side.
func (s *Screen) buttons(list []view.Button) *fyne.Container {
	row := container.New(&flow{})
	for _, b := range list {
		row.Add(s.button(b))
	}
	return row
}
