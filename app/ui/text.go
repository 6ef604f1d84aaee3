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

// button draws a labelled command.
func (s *Screen) button(b view.Button) *widget.Button {
	out := widget.NewButton(b.Label, func() { s.Carry(b.Command) })
	switch {
	case b.Danger:
		out.Importance = widget.DangerImportance
	case b.Primary:
		out.Importance = widget.HighImportance
	}
	return out
}

// buttons are commands side by side.
func (s *Screen) buttons(list []view.Button) *fyne.Container {
	row := container.NewHBox()
	for _, b := range list {
		row.Add(s.button(b))
	}
	return row
}
