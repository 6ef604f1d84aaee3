package plan

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// op is a write without its values and keys. Its cause is the statement as the
// person made it, so that the copy that happens to carry it has no effect on
// refusals and quarantine.
func (t *target) op(action provider.Action, st ledger.Statement, g grant) ledger.Op {
	cause := originOf(st)
	says := ledger.Statement{Account: t.party.ID, Subject: st.Subject, Cleared: st.Cleared, Value: st.Value, At: st.At,
		Run: t.b.concluded(st), Seen: st.Seen, FirstLook: st.FirstLook, Local: st.Local, Origin: cause.Account, OriginSeq: cause.Seq}
	return ledger.Op{Account: t.party.ID, Subject: st.Subject, Action: action, At: st.At, Cause: cause, Says: says,
		Path: g.path, Read: t.party.Trust[t.f].Run, Ask: g.ask, FirstRun: g.firstRun,
		Why: t.reason(st, "", none)}
}

// emit plans the op for each of the rows, or notes why it must not be.
func (t *target) emit(op ledger.Op, base baseline, rows []ledger.Shown, lead ledger.Statement) {
	if stop := t.gate(op, base, lead); stop.Code != "" {
		t.plan.NonOps = append(t.plan.NonOps, ledger.NonOp{Account: op.Account, Subject: op.Subject,
			Want: stop.Value, Why: stop, Unmet: true})
		return
	}
	if op.Action == provider.Update && (t.joined(lead) || t.joinedHere(op.Subject)) {
		op.FirstRun = true
	}
	op.Tokens = t.address()
	op.Retry = base.lost != nil && base.lost.New == op.New
	for _, row := range rows {
		one := op
		one.RowKey, one.Says.Key = row.RowKey, row.Key
		one.Old, one.OldAt = media.Value{}, 0
		if row.State == ledger.ShownValue {
			one.Old, one.OldAt = row.Value, row.At
		}
		t.plan.Ops = append(t.plan.Ops, one)
		t.added = append(t.added, one)
	}
}

// joined tells whether a statement came by a first look of a single item,
// later than its account's own: works were joined, split or mapped anew. What
// that would write over waits for a person's yes (R13).
func (t *target) joined(st ledger.Statement) bool {
	holder := t.g.parties[st.Account]
	return st.FirstLook && !adopted(st) && holder != nil && st.Run > t.firstLook(holder, t.f)
}

// joinedHere tells it of what the target itself said about the work.
func (t *target) joinedHere(s ledger.Subject) bool {
	return slices.ContainsFunc(t.b.statements, func(st ledger.Statement) bool {
		return st.Account == t.party.ID && st.Feature == s.Feature && t.joined(st)
	})
}

// gate returns the first thing that stops an op that is otherwise due; what
// lasts longest comes first.
func (t *target) gate(op ledger.Op, base baseline, lead ledger.Statement) ledger.Reason {
	stop := t.reason(lead, "", none)
	for _, check := range []func(ledger.Op, baseline, ledger.Statement, *ledger.Reason){
		t.gateDecisions, t.gateService, t.gateIdentity, t.gateMemory, t.gateRun, t.gatePlay,
	} {
		if check(op, base, lead, &stop); stop.Code != "" {
			return stop
		}
	}
	return stop
}

// gateDecisions: what a person decided.
func (t *target) gateDecisions(op ledger.Op, _ baseline, lead ledger.Statement, stop *ledger.Reason) {
	switch {
	case t.pinned(ledger.NeverTouch), op.Action == provider.Remove && t.pinned(ledger.AlwaysKeep):
		stop.Code = ledger.Pinned
	case t.refused(lead) != "":
		stop.Code = t.refused(lead)
	case t.refused(op.Says) != "":
		stop.Code = t.refused(op.Says)
	}
}

// gateService: what the service can do (R9, capabilities).
func (t *target) gateService(op ledger.Op, base baseline, lead ledger.Statement, stop *ledger.Reason) {
	access := t.caps.Of(t.b.Work.Kind)
	switch {
	case access < provider.AddIt, access == provider.AddIt && op.Action != provider.Add && !t.movesOn(op):
		stop.Code, stop.Details = ledger.CannotStore, saw(ledger.SawNotThisChange)
		if access == provider.ReadIt {
			stop.Details = saw(ledger.SawOnlyRead)
		}
	case op.Action != provider.Add:
	case t.dropsAtOnce(lead):
		stop.Code, stop.Details = ledger.LocalEffect, saw(ledger.SawDropsWatched)
	case base.state == notHeld:
		stop.Code = ledger.NotHeld
	case base.state == once && (t.f == media.Ratings || t.f == media.Progress):
		stop.Code, stop.Details = ledger.FirstLook, saw(ledger.SawSecondLook)
	}
}

// movesOn: a position that cannot be taken away can still give way to a newer one.
func (t *target) movesOn(op ledger.Op) bool {
	return t.f == media.Progress && op.Action == provider.Update
}

// gateIdentity: whether it is known which item to write to.
func (t *target) gateIdentity(op ledger.Op, base baseline, _ ledger.Statement, stop *ledger.Reason) {
	linked := t.key() != "" || len(base.rows) > 0
	switch {
	case t.b.Frozen != "":
		stop.Code = t.b.Frozen
	case op.Action != provider.Add || linked:
	case slices.Contains(t.b.Alike, t.party.ID):
		stop.Code, stop.Details = ledger.AmbiguousMatch, saw(ledger.SawMaybeThere)
	case len(t.b.Tokens) == 0:
		stop.Code = ledger.NoMatch
	case t.party.Caps.WritesHeldOnly:
		stop.Code = ledger.NotHeld
		t.askKey()
	case t.party.Caps.MatchFirst && slices.Contains(t.b.Sought, t.party.ID):
		stop.Code = ledger.NoMatch
	case t.party.Caps.MatchFirst && t.askKey():
		stop.Code = ledger.SourceSilent // it has not answered yet
	}
}

// askKey asks the target for its own item of the work; false where it cannot be
// asked.
func (t *target) askKey() bool {
	can := t.party.Blocked == "" && t.party.TrustedNow[t.f]
	if can {
		t.ask(ledger.FindKey)
	}
	return can
}

// gateRun: whether this run may write to the account, and because of the
// cause (R3, R6, R22).
func (t *target) gateRun(op ledger.Op, _ baseline, lead ledger.Statement, stop *ledger.Reason) {
	trust := t.party.Trust[t.f]
	for _, who := range []ledger.AccountID{t.party.ID, op.Cause.Account, lead.Account} {
		if code := t.w.Caused[who]; code != "" {
			stop.Code = code
			return
		}
	}
	switch {
	case t.party.Blocked != "":
		stop.Code = t.party.Blocked
	case t.party.Paused, !t.party.TrustedNow[t.f] && (trust.Silent == "" || trust.Silent == ledger.SourceSilent):
		stop.Code = ledger.SourceSilent
	case !t.party.TrustedNow[t.f]:
		stop.Code, stop.Details = ledger.SourceNotTrusted, ledger.Evidence{Code: ledger.SawReason, Name: string(trust.Silent)}
	case t.proving():
		stop.Code = ledger.PendingProof
	case t.f == media.Progress && slices.Contains(t.b.Playing, t.party.ID):
		stop.Code, stop.Details = ledger.Settling, saw(ledger.SawPlaying)
	}
}

// gateMemory: what earlier attempts taught (R8).
func (t *target) gateMemory(op ledger.Op, _ baseline, _ ledger.Statement, stop *ledger.Reason) {
	address := t.address()
	for _, q := range t.b.Quarantine {
		if q.Account == op.Account && q.Subject == op.Subject && q.Value == op.New && q.Cause == op.Cause &&
			q.Failures >= ledger.QuarantineAfter && (q.Tokens == "" || q.Tokens == address) {
			stop.Code, stop.Details = ledger.Quarantined, ledger.Evidence{Code: ledger.SawReason, Name: string(q.Why)}
		}
	}
	for _, pend := range t.b.pending {
		if pend.Account == op.Account && pend.Subject == op.Subject && pend.State == ledger.Parked {
			stop.Code = ledger.ParkedPlay
		}
	}
}

// ask puts a question about the work to the target.
func (t *target) ask(kind ledger.QuestionKind) {
	t.plan.Questions = append(t.plan.Questions, ledger.Question{Kind: kind, Account: t.party.ID, Feature: t.f, Work: t.b.Work.ID, Key: t.key()})
}

// proving tells whether an observation of this work at the target still waits
// for its proof: nothing is planned on it meanwhile (R6).
func (t *target) proving() bool {
	return slices.ContainsFunc(t.b.Proofs, func(p ledger.Proof) bool { return p.Account == t.party.ID })
}

// pinned tells whether a person made a standing decision about the work here.
func (t *target) pinned(kind ledger.PinKind) bool {
	return slices.ContainsFunc(t.b.Pins, func(p ledger.Pin) bool {
		return p.Kind == kind && (p.Account == 0 || p.Account == t.party.ID) && (p.AnyFeature || p.Feature == t.f)
	})
}

// refused returns why a person does not want a statement here, or "".
func (t *target) refused(st ledger.Statement) ledger.Code {
	for _, r := range t.b.Refusals {
		if r.Target == t.party.ID && r.Subject == st.Subject &&
			(r.Cause == originOf(st) || r.Cause == ledger.Cause{Account: st.Account, Seq: st.Seq}) {
			return r.Why
		}
	}
	return ""
}

// dropsAtOnce tells whether the service would take the work off its list right
// away because it, or a part of it, was watched there after the list entry was
// made (R9). What the service dropped once already is for the contest: its own
// local Cleared has a time to compare with.
func (t *target) dropsAtOnce(lead ledger.Statement) bool {
	if t.f != media.Watchlist || t.party.Caps.Effects&provider.ListDropsWatched == 0 ||
		t.b.statement(t.party.ID, t.subject(0)) != nil {
		return false
	}
	watched, at := false, media.Moment(0)
	for i, id := range t.b.PartWatched {
		if id == t.party.ID {
			watched = true
			if i < len(t.b.PartWatchedAt) {
				at = max(at, t.b.PartWatchedAt[i])
			}
		}
	}
	for _, row := range t.b.shown {
		if row.Account == t.party.ID && row.Feature == media.History && row.State == ledger.ShownValue {
			watched, at = true, max(at, row.Value.PlayedAt())
		}
	}
	return watched && (!at.Known() || lead.At <= at)
}

func saw(what ledger.Sight) ledger.Evidence { return ledger.Evidence{Code: what} }

// reason is the evidence behind an op or a non-op (R20).
func (t *target) reason(st ledger.Statement, code ledger.Code, details ledger.Evidence) ledger.Reason {
	return ledger.Reason{Code: code, Who: originOf(st).Account, Value: ledger.Want{Cleared: st.Cleared, Value: st.Value},
		When: st.At, Read: t.b.concluded(st), Details: details}
}

// none is a reason that says everything by itself.
var none ledger.Evidence

// note records that something was said and nothing is done.
func (t *target) note(st ledger.Statement, code ledger.Code, details ledger.Evidence, unmet bool) {
	t.plan.NonOps = append(t.plan.NonOps, ledger.NonOp{Account: t.party.ID, Subject: st.Subject,
		Want: ledger.Want{Cleared: st.Cleared, Value: st.Value}, Why: t.reason(st, code, details), Unmet: unmet})
}

// noteUntil records what waits for a moment.
func (t *target) noteUntil(st ledger.Statement, code ledger.Code, until media.Moment) {
	why := t.reason(st, code, none)
	why.Until = until
	t.plan.NonOps = append(t.plan.NonOps, ledger.NonOp{Account: t.party.ID, Subject: st.Subject,
		Want: ledger.Want{Cleared: st.Cleared, Value: st.Value}, Why: why, Unmet: true})
}
