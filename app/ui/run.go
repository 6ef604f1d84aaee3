package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// drawRun is one run: what it did, by title.
func (s *Screen) drawRun(r view.Run) fyne.CanvasObject {
	head := container.New(tight{}, bold(r.Summary), quiet(r.When))
	content := stack(head)
	if r.Problem != "" {
		problem := wrapped(r.Problem)
		problem.Importance = widget.DangerImportance
		content.Add(problem)
	}
	if r.Held != "" {
		content.Add(quiet(r.Held))
	}
	rows := container.New(tight{})
	for _, c := range r.Changes {
		what := line(joined(c.What, c.State))
		what.Importance = widget.LowImportance
		title := line(c.Title)
		title.Truncation = fyne.TextTruncateEllipsis
		rows.Add(container.NewBorder(nil, nil, widget.NewIcon(sign(c.Tone)), what, title))
	}
	content.Add(rows)
	if r.More != "" {
		content.Add(quiet(r.More))
	}
	buttons := container.New(&flow{})
	if len(r.Changes) > 0 {
		buttons.Add(plain(s.words.Say("run.all"), func() { s.showRun(r.ID, r.Summary) }))
	}
	if r.Undo != nil {
		buttons.Add(s.button(*r.Undo))
	}
	content.Add(buttons)
	return newPanel(content, "")
}
