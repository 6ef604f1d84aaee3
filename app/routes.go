package app

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Route is what one account follows of another.
type Route struct {
	ID       int64  `json:"id"`
	Person   string `json:"person"`
	From     string `json:"from"`
	To       string `json:"to"`
	Feature  string `json:"feature"`
	Mode     string `json:"mode"`
	Removals string `json:"removals"`
	Onward   bool   `json:"onward,omitempty"`
	Unwatch  bool   `json:"unwatch,omitempty"`
	Started  bool   `json:"started"` // the person said Start to its first plan
}

// Routes lists who follows whom, in route order.
func (a *App) Routes(ctx context.Context, _ none) ([]Route, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	routes, err := a.Store.Routes(ctx)
	out := []Route{}
	for _, r := range routes {
		out = append(out, Route{ID: r.ID, Person: n.personName(r.Profile), From: n.label(r.From), To: n.label(r.To), Feature: r.Feature.String(),
			Mode: r.Mode.String(), Removals: r.Removals.String(), Onward: r.Onward, Unwatch: r.Unwatch, Started: r.Accepted})
	}
	return out, err
}

// RouteArgs set or remove routes; what is left out of an existing route stays.
type RouteArgs struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Features []string `json:"features,omitempty"` // empty: all that both have
	Mode     string   `json:"mode,omitempty"`     // "": add-only
	Removals string   `json:"removals,omitempty"` // "": never
	Onward   *bool    `json:"onward,omitempty"`
	Unwatch  *bool    `json:"unwatch,omitempty"`
}

// ends are the two accounts of routes and the features that both have.
func (a *App) ends(ctx context.Context, args RouteArgs) (from, to ledger.Account, both []media.Feature, err error) {
	n, err := a.names(ctx)
	if err != nil {
		return from, to, nil, err
	}
	if from, err = n.account(args.From); err != nil {
		return from, to, nil, err
	}
	if to, err = n.account(args.To); err != nil {
		return from, to, nil, err
	}
	if from.ID == to.ID || from.Profile != to.Profile {
		return from, to, nil, usage("a route goes between two accounts of one person")
	}
	asked, err := features(args.Features)
	if err != nil {
		return from, to, nil, err
	}
	for _, f := range media.Features {
		able := a.offers(from, f) && a.offers(to, f)
		if slices.Contains(asked, f) && !able {
			return from, to, nil, usage("%s and %s do not both have %s", from.Name, to.Name, f)
		}
		if able && (len(asked) == 0 || slices.Contains(asked, f)) {
			both = append(both, f)
		}
	}
	return from, to, both, nil
}

func (a *App) offers(acc ledger.Account, f media.Feature) bool {
	s, ok := a.Service(acc.Provider)
	return ok && s.Capabilities.Feature(f).Offered()
}

// SetRoutes makes or changes routes. New ones wait for Start like a new
// account.
func (a *App) SetRoutes(ctx context.Context, args RouteArgs) ([]Route, error) {
	from, to, both, err := a.ends(ctx, args)
	if err != nil {
		return nil, err
	}
	all, err := a.Store.Routes(ctx)
	if err != nil {
		return nil, err
	}
	last, err := a.Store.LastRun(ctx)
	if err != nil {
		return nil, err
	}
	var changed []ledger.Route
	for _, f := range both {
		r := ledger.Route{Profile: from.Profile, From: from.ID, To: to.ID, Feature: f, Mode: ledger.AddOnly, RemovalsSince: last + 1}
		if i := slices.IndexFunc(all, func(old ledger.Route) bool { return old.From == r.From && old.To == r.To && old.Feature == f }); i >= 0 {
			r = all[i]
		}
		if err := adjust(&r, args, last+1); err != nil {
			return nil, err
		}
		if err := a.permitted(r, from, to, all); err != nil {
			return nil, err
		}
		changed = append(changed, r)
	}
	for _, r := range changed {
		if _, err := a.Store.PutRoute(ctx, r); err != nil {
			return nil, err
		}
	}
	if err := a.Engine.Changed(ctx); err != nil {
		return nil, err
	}
	return a.Routes(ctx, none{})
}

func adjust(r *ledger.Route, args RouteArgs, next ledger.RunID) error {
	if args.Mode != "" {
		mode, ok := ledger.ParseMode(args.Mode)
		if !ok {
			return usage("there is no mode %q; there are add-only, keep-same, copy-exactly", args.Mode)
		}
		r.Mode = mode
	}
	if args.Removals != "" {
		removals, ok := ledger.ParseRemovals(args.Removals)
		if !ok {
			return usage("removals are never, ask or follow, not %q", args.Removals)
		}
		if removals != r.Removals {
			r.Removals, r.RemovalsSince = removals, next
		}
	}
	if args.Onward != nil {
		r.Onward = *args.Onward
	}
	if args.Unwatch != nil {
		r.Unwatch = *args.Unwatch
	}
	if r.Mode == ledger.AddOnly && r.Removals != ledger.Never {
		return usage("a route that only adds removes nothing; choose the mode keep-same to let removals through")
	}
	return nil
}

// permitted refuses routes that the rules do not know (R12, R15).
func (a *App) permitted(r ledger.Route, from, to ledger.Account, all []ledger.Route) error {
	source, _ := a.Service(from.Provider)
	target, _ := a.Service(to.Provider)
	if !onward(source, target) && !r.Onward {
		return usage("%s does not allow that what was said there is passed on to another tracker; if that is your own data and your "+
			"decision, say so with --onward", source.Title)
	}
	if r.Mode != ledger.CopyExactly {
		return nil
	}
	if r.Feature == media.History {
		return usage("history is never copied exactly: plays that only %s has would be deleted", to.Name)
	}
	if ledger.Leads(all, r.Feature, to.ID, from.ID) {
		return usage("%s cannot copy %s exactly while %s follows it, directly or through others", to.Name, from.Name, from.Name)
	}
	return nil
}

// onward tells whether what was stated at one service may go to another (R15).
func onward(from, to provider.Service) bool {
	return from.Capabilities.OnwardToTrackers || from.Capabilities.Class != provider.Tracker || to.Capabilities.Class != provider.Tracker
}

// RemoveRoutes ends routes. What was written stays.
func (a *App) RemoveRoutes(ctx context.Context, args RouteArgs) ([]Route, error) {
	from, to, both, err := a.ends(ctx, args)
	if err != nil {
		return nil, err
	}
	all, err := a.Store.Routes(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.From == from.ID && r.To == to.ID && slices.Contains(both, r.Feature) {
			if err := a.Store.DropRoute(ctx, r.ID); err != nil {
				return nil, err
			}
		}
	}
	if err := a.Engine.Changed(ctx); err != nil {
		return nil, err
	}
	return a.Routes(ctx, none{})
}

// defaultRoutes lets a new account and the others of its person add to each
// other. Nothing is removed, and nothing goes from tracker to tracker where
// the terms speak against it.
func (a *App) defaultRoutes(ctx context.Context, acc ledger.Account) error {
	n, err := a.names(ctx)
	if err != nil {
		return err
	}
	last, err := a.Store.LastRun(ctx)
	if err != nil {
		return err
	}
	var ways [][2]ledger.Account
	for _, other := range n.accounts {
		if !other.Removed && other.ID != acc.ID && other.Profile == acc.Profile {
			ways = append(ways, [2]ledger.Account{acc, other}, [2]ledger.Account{other, acc})
		}
	}
	for _, way := range ways {
		for _, f := range media.Features {
			if !a.byDefault(way[0], way[1], f) {
				continue
			}
			r := ledger.Route{Profile: acc.Profile, From: way[0].ID, To: way[1].ID, Feature: f, Mode: ledger.AddOnly, RemovalsSince: last + 1}
			if _, err := a.Store.PutRoute(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// byDefault tells whether one account adds to another unless the person
// decides otherwise.
func (a *App) byDefault(from, to ledger.Account, f media.Feature) bool {
	source, _ := a.Service(from.Provider)
	target, _ := a.Service(to.Provider)
	return a.offers(from, f) && a.offers(to, f) && onward(source, target)
}
