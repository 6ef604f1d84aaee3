package ui

import (
	"reflect"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
	"watchkeeper/assets"
)

// statusPage is the first place: the sentence, what needs the person, the
// accounts, the last run. Its parts stay and change in place, so that focus,
// scroll and opened lines survive news.
type statusPage struct {
	screen *Screen
	root   fyne.CanvasObject

	demo     *widget.Label
	mood     *canvas.Image
	sentence *widget.Label
	details  *widget.Label
	actions  *fyne.Container
	shown    []view.Button // in actions
	progress *fyne.Container
	bar      *widget.ProgressBar
	busy     *widget.Activity
	doing    *widget.Label
	cards    *fyne.Container
	cardOf   map[string]*cardView
	accounts *widget.Label
	tiles    *fyne.Container
	tileOf   map[int64]*tileView
	run      *fyne.Container
	runShown *view.Run
	welcome  *fyne.Container
	welcomed *view.Welcome
	charts   *fyne.Container
	startup  *fyne.Container
	begun    bool // the box of the first run was asked for
}

func newStatusPage(s *Screen) *statusPage {
	p := &statusPage{screen: s, cardOf: map[string]*cardView{}, tileOf: map[int64]*tileView{}}
	p.demo = bold("")
	p.demo.Importance = widget.WarningImportance
	p.mood = canvas.NewImageFromResource(moodIcon(view.Good))
	p.mood.FillMode = canvas.ImageFillContain
	p.mood.SetMinSize(fyne.NewSquareSize(44))
	p.sentence = bold("")
	p.sentence.SizeName = theme.SizeNameHeadingText
	p.details = quiet("")
	p.actions = container.New(&flow{})
	head := container.NewBorder(nil, nil, container.NewCenter(p.mood), nil, container.New(tight{}, p.sentence, p.details))
	p.bar, p.busy, p.doing = widget.NewProgressBar(), widget.NewActivity(), quiet("")
	p.progress = stack(container.NewBorder(nil, nil, p.busy, nil, p.doing), p.bar)
	p.cards, p.run, p.welcome, p.charts, p.startup = column(), column(), column(), column(), column()
	p.accounts = heading(s.words.Say("tile.accounts"))
	p.tiles = container.New(columns{least: 370, gap: pageGap})
	p.root = container.NewVScroll(framed(
		column(p.demo, head, p.actions, p.progress, p.cards, p.welcome, p.startup, p.accounts, p.tiles, p.run, p.charts)))
	return p
}

func (p *statusPage) object() fyne.CanvasObject { return p.root }

// load brings the charts; everything else comes with the status.
func (p *statusPage) load() { p.screen.actions.Charts(p.drawCharts) }

// drawStartup shows the box that starts the program with the session.
func (p *statusPage) drawStartup(m view.Settings, err error) {
	var objects []fyne.CanvasObject
	if row := m.Autostart(); err == nil && row != nil {
		objects = append(objects, newPanel(p.screen.settings.row(*row), ""))
	}
	replace(p.startup, objects)
}

func (p *statusPage) drawCharts(all []view.Chart, err error) {
	if err != nil {
		return // the rest of the page says what is wrong
	}
	var objects []fyne.CanvasObject
	if len(all) > 0 {
		row := container.New(columns{least: 320, gap: pageGap})
		for _, c := range all {
			row.Add(newPanel(drawChart(c), ""))
		}
		objects = append(objects, heading(p.screen.words.Say("chart.title")), row)
	}
	replace(p.charts, objects)
}

func moodIcon(m view.Mood) fyne.Resource {
	name := "tray-" + m.String()
	return fyne.NewStaticResource(name+".svg", assets.Icon(name))
}

func (p *statusPage) draw(m view.Window) {
	p.drawHead(m)
	p.drawProgress(m.Progress)
	p.drawCards(slices.Concat(m.Cards, m.Doubts))
	p.drawWelcome(m.Welcome)
	show(p.startup, m.Beginning() && len(p.startup.Objects) > 0)
	if m.Beginning() && !p.begun {
		p.begun = true
		p.screen.actions.Settings(p.drawStartup)
	}
	p.drawTiles(m.Tiles)
	p.drawRun(m.LastTitle, m.LastRun)
}

func (p *statusPage) drawHead(m view.Window) {
	p.demo.SetText(m.Demo)
	show(p.demo, m.Demo != "")
	if icon := moodIcon(m.Mood); p.mood.Resource.Name() != icon.Name() {
		p.mood.Resource = icon
		p.mood.Refresh()
	}
	setText(p.sentence, m.Sentence)
	setText(p.details, strings.Join(m.Details, " "))
	show(p.details, len(m.Details) > 0)
	if !reflect.DeepEqual(m.Buttons, p.shown) {
		p.shown = m.Buttons
		p.actions.Objects = p.screen.buttons(m.Buttons).Objects
		p.actions.Refresh()
	}
}

func (p *statusPage) drawProgress(run *view.Progress) {
	show(p.progress, run != nil)
	if run == nil {
		p.busy.Stop()
		return
	}
	setText(p.doing, run.Text)
	p.busy.Start()
	show(p.bar, run.Share >= 0)
	p.bar.SetValue(max(run.Share, 0))
}

func (p *statusPage) drawCards(cards []view.Card) {
	var objects []fyne.CanvasObject
	now := map[string]*cardView{}
	for _, c := range cards {
		v := p.cardOf[c.ID]
		folded := p.screen.folded[c.ID]
		if v == nil || v.folded != folded || !reflect.DeepEqual(v.card, c) {
			v = p.screen.drawCard(c, folded)
		}
		now[c.ID] = v
		objects = append(objects, v.object)
	}
	p.cardOf = now
	replace(p.cards, objects)
}

func (p *statusPage) drawTiles(tiles []view.Tile) {
	var objects []fyne.CanvasObject
	now := map[int64]*tileView{}
	for _, t := range tiles {
		v := p.tileOf[t.ID]
		if v == nil || !v.fits(t) {
			v = p.screen.drawTile(t, v)
		}
		v.update(t)
		now[t.ID] = v
		objects = append(objects, v.object)
	}
	p.tileOf = now
	show(p.accounts, len(tiles) > 0)
	replace(p.tiles, objects)
}

func (p *statusPage) drawRun(title string, run *view.Run) {
	if reflect.DeepEqual(run, p.runShown) {
		return
	}
	p.runShown = run
	var objects []fyne.CanvasObject
	if run != nil {
		objects = append(objects, heading(title), p.screen.drawRun(*run))
	}
	replace(p.run, objects)
}

func (p *statusPage) drawWelcome(w *view.Welcome) {
	if reflect.DeepEqual(w, p.welcomed) {
		return
	}
	p.welcomed = w
	var objects []fyne.CanvasObject
	if w != nil {
		objects = append(objects, p.screen.drawWelcome(*w))
	}
	replace(p.welcome, objects)
}

func (s *Screen) drawWelcome(w view.Welcome) fyne.CanvasObject {
	row := container.New(&flow{})
	for _, offer := range w.Services {
		row.Add(widget.NewButtonWithIcon(offer.Button, theme.LoginIcon(), func() { s.chooseMethod(offer.Service, view.SignInWish{}) }))
	}
	return newPanel(stack(heading(w.Title), wrapped(w.Text), row, widget.NewSeparator(), quiet(w.Promise)), theme.ColorNamePrimary)
}

func show(o fyne.CanvasObject, visible bool) {
	if visible == o.Visible() {
		return
	}
	if visible {
		o.Show()
		return
	}
	o.Hide()
}

func setText(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
}

// replace swaps the objects of a container when they are others.
func replace(c *fyne.Container, objects []fyne.CanvasObject) {
	if reflect.DeepEqual(pointers(c.Objects), pointers(objects)) {
		return
	}
	c.Objects = objects
	show(c, len(objects) > 0) // an empty part takes no room
	c.Refresh()
}

// pointers compares objects by identity, not by content.
func pointers(objects []fyne.CanvasObject) []uintptr {
	out := make([]uintptr, len(objects))
	for i, o := range objects {
		out[i] = reflect.ValueOf(o).Pointer()
	}
	return out
}
