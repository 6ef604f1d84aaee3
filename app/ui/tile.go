package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// tileView is an account on the screen; its texts change in place.
type tileView struct {
	tile   view.Tile
	object fyne.CanvasObject
	name   *widget.Label
	who    *widget.Label
	sign   *widget.Icon
	health *widget.Label
	detail *widget.Label
	notes  *widget.Label
	rows   []*rowView
}

// rowView is one feature of an account. Its evidence opens at a press.
type rowView struct {
	sign     *widget.Icon
	feature  *widget.Label
	state    *widget.Label
	evidence *widget.Label
	more     *widget.Button
}

// fits tells whether a model has the shape of what is drawn.
func (v *tileView) fits(t view.Tile) bool {
	return len(v.rows) == len(t.Rows) && len(v.tile.Buttons) == len(t.Buttons)
}

// drawTile builds an account; lines that were open in the one before stay so.
func (s *Screen) drawTile(t view.Tile, before *tileView) *tileView {
	v := &tileView{tile: t, name: bold(""), who: quiet(""), sign: widget.NewIcon(sign(t.Tone)), health: wrapped(""),
		detail: quiet(""), notes: quiet("")}
	head := container.NewBorder(nil, nil, avatar(t.Letter), nil, container.New(tight{}, v.name, v.who))
	health := container.NewBorder(nil, nil, top(v.sign), nil, v.health)
	rows := container.New(tight{})
	for i := range t.Rows {
		row := newRow()
		if before != nil && i < len(before.rows) && before.rows[i].evidence.Visible() {
			row.toggle()
		}
		v.rows = append(v.rows, row)
		rows.Add(container.NewBorder(nil, nil, container.NewHBox(row.sign, row.feature), row.more, row.state))
		rows.Add(row.evidence)
	}
	v.object = newPanel(container.NewBorder(stack(head, health, v.detail, widget.NewSeparator(), rows, v.notes),
		s.buttons(t.Buttons), nil, nil), "")
	return v
}

func newRow() *rowView {
	r := &rowView{sign: widget.NewIcon(nil), feature: line(""), state: line(""), evidence: quiet("")}
	r.feature.TextStyle.Bold = true
	r.state.Alignment, r.state.Truncation = fyne.TextAlignTrailing, fyne.TextTruncateEllipsis
	r.evidence.Hide()
	r.more = widget.NewButtonWithIcon("", theme.MenuDropDownIcon(), r.toggle)
	r.more.Importance = widget.LowImportance
	return r
}

func (r *rowView) toggle() {
	if r.evidence.Visible() {
		r.evidence.Hide()
		r.more.SetIcon(theme.MenuDropDownIcon())
		return
	}
	r.evidence.Show()
	r.more.SetIcon(theme.MenuDropUpIcon())
}

func (v *tileView) update(t view.Tile) {
	v.tile = t
	setText(v.name, t.Name)
	setText(v.who, t.Who)
	setText(v.health, t.Health)
	setText(v.detail, t.Detail)
	show(v.detail, t.Detail != "")
	setText(v.notes, strings.Join(t.Notes, "\n"))
	show(v.notes, len(t.Notes) > 0)
	v.sign.SetResource(sign(t.Tone))
	for i, row := range t.Rows {
		r := v.rows[i]
		r.sign.SetResource(sign(row.Tone))
		setText(r.feature, row.Feature)
		setText(r.state, joined(row.State, row.Age, row.Count))
		setText(r.evidence, strings.Join(row.Evidence, "\n"))
		show(r.more, len(row.Evidence) > 0)
	}
}

// joined puts facts side by side, leaving out what is not known.
func joined(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " · ")
}

// avatar is an account's letter on a round ground.
func avatar(letter string) fyne.CanvasObject {
	l := widget.NewLabelWithStyle(letter, fyne.TextAlignCenter, fyne.TextStyle{Bold: true})
	l.SizeName = theme.SizeNameSubHeadingText
	disc := canvas.NewCircle(theme.Color(colorAvatar))
	return container.NewCenter(container.NewStack(container.NewGridWrap(fyne.NewSquareSize(40*grown()), disc), container.NewCenter(l)))
}

// top keeps a small object at the height of the first line beside it.
func top(o fyne.CanvasObject) fyne.CanvasObject { return container.NewVBox(container.NewPadded(o)) }

// tight is a column without room between its parts.
type tight struct{}

// Layout implements fyne.Layout.
func (tight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := o.MinSize().Height
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, h))
		y += h - overlap
	}
}

// overlap takes back part of the padding that labels bring along.
const overlap = 10

// MinSize implements fyne.Layout.
func (tight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var out fyne.Size
	for _, o := range objects {
		if o.Visible() {
			m := o.MinSize()
			out = fyne.NewSize(max(out.Width, m.Width), out.Height+m.Height-overlap)
		}
	}
	if out.Height > 0 {
		out.Height += overlap
	}
	return out
}
