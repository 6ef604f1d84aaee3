package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"watchkeeper/engine/ledger"
)

func noticesSetting(id ledger.AccountID) string { return fmt.Sprintf("engine.notices.%d", id) }

// keepNotices remembers what the latest reads said about accounts, so that the
// status says it too before the next one.
func (e *Engine) keepNotices(ctx context.Context, rounds []*round) error {
	stored, err := e.cfg.Store.Settings(ctx)
	if err != nil {
		return err
	}
	changed := map[string]json.RawMessage{}
	for _, r := range rounds {
		for _, s := range r.sights {
			raw, err := json.Marshal(s.snap.Notices)
			if err != nil {
				return err
			}
			key := noticesSetting(s.account.ID)
			_, had := stored[key]
			if news := had || len(s.snap.Notices) > 0; s.looked && news && string(stored[key]) != string(raw) {
				changed[key] = raw
			}
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return e.cfg.Store.PutSettings(ctx, changed)
}

// notices are what the latest read of an account said about it.
func notices(stored map[string]json.RawMessage, id ledger.AccountID) (out []string) {
	if raw, ok := stored[noticesSetting(id)]; ok && json.Unmarshal(raw, &out) != nil {
		return nil // what cannot be read is said again by the next look
	}
	return out
}
