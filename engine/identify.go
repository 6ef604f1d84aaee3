package engine

import (
	"context"
	"slices"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/identity"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
)

// identify judges every view (R1–R3) and links the items of the trusted ones
// to works. Accounts come one after the other, so that each knows the tokens
// that the one before brought.
func (r *round) identify(ctx context.Context) error {
	for _, s := range r.sights {
		if !s.looked || s.observed {
			continue
		}
		for _, g := range s.views {
			if g != nil {
				g.verdict = observe.Judge(g.reading)
				g.trusted = g.verdict.Trusted
			}
		}
		if err := r.firstLook(ctx, s); err != nil {
			return err
		}
		var err error
		if s.findings, err = r.e.findings(ctx); err != nil {
			return err
		}
		if err := r.markStill(ctx, s); err != nil {
			return err
		}
		if err := r.identifyItems(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// markStill finds the views that need no going through.
func (r *round) markStill(ctx context.Context, s *sight) (err error) {
	s.digests = digestItems(s.snap.Items)
	for _, g := range s.views {
		if g == nil {
			continue
		}
		if g.still, err = r.still(ctx, s, g); err != nil {
			return err
		}
		g.verdict.Unchanged = g.verdict.Unchanged || g.still
	}
	return nil
}

// firstLook asks for a yes again when an account that was looked at before has
// a first look once more, because its libraries, filters or mapping changed:
// what follows from it is a first plan (R13).
func (r *round) firstLook(ctx context.Context, s *sight) error {
	again := func(g *glance) bool { return g != nil && g.trusted && g.verdict.FirstLook && g.reading.Trust.Looked }
	if !s.account.Accepted || !slices.ContainsFunc(s.views[:], again) {
		return nil
	}
	s.account.Accepted = false
	_, err := r.e.cfg.Store.PutAccount(ctx, s.account)
	return err
}

// identifyItems resolves the items of one account's trusted views.
func (r *round) identifyItems(ctx context.Context, s *sight) error {
	items := s.trustedItems()
	if len(items) == 0 {
		return r.e.putFindings(ctx, s, nil, identity.Output{})
	}
	db, account := r.e.cfg.Store, s.account.ID
	linked, err := db.Links(ctx, account)
	if err != nil {
		return err
	}
	stored, err := db.ItemDigests(ctx, account)
	if err != nil {
		return err
	}
	l := listed{items: items, links: linksByKey(linked), before: compareBuckets(s.snap.Items, s.digests, stored)}
	if l.writes, err = r.written(ctx, s); err != nil {
		return err
	}
	fresh := s.toResolve(l)
	out, err := r.resolve(ctx, s, fresh, l)
	if err != nil {
		return err
	}
	s.works = l.works(fresh, out.Of)
	if next, changed := l.before.after(s.snap.Items, s.works); changed {
		return db.PutItemDigests(ctx, account, next)
	}
	return nil
}

// resolve links some of the listed items to works and stores what that means.
func (r *round) resolve(ctx context.Context, s *sight, items []media.Item, l listed) (identity.Output, error) {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	before, err := r.e.cfg.Store.Identity(ctx, s.account.ID, keys, identity.Tokens(items))
	if err != nil {
		return identity.Output{}, err
	}
	in := identity.Input{Account: s.account.ID, Items: items, Known: knownIdentity(before), NextWork: before.Next, Written: l.writes.items, Already: l.writes.already}
	in.Known.Listed = s.findings.listed(s.account.ID)
	out := identity.Resolve(in)
	if err := r.holdShift(ctx, s, shift{before, out, len(l.links)}); err != nil {
		return out, err
	}
	return out, r.keepIdentity(ctx, s, items, out)
}

// trustedItems are the items that rows of trusted views name, by key, with the
// shows that they name.
func (s *sight) trustedItems() []media.Item {
	wanted := map[string]bool{}
	for _, g := range s.views {
		if g == nil || !g.trusted || g.still {
			continue
		}
		for _, row := range g.reading.View.Rows {
			wanted[row.Key] = true
			if i, listed := s.items[row.Key]; listed && s.snap.Items[i].ShowKey != "" {
				wanted[s.snap.Items[i].ShowKey] = true
			}
		}
	}
	var items []media.Item
	for _, item := range s.snap.Items {
		if wanted[item.Key] {
			items = append(items, item)
		}
	}
	return items
}

func knownIdentity(id store.Identity) identity.Known {
	k := identity.Known{Links: make(map[string]ledger.Link, len(id.Links)), Tokens: make(map[media.Token]media.WorkID, len(id.Tokens)),
		Works: make(map[media.WorkID]ledger.Work, len(id.Works)), WorkTokens: make(map[media.WorkID][]media.Token, len(id.Works)),
		Unlinked: map[string][]media.WorkID{}, Apart: id.Apart}
	for _, l := range id.Links {
		k.Links[l.Key] = l
	}
	for _, t := range id.Tokens {
		k.Tokens[t.Token] = t.Work
		k.WorkTokens[t.Work] = append(k.WorkTokens[t.Work], t.Token)
	}
	for _, w := range id.Works {
		k.Works[w.ID] = w
	}
	for _, u := range id.Unlinks {
		k.Unlinked[u.Key] = append(k.Unlinked[u.Key], u.Work)
	}
	return k
}

// writes are adds that no read has settled yet, as we described them to the
// service, and the works of those that the service said it had before.
type writes struct {
	items   []identity.Written
	already map[media.WorkID]bool
}

// written are the account's adds that no read has settled yet, as we described
// them to the service.
func (r *round) written(ctx context.Context, s *sight) (writes, error) {
	pending, err := r.e.cfg.Store.Pending(ctx)
	if err != nil {
		return writes{}, err
	}
	pending = slices.DeleteFunc(pending, func(p ledger.Pending) bool {
		return p.Account != s.account.ID || !p.New.Set || p.Key != ""
	})
	if len(pending) == 0 {
		return writes{}, nil
	}
	var ids []media.WorkID
	for _, p := range pending {
		ids = append(ids, p.Work)
	}
	works, err := r.e.cfg.Store.Works(ctx, ids)
	if err != nil {
		return writes{}, err
	}
	var out []identity.Written
	for _, p := range pending {
		if w, ok := works[p.Work]; ok {
			out = append(out, identity.Written{Work: w.ID, Item: itemOf(w, nil)})
		}
	}
	already, err := r.already(ctx, pending)
	return writes{out, already}, err
}

// already are the works of writes to which the service said that it was so
// before.
func (r *round) already(ctx context.Context, pending []ledger.Pending) (map[media.WorkID]bool, error) {
	ops := make([]ledger.OpID, len(pending))
	for i, p := range pending {
		ops[i] = p.Op
	}
	entries, err := r.e.cfg.Store.Journal(ctx, store.JournalQuery{Ops: ops, Limit: len(ops)})
	works := map[media.WorkID]bool{}
	for _, e := range entries {
		if e.Outcome == provider.Already {
			works[e.Op.Work] = true
		}
	}
	return works, err
}

// itemOf describes a work to a service that has no item of it yet.
func itemOf(w ledger.Work, tokens []media.Token) media.Item {
	return media.Item{Kind: w.Kind, Title: w.Title, Year: w.Year, RuntimeMS: w.RuntimeMS, Tokens: tokens, Season: w.Season, Number: w.Number}
}

// shift is how items were linked before and are now; links is how many links
// the account has.
type shift struct {
	before store.Identity
	out    identity.Output
	links  int
}

// holdShift asks the guard whether too many items left a work that another
// account shares, and freezes only these works.
func (r *round) holdShift(ctx context.Context, s *sight, is shift) error {
	before, out := is.before, is.out
	facts := guard.ShiftFacts{Party: s.party(r), Run: r.run, Now: r.now, Known: is.links, Off: r.settings.GuardsOff}
	var left []media.WorkID
	for _, l := range before.Links {
		if to, ok := out.Of[l.Key]; ok && to != l.Work {
			if to >= before.Next {
				to = 0 // a work that did not exist before
			}
			facts.Moves = append(facts.Moves, guard.Move{Key: l.Key, From: l.Work, To: to})
			left = append(left, l.Work)
		}
	}
	shared, err := r.e.cfg.Store.SharedWorks(ctx, s.account.ID, left)
	if err != nil {
		return err
	}
	for i := range facts.Moves {
		facts.Moves[i].Shared = shared[facts.Moves[i].From]
	}
	standing, err := r.e.cfg.Store.StandingViews(ctx, r.profile.ID)
	if err != nil {
		return err
	}
	for i, h := range standing {
		switch {
		case h.Guard != ledger.GuardIdentityShift || h.Target != s.account.ID:
		case h.State == ledger.HoldOpen:
			facts.Open = &standing[i]
		default:
			facts.Accepted = h.Digest
		}
	}
	hold, ok := guard.IdentityShift(facts)
	if !ok {
		return nil
	}
	_, err = r.e.cfg.Store.PutHolds(ctx, []ledger.Hold{hold})
	return err
}

// keepIdentity stores what resolving concluded. Works that turn out to be one
// are joined; what that touches is planned anew (R13).
func (r *round) keepIdentity(ctx context.Context, s *sight, items []media.Item, out identity.Output) error {
	tokens := make([]store.WorkToken, len(out.Tokens))
	for i, t := range out.Tokens {
		tokens[i] = store.WorkToken(t)
	}
	if err := r.e.cfg.Store.PutIdentity(ctx, out.Links, out.Works, tokens); err != nil {
		return err
	}
	for _, j := range out.Joins {
		r.e.log.Info("two works are one", "into", j.Into, "from", j.From, "account", s.account.Name, "key", j.Key)
		if err := r.e.cfg.Store.Join(ctx, j.Into, j.From, r.run); err != nil {
			return err
		}
		r.touched[j.Into] = true
	}
	for _, l := range out.Links {
		r.touched[l.Work] = true
	}
	for _, t := range out.Tokens {
		r.touched[t.Work] = true // a new id is new evidence
	}
	return r.e.putFindings(ctx, s, items, out)
}
