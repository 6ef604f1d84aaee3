// Package identity tells which work each item of an account is: the film,
// show, season, episode or part behind a native key.
//
// It is pure: it takes what an account lists and what the identity table
// knows, and returns links, works, tokens, joins and contradictions as values.
// It reads no store, asks no service, translates no anime numbering and never
// joins anything by title; Propose only suggests, and a person disposes.
//
// The order of belief is: a link by hand, a remembered link, shared tokens of
// equal kind. A contradiction joins nothing and is listed with its evidence.
//
// Read resolve.go next, then group.go; the rules are in engine/README.md
// (identity).
package identity

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Input is one account's items and everything known that may concern them.
type Input struct {
	Account ledger.AccountID
	Items   []media.Item // in any order
	Known   Known
	// NextWork is the first free work number; numbers are never used again.
	NextWork media.WorkID
	// Written are this account's adds that no read has settled yet.
	Written []Written
	// Already are works of Written that the service said it had before: for
	// these an item that was listed before is no less the result.
	Already map[media.WorkID]bool
}

// Known is what the engine has loaded from the identity table. Works and
// WorkTokens must hold every work that Links or Tokens name, Works also the
// shows of those, and Tokens every
// token that Tokens(Items) returns and some work owns: an owned token that is
// not loaded looks free.
type Known struct {
	Links      map[string]ledger.Link // native key → link, of this account
	Tokens     map[media.Token]media.WorkID
	Works      map[media.WorkID]ledger.Work
	WorkTokens map[media.WorkID][]media.Token // all tokens of a work
	// Unlinked are the works that a person took each native key of this account
	// away from, for ever.
	Unlinked map[string][]media.WorkID
	// Apart are pairs of works that a person's links and unlinks at any account
	// keep apart: they are never joined. Those of this account are derived from
	// Unlinked and may be left out.
	Apart [][2]media.WorkID
	// Listed are native keys that an earlier read listed without a link: such
	// an item is not new, so it cannot be the result of a write since.
	Listed map[string]bool
}

// Written is one of our adds: the work, and the item as we described it to the
// service.
type Written struct {
	Work media.WorkID
	Item media.Item
}

// Output is what Resolve concludes. Every list has a fixed order that does not
// depend on the order of Input.Items.
type Output struct {
	// Of gives the work of each item by native key; an item that is absent is
	// unresolved, and listed in Conflicts or Missing.
	Of        map[string]media.WorkID
	Links     []ledger.Link // new or changed, by key
	Works     []ledger.Work // new, or with a gap filled, by number
	Tokens    []WorkToken   // new, by work and token
	Joins     []Join        // by Into and From
	Conflicts []Conflict    // by key
	Missing   []Unmatched   // no link and no usable token, by key
	NextWork  media.WorkID
}

// WorkToken is a token that a work now owns.
type WorkToken struct {
	Token media.Token
	Work  media.WorkID
}

// Join says that two works turned out to be one. Into is the lower number.
// Whoever applies it moves everything that names From to Into: links, tokens,
// shows of works, unlinks and beliefs (R13).
type Join struct {
	Into, From media.WorkID
	Key        string        // the item that shows it
	Shared     []media.Token // the tokens that are now of one work
}

// Conflict is an item whose ids contradict each other, its link or other
// items. Nothing was joined and no token taken over because of it.
type Conflict struct {
	Key    string
	Title  string
	Linked media.WorkID   // the remembered work that it keeps; 0: unresolved
	Works  []media.WorkID // that the item claims to be, ascending
	// Namespace and IDs are where the contradiction is; empty when it is not
	// between two ids of one namespace. An id by show has the form id@SxE.
	Namespace media.Namespace
	IDs       []string
	Why       ledger.Code
	Evidence  ledger.Evidence
}

// Unmatched is an item that nothing identifies. Episodes is how many episodes
// the account lists for a show or season; 0 unknown.
type Unmatched struct {
	Key      string
	Item     media.Item
	Episodes int
}
