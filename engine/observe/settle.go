package observe

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// Settle decides writes from look-ups made after they were sent, at the end of
// a run (R8): a look-up goes past every cache, so what it shows counts at
// once. r.Trust is the account's present Trust, k holds the writes of this
// run; r.View is not used. The Trust is returned only if a lag was measured or
// what is believed moved: the last list does not tell all that is known any
// more, and the same list again is no longer the same.
func Settle(r Reading, k Known, answers []Answered) ledger.Delta {
	r.View = provider.View{}
	o := newObserver(r, Verdict{Trusted: true}, k, answers)
	o.lookedUp()
	o.speak()
	d, _ := o.finish()
	moved := len(d.Shown)+len(d.ShownGone) > 0
	if moved || len(o.lags) > 0 {
		t := identified(r)
		t.LagsMS = appendLags(t.LagsMS, o.lags)
		if moved {
			t.Items = ""
			t.Count += o.growth()
		}
		d.Trust = []ledger.Trust{t}
	}
	return d
}
