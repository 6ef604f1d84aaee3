package engine

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/store"
)

// bookDeath closes the latest run if the program ended with it: what it wrote is
// listed like that of any other run, and can be taken back (R24, R27).
func (e *Engine) bookDeath(ctx context.Context) error {
	latest, err := e.cfg.Store.Runs(ctx, 0, 1)
	if err != nil || len(latest) == 0 || latest[0].Ended.Known() {
		return err
	}
	sum := latest[0]
	entries, err := e.cfg.Store.Journal(ctx, store.JournalQuery{Run: sum.ID, Limit: 1 << 30})
	if err != nil {
		return err
	}
	sum.Ended, sum.Stopped = sum.Began, true
	var sent []ledger.Settlement
	for _, entry := range slices.Backward(entries) { // oldest first
		if entry.Sent.Known() {
			tally(&sum, entry)
			sum.Ended = max(sum.Ended, entry.Sent) // the last that is known of it
			sent = append(sent, ledger.Settlement{Entry: entry})
		}
	}
	counts, err := e.cfg.Store.Counts(ctx)
	if err != nil {
		return err
	}
	sum.Works, sum.Open = counts.Works, counts.Open
	if err := e.name(ctx, &sum, sent[:min(len(sent), changesShown)]); err != nil {
		return err
	}
	return e.cfg.Store.EndRun(ctx, sum)
}
