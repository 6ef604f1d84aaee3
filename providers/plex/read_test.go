package plex

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/plex/plexfake"
)

func TestCapabilitiesAreThoseOfTheImaginedService(t *testing.T) {
	if got, want := capabilities(), providertest.PlexLike().Caps; got != want {
		t.Errorf("%+v\n%+v", got, want)
	}
}

// TestTwoSourcesOfPlays: rows and flag stand side by side; marking by hand
// makes no row, un-marking takes none away, and other people's rows are not
// ours, even from a server that does not heed the number.
func TestTwoSourcesOfPlays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 6)
		guest := s.cloud.AddUser("pip")
		s.server.Share(guest)
		watched, marked, undone := s.server.Find("Paper Lighthouse 1"), s.server.Find("Paper Lighthouse 2"), s.server.Find("Paper Lighthouse 4")
		first, again := time.Now().Add(-48*time.Hour).Truncate(time.Second), time.Now().Add(-time.Hour).Truncate(time.Second)
		s.at().Watch(watched, first)
		s.at().Watch(watched, again)
		guest.At(s.server).Watch(watched, again.Add(time.Minute))
		guest.At(s.server).Watch(marked, again)
		s.at().Mark(marked)
		s.at().Watch(undone, first)
		s.at().Unmark(undone)
		s.weather.When("number ignored", func(r *http.Request) bool { return r.URL.Path == historyPath }, -1,
			func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				q := r.URL.Query()
				q.Del("accountID")
				r.URL.RawQuery = q.Encode()
				next.ServeHTTP(w, r)
			})
		snap := s.read(t, provider.ReadRequest{Full: true})
		if rows := rowsOf(snap, media.History, watched); len(rows) != 3 || flagOf(rows).Count != 2 || flagOf(rows).Value != media.Watched(media.At(again)) ||
			!slices.Equal(dates(rows), []media.Moment{media.At(first), media.At(again)}) {
			t.Errorf("%+v", rows)
		}
		if rows := rowsOf(snap, media.History, marked); len(rows) != 1 || !rows[0].Value.Set {
			t.Errorf("%+v", rows)
		}
		if rows := rowsOf(snap, media.History, undone); len(rows) != 2 || flagOf(rows).Value.Set || len(dates(rows)) != 1 {
			t.Errorf("%+v", rows)
		}
		v := viewOf(snap, media.History)
		if v.Evidence.Announced != v.Evidence.Received {
			t.Errorf("%+v", v.Evidence)
		}
	})
}

func flagOf(rows []provider.Row) provider.Row {
	for _, row := range rows {
		if row.PlayKey == "" {
			return row
		}
	}
	return provider.Row{}
}

// dates are those of the rows of plays, oldest first.
func dates(rows []provider.Row) (out []media.Moment) {
	for _, row := range rows {
		if row.PlayKey != "" {
			out = append(out, row.Value.PlayedAt())
		}
	}
	slices.Sort(out)
	return out
}

// TestWatchingAgainMovesNoDate: while a film is watched again the server moves
// its date, and the flag keeps that of the last finished play.
func TestWatchingAgainMovesNoDate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 2)
		film, marked := s.server.Find("Paper Lighthouse 1"), s.server.Find("Paper Lighthouse 2")
		first := time.Now().Add(-48 * time.Hour).Truncate(time.Second)
		s.at().Watch(film, first)
		s.at().Mark(marked)
		for _, key := range []string{film, marked} {
			s.at().Pause(key, 600_000, time.Now())
		}
		snap := s.read(t, provider.ReadRequest{Full: true})
		if row := flagOf(rowsOf(snap, media.History, film)); row.Value != media.Watched(media.At(first)) {
			t.Errorf("%+v", row)
		}
		if row := flagOf(rowsOf(snap, media.History, marked)); row.Value != media.Watched(0) {
			t.Errorf("%+v", row)
		}
		if rows := rowsOf(snap, media.Progress, film); len(rows) != 1 || rows[0].Value.N != 600_000 {
			t.Errorf("%+v", rows)
		}
		a, err := s.account.LookUp(t.Context(), media.History, []media.Item{itemOf(t, snap, film)})
		if err != nil || flagOf(a[0].Rows).Value != media.Watched(media.At(first)) {
			t.Errorf("%+v %v", a, err)
		}
	})
}

// TestPlaysOfWhatIsGone are told, not lost in silence; left-out libraries are
// no news.
func TestPlaysOfWhatIsGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 3)
		film := s.server.Find("Paper Lighthouse 1")
		s.at().Watch(film, time.Now())
		s.server.Remove(film)
		v := viewOf(s.read(t, provider.ReadRequest{Full: true}), media.History)
		if len(v.Skipped) != 1 || v.Skipped[0].Title != "Paper Lighthouse 1" {
			t.Errorf("%+v", v.Skipped)
		}
		s.env.LeftOut = []string{"1"}
		s.open(t)
		left := viewOf(s.read(t, provider.ReadRequest{Full: true}), media.History)
		if len(left.Skipped) != 0 || len(left.Rows) == 0 || left.Evidence.Scope == v.Evidence.Scope {
			t.Errorf("%+v", left)
		}
	})
}

// TestOneFilmInTwoLibraries is two items with the same ids and states of their
// own.
func TestOneFilmInTwoLibraries(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 1)
		film := s.server.Find("Paper Lighthouse 1")
		twin := s.server.Copy(film)
		s.at().Mark(film)
		snap := s.read(t, provider.ReadRequest{Full: true})
		a, b := itemOf(t, snap, film), itemOf(t, snap, twin)
		if tokensText(a) != tokensText(b) || !flagOf(rowsOf(snap, media.History, film)).Value.Set || flagOf(rowsOf(snap, media.History, twin)).Value.Set {
			t.Errorf("%+v %+v", a, b)
		}
	})
}

// TestShortLooks list what was viewed, rated and played since, and fall back to
// everything when there is more news than one page shows.
func TestShortLooks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, full := shelved(t, 300)
		s.record.Reset()
		film, episode := s.server.Find("Paper Lighthouse 1"), s.server.Find("Harbour 3 part 2")
		now := time.Now().Add(time.Minute).Truncate(time.Second)
		s.at().Watch(film, now)
		s.at().Rate(episode, 7, now)
		short := s.read(t, provider.ReadRequest{Wants: wantsFrom(full)})
		v := viewOf(short, media.History)
		if v.Coverage != provider.Changes || len(v.Rows) > 200 || s.record.Count("GET *") > 14 {
			t.Errorf("coverage %d, %d rows, %d requests", v.Coverage, len(v.Rows), s.record.Count("GET *"))
		}
		if rows := rowsOf(short, media.History, film); len(rows) != 2 {
			t.Errorf("%+v", rows)
		}
		if rows := rowsOf(short, media.Ratings, episode); len(rows) != 1 || rows[0].Value != media.Rated(70) {
			t.Errorf("%+v", rows)
		}
		if it := itemOf(t, short, episode); !strings.Contains(tokensText(it), "@1x2") {
			t.Errorf("%s", tokensText(it))
		}
		for n := range 60 {
			if n%3 != 2 {
				s.at().Watch(s.server.Find(fmt.Sprintf("Paper Lighthouse %d", n+1)), now.Add(time.Duration(n)*time.Minute))
			}
		}
		for n := range 100 {
			if key := s.server.Find(fmt.Sprintf("Paper Lighthouse %d", n+101)); key != "" {
				s.at().Watch(key, now.Add(time.Duration(n)*time.Minute))
			}
		}
		if v := viewOf(s.read(t, provider.ReadRequest{Wants: wantsFrom(short)}), media.History); v.Coverage != provider.Catalogue {
			t.Errorf("coverage %d", v.Coverage)
		}
	})
}

// TestOneServiceDownIsNotBoth: plex.tv and server fail apart.
func TestOneServiceDownIsNotBoth(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 3)
		s.cloudWeather.On("down", "*", -1, fakekit.Status(503))
		snap, err := s.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: media.History}, {Feature: media.Watchlist}}})
		if err != nil || snap.Views[0].Err != nil || snap.Views[1].Err == nil || snap.Views[1].Err.Kind != provider.Transient {
			t.Errorf("%+v %v", snap.Views, err)
		}
		s.cloudWeather.Clear()
		s.internet.Down("plex.test", true)
		snap, err = s.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: media.Ratings}, {Feature: media.Watchlist}}})
		if err != nil || snap.Views[1].Err != nil || snap.Views[0].Err == nil || snap.Views[0].Err.Kind != provider.Transient {
			t.Errorf("%+v %v", snap.Views, err)
		}
	})
}

// TestWatchlistPages: ids come a few at a time and are kept; a title whose page
// is gone keeps its Plex id; where lists of keys are refused they come singly.
func TestWatchlistPages(t *testing.T) {
	for _, single := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			s := set(t, nil)
			s.cloud.Set(plexfake.SingleKeys, single)
			for n := range 250 {
				key := fmt.Sprintf("5f00aa11bb22cc33dd44%04x", n)
				s.cloud.Know(plexfake.Entry{Kind: "movie", Title: fmt.Sprint("Film ", n), Year: 2000, Plex: key, IDs: map[string]string{"imdb": fmt.Sprintf("tt9%07d", n)}})
				s.user.List(key, time.Now().Add(time.Duration(n)*time.Second))
			}
			const gone = "5f00aa11bb22cc33dd4400f9" // the newest
			s.cloud.Hide(gone)
			s.signIn(t)
			want := provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: media.Watchlist}}}
			snap := s.read(t, want)
			if v := viewOf(snap, media.Watchlist); len(v.Rows) != 250 || v.Evidence.Announced != 250 {
				t.Fatalf("%d rows, %+v", len(v.Rows), v.Evidence)
			}
			if got := tokensText(itemOf(t, snap, gone)); got != "film/plex:"+gone {
				t.Errorf("%s", got)
			}
			if n := s.tally.Count("GET /library/metadata/"); n > mostLookUps {
				t.Errorf("%d look-ups in one read", n)
			}
			for range 12 {
				s.read(t, want)
			}
			s.open(t) // what was learned outlives the program
			s.tally.Reset()
			snap = s.read(t, want)
			named := 0
			for _, it := range snap.Items {
				if strings.Contains(tokensText(it), "imdb") {
					named++
				}
			}
			if named != 249 || s.tally.Count("GET /library/metadata/") > 0 {
				t.Errorf("single %v: %d named, %d look-ups", single, named, s.tally.Count("GET /library/metadata/"))
			}
		})
	}
}

// TestAn404IsNoEmptyWatchlist unless the list in another order says so.
func TestAn404IsNoEmptyWatchlist(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 1)
		s.cloud.Set(plexfake.EmptyIs404, true)
		want := provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: media.Watchlist}}}
		if v := viewOf(s.read(t, want), media.Watchlist); len(v.Rows) != 0 || v.Evidence.Announced != 0 {
			t.Errorf("%+v", v)
		}
		s.cloudWeather.On("moved", "GET "+watchlistPath, -1, fakekit.Status(404))
		snap, err := s.account.Read(t.Context(), want)
		if err != nil || snap.Views[0].Err == nil || snap.Views[0].Err.Kind != provider.Transient {
			t.Errorf("%+v %v", snap, err)
		}
	})
}

// TestNobodyIsSignedOutByAnotherOnesTrouble: a 401 of the server in passing is
// tried again, a renewed share brings another token, a dead account is told.
func TestTokensOfTheServer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 1)
		s.weather.On("in passing", "GET /library", 1, fakekit.Status(401))
		s.read(t, provider.ReadRequest{Full: true})
		s.server.RenewTokens()
		before := s.env.Secrets.(*vault).secret
		s.read(t, provider.ReadRequest{Full: true})
		if after := s.env.Secrets.(*vault).secret; after == before {
			t.Error("the new token is not kept")
		}
		s.user.Revoke()
		s.server.RenewTokens()
		snap, err := s.account.Read(t.Context(), provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: media.History}}})
		if err != nil || snap.Views[0].Err == nil || snap.Views[0].Err.Kind != provider.Auth {
			t.Errorf("%+v %v", snap.Views, err)
		}
		if _, err := s.account.Whoami(t.Context()); provider.AsError(err).Kind != provider.Auth {
			t.Error(err)
		}
	})
}

// TestAServerThatMoved is found again through plex.tv; another one at its
// address is never taken for it.
func TestAServerThatMoved(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 2)
		s.internet.Down("plex.test", true)
		s.internet.Host("10-0-0-7.abc.plex.direct", s.weather)
		s.server.Reach(plexfake.Way{URI: "https://10-0-0-7.abc.plex.direct:32400", Address: "10.0.0.7", Port: 32400, Local: true})
		if v := viewOf(s.read(t, provider.ReadRequest{Full: true}), media.History); len(v.Rows) != 2 {
			t.Errorf("%+v", v)
		}
		other := s.cloud.AddServer("Cellar", s.owner)
		s.internet.Down("10-0-0-7.abc.plex.direct", true)
		s.internet.Down("plex.test", false)
		s.internet.Host("plex.test", http.StripPrefix("/base", other))
		s.open(t)
		if _, err := s.account.Whoami(t.Context()); provider.AsError(err).Kind != provider.WrongUser {
			t.Error(err)
		}
	})
}

// TestPlexCopyingMarksByItself is noticed and said.
func TestPlexCopyingMarksByItself(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		if len(snap.Notices) != 0 {
			t.Errorf("%q", snap.Notices)
		}
		s.cloud.Set(plexfake.Mirrors, true)
		time.Sleep(pingEvery)
		if snap = s.read(t, provider.ReadRequest{}); !slices.Equal(snap.Notices, []string{mirrorNotice}) {
			t.Errorf("%q", snap.Notices)
		}
		if n := s.tally.Count("GET /api/v2/ping"); n != 2 {
			t.Errorf("%d pings in a day", n)
		}
	})
}

// TestNudges: stopping and marking ask for a look; the end of the stream is
// told.
func TestNudges(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 1)
		film := s.server.Find("Paper Lighthouse 1")
		nudged, done := make(chan bool, 10), make(chan error, 1)
		ready := make(chan bool)
		go func() {
			done <- s.account.Nudges(t.Context(), func() { close(ready) }, func() { nudged <- true })
		}()
		<-ready
		s.at().Mark(film)
		<-nudged
		s.at().Start(film)
		if keys, err := s.account.Playing(t.Context()); err != nil || !slices.Equal(keys, []string{film}) {
			t.Error(keys, err)
		}
		s.at().Stop()
		<-nudged
		s.server.HangUp()
		if err := <-done; provider.AsError(err).Kind != provider.Transient {
			t.Error(err)
		}
	})
}

// TestWhatWasHeardOfIsLookedFor: an item that changed may have lost its mark,
// which no date tells; a read that fails leaves that to the next.
func TestWhatWasHeardOfIsLookedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 2)
		next := provider.ReadRequest{Wants: wantsFrom(snap)}
		s.account.heardOf(true)
		s.weather.On("down", "GET /library/sections", -1, fakekit.Status(503))
		if snap, err := s.account.Read(t.Context(), next); err == nil && snap.Views[0].Err == nil {
			t.Fatal("a server that is down was read")
		}
		s.weather.Clear()
		for _, want := range []provider.Coverage{provider.Catalogue, provider.Changes} {
			if snap := s.read(t, next); snap.Views[0].Coverage != want {
				t.Errorf("%v, want %v", snap.Views[0].Coverage, want)
			}
		}
	})
}

func TestWhatIsWorthALook(t *testing.T) {
	for data, want := range map[string][2]bool{
		`{"PlaySessionStateNotification":{"state":"playing"}}`:                                             {},
		`{"PlaySessionStateNotification":{"state":"stopped"}}`:                                             {true, false},
		`{"NotificationContainer":{"type":"playing","PlaySessionStateNotification":[{"state":"paused"}]}}`: {true, false},
		`{"NotificationContainer":{"TimelineEntry":[{"state":0},{"state":"5"}]}}`:                          {true, true},
		`{"TimelineEntry":{"state":3}}`:                                                                    {},
		`{"TimelineEntry":{"state":9}}`:                                                                    {true, true},
		`{}`:                                                                                               {}, `[]`: {}, `x`: {}, ``: {},
	} {
		if look, full := worthALook([]byte(data)); look != want[0] || full != want[1] {
			t.Errorf("%s: look %v, all of it %v", data, look, full)
		}
	}
}

// TestLeftOutLibrariesAreNotLookedUp nor written to, whatever key is known.
func TestLeftOutLibrariesAreNotLookedUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, snap := shelved(t, 1)
		film := itemOf(t, snap, s.server.Find("Paper Lighthouse 1"))
		s.env.LeftOut = []string{"1"}
		s.open(t)
		a, err := s.account.LookUp(t.Context(), media.History, []media.Item{film})
		if err != nil || a[0].Held {
			t.Errorf("%+v %v", a, err)
		}
		res := s.write(t, provider.Change{Action: provider.Add, Feature: media.History, Item: film, New: media.Watched(0)})
		if res.Outcome != provider.Refused || s.sent() != 0 {
			t.Errorf("%+v", res)
		}
		found, err := s.account.Find(t.Context(), []media.Item{film})
		if err != nil || found[0] == nil || found[0].Key != title(film) {
			t.Errorf("%+v %v", found, err)
		}
	})
}

// TestTroubleWithPlaysIsOnlyTheirs: ratings and positions are read all the
// same, and a guest who may not see rows has flags.
func TestTroubleWithPlaysIsOnlyTheirs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := shelved(t, 2)
		film := s.server.Find("Paper Lighthouse 1")
		s.at().Mark(film)
		want := provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: media.History}, {Feature: media.Ratings}}}
		s.weather.On("no history", "GET "+historyPath, -1, fakekit.Status(500))
		snap, err := s.account.Read(t.Context(), want)
		if err != nil || snap.Views[0].Err == nil || snap.Views[1].Err != nil || len(snap.Views[1].Rows) != 2 {
			t.Errorf("%+v %v", snap.Views, err)
		}
		s.weather.Clear()
		s.weather.On("forbidden", "GET "+historyPath, -1, fakekit.Status(403))
		if snap, _ = s.account.Read(t.Context(), want); snap.Views[0].Err == nil {
			t.Error("the owner may always see them")
		}
		k := keptOf(t, s)
		k.Owned = false
		_ = s.env.Secrets.Save(t.Context(), k.secret())
		s.open(t)
		if snap, _ = s.account.Read(t.Context(), want); snap.Views[0].Err != nil || !flagOf(rowsOf(snap, media.History, film)).Value.Set {
			t.Errorf("%+v", snap.Views)
		}
	})
}
