// Package provider is the contract between the engine and one account at one
// service. It is the one package to read before writing an adapter.
//
// It holds types only: what an adapter is asked, what it answers, what it must
// never do. It does no IO and decides nothing. The suite that every adapter
// passes is engine/providertest.
//
// An adapter is a plain translator. It never retries a write (the transport
// retries what is safe), never guesses a date, never turns an error into an
// empty list (R1), never remembers across calls what a Fresh read must ask
// again, and never decides what should be written.
package provider

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"

	"watchkeeper/engine/media"
)

// Provider is one signed-in account at one service. Its methods may be called
// from different goroutines, but Write never runs concurrently with itself.
// Every method ends soon after ctx ends and returns an error of type *Error.
type Provider interface {
	// Capabilities is data: constant for the life of the Provider, no IO.
	Capabilities() Capabilities
	// Whoami asks the service who the token belongs to. It never answers from
	// memory.
	Whoami(ctx context.Context) (Identity, error)
	// Read lists the wanted features. A feature that could not be read
	// completely has View.Err set and no rows (R1); the error is for the
	// account as a whole. The order of rows and items is free.
	Read(ctx context.Context, want ReadRequest) (Snapshot, error)
	// Write does the changes, all of one feature, at most
	// Capabilities().Batch at once. It returns exactly one Result per change,
	// in order, even with an error: what was not attempted is NotApplied,
	// what may have happened is Unproven.
	Write(ctx context.Context, changes []Change) ([]Result, error)
}

// Confirmer is asserted once when an account is opened: a point look-up of
// given items, past lists and caches (R6). It returns one Answer per item, in
// order. Answers for History list every play of the item.
type Confirmer interface {
	LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]Answer, error)
}

// Finder turns public ids into the service's own items: one result per item
// in order, nil where the service has none. It matches by id only.
type Finder interface {
	Find(ctx context.Context, items []media.Item) ([]*media.Item, error)
}

// Nudger listens to the service's push channel. Each nudge means only "look
// soon": the adapter itself remembers what it heard of, and its next read lists
// that, or everything where nothing less would show it. Nudges returns when ctx
// ends or the channel is lost; ready is called once when the channel stands.
type Nudger interface {
	Nudges(ctx context.Context, ready func(), nudge func()) error
}

// Busy tells which items are being played right now, by native key, so that
// progress is not written over a running player.
type Busy interface {
	Playing(ctx context.Context) ([]string, error)
}

// Identity is who a token speaks for, as the service itself says.
type Identity struct {
	ServerID   string // stable id of the server; the service's host for trackers
	UserID     string // stable id of the user; never a display name
	UserName   string
	ServerName string
	Version    string // of the server; "" for trackers
}

// ReadRequest says what to list.
type ReadRequest struct {
	Wants []FeatureRequest
	// Full asks for everything the account has, not only changes since the
	// cursor.
	Full bool
	// Fresh forbids every cache: no If-None-Match, no memo, no disk. Fresh
	// implies Full.
	Fresh bool
}

// FeatureRequest is one wanted feature with the cursor that the adapter gave
// with the last trusted view of it; "" at the first read.
type FeatureRequest struct {
	Feature media.Feature
	Cursor  string
}

// Snapshot is the views of one read.
type Snapshot struct {
	// Items describes every key that occurs in the views' rows; each once.
	Items []media.Item
	Views []View
	// Clock is the server's own time minus ours, in milliseconds, measured on
	// this read; ClockKnown is false when no reply carried a time.
	ClockMS    int64
	ClockKnown bool
	// AllowanceLeft is how many requests the service still allows today;
	// negative when it does not say.
	AllowanceLeft int
	// AllowanceOf is how many it allows in a day; 0 when it does not say.
	AllowanceOf int
	// SignInEnds is when the sign-in ends, where it cannot renew itself;
	// unknown otherwise.
	SignInEnds media.Moment
	// Room is how many entries the account's plan still takes, by the
	// service's own numbers; unknown for a feature that is missing or
	// negative.
	Room map[media.Feature]int
	// Notices are catalogue keys of what the person should know about the
	// account, such as a setting at the service that undoes our work; one that
	// is about a day has it behind, as "key=2026-11-20".
	Notices []string
}

// Coverage is what absence from a view means.
type Coverage uint8

const (
	// Whole: everything the account has is listed; unlisted = absent.
	Whole Coverage = iota + 1
	// Catalogue: every item the account holds is listed with its value or an
	// explicit no; unlisted = not held = unknown.
	Catalogue
	// Changes: only what changed since the cursor; unlisted = unchanged.
	Changes
)

// View is what one read of an account found for one feature.
type View struct {
	Feature  media.Feature
	Err      *Error // not nil: there is no view (R1), and Rows is empty
	Coverage Coverage
	Rows     []Row
	// Removed names native keys that a feed of removals says are gone since
	// the cursor (R6b). Only with Coverage Changes.
	Removed  []string
	Cursor   string // opaque; kept only if the view is trusted
	Evidence Evidence
	// Skipped lists rows that were not understood, with the reason, so that
	// nothing is lost silently.
	Skipped []Skipped
}

// Skipped is one row that the adapter could not use.
type Skipped struct {
	Key    string // Item.Key of what it is about; "" where it may be any: then nothing is absent
	Title  string
	Reason string // lower case, no secrets
}

// Row is one thing that an account shows: a list entry, a rating, a position,
// a watched flag, or one play of a log.
type Row struct {
	Key     string // Item.Key
	PlayKey string // native key of one play on services that keep plays; else ""
	Value   media.Value
	// At is when the service says the value was given (listed, rated, paused);
	// unknown when it does not tell. For History it is when the row was made,
	// if the service tells; the play's own date is Value.PlayedAt.
	At media.Moment
	// Count is how often the item was played according to a watched flag; 0
	// when the service does not count.
	Count int
	// DateOnly: the play's date is a calendar day (00:00 UTC).
	DateOnly bool
	// Started: the play's date marks the start of the viewing, not its end.
	Started bool
	// Playing: the item is being played right now.
	Playing bool
}

// Evidence is what supports a view.
type Evidence struct {
	Announced int    // rows that the service announced; -1 when it does not
	Received  int    // rows received, before folding doubles
	Stamp     string // version stamp or activity time of this feature; "" when there is none
	// StampAt orders stamps; unknown where stamps have no order.
	StampAt media.Moment
	// Unchanged: the stamp equals the cursor's, and nothing was listed.
	// Coverage is Changes and Rows is empty.
	Unchanged bool
	Cached    bool   // a cache answered (304 or memo)
	UserID    string // who the token was for this read; "" when the reply does not say
	ServerID  string
	Version   string // server version
	Scope     string // digest of libraries, filters and mapping that bound the view
	// Numbering is the version of the tables by which works are matched; when
	// it changes, every work is planned anew (R21). "" where there are none.
	Numbering string
}

// Answer is what a point look-up found for one item.
type Answer struct {
	Key  string
	Held bool  // the account can show this item; false: not held, unknown
	Rows []Row // Held with no rows or with a zero Value: an explicit no
	Err  *Error
}

// Action is what a write does.
type Action uint8

const (
	Add Action = iota + 1
	Update
	Remove
)

// String returns "add", "update" or "remove".
func (a Action) String() string {
	switch a {
	case Add:
		return "add"
	case Update:
		return "update"
	case Remove:
		return "remove"
	}
	return "none"
}

// Change is one write. It says what to do, never why.
type Change struct {
	ID      string // of the op; for logs only
	Action  Action
	Feature media.Feature
	// Item is the work as known: its native key at this account when one is
	// linked (else ""), its tokens, title, year and numbers.
	Item    media.Item
	Old     media.Value  // what the account showed; the zero Value when absent
	New     media.Value  // what it should show; the zero Value for Remove
	PlayKey string       // native key of the play to remove, on services that keep plays
	At      media.Moment // when the person said it; sent as rated_at, listed_at, paused_at where possible
}

// Outcome is whether a write happened. It is a separate axis from the error.
type Outcome uint8

const (
	// NotApplied: never attempted, or certainly without effect; may be sent again.
	NotApplied Outcome = iota
	// Confirmed: the reply shows the new state of this very item.
	Confirmed
	// Accepted: the service took it; no proof yet.
	Accepted
	// Already: the service says the state was so before.
	Already
	// Refused: the service said no to this item.
	Refused
	// Unproven: the answer was lost; it may have happened (R26).
	Unproven
)

var outcomeNames = [...]string{"not applied", "confirmed", "accepted", "already", "refused", "unproven"}

// String returns the English name used in journal and logs.
func (o Outcome) String() string { return outcomeNames[o] }

// Result is the outcome of one change.
type Result struct {
	Outcome Outcome
	Key     string // native key, when the reply taught one
	PlayKey string // native key of the written play, when the reply taught one
	Row     *Row   // what the reply shows for the item, when it does
	Err     *Error // why, for Refused, NotApplied and Unproven
}

// Env is what an adapter is given to work with.
type Env struct {
	// Base is the bottom of the HTTP stack. The adapter builds its own stack
	// over it with providers/internal/transport.
	Base http.RoundTripper
	Log  *slog.Logger
	// Install identifies this installation (random, stable); device ids are
	// derived from it, never equal to it.
	Install string
	Version string // of this program, for User-Agent
	Address string // base URL that the person gave; "" for services with a fixed host
	// ClientID and ClientSecret identify this program at services that ask
	// for it. "" means: not built in and not set by the person.
	ClientID     string
	ClientSecret string
	Secrets      Secrets
	LeftOut      []string // native ids of libraries that the person left out
	Dir          string   // folder for the adapter's caches; 0700
	// Pins are SHA-256 fingerprints of certificates the person chose to trust.
	Pins []string
	// Options are the person's choices by name, such as "write_ratings".
	Options map[string]string
}

// Secrets keeps one account's credentials. Save returns only when the secret
// is durable (R30).
type Secrets interface {
	Load(ctx context.Context) (Secret, error)
	Save(ctx context.Context, s Secret) error
}

// Service describes one kind of provider and opens accounts of it.
type Service struct {
	Name         string // "jellyfin"; lower case, stable
	Title        string // "Jellyfin"
	Capabilities Capabilities
	NeedsAddress bool     // a server of the person's own
	Methods      []Method // ways to sign in, best first
	ClientHelp   string   // catalogue key: how to get a client id, when one is needed
	ClientPage   string   // where a person gets it
	// Options are what a person may choose for an account, beside what every
	// account takes.
	Options []Option
	// Hosts are the fixed hosts the service is reached at, for --services.
	Hosts []string
	// Login starts a sign-in by one of Methods.
	Login func(env Env, method Method) (Login, error)
	// Open makes the Provider of a signed-in account. No IO.
	Open func(env Env) (Provider, error)
	// Libraries lists the libraries of a signed-in account, for leaving some out;
	// nil where the service has none.
	Libraries func(ctx context.Context, env Env) ([]Library, error)
	// Discover asks the given addresses of the local network, broadcast ones
	// among them, for servers; nil where servers do not answer to that. What is
	// found is offered to the person and used in no other way.
	Discover func(ctx context.Context, targets []netip.AddrPort) ([]Found, error)
	// SignOut ends the token at the service; nil where it cannot.
	SignOut func(ctx context.Context, env Env) error
}

// Option is one choice of Env.Options.
type Option struct {
	Name   string
	Values []string // that are possible; nil: any text
}

// DiscoveryPort is the UDP port at which servers wait for Discover's question.
const DiscoveryPort = 7359

// Found is a server that answered in the local network.
type Found struct{ Address, ServerID, Name string }

// Library is one part of a media server that can be left out.
type Library struct{ ID, Name string }
