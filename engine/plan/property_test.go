package plan

import (
	"flag"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var cases = flag.Int("cases", 2000, "random lives per property")

// mostRuns is how soon a plan must come to rest (simulation tier 1).
const mostRuns = 200

// live plays out one life: acts and runs, then runs alone until nothing is left.
func live(m *model) (rested bool, wrong error) {
	for range m.chance.IntN(6) {
		for range m.chance.IntN(3) {
			m.act(ledger.AccountID(1+m.chance.IntN(len(m.w.Parties))), false)
		}
		m.weather(false)
		if _, wrong = m.run(); wrong != nil {
			return false, wrong
		}
	}
	m.weather(true)
	for range mostRuns {
		n, wrong := m.run()
		if wrong != nil || n == 0 {
			return n == 0, wrong
		}
	}
	return false, nil
}

// S1, R10–R13, L2, L3: whatever the routes, no op takes back a later word or a
// word that no route lets go, and the plan comes to rest.
func TestLivesAreSafeAndRest(t *testing.T) {
	ops := 0
	for seed := range uint64(*cases) {
		m := newModel(seed, false)
		rested, wrong := live(m)
		if wrong != nil {
			t.Fatalf("seed %d (%s): %v", seed, m.f, wrong)
		}
		if !rested {
			t.Fatalf("seed %d (%s): still planning after %d runs", seed, m.f, mostRuns)
		}
		ops += len(m.d.Statements)
	}
	if ops == 0 {
		t.Fatal("nothing ever happened")
	}
}

// L1: accounts that all keep the same and follow removals agree in the end.
func TestMutualAccountsAgree(t *testing.T) {
	for seed := range uint64(*cases) {
		m := newModel(seed, true)
		if m.f == media.History {
			continue // flags and logs are compared in TestMutualLogsAgree
		}
		if rested, wrong := live(m); !rested || wrong != nil {
			t.Fatalf("seed %d (%s): rested %v, %v", seed, m.f, rested, wrong)
		}
		if err := m.agree(); err != nil {
			t.Fatalf("seed %d (%s): %v", seed, m.f, err)
		}
	}
}

// R13, L4: an account that joins late loses nothing by what was said before,
// and whatever stays different is explained.
func TestLateAccounts(t *testing.T) {
	apart := 0
	for seed := range uint64(*cases / 2) {
		m := newModel(seed, true)
		m.act(A, false)
		m.act(A, false)
		m.late()
		if rested, wrong := live(m); !rested || wrong != nil {
			t.Fatalf("seed %d (%s): rested %v, %v", seed, m.f, rested, wrong)
		}
		if m.agree() == nil {
			continue
		}
		apart++
		if p := m.make(); !slices.ContainsFunc(p.NonOps, func(n ledger.NonOp) bool { return n.Why.Code != "" }) {
			t.Fatalf("seed %d (%s): accounts differ and nothing says why", seed, m.f)
		}
	}
	if apart == 0 {
		t.Fatal("no late account ever stayed apart: the check sees nothing")
	}
}

// L1, R16: logs that keep the same and follow removals end with the same plays,
// none of them twice. An undated one is satisfied by any play.
func TestMutualLogsAgree(t *testing.T) {
	lives := 0
	for seed := range uint64(*cases) {
		m := newModel(seed, true)
		logs := !slices.ContainsFunc(m.w.Parties, func(p ledger.Party) bool { return !p.Caps.Features[media.History].KeepsPlays })
		if m.f != media.History || !logs {
			continue
		}
		lives++
		if rested, wrong := live(m); !rested || wrong != nil {
			t.Fatalf("seed %d: rested %v, %v", seed, rested, wrong)
		}
		shows := map[ledger.AccountID][]media.PlayID{}
		for _, row := range m.d.Shown {
			if row.Value.PlayedAt().Known() {
				shows[row.Account] = append(shows[row.Account], row.Play)
			}
		}
		for _, p := range m.w.Parties {
			slices.Sort(shows[p.ID])
			if !slices.Equal(shows[p.ID], shows[A]) {
				t.Fatalf("seed %d: account %d shows plays %v, account 1 %v", seed, p.ID, shows[p.ID], shows[A])
			}
		}
	}
	if lives == 0 {
		t.Fatal("no life had logs only")
	}
}

// L1 can fail: with removals off, some accounts stay apart.
func TestMutualAccountsAgreeControl(t *testing.T) {
	apart := 0
	for seed := range uint64(500) {
		m := newModel(seed, true)
		for i := range m.w.Routes {
			m.w.Routes[i].Removals = ledger.Never
		}
		live(m)
		if m.f != media.History && m.agree() != nil {
			apart++
		}
	}
	if apart == 0 {
		t.Fatal("no life shows a difference with removals off: the check sees nothing")
	}
}

// The oracle can fail: ops with a planted fault are found.
func TestOracleControl(t *testing.T) {
	b := &model{bench: newBench(listCaps(10), listCaps(10)), f: media.Watchlist, acts: map[ledger.StatementRef]media.Moment{}}
	b.route(A, B, media.Watchlist, ledger.AddOnly, ledger.Never)
	cleared := b.says(A, media.Watchlist, media.Value{}, now, 50)
	good := ledger.Op{Account: B, Subject: cleared.Subject, Action: provider.Remove, At: now, Path: []int64{1}, Cause: ledger.Cause{Account: A, Seq: cleared.Seq}}
	if b.judge(good) == nil {
		t.Error("a removal by an add-only route passes")
	}
	b.w.Routes[0].Mode, b.w.Routes[0].Removals = ledger.KeepSame, ledger.Follow
	if err := b.judge(good); err != nil {
		t.Errorf("a permitted removal does not pass: %v", err)
	}
	for name, spoil := range map[string]func(*ledger.Op){
		"without a cause": func(op *ledger.Op) { op.Cause.Seq = 99 },
		"without a path":  func(op *ledger.Op) { op.Path = nil },
		"of a later word": func(op *ledger.Op) {
			b.says(B, media.Watchlist, media.Listed(), now+5, 60)
			b.acts[ledger.StatementRef{Account: B, Subject: op.Subject}] = now + 5
		},
	} {
		bad := good
		spoil(&bad)
		if b.judge(bad) == nil {
			t.Errorf("a removal %s passes", name)
		}
	}
}

// S16: neither the order of accounts, routes and rows nor the split into
// batches changes a plan.
func TestOrderHasNoEffect(t *testing.T) {
	for seed := range uint64(*cases / 4) {
		m := newModel(seed, false)
		live(m)
		m.act(1, false)
		m.act(2, false)
		m.w.Explain = seed%2 == 0
		m.d.Reread = []ledger.AccountID{1, 2, 3, 4}
		want := Make(&m.w, []ledger.Dossier{m.d})
		r := rand.New(rand.NewPCG(seed, 2))
		w, d := m.w, m.d
		w.Parties, w.Routes = shuffled(r, w.Parties), shuffled(r, w.Routes)
		d.Shown, d.Statements, d.Plays, d.Links, d.Reread = shuffled(r, d.Shown), shuffled(r, d.Statements), shuffled(r, d.Plays), shuffled(r, d.Links), shuffled(r, d.Reread)
		if got := Make(&w, []ledger.Dossier{d}); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d (%s): the order of rows changes the plan\n%v\n%v", seed, m.f, text(got), text(want))
		}
		other := d
		other.Work.ID++
		other.Statements, other.Shown = slices.Clone(d.Statements), slices.Clone(d.Shown)
		for i := range other.Statements {
			other.Statements[i].Work++
		}
		for i := range other.Shown {
			other.Shown[i].Work++
		}
		together, alone := Make(&w, []ledger.Dossier{other, d}), Make(&w, []ledger.Dossier{other})
		if len(together.Ops) != len(alone.Ops)+len(want.Ops) || len(together.NonOps) != len(alone.NonOps)+len(want.NonOps) {
			t.Fatalf("seed %d: one work changes the plan of another", seed)
		}
		p := NewPlanner(&w)
		p.Add(&d)
		p.Add(&other)
		p.Plan()
		p.Drop(map[media.WorkID]bool{d.Work.ID: true})
		p.Add(&d)
		if again := p.Plan(); text(again) != text(together) {
			t.Fatalf("seed %d: planning a work again changes the plan\n%v\n%v", seed, text(again), text(together))
		}
	}
}

func shuffled[T any](r *rand.Rand, in []T) []T {
	out := slices.Clone(in)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// R10: where nobody said anything, nothing is done, whatever is shown.
func TestNothingSaidNothingDone(t *testing.T) {
	for seed := range uint64(*cases / 4) {
		m := newModel(seed, true)
		m.d.Statements = nil
		if p := m.make(); len(p.Ops) > 0 {
			t.Fatalf("seed %d (%s): %s", seed, m.f, text(p))
		}
	}
}
