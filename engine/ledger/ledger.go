// Package ledger holds the nouns that pass between the engine's stages and
// are stored: what accounts show, what persons said, which writes are under
// way, what is planned, held, refused or pinned, and why.
//
// It is pure data: no IO, no decisions. Stages take these values and return
// new ones; only engine/store keeps them.
//
// Read engine/README.md for the rules R1–R30 that the comments name.
package ledger

import "watchkeeper/engine/media"

// AccountID numbers an account for ever; a signed-out account that signs in
// again keeps its number.
type AccountID int64

// ProfileID numbers a person. Profiles never influence each other.
type ProfileID int64

// RunID numbers runs; it only grows.
type RunID int64

// Seq numbers statements in the order in which they were concluded; it only
// grows. 0: not yet numbered.
type Seq int64

// OpID names an op. It is derived from what the op does, never random (S16).
type OpID string

// Profile is one person.
type Profile struct {
	ID   ProfileID
	Name string
}

// FirstPerson is what the first profile is called until somebody gives a name.
const FirstPerson = "me"

// Account is one signed-in identity at one provider.
type Account struct {
	ID       AccountID
	Profile  ProfileID
	Provider string // service name: "jellyfin"
	Name     string // label, unique: "jellyfin", "jellyfin-2"
	Address  string
	ServerID string // as when connected (R2)
	UserID   string
	UserName string
	Server   string // display name of the server
	LeftOut  []string
	Options  map[string]string
	Features []media.Feature // features the person switched on
	Paused   bool
	// Removed: signed out; rows stay so that provenance survives (R15).
	Removed bool
	// Accepted: the person said Start to this account's first plan (first_run).
	Accepted bool
	// Connected is the run count at the (re-)connection; the first trusted
	// view of each feature after it is a first look.
	Connected RunID
}

// Mode is what a route may do at its target.
type Mode uint8

const (
	AddOnly     Mode = iota + 1 // default
	KeepSame                    // adds and updates; removals by Removals
	CopyExactly                 // the sources alone decide
)

var modeNames = [...]string{"", "add-only", "keep-same", "copy-exactly"}

// String returns the name used in commands and storage.
func (m Mode) String() string { return modeNames[m] }

// ParseMode is the inverse of Mode.String.
func ParseMode(s string) (Mode, bool) { return parseName[Mode](modeNames[:], s) }

// Removals is a route's policy on removals.
type Removals uint8

const (
	Never  Removals = iota // default
	Ask                    // held until a person says yes
	Follow                 // done, within the guards
)

var removalNames = [...]string{"never", "ask", "follow"}

// String returns the name used in commands and storage.
func (r Removals) String() string { return removalNames[r] }

// ParseRemovals is the inverse of Removals.String.
func ParseRemovals(s string) (Removals, bool) { return parseName[Removals](removalNames[:], s) }

func parseName[T ~uint8](names []string, s string) (T, bool) {
	for i, n := range names {
		if n == s && n != "" {
			return T(i), true
		}
	}
	return 0, false
}

// Route lets what is said at From reach To, for one feature.
type Route struct {
	ID       int64 // also the route order that breaks the last tie (R11)
	Profile  ProfileID
	From, To AccountID
	Feature  media.Feature
	Mode     Mode
	Removals Removals
	// RemovalsSince is the first run under the present removals policy:
	// Cleareds concluded before it are asked about first (R14).
	RemovalsSince RunID
	// Accepted: the person said Start to this route's first plan (first_run).
	Accepted bool
	// Onward: the person enabled exactly this route after reading why the
	// source's terms speak against it (R15).
	Onward bool
	// Unwatch lets un-watching on a flag delete plays at the target (R17).
	Unwatch bool
}

// Subject is what a statement is about. Play is 0 except for History, where
// each play is a subject of its own and Play 0 is the watched flag as such
// (R16, R17).
type Subject struct {
	Work    media.WorkID  `json:",omitzero"`
	Feature media.Feature `json:",omitzero"`
	Play    media.PlayID  `json:",omitzero"`
}

// Work is the film, show, season, episode or part itself.
type Work struct {
	ID        media.WorkID
	Kind      media.Kind
	Title     string
	Year      int
	RuntimeMS int64
	Show      media.WorkID // of a season or episode; 0 unknown
	ShowTitle string       // of a season or episode whose show is no work; "" when it is one
	Season    int          // -1 none
	Number    int          // -1 none
}

// Link joins an account's item to a work.
type Link struct {
	Account AccountID
	Key     string // native key
	Work    media.WorkID
	By      LinkedBy
}

// LinkedBy is why a link stands; higher is stronger.
type LinkedBy uint8

const (
	ByToken LinkedBy = iota + 1
	ByWrite          // a confirmed write taught it
	ByHand           // a person; wins for ever
)

// Play is one viewing of one work, shared by its copies at several accounts
// (R16).
type Play struct {
	ID   media.PlayID
	Work media.WorkID
	// At is the date of the earliest copy; unknown for an undated one, and
	// refined when a dated copy joins.
	At media.Moment
	// ToleranceMS is that of the service where the play originated and
	// travels with its copies.
	ToleranceMS int64
	DateOnly    bool
}

// ShownState tells whether we trust to know what an item shows.
type ShownState uint8

const (
	ShownUnknown ShownState = iota
	ShownAbsent
	ShownValue
)

// RowKey names one row of one account and feature.
type RowKey struct {
	Key     string `json:",omitzero"`
	PlayKey string `json:",omitzero"` // "" except for plays of a log
}

// Shown is the last value we trusted that an item shows (§3 of the rules).
type Shown struct {
	Account AccountID
	Feature media.Feature
	RowKey
	Work  media.WorkID
	Play  media.PlayID
	State ShownState
	Value media.Value
	At    media.Moment // the service's time of the value
	Count int          // play count of a watched flag
	// Since is the run whose trusted view first showed this state; FirstLook
	// tells whether that view was a first look (R13).
	Since     RunID
	FirstLook bool
	// Looks counts trusted views that agreed on a first absence; it becomes
	// ShownAbsent at two.
	Looks int
	// Ahead: a look-up showed it and no list has since, so that a list may be
	// older and shows nothing that came after it (R6).
	Ahead bool
}

// Statement is the last thing the person said at an account about a subject,
// or that the account adopted from another (R8).
type Statement struct {
	Account AccountID `json:",omitzero"`
	Subject `json:",omitzero"`
	Cleared bool        `json:",omitzero"` // else Set
	Value   media.Value `json:",omitzero"` // of a Set
	// At is when it was said: the service's time, the first read that showed
	// it, or unknown (R7).
	At  media.Moment `json:",omitzero"`
	Seq Seq          `json:",omitzero"`
	Run RunID        `json:",omitzero"` // that concluded it
	// Seen is when that run looked: an undated play ages from it (R16). Zero
	// where it is not known.
	Seen media.Moment `json:",omitzero"`
	// FirstLook: concluded by a first look, or at first sight of a value that
	// nobody dates; it never removes or overwrites without a yes (R13).
	FirstLook bool `json:",omitzero"`
	// Origin and OriginSeq name the statement as the person made it; equal to
	// Account and Seq unless adopted. A newer statement by the origin voids
	// its copies.
	Origin    AccountID `json:",omitzero"`
	OriginSeq Seq       `json:",omitzero"`
	Key       string    `json:",omitzero"` // native key it came by, so joins and splits can divide it
	// Local: a service's own effect or a foreign tool's undoing; it never
	// leaves its account (R9, scenario "another tool").
	Local bool `json:",omitzero"`
}

// Adopted tells whether the account took the statement over from another.
func (s Statement) Adopted() bool { return s.Origin != s.Account }

// Cause names the statement that caused something.
type Cause struct {
	Account AccountID `json:",omitzero"`
	Seq     Seq       `json:",omitzero"`
}

// Proof is an observation that waits for a second look or a look-up (R6).
// While it stands nothing is planned for its work on that account.
type Proof struct {
	Account AccountID
	Feature media.Feature
	RowKey
	Work media.WorkID
	Play media.PlayID
	// Now is what was observed; a zero Value is absence.
	Now media.Value
	At  media.Moment // service time of the observed value
	// First is the first trusted read that showed it; LastShown the last
	// trusted read that showed the value before.
	First     media.Moment
	LastShown media.Moment
	Looks     int          // trusted views that agreed so far
	LastLook  media.Moment // of the latest that counted
	Need      int          // looks needed: 2, or 5 for a suspicious view (R2)
	Local     bool         // when it was seen, it was the service's own doing (R9)
}

// PendingState is the life of a write that was sent.
type PendingState uint8

const (
	// Expected: sent, not yet seen.
	Expected PendingState = iota + 1
	// Lost: missing after its window; may be planned again.
	Lost
	// Parked: a play that a log confirmed but does not show; never sent again.
	Parked
	// Remembered: a removal that is not waited for any more. Should it show after
	// all, it is still ours and not the person's (R8).
	Remembered
)

// Pending is a write that was sent and that a later read has not settled (R8).
type Pending struct {
	Op      OpID
	Account AccountID
	Subject
	RowKey   // native key where known
	Old, New media.Value
	Cause    Cause
	// The statement that settling makes the account adopt.
	Says Statement
	// Sent is when the request left; Run in which.
	Sent media.Moment
	Run  RunID
	// Tokens is a digest of what the work was known by there (Op.Tokens).
	Tokens string
	// Stamp is the feature's version stamp at the last read before sending.
	Stamp string
	// Reads counts trusted reads since that showed the old value.
	Reads int
	State PendingState
	// Until: the write stays expected until then at the least: over a person's
	// value for one more window, lost for three more (R8). 0: for its window.
	Until media.Moment
}

// Quarantine sets aside one value at one account until a newer statement or
// new evidence frees it.
type Quarantine struct {
	Account AccountID
	Subject
	Value    media.Value
	Cause    Cause
	Failures int    // three set it aside
	Why      Code   // of the last failure
	Tokens   string // digest of what the work was known by there (Op.Tokens): a new one is new evidence
	Since    media.Moment
}

// QuarantineAfter is how many failures set a value aside.
const QuarantineAfter = 3

// Refusal is a person's no to one statement for one target.
type Refusal struct {
	Target AccountID
	Subject
	Cause Cause // the refused statement
	Why   Code  // RefusedByYou or UndoneByYou
}

// PinKind is a standing decision made by hand.
type PinKind uint8

const (
	NeverTouch PinKind = iota + 1
	AlwaysKeep
)

// Pin holds until a person removes it. Account 0 means every account of the
// profile; AnyFeature all features.
type Pin struct {
	ID         int64
	Profile    ProfileID
	Account    AccountID
	Work       media.WorkID
	Feature    media.Feature
	AnyFeature bool
	Kind       PinKind
}

// Settings are the person's choices that decisions depend on.
type Settings struct {
	IntervalMS     int64 // between runs of trackers; default 30 minutes
	ServerEveryMS  int64 // between reads of media servers; default 15 minutes
	SettleWindowMS int64 // plays younger than this wait before they go to a log (R16); 0: one interval
	// WatchedLeavesLists: remove watched titles from every watchlist (R9).
	WatchedLeavesLists bool
	GuardsOff          []Code // guards that the person switched off
}
