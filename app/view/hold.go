package view

import (
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
)

// Card is something that waits for the person, with the safe answer first.
type Card struct {
	ID       string // stable while it waits
	Title    string
	Why      string   // the reason, a whole sentence
	Next     string   // what an answer does, or what to do
	Evidence string   // what was seen
	Samples  []string // titles, or lines of a first look
	More     string   // "and 9 more"; "" when all are shown
	Buttons  []Button
	// Fold is what the card shrinks to after "Not yet".
	Fold bool
}

// samples is how many titles a card shows.
const samples = 5

// holdGroups gathers holds as cards show them: first looks of one person
// together, everything else by itself.
func (p *painter) holdGroups() [][]ledger.HoldStatus {
	var out [][]ledger.HoldStatus
	first := map[ledger.ProfileID]int{}
	for _, h := range p.s.Holds {
		if h.Guard != ledger.GuardFirstRun {
			out = append(out, []ledger.HoldStatus{h})
			continue
		}
		if at, ok := first[h.Profile]; ok {
			out[at] = append(out[at], h)
			continue
		}
		first[h.Profile] = len(out)
		out = append(out, []ledger.HoldStatus{h})
	}
	return out
}

func (p *painter) holdCards() []Card {
	var out []Card
	for _, g := range p.holdGroups() {
		if g[0].Guard == ledger.GuardFirstRun {
			out = append(out, p.firstRunCard(g))
			continue
		}
		out = append(out, p.holdCard(g[0]))
	}
	return out
}

func (p *painter) holdCard(h ledger.HoldStatus) Card {
	guard := string(h.Guard)
	c := Card{ID: fmt.Sprintf("hold-%d", h.ID), Why: p.Say("reason." + p.reasonKey(h.Guard)), Next: p.Say("next." + p.reasonKey(h.Guard)),
		Title: p.Say("hold."+p.holdKey(guard), "n", h.Count, "target", p.account(h.Target),
			"feature", p.feature(h.Feature)),
		Evidence: p.Evidence(h.Evidence, p.now)}
	c.Samples = h.Titles[:min(len(h.Titles), samples)]
	if more := h.Count - len(c.Samples); more > 0 && len(c.Samples) > 0 {
		c.More = p.Say("card.more", "n", more)
	}
	c.Buttons = p.answers(h)
	return c
}

func (p *painter) holdKey(guard string) string {
	if p.has("hold." + guard) {
		return guard
	}
	return "other"
}

// reply is one answer of a guard's holds: which, and the key of its verb.
type reply struct {
	answer ledger.Answer
	key    string
}

// replies are the answers to a guard's holds, the safe one first (R23), as the
// engine's own table has them; "Not now" is what silence means and needs no
// button.
func replies(guard ledger.Code) []reply {
	switch guard {
	case ledger.GuardRemovals, ledger.GuardAsk:
		return []reply{{ledger.KeepThem, "keep"}, {ledger.PutThemBack, "put_back"}, {ledger.DoIt, "delete"}}
	case ledger.GuardOverwrite:
		return []reply{{ledger.KeepThem, "keep_theirs"}, {ledger.DoIt, "change"}}
	case ledger.GuardDuplicates, ledger.GuardAdds:
		return []reply{{ledger.DontAdd, "dont_add"}, {ledger.DoIt, "add"}}
	case ledger.GuardFirstRun:
		return []reply{{ledger.NotNow, "not_yet"}, {ledger.DoIt, "start"}}
	case ledger.GuardUndoneWrites, ledger.GuardFlipFlop, ledger.GuardQuota:
		return []reply{{ledger.LeaveIt, "leave"}, {ledger.TryAgain, "try_again"}}
	case ledger.GuardWrongUser:
		return []reply{{ledger.ReadAgain, "read_again"}}
	}
	return []reply{{ledger.ReadAgain, "read_again"}, {ledger.DoIt, "is_right"}}
}

// removes tells whether a guard holds deletions.
func removes(guard ledger.Code) bool {
	return guard == ledger.GuardRemovals || guard == ledger.GuardAsk
}

// answers are a hold's buttons. What deletes goes through the list first.
func (p *painter) answers(h ledger.HoldStatus) []Button {
	var out []Button
	id := []int64{h.ID}
	review := Button{Label: p.Say("button.review"), Command: Command{Verb: Review, Holds: id}}
	for i, r := range replies(h.Guard) {
		b := Button{Label: p.Say("answer." + r.key), Command: Command{Verb: Answer, Holds: id, Answer: string(r.answer)}, Primary: i == 0}
		if removes(h.Guard) && r.answer == ledger.DoIt {
			b.Danger, b.Command = true, review.Command
		}
		out = append(out, b)
	}
	if len(h.Titles) > 0 {
		out = slices.Insert(out, max(len(out)-1, 1), review)
	}
	return out
}

// firstRunCard shows what a first look found and offers to start.
func (p *painter) firstRunCard(holds []ledger.HoldStatus) Card {
	c := Card{ID: fmt.Sprintf("first-%d", holds[0].Profile), Title: p.Say("hold.guard_first_run"), Fold: true,
		Why: p.Say("reason.guard_first_run"), Next: p.Say("next.guard_first_run")}
	var ids []int64
	for _, h := range holds {
		ids = append(ids, h.ID)
		c.Samples = append(c.Samples, p.Say("first."+h.Feature.String(), "n", h.Count, "target", p.account(h.Target)))
	}
	if p.s.Unclear > 0 {
		c.Samples = append(c.Samples, p.Say("first.unclear", "n", p.s.Unclear))
	}
	c.Samples = append(c.Samples, p.Say("first.nothing_deleted"))
	c.More = strings.Join(p.have(holds[0].Profile), "\n")
	for i, r := range replies(ledger.GuardFirstRun) {
		command := Command{Verb: Answer, Holds: ids, Answer: string(r.answer)}
		if r.answer == ledger.NotNow {
			command = Command{Verb: Later, Holds: ids}
		}
		c.Buttons = append(c.Buttons, Button{Label: p.Say("answer." + r.key), Command: command, Primary: i == 0})
	}
	review := Button{Label: p.Say("button.review"), Command: Command{Verb: Review, Holds: ids}}
	rules := Button{Label: p.Say("button.rules"), Command: Command{Verb: Go, Name: "rules"}}
	c.Buttons = slices.Insert(c.Buttons, 1, review, rules)
	return c
}

// have is how much each of a person's accounts holds, as the first look
// counted it.
func (p *painter) have(who ledger.ProfileID) []string {
	var out []string
	for _, a := range p.s.Accounts {
		var counts []string
		for _, f := range a.Features {
			if a.Profile == who && f.Count > 0 {
				counts = append(counts, p.Say("first.count", "n", f.Count, "feature", p.feature(f.Feature)))
			}
		}
		if len(counts) > 0 {
			out = append(out, p.Say("first.have", "account", p.accountName(a), "counts", strings.Join(counts, ", ")))
		}
	}
	return out
}

// accountCards ask for sign-ins.
func (p *painter) accountCards() []Card {
	var out []Card
	for _, a := range p.s.Accounts {
		if !mustSignIn(a.Problem) {
			continue
		}
		key := string(a.Problem)
		out = append(out, Card{ID: fmt.Sprintf("account-%d", a.ID), Title: p.Say("account."+key, "account", p.accountName(a)),
			Why: p.Say("reason." + key), Next: p.Say("next." + key), Evidence: p.Evidence(a.Detail, p.now),
			Buttons: []Button{
				{Label: p.Say("button.sign_in"), Command: Command{Verb: SignIn, Account: int64(a.ID)}, Primary: true},
				{Label: p.Say("button.read"), Command: Command{Verb: ReadNow, Account: int64(a.ID)}},
			}})
	}
	return out
}

// problemCard explains what stops the engine as a whole.
func (p *painter) problemCard(problem ledger.Problem) Card {
	key := p.problemKey(problem)
	c := Card{ID: "problem", Title: p.Say("problem." + key), Why: p.Say("problem_why." + key), Evidence: problem.Detail}
	again := Command{Verb: SyncNow}
	if len(p.s.Accounts) == 0 { // nothing is open that could try again
		again.Verb = Restart
	}
	c.Buttons = []Button{{Label: p.Say("answer.try_again"), Command: again}}
	if problem.Backup != "" {
		c.Next = p.Say("problem.backup", "file", problem.Backup)
		c.Buttons = append(c.Buttons, Button{Label: p.Say("problem.restore"), Command: Command{Verb: Restore, Name: problem.Backup},
			Danger: true, Sure: p.Say("problem.restore_sure", "file", problem.Backup)})
	}
	return c
}

func (p *painter) problemKey(problem ledger.Problem) string {
	if p.has("problem." + problem.Code) {
		return problem.Code
	}
	return "other"
}
