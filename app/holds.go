package app

import (
	"context"

	"watchkeeper/engine/ledger"
)

// Holds lists what waits for a person.
func (a *App) Holds(ctx context.Context, _ none) ([]Hold, error) {
	if err := a.Engine.Changed(ctx); err != nil {
		return nil, err
	}
	s, err := a.Status(ctx, none{})
	return s.Holds, err
}

// HoldArgs name a hold.
type HoldArgs struct {
	ID int64 `json:"id"`
}

// Hold shows a hold with everything in it.
func (a *App) Hold(ctx context.Context, args HoldArgs) (Hold, error) {
	n, err := a.names(ctx)
	if err != nil {
		return Hold{}, err
	}
	h, titles, err := a.Engine.Hold(ctx, args.ID)
	if err != nil {
		return Hold{}, missing(err, "watchkeeperctl holds lists the open ones")
	}
	v := n.holdStatus(ledger.HoldStatus{ID: h.ID, Profile: h.Profile, Guard: h.Guard, Target: h.Target, Cause: h.Cause, Feature: h.Feature,
		Count: len(h.Ops), Since: h.Since, Run: h.Run, Evidence: h.Evidence})
	if len(h.Ops) == 0 {
		v.Count = h.Lost
	}
	for i, o := range h.Ops {
		v.Ops = append(v.Ops, n.op(o, titles[i]))
	}
	return v, nil
}

// AnswerArgs are a person's answer to a hold.
type AnswerArgs struct {
	ID     int64    `json:"id"`
	Answer string   `json:"answer"`
	Ops    []string `json:"ops,omitempty"` // some of the held ops; empty: all
}

// Answer books an answer; the next run acts on it, soon where there is a
// schedule. A wrong answer's error names the valid ones.
func (a *App) Answer(ctx context.Context, args AnswerArgs) (Status, error) {
	ops := make([]ledger.OpID, len(args.Ops))
	for i, o := range args.Ops {
		ops[i] = ledger.OpID(o)
	}
	if err := a.Engine.Answer(ctx, args.ID, ledger.Answer(args.Answer), ops); err != nil {
		return Status{}, usage("%s", err)
	}
	a.soon()
	return a.Status(ctx, none{})
}
