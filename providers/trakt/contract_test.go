package trakt

import (
	"net/url"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit/openapi"
	"watchkeeper/providers/trakt/traktfake"
)

// optionalParts are paths whose optional ends the description writes as
// mandatory.
var optionalParts = map[string]string{
	"/sync/history":   "/sync/history/movies/1",
	"/sync/ratings":   "/sync/ratings/movies/8",
	"/sync/watchlist": "/sync/watchlist/all/rank/asc",
	"/sync/playback":  "/sync/playback/all",
}

// deviations from the description that are right.
var deviations = []openapi.Deviation{
	{Call: "*", Text: "unknown query page", Reason: "every list takes page and limit since 2026; the description lags"},
	{Call: "*", Text: "unknown query limit", Reason: "as page"},
	{Call: "*", Text: "status 401 is not described", Reason: "a dead token; the documentation lists the statuses once for all calls"},
	{Call: "*", Text: "status 404 is not described", Reason: "as 401"},
	{Call: "*", Text: "status 420 is not described", Reason: "the limit of the account's plan; as 401"},
	{Call: "POST /sync/history", Text: "status 201 is not described", Reason: "the documentation says 201, the description 200; any 2xx is taken"},
	{Call: "GET /users/settings", Text: "/browsing", Reason: "the imitation keeps the one setting that matters"},
	{Call: "GET /oauth/authorize", Text: "answer", Reason: "a page for people that leads back with a redirect"},
	{Call: "GET /oauth/authorize", Text: "no credential", Reason: "a browser opens it"},
	{Call: "GET /oauth/authorize", Text: "unknown query code_challenge", Reason: "PKCE, as the guide of October 2026 asks for; the description is older"},
	{Call: "POST /oauth/token", Text: "unknown field /code_verifier", Reason: "as code_challenge"},
	{Call: "POST /oauth/token", Text: "property \"client_secret\" is missing", Reason: "PKCE needs no secret, and newer applications have none"},
	{Call: "POST /oauth/token", Text: "doesn't match any schema", Reason: "the two above, told of both of its forms"},
	{Call: "POST /oauth/revoke", Text: "answers are not judged", Reason: "no content is described, and none is read"},
	{Call: "GET /sync/playback/{type}", Text: "\"movie", Reason: "the description repeats the form of films; episodes come with their show, as in the samples beside it"},
	{Call: "GET /sync/playback/{type}", Text: "property \"movie\"", Reason: "as above"},
	{Call: "GET /sync/playback/{type}", Text: "unknown field []/episode", Reason: "as above"},
	{Call: "GET /sync/playback/{type}", Text: "unknown field []/show", Reason: "as above"},
	{Call: "POST /oauth/revoke", Text: "property \"client_secret\" is missing", Reason: "as for a token"},
	{Call: "POST /oauth/device/token", Text: "status 403 is not described", Reason: "the application is gone or not approved; as 401"},
	{Call: "POST /oauth/device/token", Text: "status 410 is not described", Reason: "the code has expired; in the documentation of the device flow"},
	{Call: "POST /oauth/device/token", Text: "status 418 is not described", Reason: "the person said no; in the documentation of the device flow"},
	{Call: "POST /scrobble/pause", Text: "unknown field /show", Reason: "an episode by its show and numbers; in the documentation of scrobbling"},
	{Call: "POST /scrobble/pause", Text: "unknown field /episode/", Reason: "numbers as above, and ids of imdb and tmdb, which the service takes for episodes"},
	{Call: "POST /scrobble/pause", Text: "answer: unknown field /sharing", Reason: "in the documentation of scrobbling"},
	{Call: "POST /sync/watchlist", Text: "unknown field /episodes[]/ids/", Reason: "the service takes ids of imdb and tmdb for episodes"},
	{Call: "POST /sync/ratings", Text: "unknown field /episodes[]/ids/", Reason: "as on the watchlist"},
	{Call: "POST /sync/ratings", Text: "/rated_at", Reason: "in the documentation of ratings; the description has no dates of ratings"},
	{Call: "POST /sync/history/remove", Text: "unknown field /not_found/ids", Reason: "what is removed by history id is named so; in the documentation"},
}

const description = "../../../shared/contracts/trakt/trakt-openapi-full.json"

// witness keeps what all tests of this package ask and are answered.
var witness openapi.Witness

// TestMain holds every request of every test, and every answer of the
// imitation, to the service's own description, where it is at hand.
func TestMain(m *testing.M) { openapi.Main(m, judged) }

func judged(all bool) []string {
	c, _, err := openapi.LoadAs(description, openapi.Unions, deviations...)
	if err != nil {
		return []string{err.Error()}
	}
	calls := witness.Calls("")
	for i := range calls {
		if to, ok := optionalParts[calls[i].Path]; ok && calls[i].Method == "GET" {
			calls[i].Path = to
		}
	}
	return openapi.Judge("trakt", c, all, calls, nil)
}

// TestEverything does everything that the adapter can do.
func TestEverything(t *testing.T) {
	w := newWorld(t)
	w.fake.AddMovie("Other", 2000, traktfake.IDs{TMDB: 7})
	w.everything(t)
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

// TestDescribedAnswersAreRead: whatever the description allows a list to hold
// is read, and every row is shown or listed with a reason.
func TestDescribedAnswersAreRead(t *testing.T) {
	c, found, err := openapi.LoadAs(description, openapi.Unions)
	if err != nil || !found {
		t.Log("no description at hand", err)
		return
	}
	for path, f := range map[string]media.Feature{"/sync/history/{type}/{id}": media.History, "/sync/ratings/{type}/{rating}": media.Ratings,
		"/sync/watchlist/{type}/{sort_by}/{sort_how}": media.Watchlist, "/sync/playback/{type}": media.Progress} {
		answers, err := c.Gets(path, 200, 1)
		if err != nil {
			t.Error(err)
		}
		for _, answer := range answers {
			l, v, _, err := decode(t, answer, f)
			if err != nil || len(l.rows)+len(l.skipped) != l.received {
				t.Fatalf("%s: %v, %d received, %d rows, %d skipped of %s", path, err, l.received, len(l.rows), len(l.skipped), answer)
			}
			listed, odd := map[string]bool{}, len(l.skipped)
			for _, r := range v.Rows {
				listed[r.Key] = true
			}
			for _, r := range l.rows {
				if row, err := r.shown(f); err != nil {
					odd++
				} else if !listed[row.Key] {
					t.Errorf("%s: %+v is lost", path, r)
				}
			}
			if odd != len(v.Skipped) {
				t.Errorf("%s: %d rows are odd, %d skipped of %s", path, odd, len(v.Skipped), answer)
			}
		}
	}
}
