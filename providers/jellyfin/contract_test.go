package jellyfin

import (
	"path/filepath"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/fakekit/described"
	"watchkeeper/providers/internal/fakekit/openapi"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/jellyfin/jellyfinfake"
)

// descriptions are the server's own ones, by version of the imitation.
var descriptions = map[string]string{"10.10.7": "10.10.7", "10.11.11": "10.11.11", "12.0.0": "12.0.0"}

// deviations are where the server is known to differ from its descriptions.
var deviations = []openapi.Deviation{
	{Call: "GET /socket", Text: "not described", Reason: "the socket is in no description; the server's own programs listen there"},
	{Call: "POST /Users/AuthenticateByName", Text: "status 401 is not described", Reason: "a wrong password; the server's middleware turns its own error into 401"},
}

// witness keeps what all tests of this package ask and are answered.
var witness openapi.Witness

// TestMain holds every request of every test, and every answer of the
// imitation, to the server's own API descriptions, where they are at hand.
func TestMain(m *testing.M) { openapi.Main(m, judged) }

func judged(all bool) (complaints []string) {
	for version, file := range descriptions {
		contract, found, err := openapi.Load(description(file), deviations...)
		if err != nil {
			return []string{err.Error()}
		}
		if found {
			contract.CommaLists = true
		}
		complaints = append(complaints, openapi.Judge(version, contract, all, witness.Calls(version), nil)...)
	}
	return complaints
}

// TestDay does everything that the adapter can do, with every version.
func TestDay(t *testing.T) {
	for version := range descriptions {
		t.Run(version, func(t *testing.T) { day(t, version) })
	}
}

// day uses everything that the adapter can do, once.
func day(t *testing.T, version string) {
	s := set(t, jellyfinfake.Options{Version: version, Works: fakekit.SomeWorks(9)}, nil)
	s.signIn(t)
	ctx := t.Context()
	film := s.server.Find("Paper Lighthouse 1")
	s.user.Start(film)
	if _, err := s.account.Whoami(ctx); err != nil {
		t.Fatal(err)
	}
	snap := s.read(t, provider.ReadRequest{Full: true})
	s.user.Stop(film, 40)
	s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	for _, f := range media.Features {
		for _, it := range snap.Items[:4] { // films and a show with its first episode
			if s.account.caps.Feature(f).Of(it.Kind) == provider.FullUse {
				v := map[media.Feature]media.Value{media.History: media.Watched(media.At(time.Now())), media.Ratings: media.Rated(75),
					media.Watchlist: media.Listed(), media.Progress: media.Position(it.RuntimeMS/3, it.RuntimeMS)}[f]
				s.write(t, provider.Change{Action: provider.Add, Feature: f, Item: it, New: v, At: media.At(time.Now())})
				s.write(t, provider.Change{Action: provider.Remove, Feature: f, Item: it, Old: v})
			}
		}
	}
	if _, err := s.account.LookUp(ctx, media.History, snap.Items); err != nil {
		t.Fatal(err)
	}
	if _, err := libraries(ctx, s.env); err != nil {
		t.Fatal(err)
	}
	quickSignIn(t, s)
	if err := signOut(ctx, s.env); err != nil {
		t.Fatal(err)
	}
}

// TestDescribedAnswersAreRead: whatever a description allows a list to hold is
// read, and every row is shown or listed with a reason.
func TestDescribedAnswersAreRead(t *testing.T) {
	for version, file := range descriptions {
		contract, found, err := openapi.Load(description(file))
		if err != nil || !found {
			t.Log(version, "is not at hand", err)
			continue
		}
		t.Run(version, func(t *testing.T) {
			described.IsRead(t, contract, capabilities(true), []string{"/Items", "/UserViews"},
				map[string]any{"/Sessions": &[]mediabrowser.Session{}, "/System/Info/Public": &mediabrowser.PublicInfo{}, "/Users/Me": &mediabrowser.User{}})
		})
	}
}

func description(file string) string {
	return filepath.Join("..", "..", "..", "shared", "contracts", "jellyfin", "jellyfin-openapi-"+file+".json")
}
