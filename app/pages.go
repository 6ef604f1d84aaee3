package app

import (
	"context"
	"slices"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// What further pages of the window ask: engine values instead of words.

// Entry is an entry of an account that is no work yet, or is in doubt.
type Entry struct {
	Account   ledger.AccountID
	Key       string
	Title     string
	Doubt     ledger.Evidence // contradicting ids; none: it has no public ids
	Proposals []Proposal      // best first
}

// Entries lists what Unlinked lists, as engine values.
func (a *App) Entries(ctx context.Context) ([]Entry, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	conflicts, err := a.Engine.Conflicts(ctx)
	if err != nil {
		return nil, err
	}
	missing, err := a.Engine.Unmatched(ctx)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, c := range conflicts {
		out = append(out, Entry{Account: c.Account, Key: c.Key, Title: c.Value.Title, Doubt: c.Value.Evidence})
	}
	for _, acc := range n.accounts {
		rows, err := a.proposed(ctx, acc, missing)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out = append(out, Entry{Account: acc.ID, Key: r.Key, Title: r.Title, Proposals: r.Proposals})
		}
	}
	return out, nil
}

// Titles names works.
func (a *App) Titles(ctx context.Context, works []media.WorkID) (map[media.WorkID]string, error) {
	return a.titles(ctx, slices.Clone(works))
}

// RuleFacts are the rules and what they may be.
type RuleFacts struct {
	Routes []ledger.Route
	Offers map[ledger.AccountID][]media.Feature
	Barred map[[2]ledger.AccountID]bool // by a service's terms (R15)
	// ReadOnly are features that are written at an account only once the person
	// says so by an option.
	ReadOnly map[ledger.AccountID][]media.Feature
}

// RuleFacts collects what the Rules page shows.
func (a *App) RuleFacts(ctx context.Context) (RuleFacts, error) {
	out := RuleFacts{Offers: map[ledger.AccountID][]media.Feature{}, Barred: map[[2]ledger.AccountID]bool{},
		ReadOnly: map[ledger.AccountID][]media.Feature{}}
	n, err := a.names(ctx)
	if err != nil {
		return out, err
	}
	for _, from := range n.accounts {
		source, _ := a.Service(from.Provider)
		for _, f := range media.Features {
			if a.offers(from, f) {
				out.Offers[from.ID] = append(out.Offers[from.ID], f)
			}
			if mayBeWritten(source, from, f) {
				out.ReadOnly[from.ID] = append(out.ReadOnly[from.ID], f)
			}
		}
		for _, to := range n.accounts {
			target, _ := a.Service(to.Provider)
			if from.ID != to.ID && !onward(source, target) {
				out.Barred[[2]ledger.AccountID{from.ID, to.ID}] = true
			}
		}
	}
	out.Routes, err = a.Store.Routes(ctx)
	return out, err
}

// Guards are those that a person can switch off.
func (a *App) Guards() []ledger.Code {
	var out []ledger.Code
	for _, c := range ledger.Codes {
		if guard.CanSwitchOff(c) {
			out = append(out, c)
		}
	}
	return out
}

// FreeAside lets every value that was set aside be tried again.
func (a *App) FreeAside(ctx context.Context) error {
	aside, err := a.Store.Quarantine(ctx, ledger.QuarantineAfter)
	if err != nil {
		return err
	}
	refs := make([]ledger.StatementRef, len(aside))
	for i, q := range aside {
		refs[i] = ledger.StatementRef{Account: q.Account, Subject: q.Subject}
	}
	if err := a.Store.Free(ctx, refs); err != nil {
		return err
	}
	a.soon()
	return nil
}

// BackUp copies the state now.
func (a *App) BackUp(ctx context.Context) error {
	_, err := a.MakeBackup(ctx, none{})
	return err
}
