package ui

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"watchkeeper/app/view"
)

// newPicture draws accounts in a ring and an arrow for each way between two.
func newPicture(nodes []view.RuleNode, arrows []view.RuleArrow) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for range arrows {
		for range arrowLines {
			l := canvas.NewLine(theme.Color(theme.ColorNamePrimary))
			l.StrokeWidth = 2
			parts = append(parts, l)
		}
	}
	for _, n := range nodes {
		name := line(n.Name)
		name.Alignment = fyne.TextAlignCenter
		parts = append(parts, container.NewVBox(avatar(n.Letter), name))
	}
	return container.New(picture{n: len(nodes), arrows: arrows}, parts...)
}

// An arrow is a shaft and the two strokes of its head.
const arrowLines = 3

// picture lays out nodes in a ring and arrows between them.
type picture struct {
	n      int
	arrows []view.RuleArrow
}

// MinSize implements fyne.Layout.
func (p picture) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 240*grown()) }

// grown is how much larger letters are than usual.
func grown() float32 { return theme.TextSize() / 14 }

// centre is where a node stands.
func (p picture) centre(i int, size fyne.Size) fyne.Position {
	turn := 2*math.Pi*float64(i)/float64(p.n) - math.Pi
	rx, ry := min(size.Width/2-60*grown(), 260), size.Height/2-50*grown()
	return fyne.NewPos(size.Width/2+rx*float32(math.Cos(turn)), size.Height/2+ry*float32(math.Sin(turn)))
}

// Layout implements fyne.Layout.
func (p picture) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for i, a := range p.arrows {
		lines := objects[i*arrowLines : (i+1)*arrowLines]
		p.draw(lines, p.centre(a.From, size), p.centre(a.To, size))
	}
	for i, o := range objects[len(p.arrows)*arrowLines:] {
		o.Resize(o.MinSize())
		at := p.centre(i, size)
		o.Move(fyne.NewPos(at.X-o.MinSize().Width/2, at.Y-28))
	}
}

// draw places an arrow beside the straight way, so that the way back has room.
func (picture) draw(lines []fyne.CanvasObject, from, to fyne.Position) {
	const aside, head = 5, 10
	short := 46 * float64(grown())
	dx, dy := float64(to.X-from.X), float64(to.Y-from.Y)
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	ux, uy := dx/length, dy/length
	point := func(base fyne.Position, along, across float64) fyne.Position {
		return fyne.NewPos(base.X+float32(ux*along-uy*across), base.Y+float32(uy*along+ux*across))
	}
	tip := point(to, -short, aside)
	ends := [][2]fyne.Position{{point(from, short, aside), tip}, {point(tip, -head, head/2), tip}, {point(tip, -head, -head/2), tip}}
	for i, o := range lines {
		l := o.(*canvas.Line)
		l.Position1, l.Position2 = ends[i][0], ends[i][1]
	}
}
