package guard

import "watchkeeper/engine/ledger"

// shareFloor is the fewest works that a share can alarm about, so that small
// lists work.
const shareFloor = 10

// share tells whether n is pct percent of all or more.
func share(n, all, pct int) bool { return n*100 >= all*pct }

// shrunk holds a view that lost 20 % and ten works or more of the last trusted
// one, or everything when that was three or more.
func shrunk(f ViewFacts) ledger.Evidence {
	if f.FirstLook {
		return ledger.Evidence{}
	}
	if f.Lost >= shareFloor && share(f.Lost, f.Known, 20) || f.Known >= 3 && f.Lost >= f.Known {
		return ledger.Evidence{Code: ledger.SawShrunk, N: f.Lost, Of: f.Known, Since: f.Trust.LastTrusted}
	}
	return ledger.Evidence{}
}
