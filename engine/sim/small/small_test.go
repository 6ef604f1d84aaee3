package small

import (
	"flag"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

var whole = flag.Bool("whole", false, "also states in which several things speak against writing at once")

// Every state of the small world is decided well.
func TestSmallWorld(t *testing.T) {
	var states, planned, wrong atomic.Int64
	batches := make(chan []State, 8)
	var todo sync.WaitGroup
	for range runtime.NumCPU() {
		todo.Go(func() {
			for batch := range batches {
				for _, s := range batch {
					ops, err := Try(s)
					planned.Add(int64(ops))
					if err != nil && wrong.Add(1) <= 12 {
						t.Errorf("%v\nin %v", err, s)
					}
				}
				states.Add(int64(len(batch)))
			}
		})
	}
	var batch []State
	n := 0
	Each(!*whole, func(s State) bool {
		if n++; n%every != 0 {
			return true
		}
		if batch = append(batch, s); len(batch) == 1000 {
			batches <- batch
			batch = nil
		}
		return wrong.Load() < 1000
	})
	batches <- batch
	close(batches)
	todo.Wait()
	t.Logf("%d states, %d writes", states.Load(), planned.Load())
	if wrong.Load() > 0 {
		t.Errorf("%d states went wrong", wrong.Load())
	}
	if planned.Load()*500 < states.Load() {
		t.Error("hardly anything is ever written: the states prove little")
	}
}

// The judge can be hard.
func TestTheJudgeSees(t *testing.T) {
	good := State{kind: kinds[0], way: way{ledger.KeepSame, ledger.Follow}, accepted: true, shown: held, theirs: cleared}
	removal := ledger.Op{Account: target, Subject: good.subject(), Action: provider.Remove, Old: good.row().Value,
		Cause: ledger.Cause{Account: source, Seq: 50}, Says: ledger.Statement{Origin: source}}
	if err := good.op(removal); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*State){
		"nobody removed it":     func(s *State) { s.theirs = set },
		"seen after it":         func(s *State) { s.shown = heldNew },
		"a first look":          func(s *State) { s.look = firstLook },
		"a silent account":      func(s *State) { s.look = silent },
		"a proof is open":       func(s *State) { s.look = proving },
		"a view is held":        func(s *State) { s.seal = sourceSealed },
		"a person said no":      func(s *State) { s.decided = refused },
		"the route never does":  func(s *State) { s.way.removals = ledger.Never },
		"set at the target":     func(s *State) { s.own = setAfter },
		"there is no route":     func(s *State) { s.way = way{} },
		"a person pinned it":    func(s *State) { s.decided = kept },
		"nothing is kept of it": func(s *State) { s.shown = absent },
	} {
		s := good
		spoil(&s)
		if s.op(removal) == nil {
			t.Errorf("%s, and it passes", name)
		}
	}
	good.way.removals = ledger.Ask
	if good.asked([]ledger.Op{removal}) == nil {
		t.Error("a removal that is to be asked about passes")
	}
}
