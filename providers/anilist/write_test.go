package anilist

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/fakekit"
)

func (w *world) entry(m *anilistfake.Media) anilistfake.Entry {
	e, _ := w.user.Entry(m)
	return e
}

// TestListNeverOverwritten: a plan is added only where there is no entry.
func TestListNeverOverwritten(t *testing.T) {
	for _, status := range []string{current, completed, paused, dropped, repeating} {
		w := newWorld(t)
		m := w.part(101, 12)
		before := w.user.Edit(m, func(e *anilistfake.Entry) { e.Status = status })
		res := w.write(add(media.Watchlist, partItem("101"), media.Listed()))
		w.want(res[0], provider.Refused)
		if w.entry(m).Status != before.Status || len(w.sent()) > 0 {
			t.Errorf("%s became %s", status, w.entry(m).Status)
		}
		w.want(w.write(remove(media.Watchlist, partItem("101")))[0], provider.Already)
	}
}

// TestPlanRemovedOnlyUntouched: anything else in the entry would be lost with it.
func TestPlanRemovedOnlyUntouched(t *testing.T) {
	for name, touch := range map[string]func(*anilistfake.Entry){
		"nothing":      func(*anilistfake.Entry) {},
		"a score":      func(e *anilistfake.Entry) { e.Score = 40 },
		"progress":     func(e *anilistfake.Entry) { e.Progress = 1 },
		"notes":        func(e *anilistfake.Entry) { e.Notes = "with Ada" },
		"a custom one": func(e *anilistfake.Entry) { e.Custom = []string{"Winter"} },
		"a date":       func(e *anilistfake.Entry) { e.Started.Year = 2020 },
		"a repeat":     func(e *anilistfake.Entry) { e.Repeat = 1 },
	} {
		w := newWorld(t)
		m := w.part(101, 12)
		w.user.Edit(m, func(e *anilistfake.Entry) { e.Status = planning; touch(e) })
		res := w.write(remove(media.Watchlist, partItem("101")))
		_, left := w.user.Entry(m)
		if removed := name == "nothing"; left == removed || removed && res[0].Outcome != provider.Accepted || !removed && res[0].Outcome != provider.Refused {
			t.Errorf("%s: %s, entry left: %v", name, res[0].Outcome, left)
		}
	}
}

// TestLongestPrefix: a count has no holes, is never lowered and says its
// status and days.
func TestLongestPrefix(t *testing.T) {
	day := media.At(time.Date(2024, 3, 9, 23, 30, 0, 0, time.UTC))
	for _, c := range []struct {
		name     string
		was      *anilistfake.Entry
		watch    []int
		progress int
		status   string
		refused  int
	}{
		{"from nothing", nil, []int{1, 2}, 2, current, 0},
		{"a hole", nil, []int{1, 3}, 1, current, 1},
		{"no beginning", nil, []int{2, 3}, 0, "", 2},
		{"out of order", nil, []int{3, 1, 2}, 3, current, 0},
		{"all", nil, []int{1, 2, 3, 4}, 4, completed, 0},
		{"more than there are", nil, []int{1, 2, 3, 4, 5}, 4, completed, 1},
		{"planned", &anilistfake.Entry{Status: planning}, []int{1}, 1, current, 0},
		{"never lower", &anilistfake.Entry{Status: current, Progress: 3}, []int{1}, 3, current, 0},
		{"completed stays", &anilistfake.Entry{Status: completed, Progress: 4}, []int{1}, 4, completed, 0},
		{"again is the person's", &anilistfake.Entry{Status: repeating, Progress: 1}, []int{2}, 1, repeating, 0},
		{"dropped, older play", &anilistfake.Entry{Status: dropped, Progress: 1}, []int{2}, 2, dropped, 0},
	} {
		w := newWorld(t)
		m := w.part(101, 4)
		if c.was != nil {
			w.user.Edit(m, func(e *anilistfake.Entry) { e.Status, e.Progress = c.was.Status, c.was.Progress })
		}
		var changes []provider.Change
		for _, n := range c.watch {
			changes = append(changes, add(media.History, episodeItem("101", n), media.Watched(day)))
		}
		refused := 0
		for _, r := range w.write(changes...) {
			if r.Outcome == provider.Refused {
				refused++
			}
		}
		if e := w.entry(m); e.Progress != c.progress || e.Status != c.status || refused != c.refused {
			t.Errorf("%s: %d %s with %d refused, want %d %s with %d", c.name, e.Progress, e.Status, refused, c.progress, c.status, c.refused)
		}
	}
}

// TestDroppedComesBack: a play newer than the entry moves it forward.
func TestDroppedComesBack(t *testing.T) {
	w := newWorld(t)
	m := w.part(101, 4)
	w.user.Edit(m, func(e *anilistfake.Entry) { e.Status, e.Progress = dropped, 1 })
	later := media.At(time.Now().Add(time.Minute))
	w.want(w.write(add(media.History, episodeItem("101", 2), media.Watched(later)))[0], provider.Confirmed)
	if e := w.entry(m); e.Status != current || e.Progress != 2 {
		t.Errorf("%+v", e)
	}
}

// TestDaysAreTheCalendarOfThePerson: and none is sent that nobody told.
func TestDaysAreTheCalendarOfThePerson(t *testing.T) {
	w := newWorld(t)
	w.user.Zone = "+09:00"
	m := w.part(101, 2)
	late := media.At(time.Date(2024, 3, 9, 23, 30, 0, 0, time.UTC))
	w.write(add(media.History, episodeItem("101", 1), media.Watched(late)))
	if e := w.entry(m); e.Started != (anilistfake.Date{Year: 2024, Month: 3, Day: 10}) {
		t.Errorf("began %+v", e.Started)
	}
	w.write(add(media.History, episodeItem("101", 2), media.Watched(0)))
	if e := w.entry(m); e.Status != completed || e.Completed != (anilistfake.Date{}) || e.Started.Day != 10 {
		t.Errorf("%+v", e)
	}
	for _, vars := range w.sent() {
		for name, v := range vars {
			if v == nil {
				t.Errorf("%s is sent as null, which clears it", name)
			}
		}
	}
}

// TestAiringIsNotCompleted: the last episode so far is not the last.
func TestAiringIsNotCompleted(t *testing.T) {
	for _, m := range []anilistfake.Media{{ID: 101, Status: "RELEASING", Episodes: 1}, {ID: 101, Status: "FINISHED"}} {
		w := newWorld(t)
		known := w.fake.AddMedia(m)
		w.want(w.write(add(media.History, episodeItem("101", 1), media.Watched(0)))[0], provider.Confirmed)
		if e := w.entry(known); e.Status != current || e.Progress != 1 {
			t.Errorf("%+v", e)
		}
	}
}

// TestScoreKeepsTheRest: a score touches no list, and clearing keeps the entry.
func TestScoreKeepsTheRest(t *testing.T) {
	w := newWorld(t)
	m, fresh := w.part(101, 12), w.part(102, 12)
	w.user.Edit(m, func(e *anilistfake.Entry) { e.Status, e.Notes = planning, "with Ada" })
	w.want(w.write(add(media.Ratings, partItem("101"), media.Rated(73)))[0], provider.Confirmed)
	if e := w.entry(m); e.Score != 73 || e.Status != planning || e.Notes == "" {
		t.Errorf("%+v", e)
	}
	w.want(w.write(remove(media.Ratings, partItem("101")))[0], provider.Confirmed)
	if e := w.entry(m); e.Score != 0 || e.Status != planning || e.Notes == "" {
		t.Errorf("%+v", e)
	}
	w.write(add(media.Ratings, partItem("102"), media.Rated(50)))
	v, _ := w.view(media.Watchlist, "")
	if e := w.entry(fresh); e.Status != current || e.Progress != 0 || len(v.Rows) != 1 {
		t.Errorf("a score listed the title: %+v, %+v", e, v.Rows)
	}
}

// TestRoundedScore: a format that rounds is no contradiction; another score is.
func TestRoundedScore(t *testing.T) {
	w := newWorld(t)
	w.part(101, 12)
	w.user.Format, w.fake.Rounds = "POINT_5", true
	res := w.write(add(media.Ratings, partItem("101"), media.Rated(73)))[0]
	w.want(res, provider.Confirmed)
	if res.Row == nil || res.Row.Value == media.Rated(73) {
		t.Errorf("the row shows %+v, not what is kept", res.Row)
	}
	w.user.Format, w.fake.Rounds = "POINT_100", false
	if _, err := w.account.Whoami(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.weather.When("other score", isWrite, 1, fakekit.Changed(func(_ http.Header, b []byte) []byte {
		return []byte(strings.Replace(string(b), `"score":61`, `"score":68`, 1))
	}))
	w.want(w.write(add(media.Ratings, partItem("101"), media.Rated(61)))[0], provider.Accepted)
}

// TestDeafServiceProvesNothing: an answer of 200 without an effect is no proof.
func TestDeafServiceProvesNothing(t *testing.T) {
	w := newWorld(t)
	m := w.part(101, 12)
	w.part(102, 12)
	w.user.Edit(m, func(e *anilistfake.Entry) { e.Status = planning })
	w.fake.Deaf = true
	for _, c := range []provider.Change{
		remove(media.Watchlist, partItem("101")), add(media.Watchlist, partItem("102"), media.Listed()),
		add(media.Ratings, partItem("101"), media.Rated(50)), add(media.History, episodeItem("101", 1), media.Watched(0)),
	} {
		if o := w.write(c)[0].Outcome; o != provider.Accepted && o != provider.Unproven {
			t.Errorf("%s of %s: %s", c.Action, c.Feature, o)
		}
	}
	if _, ok := w.user.Entry(m); !ok {
		t.Error("the entry is gone")
	}
}

// TestErrorsUnderStatus200: they are errors all the same.
func TestErrorsUnderStatus200(t *testing.T) {
	for _, c := range []struct {
		body    string
		outcome provider.Outcome
		kind    provider.ErrorKind
	}{
		{`{"data":{"SaveMediaListEntry":null},"errors":[{"message":"validation","status":400,"validation":{"scoreRaw":["no"]}}]}`, provider.Refused, provider.Rejected},
		{`{"data":null,"errors":[{"message":"Not Found.","status":404}]}`, provider.Refused, provider.Rejected},
		{`{"data":null,"errors":[{"message":"Internal Server Error","status":500}]}`, provider.Unproven, provider.Transient},
		{`{"data":null,"errors":[{"message":"Too Many Requests.","status":429}]}`, provider.NotApplied, provider.RateLimited},
		{`{"data":null,"errors":[{"message":"Invalid token","status":400}]}`, provider.NotApplied, provider.Auth},
		{`{"data":null,"errors":["odd"]}`, provider.Unproven, provider.Transient},
		{`{"data":null}`, provider.Unproven, provider.Contract},
		{`{"data":{"SaveMediaListEntry":{"id":1,"mediaId":7,"score":50}}}`, provider.Unproven, provider.Contract},
	} {
		w := newWorld(t)
		w.part(101, 12)
		w.weather.When("odd", isWrite, -1, fakekit.Answer(200, "application/json", c.body))
		res, _ := w.account.Write(t.Context(), []provider.Change{add(media.Ratings, partItem("101"), media.Rated(50))})
		if res[0].Outcome != c.outcome || res[0].Err == nil || res[0].Err.Kind != c.kind {
			t.Errorf("%s: %s %v, want %s", c.body, res[0].Outcome, res[0].Err, c.outcome)
		}
	}
}

// TestOutageIsNoLogin: 403 is weather here, and a dead token is told by words.
func TestOutageIsNoLogin(t *testing.T) {
	w := newWorld(t)
	w.fake.Down = true
	if _, err := w.account.Whoami(t.Context()); kind(err) != provider.Transient {
		t.Error(err)
	}
	w.fake.Down = false
	w.fake.Revoke(w.token)
	if _, err := w.account.Whoami(t.Context()); kind(err) != provider.Auth {
		t.Error(err)
	}
}

// TestMALFindsTheTitle: an item that only MyAnimeList knows is asked for; two
// titles under one id are none.
func TestMALFindsTheTitle(t *testing.T) {
	w := newWorld(t)
	m := w.part(101, 12)
	it := media.Item{Kind: media.Part, Tokens: []media.Token{media.OwnToken(media.Part, media.MAL, "9101")}}
	w.want(w.write(add(media.Watchlist, it, media.Listed()))[0], provider.Confirmed)
	if w.entry(m).Status != planning {
		t.Error("not listed")
	}
	w.fake.AddMedia(anilistfake.Media{ID: 102, MAL: 9101})
	if found, err := w.account.Find(t.Context(), []media.Item{it}); err != nil || found[0] != nil {
		t.Error(found[0], err)
	}
}

// TestContradictingIDs: two ids of the service in one item mean neither.
func TestContradictingIDs(t *testing.T) {
	w := newWorld(t)
	w.part(101, 12)
	w.part(102, 12)
	it := partItem("101")
	it.Tokens = append(it.Tokens, media.OwnToken(media.Part, media.AniList, "102"))
	w.want(w.write(add(media.Watchlist, it, media.Listed()))[0], provider.Refused)
	show := media.Item{Kind: media.Show, Tokens: []media.Token{media.OwnToken(media.Show, media.TVDB, "101")}}
	w.want(w.write(add(media.Watchlist, show, media.Listed()))[0], provider.Refused)
	odd := episodeItem("101", 1)
	odd.Tokens = []media.Token{media.EpisodeToken(media.AniList, "101", 2, 1)}
	w.want(w.write(add(media.History, odd, media.Watched(0)))[0], provider.Refused)
}

// TestOneRequestPerTitle: the episodes of a batch are one change of the entry.
func TestOneRequestPerTitle(t *testing.T) {
	w := newWorld(t)
	w.part(101, 12)
	var changes []provider.Change
	for n := 1; n <= 10; n++ {
		changes = append(changes, add(media.History, episodeItem("101", n), media.Watched(0)))
	}
	w.write(changes...)
	if n := len(w.sent()); n != 1 {
		t.Errorf("%d mutations: %s", n, fmt.Sprint(w.sent()))
	}
}
