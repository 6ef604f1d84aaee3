package guard

import (
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Budget is what guards must know about the past and the present beyond the
// plan itself. Maps are only looked up, never walked.
type Budget struct {
	// Shown counts the works that each account shows.
	Shown map[Shelf]int
	// Removed counts the subjects (works; plays for history) removed in the
	// last seven days, without those that a person approved.
	Removed map[Flow]int
	// Room is how many entries still fit by the service's own numbers; a
	// missing shelf has room as far as its capabilities tell.
	Room map[Shelf]int
	// Reversals are the settled writes that were taken back in the last seven
	// days.
	Reversals []Reversal
	// Planned names the works that this run's plan was made for. Only their
	// held ops can be found to be no longer planned.
	Planned map[media.WorkID]bool
}

// Shelf is one feature of one account.
type Shelf struct {
	Account ledger.AccountID
	Feature media.Feature
}

// Flow is what one account causes at another in one feature. Cause is the
// origin of the statements (ledger.Op.Origin).
type Flow struct {
	Target, Cause ledger.AccountID
	Feature       media.Feature
}

// Reversal is one settled write of ours that was taken back at its account.
type Reversal struct {
	ledger.StatementRef              // what was taken back, and where
	Removal             bool         // it was a removal
	At                  media.Moment // when it was observed
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

func within(at, now media.Moment, span time.Duration) bool { return at >= now.Add(-span) }

func shelfOf(op ledger.Op) Shelf { return Shelf{op.Account, op.Feature} }

func flowOf(op ledger.Op) Flow { return Flow{op.Account, op.Origin().Account, op.Feature} }

// atMost is max(floor, pct % of works), and no more than ceiling where there
// is one.
func atMost(floor, pct, works, ceiling int) int {
	n := max(floor, works*pct/100)
	if ceiling > 0 {
		n = min(n, ceiling)
	}
	return n
}

// tally counts distinct subjects of the ops that pass of, by key: the copies
// of one work count once.
func tally[K comparable](ops []ledger.Op, of func(ledger.Op) bool, key func(ledger.Op) K) map[K]int {
	type counted struct {
		key K
		ledger.Subject
	}
	seen := make(map[counted]bool)
	counts := make(map[K]int)
	for _, op := range ops {
		c := counted{key(op), op.Subject}
		if of(op) && !seen[c] {
			seen[c] = true
			counts[c.key]++
		}
	}
	return counts
}

// each builds a guard's answer from a function that judges one op.
func each(ops []ledger.Op, judge func(ledger.Op) ledger.Evidence) []ledger.Evidence {
	out := make([]ledger.Evidence, len(ops))
	for i, op := range ops {
		out[i] = judge(op)
	}
	return out
}

func isRemoval(_ *round, op ledger.Op) bool { return op.Action == provider.Remove }

func isAdd(_ *round, op ledger.Op) bool { return op.Action == provider.Add }
