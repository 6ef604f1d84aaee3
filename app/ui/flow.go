package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// flow lays objects out side by side and goes on in the next line where the
// width ends, so that no button is cut by a long language or large letters.
//
// They begin where the words above them do, or end at the right.
type flow struct {
	width float32
	atEnd bool
}

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
		out = fyne.NewSize(max(out.Width, room.Width+theme.InnerPadding()), max(out.Height, at.Y+room.Height))
	})
	return out
}

// walk gives every visible object its place.
func (f *flow) walk(objects []fyne.CanvasObject, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) {
	y := float32(0)
	for _, line := range f.lines(objects) {
		x, height := theme.InnerPadding(), float32(0)
		if f.atEnd {
			x = max(f.width-wide(line), 0)
		}
		for _, o := range line {
			room := o.MinSize()
			put(o, fyne.NewPos(x, y), room)
			x += room.Width + flowGap()
			height = max(height, room.Height)
		}
		y += height + flowGap()
	}
}

// lines are the visible objects, as many in each as its width holds.
func (f *flow) lines(objects []fyne.CanvasObject) (lines [][]fyne.CanvasObject) {
	room := f.width
	if !f.atEnd {
		room -= theme.InnerPadding()
	}
	for _, o := range objects {
		last := len(lines) - 1
		switch {
		case !o.Visible():
		case last < 0 || f.width > 0 && wide(lines[last])+flowGap()+o.MinSize().Width > room:
			lines = append(lines, []fyne.CanvasObject{o})
		default:
			lines[last] = append(lines[last], o)
		}
	}
	return lines
}

// wide is the width of objects side by side.
func wide(line []fyne.CanvasObject) float32 {
	out := -flowGap()
	for _, o := range line {
		out += o.MinSize().Width + flowGap()
	}
	return out
}

func flowGap() float32 { return theme.Padding() * 2 }

// roomy keeps a list of choices as wide as its longest one.
func roomy(list *widget.Select) fyne.CanvasObject {
	widest := float32(0)
	for _, label := range list.Options {
		widest = max(widest, fyne.MeasureText(label, theme.TextSize(), fyne.TextStyle{}).Width)
	}
	return container.New(least{widest + theme.IconInlineSize() + 6*theme.InnerPadding()}, list)
}

// least is a column that is never narrower than a width.
type least struct{ width float32 }

// Layout implements fyne.Layout.
func (least) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (l least) MinSize(objects []fyne.CanvasObject) fyne.Size {
	out := fyne.NewSize(l.width, 0)
	for _, o := range objects {
		out = out.Max(o.MinSize())
	}
	return out
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
