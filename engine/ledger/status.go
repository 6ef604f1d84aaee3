package ledger

import "watchkeeper/engine/media"

// Freshness is how much a feature's last trusted read is worth (§9 of the rules).
type Freshness uint8

const (
	NeverRead Freshness = iota
	Fresh               // at most two intervals old
	Ageing
	Stale
	Silent // not readable; the reason says why
)

var freshnessNames = [...]string{"never read", "fresh", "ageing", "stale", "silent"}

// String returns the name used in the command line.
func (f Freshness) String() string { return freshnessNames[f] }

// Status is one small value that says how everything stands. It is published
// with a growing Version; what happened is in the store.
type Status struct {
	Version  uint64
	Now      media.Moment
	Demo     bool
	Problem  *Problem // the engine does not run at all: damaged database, disk full
	Running  *Progress
	Paused   bool
	PausedTo media.Moment // 0 with Paused: until resumed
	NextRun  media.Moment
	Profiles []Profile
	Accounts []AccountStatus
	Holds    []HoldStatus
	LastRun  *RunSummary
	// LastChange is the latest run that changed something, nil when none is
	// remembered.
	LastChange *RunSummary
	// Waiting is how many writes were sent and not yet seen; 0 and not Running
	// means safe to shut down.
	Waiting  int
	Unmet    int // differences that are explained but not closed
	SetAside int
	Unclear  int  // entries that are no title yet, or in doubt
	Offline  bool // the system says that there is no network
	Metered  bool // or one that is paid by volume: nothing is looked at by schedule
}

// Problem is something that stops the whole engine.
type Problem struct {
	Code   string // catalogue key "problem.<code>": database_damaged, database_newer, disk_full, read_only, keyring_locked, settings_invalid
	Detail string
	Backup string // newest good backup, when there is one
	// Setting is the name of the one that cannot be used.
	Setting string
}

// Progress is how far a run has come.
type Progress struct {
	Run     RunID
	Stage   string // "looking", "deciding", "writing", "checking"
	Account AccountID
	Done    int
	Of      int
}

// AccountStatus is how one account stands.
type AccountStatus struct {
	ID       AccountID
	Profile  ProfileID
	Provider string
	Name     string
	UserName string
	Server   string
	Version  string
	Paused   bool
	// Problem is "" when the account works; else auth_needed, wrong_user, ...
	Problem     Code
	Detail      Evidence
	Since       media.Moment
	Retry       media.Moment // when it is tried again
	ClockMS     int64
	Allowance   int // requests left today; negative when unknown
	AllowanceOf int // requests allowed in a day; 0 when unknown
	// SignInEnds is when the sign-in ends, where it cannot renew itself and
	// that is known.
	SignInEnds media.Moment
	// Notices are catalogue keys of what the service does that a person should
	// know, under "notice_service.<key>"; one that is about a day has it
	// behind, as "key=2026-11-20".
	Notices  []string
	Features []FeatureStatus
}

// FeatureStatus is how fresh one feature of one account is.
type FeatureStatus struct {
	Feature     media.Feature
	Freshness   Freshness
	LastTrusted media.Moment
	Count       int
	Sent        int // writes that no read has shown yet
	Evidence    Evidence
	Why         Code // for Silent and Stale
	LagMS       int64
	Lag95MS     int64
	Next        media.Moment
}

// HoldStatus is a hold as a list shows it.
type HoldStatus struct {
	ID       int64
	Profile  ProfileID
	Guard    Code
	Target   AccountID
	Cause    AccountID
	Feature  media.Feature
	Count    int
	Since    media.Moment
	Run      RunID
	Evidence Evidence
	Titles   []string // at most five samples
}

// RunSummary is what one run did.
type RunSummary struct {
	ID       RunID
	Began    media.Moment
	Ended    media.Moment
	Preview  bool
	Stopped  bool
	Error    string
	Added    int
	Updated  int
	Removed  int
	Failed   int
	Held     int
	Unproven int
	// Works are the titles known after it, Open those with a difference left.
	Works   int
	Open    int
	Changes []ChangeSummary // at most fifty, by title
}

// ChangeSummary is one write of a run as a list shows it.
type ChangeSummary struct {
	Op      OpID
	Account AccountID
	Feature media.Feature
	Action  string
	Title   string
	State   JournalState
}
