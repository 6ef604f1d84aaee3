// Package apply runs allowed ops through the journal (R25–R29): it writes
// down before it acts, acts once, and books what became of it.
//
// It decides nothing: what to write was planned and guarded before. It never
// retries; the next run is the retry (R28). Read engine/run.go for what comes
// before and after.
package apply

import (
	"context"
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Journal is the durable record of every op (R25). Each call is one
// transaction and returns only when it is durable.
type Journal interface {
	// Intend records ops with their full old and new values.
	Intend(ctx context.Context, entries []ledger.Entry) error
	// MarkSent records that the requests leave now.
	MarkSent(ctx context.Context, ops []ledger.OpID, at media.Moment) error
	// Settle records how they ended, with what that means for the ledger.
	Settle(ctx context.Context, ended []ledger.Settlement) error
}

// Target is one account with what is needed to write to it.
type Target struct {
	Account  ledger.Account
	Provider provider.Provider
	// Item describes an op's work for the service: native key where linked,
	// tokens, title and numbers.
	Item func(op ledger.Op) media.Item
	// Stamp is the feature's version stamp at the read the ops rest on.
	Stamp func(f media.Feature) string
	// Progress is told how many ops are done; may be nil.
	Progress func(done int)
}

// Report is what became of one account's ops.
type Report struct {
	Ended []ledger.Settlement
	// Untouched are ops that were not begun: cancelled or stopped before.
	Untouched []ledger.Op
	// Stop is not nil when the account takes no more writes in this run.
	Stop *ledger.Stop
}

// Runner writes to accounts.
type Runner struct {
	Journal Journal
	Now     func() media.Moment
	Run     ledger.RunID
}

// Write does ops of one account in their order, batch by batch. It returns an
// error only when the journal fails: then nothing more is sent (S12, S14). A
// cancelled ctx ends it after the batch in flight, which is booked.
func (r Runner) Write(ctx context.Context, t Target, ops []ledger.Op) (Report, error) {
	var rep Report
	for len(ops) > 0 {
		if ctx.Err() != nil || rep.Stop != nil {
			rep.Untouched = append(rep.Untouched, ops...)
			return rep, nil
		}
		n := batch(ops, t.Provider.Capabilities().Batch)
		if err := r.one(ctx, t, ops[:n], &rep); err != nil {
			rep.Untouched = append(rep.Untouched, ops[n:]...)
			return rep, err
		}
		ops = ops[n:]
		if t.Progress != nil {
			t.Progress(len(rep.Ended))
		}
	}
	return rep, nil
}

// batch is how many leading ops share feature and action, at most limit.
func batch(ops []ledger.Op, limit int) int {
	n := 1
	for n < len(ops) && n < max(limit, 1) && ops[n].Feature == ops[0].Feature && ops[n].Action == ops[0].Action {
		n++
	}
	return n
}

func (r Runner) one(ctx context.Context, t Target, ops []ledger.Op, rep *Report) error {
	// The journal is written even when ctx ends meanwhile: a booked batch is
	// the only kind that a restart understands (R27).
	booked := context.WithoutCancel(ctx)
	entries := make([]ledger.Entry, len(ops))
	ids := make([]ledger.OpID, len(ops))
	changes := make([]provider.Change, len(ops))
	for i, op := range ops {
		changes[i] = change(op, t.Item(op))
		entries[i] = ledger.Entry{Op: op, Run: r.Run, Profile: t.Account.Profile, State: ledger.Intended, Intended: r.Now()}
		ids[i] = op.ID
	}
	if err := r.Journal.Intend(booked, entries); err != nil {
		return err
	}
	sent := r.Now()
	if err := r.Journal.MarkSent(booked, ids, sent); err != nil {
		return err
	}
	results, failed := send(ctx, t.Provider, changes)
	ended := make([]ledger.Settlement, len(ops))
	for i := range entries {
		entries[i].Sent, entries[i].Ended = sent, r.Now()
		ended[i] = r.settle(t, entries[i], results[i])
	}
	rep.Ended = append(rep.Ended, ended...)
	rep.Stop = stop(failed, results)
	return r.Journal.Settle(booked, ended)
}

func change(op ledger.Op, item media.Item) provider.Change {
	if op.Key != "" {
		item.Key = op.Key
	}
	return provider.Change{ID: string(op.ID), Action: op.Action, Feature: op.Feature, Item: item,
		Old: op.Old, New: op.New, PlayKey: op.PlayKey, At: op.At}
}

// send calls Write and holds the adapter to its contract: a panic or a wrong
// number of results leaves every change unproven (R26, R29).
func send(ctx context.Context, p provider.Provider, changes []provider.Change) (results []provider.Result, failed *provider.Error) {
	defer func() {
		if v := recover(); v != nil {
			failed = provider.Failed(provider.Contract, "write", fmt.Errorf("adapter panicked: %v", v))
			results = unproven(len(changes), failed)
		}
	}()
	results, err := p.Write(ctx, changes)
	failed = provider.AsError(err)
	if len(results) != len(changes) {
		if failed == nil || failed.Kind != provider.Contract {
			failed = provider.Failed(provider.Contract, "write", fmt.Errorf("%d results for %d changes", len(results), len(changes)))
		}
		results = unproven(len(changes), failed)
	}
	return results, failed
}

func unproven(n int, why *provider.Error) []provider.Result {
	out := make([]provider.Result, n)
	for i := range out {
		out[i] = provider.Result{Outcome: provider.Unproven, Err: why}
	}
	return out
}
