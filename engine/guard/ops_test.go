package guard

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const now = media.Moment(1_790_000_000_000)

const (
	plex ledger.AccountID = iota + 1
	trakt
	simkl
	jellyfin
)

func world() *ledger.World {
	w := &ledger.World{Now: now, Run: 40, Profile: 7}
	for id := plex; id <= jellyfin; id++ {
		w.Parties = append(w.Parties, ledger.Party{
			Account:    ledger.Account{ID: id, Profile: 7, Name: fmt.Sprint("account-", id), ServerID: "s", UserID: "u"},
			TrustedNow: [4]bool{true, true, true, true},
		})
	}
	return w
}

// flow makes n ops of one kind, about works first, first+1, …
type flow struct {
	action       provider.Action
	feature      media.Feature
	cause, to    ledger.AccountID
	first, n     int
	ask, firstly bool
	rewatch      bool
	retry        bool
}

func (f flow) ops() []ledger.Op {
	ops := make([]ledger.Op, 0, f.n)
	for i := range f.n {
		id := f.first + i
		subject := ledger.Subject{Work: media.WorkID(id), Feature: f.feature}
		op := ledger.Op{
			ID: ledger.OpID(fmt.Sprintf("40-%d-%d-%d-%d", f.to, f.feature, f.action, id)), Account: f.to, Subject: subject, Action: f.action,
			Cause: ledger.Cause{Account: f.cause, Seq: ledger.Seq(1000*int(f.cause) + id)},
			Path:  []int64{int64(f.cause)*10 + int64(f.to)},
			Ask:   f.ask, FirstRun: f.firstly, Rewatch: f.rewatch, Retry: f.retry,
		}
		op.Says = ledger.Statement{Account: f.to, Subject: subject, Cleared: f.action == provider.Remove, Origin: f.cause, OriginSeq: op.Cause.Seq}
		if f.action != provider.Add {
			op.Old, op.RowKey.Key = media.Rated(60), fmt.Sprint("key-", id)
		}
		if f.action != provider.Remove {
			op.New = media.Rated(80)
		}
		ops = append(ops, op)
	}
	return ops
}

func removing(n int, cause, to ledger.AccountID) flow {
	return flow{action: provider.Remove, feature: media.Watchlist, cause: cause, to: to, first: 1, n: n}
}

func adding(n int, cause, to ledger.AccountID) flow {
	return flow{action: provider.Add, feature: media.Watchlist, cause: cause, to: to, first: 1, n: n}
}

func updating(n int, cause, to ledger.AccountID) flow {
	return flow{action: provider.Update, feature: media.Ratings, cause: cause, to: to, first: 1, n: n}
}

func rewatching(n int) flow {
	return flow{action: provider.Add, feature: media.History, cause: plex, to: trakt, first: 1, n: n, rewatch: true}
}

func (f flow) in(feature media.Feature) flow { f.feature = feature; return f }
func (f flow) from(first int) flow           { f.first = first; return f }
func (f flow) asking() flow                  { f.ask = true; return f }
func (f flow) new() flow                     { f.firstly = true; return f }
func (f flow) again() flow                   { f.retry = true; return f }

func planOf(flows ...flow) []ledger.Op {
	var ops []ledger.Op
	for _, f := range flows {
		ops = append(ops, f.ops()...)
	}
	return ops
}

func everyWork(ops []ledger.Op) map[media.WorkID]bool {
	works := make(map[media.WorkID]bool)
	for _, op := range ops {
		works[op.Work] = true
	}
	return works
}

func shown(n int) map[Shelf]int {
	m := make(map[Shelf]int)
	for id := plex; id <= jellyfin; id++ {
		for _, f := range media.Features {
			m[Shelf{id, f}] = n
		}
	}
	return m
}

func reversals(account ledger.AccountID, n int, ago time.Duration) []Reversal {
	var out []Reversal
	for i := range n {
		op := removing(1, account, trakt).from(i + 1).ops()[0]
		out = append(out, Reversal{ledger.StatementRef{Account: account, Subject: op.Subject}, false, now.Add(-ago)})
	}
	return out
}

// removalsOf are the same reversals, of removals.
func removalsOf(all []Reversal) []Reversal {
	for i := range all {
		all[i].Removal = true
	}
	return all
}

// flips are n reversals of the same subject at the account.
func flips(account ledger.AccountID, n int, ago time.Duration) []Reversal {
	var out []Reversal
	for range n {
		out = append(out, Reversal{ledger.StatementRef{Account: account, Subject: ledger.Subject{Work: 1, Feature: media.Watchlist}}, false, now.Add(-ago)})
	}
	return out
}

// opCase is one plan and how many of its ops each guard must hold.
type opCase struct {
	name   string
	guard  ledger.Code
	plan   []ledger.Op
	budget Budget
	off    []ledger.Code
	held   int // by guard
	others int // by other guards
}

func opCases() []opCase {
	week := func(n int) map[Flow]int { return map[Flow]int{{trakt, plex, media.Watchlist}: n} }
	shown := func(n int) Budget { return Budget{Shown: shown(n)} }
	past := func(works, removed int) Budget { b := shown(works); b.Removed = week(removed); return b }
	room := func(n int) Budget {
		return Budget{Shown: shown(10).Shown, Room: map[Shelf]int{{trakt, media.Watchlist}: n}}
	}
	return []opCase{
		{name: "small list, three", guard: ledger.GuardRemovals, plan: planOf(removing(3, plex, trakt)), budget: shown(5)},
		{name: "small list, four", guard: ledger.GuardRemovals, plan: planOf(removing(4, plex, trakt)), budget: shown(5), held: 4},
		{name: "five percent", guard: ledger.GuardRemovals, plan: planOf(removing(20, plex, trakt)), budget: shown(400)},
		{name: "one over five percent", guard: ledger.GuardRemovals, plan: planOf(removing(21, plex, trakt)), budget: shown(400), held: 21},
		{name: "scenario 12", guard: ledger.GuardRemovals, plan: planOf(removing(40, plex, trakt)), budget: shown(400), held: 40},
		{name: "ceiling", guard: ledger.GuardRemovals, plan: planOf(removing(50, plex, trakt)), budget: shown(100_000)},
		{name: "over the ceiling", guard: ledger.GuardRemovals, plan: planOf(removing(51, plex, trakt)), budget: shown(100_000), held: 51},
		{name: "week, eight", guard: ledger.GuardRemovals, plan: planOf(removing(3, plex, trakt)), budget: past(5, 5)},
		{name: "week, nine", guard: ledger.GuardRemovals, plan: planOf(removing(3, plex, trakt)), budget: past(5, 6), held: 3},
		{name: "week, ten percent", guard: ledger.GuardRemovals, plan: planOf(removing(16, plex, trakt)), budget: past(400, 24)},
		{name: "week, one over", guard: ledger.GuardRemovals, plan: planOf(removing(16, plex, trakt)), budget: past(400, 25), held: 16},
		{name: "week, ceiling", guard: ledger.GuardRemovals, plan: planOf(removing(50, plex, trakt)), budget: past(100_000, 50)},
		{name: "week, over the ceiling", guard: ledger.GuardRemovals, plan: planOf(removing(50, plex, trakt)), budget: past(100_000, 51), held: 50},
		{name: "another cause has its own budget", guard: ledger.GuardRemovals, plan: planOf(removing(3, plex, trakt), removing(3, simkl, trakt).from(10)), budget: shown(5)},
		{name: "by cause", guard: ledger.GuardRemovals, plan: planOf(removing(4, plex, trakt), removing(3, plex, simkl), removing(3, simkl, trakt).from(10)), budget: shown(5), held: 4},
		{name: "a little of every feature", guard: ledger.GuardRemovals, plan: planOf(removing(2, plex, trakt), removing(2, plex, trakt).in(media.Ratings)), budget: shown(5), held: 4},
		{name: "positions end all week", guard: ledger.GuardRemovals, plan: planOf(removing(3, plex, trakt).in(media.Progress)), budget: Budget{Shown: shown(5).Shown, Removed: map[Flow]int{{trakt, plex, media.Progress}: 30}}},
		{name: "many positions in one run", guard: ledger.GuardRemovals, plan: planOf(removing(4, plex, trakt).in(media.Progress)), budget: shown(5), held: 4},
		{name: "nothing shown", guard: ledger.GuardRemovals, plan: planOf(removing(4, plex, trakt)), held: 4},
		{name: "switched off", guard: ledger.GuardRemovals, plan: planOf(removing(40, plex, trakt)), off: []ledger.Code{ledger.GuardRemovals}},

		{name: "fifty", guard: ledger.GuardAdds, plan: planOf(adding(50, plex, trakt)), budget: shown(10)},
		{name: "fifty-one", guard: ledger.GuardAdds, plan: planOf(adding(51, plex, trakt)), budget: shown(10), held: 51},
		{name: "a fifth", guard: ledger.GuardAdds, plan: planOf(adding(80, plex, trakt)), budget: shown(400)},
		{name: "over a fifth", guard: ledger.GuardAdds, plan: planOf(adding(81, plex, trakt)), budget: shown(400), held: 81},
		{name: "first run is another question", guard: ledger.GuardAdds, plan: planOf(adding(431, plex, trakt).new()), budget: shown(10), others: 431},

		{name: "ten doubles", guard: ledger.GuardDuplicates, plan: planOf(rewatching(10)), budget: shown(100)},
		{name: "eleven doubles", guard: ledger.GuardDuplicates, plan: planOf(rewatching(11), adding(2, plex, trakt).in(media.History).from(50)), budget: shown(100), held: 11},

		{name: "ten overwrites", guard: ledger.GuardOverwrite, plan: planOf(updating(10, plex, trakt)), budget: shown(20)},
		{name: "eleven overwrites", guard: ledger.GuardOverwrite, plan: planOf(updating(11, plex, trakt)), budget: shown(20), held: 11},
		{name: "a fifth overwritten", guard: ledger.GuardOverwrite, plan: planOf(updating(80, plex, trakt)), budget: shown(400)},
		{name: "over a fifth overwritten", guard: ledger.GuardOverwrite, plan: planOf(updating(81, plex, trakt)), budget: shown(400), held: 81},

		{name: "asks", guard: ledger.GuardAsk, plan: planOf(removing(1, plex, trakt).asking(), removing(1, plex, trakt).from(2)), held: 1},
		{name: "asking cannot be switched off", guard: ledger.GuardAsk, plan: planOf(removing(1, plex, trakt).asking()), off: []ledger.Code{ledger.GuardAsk}, held: 1},

		{name: "first plan", guard: ledger.GuardFirstRun, plan: planOf(adding(2, plex, trakt).new(), adding(2, plex, simkl)), held: 2},
		{name: "a first plan that removes asks apart", guard: ledger.GuardFirstRun, plan: planOf(removing(1, plex, trakt).new().asking(), adding(1, plex, trakt).new()), held: 1, others: 1},
		{name: "first run cannot be switched off", guard: ledger.GuardFirstRun, plan: planOf(adding(2, plex, trakt).new()), off: []ledger.Code{ledger.GuardFirstRun}, held: 2},

		{name: "three undone", guard: ledger.GuardUndoneWrites, plan: planOf(removing(3, plex, trakt)), budget: Budget{Reversals: reversals(plex, 3, time.Hour)}},
		{name: "four undone", guard: ledger.GuardUndoneWrites, plan: planOf(removing(2, plex, trakt), removing(1, plex, trakt).from(20)), budget: Budget{Reversals: reversals(plex, 4, time.Hour)}, held: 2},
		{name: "four undone, a day ago", guard: ledger.GuardUndoneWrites, plan: planOf(removing(2, plex, trakt)), budget: Budget{Reversals: reversals(plex, 4, 24*time.Hour)}, held: 2},
		{name: "four undone, longer ago", guard: ledger.GuardUndoneWrites, plan: planOf(removing(2, plex, trakt)), budget: Budget{Reversals: reversals(plex, 4, 24*time.Hour+time.Millisecond)}},
		{name: "four undone, and another value given", guard: ledger.GuardUndoneWrites, plan: planOf(updating(2, plex, trakt)), budget: Budget{Reversals: reversals(plex, 4, time.Hour)}},
		{name: "four removals taken back", guard: ledger.GuardUndoneWrites, plan: planOf(removing(2, plex, trakt)), budget: Budget{Reversals: removalsOf(reversals(plex, 4, time.Hour))}},
		{name: "undone elsewhere", guard: ledger.GuardUndoneWrites, plan: planOf(removing(2, simkl, trakt)), budget: Budget{Reversals: reversals(plex, 4, time.Hour)}},

		{name: "flipped twice", guard: ledger.GuardFlipFlop, plan: planOf(adding(1, plex, trakt)), budget: Budget{Reversals: flips(trakt, 2, 30*time.Hour)}},
		{name: "flipped three times", guard: ledger.GuardFlipFlop, plan: planOf(adding(2, plex, trakt)), budget: Budget{Reversals: flips(trakt, 3, 30*time.Hour)}, held: 1},
		{name: "flipped, then sent again", guard: ledger.GuardFlipFlop, plan: planOf(adding(1, plex, trakt).again()), budget: Budget{Reversals: flips(trakt, 3, 30*time.Hour)}},
		{name: "flipped a week ago", guard: ledger.GuardFlipFlop, plan: planOf(adding(1, plex, trakt)), budget: Budget{Reversals: flips(trakt, 3, 7*24*time.Hour)}, held: 1},
		{name: "flipped longer ago", guard: ledger.GuardFlipFlop, plan: planOf(adding(1, plex, trakt)), budget: Budget{Reversals: flips(trakt, 3, 7*24*time.Hour+time.Millisecond)}},

		{name: "what fits goes through", guard: ledger.GuardQuota, plan: planOf(adding(10, plex, trakt)), budget: room(7), held: 3},
		{name: "all fits", guard: ledger.GuardQuota, plan: planOf(adding(7, plex, trakt)), budget: room(7)},
		{name: "over full", guard: ledger.GuardQuota, plan: planOf(adding(1, plex, trakt), updating(1, plex, trakt)), budget: room(-2), held: 1},
	}
}

func without(code ledger.Code) []opGuard {
	table := opGuards()
	for i := range table {
		if table[i].code == code {
			table[i].joins = nil
			table[i].trips = func(_ *round, ops []ledger.Op) []ledger.Evidence { return make([]ledger.Evidence, len(ops)) }
		}
	}
	return table
}

// check returns what is wrong about a case under a table of guards.
func (c opCase) check(table []opGuard) error {
	w := world()
	w.Settings.GuardsOff = c.off
	allowed, holds := runOps(table, w, ledger.Plan{Ops: c.plan}, c.budget, nil)
	var held, others int
	for _, h := range holds {
		if h.Guard == c.guard {
			held += len(h.Ops)
		} else {
			others += len(h.Ops)
		}
		if h.ID != 0 || h.State != ledger.HoldOpen || h.Profile != 7 || h.Run != 40 || h.Since != now || h.Evidence.Code == "" {
			return fmt.Errorf("a new hold is incomplete: %+v", h)
		}
	}
	if held != c.held || others != c.others {
		return fmt.Errorf("held %d and %d by other guards, want %d and %d", held, others, c.held, c.others)
	}
	if len(allowed)+held+others != len(c.plan) {
		return fmt.Errorf("%d ops went missing or came twice", len(c.plan)-len(allowed)-held-others)
	}
	return nil
}

func TestOpGuards(t *testing.T) {
	for _, c := range opCases() {
		if err := c.check(opGuards()); err != nil {
			t.Errorf("%s, %s: %v", c.guard, c.name, err)
		}
	}
}

// TestOpGuardsControl replaces each guard by one that sees nothing: its cases
// must notice.
func TestOpGuardsControl(t *testing.T) {
	for _, g := range opGuards() {
		noticed := 0
		for _, c := range opCases() {
			if c.guard == g.code && c.check(without(g.code)) != nil {
				noticed++
			}
		}
		if noticed == 0 {
			t.Errorf("no case notices that %s is gone", g.code)
		}
	}
}

func TestQuotaFromCapabilities(t *testing.T) {
	w := world()
	w.Party(trakt).Caps.Features[media.Watchlist].Capacity = 100
	allowed, holds := Ops(w, ledger.Plan{Ops: planOf(adding(5, plex, trakt))}, Budget{Shown: shown(98)}, nil)
	if len(allowed) != 2 || len(holds) != 1 || len(holds[0].Ops) != 3 {
		t.Errorf("allowed %d, holds %+v", len(allowed), holds)
	}
}

func TestCopiesCountOnce(t *testing.T) {
	ops := planOf(removing(3, plex, trakt))
	for _, op := range slices.Clone(ops) {
		op.RowKey.Key = "4k-" + op.RowKey.Key
		ops = append(ops, op)
	}
	if allowed, holds := Ops(world(), ledger.Plan{Ops: ops}, Budget{Shown: shown(5)}, nil); len(allowed) != 6 || len(holds) != 0 {
		t.Errorf("copies of three works count as more: %+v", holds)
	}
}

func TestCopiesNeedRoomOnce(t *testing.T) {
	ops := planOf(adding(2, plex, trakt))
	for _, op := range slices.Clone(ops) {
		op.RowKey.Key = "4k"
		ops = append(ops, op)
	}
	b := Budget{Room: map[Shelf]int{{trakt, media.Watchlist}: 2}}
	if allowed, holds := Ops(world(), ledger.Plan{Ops: ops}, b, nil); len(allowed) != 4 || len(holds) != 0 {
		t.Errorf("copies of two works need more room: %+v", holds)
	}
}

func TestFailedGuardHolds(t *testing.T) {
	broken := map[string]func(*round, []ledger.Op) []ledger.Evidence{
		"panics":        func(*round, []ledger.Op) []ledger.Evidence { panic("boom") },
		"answers short": func(*round, []ledger.Op) []ledger.Evidence { return nil },
	}
	for name, trips := range broken {
		table := opGuards()
		table[4].trips = trips
		allowed, holds := runOps(table, world(), ledger.Plan{Ops: planOf(adding(2, plex, trakt), removing(1, plex, simkl))}, Budget{}, nil)
		if len(allowed) != 0 || len(holds) != 2 || holds[0].Guard != table[4].code {
			t.Errorf("a guard that %s let %d through, holds %+v", name, len(allowed), holds)
		}
	}
}

// TestByCause: R22 — what one account caused waits, what others caused goes on.
func TestByCause(t *testing.T) {
	ops := planOf(removing(40, plex, trakt), removing(2, trakt, simkl).from(60), adding(1, simkl, trakt).from(90))
	allowed, holds := Ops(world(), ledger.Plan{Ops: ops}, Budget{Shown: shown(100)}, nil)
	if len(allowed) != 3 || len(holds) != 1 || holds[0].Cause != plex || holds[0].Target != trakt {
		t.Errorf("allowed %d, holds %+v", len(allowed), holds)
	}
}
