package guard

import "watchkeeper/engine/ledger"

// wrongUser holds a view that speaks for another user or server than the one
// that was connected. No answer makes it right; signing in again does.
func wrongUser(f ViewFacts) ledger.Evidence {
	if f.Who.ServerID != "" && f.Who.ServerID != f.Party.ServerID {
		return ledger.Evidence{Code: ledger.SawOtherServer, Name: f.Party.Name}
	}
	if f.Who.UserID != "" && f.Who.UserID != f.Party.UserID {
		return ledger.Evidence{Code: ledger.SawOtherUser, Name: f.Party.Name}
	}
	return ledger.Evidence{}
}
