package guard

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Move is one item that left a work.
type Move struct {
	Key  string       // native key
	From media.WorkID // the work it was linked to
	To   media.WorkID // the work it resolves to now; 0 when that is none that existed before
	// Shared: another account has items of From too.
	Shared bool
}

// ShiftFacts is what one read did to an account's identity.
type ShiftFacts struct {
	Party ledger.Party
	Run   ledger.RunID
	Now   media.Moment
	Known int // works that the account showed before
	Moves []Move
	Open  *ledger.Hold // the account's open identity_shift hold; nil when there is none
	// Accepted is the Digest of a grouping that a person declared right.
	Accepted string
	Off      []ledger.Code
}

// IdentityShift decides whether too many works left a work that another
// account shares: 5 % and ten or more. Only the works on both ends of these
// moves are frozen (hold.Works). It ends, as HoldGone, when the same grouping
// is read twice or nothing moves any more. ok is false when there is no hold
// to store. An account that was not read is not asked about: its hold stands.
func IdentityShift(f ShiftFacts) (hold ledger.Hold, ok bool) {
	moves := sharedMoves(f.Moves)
	left := make(map[media.WorkID]bool)
	for _, m := range moves {
		left[m.From] = true
	}
	digest := movesDigest(moves)
	shifted := len(left) >= shareFloor && share(len(left), f.Known, 5)
	confirmed := digest == f.Accepted || f.Open != nil && digest == f.Open.Digest
	if !shifted || confirmed || switchedOff(ledger.GuardIdentityShift, f.Off) {
		if f.Open == nil {
			return ledger.Hold{}, false
		}
		hold = *f.Open
		hold.State, hold.Works = ledger.HoldGone, nil
		return hold, true
	}
	hold = ledger.Hold{Profile: f.Party.Profile, Guard: ledger.GuardIdentityShift, Target: f.Party.ID, Run: f.Run, Since: f.Now, State: ledger.HoldOpen}
	if f.Open != nil {
		hold = *f.Open
	}
	hold.Lost, hold.Of, hold.Digest, hold.Works = len(left), f.Known, digest, ends(moves)
	hold.Evidence = ledger.Evidence{Code: ledger.SawShift, N: len(left), Of: f.Known}
	return hold, true
}

// sharedMoves are the moves away from shared works, by key.
func sharedMoves(moves []Move) []Move {
	moves = slices.DeleteFunc(slices.Clone(moves), func(m Move) bool { return !m.Shared || m.From == m.To })
	slices.SortFunc(moves, func(a, b Move) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.From, b.From)) })
	return moves
}

// ends are the works on both ends of the moves, in order.
func ends(moves []Move) []media.WorkID {
	var works []media.WorkID
	for _, m := range moves {
		works = append(works, m.From)
		if m.To != 0 {
			works = append(works, m.To)
		}
	}
	slices.Sort(works)
	return slices.Compact(works)
}

// movesDigest names a grouping: which item belongs to which work now.
func movesDigest(moves []Move) string {
	h := sha256.New()
	for _, m := range moves {
		fmt.Fprintf(h, "%q %d\n", m.Key, m.To)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}
