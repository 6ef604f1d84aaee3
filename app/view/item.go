package view

import (
	"cmp"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// ItemFacts is everything known about one work.
type ItemFacts struct {
	Person  string // whose page it is
	Row     ledger.LibraryRow
	Dossier ledger.Dossier
	Said    []ledger.Statement // that stand, oldest first
	Before  []ledger.Statement // that no longer stand, oldest first
	Writes  []ledger.Entry     // oldest first
	Plan    ledger.Plan        // what would follow now
}

// Item is the page of one work.
type Item struct {
	Work        int64
	Title, Kind string
	Places      []ItemPlace
	Why         []ItemWhy // what is or will be done, and what is not, with reasons
	Links       []ItemLink
	IDs         []ItemID
	Pins        []ItemPin
	Story       []Event // newest first
	Buttons     []Button
	Heads       ItemHeads
}

// ItemHeads are the headings of the page, and what stands under an empty one.
type ItemHeads struct{ Places, Why, Links, Pins, Story, NoWhy, NoLinks, NoPins, NoStory string }

// ItemPlace is what one account shows of the work, by feature.
type ItemPlace struct {
	Account string
	Values  []Cell
}

// ItemWhy is one thing that is done or not, and the reason.
type ItemWhy struct {
	What, Why, Evidence string
	Tone                Tone
}

// ItemLink is an entry of an account that is taken for this work.
type ItemLink struct {
	Account, Key, Why string
	URL               string // its page at the service; ""
	Unlink            Button
}

// ItemID is a public id of the work with its page; "" where there is none.
type ItemID struct{ Label, URL string }

// ItemPin is a standing decision.
type ItemPin struct {
	Text   string
	Remove Button
}

// Event is one moment in the life of a work.
type Event struct {
	When, Text, Why string
	Undo            *Button
	at              media.Moment
}

// ItemOf is the page of a work.
func ItemOf(f ItemFacts, s ledger.Status, services []Service, w *Words) Item {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	work := f.Row.Work
	out := Item{Work: int64(work.ID), Title: p.workTitle(work, f.Row.Show), Kind: p.Say("kind." + work.Kind.String()), Heads: p.itemHeads()}
	out.Places = p.places(f)
	out.Why = p.whys(f.Plan)
	for _, l := range f.Dossier.Links {
		out.Links = append(out.Links, p.link(l, f.Dossier))
	}
	for _, t := range f.Dossier.Tokens {
		out.IDs = append(out.IDs, ItemID{string(t.Namespace) + " " + tokenID(t), pageOf(t)})
	}
	for _, pin := range f.Dossier.Pins {
		out.Pins = append(out.Pins, p.pin(pin))
	}
	out.Story = p.story(f)
	id := int64(work.ID)
	out.Buttons = []Button{
		{Label: p.Say("item.link"), Command: Command{Verb: Unlinked, Work: id}},
		{Label: p.Say("item.never_touch"), Command: Command{Verb: Pin, Work: id, Person: f.Person, Name: "never-touch"}},
		{Label: p.Say("item.always_keep"), Command: Command{Verb: Pin, Work: id, Person: f.Person, Name: "always-keep"}},
		{Label: p.Say("item.rewatch"), Command: Command{Verb: Rewatch, Work: id, Person: f.Person}},
	}
	return out
}

func (p *painter) itemHeads() ItemHeads {
	return ItemHeads{Places: p.Say("item.places"), Why: p.Say("item.why"), Links: p.Say("item.links"), Pins: p.Say("item.pins"),
		Story: p.Say("item.story"), NoWhy: p.Say("item.no_why"), NoLinks: p.Say("item.no_links"), NoPins: p.Say("item.no_pins"), NoStory: p.Say("item.no_story")}
}

func (p *painter) places(f ItemFacts) []ItemPlace {
	var out []ItemPlace
	for _, a := range p.accountsOf(f.Person) {
		place := ItemPlace{Account: p.accountName(a)}
		for _, c := range f.Row.Chips {
			if c.Account == a.ID {
				place.Values = append(place.Values, p.chip(c))
			}
		}
		if len(place.Values) == 0 {
			place.Values = []Cell{{Text: p.Say("cell.nothing")}}
		}
		out = append(out, place)
	}
	return out
}

// whys are what the plan would do, then what it leaves and why; what nobody
// said anything about is left out.
func (p *painter) whys(plan ledger.Plan) []ItemWhy {
	var out []ItemWhy
	for _, op := range plan.Ops {
		what := p.change(ledger.ChangeSummary{Account: op.Account, Feature: op.Feature, Action: op.Action.String()}).What
		out = append(out, ItemWhy{What: p.valued(what, op), Why: p.Say("item.will"), Evidence: p.because(op.Why)})
	}
	for _, n := range plan.NonOps {
		if n.Why.Code == ledger.NothingSaid {
			continue
		}
		tone, next := Calm, ""
		switch {
		case n.Unmet:
			tone, next = Aged, p.Say("next."+p.nextKey(n.Why.Code))
		case n.Why.Code == ledger.AlreadyEqual:
			tone = Fine
		}
		out = append(out, ItemWhy{What: p.Say("item.at", "feature", p.feature(n.Feature), "account", p.account(n.Account)),
			Why: joinSentences(p.Say("reason."+p.reasonKey(n.Why.Code)), next), Evidence: p.because(n.Why), Tone: tone})
	}
	return out
}

// nextKey is the catalogue's key of the next step of a reason.
func (p *painter) nextKey(c ledger.Code) string {
	if p.has("next." + string(c)) {
		return string(c)
	}
	return "other"
}

// because is the evidence of a reason: who said it, when, and what was seen.
func (p *painter) because(r ledger.Reason) string {
	var said string
	switch {
	case r.Who == 0:
	case r.When.Known():
		said = p.Say("item.said_at", "account", p.account(r.Who), "when", p.Clock(r.When, p.now))
	default:
		said = p.Say("item.said", "account", p.account(r.Who))
	}
	again := ""
	if r.Until > p.now {
		again = p.Say("item.again", "when", p.In(r.Until, p.now))
	}
	return joinSentences(said, p.Evidence(r.Details, p.now), again)
}

// joinSentences puts whole sentences one after the other.
func joinSentences(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

var linkedBy = map[ledger.LinkedBy]string{ledger.ByToken: "item.by_ids", ledger.ByWrite: "item.by_write", ledger.ByHand: "item.by_hand"}

func (p *painter) link(l ledger.Link, d ledger.Dossier) ItemLink {
	out := ItemLink{Account: p.account(l.Account), Key: l.Key, Why: p.Say(linkedBy[l.By]),
		Unlink: Button{Label: p.Say("item.unlink"), Command: Command{Verb: Unlink, Account: int64(l.Account), Key: l.Key, Work: int64(l.Work)}}}
	for _, a := range p.s.Accounts {
		if a.ID == l.Account {
			out.URL = pageAt(a.Provider, d.Tokens)
		}
	}
	return out
}

// pageAt is a work's page at a service, from the id that it gave.
func pageAt(service string, tokens []media.Token) string {
	for _, t := range tokens {
		if string(t.Namespace) == service {
			return pageOf(t)
		}
	}
	return ""
}

// pageOf is the public page of an id; "" where the service has none by id.
// SIMKL's terms ask for the link.
func pageOf(t media.Token) string {
	film, part := t.Kind == media.Film, t.Kind == media.Part
	pick := func(yes bool, a, b string) string {
		if yes {
			return a
		}
		return b
	}
	switch t.Namespace {
	case media.SIMKL:
		return "https://simkl.com/" + pick(film, "movies", pick(part, "anime", "tv")) + "/" + t.ID
	case media.IMDb:
		return "https://www.imdb.com/title/" + t.ID + "/"
	case media.TMDB:
		return "https://www.themoviedb.org/" + pick(film, "movie", "tv") + "/" + t.ID
	case media.AniList:
		return "https://anilist.co/anime/" + t.ID
	case media.MAL:
		return "https://myanimelist.net/anime/" + t.ID
	}
	return ""
}

func tokenID(t media.Token) string {
	if season, number, ok := t.Numbered(); ok && number >= 0 {
		return t.ID + " " + numbers(season, number)
	}
	return t.ID
}

func (p *painter) pin(pin ledger.Pin) ItemPin {
	key := "pin.keep"
	if pin.Kind == ledger.NeverTouch {
		key = "pin.never"
	}
	where, what := p.Say("pin.everywhere"), p.Say("pin.everything")
	if pin.Account != 0 {
		where = p.account(pin.Account)
	}
	if !pin.AnyFeature {
		what = p.feature(pin.Feature)
	}
	return ItemPin{p.Say(key, "account", where, "feature", what), Button{Label: p.Say("pin.remove"), Command: Command{Verb: Unpin, ID: pin.ID}}}
}

// story is what was said and done, newest first.
func (p *painter) story(f ItemFacts) []Event {
	var out []Event
	for _, st := range f.Before {
		out = append(out, p.said(st, true))
	}
	for _, st := range f.Said {
		out = append(out, p.said(st, false))
	}
	for _, e := range f.Writes {
		out = append(out, p.wrote(e))
	}
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Compare(b.at, a.at) })
	return out
}

func (p *painter) said(st ledger.Statement, over bool) Event {
	out := Event{at: max(st.At, st.Seen), When: p.Say("item.no_time")}
	if st.At.Known() {
		out.When = p.Clock(st.At, p.now)
	}
	key := "said.set."
	if st.Cleared {
		key = "said.cleared."
	}
	out.Text = p.Say(key+st.Feature.String(), "account", p.account(st.Account), "value", cmp.Or(p.value(st.Value, st.Feature), p.Say("value.undated")))
	switch {
	case st.Adopted():
		out.Why = p.Say("said.adopted", "account", p.account(st.Origin))
	case st.FirstLook:
		out.Why = p.Say("said.first_look")
	}
	if over {
		out.Why = joinSentences(out.Why, p.Say("said.replaced"))
	}
	return out
}

func (p *painter) wrote(e ledger.Entry) Event {
	c := p.change(ledger.ChangeSummary{Account: e.Op.Account, Feature: e.Op.Feature, Action: e.Op.Action.String(), State: e.State})
	out := Event{at: max(e.Intended, e.Sent), When: p.Clock(max(e.Intended, e.Sent), p.now), Text: p.valued(c.What, e.Op)}
	failed := ""
	if e.Error != "" {
		failed = p.Say("evidence.words", "name", e.Error)
	}
	state := ""
	if c.State != "" {
		state = p.Say("item.state", "state", c.State)
	}
	out.Why = joinSentences(p.Say("reason."+p.reasonKey(e.Op.Why.Code)), p.because(e.Op.Why), state, failed)
	switch {
	case e.UndoneBy != "":
		out.Why = joinSentences(out.Why, p.Say("item.undone"))
	case e.State == ledger.Done && !e.Op.Undo:
		out.Undo = &Button{Label: p.Say("item.undo"), Command: Command{Verb: Undo, Op: string(e.Op.ID)}}
	}
	return out
}
