package view

import (
	"cmp"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Choice is one of several answers; the empty ID restricts nothing.
type Choice struct{ ID, Label string }

// LibraryFilter is what the person wants to see of the library.
type LibraryFilter struct {
	Person, Search, Kind, Feature, Account string
	Differs                                bool
}

// Any tells whether a filter restricts something.
func (f LibraryFilter) Any() bool {
	f.Person = ""
	return f != LibraryFilter{}
}

// Library is the frame of the Library page: what can be asked, and a column
// per account.
type Library struct {
	Title, Search, Differs            string
	People, Kinds, Features, Accounts []Choice
	Columns                           []string
	First                             string // heading of the first column
}

// Shelf is what a filter found: the numbers of works by title. Rows are asked
// for as they come into sight.
type Shelf struct {
	Works []int64
	Line  string // how many
	Empty string // what to do when there are none; ""
}

// LibraryRow is one work with a cell per account.
type LibraryRow struct {
	Work        int64
	Title, Kind string
	Cells       []Cell
}

// Presence is what an account has of a work, and the sign that says so.
type Presence uint8

// In the order of what a cell of several features shows first.
const (
	Nowhere  Presence = iota // nothing is known about it
	Absent                   // it does not hold it, and need not
	Has                      // what it should
	OnItsWay                 // a write was sent and does not show yet
	Unknown                  // it cannot be told
	Other                    // another value than it should
	Missing                  // it lacks what it should have
)

// Cell is what one account shows of a work: what matters most, and in a second
// line what there is beside it.
type Cell struct {
	Sign       Presence
	Text, Note string
}

// LibraryOf is the frame of the Library page.
func LibraryOf(person string, s ledger.Status, services []Service, w *Words) Library {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := Library{Title: p.Say("place.library"), Search: p.Say("library.search"), Differs: p.Say("library.differs"), First: p.Say("library.title"),
		Kinds: []Choice{{"", p.Say("library.any_kind")}}, Features: []Choice{{"", p.Say("library.any_feature")}},
		Accounts: []Choice{{"", p.Say("library.any_account")}}}
	for _, k := range media.Kinds {
		out.Kinds = append(out.Kinds, Choice{k.String(), p.Say("kinds." + k.String())})
	}
	for _, f := range media.Features {
		out.Features = append(out.Features, Choice{f.String(), p.feature(f)})
	}
	out.People = p.people()
	for _, a := range p.accountsOf(person) {
		out.Accounts = append(out.Accounts, Choice{a.Name, p.accountName(a)})
		out.Columns = append(out.Columns, p.accountName(a))
	}
	return out
}

// people are whom a page can be about; none where there is one person.
func (p *painter) people() []Choice {
	if len(p.s.Profiles) < 2 {
		return nil
	}
	return p.everybody()
}

// accountsOf are the accounts of a person by name; "" for the first.
func (p *painter) accountsOf(person string) []ledger.AccountStatus {
	var who ledger.ProfileID
	for i, v := range p.s.Profiles {
		if v.Name == person || i == 0 {
			who = v.ID
		}
	}
	var out []ledger.AccountStatus
	for _, a := range p.s.Accounts {
		if a.Profile == who || len(p.s.Profiles) == 0 {
			out = append(out, a)
		}
	}
	return out
}

// ShelfOf says what a filter found.
func ShelfOf(works []media.WorkID, f LibraryFilter, s ledger.Status, w *Words) Shelf {
	out := Shelf{Works: make([]int64, len(works)), Line: w.Say("library.count", "n", len(works))}
	for i, id := range works {
		out.Works[i] = int64(id)
	}
	switch {
	case len(works) > 0:
	case f.Differs && f.Search == "":
		out.Empty = w.Say("library.none_differ")
	case f.Any():
		out.Empty = w.Say("library.none_found")
	case len(s.Accounts) == 0:
		out.Empty = w.Say("library.no_accounts")
	default:
		out.Empty = w.Say("library.not_read")
	}
	return out
}

// LibraryRowsOf words rows of the library. With a feature in the filter the
// cells tell of it alone.
func LibraryRowsOf(rows []ledger.LibraryRow, f LibraryFilter, s ledger.Status, services []Service, w *Words) []LibraryRow {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	accounts := p.accountsOf(f.Person)
	out := make([]LibraryRow, len(rows))
	for i, r := range rows {
		out[i] = LibraryRow{Work: int64(r.Work.ID), Title: p.workTitle(r.Work, r.Show), Kind: p.Say("kind." + r.Work.Kind.String())}
		for _, a := range accounts {
			out[i].Cells = append(out[i].Cells, p.cell(r.Chips, a.ID, f.Feature))
		}
	}
	return out
}

// cell is what an account shows of a work, over its features: the sign that
// matters most with its words, and the others.
func (p *painter) cell(chips []ledger.Chip, account ledger.AccountID, feature string) Cell {
	var all []Cell
	for _, c := range chips {
		if c.Account == account && (feature == "" || c.Feature.String() == feature) {
			all = append(all, p.chip(c))
		}
	}
	if len(all) == 0 {
		return Cell{Text: p.Say("cell.nothing")}
	}
	slices.SortStableFunc(all, func(a, b Cell) int { return cmp.Compare(b.Sign, a.Sign) })
	all = slices.DeleteFunc(all, func(c Cell) bool { return c.Sign == Absent })
	if len(all) == 0 {
		return Cell{Sign: Absent, Text: p.Say("cell.nothing")}
	}
	out := all[0]
	if len(all) > 1 {
		var rest []string
		for _, c := range all[1:] {
			rest = append(rest, p.beside(c))
		}
		out.Note = strings.Join(rest, " · ")
	}
	return out
}

// beside is a chip in the second line of a cell, where it has to say itself
// which feature it is about.
func (p *painter) beside(c Cell) string {
	if c.Sign == OnItsWay || c.Sign == Unknown {
		return p.Say("cell.beside", "feature", c.Note, "state", c.Text)
	}
	return c.Text
}

// chip is one feature of a work at one account.
func (p *painter) chip(c ledger.Chip) Cell {
	feature := p.feature(c.Feature)
	has := c.State == ledger.ShownValue
	switch {
	case c.Sent:
		return Cell{Sign: OnItsWay, Text: p.Say("cell.sent"), Note: feature}
	case c.Unmet != "" && has:
		return p.shownValue(c, Other)
	case c.Unmet != "":
		return Cell{Sign: Missing, Text: p.Say("cell.missing", "feature", feature)}
	case c.State == ledger.ShownUnknown:
		return Cell{Sign: Unknown, Text: p.Say("cell.unknown"), Note: feature}
	case has:
		return p.shownValue(c, Has)
	}
	return Cell{Sign: Absent, Text: p.Say("cell.absent", "feature", feature)}
}

// shownValue is a value as a cell has room for.
func (p *painter) shownValue(c ledger.Chip, sign Presence) Cell {
	switch {
	case c.Feature == media.Watchlist:
		return Cell{Sign: sign, Text: p.Say("cell.listed")}
	case c.Feature == media.Ratings:
		return Cell{Sign: sign, Text: p.Say("cell.rated", "n", int(c.Value.N))}
	case c.Feature == media.Progress:
		return Cell{Sign: sign, Text: p.Say("cell.position", "value", p.value(c.Value, c.Feature))}
	case c.Value.PlayedAt().Known():
		return Cell{Sign: sign, Text: p.Say("cell.watched"), Note: p.Date(c.Value.PlayedAt())}
	}
	return Cell{Sign: sign, Text: p.Say("cell.watched")}
}

// workTitle names a work as lists do.
func (p *painter) workTitle(w ledger.Work, show string) string {
	show = cmp.Or(show, w.ShowTitle)
	switch {
	case w.Kind == media.Episode && show != "":
		return p.Say("title.episode", "show", show, "numbers", numbers(w.Season, w.Number))
	case w.Kind == media.Season && show != "":
		return p.Say("title.season", "show", show, "season", w.Season)
	case w.Title == "":
		return p.Say("title.unnamed", "kind", p.Say("kind."+w.Kind.String()), "id", int(w.ID))
	case w.Year != 0:
		return p.Say("title.dated", "title", w.Title, "year", year(w.Year))
	}
	return w.Title
}
