package guard

import "watchkeeper/engine/ledger"

// versionChanged holds a view that lost 5 % and ten works or more together
// with a new version of the server.
func versionChanged(f ViewFacts) ledger.Evidence {
	if f.FirstLook || f.Version == "" || f.Trust.Version == "" || f.Version == f.Trust.Version {
		return ledger.Evidence{}
	}
	if f.Lost < shareFloor || !share(f.Lost, f.Known, 5) {
		return ledger.Evidence{}
	}
	return ledger.Evidence{Code: ledger.SawVersion, N: f.Lost, Of: f.Known, Name: f.Trust.Version, Other: f.Version}
}
