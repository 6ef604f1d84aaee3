package guard

import (
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Answers lists the valid answers to a guard's holds, the safe one first
// (R23); nil for a code that is no guard. NotNow is always among them, and is
// what silence means, for ever.
func Answers(code ledger.Code) []ledger.Answer {
	switch code {
	case ledger.GuardRemovals, ledger.GuardAsk:
		return []ledger.Answer{ledger.KeepThem, ledger.PutThemBack, ledger.DoIt, ledger.NotNow}
	case ledger.GuardOverwrite:
		return []ledger.Answer{ledger.KeepThem, ledger.DoIt, ledger.NotNow}
	case ledger.GuardDuplicates, ledger.GuardAdds:
		return []ledger.Answer{ledger.DontAdd, ledger.DoIt, ledger.NotNow}
	case ledger.GuardFirstRun:
		return []ledger.Answer{ledger.NotNow, ledger.DoIt}
	case ledger.GuardUndoneWrites, ledger.GuardFlipFlop, ledger.GuardQuota:
		return []ledger.Answer{ledger.LeaveIt, ledger.TryAgain, ledger.NotNow}
	case ledger.GuardWrongUser:
		return []ledger.Answer{ledger.ReadAgain, ledger.NotNow}
	case ledger.GuardShrunk, ledger.GuardChanged, ledger.GuardVersion, ledger.GuardRegressed, ledger.GuardFutureTimes,
		ledger.GuardIdentityShift:
		return []ledger.Answer{ledger.ReadAgain, ledger.DoIt, ledger.NotNow}
	}
	return nil
}

// Effects is what an answer does. Nothing in it writes to an account: effects
// are stored, and the next run plans with them (R23).
type Effects struct {
	// Holds to store. The first has the answered hold's ID; after an answer to
	// chosen ops only, it stays open with the others, and a second one with
	// ID 0 carries the chosen ones.
	Holds    []ledger.Hold
	Refusals []ledger.Refusal
	// Withdrawn statements end, with every copy adopted from them.
	Withdrawn []Said
	// Local statements stay and no longer leave their account.
	Local []Said
	// Accounts and Routes whose first plan is accepted.
	Accounts []ledger.AccountID
	Routes   []int64
	// Accepted is the content of Accepted.Feature at Accepted.Account that the
	// person declared right; the zero value when none. For an identity_shift it
	// is the grouping of the whole account.
	Accepted Content
	// Freed ends the quarantine of these subjects at these accounts.
	Freed []ledger.StatementRef
	// ReadAgain asks for a Fresh read of the held account and feature.
	ReadAgain bool
}

// Said names a statement as its person made it. If a newer one stands at
// By.Account by now, there is nothing left to do.
type Said struct {
	ledger.Subject
	By ledger.Cause
}

// Content is one content of one feature of one account.
type Content struct {
	Account ledger.AccountID
	Feature media.Feature
	Digest  string
}

// Error is why an answer cannot be given.
type Error struct {
	Guard  ledger.Code
	Answer ledger.Answer
	Why    string
	Valid  []ledger.Answer // the answers that can be given instead
}

// Error names the answer, the problem and what can be answered.
func (e *Error) Error() string {
	valid := make([]string, len(e.Valid))
	for i, a := range e.Valid {
		valid[i] = string(a)
	}
	return fmt.Sprintf("answer %q to %s: %s; valid answers: %s", e.Answer, e.Guard, e.Why, strings.Join(valid, ", "))
}

// Answer turns a person's answer to an open hold into effects. chosen picks
// some of the hold's ops by ID; empty means all. The error is an *Error.
func Answer(h ledger.Hold, a ledger.Answer, chosen []ledger.OpID) (Effects, error) {
	valid := Answers(h.Guard)
	fail := func(why string) (Effects, error) {
		return Effects{}, &Error{Guard: h.Guard, Answer: a, Why: why, Valid: valid}
	}
	if h.State != ledger.HoldOpen {
		return fail("the hold is no longer open")
	}
	if !slices.Contains(valid, a) {
		return fail("not an answer to this")
	}
	if a == ledger.NotNow {
		return Effects{}, nil
	}
	if isView(h.Guard) || h.Guard == ledger.GuardIdentityShift {
		return answerView(h, a, chosen, fail)
	}
	yes, rest, unknown := pick(h.Ops, chosen)
	if unknown != "" {
		return fail(fmt.Sprintf("op %s does not wait here", unknown))
	}
	if len(rest) > 0 && h.Guard == ledger.GuardFirstRun {
		return fail("a first plan is started as a whole")
	}
	e := effects(h.Guard, a, yes)
	e.Holds = answered(h, a, yes, rest)
	return e, nil
}

// pick splits ops into the chosen ones and the rest; unknown is a chosen ID
// that is not among them.
func pick(ops []ledger.Op, chosen []ledger.OpID) (yes, rest []ledger.Op, unknown ledger.OpID) {
	if len(chosen) == 0 {
		return ops, nil, ""
	}
	for _, id := range chosen {
		if !slices.ContainsFunc(ops, func(op ledger.Op) bool { return op.ID == id }) {
			return nil, nil, id
		}
	}
	for _, op := range ops {
		if slices.Contains(chosen, op.ID) {
			yes = append(yes, op)
		} else {
			rest = append(rest, op)
		}
	}
	return yes, rest, ""
}

// answered is the hold after its answer. With a rest it stays open for that.
func answered(h ledger.Hold, a ledger.Answer, ops, rest []ledger.Op) []ledger.Hold {
	done := h
	done.State, done.Answer, done.Ops = ledger.HoldAnswered, a, slices.Clone(ops)
	if len(rest) == 0 {
		return []ledger.Hold{done}
	}
	h.Ops = rest
	done.ID = 0
	return []ledger.Hold{h, done}
}

func answerView(h ledger.Hold, a ledger.Answer, chosen []ledger.OpID, fail func(string) (Effects, error)) (Effects, error) {
	if len(chosen) > 0 {
		return fail("a list is answered as a whole")
	}
	if a == ledger.ReadAgain {
		return Effects{ReadAgain: true}, nil
	}
	return Effects{
		Holds:    answered(h, a, nil, nil),
		Accepted: Content{h.Target, h.Feature, h.Digest},
	}, nil
}
