package emby

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/emby/embyfake"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/fakekit/openapi"
)

// TestRequestsAndImitationFitTheDescriptions runs a day with the adapter and
// holds every request, and every answer of the imitation, to the server's own
// API descriptions, where they are at hand.
func TestRequestsAndImitationFitTheDescriptions(t *testing.T) {
	for version, file := range map[string]string{"4.8.11.0": "4.8.11", "4.9.0.41": "4.9.0.41-beta"} {
		path := filepath.Join("..", "..", "..", "shared", "contracts", "emby", "emby-openapi-v3-"+file+".json")
		contract, found, err := openapi.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		calls := day(t, version)
		if len(calls) < 40 {
			t.Errorf("%s: only %d calls", version, len(calls))
		}
		if !found {
			t.Logf("%s: no description at hand, nothing compared", version)
			continue
		}
		contract.Base = "/base"
		for _, complaint := range contract.Check(calls) {
			t.Errorf("%s: %s", version, complaint)
		}
	}
}

// day uses everything that the adapter can do, once.
func day(t *testing.T, version string) []fakekit.Call {
	s := set(t, embyfake.Options{Version: version, Works: fakekit.SomeWorks(9)}, nil)
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
	if _, err := s.account.Find(ctx, snap.Items); err != nil {
		t.Fatal(err)
	}
	if _, err := libraries(ctx, s.env); err != nil {
		t.Fatal(err)
	}
	s.signIn(t)
	s.weather.When("no records", func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/UserData") }, -1, fakekit.Status(403))
	s.open(t)
	s.write(t, play(s.server.Find("Paper Lighthouse 4"), day1))
	if err := signOut(ctx, s.env); err != nil {
		t.Fatal(err)
	}
	return s.record.Calls()
}
