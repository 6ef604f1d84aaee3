package observe

import (
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const (
	measuredLags = 20 // from here on the account's own lags decide alone
	keptLags     = 100
	lateWindows  = 3 // a lost write stays expected for this many more windows
	// rememberedFor is how long a removal that was acknowledged and never shown
	// is told from a person's: far longer than it is waited for.
	rememberedFor = 30 * 24 * time.Hour
	// suspectLooks are needed instead of two where a view equals an older one (R2).
	usualLooks   = 2
	suspectLooks = 5
)

// Window is how long a write may stay unseen before it counts as lost, and how
// many trusted reads must have missed it (R8): three times the account's lag,
// generously bounded from below until enough lags are measured.
func Window(t ledger.Trust) (wait time.Duration, reads int) {
	least, reads := time.Hour, 5
	if len(t.LagsMS) >= measuredLags {
		least, reads = 10*time.Minute, 2
	}
	_, p95 := Lags(t.LagsMS)
	return max(3*time.Duration(p95)*time.Millisecond, least), reads
}

// Lags gives median and 95th percentile of measured lags in milliseconds, 0
// when none was measured.
func Lags(lagsMS []int64) (median, p95 int64) {
	if len(lagsMS) == 0 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(lagsMS))
	return sorted[(len(sorted)-1)/2], sorted[(len(sorted)*95+99)/100-1]
}

// secondLook is how far apart two looks must be to count as two (R6c).
func (r Reading) secondLook() time.Duration {
	return min(r.interval(), 10*time.Minute)
}

func (r Reading) interval() time.Duration { return time.Duration(r.IntervalMS) * time.Millisecond }

// oldestFirst orders pending writes as they were sent.
func oldestFirst(a, b ledger.Pending) int {
	if a.Sent != b.Sent {
		return compare(a.Sent, b.Sent)
	}
	if a.Run != b.Run {
		return compare(a.Run, b.Run)
	}
	return compare(a.Op, b.Op)
}

func late(now, since media.Moment, wait time.Duration) bool { return now.Sub(since) >= wait }
