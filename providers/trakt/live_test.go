package trakt

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/providertest"
	"watchkeeper/providers/internal/signin"
)

// TestLive tries a real account, only with -live (see CONTRIBUTING.md).
func TestLive(t *testing.T) { providertest.Live(t, Service()) }

// TestLiveAddsAndTakesBack tries the switch itself, on the imitation: what was
// not there is added, shows, and is taken away; what was there, and what is
// somebody else's, is not touched.
func TestLiveAddsAndTakesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		given := w.fake.Mint(w.user, "test-client")
		secret, err := signin.Token{Access: given.Access, Refresh: given.Refresh, Issued: time.Now(), Expires: time.Now().Add(time.Hour)}.Secret()
		if err != nil {
			t.Fatal(err)
		}
		who, err := w.account.Whoami(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		acc := providertest.LiveAccount{Service: "trakt", UserID: who.UserID, Secret: secret.Reveal(), ClientID: "test-client", ClientSecret: "test-secret",
			Works: []string{"film/tmdb:6", "show/tmdb:88"}, Features: []string{"watchlist", "ratings", "history"}}
		if err := providertest.TryLive(t, Service(), acc, w.env); err != nil {
			t.Error(err)
		}
		if len(w.posted("/sync/watchlist")) != 2 || len(w.posted("/sync/history")) != 1 || len(w.posted("/sync/ratings")) != 2 {
			t.Error("not everything was tried")
		}
		if len(w.user.Listed())+len(w.user.Rated())+len(w.user.Plays()) != 0 {
			t.Errorf("left behind: %v %v %v", w.user.Listed(), w.user.Rated(), w.user.Plays())
		}
		before := len(w.posted("/sync/watchlist"))
		w.user.List(w.film, time.Now())
		if err := providertest.TryLive(t, Service(), acc, w.env); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Errorf("a title that was listed before: %v", err)
		}
		acc.UserID = "somebody-else"
		if err := providertest.TryLive(t, Service(), acc, w.env); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Errorf("another user: %v", err)
		}
		if len(w.posted("/sync/watchlist")) != before || len(w.user.Listed()) != 1 {
			t.Error("what was there before was touched")
		}
	})
}
