package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"watchkeeper/app/view"
)

// drawChart is a chart with its sentence, from plain rectangles and lines.
func drawChart(c view.Chart) fyne.CanvasObject {
	content := stack(bold(c.Title))
	switch {
	case len(c.Points) > 0:
		content.Add(newCurve(c.Points))
	case len(c.Bars) > manyBars:
		content.Add(newColumns(c.Bars))
	default:
		for _, b := range c.Bars {
			content.Add(container.New(tight{}, container.NewBorder(nil, nil, line(b.Label), line(b.Value)), container.New(share{b.Share}, newBar())))
		}
	}
	content.Add(quiet(c.Line))
	return content
}

// manyBars is how many bars lie; more stand side by side.
const manyBars = 6

const chartHeight = 72

func newBar() *canvas.Rectangle {
	r := canvas.NewRectangle(theme.Color(theme.ColorNamePrimary))
	r.CornerRadius = 2
	return r
}

// share lays one object over a part of the width.
type share struct{ of float64 }

// Layout implements fyne.Layout.
func (s share) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(max(size.Width*float32(s.of), 2), 6))
	objects[0].Move(fyne.NewPos(0, 4))
}

// MinSize implements fyne.Layout.
func (share) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(40, 16) }

// standing lays bars side by side on one ground.
type standing struct{ bars []view.Bar }

func newColumns(bars []view.Bar) fyne.CanvasObject {
	parts := make([]fyne.CanvasObject, len(bars))
	for i := range parts {
		parts[i] = newBar()
	}
	c := container.New(standing{bars}, parts...)
	first, last := line(bars[0].Label), line(bars[len(bars)-1].Label)
	return container.New(tight{}, c, container.NewBorder(nil, nil, first, last))
}

// Layout implements fyne.Layout.
func (s standing) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := size.Width / float32(max(len(objects), 1))
	for i, o := range objects {
		height := max(size.Height*float32(s.bars[i].Share), 2)
		o.Move(fyne.NewPos(float32(i)*width+1, size.Height-height))
		o.Resize(fyne.NewSize(max(width-2, 1), height))
	}
}

// MinSize implements fyne.Layout.
func (standing) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, chartHeight) }

// curve joins points by lines. The lowest and the highest point fill the
// height, so that small moves of a large share are seen.
type curve struct{ points []float64 }

func newCurve(points []float64) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for range points[1:] {
		l := canvas.NewLine(theme.Color(theme.ColorNamePrimary))
		l.StrokeWidth = 2
		parts = append(parts, l)
	}
	return container.New(curve{points}, parts...)
}

// Layout implements fyne.Layout.
func (c curve) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	low, high := c.points[0], c.points[0]
	for _, v := range c.points {
		low, high = min(low, v), max(high, v)
	}
	at := func(i int) fyne.Position {
		y := size.Height / 2
		if high > low {
			y = size.Height * float32((high-c.points[i])/(high-low))
		}
		return fyne.NewPos(size.Width*float32(i)/float32(len(c.points)-1), y)
	}
	for i, o := range objects {
		l := o.(*canvas.Line)
		l.Position1, l.Position2 = at(i), at(i+1)
	}
}

// MinSize implements fyne.Layout.
func (curve) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, chartHeight) }
