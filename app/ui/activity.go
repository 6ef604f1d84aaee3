package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"watchkeeper/app/view"
)

// activityPage lists what the latest runs did.
type activityPage struct {
	screen *Screen
	root   fyne.CanvasObject
	list   *fyne.Container
}

func newActivityPage(s *Screen) *activityPage {
	p := &activityPage{screen: s, list: stack()}
	p.root = container.NewVScroll(container.NewPadded(container.NewPadded(p.list)))
	return p
}

// load asks for the runs and draws them when they come.
func (p *activityPage) load() { p.screen.actions.Runs(p.draw) }

func (p *activityPage) draw(runs []view.Run, err error) {
	objects := []fyne.CanvasObject{heading(p.screen.words.Say("place.activity"))}
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
