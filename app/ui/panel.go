package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
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
	corner  float32 // of a ground
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
	r.rect.CornerRadius = p.corner
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

// pad is the room around the content; a stripe takes some more at the left.
func (r *panelRenderer) pad() (left, around float32) {
	switch {
	case !r.panel.round:
		return 0, 0
	case r.panel.stripe != "":
		return panelPad + markWidth, panelPad
	}
	return panelPad, panelPad
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
	left, around := r.pad()
	r.panel.content.Move(fyne.NewPos(left, around))
	r.panel.content.Resize(size.SubtractWidthHeight(left+around, 2*around))
}

// MinSize implements fyne.WidgetRenderer.
func (r *panelRenderer) MinSize() fyne.Size {
	left, around := r.pad()
	return r.panel.content.MinSize().AddWidthHeight(left+around, 2*around)
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

// columns lays objects out in as many equal columns as fit, or in a given
// number of them; a row is as high as its highest object.
type columns struct {
	least float32 // width of one
	n     int     // 0 for as many as fit
	gap   float32
}

func (c columns) count(width float32, objects int) int {
	if c.n > 0 {
		return c.n
	}
	return max(1, min(objects, int(width/(c.least*grown()))))
}

// Layout implements fyne.Layout.
func (c columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if len(objects) == 0 {
		return
	}
	n := c.count(size.Width, len(objects))
	width, y := (size.Width-c.gap*float32(n-1))/float32(n), float32(0)
	for start := 0; start < len(objects); start += n {
		row := objects[start:min(start+n, len(objects))]
		for _, o := range row {
			o.Resize(fyne.NewSize(width, o.MinSize().Height)) // wrapped text is as high as its width lets it
		}
		height := highest(row)
		for i, o := range row {
			o.Move(fyne.NewPos(float32(i)*(width+c.gap), y))
			o.Resize(fyne.NewSize(width, height))
		}
		y += height + c.gap
	}
}

func highest(row []fyne.CanvasObject) (out float32) {
	for _, o := range row {
		out = max(out, o.MinSize().Height)
	}
	return out
}

// MinSize implements fyne.Layout: the height of the columns as they stand.
func (c columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if len(objects) == 0 {
		return fyne.Size{}
	}
	n := c.count(max(objects[0].Size().Width*float32(len(objects)), c.least), len(objects))
	if c.n == 0 && objects[0].Size().Width > 0 {
		n = 1
		for n < len(objects) && objects[n].Position().Y == objects[0].Position().Y {
			n++
		}
	}
	out := fyne.NewSize(c.least*float32(max(c.n, 1))*grown(), -c.gap)
	for start := 0; start < len(objects); start += n {
		out.Height += highest(objects[start:min(start+n, len(objects))]) + c.gap
	}
	return out
}

// stack is a column of what belongs together.
func stack(objects ...fyne.CanvasObject) *fyne.Container { return container.NewVBox(objects...) }

// pageGap is the room between parts that each stand for themselves.
const pageGap = 12

// column is a column of parts that each stand for themselves.
func column(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(pageGap), objects...)
}

// framed leaves room around a page.
func framed(page fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(16, 16, 16, 20), page)
}
