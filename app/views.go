package app

import (
	"time"

	"watchkeeper/app/view"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// What operations answer with: plain values in words, for the command line's
// tables and its --json alike. Times are RFC 3339, "" when unknown.

// Progress is how far a run is.
type Progress struct {
	Run     int64  `json:"run"`
	Stage   string `json:"stage"`
	Account string `json:"account,omitempty"`
	Done    int    `json:"done,omitempty"`
	Of      int    `json:"of,omitempty"`
}

// ProblemView is something that stops everything.
type ProblemView struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Backup string `json:"backup,omitempty"`
	// Setting is the name of the one that cannot be used.
	Setting string `json:"setting,omitempty"`
}

// Account is one account and how it stands.
type Account struct {
	ID       int64             `json:"id"`
	Name     string            `json:"name"`
	Person   string            `json:"person"`
	Service  string            `json:"service"`
	User     string            `json:"user"`
	Server   string            `json:"server,omitempty"`
	Address  string            `json:"address,omitempty"`
	Version  string            `json:"version,omitempty"`
	Paused   bool              `json:"paused,omitempty"`
	Started  bool              `json:"started"` // the person said Start to its first plan
	Problem  string            `json:"problem,omitempty"`
	Detail   string            `json:"detail,omitempty"`
	Since    string            `json:"since,omitempty"`
	Retry    string            `json:"retry,omitempty"`
	ClockMS  int64             `json:"clock_ms,omitempty"`
	LeftOut  []string          `json:"left_out,omitempty"`
	Options  map[string]string `json:"options,omitempty"`
	Notices  []string          `json:"notices,omitempty"` // of what the person should know about it
	Features []Feature         `json:"features"`
}

// Feature is how fresh one feature of an account is.
type Feature struct {
	Feature   string `json:"feature"`
	Freshness string `json:"freshness"`
	LastRead  string `json:"last_read,omitempty"`
	Count     int    `json:"count"`
	Sent      int    `json:"sent,omitempty"` // writes that no read has shown yet
	Evidence  string `json:"evidence,omitempty"`
	Why       string `json:"why,omitempty"`
	LagMS     int64  `json:"lag_ms,omitempty"`
	NextRead  string `json:"next_read,omitempty"`
}

// Hold is something that waits for a person.
type Hold struct {
	ID       int64    `json:"id"`
	Person   string   `json:"person"`
	Guard    string   `json:"guard"`
	At       string   `json:"at"`              // the account that would change, or that was read
	Cause    string   `json:"cause,omitempty"` // the account that the changes come from
	Feature  string   `json:"feature"`
	Count    int      `json:"count"`
	Since    string   `json:"since"`
	Run      int64    `json:"run"`
	Evidence string   `json:"evidence"`
	Titles   []string `json:"titles,omitempty"`
	Answers  []string `json:"answers"` // the safe one first
	Ops      []Op     `json:"ops,omitempty"`
}

// Op is one write: planned, held or done.
type Op struct {
	ID       string `json:"id"`
	Account  string `json:"account"`
	Title    string `json:"title"`
	Feature  string `json:"feature"`
	Action   string `json:"action"`
	Old      string `json:"old"`
	New      string `json:"new"`
	Why      Reason `json:"why"`
	State    string `json:"state,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
	Error    string `json:"error,omitempty"`
	UndoneBy string `json:"undone_by,omitempty"`
	When     string `json:"when,omitempty"`
	HeldBy   string `json:"held_by,omitempty"`
}

// NonOp is something that is not done, and why.
type NonOp struct {
	Account string `json:"account"`
	Title   string `json:"title"`
	Feature string `json:"feature"`
	Want    string `json:"want"`
	Why     Reason `json:"why"`
	Unmet   bool   `json:"unmet"`
}

// Reason is why something is done or not.
type Reason struct {
	Code    string `json:"code"`
	Who     string `json:"who,omitempty"`
	When    string `json:"when,omitempty"`
	Until   string `json:"until,omitempty"`
	Details string `json:"details,omitempty"`
}

// Run is what one run did.
type Run struct {
	ID       int64    `json:"id"`
	Began    string   `json:"began"`
	Ended    string   `json:"ended,omitempty"`
	Preview  bool     `json:"preview,omitempty"`
	Stopped  bool     `json:"stopped,omitempty"`
	Error    string   `json:"error,omitempty"`
	Added    int      `json:"added"`
	Updated  int      `json:"updated"`
	Removed  int      `json:"removed"`
	Failed   int      `json:"failed"`
	Held     int      `json:"held"`
	Unproven int      `json:"unproven"`
	Changes  []Change `json:"changes,omitempty"`
}

// Change is one write of a run as a list shows it.
type Change struct {
	Op      string `json:"op"`
	Account string `json:"account"`
	Feature string `json:"feature"`
	Action  string `json:"action"`
	Title   string `json:"title"`
	State   string `json:"state"`
}

// english is the language of the command line.
var english = view.Speak(view.Fallback, time.UTC)

// worded is evidence for the command line; times are UTC.
func worded(e ledger.Evidence) string { return english.Evidence(e, 0) }

func when(m media.Moment) string {
	if !m.Known() {
		return ""
	}
	return m.Time().Format(time.RFC3339)
}

func (n names) run(r ledger.RunSummary) Run {
	out := Run{ID: int64(r.ID), Began: when(r.Began), Ended: when(r.Ended), Preview: r.Preview, Stopped: r.Stopped, Error: r.Error,
		Added: r.Added, Updated: r.Updated, Removed: r.Removed, Failed: r.Failed, Held: r.Held, Unproven: r.Unproven}
	for _, c := range r.Changes {
		out.Changes = append(out.Changes, Change{Op: string(c.Op), Account: n.label(c.Account), Feature: c.Feature.String(),
			Action: c.Action, Title: c.Title, State: c.State.String()})
	}
	return out
}

func (n names) op(o ledger.Op, title string) Op {
	return Op{ID: string(o.ID), Account: n.label(o.Account), Title: title, Feature: o.Feature.String(), Action: o.Action.String(),
		Old: o.Old.Text(o.Feature), New: o.New.Text(o.Feature), Why: n.reason(o.Why)}
}

func (n names) nonOp(v ledger.NonOp, title string) NonOp {
	want := v.Want.Value.Text(v.Feature)
	return NonOp{Account: n.label(v.Account), Title: title, Feature: v.Feature.String(), Want: want, Why: n.reason(v.Why), Unmet: v.Unmet}
}

func (n names) reason(r ledger.Reason) Reason {
	return Reason{Code: string(r.Code), Who: n.label(r.Who), When: when(r.When), Until: when(r.Until), Details: worded(r.Details)}
}
