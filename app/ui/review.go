package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// review is the list behind a hold, with ticks where a part can be chosen.
type review struct {
	screen *Screen
	page   view.ReviewPage
	chosen []bool
	count  *widget.Label
	list   *widget.List
	doing  []*widget.Button
	dialog *sheet
}

func (s *Screen) showReview(page view.ReviewPage, err error) {
	if err != nil {
		s.Tell(s.words.Say("message.failed", "why", err.Error()))
		return
	}
	r := &review{screen: s, page: page, chosen: make([]bool, len(page.Rows)), count: quiet("")}
	for i := range r.chosen {
		r.chosen[i] = true
	}
	r.list = widget.NewList(func() int { return len(page.Rows) }, r.newRow, r.fillRow)
	r.list.OnSelected = r.pressed
	top := stack()
	if page.Why != "" {
		top.Add(wrapped(page.Why))
	}
	if page.Evidence != "" {
		top.Add(quiet(page.Evidence))
	}
	if page.Choose {
		top.Add(container.NewHBox(widget.NewButton(s.words.Say("review.all"), func() { r.tick(true) }),
			widget.NewButton(s.words.Say("review.none"), func() { r.tick(false) }), r.count))
	}
	r.dialog = s.sheet(page.Title, container.NewBorder(top, nil, nil, nil, r.list))
	r.dialog.SetButtons(r.buttons())
	r.dialog.Resize(s.win.Canvas().Size().Subtract(fyne.NewSize(120, 80)))
	r.counted()
	r.dialog.Show()
}

func (r *review) buttons() []fyne.CanvasObject {
	closing := widget.NewButton(r.screen.words.Say("review.close"), func() { r.dialog.Hide() })
	var out []fyne.CanvasObject
	for _, b := range r.page.Buttons {
		drawn := r.screen.button(b)
		drawn.OnTapped = func() {
			r.dialog.Hide()
			c := b.Command
			c.Ops = r.ops()
			r.screen.Carry(c)
		}
		r.doing = append(r.doing, drawn)
		out = append(out, drawn)
	}
	return append(out, closing)
}

// ops are the chosen writes; none named means all.
func (r *review) ops() []string {
	var out []string
	for i, row := range r.page.Rows {
		if r.chosen[i] {
			out = append(out, row.Op)
		}
	}
	if !r.page.Choose || len(out) == len(r.page.Rows) {
		return nil
	}
	return out
}

func (r *review) tick(all bool) {
	for i := range r.chosen {
		r.chosen[i] = all
	}
	r.counted()
	r.list.Refresh()
}

func (r *review) counted() {
	n := 0
	for _, c := range r.chosen {
		if c {
			n++
		}
	}
	setText(r.count, r.screen.words.Say("review.chosen", "n", n))
	for _, b := range r.doing {
		if n == 0 && r.page.Choose {
			b.Disable()
			continue
		}
		b.Enable()
	}
}

// newRow is a row of the list: a tick where parts can be chosen, a title, and
// what would be done.
func (r *review) newRow() fyne.CanvasObject {
	title, what := widget.NewLabel(""), line("")
	what.Importance, what.Alignment = widget.LowImportance, fyne.TextAlignTrailing
	title.Truncation, what.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
	check := widget.NewCheck("", nil)
	show(check, r.page.Choose)
	return container.NewBorder(nil, nil, check, nil, container.New(shares{0.45}, title, what))
}

func (r *review) fillRow(i widget.ListItemID, o fyne.CanvasObject) {
	row, parts := r.page.Rows[i], o.(*fyne.Container).Objects
	fillPairRow(parts[0], row.Title, row.What)
	check := parts[1].(*widget.Check)
	check.OnChanged = nil // the row before must not hear of it
	check.SetChecked(r.chosen[i])
	check.OnChanged = func(on bool) {
		r.chosen[i] = on
		r.counted()
	}
}

// pressed ticks a row, or takes its tick away.
func (r *review) pressed(i widget.ListItemID) {
	r.list.UnselectAll()
	if r.page.Choose {
		r.chosen[i] = !r.chosen[i]
		r.counted()
		r.list.RefreshItem(i)
	}
}

func (s *Screen) showUndo(page view.UndoPage, err error) {
	if err != nil {
		s.Tell(s.words.Say("message.failed", "why", err.Error()))
		return
	}
	content := stack()
	for _, l := range page.Lines {
		content.Add(wrapped(l))
	}
	buttons := page.Buttons
	if len(buttons) == 0 {
		buttons = []view.Button{{Label: s.words.Say("message.close"), Primary: true}}
	}
	s.dialog(page.Title, content, buttons...)
}
