package provider

import (
	"context"
	"encoding/json"
	"log/slog"

	"watchkeeper/engine/media"
)

// Secret is a credential. It never shows itself in logs, errors or JSON; use
// Reveal where it must leave the program.
type Secret string

const hidden = "[secret]"

// String hides the secret.
func (Secret) String() string { return hidden }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return hidden }

// LogValue hides the secret from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON hides the secret.
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Method is a way to sign in.
type Method string

const (
	DeviceCode   Method = "device-code"   // show a code, wait
	Browser      Method = "browser"       // open a page, catch the answer on a one-shot loopback
	Paste        Method = "paste"         // open a page, the person pastes the answer
	QuickConnect Method = "quick-connect" // show a code to confirm in another session
	Password     Method = "password"      // asked once, never kept
)

// Login asks what a sign-in needs, step by step. Next is first called with
// nil; then with the answers to the Fields of the step before. A step that
// shows a code or a page has no fields: the next call to Next waits until the
// person has acted, the code has expired or ctx ends.
type Login interface {
	Next(ctx context.Context, answers map[string]string) (Step, error)
}

// Step is what to show or ask next. Exactly one of Fields, Code/URL and Done
// is meant: fields are asked, a code and a page are shown, Done ends it.
type Step struct {
	Fields  []Field
	Code    string
	URL     string // page to open in the person's browser
	Expires media.Moment
	Notice  string // catalogue key of something to read first
	Done    *SignedIn
}

// Field is one thing to ask.
type Field struct {
	Name   string // "address", "user", "password", "answer"; also the catalogue key "login.<name>"
	Secret bool
	// Choices are the answers that are possible, by ID; a name is taken as well.
	// None: any text.
	Choices []Choice
}

// Choice is one possible answer.
type Choice struct{ ID, Name string }

// SignedIn is the end of a sign-in.
type SignedIn struct {
	Identity Identity
	Address  string // as it should be used from now on; "" for fixed hosts
	Secret   Secret // the adapter's own compact form, at most SecretLimit bytes
}

// SecretLimit is the most that every keyring stores in one entry, in bytes.
const SecretLimit = 2000
