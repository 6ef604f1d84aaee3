package engine

import (
	"context"
	"errors"

	"watchkeeper/engine/identity"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// putFindings keeps what identity lists for a person: contradictions and items
// that nothing identifies.
func (e *Engine) putFindings(ctx context.Context, s *sight, out identity.Output) error {
	id := s.account.ID
	return errors.Join(
		store.PutFindings(ctx, e.cfg.Store, store.Listing[identity.Conflict]{Account: id, List: store.Conflicts,
			Rows: out.Conflicts, Key: func(c identity.Conflict) string { return c.Key }}),
		store.PutFindings(ctx, e.cfg.Store, store.Listing[identity.Unmatched]{Account: id, List: store.Unmatched,
			Rows: out.Missing, Key: func(m identity.Unmatched) string { return m.Key }}))
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
func (e *Engine) listed(ctx context.Context, account ledger.AccountID) (map[string]bool, error) {
	unmatched, err := e.Unmatched(ctx)
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for _, f := range unmatched {
		if f.Account == account {
			keys[f.Key] = true
		}
	}
	return keys, nil
}

// frozen are the works whose identity is in doubt, by a guard or because an
// item that stands for one contradicts it: their beliefs stay as they are and
// nothing is planned for them.
func (e *Engine) frozen(ctx context.Context) (map[media.WorkID]ledger.Code, error) {
	works, err := e.cfg.Store.Frozen(ctx)
	if err != nil {
		return nil, err
	}
	conflicts, err := e.Conflicts(ctx)
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
