package ledger

import (
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Code is a reason from the one closed list that plan, window, command line,
// log and support bundle share (R20). Each has a sentence and a next step in
// the catalogue under "reason.<code>".
type Code string

const (
	AlreadyEqual       Code = "already_equal"
	NewerThere         Code = "newer_there"
	NothingSaid        Code = "nothing_said"
	FirstLook          Code = "first_look"
	PendingProof       Code = "pending_proof"
	PendingVisible     Code = "pending_visible"
	SourceSilent       Code = "source_silent"
	SourceNotTrusted   Code = "source_not_trusted"
	NoRoute            Code = "no_route"
	PathAddOnly        Code = "path_add_only"
	RemovalsOff        Code = "removals_off"
	Policy             Code = "policy"
	Pinned             Code = "pinned"
	RefusedByYou       Code = "refused_by_you"
	NoMatch            Code = "no_match"
	AmbiguousMatch     Code = "ambiguous_match"
	NotHeld            Code = "not_held"
	CannotStore        Code = "cannot_store"
	WouldDuplicatePlay Code = "would_duplicate_play"
	Settling           Code = "settling"
	Echo               Code = "echo"
	LocalEffect        Code = "local_effect"
	RateBudget         Code = "rate_budget"
	QuotaFull          Code = "quota_full"
	AuthNeeded         Code = "auth_needed"
	AccountLocked      Code = "account_locked" // by the service; no sign-in opens it
	WrongUser          Code = "wrong_user"
	Quarantined        Code = "quarantined"
	ParkedPlay         Code = "parked"
	ApprovedByYou      Code = "approved_by_you"
	UndoneByYou        Code = "undone_by_you"

	// Guards (§6 of the rules).
	GuardShrunk        Code = "guard_shrunk"
	GuardChanged       Code = "guard_everything_changed"
	GuardWrongUser     Code = "guard_wrong_user"
	GuardVersion       Code = "guard_server_version_changed"
	GuardRegressed     Code = "guard_regressed"
	GuardFutureTimes   Code = "guard_future_times"
	GuardIdentityShift Code = "guard_identity_shift"
	GuardRemovals      Code = "guard_removals"
	GuardAdds          Code = "guard_adds"
	GuardDuplicates    Code = "guard_duplicate_plays"
	GuardOverwrite     Code = "guard_overwrite"
	GuardFirstRun      Code = "guard_first_run"
	GuardUndoneWrites  Code = "guard_undone_writes"
	GuardFlipFlop      Code = "guard_flip_flop"
	GuardQuota         Code = "guard_quota"
	GuardAsk           Code = "guard_ask" // a route that asks before removals (R12, R14)
)

// Codes is the closed list.
var Codes = [...]Code{
	AlreadyEqual, NewerThere, NothingSaid, FirstLook, PendingProof, PendingVisible, SourceSilent,
	SourceNotTrusted, NoRoute, PathAddOnly, RemovalsOff, Policy, Pinned, RefusedByYou, NoMatch,
	AmbiguousMatch, NotHeld, CannotStore, WouldDuplicatePlay, Settling, Echo, LocalEffect, RateBudget,
	QuotaFull, AuthNeeded, AccountLocked, WrongUser, Quarantined, ParkedPlay, ApprovedByYou, UndoneByYou,
	GuardShrunk, GuardChanged, GuardWrongUser, GuardVersion, GuardRegressed, GuardFutureTimes,
	GuardIdentityShift, GuardRemovals, GuardAdds, GuardDuplicates, GuardOverwrite, GuardFirstRun,
	GuardUndoneWrites, GuardFlipFlop, GuardQuota, GuardAsk,
}

// Passing are the codes that time, a service or a hold's end can end: wants
// unmet for these are looked at again in every run. All others change only
// with a belief, a rule or a decision, and these touch the work (R21).
var Passing = append([]Code{AmbiguousMatch, FirstLook, PendingProof, PendingVisible, SourceSilent, SourceNotTrusted, WouldDuplicatePlay,
	Settling, RateBudget, QuotaFull, AuthNeeded, AccountLocked, WrongUser, Quarantined, ParkedPlay}, guards()...)

// guards are the codes of guards: what a hold stops is planned again while it
// stands and when it ends (R22).
func guards() []Code {
	var out []Code
	for _, c := range Codes {
		if strings.HasPrefix(string(c), "guard_") {
			out = append(out, c)
		}
	}
	return out
}

// CodeOf is the reason that a person reads when an account fails with an error.
func CodeOf(k provider.ErrorKind) Code {
	switch k {
	case provider.Auth, provider.AppRejected:
		return AuthNeeded
	case provider.Locked:
		return AccountLocked
	case provider.WrongUser:
		return WrongUser
	case provider.RateLimited:
		return RateBudget
	case provider.PlanLimit:
		return QuotaFull
	}
	return SourceSilent
}

// Reason is why something is or is not done: a code and its evidence.
type Reason struct {
	Code Code `json:",omitzero"`
	// Who said what, when: the deciding statement; Account 0 when there is none.
	Who     AccountID    `json:",omitzero"`
	Value   Want         `json:",omitzero"`
	When    media.Moment `json:",omitzero"` // of the statement; 0 unknown
	Read    RunID        `json:",omitzero"` // the run whose read proves it
	Until   media.Moment `json:",omitzero"` // at which it is looked at again; 0 unknown
	Details Evidence     `json:",omitzero"`
}
