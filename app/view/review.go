package view

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// ReviewPage is everything behind a hold, to choose from.
type ReviewPage struct {
	Title, Why, Evidence string
	Rows                 []ReviewRow
	// Buttons answer for the ticked rows where Choose is true, for all
	// otherwise; the safe one first.
	Buttons []Button
	Choose  bool
}

// ReviewRow is one held write.
type ReviewRow struct {
	Op, Title, What string
	Hold            int64
	Work            int64 // its page; 0 for none
}

// ReviewOf lists holds with the titles of their ops, hold by hold.
func ReviewOf(holds []ledger.Hold, titles [][]string, s ledger.Status, services []Service, w *Words) ReviewPage {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	var out ReviewPage
	var ids []int64
	for i, h := range holds {
		ids = append(ids, h.ID)
		for j, op := range h.Ops {
			change := p.change(ledger.ChangeSummary{Account: op.Account, Feature: op.Feature, Action: op.Action.String()})
			out.Rows = append(out.Rows, ReviewRow{Op: string(op.ID), Title: titles[i][j], What: p.valued(change.What, op), Hold: h.ID, Work: int64(op.Work)})
		}
	}
	if len(holds) == 0 {
		return out
	}
	h := holds[0]
	out.Title = p.Say("hold."+p.holdKey(string(h.Guard)), "n", len(out.Rows), "target", p.account(h.Target), "feature", p.feature(h.Feature))
	out.Why, out.Evidence = p.Say("reason."+p.reasonKey(h.Guard)), p.Evidence(h.Evidence, p.now)
	out.Choose = len(holds) == 1 && h.Guard != ledger.GuardFirstRun
	for i, r := range replies(h.Guard) {
		command := Command{Verb: Answer, Holds: ids, Answer: string(r.answer)}
		if r.answer == ledger.NotNow {
			command = Command{Verb: Later, Holds: ids}
		}
		out.Buttons = append(out.Buttons, Button{Label: p.Say("answer." + r.key), Command: command, Primary: i == 0,
			Danger: removes(h.Guard) && r.answer == ledger.DoIt})
	}
	return out
}

// WhyOf lists what is not as it should be, each with its reason.
func WhyOf(left []ledger.NonOp, titles []string, s ledger.Status, services []Service, w *Words) ReviewPage {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := ReviewPage{Title: p.Say("why.title", "n", len(left))}
	for i, n := range left {
		reason := p.Say("reason." + p.reasonKey(n.Why.Code))
		if n.Why.Code == ledger.CannotStore && n.Why.Details.Code != "" {
			reason = p.Evidence(n.Why.Details, p.now) // which of the things that it cannot
		}
		out.Rows = append(out.Rows, ReviewRow{Title: titles[i], Work: int64(n.Work),
			What: p.Say("why.row", "account", p.account(n.Account), "feature", p.feature(n.Feature), "reason", reason)})
	}
	return out
}

// valued adds old and new value where a change has them to tell.
func (p *painter) valued(what string, op ledger.Op) string {
	from, to := p.value(op.Old, op.Feature), p.value(op.New, op.Feature)
	switch {
	case from != "" && to != "":
		return p.Say("review.from_to", "what", what, "from", from, "to", to)
	case to != "":
		return p.Say("review.to", "what", what, "to", to)
	case from != "":
		return p.Say("review.from", "what", what, "from", from)
	}
	return what
}

// value is a value in words; "" where there is nothing to tell beside the
// change itself.
func (p *painter) value(v media.Value, f media.Feature) string {
	if !v.Set {
		return ""
	}
	switch f {
	case media.Ratings:
		return p.Say("value.rating", "n", int(v.N))
	case media.History:
		if !v.PlayedAt().Known() {
			return p.Say("value.undated")
		}
		return v.PlayedAt().Time().In(p.zone).Format(p.Say("time.date"))
	case media.Progress:
		if v.Of == 0 {
			return p.Say("value.percent", "n", int(v.N*100/media.FractionWhole))
		}
		return p.Say("value.minutes", "at", int(v.N/60_000), "of", int(v.Of/60_000))
	}
	return ""
}

// UndoPage says how exact taking back a run is, before it is done.
type UndoPage struct {
	Title   string
	Lines   []string
	Buttons []Button
}

// UndoCount is one account's share of an undo.
type UndoCount struct {
	Account          ledger.AccountID
	Exact, ValueOnly int
	Stays            []ledger.Reason // why each of the others is left as it is
}

// UndoOf words the preview of an undo.
func UndoOf(what Command, counts []UndoCount, s ledger.Status, services []Service, w *Words) UndoPage {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := UndoPage{Title: p.Say("undo.title")}
	if what.Op != "" {
		out.Title = p.Say("undo.title_one")
	}
	possible := 0
	for _, c := range counts {
		possible += c.Exact + c.ValueOnly
		for _, part := range []struct {
			key string
			n   int
		}{{"undo.exact", c.Exact}, {"undo.value_only", c.ValueOnly}} {
			if part.n > 0 {
				out.Lines = append(out.Lines, p.Say(part.key, "n", part.n, "account", p.account(c.Account)))
			}
		}
		out.Lines = append(out.Lines, p.stays(c)...)
	}
	if possible == 0 {
		out.Lines = append(out.Lines, p.Say("undo.nothing"))
		return out
	}
	out.Buttons = []Button{{Label: p.Say("undo.leave"), Primary: true},
		{Label: p.Say("undo.do", "n", possible), Command: Command{Verb: Undo, Run: what.Run, Op: what.Op}, Danger: true}}
	return out
}

// stays tells what an account keeps of a run, reason by reason.
func (p painter) stays(c UndoCount) []string {
	var reasons []string
	n := map[string]int{}
	for _, r := range c.Stays {
		why := p.Evidence(r.Details, p.now)
		if why == "" {
			why = p.Say("reason." + p.reasonKey(r.Code))
		}
		if n[why]++; n[why] == 1 {
			reasons = append(reasons, why)
		}
	}
	var lines []string
	for _, why := range reasons {
		lines = append(lines, p.Say("undo.not", "n", n[why], "account", p.account(c.Account), "reason", why))
	}
	return lines
}
