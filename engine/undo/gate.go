package undo

import (
	"cmp"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// gate gives the first reason for which a change cannot be taken back now,
// whatever the target shows; the zero Reason when there is none.
func (p *planner) gate(c *change, d ledger.Dossier, party *ledger.Party) ledger.Reason {
	because := func(code ledger.Code, sight ledger.Sight) ledger.Reason {
		return ledger.Reason{Code: code, Details: ledger.Evidence{Code: sight}}
	}
	f := c.op.Feature
	switch {
	case c.undone:
		return because(ledger.UndoneByYou, ledger.SawTakenBack)
	case c.underway:
		return because(ledger.PendingVisible, ledger.SawBeingWritten)
	case party == nil || party.Removed:
		return because(ledger.AuthNeeded, ledger.SawSignedOut)
	case c.profile != party.Profile:
		return because(ledger.Policy, ledger.SawGivenAway)
	case d.Frozen != "":
		return because(d.Frozen, "")
	case pinned(d.Pins, c.op):
		return because(ledger.Pinned, "")
	case party.Paused:
		return because(ledger.SourceSilent, ledger.SawPaused)
	case party.Blocked != "":
		return because(party.Blocked, "")
	case p.world.Caused[party.ID] != "":
		return because(p.world.Caused[party.ID], "")
	case !party.TrustedNow[f]:
		return because(cmp.Or(party.Trust[f].Silent, ledger.SourceNotTrusted), "")
	}
	if why := unsettled(c.op, d); why.Code != "" {
		return why
	}
	return storable(c, d, party)
}

func pinned(pins []ledger.Pin, op ledger.Op) bool {
	for _, pin := range pins {
		touches := (pin.Account == 0 || pin.Account == op.Account) && (pin.AnyFeature || pin.Feature == op.Feature)
		if pin.Kind == ledger.NeverTouch && touches {
			return true
		}
	}
	return false
}

// unsettled: a write that no read has shown yet, or a sight that waits for
// proof, leaves it open what there is to take back.
func unsettled(op ledger.Op, d ledger.Dossier) ledger.Reason {
	for _, pending := range d.Pending {
		if pending.Account == op.Account && pending.Subject == op.Subject && pending.State == ledger.Expected {
			return ledger.Reason{Code: ledger.PendingVisible, Until: pending.Until, Details: ledger.Evidence{Code: ledger.SawWriteUnseen}}
		}
	}
	for _, proof := range d.Proofs {
		if proof.Account == op.Account && proof.Feature == op.Feature {
			return ledger.Reason{Code: ledger.PendingProof}
		}
	}
	return ledger.Reason{}
}

// storable: what the service lets us do with this kind of work.
func storable(c *change, d ledger.Dossier, party *ledger.Party) ledger.Reason {
	need := provider.FullUse
	if !c.op.New.Set {
		need = provider.AddIt
	}
	if party.Caps.Feature(c.op.Feature).Of(d.Work.Kind) < need {
		return ledger.Reason{Code: ledger.CannotStore, Details: ledger.Evidence{Code: ledger.SawCannotTakeBack}}
	}
	if !c.op.New.Set && party.Caps.WritesHeldOnly && !holds(d, c.op) {
		return ledger.Reason{Code: ledger.NotHeld}
	}
	return ledger.Reason{}
}

// holds tells whether the account still has an item of the work.
func holds(d ledger.Dossier, op ledger.Op) bool {
	for _, link := range d.Links {
		if link.Account == op.Account && (op.Key == "" || link.Key == op.Key) && !gone(d.Shown, link, op.Feature) {
			return true
		}
	}
	return false
}

// gone: the item is linked, but nothing is known about it any more.
func gone(shown []ledger.Shown, link ledger.Link, f media.Feature) bool {
	for _, row := range shown {
		if row.Account == link.Account && row.Key == link.Key && row.Feature == f {
			return row.State == ledger.ShownUnknown
		}
	}
	return false
}
