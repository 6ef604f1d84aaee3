package view

import "watchkeeper/engine/ledger"

// Run is what one run did.
type Run struct {
	ID      int64
	When    string
	Summary string
	Tone    Tone
	Problem string // "" when it ran through
	Held    string // "" when nothing waits
	Changes []Change
	More    string
	Undo    *Button
}

// Change is one write.
type Change struct {
	Title string
	What  string // "rating changed on Trakt"
	State string // "" when it is done
	Tone  Tone
}

// FromRun is one run as the Activity page lists it.
func FromRun(r ledger.RunSummary, s ledger.Status, services []Service, w *Words) Run {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	return p.run(r)
}

func (p *painter) run(r ledger.RunSummary) Run {
	out := Run{ID: int64(r.ID), Tone: Calm}
	out.When = p.Say("run.when", "when", p.Clock(r.Began, p.now), "took", p.Lasting(r.Ended.Sub(r.Began)))
	wrote := r.Added + r.Updated + r.Removed
	switch {
	case r.Error != "":
		out.Summary, out.Tone, out.Problem = p.Say("run.failed"), Wrong, r.Error
	case r.Stopped:
		out.Summary = p.Say("run.stopped", "n", wrote)
	case wrote == 0 && r.Failed == 0:
		out.Summary = p.Say("run.nothing")
	default:
		out.Summary = p.Say("run.summary", "added", r.Added, "updated", r.Updated, "removed", r.Removed)
	}
	if r.Failed > 0 {
		out.Tone, out.Problem = Wrong, p.Say("run.refused", "n", r.Failed)
	}
	if r.Held > 0 {
		out.Held = p.Say("run.held", "n", r.Held)
	}
	for _, c := range r.Changes {
		out.Changes = append(out.Changes, p.change(c))
	}
	if more := wrote - len(r.Changes); more > 0 && len(r.Changes) > 0 {
		out.More = p.Say("card.more", "n", more)
	}
	if wrote+r.Unproven > 0 && !r.Preview {
		out.Undo = &Button{Label: p.Say("button.undo_run"), Command: Command{Verb: Undo, Run: int64(r.ID)}}
	}
	return out
}

func (p *painter) change(c ledger.ChangeSummary) Change {
	key := "change." + c.Action + "." + c.Feature.String()
	if !p.has(key) {
		key = "change.other"
	}
	out := Change{Title: c.Title, What: p.Say(key, "account", p.account(c.Account), "feature", p.feature(c.Feature))}
	switch c.State {
	case ledger.Failed:
		out.State, out.Tone = p.Say("change.failed"), Wrong
	case ledger.Unanswered:
		out.State, out.Tone = p.Say("change.unproven"), Aged
	case ledger.Done:
		out.Tone = Fine
	default:
		out.State, out.Tone = p.Say("change.under_way"), Calm
	}
	return out
}
