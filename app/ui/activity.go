package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// activityPage is the second place: what the latest runs did. A filter turns
// it into a list of single changes.
type activityPage struct {
	screen *Screen
	root   fyne.CanvasObject
	bar    *fyne.Container
	list   *fyne.Container
	filter view.ActivityFilter
	typing *time.Timer
	turn   int // of the latest wish: older answers are late
}

func newActivityPage(s *Screen) *activityPage {
	p := &activityPage{screen: s, list: column(), bar: container.New(&flow{})}
	p.root = container.NewVScroll(framed(column(heading(s.words.Say("place.activity")), p.bar, p.list)))
	return p
}

func (p *activityPage) object() fyne.CanvasObject { return p.root }

// load asks for the runs, or for what the filter finds, and draws it.
func (p *activityPage) load() {
	p.turn++
	turn := p.turn
	p.screen.actions.Activity(func(frame view.Activity, err error) {
		if !p.screen.failed(err) && len(p.bar.Objects) == 0 {
			p.drawBar(frame)
		}
	})
	if p.filter.Any() {
		p.screen.actions.Writes(p.filter, 0, func(w view.Writes, err error) {
			if turn == p.turn && !p.screen.failed(err) {
				p.drawWrites(w)
			}
		})
		return
	}
	p.screen.actions.Runs(func(runs []view.Run, err error) {
		if turn == p.turn {
			p.draw(runs, err)
		}
	})
}

func (p *activityPage) drawBar(frame view.Activity) {
	search := widget.NewEntry()
	search.SetPlaceHolder(frame.Search)
	search.OnChanged = func(text string) {
		p.filter.Search = text
		if p.typing != nil {
			p.typing.Stop()
		}
		p.typing = time.AfterFunc(typed, func() { p.screen.post(p.load) })
	}
	p.bar.Objects = []fyne.CanvasObject{
		container.NewGridWrap(fyne.NewSize(240, search.MinSize().Height), search),
		roomy(chooser(frame.Outcomes, p.filter.Outcome, func(id string) { p.filter.Outcome = id; p.load() })),
		roomy(chooser(frame.Accounts, p.filter.Account, func(id string) { p.filter.Account = id; p.load() })),
	}
	p.bar.Refresh()
}

func (p *activityPage) draw(runs []view.Run, err error) {
	var objects []fyne.CanvasObject
	if err != nil {
		objects = append(objects, wrapped(p.screen.words.Say("message.failed", "why", err.Error())))
	}
	if len(runs) == 0 && err == nil {
		objects = append(objects, wrapped(p.screen.words.Say("run.none")))
	}
	for _, r := range runs {
		objects = append(objects, p.screen.drawRun(r))
	}
	p.list.Objects = objects
	p.list.Refresh()
}

func (p *activityPage) drawWrites(w view.Writes) {
	p.list.Objects = []fyne.CanvasObject{p.screen.writes(w)}
	p.list.Refresh()
}

// writes is a list of single changes.
func (s *Screen) writes(w view.Writes) fyne.CanvasObject {
	if w.Empty != "" {
		return wrapped(w.Empty)
	}
	rows := stack()
	for _, r := range w.Rows {
		buttons := container.NewHBox()
		if r.Work != 0 {
			open := widget.NewButtonWithIcon("", theme.NavigateNextIcon(), func() { s.showItem(r.Work) })
			open.Importance = widget.LowImportance
			buttons.Add(open)
		}
		if r.Undo != nil {
			buttons.Add(s.button(*r.Undo))
		}
		rows.Add(container.NewBorder(nil, nil, top(widget.NewIcon(sign(r.Tone))), top(buttons),
			container.New(tight{}, bold(r.Title), wrapped(joined(r.What, r.When)), small(r.Why))))
	}
	return newPanel(rows, "")
}

// showRun lists all changes of a run over the place.
func (s *Screen) showRun(run int64, title string) {
	s.actions.Writes(view.ActivityFilter{}, run, func(w view.Writes, err error) {
		if s.failed(err) {
			return
		}
		page := container.NewVScroll(framed(column(s.backButton(), heading(title), s.writes(w))))
		s.put(still{page})
	})
}

// still is a page that does not change.
type still struct{ root fyne.CanvasObject }

func (p still) object() fyne.CanvasObject { return p.root }
func (still) load()                       {}
