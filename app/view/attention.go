package view

import (
	"fmt"

	"watchkeeper/engine/ledger"
)

// AttentionFacts is what waits beside the holds, which a status carries.
type AttentionFacts struct {
	SetAside []AsideFacts
	Entries  []EntryFacts
}

// AsideFacts is one value that was set aside.
type AsideFacts struct {
	ledger.Quarantine
	Title string
}

// EntryFacts is one entry of an account that is no title yet, or is in doubt.
type EntryFacts struct {
	Account  ledger.AccountID
	Key      string
	Title    string
	Doubt    ledger.Evidence // contradicting ids; none: it has no public ids
	Guesses  []GuessFacts    // best first
	Episodes int
}

// GuessFacts is a work that an entry may be.
type GuessFacts struct {
	Work  int64
	Title string
	Exact bool // title, year and kind are equal, and there is no other
	Bulk  bool // may be accepted together with others
}

// Attention is the Attention page.
type Attention struct {
	Title, Empty string
	Cards        []Card // sign-ins and holds, as on Status
	SetAside     *ReviewPage
	Links        *LinkPage
	Doubts       *ReviewPage
}

// LinkPage is entries with what they may be.
type LinkPage struct {
	Title, Why string
	Rows       []LinkRow
	// All accepts every sure guess in one go; nil when there is none.
	All *Button
}

// LinkRow is one entry; Buttons accept a guess.
type LinkRow struct {
	Title, Where string
	Buttons      []Button
}

// most is how many guesses are accepted in one go.
const mostLinks = 200

// AttentionOf is the Attention page.
func AttentionOf(f AttentionFacts, s ledger.Status, services []Service, w *Words) Attention {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := Attention{Title: p.Say("place.attention"), Cards: append(p.accountCards(), p.holdCards()...)}
	out.SetAside, out.Links, out.Doubts = p.setAside(f.SetAside), p.links(f.Entries), p.doubts(f.Entries)
	if len(out.Cards) == 0 && out.SetAside == nil && out.Links == nil && out.Doubts == nil {
		out.Empty = p.Say("attention.none")
	}
	return out
}

func (p *painter) setAside(all []AsideFacts) *ReviewPage {
	if len(all) == 0 {
		return nil
	}
	out := &ReviewPage{Title: p.Say("status.set_aside", "n", len(all)), Why: p.Say("next.quarantined"),
		Buttons: []Button{{Label: p.Say("attention.leave_aside"), Primary: true, Command: Command{Verb: Later}}, {Label: p.Say("answer.try_again"), Command: Command{Verb: Free}}}}
	for _, a := range all {
		what := p.Say("item.at", "feature", p.feature(a.Feature), "account", p.account(a.Account))
		out.Rows = append(out.Rows, ReviewRow{Title: a.Title, Work: int64(a.Work),
			What: p.Say("attention.aside_row", "what", what, "why", p.Say("reason."+p.reasonKey(a.Why)))})
	}
	return out
}

func (p *painter) links(all []EntryFacts) *LinkPage {
	out := &LinkPage{Why: p.Say("attention.links_why")}
	var sure []LinkWish
	for _, e := range all {
		if e.Doubt.Code != "" {
			continue
		}
		row := LinkRow{Title: e.Title, Where: p.Say("attention.entry", "account", p.account(e.Account))}
		for i, g := range e.Guesses[:min(len(e.Guesses), 3)] {
			row.Buttons = append(row.Buttons, Button{Label: p.Say("attention.is", "title", g.Title), Primary: i == 0 && g.Exact,
				Command: Command{Verb: Link, Account: int64(e.Account), Key: e.Key, Work: g.Work}})
			if i == 0 && g.Exact && g.Bulk && len(sure) < mostLinks {
				sure = append(sure, LinkWish{int64(e.Account), e.Key, g.Work})
			}
		}
		if len(row.Buttons) == 0 {
			row.Where = p.Say("attention.entry_alone", "account", p.account(e.Account))
		}
		out.Rows = append(out.Rows, row)
	}
	if len(out.Rows) == 0 {
		return nil
	}
	out.Title = p.Say("attention.links", "n", len(out.Rows))
	if len(sure) > 0 {
		out.All = &Button{Label: p.Say("attention.accept", "n", len(sure)), Command: Command{Verb: Link, Links: sure}, Sure: p.Say("attention.accept_sure", "n", len(sure))}
	}
	return out
}

func (p *painter) doubts(all []EntryFacts) *ReviewPage {
	out := &ReviewPage{Why: p.Say("attention.doubts_why"), Buttons: []Button{{Label: p.Say("attention.library"), Command: Command{Verb: Go, Name: "library"}}}}
	for _, e := range all {
		if e.Doubt.Code != "" {
			out.Rows = append(out.Rows, ReviewRow{Title: e.Title,
				What: p.Say("attention.doubt", "account", p.account(e.Account), "why", p.Evidence(e.Doubt, p.now))})
		}
	}
	if len(out.Rows) == 0 {
		return nil
	}
	out.Title = p.Say("attention.doubts", "n", len(out.Rows))
	return out
}

// LinkWish says that an entry of an account is a work.
type LinkWish struct {
	Account int64
	Key     string
	Work    int64
}

// UnlinkedOf lists entries to choose from, for a work that lacks one: also
// those in doubt, where a person's word is the only way out.
func UnlinkedOf(work GuessFacts, all []EntryFacts, s ledger.Status, services []Service, w *Words) LinkPage {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := LinkPage{Title: p.Say("item.link_title", "title", work.Title), Why: p.Say("item.link_why")}
	for _, e := range all {
		out.Rows = append(out.Rows, LinkRow{Title: e.Title, Where: p.Say("attention.entry", "account", p.account(e.Account)),
			Buttons: []Button{{Label: p.Say("item.link_this"), Command: Command{Verb: Link, Account: int64(e.Account), Key: e.Key, Work: work.Work}}}})
	}
	if len(out.Rows) == 0 {
		out.Why = p.Say("item.link_none")
	}
	return out
}

// Waiting is the number on the rail beside Attention; "" for none.
func Waiting(m Window) string {
	if len(m.Cards) == 0 {
		return ""
	}
	return fmt.Sprint(len(m.Cards))
}
