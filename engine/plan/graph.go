package plan

import (
	"cmp"
	"math"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// permission is what a path of routes must allow (R12).
type permission uint8

const (
	toAdd permission = iota
	toUpdate
	toRemove
	toUnwatch // remove plays because a flag was un-watched (R17)
)

// graph is the open routes of one feature: both ends signed in, the feature
// switched on and offered.
type graph struct {
	feature media.Feature
	parties map[ledger.AccountID]*ledger.Party
	routes  []ledger.Route // in route order
	rank    map[ledger.AccountID]int64
	paths   map[pathKey][]ledger.Route
}

// pathKey names a search; run is 0 unless removals are asked about (R14).
type pathKey struct {
	from, to          ledger.AccountID
	need              permission
	accepted, unasked bool
	run               ledger.RunID
}

// grant is the best path that permits something, and what must be asked first.
type grant struct {
	ok       bool
	path     []int64
	firstRun bool
	ask      bool
}

func newGraph(w *ledger.World, f media.Feature) *graph {
	g := &graph{feature: f, parties: map[ledger.AccountID]*ledger.Party{},
		rank: map[ledger.AccountID]int64{}, paths: map[pathKey][]ledger.Route{}}
	for i := range w.Parties {
		g.parties[w.Parties[i].ID] = &w.Parties[i]
	}
	for _, r := range w.Routes {
		from, to := g.parties[r.From], g.parties[r.To]
		if r.Feature == f && r.From != r.To && from != nil && to != nil && open(from, f) && open(to, f) {
			g.routes = append(g.routes, r)
		}
	}
	slices.SortFunc(g.routes, func(a, b ledger.Route) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range g.routes {
		if _, known := g.rank[r.From]; !known {
			g.rank[r.From] = r.ID
		}
	}
	g.refuseExact()
	return g
}

// refuseExact turns a copy-exactly route into an add-only one where R12
// refuses it: for history, and where the target has a path back to any source,
// because what it copied would then come back to it as a source's word.
func (g *graph) refuseExact() {
	for i, r := range g.routes {
		if r.Mode == ledger.CopyExactly && (g.feature == media.History || g.returns(r.To)) {
			g.routes[i].Mode = ledger.AddOnly
		}
	}
	clear(g.paths)
}

// returns tells whether what leaves an account can come back to it.
func (g *graph) returns(account ledger.AccountID) bool {
	return slices.ContainsFunc(g.routes, func(r ledger.Route) bool {
		return r.From == account && g.reaches(r.To, account)
	})
}

// reaches tells whether any path of routes leads from one account to another.
func (g *graph) reaches(from, to ledger.AccountID) bool {
	return len(g.path(pathKey{from: from, to: to, need: toAdd})) > 0
}

// order is the route order of a statement, the last tie-break (R11): the first
// route that leaves its origin, or else the account that holds it.
func (g *graph) order(st ledger.Statement) int64 {
	if id, ok := g.rank[originOf(st).Account]; ok {
		return id
	}
	if id, ok := g.rank[st.Account]; ok {
		return id
	}
	return math.MaxInt64
}

// permit finds the best path on which a statement may do something at an
// account (R12, R15): one that needs no question if there is one, then the
// shortest, then the first in route order. run is that in which the statement
// was concluded (R14).
func (g *graph) permit(st ledger.Statement, run ledger.RunID, to ledger.AccountID, need permission) grant {
	only, barred := g.provenance(st, to)
	if barred {
		return grant{}
	}
	if need < toRemove {
		run = 0
	}
	for _, ask := range leastAsked {
		key := pathKey{from: st.Account, to: to, need: need, accepted: ask.accepted, unasked: ask.unasked, run: run}
		path := only
		if only == nil {
			path = g.path(key)
		} else if !g.allows(only[0], key) {
			path = nil
		}
		if len(path) > 0 {
			return key.grant(path)
		}
	}
	return grant{}
}

// leastAsked is how paths are searched: those that need no question first.
var leastAsked = [...]struct{ accepted, unasked bool }{{true, true}, {true, false}, {false, true}, {false, false}}

func (k pathKey) grant(path []ledger.Route) grant {
	return grant{ok: true, path: routeIDs(path), firstRun: !k.accepted, ask: !k.unasked}
}

// into finds a route that may remove at an account, whatever its source.
func (g *graph) into(to ledger.AccountID, run ledger.RunID) grant {
	for _, ask := range leastAsked {
		key := pathKey{to: to, need: toRemove, accepted: ask.accepted, unasked: ask.unasked, run: run}
		i := slices.IndexFunc(g.routes, func(r ledger.Route) bool { return r.To == to && g.allows(r, key) })
		if i >= 0 {
			return key.grant(g.routes[i : i+1])
		}
	}
	return grant{}
}

// provenance is R15: what was stated at a service whose terms forbid it does
// not flow on to another tracker, except by a route from that very account
// that the person enabled knowingly. An origin that is not known any more
// counts as such a service.
func (g *graph) provenance(st ledger.Statement, to ledger.AccountID) (only []ledger.Route, barred bool) {
	origin := originOf(st).Account
	target := g.parties[to]
	if origin == to || target == nil || target.Caps.Class != provider.Tracker {
		return nil, false
	}
	source := g.parties[origin]
	if source != nil && (source.Caps.Class != provider.Tracker || source.Caps.OnwardToTrackers) {
		return nil, false
	}
	for i, r := range g.routes {
		if r.From == origin && r.To == to && r.Onward {
			return g.routes[i : i+1], false
		}
	}
	return nil, true
}

// path finds the shortest path whose every route allows what the key asks,
// the first in route order among equals.
func (g *graph) path(key pathKey) []ledger.Route {
	if found, known := g.paths[key]; known {
		return found
	}
	came := map[ledger.AccountID][]ledger.Route{key.from: {}}
	for queue := []ledger.AccountID{key.from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, r := range g.routes {
			if _, seen := came[r.To]; seen || r.From != at || !g.allows(r, key) {
				continue
			}
			came[r.To] = append(slices.Clone(came[at]), r)
			queue = append(queue, r.To)
		}
	}
	g.paths[key] = came[key.to]
	return came[key.to]
}

// allows tells whether one route of a path allows what the key asks.
func (g *graph) allows(r ledger.Route, key pathKey) bool {
	if key.accepted && !(r.Accepted && g.parties[r.From].Accepted && g.parties[r.To].Accepted) {
		return false
	}
	switch key.need {
	case toAdd:
		return true
	case toUpdate:
		return r.Mode != ledger.AddOnly
	case toUnwatch:
		if !r.Unwatch {
			return false
		}
	}
	if r.Mode == ledger.AddOnly || r.Removals == ledger.Never {
		return false
	}
	asks := r.Removals == ledger.Ask || r.Mode == ledger.CopyExactly || r.RemovalsSince > key.run
	return !key.unasked || !asks
}

// anyExact tells whether any account copies exactly.
func (g *graph) anyExact() bool {
	return slices.ContainsFunc(g.routes, func(r ledger.Route) bool { return r.Mode == ledger.CopyExactly })
}

// exact returns the copy-exactly routes that end at an account.
func (g *graph) exact(to ledger.AccountID) (routes []ledger.Route) {
	for _, r := range g.routes {
		if r.To == to && r.Mode == ledger.CopyExactly {
			routes = append(routes, r)
		}
	}
	return routes
}

func routeIDs(path []ledger.Route) []int64 {
	ids := make([]int64, len(path))
	for i, r := range path {
		ids[i] = r.ID
	}
	return ids
}
