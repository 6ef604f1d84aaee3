package guard

import "watchkeeper/engine/ledger"

// regressed holds a view that is older than the last trusted one.
func regressed(f ViewFacts) ledger.Evidence {
	if !f.Regressed {
		return ledger.Evidence{}
	}
	return ledger.Evidence{Code: ledger.SawRegressed, Since: f.Trust.LastTrusted}
}
