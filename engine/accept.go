package engine

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
)

// acceptEmpty takes a first plan that asks for nothing as accepted: there is
// nothing a person could say yes to, and what persons do from then on must not
// wait for a question about it (first_run).
func (r *round) acceptEmpty(ctx context.Context) error {
	if r.wish.undo != nil {
		return nil // an undo's plan is no first plan
	}
	open, err := r.e.cfg.Store.OpenHolds(ctx)
	if err != nil {
		return err
	}
	for i, route := range r.routes {
		if route.Accepted || !r.empty(route, open) {
			continue
		}
		r.routes[i].Accepted = true
		if _, err := r.e.cfg.Store.PutRoute(ctx, r.routes[i]); err != nil {
			return err
		}
	}
	for _, s := range r.sights {
		waits := func(route ledger.Route) bool { return touches(route, s) && r.leads(route) && !r.empty(route, open) }
		if s.account.Accepted || slices.ContainsFunc(r.routes, waits) {
			continue
		}
		s.account.Accepted = true
		if _, err := r.e.cfg.Store.PutAccount(ctx, s.account); err != nil {
			return err
		}
	}
	return nil
}

func touches(route ledger.Route, s *sight) bool {
	return route.From == s.account.ID || route.To == s.account.ID
}

// leads tells whether both ends of a route take part in its feature.
func (r *round) leads(route ledger.Route) bool {
	takesPart := func(id ledger.AccountID) bool {
		s := r.sight(id)
		return s != nil && slices.Contains(s.features(), route.Feature)
	}
	return takesPart(route.From) && takesPart(route.To)
}

// untilLater are reasons that pass: a plan that leaves something undone for one
// of them is not the whole first plan yet.
var untilLater = []ledger.Code{ledger.FirstLook, ledger.PendingProof, ledger.PendingVisible, ledger.Settling, ledger.SourceSilent, ledger.SourceNotTrusted}

// empty tells whether both ends of a new route were looked at and its target
// lacks nothing: nothing waits for a yes, and nothing waits for time.
func (r *round) empty(route ledger.Route, open []ledger.Hold) bool {
	for _, id := range []ledger.AccountID{route.From, route.To} {
		s := r.sight(id)
		if s == nil || s.views[route.Feature] == nil || !s.views[route.Feature].trusted {
			return false
		}
	}
	waits := func(h ledger.Hold) bool {
		return h.Guard == ledger.GuardFirstRun && h.Target == route.To && h.Feature == route.Feature
	}
	later := func(n ledger.NonOp) bool {
		return n.Account == route.To && n.Feature == route.Feature && n.Unmet && (n.Why.Until.Known() || slices.Contains(untilLater, n.Why.Code))
	}
	planned := func(op ledger.Op) bool {
		return op.Account == route.To && op.Feature == route.Feature && op.FirstRun
	}
	return !slices.ContainsFunc(open, waits) && !slices.ContainsFunc(r.plan.NonOps, later) && !slices.ContainsFunc(r.plan.Ops, planned)
}
