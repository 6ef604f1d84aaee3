package guard

import (
	"slices"

	"watchkeeper/engine/ledger"
)

// effects is what an answer to these held ops does, apart from the hold. A
// plain yes needs nothing here: the answered hold approves its ops.
func effects(code ledger.Code, a ledger.Answer, ops []ledger.Op) (e Effects) {
	switch a {
	case ledger.KeepThem, ledger.DontAdd:
		e.Refusals = refusals(ops)
	case ledger.PutThemBack:
		// The refusals matter where there is no statement to withdraw: a play
		// that ended a position stays, and so does the position.
		e.Withdrawn, e.Refusals = said(ops), refusals(ops)
	case ledger.LeaveIt:
		// What another tool took back stays where it was taken back.
		if code == ledger.GuardUndoneWrites {
			e.Local = said(ops)
		} else {
			e.Refusals = refusals(ops)
		}
	case ledger.TryAgain:
		// Our writes are tried again; the undoing itself is never spread.
		if code == ledger.GuardUndoneWrites {
			e.Withdrawn = said(ops)
		}
		e.Freed = subjects(ops)
	case ledger.DoIt:
		if code == ledger.GuardFirstRun {
			e.Accounts, e.Routes = accepted(ops)
		}
	}
	return e
}

// refusals are a person's no to the statements behind the ops, for their
// targets; one per statement, however many copies and plays it would remove.
func refusals(ops []ledger.Op) []ledger.Refusal {
	var out []ledger.Refusal
	seen := make(map[ledger.Refusal]bool)
	for _, op := range ops {
		r := ledger.Refusal{Target: op.Account, Subject: sourceOf(op).Subject, Cause: op.Origin(), Why: ledger.RefusedByYou}
		if !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

// said are the statements behind the ops. Ops without one (copy exactly) name
// none.
func said(ops []ledger.Op) []Said {
	var out []Said
	seen := make(map[Said]bool)
	for _, op := range ops {
		s := Said{sourceOf(op).Subject, op.Origin()}
		if s.By.Seq != 0 && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func subjects(ops []ledger.Op) []ledger.StatementRef {
	var out []ledger.StatementRef
	seen := make(map[ledger.StatementRef]bool)
	for _, op := range ops {
		s := ledger.StatementRef{Account: op.Account, Subject: op.Subject}
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// accepted are the accounts and routes that the ops of a first plan need.
func accepted(ops []ledger.Op) (accounts []ledger.AccountID, routes []int64) {
	for _, op := range ops {
		accounts = append(accounts, op.Account, op.Cause.Account, op.Origin().Account)
		routes = append(routes, op.Path...)
	}
	slices.Sort(accounts)
	slices.Sort(routes)
	accounts = slices.DeleteFunc(slices.Compact(accounts), func(a ledger.AccountID) bool { return a == 0 })
	return accounts, slices.Compact(routes)
}
