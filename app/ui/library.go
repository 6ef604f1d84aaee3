package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// pageRows is how many rows of the library are asked for at once; a few pages
// around what is in sight are kept.
const (
	pageRows  = 60
	keptPages = 12
)

// libraryPage is the third place: every work once, with a cell per account.
// The list knows the numbers of all works and asks for rows as they come into
// sight, so that 100,000 titles scroll.
type libraryPage struct {
	screen *Screen
	root   *fyne.Container
	frame  view.Library
	filter view.LibraryFilter
	shelf  view.Shelf

	count, empty *widget.Label
	head         *fyne.Container
	bar          *fyne.Container
	body         *fyne.Container
	list         *widget.List
	rows         map[int][]view.LibraryRow // by page
	asked        map[int]bool
	order        []int // pages as they came
	typing       *time.Timer
	turn         int // of the latest filter: older answers are late
}

func newLibraryPage(s *Screen) *libraryPage {
	p := &libraryPage{screen: s, count: quiet(""), empty: wrapped(""), head: container.New(shares{0.4}), bar: container.New(&flow{})}
	p.body = container.NewStack()
	p.renew()
	top := column(heading(s.words.Say("place.library")), p.bar, p.count, p.empty, p.head)
	p.root = framed(container.NewBorder(top, nil, nil, nil, p.body))
	p.empty.Hide()
	return p
}

func (p *libraryPage) object() fyne.CanvasObject { return p.root }

// load brings the frame and what the filter finds.
func (p *libraryPage) load() {
	p.screen.actions.Library(p.filter.Person, func(frame view.Library, err error) {
		if p.screen.failed(err) {
			return
		}
		p.drawFrame(frame)
		p.search()
	})
}

func (p *libraryPage) drawFrame(frame view.Library) {
	if len(p.bar.Objects) > 0 && equalFrames(frame, p.frame) {
		return
	}
	p.frame = frame
	search := widget.NewEntry()
	search.SetPlaceHolder(frame.Search)
	search.SetText(p.filter.Search)
	search.OnChanged = func(text string) {
		p.filter.Search = text
		p.soon()
	}
	differs := widget.NewCheck(frame.Differs, nil)
	differs.SetChecked(p.filter.Differs)
	differs.OnChanged = func(on bool) {
		p.filter.Differs = on
		p.search()
	}
	p.bar.Objects = []fyne.CanvasObject{container.NewGridWrap(fyne.NewSize(240, search.MinSize().Height), search)}
	p.choose(frame.People, &p.filter.Person, p.load)
	p.choose(frame.Kinds, &p.filter.Kind, p.search)
	p.choose(frame.Features, &p.filter.Feature, p.search)
	p.choose(frame.Accounts, &p.filter.Account, p.search)
	p.bar.Add(differs)
	p.bar.Refresh()
	first := line(frame.First)
	first.TextStyle.Bold = true
	p.head.Objects = []fyne.CanvasObject{first}
	for _, name := range frame.Columns {
		l := line(name)
		l.TextStyle.Bold, l.Truncation = true, fyne.TextTruncateEllipsis
		p.head.Add(l)
	}
	p.head.Refresh()
	p.renew()
}

// renew makes the list anew: its rows have as many cells as there are columns.
func (p *libraryPage) renew() {
	p.list = widget.NewList(func() int { return len(p.shelf.Works) }, p.newRow, p.fillRow)
	p.list.OnSelected = func(i widget.ListItemID) {
		p.list.UnselectAll()
		p.screen.showItem(p.shelf.Works[i])
	}
	p.body.Objects = []fyne.CanvasObject{p.list}
	p.body.Refresh()
}

func equalFrames(a, b view.Library) bool {
	return len(a.Columns) == len(b.Columns) && len(a.People) == len(b.People) && len(a.Accounts) == len(b.Accounts)
}

// choose adds a list of choices to the bar that sets one part of the filter.
func (p *libraryPage) choose(choices []view.Choice, into *string, then func()) {
	if len(choices) > 0 {
		p.bar.Add(roomy(chooser(choices, *into, func(id string) {
			*into = id
			then()
		})))
	}
}

// typed is how long the person must rest before a search begins.
const typed = 250 * time.Millisecond

// soon searches when the person has stopped typing.
func (p *libraryPage) soon() {
	if p.typing != nil {
		p.typing.Stop()
	}
	p.typing = time.AfterFunc(typed, func() { p.screen.post(p.search) })
}

// search asks what the filter finds.
func (p *libraryPage) search() {
	p.turn++
	turn := p.turn
	p.screen.actions.Shelf(p.filter, func(found view.Shelf, err error) {
		if p.screen.failed(err) || turn != p.turn {
			return
		}
		p.shelf, p.rows, p.asked, p.order = found, map[int][]view.LibraryRow{}, map[int]bool{}, nil
		setText(p.count, found.Line)
		setText(p.empty, found.Empty)
		show(p.empty, found.Empty != "")
		show(p.head, found.Empty == "")
		p.list.ScrollToTop()
		p.list.Refresh()
	})
}

// row is the row of a place in the list; false while it is not here yet.
func (p *libraryPage) row(i int) (view.LibraryRow, bool) {
	page := i / pageRows
	if rows, ok := p.rows[page]; ok {
		if i%pageRows < len(rows) {
			return rows[i%pageRows], true
		}
		return view.LibraryRow{}, false
	}
	p.ask(page)
	return view.LibraryRow{}, false
}

// ask brings a page of rows and lets the oldest ones go.
func (p *libraryPage) ask(page int) {
	if p.asked[page] {
		return
	}
	p.asked[page] = true
	turn := p.turn
	works := p.shelf.Works[page*pageRows : min((page+1)*pageRows, len(p.shelf.Works))]
	p.screen.actions.Rows(p.filter, works, func(rows []view.LibraryRow, err error) {
		if turn != p.turn || p.screen.failed(err) {
			return
		}
		p.rows[page] = rows
		if p.order = append(p.order, page); len(p.order) > keptPages {
			delete(p.rows, p.order[0])
			delete(p.asked, p.order[0])
			p.order = p.order[1:]
		}
		p.list.Refresh()
	})
}

// libraryRow is a row on the screen: labels that are used again and again.
type libraryRow struct {
	title, kind *widget.Label
	signs       []*widget.Icon
	texts       []*widget.Label
	notes       []*widget.Label
}

func (p *libraryPage) newRow() fyne.CanvasObject {
	title, kind := widget.NewLabel(""), quiet("")
	kind.Wrapping = fyne.TextWrapOff
	title.Truncation, kind.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
	row := container.New(shares{0.4}, container.New(tight{}, title, kind))
	for range p.frame.Columns {
		text, note := line(""), line("")
		text.Truncation, note.Truncation, note.Importance = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis, widget.LowImportance
		row.Add(container.New(tight{}, container.NewBorder(nil, nil, widget.NewIcon(nil), nil, text), note))
	}
	return row
}

// parts finds the labels of a row again.
func parts(o fyne.CanvasObject) libraryRow {
	cells := o.(*fyne.Container).Objects
	first := cells[0].(*fyne.Container).Objects
	out := libraryRow{title: first[0].(*widget.Label), kind: first[1].(*widget.Label)}
	for _, c := range cells[1:] {
		lines := c.(*fyne.Container).Objects
		first := lines[0].(*fyne.Container).Objects
		out.texts, out.signs = append(out.texts, first[0].(*widget.Label)), append(out.signs, first[1].(*widget.Icon))
		out.notes = append(out.notes, lines[1].(*widget.Label))
	}
	return out
}

func (p *libraryPage) fillRow(i widget.ListItemID, o fyne.CanvasObject) {
	labels := parts(o)
	row, here := p.row(i)
	if !here {
		row = view.LibraryRow{Title: p.screen.words.Say("library.loading")}
	}
	setText(labels.title, row.Title)
	setText(labels.kind, row.Kind)
	for c, text := range labels.texts {
		var cell view.Cell
		if c < len(row.Cells) {
			cell = row.Cells[c]
		}
		setText(text, cell.Text)
		setText(labels.notes[c], cell.Note)
		labels.signs[c].SetResource(presence(cell.Sign))
	}
}

// presence is the shape of what an account has; its colour only repeats it.
func presence(sign view.Presence) fyne.Resource {
	switch sign {
	case view.Has:
		return theme.NewSuccessThemedResource(theme.ConfirmIcon())
	case view.OnItsWay:
		return theme.NewPrimaryThemedResource(theme.MailSendIcon())
	case view.Unknown:
		return theme.NewDisabledResource(theme.QuestionIcon())
	case view.Other:
		return theme.NewWarningThemedResource(theme.WarningIcon())
	case view.Missing:
		return theme.NewErrorThemedResource(theme.CancelIcon())
	}
	return theme.NewDisabledResource(theme.ContentRemoveIcon())
}

// chooser is a list of choices with one chosen.
func chooser(choices []view.Choice, value string, chosen func(id string)) *widget.Select {
	labels := make([]string, len(choices))
	at := 0
	for i, c := range choices {
		labels[i] = c.Label
		if c.ID == value {
			at = i
		}
	}
	list := widget.NewSelect(labels, nil)
	list.SetSelectedIndex(at)
	list.OnChanged = func(string) { chosen(choices[max(list.SelectedIndex(), 0)].ID) }
	return list
}
