package simkl

import (
	"encoding/json"
	"strings"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit/openapi"
)

// deviations from the description that are right.
var deviations = []openapi.Deviation{
	{Call: "POST /sync/watched", Text: "not described", Reason: "the look-up of single titles: in the service's blueprint under Sync, not in the subset"},
	{Call: "GET /oauth2/authorize", Text: "not described", Reason: "a page for people, on the service's own site"},
	{Call: "POST /oauth2/device", Text: "unknown field /error_description", Reason: "the form of errors in RFC 6749; the subset has it, and refers to another"},
	{Call: "POST /oauth2/token", Text: "unknown field /error_description", Reason: "as for a code"},
	{Call: "POST /oauth2/token", Text: "status 412 is not described", Reason: "no program id: the service's pages say it of every call"},
	{Call: "POST /oauth2/revoke", Text: "answers are not judged", Reason: "no content is described, and none is read"},
	{Call: "POST /sync/add-to-list", Text: "/type", Reason: "what the service made of it; its pages show it, the subset does not"},
}

const description = "../../../shared/contracts/simkl/simkl-sync-subset.openapi.json"

// witness keeps what all tests of this package ask and are answered.
var witness openapi.Witness

// TestMain holds every request of every test, and every answer of the
// imitation, to the service's description, where it is at hand.
func TestMain(m *testing.M) { openapi.Main(m, judged) }

func judged(all bool) []string {
	c, _, err := openapi.Load(description, deviations...)
	if err != nil {
		return []string{err.Error()}
	}
	return openapi.Judge("simkl", c, all, witness.Calls(""), nil)
}

// TestEverything does everything that the adapter can do.
func TestEverything(t *testing.T) { newWorld(t).everything(t) }

// everything makes every kind of request once.
func (w *world) everything(t *testing.T) {
	ctx := t.Context()
	it, ep := filmItem("6"), episodeItem("66", 1, 1)
	dated := add(media.Ratings, it, media.Rated(80))
	dated.At = media.At(noon)
	w.write(add(media.Watchlist, it, media.Listed()), add(media.Watchlist, showItem("66"), media.Listed()), add(media.Watchlist, showItem("404"), media.Listed()))
	w.write(take(media.Watchlist, it))
	w.write(dated, add(media.Ratings, showItem("404"), media.Rated(10)))
	w.write(take(media.Ratings, it))
	w.write(add(media.Progress, ep, media.Position(30_000, 0)), add(media.Progress, episodeItem("700", 2, 2), media.Position(30_000, 0)))
	snap, err := w.account.Read(ctx, provider.ReadRequest{Wants: []provider.FeatureRequest{
		{Feature: media.Watchlist}, {Feature: media.Ratings}, {Feature: media.Progress}, {Feature: media.History}}})
	if err != nil {
		t.Fatal(err)
	}
	w.write(add(media.History, it, media.Watched(media.At(noon))), add(media.History, ep, media.Watched(0)),
		add(media.History, episodeItem("700", 2, 1), media.Watched(0)), add(media.History, filmItem("404"), media.Watched(0)))
	if _, err := w.account.LookUp(ctx, media.History, []media.Item{it, ep}); err != nil {
		t.Fatal(err)
	}
	w.read(media.History, "")
	w.user.Remove(w.film)
	w.read(media.History, "")
	w.write(take(media.History, it), take(media.History, ep))
	for _, v := range snap.Views {
		if v.Feature == media.Progress && len(v.Rows) != 2 {
			t.Errorf("%+v", v)
		}
	}
	w.write(take(media.Progress, ep))
	w.fake.MaxItems = 1
	if _, err := w.account.Read(ctx, provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: media.Ratings}}}); err != nil {
		t.Fatal(err)
	}
	w.fake.MaxItems = 0
	w.open()
	if _, err := w.account.LookUp(ctx, media.Watchlist, []media.Item{it, showItem("66")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.account.Whoami(ctx); err != nil {
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
}

// TestDescribedAnswersAreRead: whatever the description allows a library to
// hold is read, and every title is shown or listed with a reason.
func TestDescribedAnswersAreRead(t *testing.T) {
	c, found, err := openapi.Load(description)
	if err != nil || !found {
		t.Log("no description at hand", err)
		return
	}
	answers, err := c.Gets("/sync/all-items", 300, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, answer := range answers {
		for _, f := range []media.Feature{media.History, media.Ratings, media.Watchlist} {
			h, v, _, err := shown(answer, f)
			if err != nil {
				t.Fatalf("%v in %s", err, answer)
			}
			said, titled := map[string]bool{}, map[string]bool{}
			for _, r := range v.Rows {
				whole, _, _ := strings.Cut(r.Key, "@")
				said[whole] = true
			}
			for _, s := range v.Skipped {
				said[s.Key], titled[s.Title] = true, true
			}
			for k, r := range h.records {
				value := f == media.Ratings && r.Rating != "" && r.Rating.Float() != 0 || f == media.Watchlist && r.Status == "plantowatch" ||
					f == media.History && strings.HasPrefix(k, "show:") && len(r.Seasons) > 0 && len(r.Seasons[0].Episodes) > 0
				if value && !said[k] && !titled[string(r.about().Title)] {
					t.Errorf("%s of %s is lost: %+v", f, k, r)
				}
			}
		}
	}
	for _, path := range []string{"/sync/playback", "/sync/activities"} {
		answers, err := c.Gets(path, 200, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, answer := range answers {
			var list []json.RawMessage
			var acts activities
			if path == "/sync/activities" && json.Unmarshal(answer, &acts) != nil || path != "/sync/activities" && json.Unmarshal(answer, &list) != nil {
				t.Errorf("%s: %s", path, answer)
			}
		}
	}
}
