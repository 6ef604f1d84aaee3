package view

import (
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// RuleFacts are the rules and what they may be.
type RuleFacts struct {
	Routes []ledger.Route
	// Offers are the features of each account's service.
	Offers map[ledger.AccountID][]media.Feature
	// Barred are ways that a service's terms speak against: From's words do not
	// go on to To unless the person says so (R15).
	Barred map[[2]ledger.AccountID]bool
	// ReadOnly are features that an account tells, and takes only once its
	// settings say so.
	ReadOnly map[ledger.AccountID][]media.Feature
}

// Rules is the Rules page: a picture and a matrix of who follows whom.
type Rules struct {
	Title, Intro, Corner, Empty string
	People                      []Choice // whose rules; none where there is one person
	Nodes                       []RuleNode
	Arrows                      []RuleArrow
	Grid                        [][]RuleCell // from × to, as Nodes
	Modes, Removals             []Choice
}

// RuleNode is an account of the picture.
type RuleNode struct {
	ID           int64
	Name, Letter string
}

// RuleArrow is a way between two nodes, by index.
type RuleArrow struct{ From, To int }

// RuleCell is what one account follows of another. It can be edited where it
// has Rows.
type RuleCell struct {
	Title, Text string
	Notice      string // to be read and agreed to before something is switched on; ""
	Rows        []RuleRow
}

// RuleRow is one feature of a cell.
type RuleRow struct {
	RuleEdit
	Label   string
	CanCopy bool   // copy exactly is possible
	Note    string // what keeps it from doing anything yet; ""
	// UnwatchLabel asks whether un-watching deletes plays; "" where it is no
	// question.
	UnwatchLabel string
}

// RuleEdit is a rule as the person wants it. Mode "off" ends it.
type RuleEdit struct {
	From, To                int64
	Feature, Mode, Removals string
	Onward, Unwatch         bool
}

// RuleOff is the mode of a rule that does not exist.
const RuleOff = "off"

// RulesOf is the Rules page of a person.
func RulesOf(person string, f RuleFacts, s ledger.Status, services []Service, w *Words) Rules {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := Rules{Title: p.Say("place.rules"), Intro: p.Say("rules.intro"), Corner: p.Say("rules.corner")}
	for _, m := range []string{RuleOff, ledger.AddOnly.String(), ledger.KeepSame.String(), ledger.CopyExactly.String()} {
		out.Modes = append(out.Modes, Choice{m, p.Say("mode." + m)})
	}
	for _, r := range []ledger.Removals{ledger.Never, ledger.Ask, ledger.Follow} {
		out.Removals = append(out.Removals, Choice{r.String(), p.Say("removals." + r.String())})
	}
	out.People = p.people()
	accounts := p.accountsOf(person)
	if len(accounts) < 2 {
		out.Empty = p.Say("rules.none")
		return out
	}
	for i, from := range accounts {
		out.Nodes = append(out.Nodes, RuleNode{int64(from.ID), p.accountName(from), initial(p.accountName(from))})
		var row []RuleCell
		for j, to := range accounts {
			cell := p.ruleCell(from, to, f)
			row = append(row, cell)
			if slices.ContainsFunc(cell.Rows, func(r RuleRow) bool { return r.Mode != RuleOff }) {
				out.Arrows = append(out.Arrows, RuleArrow{i, j})
			}
		}
		out.Grid = append(out.Grid, row)
	}
	return out
}

func (p *painter) ruleCell(from, to ledger.AccountStatus, f RuleFacts) RuleCell {
	if from.ID == to.ID {
		return RuleCell{}
	}
	source, target := p.accountName(from), p.accountName(to)
	out := RuleCell{Title: p.Say("rules.cell", "from", source, "to", target)}
	if f.Barred[[2]ledger.AccountID{from.ID, to.ID}] {
		out.Notice = p.Say("rules.terms", "from", source, "to", target)
	}
	by := map[string][]string{}
	for _, feature := range media.Features {
		if !slices.Contains(f.Offers[from.ID], feature) || !slices.Contains(f.Offers[to.ID], feature) {
			continue
		}
		row := p.ruleRow(from.ID, to.ID, feature, f)
		out.Rows = append(out.Rows, row)
		by[row.Mode] = append(by[row.Mode], row.Label)
	}
	var said []string
	for _, m := range []ledger.Mode{ledger.AddOnly, ledger.KeepSame, ledger.CopyExactly} {
		if names := by[m.String()]; len(names) > 0 {
			said = append(said, p.Say("rules.summary", "features", strings.Join(names, ", "), "mode", p.Say("mode."+m.String())))
		}
	}
	switch {
	case len(said) > 0:
		out.Text = strings.Join(said, "\n")
	case out.Notice != "":
		out.Text = p.Say("rules.off_by_terms")
	case len(out.Rows) == 0:
		out.Text = p.Say("rules.nothing_common")
	default:
		out.Text = p.Say("rules.off")
	}
	return out
}

func (p *painter) ruleRow(from, to ledger.AccountID, feature media.Feature, f RuleFacts) RuleRow {
	edit := RuleEdit{From: int64(from), To: int64(to), Feature: feature.String(), Mode: RuleOff, Removals: ledger.Never.String()}
	row := RuleRow{RuleEdit: edit, Label: p.feature(feature), CanCopy: feature != media.History && !ledger.Leads(f.Routes, feature, to, from)}
	for _, r := range f.Routes {
		if r.From != from || r.To != to || r.Feature != feature {
			continue
		}
		row.Mode, row.Removals, row.Onward, row.Unwatch = r.Mode.String(), r.Removals.String(), r.Onward, r.Unwatch
		if !r.Accepted {
			row.Note = p.Say("rules.waits")
		}
	}
	if slices.Contains(f.ReadOnly[to], feature) {
		row.Note = p.Say("rules.read_only", "account", p.account(to))
	}
	if feature == media.History {
		row.UnwatchLabel = p.Say("rules.unwatch")
	}
	return row
}

// WhatIf is what edits would change about the plan, before they are kept.
type WhatIf struct {
	Title   string
	Lines   []string // sums by account, feature and kind of change
	Rows    []ReviewRow
	Buttons []Button
}

// sampleRows is how many titles a preview lists.
const sampleRows = 500

// Prospect is the plan before and after edits.
type Prospect struct {
	Before, After ledger.Plan
	Titles        map[media.WorkID]string
}

// WhatIfOf words the difference between two plans.
func WhatIfOf(f Prospect, s ledger.Status, services []Service, w *Words) WhatIf {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := WhatIf{Title: p.Say("whatif.title")}
	more, less := ledger.Beyond(f.After.Ops, f.Before.Ops), ledger.Beyond(f.Before.Ops, f.After.Ops)
	if len(more)+len(less) == 0 {
		out.Lines = []string{p.Say("whatif.nothing")}
	}
	out.Lines = append(out.Lines, p.sums("whatif.more_", more)...)
	out.Lines = append(out.Lines, p.sums("whatif.less_", less)...)
	for _, part := range []struct {
		key string
		ops []ledger.Op
	}{{"whatif.new", more}, {"whatif.gone", less}} {
		for _, op := range part.ops[:min(len(part.ops), sampleRows)] {
			what := p.valued(p.change(ledger.ChangeSummary{Account: op.Account, Feature: op.Feature, Action: op.Action.String()}).What, op)
			out.Rows = append(out.Rows, ReviewRow{Title: f.Titles[op.Work], What: p.Say(part.key, "what", what)})
		}
	}
	return out
}

// sums counts ops by account, feature and action, in their order.
func (p *painter) sums(key string, ops []ledger.Op) []string {
	type sum struct {
		account ledger.AccountID
		feature media.Feature
		action  string
	}
	var order []sum
	n := map[sum]int{}
	for _, op := range ops {
		k := sum{op.Account, op.Feature, op.Action.String()}
		if n[k] == 0 {
			order = append(order, k)
		}
		n[k]++
	}
	var out []string
	for _, k := range order {
		out = append(out, p.Say(key+k.action, "n", n[k], "feature", p.feature(k.feature), "account", p.account(k.account)))
	}
	return out
}
