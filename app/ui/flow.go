package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// flow lays objects out side by side and goes on in the next line where the
// width ends, so that no button is cut by a long language or large letters.
type flow struct{ width float32 }

// Layout implements fyne.Layout.
func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.walk(objects, func(o fyne.CanvasObject, at fyne.Position, room fyne.Size) {
		o.Move(at)
		o.Resize(room)
	})
}

// MinSize implements fyne.Layout: the height at the width of the last layout.
func (f *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var out fyne.Size
	f.walk(objects, func(o fyne.CanvasObject, at fyne.Position, room fyne.Size) {
		out = fyne.NewSize(max(out.Width, o.MinSize().Width), max(out.Height, at.Y+room.Height))
	})
	return out
}

// walk gives every visible object its place.
func (f *flow) walk(objects []fyne.CanvasObject, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) {
	gap := theme.Padding()
	var at fyne.Position
	var height float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		room := o.MinSize()
		if at.X > 0 && f.width > 0 && at.X+room.Width > f.width {
			at, height = fyne.NewPos(0, at.Y+height+gap), 0
		}
		put(o, at, room)
		at.X += room.Width + gap
		height = max(height, room.Height)
	}
}

// shares lays objects out side by side: the first takes first of the whole, the
// others the rest in equal parts.
type shares struct{ first float32 }

// Layout implements fyne.Layout.
func (s shares) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if len(objects) == 0 {
		return
	}
	width := size.Width
	if len(objects) > 1 {
		width *= s.first
	}
	rest, x := (size.Width-width)/float32(max(len(objects)-1, 1)), float32(0)
	for i, o := range objects {
		w := rest
		if i == 0 {
			w = width
		}
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(w, size.Height))
		x += w
	}
}

// MinSize implements fyne.Layout.
func (s shares) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var out fyne.Size
	for _, o := range objects {
		out = fyne.NewSize(out.Width+o.MinSize().Width, max(out.Height, o.MinSize().Height))
	}
	return out
}
