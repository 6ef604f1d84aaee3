package engine

import (
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// R3, R9: a view that a guard stopped was not read: what the service may have
// done because of it waits in the other views of the same account, and of no
// other.
func TestHeldViewsAreUnread(t *testing.T) {
	r := &round{}
	for id := range ledger.AccountID(2) {
		s := &sight{account: ledger.Account{ID: id + 1}}
		for _, f := range []media.Feature{media.History, media.Watchlist} {
			s.views[f] = &glance{trusted: true}
			s.views[f].reading.Feature = f
		}
		if err := r.effects(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		r.sights = append(r.sights, s)
	}
	held := r.sights[0].views[media.History]
	held.trusted, held.verdict.Silent = false, ledger.GuardFutureTimes
	if err := r.withoutHeld(t.Context(), []ledger.Hold{{Guard: ledger.GuardFutureTimes, Target: 1, Feature: media.History}}); err != nil {
		t.Fatal(err)
	}
	for i, unread := range []bool{true, false} {
		if got := r.sights[i].views[media.Watchlist].known.Unread[media.History]; got != unread {
			t.Errorf("account %d: the log is unread: %v", i+1, got)
		}
	}
}
