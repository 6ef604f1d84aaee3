package plan

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// tooShort is the position below which nothing is written, in ms (R18).
const tooShort = 60_000

// positionStops is R18 for a position that is wanted at a target: "" means
// that nothing stands against it. Positions at or above the share from which
// the target counts a viewing as finished are left alone: they are a play, and
// the play itself is history's to pass on once its own service says so.
func (t *target) positionStops(w candidate, own *ledger.Statement, base baseline) (ledger.Code, ledger.Evidence) {
	if t.f != media.Progress {
		return "", none
	}
	if ms, known := positionMS(w.Value, t.b.Work); known && ms < tooShort {
		return ledger.NothingSaid, saw(ledger.SawUnderAMinute)
	}
	if pct := int64(t.caps.CompletePct); pct > 0 && positionShare(w.Value)*100 >= pct*media.FractionWhole {
		return ledger.CannotStore, saw(ledger.SawCountsAsWatched)
	}
	if base.state != listed {
		return "", none
	}
	there := base.at
	switch {
	case own == nil || own.Cleared:
	case adopted(*own) && own.At.Known():
		there = own.At // our own copy, which the service may date when it was written
	case own.At > there:
		there = own.At
	}
	switch {
	case !w.At.Known() || !there.Known():
		return ledger.NothingSaid, saw(ledger.SawNoTimes)
	case there >= w.At:
		return ledger.NewerThere, none
	}
	return "", none
}
