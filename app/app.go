// Package app is what can be asked of Watchkeeper: one table of operations
// that the window calls in process, watchkeeperctl runs by itself, and both
// send over the local socket to whichever process owns the data folder.
//
// Operations are plain methods of App, one file per subject; they translate
// between what a person names (accounts by label, titles) and the engine's
// numbers, and decide nothing. Read operations.go for the table, views.go for
// what they answer with, app/wire for how the house is built.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"watchkeeper/app/instance"
	"watchkeeper/app/wire"
	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// App is a running house that takes wishes.
type App struct {
	*wire.House
	// Show raises the window, or does another wish of a second start, and tells
	// whether it knows it; nil where there is no window. Set before Serve.
	Show func(wish string) bool

	server  *instance.Server
	signIns signIns
	closing context.Context // ends when Close begins
	leave   context.CancelFunc

	mu      sync.Mutex
	looping bool // the engine looks by schedule
}

// Open makes the house of a data folder that this process owns, and begins to
// take wishes from other processes.
func Open(ctx context.Context, lock *instance.Lock, o wire.Options) (*App, error) {
	h, err := wire.Open(ctx, lock, o)
	if err != nil {
		return nil, err
	}
	a := &App{House: h}
	a.closing, a.leave = context.WithCancel(context.Background())
	err = h.Engine.Changed(ctx)
	var setting *engine.SettingError
	if errors.As(err, &setting) { // can be mended here, and nothing runs before
		h.Engine.Fail(err)
		err = nil
	}
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return a, nil
}

// Serve takes wishes from other processes.
func (a *App) Serve(lock *instance.Lock) error {
	server, err := lock.Serve(a.grant)
	a.server = server
	return err
}

// Run looks by schedule until ctx ends.
func (a *App) Run(ctx context.Context) error {
	a.setLooping(true)
	defer a.setLooping(false)
	return a.House.Run(ctx)
}

func (a *App) setLooping(on bool) {
	a.mu.Lock()
	a.looping = on
	a.mu.Unlock()
}

func (a *App) isLooping() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.looping
}

// soon lets the schedule act on a decision. Without a loop the next run does.
func (a *App) soon() {
	if a.isLooping() {
		a.Engine.SyncNow()
	}
}

// Close lets wishes under way end, at most until ctx does, and closes the
// house. Whoever only watches is sent away.
func (a *App) Close(ctx context.Context) error {
	a.leave()
	var err error
	if a.server != nil {
		err = a.server.Drain(ctx)
	}
	return errors.Join(err, a.House.Close())
}

// Await returns the status as soon as its version differs from seen. A keyring
// that does not answer shows as a problem.
func (a *App) Await(ctx context.Context, seen uint64) (ledger.Status, error) {
	s, err := a.Engine.Await(ctx, seen)
	return a.withKeyring(s), err
}

func (a *App) withKeyring(s ledger.Status) ledger.Status {
	if s.Problem != nil || len(s.Accounts) == 0 {
		return s
	}
	if trouble := a.Vault.Trouble(); trouble != nil {
		s.Problem = &ledger.Problem{Code: "keyring_locked", Detail: trouble.Error()}
	}
	return s
}

// Codes of errors, beside "" for any other.
const (
	CodeUsage    = "usage"     // the wish itself is wrong
	CodeNotFound = "not_found" // it names something that is not there
)

// Error is why an operation was refused, for a person to read.
type Error struct {
	Code    string
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

func usage(format string, args ...any) error {
	return &Error{Code: CodeUsage, Message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) error {
	return &Error{Code: CodeNotFound, Message: fmt.Sprintf(format, args...)}
}

// missing turns the store's word that there is no such row into one for a
// person, with where to look for the right one; other errors pass.
func missing(err error, lookAt string) error {
	var e *store.Error
	if !errors.As(err, &e) || e.Kind != store.ErrNotFound || e.Err == nil {
		return err
	}
	return notFound("%s; %s", e.Err, lookAt)
}

// unknown is a word that names none of what there is.
func unknown(kind, word string, known []string) error {
	if len(known) == 0 {
		return notFound("there is no %s %q; there is none yet", kind, word)
	}
	return notFound("there is no %s %q; known: %s", kind, word, strings.Join(known, ", "))
}

// grant is instance.Grant: what is refused travels with its code.
func (a *App) grant(ctx context.Context, do string, args json.RawMessage, progress func(any)) (any, error) {
	result, err := a.Do(ctx, do, args, progress)
	if err == nil {
		return result, nil
	}
	return nil, &instance.Refusal{Code: refusalCode(err), Message: string(a.Vault.Scrub([]byte(err.Error())))}
}

// names looks people's words up.
type names struct {
	accounts []ledger.Account
	people   []ledger.Profile
}

func (a *App) names(ctx context.Context) (names, error) {
	accounts, err := a.Store.Accounts(ctx)
	if err != nil {
		return names{}, err
	}
	people, err := a.Store.Profiles(ctx)
	return names{accounts, people}, err
}

// account finds an account that is signed in by its label.
func (n names) account(label string) (ledger.Account, error) {
	var labels []string
	for _, acc := range n.accounts {
		if acc.Removed {
			continue
		}
		if acc.Name == label || fmt.Sprint(acc.ID) == label {
			return acc, nil
		}
		labels = append(labels, acc.Name)
	}
	return ledger.Account{}, unknown("account", label, labels)
}

// signedIn counts the accounts that are not signed out.
func (n names) signedIn() (count int) {
	for _, acc := range n.accounts {
		if !acc.Removed {
			count++
		}
	}
	return count
}

// label names an account by number.
func (n names) label(id ledger.AccountID) string {
	for _, acc := range n.accounts {
		if acc.ID == id {
			return acc.Name
		}
	}
	return ""
}

// person finds a person by name; "" means the only one.
func (n names) person(name string) (ledger.Profile, error) {
	if name == "" && len(n.people) == 1 {
		return n.people[0], nil
	}
	var all []string
	for _, p := range n.people {
		if p.Name == name {
			return p, nil
		}
		all = append(all, p.Name)
	}
	if name == "" && len(all) > 1 {
		return ledger.Profile{}, usage("say which person: %q", all)
	}
	return ledger.Profile{}, unknown("person", name, all)
}

func (n names) personName(id ledger.ProfileID) string {
	for _, p := range n.people {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

func features(words []string) ([]media.Feature, error) {
	var out []media.Feature
	for _, w := range words {
		f, ok := media.ParseFeature(w)
		if !ok {
			return nil, usage("there is no feature %q; there are %v", w, media.Features)
		}
		out = append(out, f)
	}
	return out, nil
}

func problemView(p *ledger.Problem) *ProblemView {
	return &ProblemView{Code: p.Code, Detail: p.Detail, Backup: p.Backup, Setting: p.Setting}
}

// Problem says what keeps the house from opening, as a status.
func Problem(err error) Status {
	p := engine.ProblemOf(err)
	return Status{State: "error", Exit: ExitError, Sentence: p.Detail, Accounts: []Account{}, Holds: []Hold{}, Problem: problemView(p)}
}
