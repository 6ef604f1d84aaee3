package ledger

import "watchkeeper/engine/media"

// Settlement is how one op ended, booked in one transaction: the journal row,
// the pending write it leaves, the failure it counts and the link it taught.
type Settlement struct {
	Entry   Entry
	Pending *Pending // nil when nothing can have happened
	// Failed counts one failure of the op's value at its account (R8); Code ""
	// means none.
	Failed Code
	Link   *Link // taught by the reply (ByWrite)
}

// Accountable tells whether the account may show the op's effect sooner or
// later.
func (s Settlement) Accountable() bool { return s.Pending != nil }

// Stop says why an account takes no more writes in this run and until when;
// Until 0 means until a person acts or the next run tries again.
type Stop struct {
	Code  Code
	Until media.Moment
	Saw   Evidence
}
