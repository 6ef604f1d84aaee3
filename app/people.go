package app

import (
	"context"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
)

// Person is somebody with accounts.
type Person struct {
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	Accounts []string `json:"accounts"`
}

// People lists who has accounts here.
func (a *App) People(ctx context.Context, _ none) ([]Person, error) {
	n, err := a.names(ctx)
	out := []Person{}
	for _, p := range n.people {
		v := Person{ID: int64(p.ID), Name: p.Name, Accounts: []string{}}
		for _, acc := range n.accounts {
			if acc.Profile == p.ID && !acc.Removed {
				v.Accounts = append(v.Accounts, acc.Name)
			}
		}
		out = append(out, v)
	}
	return out, err
}

// PersonArgs make or rename a person.
type PersonArgs struct {
	Name    string `json:"name"`
	Renamed string `json:"renamed,omitempty"` // new name of the one called Name
}

// PutPerson makes a person, or renames one.
func (a *App) PutPerson(ctx context.Context, args PersonArgs) ([]Person, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	var p ledger.Profile
	name := strings.TrimSpace(args.Name)
	if args.Renamed != "" {
		if p, err = n.person(name); err != nil {
			return nil, err
		}
		name = strings.TrimSpace(args.Renamed)
	}
	if name == "" {
		return nil, usage("a person needs a name")
	}
	if _, err := n.person(name); err == nil {
		return nil, usage("there is somebody called %q already", name)
	}
	p.Name = name
	if _, err := a.Store.PutProfile(ctx, p); err != nil {
		return nil, err
	}
	return a.People(ctx, none{})
}

// RemovePerson forgets a person without accounts.
func (a *App) RemovePerson(ctx context.Context, args PersonArgs) ([]Person, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	p, err := n.person(args.Name)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(n.accounts, func(acc ledger.Account) bool { return acc.Profile == p.ID }) {
		return nil, usage("%s has accounts, or had some whose past is kept", p.Name)
	}
	if err := a.Store.DropProfile(ctx, p.ID); err != nil {
		return nil, err
	}
	return a.People(ctx, none{})
}

// MoveArgs give an account to another person.
type MoveArgs struct {
	Account   string `json:"account"`
	Person    string `json:"person"`
	NewPerson bool   `json:"new_person,omitempty"` // nobody has that name yet
}

// MoveAccount gives an account to another person; its sign-in goes on. What is
// there stays: the routes between it and its old person's accounts end, and
// with its new person it begins like a new account, with a first look that
// removes and overwrites nothing (R13) and a plan that waits for a yes. What
// was said there keeps its origin (R15).
func (a *App) MoveAccount(ctx context.Context, args MoveArgs) (*Account, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	acc, err := n.account(args.Account)
	if err != nil {
		return nil, err
	}
	person, err := a.personFor(ctx, n, strings.TrimSpace(args.Person), args.NewPerson)
	if err != nil {
		return nil, err
	}
	if person != acc.Profile {
		if err := a.Engine.Between(func() error { return a.handOver(ctx, acc, person) }); err != nil {
			return nil, err
		}
	}
	if err := a.Engine.Changed(ctx); err != nil {
		return nil, err
	}
	a.soon()
	return a.accountView(ctx, acc.ID)
}

// handOver changes whose an account is. The routes go first: cut short there,
// the account is still its old person's and follows nobody.
func (a *App) handOver(ctx context.Context, acc ledger.Account, person ledger.ProfileID) error {
	if err := a.dropRoutes(ctx, acc.ID); err != nil {
		return err
	}
	last, err := a.Store.LastRun(ctx)
	if err != nil {
		return err
	}
	acc.Profile, acc.Connected, acc.Accepted = person, last+1, false
	if _, err := a.Store.PutAccount(ctx, acc); err != nil {
		return err
	}
	return a.defaultRoutes(ctx, acc)
}

// dropRoutes ends every route from and to an account.
func (a *App) dropRoutes(ctx context.Context, id ledger.AccountID) error {
	routes, err := a.Store.Routes(ctx)
	if err != nil {
		return err
	}
	for _, r := range routes {
		if r.From != id && r.To != id {
			continue
		}
		if err := a.Store.DropRoute(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}
