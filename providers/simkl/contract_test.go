package simkl

import (
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/fakekit/openapi"
)

// deviations from the description that are right.
var deviations = []openapi.Deviation{}

// notDescribed are calls that the service's own pages describe and the
// description leaves out.
var notDescribed = map[string]string{
	"POST /sync/watched": "the look-up of single titles: in the service's blueprint under Sync, not in the subset",
}

// TestContract: requests and the imitation's answers fit the service's
// description.
func TestContract(t *testing.T) {
	c, found, err := openapi.Load("../../../shared/contracts/simkl/simkl-sync-subset.openapi.json", deviations...)
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Log("no description here; nothing to compare with")
		return
	}
	w := newWorld(t)
	w.everything(t)
	var calls []fakekit.Call
	for _, call := range w.recorder.Calls() {
		if notDescribed[call.Method+" "+call.Path] == "" {
			calls = append(calls, call)
		}
	}
	if len(calls) < 25 {
		t.Errorf("only %d exchanges", len(calls))
	}
	for _, complaint := range c.Check(calls) {
		t.Error(complaint)
	}
	for _, call := range calls {
		if call.Path == "/sync/activities" {
			call.Reply = []byte(`{"all":5}`)
			if len(c.Check([]fakekit.Call{call})) == 0 {
				t.Error("a wrong answer passes the check")
			}
			return
		}
	}
}

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
