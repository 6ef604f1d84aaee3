package schedule

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const start = media.Moment(1_790_000_000_000)

const (
	jellyfin ledger.AccountID = iota + 1
	trakt
	simkl
)

// rested is a state in which everything was looked at just now.
func rested() State {
	var s State
	s = s.Set(simkl, 30*time.Minute, true).Set(jellyfin, 15*time.Minute, true).Set(trakt, 30*time.Minute, true)
	s = s.Began([]ledger.AccountID{jellyfin, trakt, simkl}, start)
	for _, id := range []ledger.AccountID{jellyfin, trakt, simkl} {
		s = s.Succeeded(id, 0)
	}
	return s.Tick(start, 0)
}

func failure(kind provider.ErrorKind) *provider.Error {
	return provider.Failed(kind, "get /x", errors.New("no"))
}

func TestNext(t *testing.T) {
	limited := failure(provider.RateLimited)
	limited.Until = start.Add(40 * time.Minute)
	all := []ledger.AccountID{jellyfin, trakt, simkl}
	servers, trackers := []ledger.AccountID{jellyfin}, []ledger.AccountID{trakt, simkl}
	for _, c := range []struct {
		name  string
		state State
		now   time.Duration // since start
		when  time.Duration // since start; -1: never
		what  What
	}{
		{"never looked", State{}.Set(trakt, time.Hour, true), 0, 0, What{Interval, []ledger.AccountID{trakt}}},
		{"nothing connected", State{}, 0, -1, What{}},
		{"media servers first", rested(), 0, 15 * time.Minute, What{Interval, servers}},
		{"overdue is now, and one look", rested(), 2 * time.Hour, 2 * time.Hour, What{Interval, all}},
		{"what is nearly due joins", rested(), 30*time.Minute - 20*time.Second, 30*time.Minute - 20*time.Second, What{Interval, all}},
		{"jitter is at most a tenth", rested().Succeeded(jellyfin, time.Hour), 0, 16*time.Minute + 30*time.Second, What{Interval, servers}},

		{"nudge waits for quiet", rested().Nudge(jellyfin, start.Add(time.Minute)), time.Minute, 70 * time.Second, What{Nudge, servers}},
		{"nudges in a row are one", rested().Nudge(jellyfin, start.Add(time.Minute)).Nudge(jellyfin, start.Add(65*time.Second)), 65 * time.Second, 75 * time.Second, What{Nudge, servers}},
		{"but do not wait for ever", rested().Nudge(jellyfin, start.Add(time.Minute)).Nudge(jellyfin, start.Add(115*time.Second)), 115 * time.Second, 2 * time.Minute, What{Nudge, servers}},
		{"a look answers the nudge", rested().Nudge(jellyfin, start).Began(servers, start), 0, 15 * time.Minute, What{Interval, servers}},
		{"a nudge does not pass a limit", rested().Failed(trakt, limited, start, 0).Nudge(trakt, start), 16 * time.Minute, 16 * time.Minute, What{Interval, servers}},
		{"a nudge does not pass a back-off", rested().Failed(jellyfin, failure(provider.Transient), start, 0).Nudge(jellyfin, start), 0, time.Minute, What{Nudge, servers}},

		{"asked", rested().Ask(), time.Minute, time.Minute, What{Asked, all}},
		{"asked passes a back-off", rested().Failed(jellyfin, failure(provider.Transient), start, 0).Ask(), time.Second, time.Second, What{Asked, all}},
		{"asked does not pass a limit", rested().Failed(trakt, limited, start, 0).Ask(), 0, 0, What{Asked, []ledger.AccountID{jellyfin, simkl}}},
		{"a run that was cut short is picked up", rested().PickUp(start.Add(time.Minute)), time.Minute, time.Minute, What{CatchUp, all}},
		{"but not past a limit", rested().Failed(trakt, limited, start, 0).PickUp(start), 0, 0, What{CatchUp, []ledger.AccountID{jellyfin, simkl}}},

		{"without a network nothing is due", rested().Reach(Offline, start), 2 * time.Hour, -1, What{}},
		{"nor where it is paid by volume", rested().Reach(Metered, start), 2 * time.Hour, -1, What{}},
		{"asked is tried all the same", rested().Reach(Offline, start).Ask(), time.Minute, time.Minute, What{Asked, all}},
		{"the network is back", rested().Reach(Offline, start).Reach(Online, start.Add(time.Minute)), time.Minute, 70 * time.Second, What{CatchUp, all}},
		{"a network that was there all the time is no news", rested().Reach(Online, start), 0, 15 * time.Minute, What{Interval, servers}},

		{"asked is done once begun", rested().Ask().Began(all, start), 0, 15 * time.Minute, What{Interval, servers}},

		{"back-off", rested().Failed(trakt, failure(provider.Transient), start, 0), 0, time.Minute, What{Retrying, []ledger.AccountID{trakt}}},
		{"back-off with jitter", rested().Failed(trakt, failure(provider.Contract), start, time.Hour), 0, 66 * time.Second, What{Retrying, []ledger.AccountID{trakt}}},
		{"limit to the moment", rested().Set(jellyfin, 0, false).Set(simkl, 0, false).Failed(trakt, limited, start, time.Hour), 0, 40 * time.Minute, What{Retrying, []ledger.AccountID{trakt}}},
		{"limit of unknown length", rested().Failed(trakt, failure(provider.RateLimited), start, 0), 0, time.Minute, What{Retrying, []ledger.AccountID{trakt}}},
		{"sign-in waits for a person", rested().Failed(trakt, failure(provider.Auth), start, 0), time.Hour, time.Hour, What{Interval, []ledger.AccountID{jellyfin, simkl}}},
		{"signed in", rested().Failed(trakt, failure(provider.WrongUser), start, 0).SignedIn(trakt), time.Minute, time.Minute, What{Interval, []ledger.AccountID{trakt}}},
		{"locked", rested().Set(jellyfin, 0, false).Set(simkl, 0, false).Failed(trakt, failure(provider.Locked), start, 0), 0, time.Hour, What{Retrying, []ledger.AccountID{trakt}}},
		{"one fails, others go on", rested().Failed(jellyfin, failure(provider.Auth), start, 0), 0, 30 * time.Minute, What{Interval, trackers}},

		{"paused", rested().Pause(0), time.Hour, -1, What{}},
		{"paused until", rested().Pause(start.Add(time.Hour)), 20 * time.Minute, time.Hour, What{Interval, all}},
		{"pause wins over asking", rested().Pause(start.Add(time.Hour)).Ask(), 0, time.Hour, What{Asked, all}},
		{"pause is over", rested().Pause(start.Add(time.Hour)), 61 * time.Minute, 61 * time.Minute, What{Interval, all}},
		{"resumed", rested().Pause(0).Resume(), 0, 15 * time.Minute, What{Interval, servers}},
		{"switched off", rested().Set(jellyfin, 15*time.Minute, false), 0, 30 * time.Minute, What{Interval, trackers}},

		{"slept", rested().Tick(start.Add(9*time.Hour), time.Minute), 9 * time.Hour, 9*time.Hour + 10*time.Second, What{CatchUp, all}},
		{"napped", rested().Tick(start.Add(5*time.Minute), time.Minute), 5 * time.Minute, 5*time.Minute + 10*time.Second, What{CatchUp, all}},
		{"awake", rested().Tick(start.Add(5*time.Minute), 5*time.Minute), 5 * time.Minute, 15 * time.Minute, What{Interval, servers}},
		{"restarted", rested().Tick(start.Add(time.Hour), 0), time.Hour, time.Hour + 10*time.Second, What{CatchUp, all}},
	} {
		when, what := Next(c.state, start.Add(c.now))
		want := start.Add(c.when)
		if c.when < 0 {
			want = 0
		}
		if when != want || !reflect.DeepEqual(what, c.what) {
			t.Errorf("%s: %v at %v, want %v at %v", c.name, what, when.Sub(start), c.what, c.when)
		}
	}
}

func TestBackOffGrowsAndEnds(t *testing.T) {
	s := rested()
	var waits []time.Duration
	for range 9 {
		s = s.Failed(trakt, failure(provider.Transient), start, 0)
		waits = append(waits, s.Accounts[1].Retry.Sub(start)/time.Minute)
	}
	if want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}; !slices.Equal(waits, want) {
		t.Errorf("minutes %d, want %d", waits, want)
	}
	if s = s.Succeeded(trakt, 0); s.Accounts[1].Failures != 0 || s.Accounts[1].Retry != 0 {
		t.Errorf("after a success: %+v", s.Accounts[1])
	}
}

// TestSuccessKeepsTheLimit: a write was limited while a look at the same
// account came through.
func TestSuccessKeepsTheLimit(t *testing.T) {
	limited := failure(provider.RateLimited)
	limited.Until = start.Add(time.Hour)
	s := rested().Failed(trakt, limited, start, 0).Succeeded(trakt, 0)
	if s.Open(trakt, start.Add(59*time.Minute)) || !s.Open(trakt, start.Add(time.Hour)) {
		t.Error("the limit was forgotten or outlived itself")
	}
}

func TestShorterLimitKeepsTheLonger(t *testing.T) {
	long, short := failure(provider.RateLimited), failure(provider.RateLimited)
	long.Until, short.Until = start.Add(time.Hour), start.Add(time.Minute)
	s := rested().Failed(trakt, long, start, 0).Failed(trakt, short, start, 0)
	if s.Open(trakt, start.Add(59*time.Minute)) {
		t.Error("a shorter limit replaced a longer one")
	}
}

func TestOpen(t *testing.T) {
	s := rested()
	for name, closed := range map[string]State{
		"paused": s.Pause(0), "off": s.Set(trakt, 0, false), "back-off": s.Failed(trakt, failure(provider.Transient), start, 0),
		"sign-in": s.Failed(trakt, failure(provider.AppRejected), start, 0), "just woke": s.Woke(start),
	} {
		if closed.Open(trakt, start) {
			t.Errorf("%s: open", name)
		}
	}
	if !s.Open(trakt, start) || s.Open(99, start) {
		t.Error("an account that is not due must be open, an unknown one not")
	}
}

func TestEvery(t *testing.T) {
	minutes := func(n int64) int64 { return n * time.Minute.Milliseconds() }
	for _, c := range []struct {
		caps provider.Capabilities
		set  ledger.Settings
		want time.Duration
	}{
		{provider.Capabilities{Class: provider.MediaServer}, ledger.Settings{}, 15 * time.Minute},
		{provider.Capabilities{Class: provider.Tracker}, ledger.Settings{}, 30 * time.Minute},
		{provider.Capabilities{Class: provider.Tracker}, ledger.Settings{IntervalMS: minutes(10)}, 10 * time.Minute},
		{provider.Capabilities{Class: provider.Tracker, ReadsEveryMS: minutes(20)}, ledger.Settings{IntervalMS: minutes(10)}, 20 * time.Minute},
		{provider.Capabilities{Class: provider.MediaServer}, ledger.Settings{ServerEveryMS: minutes(5)}, 5 * time.Minute},
	} {
		if got := Every(c.caps, c.set); got != c.want {
			t.Errorf("%+v: %v, want %v", c, got, c.want)
		}
	}
}

// TestClockSetBack: S11 — every wait keeps its length.
func TestClockSetBack(t *testing.T) {
	limited := failure(provider.RateLimited)
	limited.Until = start.Add(40 * time.Minute)
	s := rested().Failed(trakt, limited, start, 0).Nudge(jellyfin, start).Pause(start.Add(time.Minute))
	back := s.Tick(start.Add(-24*time.Hour+time.Second), time.Second)
	for now := time.Second; now < time.Hour; now += 37 * time.Second {
		when, what := Next(s, start.Add(now))
		whenBack, whatBack := Next(back, start.Add(now-24*time.Hour))
		if whenBack != when.Add(-24*time.Hour) || !reflect.DeepEqual(what, whatBack) {
			t.Fatalf("%v: %v %v instead of %v %v", now, whenBack, whatBack, when, what)
		}
	}
}

func TestSurvivesRestart(t *testing.T) {
	s := rested().Failed(trakt, failure(provider.Transient), start, 0).Nudge(simkl, start).Pause(start.Add(time.Hour))
	stored, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again State
	if err := json.Unmarshal(stored, &again); err != nil || !reflect.DeepEqual(s, again) {
		t.Errorf("%+v, want %+v (%v)", again, s, err)
	}
}

func TestEventsKeepTheOldState(t *testing.T) {
	s := rested()
	before := fmt.Sprintf("%+v", s)
	s.Nudge(trakt, start)
	s.Failed(trakt, failure(provider.Auth), start, 0)
	s.Set(trakt, time.Second, false)
	s.Began([]ledger.AccountID{trakt}, start.Add(time.Hour))
	s.Tick(start.Add(-time.Hour), 0)
	if after := fmt.Sprintf("%+v", s); after != before {
		t.Errorf("changed in place:\n%s\n%s", before, after)
	}
}

// life is a computer, its clock and the rules that no look may break.
type life struct {
	s       State
	now     media.Moment
	limits  map[ledger.AccountID]media.Moment
	signIn  map[ledger.AccountID]bool
	retries map[ledger.AccountID]media.Moment
	asked   bool
}

// broken tells which rule a look now would break.
func (l *life) broken(what What) string {
	if l.s.Paused && (l.s.PausedTo == 0 || l.now < l.s.PausedTo) {
		return "looked while paused"
	}
	for _, id := range what.Accounts {
		switch {
		case l.now < l.limits[id]:
			return fmt.Sprintf("account %d was looked at before its limit (%s)", id, what.Why)
		case l.signIn[id]:
			return fmt.Sprintf("account %d was looked at without a sign-in", id)
		case !l.asked && l.now < l.retries[id]:
			return fmt.Sprintf("account %d was looked at before its back-off ended (%s)", id, what.Why)
		}
	}
	return ""
}

func TestLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{s: rested(), now: start, limits: map[ledger.AccountID]media.Moment{}, signIn: map[ledger.AccountID]bool{}, retries: map[ledger.AccountID]media.Moment{}}
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			l.act(t)
			when, what := Next(l.s, l.now)
			if when != 0 && when < l.now {
				t.Fatalf("next look %v is in the past", when)
			}
			if when != l.now {
				continue
			}
			if why := l.broken(what); why != "" {
				t.Fatal(why)
			}
			if len(what.Accounts) == 0 || !slices.IsSorted(what.Accounts) {
				t.Fatalf("looks at %v", what.Accounts)
			}
			l.look(t, what)
		}
	})
}

func (l *life) look(t *rapid.T, what What) {
	l.s = l.s.Began(what.Accounts, l.now)
	l.asked = false
	for _, id := range what.Accounts {
		l.finish(t, id)
	}
}

func (l *life) finish(t *rapid.T, id ledger.AccountID) {
	wait := time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds")) * time.Second
	l.retries[id] = 0
	switch rapid.SampledFrom([]string{"ok", "ok", "limited", "transient", "auth"}).Draw(t, "result") {
	case "ok":
		l.s = l.s.Succeeded(id, wait)
	case "limited":
		e := failure(provider.RateLimited)
		e.Until = l.now.Add(wait)
		l.s = l.s.Failed(id, e, l.now, 0)
		l.limits[id] = max(l.limits[id], e.Until)
	case "transient":
		l.s = l.s.Failed(id, failure(provider.Transient), l.now, wait)
		l.retries[id] = l.now.Add(time.Minute)
	case "auth":
		l.s = l.s.Failed(id, failure(provider.Auth), l.now, 0)
		l.signIn[id] = true
	}
}

func (l *life) act(t *rapid.T) {
	id := rapid.SampledFrom([]ledger.AccountID{jellyfin, trakt, simkl}).Draw(t, "account")
	span := time.Duration(rapid.IntRange(1, 3600).Draw(t, "span")) * time.Second
	switch rapid.SampledFrom([]string{"wait", "wait", "until due", "until due", "nudge", "ask", "pause", "resume", "sleep", "restart", "sign in"}).Draw(t, "act") {
	case "wait":
		l.pass(span, span)
	case "until due":
		if when, _ := Next(l.s, l.now); when != 0 {
			l.pass(when.Sub(l.now), when.Sub(l.now))
		}
	case "nudge":
		l.s = l.s.Nudge(id, l.now)
	case "ask":
		l.s, l.asked = l.s.Ask(), true
	case "pause":
		l.s = l.s.Pause(l.now.Add(span))
	case "resume":
		l.s = l.s.Resume()
	case "sleep":
		l.pass(span, time.Second)
	case "restart":
		l.pass(span, 0)
	case "sign in":
		l.s, l.signIn[id], l.retries[id] = l.s.SignedIn(id), false, 0
	}
}

func (l *life) pass(wall, steady time.Duration) {
	l.now = l.now.Add(wall)
	l.s = l.s.Tick(l.now, steady)
}

// TestRulesControl: a look that breaks a rule is noticed.
func TestRulesControl(t *testing.T) {
	what := What{Nudge, []ledger.AccountID{trakt}}
	for name, l := range map[string]*life{
		"limit":    {now: start, limits: map[ledger.AccountID]media.Moment{trakt: start + 1}},
		"pause":    {now: start, s: State{Paused: true}},
		"sign-in":  {now: start, signIn: map[ledger.AccountID]bool{trakt: true}},
		"back-off": {now: start, retries: map[ledger.AccountID]media.Moment{trakt: start + 1}},
	} {
		if l.broken(what) == "" {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// TestNoBurstAfterSleep: however long the sleep and whatever was pushed, one
// look catches up, and not before the network had time.
func TestNoBurstAfterSleep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rested()
		for _, id := range []ledger.AccountID{jellyfin, trakt, simkl} {
			if rapid.Bool().Draw(t, "failing") {
				s = s.Failed(id, failure(provider.Transient), start, 0)
			}
			if rapid.Bool().Draw(t, "nudged") {
				s = s.Nudge(id, start)
			}
		}
		woke := start.Add(time.Duration(rapid.IntRange(2, 1000).Draw(t, "minutes")) * time.Minute)
		s = s.Tick(woke, time.Second)
		var looks []media.Moment
		for now := woke; now < woke.Add(time.Minute); now = now.Add(time.Second) {
			when, what := Next(s, now)
			if when != now {
				continue
			}
			looks = append(looks, now)
			s = s.Began(what.Accounts, now)
			for _, id := range what.Accounts {
				s = s.Succeeded(id, 0)
			}
		}
		if len(looks) != 1 || looks[0] != woke.Add(network) {
			t.Fatalf("woke at %v, looked at %v", woke, looks)
		}
	})
}
