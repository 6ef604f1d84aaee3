package engine

import (
	"context"
	"slices"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
)

// observeRounds is how often a view is observed again with answers to its
// questions.
const observeRounds = 2

// observe turns trusted views into beliefs (R4–R9). Guards first look at what
// each view would lose; plays of all accounts are clustered together (R16), so
// that the order of accounts does not matter.
func (r *round) observe(ctx context.Context) error {
	if err := r.loadKnown(ctx); err != nil {
		return err
	}
	spent, err := r.guardViews(ctx)
	if err != nil {
		return err
	}
	if err := r.linkPlays(ctx); err != nil {
		return err
	}
	for _, s := range r.fresh() {
		if err := r.observeAccount(ctx, s); err != nil {
			return err
		}
		s.observed = true
		s.forget()
	}
	// A yes stands until what it let through is believed (R27).
	_, err = r.e.cfg.Store.PutHolds(ctx, spent)
	return err
}

// forget lets go of what only the observation of the views needed, which is
// much of all that a run holds.
func (s *sight) forget() {
	s.snap.Items, s.items, s.works, s.findings = nil, nil, nil, findings{}
	for _, g := range s.views {
		if g != nil {
			g.rows, g.known, g.reading.View.Rows = nil, observe.Known{}, nil
		}
	}
}

// fresh are the accounts that were looked at and not yet observed.
func (r *round) fresh() []*sight {
	return slices.DeleteFunc(slices.Clone(r.sights), func(s *sight) bool { return !s.looked || s.observed })
}

// loadKnown links rows to works and loads what is believed about them.
func (r *round) loadKnown(ctx context.Context) error {
	frozen, err := r.e.frozen(ctx)
	if err != nil {
		return err
	}
	for _, s := range r.fresh() {
		for _, g := range s.views {
			if g == nil || !g.trusted || g.still {
				continue
			}
			if idle, err := r.idle(ctx, s, g); err != nil {
				return err
			} else if idle {
				continue
			}
			known, err := r.e.cfg.Store.Known(ctx, s.account.ID, g.reading.Feature)
			if err != nil {
				return err
			}
			g.known = knownBeliefs(known, frozen)
			g.rows = s.sightings(g.reading.View.Rows)
			if err := r.recallWords(ctx, s, g); err != nil {
				return err
			}
			if g.reading.View.Coverage != provider.Changes { // whether there were any changes tells something
				g.reading.View.Rows = nil
			}
		}
		if err := r.effects(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// idle tells whether a view says that nothing changed and nothing is open that
// it would settle: whatever is believed, nothing follows from it.
func (r *round) idle(ctx context.Context, s *sight, g *glance) (bool, error) {
	if !g.verdict.Unchanged {
		return false, nil
	}
	return r.e.cfg.Store.Rests(ctx, s.account.ID, g.reading.Feature)
}

// recallWords gives a view what was said, where it may say something else.
func (r *round) recallWords(ctx context.Context, s *sight, g *glance) error {
	works := observe.Concerned(g.reading, g.verdict, g.rows, g.known)
	said, err := r.e.cfg.Store.Statements(ctx, s.account.ID, g.reading.Feature, works)
	for _, st := range said {
		g.known.Statements[st.Subject] = st
	}
	return err
}

func (s *sight) sightings(rows []provider.Row) []observe.Sighting {
	out := make([]observe.Sighting, len(rows))
	for i, row := range rows {
		out[i] = observe.Sighting{Row: row, Work: s.works[row.Key]}
	}
	return out
}

func knownBeliefs(k store.Known, frozen map[media.WorkID]ledger.Code) observe.Known {
	out := observe.Known{Frozen: frozen, Shown: make(map[ledger.RowKey]ledger.Shown, len(k.Shown)),
		Statements: make(map[ledger.Subject]ledger.Statement, len(k.Statements)),
		Pending:    map[ledger.Subject][]ledger.Pending{}, Proofs: map[ledger.RowKey]ledger.Proof{},
		Quarantine: map[ledger.Subject][]ledger.Quarantine{}}
	for _, v := range k.Shown {
		out.Shown[v.RowKey] = v
	}
	for _, v := range k.Statements {
		out.Statements[v.Subject] = v
	}
	for _, v := range k.Pending {
		out.Pending[v.Subject] = append(out.Pending[v.Subject], v)
	}
	for _, v := range k.Proofs {
		out.Proofs[v.RowKey] = v
	}
	for _, v := range k.Quarantine {
		out.Quarantine[v.Subject] = append(out.Quarantine[v.Subject], v)
	}
	return out
}

// guardViews asks the observation guards about every view that is complete. A
// view that a guard stops is not trusted (R2). Spent are the answered holds
// that end when the views are believed.
func (r *round) guardViews(ctx context.Context) (spent []ledger.Hold, err error) {
	var facts []guard.ViewFacts
	for _, s := range r.fresh() {
		for _, g := range s.views {
			if g != nil && g.trusted {
				facts = append(facts, r.viewFacts(g))
			}
		}
	}
	standing, err := r.e.cfg.Store.StandingViews(ctx, r.profile.ID)
	if err != nil {
		return nil, err
	}
	untrusted, changed := guard.Views(facts, standing)
	for i := len(changed) - 1; i >= 0; i-- {
		if changed[i].State == ledger.HoldGone && changed[i].Answer != "" {
			spent = append(spent, changed[i])
			changed = slices.Delete(changed, i, i+1)
		}
	}
	if _, err := r.e.cfg.Store.PutHolds(ctx, changed); err != nil {
		return nil, err
	}
	for _, h := range untrusted {
		g := r.sight(h.Target).views[h.Feature]
		g.trusted, g.verdict.Trusted = false, false
		g.verdict.Silent, g.verdict.Evidence = h.Guard, h.Evidence
		r.summary.Held++
	}
	return spent, r.withoutHeld(ctx, untrusted)
}

// withoutHeld takes what follows from views that a guard stopped back from the
// other views of their accounts: these were not read (R3, R9).
func (r *round) withoutHeld(ctx context.Context, untrusted []ledger.Hold) error {
	var accounts []ledger.AccountID
	for _, h := range untrusted {
		accounts = append(accounts, h.Target)
	}
	slices.Sort(accounts)
	for _, id := range slices.Compact(accounts) {
		if err := r.effects(ctx, r.sight(id)); err != nil {
			return err
		}
	}
	return nil
}

func (r *round) viewFacts(g *glance) guard.ViewFacts {
	var n observe.Losses
	if !g.still {
		n = observe.Count(g.reading, g.rows, g.known)
	}
	e := g.reading.View.Evidence
	return guard.ViewFacts{Party: g.reading.Party, Feature: g.reading.Feature, Trust: g.reading.Trust, Run: r.run, Now: r.now,
		Who: provider.Identity{ServerID: e.ServerID, UserID: e.UserID}, Version: e.Version, Digest: g.verdict.Digest,
		Known: n.Known, Lost: n.Lost, Compared: n.Compared, Changed: n.Changed, FutureTimes: n.FutureTimes,
		FirstLook: g.verdict.FirstLook, Regressed: g.verdict.Regressed, Suspicious: g.verdict.Suspicious, Off: r.settings.GuardsOff}
}

// sight is this run's account with the given number; nil when it is not the
// person's.
func (r *round) sight(id ledger.AccountID) *sight {
	i := slices.IndexFunc(r.sights, func(s *sight) bool { return s.account.ID == id })
	if i < 0 {
		return nil
	}
	return r.sights[i]
}

// observeAccount observes one account's views, looks up what they ask, and
// stores what it all means in one transaction.
func (r *round) observeAccount(ctx context.Context, s *sight) error {
	var all ledger.Delta
	for _, g := range s.views {
		if g == nil {
			continue
		}
		delta, err := r.observeView(ctx, s, g)
		if err != nil {
			return err
		}
		if g.trusted && g.reading.View.Coverage != provider.Changes && len(delta.Trust) == 1 {
			delta.Trust[0].Items = g.items(s.digests.whole)
		}
		all.Add(delta)
	}
	return r.believe(ctx, s, all)
}

// items is the digest by which the same list is known again: none where
// look-ups told more than the list.
func (g *glance) items(digest string) string {
	if len(g.answered) > 0 {
		return ""
	}
	return digest
}

func (r *round) observeView(ctx context.Context, s *sight, g *glance) (ledger.Delta, error) {
	delta, questions := observe.Observe(g.reading, g.verdict, g.rows, g.known, nil)
	for range observeRounds {
		asked := len(g.answered)
		if err := r.answer(ctx, s, g, questions); err != nil {
			return delta, err
		}
		if len(g.answered) == asked {
			break
		}
		delta, questions = observe.Observe(g.reading, g.verdict, g.rows, g.known, g.answered)
	}
	return delta, nil
}

// touch notes the works that a delta is about (R21).
func (r *round) touch(d ledger.Delta) {
	for _, w := range d.Works() {
		r.touched[w] = true
		r.outdate(w)
	}
}
