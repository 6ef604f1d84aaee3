package trakt

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/trakt/traktfake"
)

func TestPlaysAreWrittenOneByOne(t *testing.T) {
	w := newWorld(t)
	own := episodeItem("88", 1, 1)
	own.Key = fmt.Sprintf("episode:%d", w.fake.Episode(w.show, 1, 1).IDs.Trakt)
	results := w.write(
		add(media.History, filmItem("6"), media.Watched(media.At(noon))),
		add(media.History, filmItem("6"), media.Watched(0)),
		add(media.History, episodeItem("88", 2, 3), media.Watched(media.At(noon))),
		add(media.History, episodeItem("88", 2, 4), media.Watched(media.At(noon))),
		add(media.History, own, media.Watched(media.At(noon))),
	)
	if got := outcomes(results); got != "accepted, accepted, accepted, accepted, accepted" {
		t.Error(got)
	}
	var got []string
	for _, p := range w.user.Plays() {
		at := "unknown"
		if !p.At.IsZero() {
			at = p.At.Format(time.RFC3339)
		}
		got = append(got, fmt.Sprintf("%s %dx%d %s", p.Title.Type, p.Title.Season, p.Title.Number, at))
	}
	want := "movie -1x-1 2026-10-05T12:00:00Z|movie -1x-1 unknown|episode 2x3 2026-10-05T12:00:00Z|episode 2x4 2026-10-05T12:00:00Z|episode 1x1 2026-10-05T12:00:00Z"
	if strings.Join(got, "|") != want {
		t.Errorf("stored %v", got)
	}
	if bodies := w.posted("/sync/history"); len(bodies) != 1 || strings.Count(bodies[0], `"shows"`) != 1 || strings.Count(bodies[0], `"ids":{"tmdb":88}`) != 1 {
		t.Errorf("posted %v", bodies)
	}
}

// TestNeverABareShow: no play of a show or season is ever sent, and nothing
// is removed by title.
func TestNeverABareShow(t *testing.T) {
	w := newWorld(t)
	w.plays(5)
	show := media.Item{Kind: media.Show, Key: "show:55", Season: -1, Number: -1}
	season := media.Item{Kind: media.Season, Key: "season:1", Season: 1, Number: -1}
	byTitle := add(media.History, episodeItem("88", 2, 1), media.Value{})
	byTitle.Action, byTitle.Old = provider.Remove, media.Watched(media.At(noon))
	part := add(media.History, media.Item{Kind: media.Part}, media.Watched(0))
	cour := part
	cour.Action, cour.PlayKey = provider.Remove, "1"
	again := add(media.History, filmItem("6"), media.Watched(0))
	again.Action = provider.Update
	got := outcomes(w.write(add(media.History, show, media.Watched(0)), add(media.History, season, media.Watched(0)), byTitle, part, cour, again))
	if got != "refused, refused, refused, refused, refused, refused" || len(w.posted("/sync/history"))+len(w.posted("/sync/history/remove")) != 0 {
		t.Error(got, w.recorder.Calls())
	}
	if len(w.user.Plays()) != 5 {
		t.Errorf("%d plays", len(w.user.Plays()))
	}
}

func TestPlaysAreRemovedByHistoryID(t *testing.T) {
	w := newWorld(t)
	first, second := w.user.Watch(w.film, noon), w.user.Watch(w.film, noon)
	remove := func(id string) provider.Change {
		return provider.Change{Action: provider.Remove, Feature: media.History, Item: filmItem("6"), PlayKey: id}
	}
	got := outcomes(w.write(remove(fmt.Sprint(first.ID)), remove("987654321")))
	if got != "accepted, already" || len(w.user.Plays()) != 1 || w.user.Plays()[0].ID != second.ID {
		t.Error(got, w.user.Plays())
	}
}

func TestNotFoundIsMappedBack(t *testing.T) {
	w := newWorld(t)
	nothing := media.Item{Kind: media.Film, Title: "No ids", Year: 2020, Season: -1, Number: -1}
	got := outcomes(w.write(
		add(media.History, filmItem("404"), media.Watched(media.At(noon))),
		add(media.History, filmItem("6"), media.Watched(media.At(noon))),
		add(media.History, episodeItem("88", 2, 99), media.Watched(media.At(noon))),
		add(media.History, episodeItem("88", 2, 1), media.Watched(media.At(noon))),
		add(media.History, episodeItem("4040", 1, 1), media.Watched(media.At(noon))),
		add(media.History, nothing, media.Watched(media.At(noon))),
	))
	if got != "refused, accepted, refused, accepted, refused, refused" || len(w.user.Plays()) != 2 {
		t.Error(got, w.user.Plays())
	}
}

// TestCountsNameNobody (R25): a count that is short confirms nothing.
func TestCountsNameNobody(t *testing.T) {
	w := newWorld(t)
	w.fake.CountLies = 1
	got := outcomes(w.write(
		add(media.Watchlist, filmItem("6"), media.Listed()),
		add(media.Watchlist, media.Item{Kind: media.Show, Key: "show:55", Season: -1, Number: -1}, media.Listed()),
	))
	if got != "unproven, unproven" {
		t.Error(got)
	}
	w.fake.AddMovie("Other", 2000, traktfake.IDs{TMDB: 7})
	w.fake.AddMovie("Third", 2001, traktfake.IDs{TMDB: 8})
	var changes []provider.Change
	for _, id := range []string{"6", "7", "8"} {
		changes = append(changes, add(media.Ratings, filmItem(id), media.Rated(60)))
	}
	if got := outcomes(w.write(changes...)); got != "unproven, unproven, unproven" {
		t.Errorf("two of three counted: %s", got)
	}
}

func TestWatchlist(t *testing.T) {
	w := newWorld(t)
	season := media.Item{Kind: media.Season, Season: 2, Number: -1, Tokens: []media.Token{media.SeasonToken(media.TVDB, "66", 2)}}
	show := media.Item{Kind: media.Show, Season: -1, Number: -1, Tokens: []media.Token{media.OwnToken(media.Show, media.IMDb, "tt0000077")}}
	changes := []provider.Change{
		add(media.Watchlist, filmItem("6"), media.Listed()), add(media.Watchlist, show, media.Listed()),
		add(media.Watchlist, season, media.Listed()), add(media.Watchlist, episodeItem("88", 1, 2), media.Listed()),
	}
	if got := outcomes(w.write(changes...)); got != "accepted, accepted, accepted, accepted" || len(w.user.Listed()) != 4 {
		t.Error(got, w.user.Listed())
	}
	if got := outcomes(w.write(changes...)); got != "already, already, already, already" {
		t.Error(got)
	}
	w.user.Unlist(w.film)
	other := filmItem("7")
	w.fake.AddMovie("Other", 2000, traktfake.IDs{TMDB: 7})
	if got := outcomes(w.write(changes[1], add(media.Watchlist, other, media.Listed()))); got != "already, accepted" {
		t.Error(got)
	}
	for i := range changes {
		changes[i].Action = provider.Remove
	}
	if got := outcomes(w.write(changes...)); got != "already, accepted, accepted, accepted" || len(w.user.Listed()) != 1 {
		t.Error(got, w.user.Listed())
	}
}

func TestRatings(t *testing.T) {
	w := newWorld(t)
	c := add(media.Ratings, filmItem("6"), media.Rated(70))
	c.At = media.At(noon)
	low := add(media.Ratings, episodeItem("88", 1, 1), media.Rated(3))
	if got := outcomes(w.write(c, low)); got != "accepted, accepted" {
		t.Error(got)
	}
	for _, e := range w.user.Rated() {
		want := map[string]int{"movie": 7, "episode": 1}[e.Title.Type]
		if e.Rating != want || e.Title.Type == "movie" && !e.At.Equal(noon) {
			t.Errorf("%+v", e)
		}
	}
	_, v := w.read(media.Ratings, "")
	for _, r := range v.Rows {
		if r.Value.N == 70 && r.At != c.At {
			t.Errorf("%+v", r)
		}
	}
	c.Action = provider.Remove
	if got := outcomes(w.write(c)); got != "accepted" || len(w.user.Rated()) != 1 {
		t.Error(got)
	}
}

// TestFullPlan (scenario 89): of ten adds seven fit; three are marked, and no
// more is asked for than it takes to find that out.
func TestFullPlan(t *testing.T) {
	for name, partial := range map[string]bool{"all or nothing": false, "what fits": true} {
		w := newWorld(t)
		w.fake.PartialLimit = partial
		w.user.WatchlistLimit = 7
		var changes []provider.Change
		for i := range 10 {
			w.fake.AddMovie("Film", 1990+i, traktfake.IDs{TMDB: 100 + i})
			changes = append(changes, add(media.Watchlist, filmItem(fmt.Sprint(100+i)), media.Listed()))
		}
		booked, full := 0, 0
		for _, r := range w.write(changes...) {
			switch {
			case r.Outcome == provider.Accepted || r.Outcome == provider.Already:
				booked++
			case r.Outcome == provider.Refused && r.Err.Kind == provider.PlanLimit:
				full++
			}
		}
		if booked != 7 || full != 3 || len(w.user.Listed()) != 7 || len(w.posted("/sync/watchlist")) > 8 {
			t.Errorf("%s: %d booked, %d full, %d stored, %d posts", name, booked, full, len(w.user.Listed()), len(w.posted("/sync/watchlist")))
		}
	}
}

// TestAFullHistoryIsNotDivided: some plays may be stored already, and a play
// that is sent twice stands twice.
func TestAFullHistoryIsNotDivided(t *testing.T) {
	w := newWorld(t)
	w.fake.PartialLimit = true
	w.user.HistoryLimit = 1
	results := w.write(add(media.History, filmItem("6"), media.Watched(media.At(noon))), add(media.History, filmItem("6"), media.Watched(0)))
	if got := outcomes(results); got != "refused, refused" || len(w.posted("/sync/history")) != 1 || len(w.user.Plays()) != 1 {
		t.Error(got, w.user.Plays())
	}
}

// TestOneBadTitleDoesNotStopTheOthers: a batch refused for its contents is
// sent in halves.
func TestOneBadTitleDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t)
	w.weather.When("picky", func(r *http.Request) bool { return r.Method == http.MethodPost }, -1,
		func(out http.ResponseWriter, r *http.Request, next http.Handler) {
			var raw json.RawMessage
			_ = json.NewDecoder(r.Body).Decode(&raw)
			if strings.Contains(string(raw), "tt0000013") {
				out.WriteHeader(http.StatusUnprocessableEntity)
				return
			}
			r.Body = http.NoBody
			out.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(out, `{"added":{"movies":%d}}`, strings.Count(string(raw), "imdb"))
		})
	var changes []provider.Change
	for i := 10; i < 18; i++ {
		it := media.Item{Kind: media.Film, Tokens: []media.Token{media.OwnToken(media.Film, media.IMDb, fmt.Sprintf("tt00000%d", i))}}
		changes = append(changes, add(media.Watchlist, it, media.Listed()))
	}
	if got := outcomes(w.write(changes...)); got != "accepted, accepted, accepted, refused, accepted, accepted, accepted, accepted" {
		t.Error(got)
	}
}

// TestLostAnswers (R26): what may have happened is unproven and sent once.
func TestLostAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		fault  fakekit.Fault
		want   provider.Outcome
		stored int
	}{
		"reset after":  {fakekit.ResetAfter(), provider.Unproven, 1},
		"reset before": {fakekit.ResetBefore(), provider.Unproven, 0},
		"502 after":    {fakekit.StatusAfter(502), provider.Unproven, 1},
		"html":         {fakekit.HTML(), provider.Unproven, 0},
		"cut":          {fakekit.Cut(30), provider.Unproven, 1},
		"empty":        {fakekit.Empty(""), provider.Unproven, 0},
		"empty object": {fakekit.Empty("{}"), provider.Unproven, 0},
		"odd forms":    {fakekit.Empty(`{"added":[],"updated":3,"not_found":[]}`), provider.Unproven, 0},
		"odder forms":  {fakekit.Empty(`{"added":{"movies":[]},"not_found":{"movies":[1,null,[]],"shows":{}}}`), provider.Unproven, 0},
		"401":          {fakekit.Status(401), provider.NotApplied, 0},
		"403":          {fakekit.Status(403), provider.NotApplied, 0},
		"423":          {fakekit.Status(423), provider.NotApplied, 0},
		"429":          {fakekit.Status(429, "Retry-After", "60"), provider.NotApplied, 0},
		"409":          {fakekit.Status(409), provider.Already, 0},
		"412":          {fakekit.Status(412), provider.NotApplied, 0},
	} {
		w := newWorld(t)
		w.weather.On(name, "POST /sync/history", -1, c.fault)
		results, err := w.account.Write(t.Context(), []provider.Change{add(media.History, filmItem("6"), media.Watched(media.At(noon)))})
		if results[0].Outcome != c.want || len(w.user.Plays()) != c.stored || len(w.posted("/sync/history")) != 1 {
			t.Errorf("%s: %s %v, stored %d, %d posts", name, results[0].Outcome, err, len(w.user.Plays()), len(w.posted("/sync/history")))
		}
		if results[0].Err != nil && results[0].Outcome != provider.Refused && err == nil && !strings.HasPrefix(name, "odd") && name != "empty object" {
			t.Errorf("%s: no error for the account", name)
		}
	}
}

func TestNoConnectionIsNotApplied(t *testing.T) {
	w := newWorld(t)
	w.env.Base.(*fakekit.Internet).Down(apiHost, true)
	results, err := w.account.Write(t.Context(), []provider.Change{add(media.History, filmItem("6"), media.Watched(0))})
	if err == nil || results[0].Outcome != provider.NotApplied || results[0].Err == nil {
		t.Error(results, err)
	}
}

// TestAnErrorBetweenAddsAndRemovals: the rest was not attempted and says why.
func TestAnErrorBetweenAddsAndRemovals(t *testing.T) {
	w := newWorld(t)
	w.user.List(w.fake.AddMovie("Other", 2000, traktfake.IDs{TMDB: 7}), noon)
	w.weather.On("down", "POST /sync/watchlist", 1, fakekit.Status(503))
	remove := add(media.Watchlist, filmItem("7"), media.Value{})
	remove.Action = provider.Remove
	results, err := w.account.Write(t.Context(), []provider.Change{add(media.Watchlist, filmItem("6"), media.Listed()), remove})
	if got := outcomes(results); got != "unproven, not applied" || err == nil || results[1].Err == nil || len(w.user.Listed()) != 1 {
		t.Error(got, err)
	}
}

func TestTooManyChanges(t *testing.T) {
	w := newWorld(t)
	results, err := w.account.Write(t.Context(), make([]provider.Change, 101))
	if len(results) != 101 || provider.AsError(err).Kind != provider.Contract {
		t.Error(err)
	}
}

func TestProgress(t *testing.T) {
	w := newWorld(t)
	fraction := func(pct float64) media.Value { return media.Position(int64(pct*media.FractionWhole/100), 0) }
	results := w.write(
		add(media.Progress, filmItem("6"), media.Position(45*60_000, 100*60_000)),
		add(media.Progress, episodeItem("88", 1, 2), fraction(12.34)),
		add(media.Progress, filmItem("6"), fraction(80)),
		add(media.Progress, filmItem("6"), fraction(0.5)),
		add(media.Progress, filmItem("404"), fraction(50)),
		add(media.Progress, media.Item{Kind: media.Show, Key: "show:55"}, fraction(50)),
	)
	if got := outcomes(results); got != "confirmed, confirmed, refused, refused, refused, refused" {
		t.Error(got)
	}
	if results[0].Key != "movie:5" || results[0].Row.Value != fraction(45) {
		t.Errorf("%+v", results[0])
	}
	if p := w.user.Paused(); len(p) != 2 || p[0].Progress != 45 || p[1].Progress != 12.34 {
		t.Errorf("%+v", p)
	}

	remove := func(it media.Item, old media.Value) provider.Change {
		return provider.Change{Action: provider.Remove, Feature: media.Progress, Item: it, Old: old}
	}
	moved := remove(episodeItem("88", 1, 2), fraction(5))
	got := outcomes(w.write(remove(filmItem("6"), fraction(45)), moved, remove(episodeItem("88", 1, 3), fraction(5))))
	if got != "confirmed, not applied, already" || len(w.user.Paused()) != 1 {
		t.Error(got, w.user.Paused())
	}
}

func TestProgressStopsAtTheFirstError(t *testing.T) {
	w := newWorld(t)
	w.weather.On("down", "POST /scrobble", -1, fakekit.StatusAfter(502))
	v := media.Position(30_000, 0)
	results, err := w.account.Write(t.Context(), []provider.Change{
		add(media.Progress, filmItem("6"), v), add(media.Progress, episodeItem("88", 1, 1), v)})
	if got := outcomes(results); got != "unproven, not applied" || err == nil || results[1].Err == nil || len(w.user.Paused()) != 1 {
		t.Error(got, err)
	}
}

// TestWatchOnlyOnce: the person's setting at the service is kept.
func TestWatchOnlyOnce(t *testing.T) {
	w := newWorld(t)
	w.user.WatchOnlyOnce = true
	w.user.Watch(w.film, noon)
	if _, err := w.account.Whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	ep := add(media.History, episodeItem("88", 1, 1), media.Watched(0))
	results := w.write(add(media.History, filmItem("6"), media.Watched(0)), ep, ep)
	if got := outcomes(results); got != "refused, accepted, refused" || len(w.user.Plays()) != 2 {
		t.Error(got)
	}
	w.weather.On("down", "GET /sync/history/", -1, fakekit.Status(403))
	results, err := w.account.Write(t.Context(), []provider.Change{add(media.History, episodeItem("88", 1, 2), media.Watched(0))})
	if got := outcomes(results); got != "not applied" || err == nil {
		t.Error(got, err)
	}
}

// TestPartsGoByTheirOwnIDs: a rating or list entry of a season or episode
// never names the show, because a service that does not look below it would
// rate, list or drop the show.
func TestPartsGoByTheirOwnIDs(t *testing.T) {
	w := newWorld(t)
	w.user.Rate(w.show, 9, noon)
	w.user.List(w.show, noon)
	season := media.Item{Kind: media.Season, Season: 2, Number: -1, Tokens: []media.Token{media.SeasonToken(media.TVDB, "66", 2)}}
	for _, f := range []media.Feature{media.Ratings, media.Watchlist} {
		v := map[media.Feature]media.Value{media.Ratings: media.Rated(50), media.Watchlist: media.Listed()}[f]
		for _, action := range []provider.Action{provider.Add, provider.Remove} {
			one, two, none := add(f, episodeItem("88", 1, 2), v), add(f, season, v), add(f, episodeItem("88", 9, 9), v)
			one.Action, two.Action, none.Action = action, action, action
			want := map[provider.Action]string{provider.Add: "accepted, accepted, refused", provider.Remove: "accepted, accepted, already"}[action]
			if got := outcomes(w.write(one, two, none)); got != want {
				t.Errorf("%s %s: %s", action, f, got)
			}
		}
	}
	if r, l := w.user.Rated(), w.user.Listed(); len(r) != 1 || r[0].Rating != 9 || len(l) != 1 {
		t.Error(r, l)
	}
	for _, path := range []string{"/sync/ratings", "/sync/ratings/remove", "/sync/watchlist", "/sync/watchlist/remove"} {
		for _, body := range w.posted(path) {
			if strings.Contains(body, `"shows"`) {
				t.Errorf("%s %s", path, body)
			}
		}
	}
}
