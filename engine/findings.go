package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"watchkeeper/engine/identity"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
)

// putFindings keeps what identity lists for a person: contradictions and items
// that nothing identifies. What this read did not resolve anew stays listed
// while the account may have it.
func (e *Engine) putFindings(ctx context.Context, s *sight, resolved []media.Item, out identity.Output) error {
	done := make(map[string]bool, len(resolved))
	for _, item := range resolved {
		done[item.Key] = true
	}
	stays := func(account ledger.AccountID, key string) bool {
		return account == s.account.ID && !done[key] && !s.lacks(key)
	}
	had := false
	for _, f := range s.findings.conflicts {
		had = had || f.Account == s.account.ID
		if stays(f.Account, f.Key) {
			out.Conflicts = append(out.Conflicts, f.Value)
		}
	}
	for _, f := range s.findings.unmatched {
		had = had || f.Account == s.account.ID
		if stays(f.Account, f.Key) {
			out.Missing = append(out.Missing, f.Value)
		}
	}
	if !had && len(out.Conflicts)+len(out.Missing) == 0 {
		return nil
	}
	id := s.account.ID
	return errors.Join(
		store.PutFindings(ctx, e.cfg.Store, store.Listing[identity.Conflict]{Account: id, List: store.Conflicts,
			Rows: out.Conflicts, Key: func(c identity.Conflict) string { return c.Key }}),
		store.PutFindings(ctx, e.cfg.Store, store.Listing[identity.Unmatched]{Account: id, List: store.Unmatched,
			Rows: out.Missing, Key: func(m identity.Unmatched) string { return m.Key }}))
}

// findings are what identity lists for a person, of all accounts.
type findings struct {
	conflicts []store.Finding[identity.Conflict]
	unmatched []store.Finding[identity.Unmatched]
	frozen    map[media.WorkID]ledger.Code // works whose identity is in doubt
}

func (e *Engine) findings(ctx context.Context) (f findings, err error) {
	if f.conflicts, err = e.Conflicts(ctx); err != nil {
		return f, err
	}
	if f.unmatched, err = e.Unmatched(ctx); err != nil {
		return f, err
	}
	f.frozen, err = e.frozenBy(ctx, f.conflicts)
	return f, err
}

// lacks tells whether the account lists no item of this key any more: every
// view came whole and is believed.
func (s *sight) lacks(key string) bool {
	if _, listed := s.items[key]; listed {
		return false
	}
	return !slices.ContainsFunc(s.features(), func(f media.Feature) bool {
		g := s.views[f]
		return g == nil || !g.trusted || g.reading.View.Coverage == provider.Changes
	})
}

// Unmatched lists items of accounts that nothing identifies.
func (e *Engine) Unmatched(ctx context.Context) ([]store.Finding[identity.Unmatched], error) {
	return store.Findings[identity.Unmatched](ctx, e.cfg.Store, store.Unmatched)
}

// Conflicts lists items whose ids contradict each other.
func (e *Engine) Conflicts(ctx context.Context) ([]store.Finding[identity.Conflict], error) {
	return store.Findings[identity.Conflict](ctx, e.cfg.Store, store.Conflicts)
}

// listed are an account's native keys that an earlier read listed without a
// link: such an item is not new, so it cannot be the result of a write since.
func (f findings) listed(account ledger.AccountID) map[string]bool {
	keys := map[string]bool{}
	for _, u := range f.unmatched {
		if u.Account == account {
			keys[u.Key] = true
		}
	}
	return keys
}

// frozen are the works whose identity is in doubt, by a guard or because an
// item that stands for one contradicts it: their beliefs stay as they are and
// nothing is planned for them.
func (e *Engine) frozen(ctx context.Context) (map[media.WorkID]ledger.Code, error) {
	conflicts, err := e.Conflicts(ctx)
	if err != nil {
		return nil, err
	}
	return e.frozenBy(ctx, conflicts)
}

func (e *Engine) frozenBy(ctx context.Context, conflicts []store.Finding[identity.Conflict]) (map[media.WorkID]ledger.Code, error) {
	works, err := e.cfg.Store.Frozen(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range conflicts {
		if _, held := works[c.Value.Linked]; c.Value.Linked != 0 && !held {
			works[c.Value.Linked] = ledger.AmbiguousMatch
		}
	}
	return works, nil
}

// lookalikes tells at which accounts an item that nothing identifies may be one
// of the works, by title, year and numbers: what is written to such an account
// might go over what its owner said about that item.
func (e *Engine) lookalikes(ctx context.Context, unmatched []store.Finding[identity.Unmatched], files []ledger.Dossier) (map[media.WorkID][]ledger.AccountID, error) {
	if len(unmatched) == 0 {
		return nil, nil
	}
	shows := make([]media.WorkID, len(files))
	for i := range files {
		shows[i] = files[i].Work.Show
	}
	titles, err := e.cfg.Store.Works(ctx, shows)
	if err != nil {
		return nil, err
	}
	works := make([]identity.Candidate, len(files))
	for i := range files {
		works[i] = identity.Candidate{Work: files[i].Work.ID, Item: itemOf(files[i].Work, nil)}
		works[i].Item.ShowTitle = cmp.Or(titles[files[i].Work.Show].Title, files[i].Work.ShowTitle)
	}
	at := map[media.WorkID][]ledger.AccountID{}
	for len(unmatched) > 0 {
		account := unmatched[0].Account
		var items []identity.Unmatched
		for ; len(unmatched) > 0 && unmatched[0].Account == account; unmatched = unmatched[1:] {
			items = append(items, unmatched[0].Value)
		}
		for _, p := range identity.Propose(items, works) {
			if !slices.Contains(at[p.Work], account) {
				at[p.Work] = append(at[p.Work], account)
			}
		}
	}
	return at, nil
}
