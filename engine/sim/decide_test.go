package sim

import (
	"flag"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	cases     = flag.Int("cases", usualCases, "cases of tier 1")
	firstCase = flag.Uint64("case", 0, "the first of them")
)

// Tier 1: what the pure stages decide is safe, the same in any order, and
// comes to rest.
func TestDecide(t *testing.T) {
	var mu sync.Mutex
	engaged := map[ledger.Code]int{}
	wrong := 0
	var todo sync.WaitGroup
	workers := runtime.NumCPU()
	defer debug.SetGCPercent(debug.SetGCPercent(1000)) // cases are many, small and short-lived
	for k := range workers {
		todo.Go(func() {
			for i := k; i < *cases; i += workers {
				codes, err := Decide(*firstCase + uint64(i))
				mu.Lock()
				for c, n := range codes {
					engaged[c] += n
				}
				if err != nil {
					if wrong++; wrong <= 5 {
						t.Errorf("%v\nagain: go test ./engine/sim -run TestDecide -cases=1 -case=%d", err, *firstCase+uint64(i))
					}
				}
				mu.Unlock()
			}
		})
	}
	todo.Wait()
	if wrong > 0 {
		t.Errorf("%d of %d cases went wrong", wrong, *cases)
	}
	for _, what := range []ledger.Code{"lie", "week"} {
		if engaged[what] == 0 && *cases >= usualCases {
			t.Errorf("%s never happened", what)
		}
	}
	for _, c := range slices.Sorted(maps.Keys(engaged)) {
		t.Logf("%7d %s", engaged[c], c)
	}
}

// The oracle of tier 1 can be hard.
func TestTheOracleSees(t *testing.T) {
	d := newDecision(1)
	d.words = nil
	op := ledger.Op{Account: 1, Subject: ledger.Subject{Work: 1, Feature: d.feature}, Action: provider.Remove}
	if d.judge(op) == nil {
		t.Error("a removal that nobody asked for passes")
	}
	var many []ledger.Op
	for n := range 9 {
		op.Work = media.WorkID(n + 1)
		many = append(many, op)
	}
	if d.bounded(many) == nil {
		t.Error("nine removals in one run pass")
	}
	if d.feature == media.Progress {
		t.Fatal("resume points have no weekly budget")
	}
	for n := range 7 {
		d.removed = append(d.removed, toyRemoval{d.flow(op), media.WorkID(n + 1), d.now.Add(-time.Hour)})
	}
	if err := d.bounded(many[7:8]); err != nil {
		t.Errorf("eight removals in a week: %v", err)
	}
	if d.bounded(many[7:9]) == nil {
		t.Error("nine removals in a week pass")
	}
	d.removed = nil
	d.holds = []ledger.Hold{{ID: 1, State: ledger.HoldOpen, Ops: many[:1]}}
	if d.bounded(many[:1]) == nil {
		t.Error("what waits for an answer passes")
	}
	d.mutual, d.holds = true, nil
	d.shelves[0].truth[1] = toyValue{value: media.Listed()}
	for _, a := range d.shelves[1:] {
		delete(a.truth, 1)
	}
	if d.agree() == nil {
		t.Error("accounts that differ without a reason pass")
	}
}
