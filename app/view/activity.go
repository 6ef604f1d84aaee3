package view

import (
	"watchkeeper/engine/ledger"
)

// ActivityFilter is what the person wants to see of what was done.
type ActivityFilter struct {
	Outcome string // "", done, held, failed, undone
	Account string
	Search  string
}

// Any tells whether a filter restricts something.
func (f ActivityFilter) Any() bool { return f != ActivityFilter{} }

// Outcomes that a filter knows beside all.
const (
	OutcomeDone   = "done"
	OutcomeHeld   = "held"
	OutcomeFailed = "failed"
	OutcomeUndone = "undone"
)

// Activity is the frame of the Activity page.
type Activity struct {
	Title, Search      string
	Outcomes, Accounts []Choice
}

// ActivityOf is the frame of the Activity page.
func ActivityOf(s ledger.Status, services []Service, w *Words) Activity {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := Activity{Title: p.Say("place.activity"), Search: p.Say("library.search"),
		Outcomes: []Choice{{"", p.Say("outcome.all")}}, Accounts: []Choice{{"", p.Say("library.any_account")}}}
	for _, o := range []string{OutcomeDone, OutcomeHeld, OutcomeFailed, OutcomeUndone} {
		out.Outcomes = append(out.Outcomes, Choice{o, p.Say("outcome." + o)})
	}
	for _, a := range s.Accounts {
		out.Accounts = append(out.Accounts, Choice{a.Name, p.accountName(a)})
	}
	return out
}

// WriteFacts is one write with the title of its work.
type WriteFacts struct {
	ledger.Entry
	Title string
}

// Writes is a list of single writes: those of a run, or those that a filter
// found.
type Writes struct {
	Empty string
	Rows  []WriteRow
}

// WriteRow is one write.
type WriteRow struct {
	When, Title, What, Why string
	Tone                   Tone
	Work                   int64
	Undo                   *Button
}

// WritesOf lists writes.
func WritesOf(all []WriteFacts, s ledger.Status, services []Service, w *Words) Writes {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	var out Writes
	for _, e := range all {
		event := p.wrote(e.Entry)
		c := p.change(ledger.ChangeSummary{Account: e.Op.Account, Feature: e.Op.Feature, Action: e.Op.Action.String(), State: e.State})
		out.Rows = append(out.Rows, WriteRow{When: event.When, Title: e.Title, What: event.Text, Why: event.Why, Tone: c.Tone, Work: int64(e.Op.Work), Undo: event.Undo})
	}
	if len(out.Rows) == 0 {
		out.Empty = p.Say("outcome.none")
	}
	return out
}

// HeldOf lists what waits, as writes that were not made.
func HeldOf(holds []ledger.Hold, titles [][]string, s ledger.Status, services []Service, w *Words) Writes {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	var out Writes
	for i, h := range holds {
		for j, op := range h.Ops {
			what := p.change(ledger.ChangeSummary{Account: op.Account, Feature: op.Feature, Action: op.Action.String()}).What
			out.Rows = append(out.Rows, WriteRow{When: p.Clock(h.Since, p.now), Title: titles[i][j], What: p.valued(what, op),
				Why: p.Say("reason." + p.reasonKey(h.Guard)), Tone: Aged, Work: int64(op.Work)})
		}
	}
	if len(out.Rows) == 0 {
		out.Empty = p.Say("outcome.none")
	}
	return out
}
