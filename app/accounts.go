package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Accounts lists the accounts that are signed in.
func (a *App) Accounts(ctx context.Context, _ none) ([]Account, error) {
	if err := a.Engine.Changed(ctx); err != nil { // no account of a state that cannot be used is none
		return nil, err
	}
	s, err := a.Status(ctx, none{})
	return s.Accounts, err
}

func (a *App) accountView(ctx context.Context, id ledger.AccountID) (*Account, error) {
	all, err := a.Accounts(ctx, none{})
	if err != nil {
		return nil, err
	}
	for _, acc := range all {
		if acc.ID == int64(id) {
			return &acc, nil
		}
	}
	return nil, notFound("there is no account %d", id)
}

// Service is one kind of provider.
type Service struct {
	Name         string   `json:"name"`
	Title        string   `json:"title"`
	Class        string   `json:"class"`
	NeedsAddress bool     `json:"needs_address,omitempty"`
	NeedsClient  bool     `json:"needs_client,omitempty"` // a client id, which this build has not
	Methods      []string `json:"methods"`
	Features     []string `json:"features"`
	Options      []Option `json:"options,omitempty"` // that its accounts take
}

// Option is a choice that can be made for an account.
type Option struct {
	Name   string   `json:"name"`
	Values []string `json:"values,omitempty"` // that are possible; none: any text
}

func (a *App) serviceNames() []string {
	var out []string
	for _, s := range a.Services() {
		out = append(out, s.Name)
	}
	return out
}

// ListServices lists what accounts can be of.
func (a *App) ListServices(ctx context.Context, _ none) ([]Service, error) {
	out := []Service{}
	for _, s := range a.Services() {
		v := Service{Name: s.Name, Title: s.Title, Class: s.Capabilities.Class.String(), NeedsAddress: s.NeedsAddress}
		for _, m := range s.Methods {
			v.Methods = append(v.Methods, string(m))
		}
		for _, f := range media.Features {
			if s.Capabilities.Feature(f).Offered() {
				v.Features = append(v.Features, f.String())
			}
		}
		for _, o := range optionsOf(s) {
			v.Options = append(v.Options, Option(o))
		}
		if s.ClientHelp != "" {
			env, err := a.Env(ctx, ledger.Account{Provider: s.Name})
			if err != nil {
				return nil, err
			}
			v.NeedsClient = env.ClientID == ""
		}
		out = append(out, v)
	}
	return out, nil
}

// ChangeArgs change an account; fields left out stay.
type ChangeArgs struct {
	Account string            `json:"account"`
	Name    string            `json:"name,omitempty"`
	Paused  *bool             `json:"paused,omitempty"`
	On      []string          `json:"on,omitempty"`       // features to switch on
	Off     []string          `json:"off,omitempty"`      // features to switch off
	LeftOut *[]string         `json:"left_out,omitempty"` // ids of libraries
	Options map[string]string `json:"options,omitempty"`  // "" removes one
}

// ChangeAccount changes an account. What it lists is looked at anew when its
// libraries change (R13).
func (a *App) ChangeAccount(ctx context.Context, args ChangeArgs) (*Account, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	acc, err := n.account(args.Account)
	if err != nil {
		return nil, err
	}
	if args.Name != "" && args.Name != acc.Name {
		if _, err := n.account(args.Name); err == nil {
			return nil, usage("there is an account %q already", args.Name)
		}
		acc.Name = args.Name
	}
	if args.Paused != nil {
		acc.Paused = *args.Paused
	}
	if err := a.switchFeatures(&acc, args.On, args.Off); err != nil {
		return nil, err
	}
	if args.LeftOut != nil {
		if err := a.changeScope(ctx, &acc, *args.LeftOut); err != nil {
			return nil, err
		}
	}
	s, _ := a.Service(acc.Provider)
	if acc.Options, err = choose(s, acc.Options, args.Options); err != nil {
		return nil, err
	}
	if _, err := a.Store.PutAccount(ctx, acc); err != nil {
		return nil, err
	}
	a.Engine.Disconnect(acc.ID)
	if err := a.Engine.Changed(ctx); err != nil {
		return nil, err
	}
	return a.accountView(ctx, acc.ID)
}

// changeScope leaves out libraries; another scope is a first look.
func (a *App) changeScope(ctx context.Context, acc *ledger.Account, words []string) error {
	ids, err := a.leaveOut(ctx, *acc, words)
	if err != nil || slices.Equal(acc.LeftOut, ids) {
		return err
	}
	last, err := a.Store.LastRun(ctx)
	if err != nil {
		return err
	}
	acc.LeftOut, acc.Connected = ids, last+1
	return nil
}

func (a *App) switchFeatures(acc *ledger.Account, on, off []string) error {
	add, err := features(on)
	if err != nil {
		return err
	}
	drop, err := features(off)
	if err != nil {
		return err
	}
	s, _ := a.Service(acc.Provider)
	for _, f := range add {
		if !s.Capabilities.Feature(f).Offered() {
			return usage("%s has no %s", acc.Provider, f)
		}
	}
	keep := slices.DeleteFunc(append(slices.Clone(acc.Features), add...), func(f media.Feature) bool { return slices.Contains(drop, f) })
	slices.Sort(keep)
	acc.Features = slices.Compact(keep)
	return nil
}

// AccountArgs name an account.
type AccountArgs struct {
	Account string `json:"account"`
}

// RemoveAccount signs an account out: its token ends at the service where that
// is possible, its keyring entry and its routes go. What the service keeps is
// left as it is, and what was said there keeps its origin.
func (a *App) RemoveAccount(ctx context.Context, args AccountArgs) (none, error) {
	n, err := a.names(ctx)
	if err != nil {
		return none{}, err
	}
	acc, err := n.account(args.Account)
	if err != nil {
		return none{}, err
	}
	a.signOut(ctx, acc)
	if err := a.Vault.Delete(ctx, a.Secrets(acc.ID).Name); err != nil {
		return none{}, err
	}
	if err := a.dropRoutes(ctx, acc.ID); err != nil {
		return none{}, err
	}
	acc.Removed, acc.Accepted = true, false
	acc.Name = fmt.Sprintf("%s (signed out %d)", acc.Name, acc.ID) // its label is free again
	if _, err := a.Store.PutAccount(ctx, acc); err != nil {
		return none{}, err
	}
	a.Engine.Disconnect(acc.ID)
	return none{}, a.Engine.Changed(ctx)
}

// signOut ends the token at the service. A service that is away keeps nobody
// from signing out here.
func (a *App) signOut(ctx context.Context, acc ledger.Account) {
	s, ok := a.Service(acc.Provider)
	if !ok || s.SignOut == nil {
		return
	}
	env, err := a.Env(ctx, acc)
	if err == nil {
		err = s.SignOut(ctx, env)
	}
	if err != nil {
		a.Log.Warn("the token was not ended at the service", "account", acc.Name, "error", err)
	}
}

// Tested is what an account says of itself.
type Tested struct {
	User    string `json:"user"`
	Server  string `json:"server,omitempty"`
	Version string `json:"version,omitempty"`
	Same    bool   `json:"same"` // as when it was connected
	TookMS  int64  `json:"took_ms"`
}

// TestAccount asks the service who the account is.
func (a *App) TestAccount(ctx context.Context, args AccountArgs) (Tested, error) {
	acc, _, _, err := a.reach(ctx, args.Account)
	if err != nil {
		return Tested{}, err
	}
	p, err := a.Engine.Provider(ctx, acc)
	if err != nil {
		return Tested{}, &serviceError{acc.Name, err}
	}
	began := time.Now()
	who, err := p.Whoami(ctx)
	if err != nil {
		return Tested{}, &serviceError{acc.Name, err}
	}
	return Tested{User: who.UserName, Server: who.ServerName, Version: who.Version, TookMS: time.Since(began).Milliseconds(),
		Same: who.ServerID == acc.ServerID && who.UserID == acc.UserID}, nil
}

func (a *App) reach(ctx context.Context, label string) (acc ledger.Account, s provider.Service, env provider.Env, err error) {
	n, err := a.names(ctx)
	if err != nil {
		return acc, s, env, err
	}
	if acc, err = n.account(label); err != nil {
		return acc, s, env, err
	}
	if err = a.probe(ctx); err != nil { // says more than an adapter without its secret
		return acc, s, env, err
	}
	s, ok := a.Service(acc.Provider)
	if !ok {
		return acc, s, env, notFound("this version does not know %s", acc.Provider)
	}
	env, err = a.Env(ctx, acc)
	return acc, s, env, err
}

// LibraryPart is one part of a media server.
type LibraryPart struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	LeftOut bool   `json:"left_out"`
}

// Libraries lists the parts of a media server, so that some can be left out.
func (a *App) Libraries(ctx context.Context, args AccountArgs) ([]LibraryPart, error) {
	acc, s, env, err := a.reach(ctx, args.Account)
	if err != nil {
		return nil, err
	}
	out := []LibraryPart{}
	if s.Libraries == nil {
		return out, nil
	}
	parts, err := s.Libraries(ctx, env)
	if err != nil {
		return nil, &serviceError{acc.Name, err}
	}
	for _, p := range parts {
		out = append(out, LibraryPart{p.ID, p.Name, slices.Contains(acc.LeftOut, p.ID)})
	}
	return out, nil
}
