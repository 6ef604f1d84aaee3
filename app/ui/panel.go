package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// panel is a rounded ground for a card or a tile. A stripe colour marks its
// left edge; "" for none.
type panel struct {
	widget.BaseWidget
	content fyne.CanvasObject
	fill    fyne.ThemeColorName
	stripe  fyne.ThemeColorName
	round   bool
}

func newPanel(content fyne.CanvasObject, stripe fyne.ThemeColorName) *panel {
	p := &panel{content: content, fill: colorPanel, stripe: stripe, round: true}
	p.ExtendBaseWidget(p)
	return p
}

// ground is a plain rectangle of a theme colour behind content.
func ground(content fyne.CanvasObject, fill fyne.ThemeColorName) *panel {
	p := &panel{content: content, fill: fill}
	p.ExtendBaseWidget(p)
	return p
}

// CreateRenderer implements fyne.Widget.
func (p *panel) CreateRenderer() fyne.WidgetRenderer {
	r := &panelRenderer{panel: p, rect: canvas.NewRectangle(nil), mark: canvas.NewRectangle(nil)}
	if p.round {
		r.rect.CornerRadius, r.rect.StrokeWidth, r.mark.CornerRadius = 10, 1, 3
	}
	r.paint()
	return r
}

type panelRenderer struct {
	panel *panel
	rect  *canvas.Rectangle
	mark  *canvas.Rectangle
}

const (
	markWidth = 5
	panelPad  = 12
)

func (r *panelRenderer) pad() float32 {
	if r.panel.round {
		return panelPad
	}
	return 0
}

func (r *panelRenderer) paint() {
	r.rect.FillColor = theme.Color(r.panel.fill)
	r.rect.StrokeColor = theme.Color(colorBorder)
	r.mark.Hidden = r.panel.stripe == ""
	if !r.mark.Hidden {
		r.mark.FillColor = theme.Color(r.panel.stripe)
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *panelRenderer) Layout(size fyne.Size) {
	r.rect.Resize(size)
	r.mark.Move(fyne.NewPos(4, 10))
	r.mark.Resize(fyne.NewSize(markWidth, max(size.Height-20, 0)))
	pad := r.pad()
	r.panel.content.Move(fyne.NewPos(pad, pad))
	r.panel.content.Resize(size.SubtractWidthHeight(2*pad, 2*pad))
}

// MinSize implements fyne.WidgetRenderer.
func (r *panelRenderer) MinSize() fyne.Size {
	return r.panel.content.MinSize().AddWidthHeight(2*r.pad(), 2*r.pad())
}

// Refresh implements fyne.WidgetRenderer.
func (r *panelRenderer) Refresh() {
	r.paint()
	r.rect.Refresh()
	r.mark.Refresh()
	r.panel.content.Refresh()
}

// Objects implements fyne.WidgetRenderer.
func (r *panelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.rect, r.mark, r.panel.content}
}

// Destroy implements fyne.WidgetRenderer.
func (r *panelRenderer) Destroy() {}

// columns lays objects out in as many equal columns as fit.
type columns struct{ least float32 }

func (c columns) count(width float32, n int) int {
	return max(1, min(n, int(width/(c.least*grown()))))
}

// Layout implements fyne.Layout.
func (c columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if len(objects) == 0 {
		return
	}
	n, gap := c.count(size.Width, len(objects)), theme.Padding()*2
	width, y := (size.Width-gap*float32(n-1))/float32(n), float32(0)
	for start := 0; start < len(objects); start += n {
		row := objects[start:min(start+n, len(objects))]
		height := float32(0)
		for _, o := range row {
			o.Resize(fyne.NewSize(width, o.MinSize().Height)) // wrapped text is as high as its width lets it
			height = max(height, o.MinSize().Height)
		}
		for i, o := range row {
			o.Move(fyne.NewPos(float32(i)*(width+gap), y))
			o.Resize(fyne.NewSize(width, height))
		}
		y += height + gap
	}
}

// MinSize implements fyne.Layout: the height of the columns as they stand.
func (c columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	out := fyne.NewSize(c.least, 0)
	if len(objects) == 0 {
		return fyne.Size{}
	}
	n, gap := c.count(max(objects[0].Size().Width*float32(len(objects)), c.least), len(objects)), theme.Padding()*2
	if w := objects[0].Size().Width; w > 0 {
		n = 1
		for n < len(objects) && objects[n].Position().Y == objects[0].Position().Y {
			n++
		}
	}
	for start := 0; start < len(objects); start += n {
		height := float32(0)
		for _, o := range objects[start:min(start+n, len(objects))] {
			height = max(height, o.MinSize().Height)
		}
		out.Height += height + gap
	}
	return out
}

// stack is a column with room between its parts.
func stack(objects ...fyne.CanvasObject) *fyne.Container { return container.NewVBox(objects...) }
