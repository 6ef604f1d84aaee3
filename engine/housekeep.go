package engine

import (
	"context"
	"encoding/json"
	"time"
)

const housekeptSetting = "engine.housekept"

// housekeep drops what is past the horizon and writes a backup, once a day,
// between runs. A failure is told and tried again with the next run: nothing
// rests on it.
func (e *Engine) housekeep(ctx context.Context) {
	stored, err := e.cfg.Store.Settings(ctx)
	if err != nil {
		e.log.Warn("housekeeping did not begin", "error", err)
		return
	}
	today := quoted(e.now().Time().Format(time.DateOnly))
	if string(stored[housekeptSetting]) == today {
		return
	}
	if err := e.cfg.Store.Housekeep(ctx, e.now()); err != nil {
		e.log.Warn("housekeeping failed", "error", err)
		return
	}
	if err := e.cfg.Store.PutSettings(ctx, map[string]json.RawMessage{housekeptSetting: json.RawMessage(today)}); err != nil {
		e.log.Warn("housekeeping was not noted", "error", err)
	}
}
