package app

import (
	"context"
	"slices"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// RouteOff is the mode of a change that ends a route.
const RouteOff = "off"

// RouteChange is one edit of the rules; what it leaves out stays.
type RouteChange struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Feature  string `json:"feature"`
	Mode     string `json:"mode"` // or "off"
	Removals string `json:"removals,omitempty"`
	Onward   *bool  `json:"onward,omitempty"`
	Unwatch  *bool  `json:"unwatch,omitempty"`
}

// RouteChanges are edits that belong together.
type RouteChanges struct {
	Changes []RouteChange `json:"changes"`
}

// Difference is what edits of the rules would change about the plan.
type Difference struct {
	More []Op `json:"more"` // would be written in addition
	Less []Op `json:"less"` // would not be written any more
}

// Prospect is the plan of one person before and after edits of the rules.
type Prospect struct {
	Before, After ledger.Plan
	Titles        map[media.WorkID]string
}

// draft is the rules of a person after edits; drop are the routes that end.
type draft struct {
	profile ledger.ProfileID
	all     []ledger.Route // of everybody
	changed []ledger.Route
	drop    []int64
}

func (a *App) draft(ctx context.Context, args RouteChanges) (d draft, err error) {
	if d.all, err = a.Store.Routes(ctx); err != nil {
		return d, err
	}
	last, err := a.Store.LastRun(ctx)
	if err != nil {
		return d, err
	}
	for _, c := range args.Changes {
		if err := a.edit(ctx, &d, c, last+1); err != nil {
			return d, err
		}
	}
	return d, nil
}

// edit applies one change to a draft.
func (a *App) edit(ctx context.Context, d *draft, c RouteChange, next ledger.RunID) error {
	args := RouteArgs{From: c.From, To: c.To, Features: []string{c.Feature}, Mode: c.Mode, Removals: c.Removals, Onward: c.Onward, Unwatch: c.Unwatch}
	from, to, both, err := a.ends(ctx, args)
	if err != nil {
		return err
	}
	if d.profile != 0 && d.profile != from.Profile {
		return usage("the changes are of two people")
	}
	d.profile = from.Profile
	r := ledger.Route{Profile: from.Profile, From: from.ID, To: to.ID, Feature: both[0], Mode: ledger.AddOnly, RemovalsSince: next}
	at := slices.IndexFunc(d.all, func(old ledger.Route) bool { return old.From == r.From && old.To == r.To && old.Feature == r.Feature })
	if c.Mode == RouteOff {
		if at >= 0 {
			d.drop = append(d.drop, d.all[at].ID)
			d.all = slices.Delete(d.all, at, at+1)
		}
		return nil
	}
	if at >= 0 {
		r = d.all[at]
	}
	if c.Mode == ledger.AddOnly.String() && c.Removals == "" {
		args.Removals = ledger.Never.String()
	}
	if err := adjust(&r, args, next); err != nil {
		return err
	}
	if err := a.permitted(r, from, to, d.all); err != nil {
		return err
	}
	if at >= 0 {
		d.all[at] = r
	} else {
		d.all = append(d.all, r)
	}
	d.changed = append(d.changed, r)
	return nil
}

// Prospect plans a person's beliefs under the rules as they are and as they
// would be. No service is asked and nothing is kept.
func (a *App) Prospect(ctx context.Context, args RouteChanges) (out Prospect, err error) {
	d, err := a.draft(ctx, args)
	if err != nil {
		return out, err
	}
	if out.Before, err = a.Engine.Suppose(ctx, engine.Supposed{Profile: d.profile}); err != nil {
		return out, err
	}
	mine := []ledger.Route{}
	for _, r := range d.all {
		if r.Profile == d.profile {
			mine = append(mine, r)
		}
	}
	if out.After, err = a.Engine.Suppose(ctx, engine.Supposed{Profile: d.profile, Routes: mine}); err != nil {
		return out, err
	}
	var works []media.WorkID
	for _, op := range append(slices.Clone(out.Before.Ops), out.After.Ops...) {
		works = append(works, op.Work)
	}
	out.Titles, err = a.titles(ctx, works)
	return out, err
}

// WhatIf says what edits of the rules would change about the plan.
func (a *App) WhatIf(ctx context.Context, args RouteChanges) (Difference, error) {
	out := Difference{More: []Op{}, Less: []Op{}}
	n, err := a.names(ctx)
	if err != nil {
		return out, err
	}
	p, err := a.Prospect(ctx, args)
	if err != nil {
		return out, err
	}
	for _, op := range ledger.Beyond(p.After.Ops, p.Before.Ops) {
		out.More = append(out.More, n.op(op, p.Titles[op.Work]))
	}
	for _, op := range ledger.Beyond(p.Before.Ops, p.After.Ops) {
		out.Less = append(out.Less, n.op(op, p.Titles[op.Work]))
	}
	return out, nil
}

// ChangeRoutes makes edits of the rules, all or none.
func (a *App) ChangeRoutes(ctx context.Context, args RouteChanges) ([]Route, error) {
	d, err := a.draft(ctx, args)
	if err != nil {
		return nil, err
	}
	for _, id := range d.drop {
		if err := a.Store.DropRoute(ctx, id); err != nil {
			return nil, err
		}
	}
	for _, r := range d.changed {
		if _, err := a.Store.PutRoute(ctx, r); err != nil {
			return nil, err
		}
	}
	if err := a.Engine.Changed(ctx); err != nil {
		return nil, err
	}
	a.soon()
	return a.Routes(ctx, none{})
}
