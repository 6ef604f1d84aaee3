package guard

import "watchkeeper/engine/ledger"

// futureTimes holds a view with ten or more rows dated ahead of now.
func futureTimes(f ViewFacts) ledger.Evidence {
	if f.FutureTimes < 10 {
		return ledger.Evidence{}
	}
	return ledger.Evidence{Code: ledger.SawFuture, N: f.FutureTimes}
}
