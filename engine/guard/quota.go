package guard

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// quota holds the additions that do not fit by the service's own numbers. It
// decides anew in every run: when room appears, what fits goes through. What
// is removed in the same run makes no room yet, because adds are written first.
func quota(r *round, ops []ledger.Op) []ledger.Evidence {
	out := make([]ledger.Evidence, len(ops))
	entered := make(map[spot]bool)
	used := make(map[Shelf]int)
	for i, op := range ops {
		room, limited := r.room(op)
		if op.Action != provider.Add || !limited {
			continue
		}
		s, entry := shelfOf(op), spot{op.Account, op.Subject}
		if entered[entry] { // a copy of what has its place
			continue
		}
		if used[s] >= room {
			out[i] = ledger.Evidence{Code: ledger.SawRoom, N: max(room, 0)}
			continue
		}
		entered[entry] = true
		used[s]++
	}
	return out
}

// room is how many entries fit on the op's shelf; limited is false when no
// limit is known.
func (r *round) room(op ledger.Op) (room int, limited bool) {
	s := shelfOf(op)
	if room, limited = r.budget.Room[s]; limited {
		return room, true
	}
	p := r.world.Party(s.Account)
	if p == nil || p.Caps.Feature(s.Feature).Capacity == 0 {
		return 0, false
	}
	return p.Caps.Feature(s.Feature).Capacity - r.budget.Shown[s], true
}
