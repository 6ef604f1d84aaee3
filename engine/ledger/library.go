package ledger

import "watchkeeper/engine/media"

// LibraryRow is a work and what each account shows of it.
type LibraryRow struct {
	Work  Work
	Show  string // title of the show of a season or episode
	Chips []Chip // by account and feature
}

// Chip is one account's value for a work in one feature, folded over its items.
type Chip struct {
	Account AccountID
	Feature media.Feature
	State   ShownState
	Value   media.Value
	At      media.Moment
	Unmet   Code // why the account does not show what it should; "" when it does
	Sent    bool // a write is on its way
}
