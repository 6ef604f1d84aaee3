package ledger

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Want is what a target should show for a subject, decided among the
// statements that reach it.
type Want struct {
	Cleared bool        `json:",omitzero"`
	Value   media.Value `json:",omitzero"`
}

// Op is one planned write on one account.
type Op struct {
	ID       OpID      `json:",omitzero"`
	Account  AccountID `json:",omitzero"` // the target
	Subject  `json:",omitzero"`
	Action   provider.Action    `json:",omitzero"`
	RowKey   `json:",omitzero"` // native keys at the target where linked; one op per copy for removals
	Old, New media.Value        `json:",omitzero"` // as the target shows; as it should show, in the target's own precision
	// OldAt is the service's time of Old, for undo; 0 when it does not tell.
	OldAt media.Moment `json:",omitzero"`
	At    media.Moment `json:",omitzero"`
	// Cause is the deciding statement, Says the statement itself as the target
	// adopts it.
	Cause Cause     `json:",omitzero"`
	Says  Statement `json:",omitzero"`
	// Path is the routes it came by, Reads the runs of the views that it rests on.
	Path []int64 `json:",omitzero"`
	Read RunID   `json:",omitzero"`
	// Ask: the path asks before removing (R12, R14).
	Ask bool `json:",omitzero"`
	// New: the op needs an account or route whose first plan was not accepted (first_run).
	FirstRun bool `json:",omitzero"`
	// Rewatch: a further play of a work that the target shows as watched
	// (guard duplicate_plays).
	Rewatch bool `json:",omitzero"`
	// Overwrites a value that a person gave at the target.
	Overwrites bool `json:",omitzero"`
	// Retry: the same write was sent before and did not show (R8).
	Retry bool `json:",omitzero"`
	// Undo: the op takes back an earlier one (R24); Approved: a person said
	// yes to this very op.
	Undo     bool   `json:",omitzero"`
	Approved bool   `json:",omitzero"`
	Why      Reason `json:",omitzero"`
	// Tokens is a digest of what the target knows the work by: its own keys of
	// it, or the work's ids where it has none. A new one is new evidence for a
	// value that failed before.
	Tokens string `json:",omitzero"`
}

// Origin names the statement behind the op as the person made it. Guards,
// refusals and budgets go by it, not by the copy that carried it.
func (o Op) Origin() Cause {
	if o.Says.Origin != 0 && o.Says.OriginSeq != 0 {
		return Cause{Account: o.Says.Origin, Seq: o.Says.OriginSeq}
	}
	return o.Cause
}

// NonOp is an op that is not planned, with its reason (R20).
type NonOp struct {
	Account AccountID
	Subject
	Want Want
	Why  Reason
	// Unmet: the target differs from the want; it is looked at again when
	// Why.Until passes or something changes (R21, L4).
	Unmet bool
}

// Question is what a pure stage needs to know before it can conclude. run.go
// asks the account and calls the stage again with the answers.
type Question struct {
	Kind    QuestionKind
	Account AccountID
	Feature media.Feature
	Work    media.WorkID
	Key     string // native key; "" for FindKey
}

// QuestionKind is what to ask.
type QuestionKind uint8

const (
	// LookUp: what does the item show, past lists and caches (R6)?
	LookUp QuestionKind = iota + 1
	// Reread: the work's plays, Fresh, before a play is added to a log (R16).
	Reread
	// FindKey: the account's native key of the work.
	FindKey
)

// Plan is ops and every non-op with its reason, computed from beliefs alone.
type Plan struct {
	Run       RunID
	Ops       []Op // in writing order (R19)
	NonOps    []NonOp
	Questions []Question
	// Withdrawn are statements that end with this plan (R13: a first look's
	// forgotten Sets).
	Withdrawn []StatementRef
}

// HoldState is the life of a hold.
type HoldState uint8

const (
	HoldOpen HoldState = iota + 1
	HoldAnswered
	HoldGone // no longer true: its ops are no longer planned
)

// Answer is what a person says to a hold (R23).
type Answer string

const (
	KeepThem    Answer = "keep"     // removals; overwrite: keep theirs
	PutThemBack Answer = "put-back" // removals
	DoIt        Answer = "accept"   // delete these, change them, add them, start, it is right
	DontAdd     Answer = "dont-add" // duplicate_plays, adds
	LeaveIt     Answer = "leave"    // undone_writes, flip_flop, quota
	TryAgain    Answer = "try-again"
	ReadAgain   Answer = "read-again" // untrusted view
	NotNow      Answer = "later"
)

// Hold is ops, or a view, that a guard stopped until a person decides. Holds
// are by cause: new ops of a held cause join its hold (R22).
type Hold struct {
	ID      int64
	Profile ProfileID
	Guard   Code
	// Target is the account that would change; for an untrusted view the
	// account that was read.
	Target AccountID
	// Cause is the account whose statements cause the ops; 0 for a view.
	Cause   AccountID
	Feature media.Feature
	Action  provider.Action // of the held ops; 0 for a view
	Run     RunID           // that made it
	Since   media.Moment
	State   HoldState
	Answer  Answer
	// Ops are the held ops; empty for a view.
	Ops []Op
	// Evidence is what the guard saw.
	Evidence Evidence
	// Lost and Of are the counts behind a view guard: works missing, works known.
	Lost, Of int
	Digest   string // content of the held view (It is right)
	// Works are frozen by an identity_shift until the hold ends.
	Works []media.WorkID
}

// JournalState is how far an op has come (R25).
type JournalState uint8

const (
	Intended JournalState = iota + 1
	Sent
	Done       // confirmed, accepted or already; Outcome says which
	Failed     // refused or not applied
	Unanswered // unproven
)

var journalNames = [...]string{"", "intended", "sent", "done", "failed", "unproven"}

// String returns the name used in the command line and storage.
func (s JournalState) String() string { return journalNames[s] }

// Entry is one row of the journal.
type Entry struct {
	Op       Op
	Run      RunID
	Profile  ProfileID // whose account it was when it was written
	State    JournalState
	Outcome  provider.Outcome
	Error    string // lower case, no secrets
	Intended media.Moment
	Sent     media.Moment
	Ended    media.Moment
	UndoneBy OpID
}

// Beyond returns the ops that others lack: the same write of the same value on
// the same account counts as the same, whatever its number and its cause.
func Beyond(ops, others []Op) []Op {
	type write struct {
		account AccountID
		subject Subject
		action  provider.Action
		value   media.Value
		key     RowKey
	}
	of := func(op Op) write { return write{op.Account, op.Subject, op.Action, op.New, op.RowKey} }
	known := make(map[write]bool, len(others))
	for _, op := range others {
		known[of(op)] = true
	}
	var out []Op
	for _, op := range ops {
		if !known[of(op)] {
			out = append(out, op)
		}
	}
	return out
}
