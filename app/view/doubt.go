package view

import (
	"fmt"

	"watchkeeper/engine/ledger"
)

// doubtCards explain why nothing follows although something was changed, or
// why the same is not done again and again: in one sentence, with what was
// seen and something to press. They wait for nobody.
func (p *painter) doubtCards() []Card {
	var out []Card
	for _, a := range p.s.Accounts {
		for _, f := range a.Features {
			if c, ok := p.doubtCard(a, f); ok {
				out = append(out, c)
			}
		}
	}
	if p.s.SetAside > 0 {
		out = append(out, Card{ID: "aside", Title: p.Say("status.set_aside", "n", p.s.SetAside), Why: p.Say("doubt.aside"), Next: p.Say("next.quarantined"),
			Buttons: []Button{{Label: p.Say("doubt.aside_button"), Command: Command{Verb: Go, Name: "attention"}}}})
	}
	return out
}

// doubtCard is about a feature whose list contradicts itself or cannot be read;
// what an account as a whole or a hold explains has its card already.
func (p *painter) doubtCard(a ledger.AccountStatus, f ledger.FeatureStatus) (Card, bool) {
	key := map[ledger.Freshness]string{ledger.Stale: "doubt.stale", ledger.Silent: "doubt.silent"}[f.Freshness]
	if key == "" || a.Paused || a.Problem != "" || f.Evidence.Code == "" || p.held(a.ID, f) {
		return Card{}, false
	}
	return Card{ID: fmt.Sprintf("doubt-%d-%s", a.ID, f.Feature), Title: p.Say(key, "account", p.accountName(a), "feature", p.feature(f.Feature)),
		Why: p.Evidence(f.Evidence, p.now), Next: p.Say("next." + p.nextKey(f.Why)),
		Buttons: []Button{{Label: p.Say("button.read"), Command: Command{Verb: ReadNow, Account: int64(a.ID)}}}}, true
}

// held tells whether an open hold is about the view of a feature.
func (p *painter) held(a ledger.AccountID, f ledger.FeatureStatus) bool {
	for _, h := range p.s.Holds {
		if h.Target == a && h.Feature == f.Feature && h.Guard == f.Why {
			return true
		}
	}
	return false
}
