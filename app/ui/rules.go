package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// rulesPage is the fifth place: a picture of who follows whom, and the matrix
// in which it is changed.
type rulesPage struct {
	screen *Screen
	root   *container.Scroll
	body   *fyne.Container
	model  view.Rules
}

func newRulesPage(s *Screen) *rulesPage {
	p := &rulesPage{screen: s, body: column()}
	p.root = container.NewVScroll(framed(p.body))
	return p
}

func (p *rulesPage) object() fyne.CanvasObject { return p.root }

func (p *rulesPage) load() { p.screen.actions.Rules(p.screen.library.filter.Person, p.draw) }

func (p *rulesPage) draw(m view.Rules, err error) {
	if p.screen.failed(err) {
		return
	}
	p.model = m
	parts := []fyne.CanvasObject{heading(m.Title)}
	if len(m.People) > 0 {
		who := chooser(m.People, p.screen.library.filter.Person, func(id string) {
			p.screen.library.filter.Person = id
			p.load()
		})
		parts = append(parts, container.NewHBox(roomy(who)))
	}
	if m.Empty != "" {
		parts = append(parts, wrapped(m.Empty))
	} else {
		parts = append(parts, wrapped(m.Intro), newPicture(m.Nodes, m.Arrows), p.matrix(m))
	}
	p.screen.redraw(p.body, func() {
		p.body.Objects = parts
		p.body.Refresh()
	})
}

// matrix is from × to; a field that can be changed is a button over its words.
func (p *rulesPage) matrix(m view.Rules) fyne.CanvasObject {
	grid := container.New(columns{least: 110, n: len(m.Nodes) + 1, gap: 6}, quiet(m.Corner))
	for _, n := range m.Nodes {
		grid.Add(bold(n.Name))
	}
	for i, row := range m.Grid {
		grid.Add(bold(m.Nodes[i].Name))
		for _, cell := range row {
			grid.Add(p.cell(cell))
		}
	}
	return container.NewHScroll(grid)
}

func (p *rulesPage) cell(c view.RuleCell) fyne.CanvasObject {
	text := wrapped(c.Text)
	text.SizeName = theme.SizeNameCaptionText
	if len(c.Rows) == 0 {
		text.Importance = widget.LowImportance
		return text
	}
	press := widget.NewButton("", func() { p.edit(c) })
	return container.NewStack(press, text)
}

// edit is a field of the matrix, feature by feature.
func (p *rulesPage) edit(c view.RuleCell) {
	s, w := p.screen, p.screen.words
	edits := make([]view.RuleEdit, len(c.Rows))
	grid := container.NewGridWithColumns(3, bold(w.Say("rules.feature")), bold(w.Say("rules.mode")), bold(w.Say("rules.removals")))
	below := container.New(tight{})
	for i, row := range c.Rows {
		edits[i] = row.RuleEdit
		p.row(row, &edits[i], grid, below)
	}
	content := stack()
	if c.Notice != "" {
		agree := widget.NewCheck(w.Say("rules.agree"), func(on bool) {
			for i := range edits {
				edits[i].Onward = on
			}
		})
		agree.SetChecked(c.Rows[0].Onward)
		content.Add(wrapped(c.Notice))
		content.Add(agree)
	}
	content.Add(grid)
	content.Add(below)
	var d *sheet
	d = s.sheet(c.Title, content, widget.NewButton(w.Say("login.cancel"), func() { d.Hide() }), primary(w.Say("whatif.button"), func() {
		d.Hide()
		p.whatIf(changed(c.Rows, edits))
	}))
	d.Resize(fyne.NewSize(640*grown(), 0))
	d.Show()
}

// row adds a feature's choices to the grid, and what only matters once
// deletions follow below it. They change e.
func (p *rulesPage) row(row view.RuleRow, e *view.RuleEdit, grid, below *fyne.Container) {
	unwatch := widget.NewCheck(row.UnwatchLabel, func(on bool) { e.Unwatch = on })
	unwatch.SetChecked(row.Unwatch)
	var adjust func()
	removals := chooser(p.model.Removals, row.Removals, func(id string) {
		e.Removals = id
		adjust()
	})
	adjust = func() {
		follows := e.Mode != view.RuleOff && e.Mode != "add-only"
		if !follows && e.Removals != "never" {
			removals.SetSelectedIndex(0)
		}
		enable(removals, follows)
		enable(unwatch, follows && e.Removals != "never")
	}
	adjust()
	modes := p.model.Modes
	if !row.CanCopy {
		modes = modes[:len(modes)-1]
	}
	grid.Add(container.New(tight{}, wrapped(row.Label), small(row.Note)))
	grid.Add(roomy(chooser(modes, row.Mode, func(id string) {
		e.Mode = id
		adjust()
	})))
	grid.Add(roomy(removals))
	if row.UnwatchLabel != "" {
		below.Add(unwatch)
	}
}

// enable switches a control on or off.
func enable(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}

// changed are the edits that differ from what there is.
func changed(rows []view.RuleRow, edits []view.RuleEdit) []view.RuleEdit {
	var out []view.RuleEdit
	for i, e := range edits {
		if e != rows[i].RuleEdit {
			out = append(out, e)
		}
	}
	return out
}

// whatIf shows what edits would change before they are kept.
func (p *rulesPage) whatIf(edits []view.RuleEdit) {
	if len(edits) == 0 {
		return
	}
	s, w := p.screen, p.screen.words
	close := s.closable(w.Say("whatif.button"), wrapped(w.Say("whatif.thinking")))
	s.actions.WhatIf(edits, func(m view.WhatIf, err error) {
		close()
		if !s.failed(err) {
			p.showWhatIf(m, edits)
		}
	})
}

func (p *rulesPage) showWhatIf(m view.WhatIf, edits []view.RuleEdit) {
	s, w := p.screen, p.screen.words
	lines := container.New(tight{})
	for _, l := range m.Lines {
		lines.Add(wrapped(l))
	}
	content := fyne.CanvasObject(lines)
	if len(m.Rows) > 0 {
		list := widget.NewList(func() int { return len(m.Rows) }, newPairRow, func(i widget.ListItemID, o fyne.CanvasObject) {
			fillPairRow(o, m.Rows[i].Title, m.Rows[i].What)
		})
		content = container.NewBorder(lines, nil, nil, nil, container.NewGridWrap(fyne.NewSize(560*grown(), 220), list))
	}
	var d *sheet
	d = s.sheet(m.Title, content, widget.NewButton(w.Say("whatif.discard"), func() { d.Hide() }), primary(w.Say("whatif.save"), func() {
		d.Hide()
		s.Carry(view.Command{Verb: view.Routes, Edits: edits})
	}))
	d.Show()
}

// newPairRow is a row of a list: a title and what is about it.
func newPairRow() fyne.CanvasObject {
	title, what := widget.NewLabel(""), line("")
	title.Truncation, what.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
	return container.New(shares{0.45}, title, what)
}

func fillPairRow(o fyne.CanvasObject, title, what string) {
	row := o.(*fyne.Container).Objects
	setText(row[0].(*widget.Label), title)
	setText(row[1].(*widget.Label), what)
}
