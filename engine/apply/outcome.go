package apply

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// settle turns a result into what is booked. Only what cannot have happened
// leaves no pending write (S3: unknown is not failed).
func (r Runner) settle(t Target, e ledger.Entry, res provider.Result) ledger.Settlement {
	e.Outcome = res.Outcome
	if res.Err != nil {
		e.Error = res.Err.Detail()
	}
	s := ledger.Settlement{Entry: e}
	switch res.Outcome {
	case provider.Confirmed, provider.Accepted, provider.Already:
		s.Entry.State = ledger.Done
	case provider.Refused:
		s.Entry.State = ledger.Failed
		s.Failed = refusal(res.Err)
		return s
	case provider.NotApplied:
		s.Entry.State = ledger.Failed
		return s
	default:
		s.Entry.State = ledger.Unanswered
	}
	s.Pending = r.pending(t, s.Entry, res)
	if res.Key != "" && e.Op.Key == "" {
		s.Link = &ledger.Link{Account: t.Account.ID, Key: res.Key, Work: e.Op.Work, By: ledger.ByWrite}
	}
	return s
}

// pending is the write that later reads must settle (R8). An unproven one is
// a pending write like any other (R26).
func (r Runner) pending(t Target, e ledger.Entry, res provider.Result) *ledger.Pending {
	op := e.Op
	says := op.Says
	says.Account = t.Account.ID
	p := &ledger.Pending{Op: op.ID, Account: t.Account.ID, Subject: op.Subject, RowKey: op.RowKey,
		Old: op.Old, New: op.New, Cause: op.Cause, Says: says, Sent: e.Sent, Run: r.Run, Tokens: op.Tokens,
		State: ledger.Expected}
	if res.Key != "" {
		p.Key = res.Key
	}
	if res.PlayKey != "" {
		p.PlayKey = res.PlayKey
	}
	if t.Stamp != nil {
		p.Stamp = t.Stamp(op.Feature)
	}
	return p
}

// refusal names why a service said no to one item; each counts towards
// setting the value aside (R8). A full plan is waited for, not counted.
func refusal(err *provider.Error) ledger.Code {
	if err != nil && err.Kind == provider.PlanLimit {
		return ledger.QuotaFull
	}
	return ledger.CannotStore
}

// stop decides from the errors of a batch whether the account takes no more
// writes in this run. A refusal of single items never stops the others (L4).
func stop(failed *provider.Error, results []provider.Result) *ledger.Stop {
	worst := failed
	for _, res := range results {
		if res.Err != nil && (worst == nil || grave(res.Err.Kind) > grave(worst.Kind)) {
			worst = res.Err
		}
	}
	if worst == nil || grave(worst.Kind) == 0 {
		return nil
	}
	return &ledger.Stop{Code: ledger.CodeOf(worst.Kind), Until: worst.Until, Saw: ledger.Said(worst.Detail())}
}

// grave orders error kinds by how much they say about the account as a whole;
// 0 concerns only the item.
func grave(k provider.ErrorKind) int {
	switch k {
	case provider.Transient:
		return 1
	case provider.RateLimited:
		return 2
	case provider.Contract:
		return 3
	case provider.AppRejected, provider.Auth, provider.WrongUser, provider.Locked:
		return 4
	}
	return 0
}
