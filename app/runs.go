package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
	"watchkeeper/engine/undo"
)

// SyncArgs say what to look at.
type SyncArgs struct {
	Accounts []string `json:"accounts,omitempty"` // empty: all
	Fresh    bool     `json:"fresh,omitempty"`    // past every cache
}

// Synced is a run that was asked for, and how everything stands after it.
type Synced struct {
	Run    Run      `json:"run"`
	Silent []Silent `json:"silent,omitempty"` // accounts that took no part
	Status Status   `json:"status"`
}

// Sync does one run now and waits for its end. When ctx ends the run stops
// after the batch in flight.
func (a *App) Sync(ctx context.Context, args SyncArgs) (Synced, error) {
	n, err := a.names(ctx)
	if err != nil {
		return Synced{}, err
	}
	if err := a.canSignIn(ctx, n); err != nil {
		return Synced{}, err
	}
	wish := engine.Wish{Asked: true, Fresh: args.Fresh}
	for _, label := range args.Accounts {
		acc, err := n.account(label)
		if err != nil {
			return Synced{}, err
		}
		wish.Only = append(wish.Only, acc.ID)
	}
	out, err := a.Engine.Once(ctx, wish)
	if err != nil {
		a.Engine.Fail(err)
		a.Log.Error("the run failed", "error", err)
		return Synced{}, err
	}
	after, err := a.Status(context.WithoutCancel(ctx), none{})
	return Synced{Run: n.run(out.Summary), Silent: n.silent(out), Status: after}, err
}

// PlanArgs narrow a preview.
type PlanArgs struct {
	Why string `json:"why,omitempty"` // words of a title: explain also what is equal
}

// Planned is what a sync would do now, and why not more.
type Planned struct {
	Accounts int     `json:"accounts"` // that are signed in
	Run      Run     `json:"run"`
	Ops      []Op    `json:"ops"`
	Held     []Op    `json:"held"`
	NonOps   []NonOp `json:"non_ops"`
	// Silent are accounts that could not be looked at: the plan is without them.
	Silent []Silent `json:"silent"`
}

// Silent is an account that could not be looked at.
type Silent struct {
	Account string `json:"account"`
	Why     string `json:"why"` // a reason's code
	Detail  string `json:"detail"`
}

// canSignIn refuses what is in vain while no sign-in can be read.
func (a *App) canSignIn(ctx context.Context, n names) error {
	if n.signedIn() == 0 {
		return nil
	}
	return a.probe(ctx)
}

func (n names) silent(out engine.Outcome) []Silent {
	list := []Silent{}
	for _, s := range out.Stops {
		list = append(list, Silent{n.label(s.Account), string(s.Code), worded(s.Saw)})
	}
	return list
}

// Plan looks and decides, and writes nothing anywhere.
func (a *App) Plan(ctx context.Context, args PlanArgs) (Planned, error) {
	n, err := a.names(ctx)
	if err != nil {
		return Planned{}, err
	}
	if err := a.canSignIn(ctx, n); err != nil {
		return Planned{}, err
	}
	out, err := a.Engine.Once(ctx, engine.Wish{Preview: true, Asked: true, Explain: args.Why != ""})
	if err != nil {
		return Planned{}, err
	}
	v := Planned{Accounts: n.signedIn(), Run: n.run(out.Summary), Ops: []Op{}, Held: []Op{}, NonOps: []NonOp{}, Silent: n.silent(out)}
	wanted := func(work media.WorkID) bool { return matches(out.Titles[work], args.Why) }
	for _, p := range out.Plans {
		for _, o := range p.Ops {
			if wanted(o.Work) {
				v.Ops = append(v.Ops, n.op(o, out.Titles[o.Work]))
			}
		}
		for _, o := range p.NonOps {
			if wanted(o.Work) && (o.Unmet || args.Why != "") {
				v.NonOps = append(v.NonOps, n.nonOp(o, out.Titles[o.Work]))
			}
		}
	}
	for _, h := range out.Holds {
		for _, o := range h.Ops {
			if wanted(o.Work) {
				held := n.op(o, out.Titles[o.Work])
				held.HeldBy = string(h.Guard)
				v.Held = append(v.Held, held)
			}
		}
	}
	return v, nil
}

// matches tells whether a title has every word.
func matches(title, words string) bool {
	title = strings.ToLower(title)
	for word := range strings.FieldsSeq(strings.ToLower(words)) {
		if !strings.Contains(title, word) {
			return false
		}
	}
	return true
}

// Stopping tells whether there was a run to stop.
type Stopping struct {
	Running bool `json:"running"`
}

// Stop ends the run under way after the batch in flight, which is booked.
func (a *App) Stop(context.Context, none) (Stopping, error) {
	running := a.Engine.Status().Running != nil
	a.Engine.Stop()
	return Stopping{running}, nil
}

// PauseArgs say how long; 0 means until resumed.
type PauseArgs struct {
	ForMS int64 `json:"for_ms,omitempty"`
}

// Pause stops looking by schedule.
func (a *App) Pause(ctx context.Context, args PauseArgs) (none, error) {
	if args.ForMS < 0 {
		return none{}, usage("a pause takes time")
	}
	var until media.Moment
	if args.ForMS > 0 {
		until = a.Engine.Now().Add(time.Duration(args.ForMS) * time.Millisecond)
	}
	return none{}, a.Engine.Pause(ctx, until)
}

// Resume ends a pause.
func (a *App) Resume(ctx context.Context, _ none) (none, error) { return none{}, a.Engine.Resume(ctx) }

// RunsArgs page through runs, newest first.
type RunsArgs struct {
	Before int64 `json:"before,omitempty"`
	Limit  int   `json:"limit,omitempty"` // 0: 20
	All    bool  `json:"all,omitempty"`   // also runs that did nothing
}

// Runs lists what runs did.
func (a *App) Runs(ctx context.Context, args RunsArgs) ([]Run, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	if args.Limit == 0 {
		args.Limit = 20
	}
	out, before := []Run{}, ledger.RunID(args.Before)
	for {
		page, err := a.Store.Runs(ctx, before, 100)
		if err != nil || len(page) == 0 {
			return out, err
		}
		for _, r := range page {
			if before = r.ID; args.All || didSomething(r) {
				out = append(out, n.run(r))
			}
			if len(out) == args.Limit {
				return out, nil
			}
		}
	}
}

func didSomething(r ledger.RunSummary) bool {
	return r.Added+r.Updated+r.Removed+r.Failed+r.Unproven+r.Held > 0 || r.Error != ""
}

// RunItemsArgs name a run.
type RunItemsArgs struct {
	Run int64 `json:"run"`
}

// RunItems lists the writes of a run.
func (a *App) RunItems(ctx context.Context, args RunItemsArgs) ([]Op, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	last, err := a.Store.LastRun(ctx)
	if err != nil {
		return nil, err
	}
	if args.Run < 1 || args.Run > int64(last) {
		return nil, notFound("there is no run %d; the last is %d", args.Run, last)
	}
	entries, err := a.Store.Journal(ctx, store.JournalQuery{Run: ledger.RunID(args.Run), Limit: 1 << 30})
	if err != nil {
		return nil, err
	}
	return a.entries(ctx, n, entries)
}

func (a *App) entries(ctx context.Context, n names, entries []ledger.Entry) ([]Op, error) {
	var works []media.WorkID
	for _, e := range entries {
		works = append(works, e.Op.Work)
	}
	titles, err := a.titles(ctx, works)
	out := []Op{}
	for _, e := range slices.Backward(entries) {
		v := n.op(e.Op, titles[e.Op.Work])
		v.State, v.Outcome, v.Error, v.UndoneBy, v.When = e.State.String(), e.Outcome.String(), e.Error, string(e.UndoneBy), when(e.Intended)
		out = append(out, v)
	}
	return out, err
}

// titles names works.
func (a *App) titles(ctx context.Context, works []media.WorkID) (map[media.WorkID]string, error) {
	slices.Sort(works)
	works = slices.Compact(works)
	found, err := a.Store.Works(ctx, works)
	if err != nil {
		return nil, err
	}
	var shows []media.WorkID
	for _, id := range works {
		if show := found[id].Show; show != 0 {
			shows = append(shows, show)
		}
	}
	parents, err := a.Store.Works(ctx, shows)
	out := make(map[media.WorkID]string, len(works))
	for _, id := range works {
		out[id] = engine.Title(found[id], parents[found[id].Show])
	}
	return out, err
}

// UndoArgs name a run or an op.
type UndoArgs struct {
	Run     int64  `json:"run,omitempty"`
	Op      string `json:"op,omitempty"`
	Preview bool   `json:"preview,omitempty"`
}

// Undone is what taking back comes to.
type Undone struct {
	Run       Run       `json:"run"`
	Ops       []Op      `json:"ops"`
	NonOps    []NonOp   `json:"non_ops"`
	Exactness []Exactly `json:"exactness"`
}

// Exactly is how exactly an account's writes can be taken back.
type Exactly struct {
	Account   string `json:"account"`
	Exact     int    `json:"exact"`
	ValueOnly int    `json:"value_only"` // the value returns, its date does not
	Not       int    `json:"not"`
}

// Undo takes writes back, or says how exact that would be.
func (a *App) Undo(ctx context.Context, args UndoArgs) (Undone, error) {
	if (args.Run == 0) == (args.Op == "") {
		return Undone{}, usage("name one run or one op to undo")
	}
	n, err := a.names(ctx)
	if err != nil {
		return Undone{}, err
	}
	u, out, err := a.Engine.Undo(ctx, engine.UndoOf{Op: ledger.OpID(args.Op), Run: ledger.RunID(args.Run)}, args.Preview)
	if errors.Is(err, engine.ErrNoWrites) {
		return Undone{}, notFound("%s", err)
	}
	if err != nil {
		return Undone{}, err
	}
	return n.undone(u, out), a.Engine.Changed(context.WithoutCancel(ctx))
}

func (n names) undone(u undo.Undo, out engine.Outcome) Undone {
	v := Undone{Run: n.run(out.Summary), Ops: []Op{}, NonOps: []NonOp{}, Exactness: []Exactly{}}
	for _, o := range u.Ops {
		v.Ops = append(v.Ops, n.op(o, out.Titles[o.Work]))
	}
	for _, o := range u.NonOps {
		v.NonOps = append(v.NonOps, n.nonOp(o, out.Titles[o.Work]))
	}
	for _, e := range u.Exactness {
		v.Exactness = append(v.Exactness, Exactly{n.label(e.Account), e.Exact, e.ValueOnly, e.Not})
	}
	return v
}
