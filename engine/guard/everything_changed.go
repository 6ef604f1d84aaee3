package guard

import "watchkeeper/engine/ledger"

// everythingChanged holds a view in which half and ten or more of the works
// shown before have another value.
func everythingChanged(f ViewFacts) ledger.Evidence {
	if f.FirstLook || f.Changed < shareFloor || !share(f.Changed, f.Compared, 50) {
		return ledger.Evidence{}
	}
	return ledger.Evidence{Code: ledger.SawChanged, N: f.Changed, Of: f.Compared, Since: f.Trust.LastTrusted}
}
