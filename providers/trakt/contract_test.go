package trakt

import (
	"net/url"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/fakekit/openapi"
	"watchkeeper/providers/trakt/traktfake"
)

// optionalParts are paths whose optional ends the description writes as
// mandatory.
var optionalParts = map[string]string{
	"/sync/history":   "/sync/history/movies/1",
	"/sync/ratings":   "/sync/ratings/movies/8",
	"/sync/watchlist": "/sync/watchlist/all/rank/asc",
	"/sync/playback":  "/sync/playback/movies",
}

// deviations from the description that are right.
var deviations = []openapi.Deviation{
	{Call: "*", Text: "unknown query page", Reason: "every list takes page and limit since 2026; the description lags"},
	{Call: "*", Text: "unknown query limit", Reason: "as page"},
	{Call: "POST /sync/history", Text: "status 201 is not described", Reason: "the service's documentation says 201, its description 200; any 2xx is taken"},
	{Call: "POST /sync/history", Text: "/shows/0\": input matches more than one oneOf", Reason: "the forms of a show overlap in the description"},
	{Call: "POST /scrobble/pause", Text: "input matches more than one oneOf", Reason: "the forms for film and episode overlap in the description"},
	{Call: "GET /users/settings", Text: "/browsing/", Reason: "the imitation keeps the one setting that matters"},
}

// TestContract: requests and the imitation's answers fit the service's own
// description.
func TestContract(t *testing.T) {
	c, found, err := openapi.Load("../../../shared/contracts/trakt/trakt-openapi-full.json", deviations...)
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Log("no description here; nothing to compare with")
		return
	}
	w := newWorld(t)
	w.fake.AddMovie("Other", 2000, traktfake.IDs{TMDB: 7})
	w.everything(t)
	calls := w.recorder.Calls()
	for i := range calls {
		if to, ok := optionalParts[calls[i].Path]; ok && calls[i].Method == "GET" {
			calls[i].Path = to
		}
	}
	if len(calls) < 20 {
		t.Errorf("only %d exchanges", len(calls))
	}
	for _, complaint := range c.Check(calls) {
		t.Error(complaint)
	}
	broken := calls[0]
	broken.Reply = []byte(`{"all":5}`)
	if len(c.Check([]fakekit.Call{broken})) == 0 {
		t.Error("a wrong answer passes the check")
	}
}

// everything makes every kind of request once.
func (w *world) everything(t *testing.T) {
	ctx := t.Context()
	it, ep := filmItem("6"), episodeItem("88", 1, 1)
	w.write(add(media.Watchlist, it, media.Listed()), add(media.Watchlist, ep, media.Listed()))
	rated := add(media.Ratings, it, media.Rated(80))
	rated.At = media.At(noon)
	w.write(rated, add(media.Ratings, ep, media.Rated(70)))
	w.write(add(media.Progress, it, media.Position(30_000, 0)))
	snap, err := w.account.Read(ctx, provider.ReadRequest{Wants: []provider.FeatureRequest{
		{Feature: media.Watchlist}, {Feature: media.Ratings}, {Feature: media.Progress}}})
	if err != nil {
		t.Fatal(err)
	}
	w.write(add(media.History, it, media.Watched(media.At(noon))), add(media.History, ep, media.Watched(0)), add(media.History, filmItem("404"), media.Watched(0)))
	_, v := w.read(media.History, "")
	w.write(provider.Change{Action: provider.Remove, Feature: media.History, Item: it, PlayKey: v.Rows[0].PlayKey})
	for _, f := range []media.Feature{media.Watchlist, media.Ratings} {
		c := add(f, it, media.Value{})
		c.Action = provider.Remove
		w.write(c)
	}
	w.user.Pause(w.film, 40, noon)
	w.write(provider.Change{Action: provider.Remove, Feature: media.Progress, Item: it})
	if _, err := w.account.LookUp(ctx, media.History, snap.Items); err != nil {
		t.Fatal(err)
	}
	if _, err := w.account.Find(ctx, []media.Item{it, ep}); err != nil {
		t.Fatal(err)
	}
	w.user.Play(w.film)
	if _, err := w.account.Playing(ctx); err != nil {
		t.Fatal(err)
	}
	o := newOAuth(w.env)
	p, err := o.begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.fake.Approve(p.Code, w.user)
	_, in, err := o.poll(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	w.env.Secrets = &keyring{secret: in.Secret}
	if err := signOut(ctx, w.env); err != nil {
		t.Fatal(err)
	}
	if _, err := url.Parse(o.page("state", "challenge")); err != nil {
		t.Fatal(err)
	}
}
