package ledger

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Party is one account as deciding stages see it.
type Party struct {
	Account
	Caps provider.Capabilities
	// Trust by feature; the zero Trust where the feature was never read.
	Trust [len(media.Features)]Trust
	// TrustedNow tells per feature whether this run has a trusted view.
	TrustedNow [len(media.Features)]bool
	// Blocked is not "" when the account takes no writes in this run:
	// AuthNeeded, WrongUser, SourceSilent, RateBudget.
	Blocked Code
	// OtherScrobbler: another program feeds this log (R16: 24 h settle window).
	// FedAt is the latest play by which that was found out; unknown where the
	// person said so.
	OtherScrobbler bool
	FedAt          media.Moment
}

// World is everything about one profile that is not about a single work.
type World struct {
	Now      media.Moment
	Run      RunID
	Profile  ProfileID
	Parties  []Party // in account order
	Routes   []Route // in route order
	Settings Settings
	// Caused names views and accounts under a standing view hold: nothing that
	// they cause is done and nothing is written to them (R22).
	Caused map[AccountID]Code
	// Explain asks the plan for the reasons that it else leaves out: what is
	// equal already and what no route carries (the why page).
	Explain bool
}

// Party returns the account with the given id, or nil.
func (w *World) Party(id AccountID) *Party {
	for i := range w.Parties {
		if w.Parties[i].ID == id {
			return &w.Parties[i]
		}
	}
	return nil
}

// Dossier is everything believed about one work in one profile: the unit of
// planning. Slices are in a fixed order (account, feature, key) so that equal
// beliefs are equal values.
type Dossier struct {
	Work       Work
	Tokens     []media.Token
	Frozen     Code // AmbiguousMatch or GuardIdentityShift: nothing is planned
	Shown      []Shown
	Statements []Statement
	Pending    []Pending
	Proofs     []Proof
	Plays      []Play
	Quarantine []Quarantine
	Refusals   []Refusal
	Pins       []Pin
	// Items are the native keys linked to the work per account.
	Links []Link
	// Alike are accounts that list an item which nothing identifies and which may
	// be this work, by its title.
	Alike []AccountID
	// Reread tells for which logs the work's plays were read Fresh in this run (R16).
	Reread []AccountID
	// Sought are accounts that were asked in this run which item of theirs it is.
	Sought []AccountID
	// Playing: accounts at which the item is being played right now.
	Playing []AccountID
	// PartWatched: accounts at which a part of the work was watched (R9: a
	// show leaves a list by its first episode).
	PartWatched []AccountID
	// PartWatchedAt is the newest such play of each account in PartWatched;
	// missing or zero: unknown.
	PartWatchedAt []media.Moment
}
