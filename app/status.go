package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// What watchkeeperctl exits with.
const (
	ExitInSync   = 0
	ExitError    = 1
	ExitUsage    = 2
	ExitNeedsYou = 3
	ExitStale    = 4
)

// Status is how everything stands.
type Status struct {
	State    string       `json:"state"` // "in sync", "error", "needs you", "stale"
	Exit     int          `json:"exit"`
	Sentence string       `json:"sentence"`
	Demo     bool         `json:"demo,omitempty"`
	Problem  *ProblemView `json:"problem,omitempty"`
	Running  *Progress    `json:"running,omitempty"`
	Paused   bool         `json:"paused,omitempty"`
	PausedTo string       `json:"paused_to,omitempty"`
	NextRun  string       `json:"next_run,omitempty"`
	Accounts []Account    `json:"accounts"`
	Holds    []Hold       `json:"holds"`
	LastRun  *Run         `json:"last_run,omitempty"`
	Waiting  int          `json:"waiting"` // writes that were sent and not yet seen
	Unmet    int          `json:"unmet"`   // differences that are explained but not closed
	SetAside int          `json:"set_aside"`
	Safe     bool         `json:"safe_to_shut_down"`
}

// Status tells how everything stands, from what is stored.
func (a *App) Status(ctx context.Context, _ none) (Status, error) {
	if err := a.Engine.Changed(ctx); err != nil {
		return Problem(err), nil
	}
	return a.view(ctx, a.withKeyring(a.Engine.Status()))
}

// StatusArgs say what may be asked for the status.
type StatusArgs struct {
	// Passphrase: that of a secrets file is at hand without asking a person.
	Passphrase bool `json:"passphrase,omitempty"`
}

// probing is how long the status waits for a keyring.
const probing = 5 * time.Second

// TellStatus is Status that also sees whether the sign-ins can be read. A
// process that looks by schedule knows that already.
func (a *App) TellStatus(ctx context.Context, args StatusArgs) (Status, error) {
	n, err := a.names(ctx)
	if err == nil && n.signedIn() > 0 && !a.isLooping() && (!a.InFile || args.Passphrase) {
		short, cancel := context.WithTimeout(ctx, probing)
		_ = a.probe(short) // what it finds shows as the vault's trouble
		cancel()
	}
	return a.Status(ctx, none{})
}

// watch says each new status until ctx ends or the house closes.
func watch(ctx context.Context, a *App, _ json.RawMessage, say func(any)) (any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(a.closing, cancel)()
	var seen uint64
	for {
		s, err := a.Await(ctx, seen)
		if err != nil {
			return none{}, nil
		}
		seen = s.Version
		v, err := a.view(ctx, s)
		if err != nil {
			return nil, err
		}
		say(v)
	}
}

func (a *App) view(ctx context.Context, s ledger.Status) (Status, error) {
	n, err := a.names(ctx)
	if err != nil {
		return Problem(err), nil
	}
	v := Status{Demo: s.Demo, Paused: s.Paused, PausedTo: when(s.PausedTo), NextRun: when(s.NextRun), Accounts: []Account{}, Holds: []Hold{},
		Waiting: s.Waiting, Unmet: s.Unmet, SetAside: s.SetAside, Safe: s.Waiting == 0 && s.Running == nil}
	v.State, v.Exit, v.Sentence = verdict(s)
	if s.Problem != nil {
		v.Problem = problemView(s.Problem)
	}
	if s.Running != nil {
		p := a.progress(s)
		v.Running = &p
	}
	for _, acc := range s.Accounts {
		v.Accounts = append(v.Accounts, n.accountStatus(acc))
	}
	for _, h := range s.Holds {
		v.Holds = append(v.Holds, n.holdStatus(h))
	}
	if s.LastRun != nil {
		r := n.run(*s.LastRun)
		v.LastRun = &r
	}
	return v, nil
}

func (a *App) progress(s ledger.Status) Progress {
	p := Progress{Run: int64(s.Running.Run), Stage: s.Running.Stage, Done: s.Running.Done, Of: s.Running.Of}
	for _, acc := range s.Accounts {
		if acc.ID == s.Running.Account {
			p.Account = acc.Name
		}
	}
	return p
}

// verdict sums a status up. What is broken comes before what needs a person,
// and that before what is old.
func verdict(s ledger.Status) (state string, exit int, sentence string) {
	switch needs, first := needsYou(s); {
	case s.Problem != nil:
		return "error", ExitError, s.Problem.Detail
	case s.LastRun != nil && s.LastRun.Error != "":
		return "error", ExitError, "the last run failed: " + s.LastRun.Error
	case len(s.Accounts) == 0:
		return "needs you", ExitNeedsYou, "nothing is set up; add an account"
	case needs == 1:
		return "needs you", ExitNeedsYou, first
	case needs > 1:
		return "needs you", ExitNeedsYou, fmt.Sprintf("%d things need you", needs)
	}
	oldest, stale := media.Moment(0), ""
	for _, acc := range s.Accounts {
		for _, f := range acc.Features {
			if old := f.Freshness == ledger.Stale || f.Freshness == ledger.Silent || f.Freshness == ledger.NeverRead; old && !acc.Paused && stale == "" {
				stale = outdated(acc, f)
			}
			if oldest == 0 || f.LastTrusted < oldest {
				oldest = f.LastTrusted
			}
		}
	}
	if stale != "" {
		return "stale", ExitStale, stale
	}
	sentence = fmt.Sprintf("in sync, oldest read %s ago", s.Now.Sub(oldest).Round(time.Minute))
	if s.Unmet > 0 {
		sentence += fmt.Sprintf("; %d differences are left, each with its reason (watchkeeperctl plan)", s.Unmet)
	}
	return "in sync", ExitInSync, sentence
}

// outdated says which feature is not up to date, and why as far as is known.
func outdated(acc ledger.AccountStatus, f ledger.FeatureStatus) string {
	text := fmt.Sprintf("%s at %s is %s", f.Feature, acc.Name, f.Freshness)
	switch {
	case acc.Detail.Code != "":
		return text + ": " + worded(acc.Detail)
	case f.Evidence.Code != "" && f.Freshness != ledger.NeverRead:
		return text + ": " + worded(f.Evidence)
	}
	return text
}

// needsYou counts what waits for a person and describes the first.
func needsYou(s ledger.Status) (count int, first string) {
	note := func(text string) {
		if count++; count == 1 {
			first = text
		}
	}
	for _, acc := range s.Accounts {
		switch acc.Problem {
		case ledger.AuthNeeded:
			note(fmt.Sprintf("%s needs you to sign in again (watchkeeperctl accounts signin %q)", acc.Name, acc.Name))
		case ledger.WrongUser:
			note(acc.Name + " is signed in as somebody else")
		case ledger.AccountLocked:
			note("the service has locked " + acc.Name + "; only its support can unlock it")
		}
	}
	for _, h := range s.Holds {
		note(fmt.Sprintf("%s at %s is on hold: %s", h.Feature, nameIn(s, h.Target), worded(h.Evidence)))
	}
	return count, first
}

func nameIn(s ledger.Status, id ledger.AccountID) string {
	for _, acc := range s.Accounts {
		if acc.ID == id {
			return acc.Name
		}
	}
	return "an account"
}

func (n names) accountStatus(s ledger.AccountStatus) Account {
	v := Account{ID: int64(s.ID), Name: s.Name, Person: n.personName(s.Profile), Service: s.Provider, User: s.UserName, Server: s.Server,
		Version: s.Version, Paused: s.Paused, Problem: string(s.Problem), Detail: worded(s.Detail), Since: when(s.Since), Retry: when(s.Retry),
		ClockMS: s.ClockMS, Notices: s.Notices, Features: []Feature{}}
	for _, acc := range n.accounts {
		if acc.ID == s.ID {
			v.Address, v.Started, v.LeftOut, v.Options = acc.Address, acc.Accepted, acc.LeftOut, acc.Options
		}
	}
	for _, f := range s.Features {
		v.Features = append(v.Features, Feature{Feature: f.Feature.String(), Freshness: f.Freshness.String(), LastRead: when(f.LastTrusted),
			Count: f.Count, Sent: f.Sent, Evidence: worded(f.Evidence), Why: string(f.Why), LagMS: f.LagMS, NextRead: when(f.Next)})
	}
	return v
}

func (n names) holdStatus(h ledger.HoldStatus) Hold {
	v := Hold{ID: h.ID, Person: n.personName(h.Profile), Guard: string(h.Guard), At: n.label(h.Target), Cause: n.label(h.Cause),
		Feature: h.Feature.String(), Count: h.Count, Since: when(h.Since), Run: int64(h.Run), Evidence: worded(h.Evidence), Titles: h.Titles}
	for _, answer := range guard.Answers(h.Guard) {
		v.Answers = append(v.Answers, string(answer))
	}
	return v
}

// ShowArgs say what a second start of the window program asks for.
type ShowArgs struct {
	Wish string `json:"wish,omitempty"` // "": only the window
}

// ShowWindow raises the window of the process that owns the data folder, or
// does there what a second start asks for.
func (a *App) ShowWindow(_ context.Context, args ShowArgs) (none, error) {
	if a.Show == nil {
		return none{}, usage("the Watchkeeper that runs has no window")
	}
	if !a.Show(args.Wish) {
		return none{}, usage("the Watchkeeper that runs does not know %q", args.Wish)
	}
	return none{}, nil
}
