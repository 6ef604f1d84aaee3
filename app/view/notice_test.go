package view

import (
	"slices"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
)

// story plays statuses against what was told, as the program does.
type story struct {
	t    *testing.T
	told Told
	q    Quiet
}

// at decides at a time after noon and returns the ids shown and withdrawn.
func (s *story) at(after time.Duration, status ledger.Status) (show []Notice, gone []string) {
	s.t.Helper()
	status.Now = noon.Add(after)
	show, gone, s.told = Notices(s.told, status, s.q, services, english)
	again, _, told := Notices(s.told, status, s.q, services, english)
	if len(again) != 0 || !equal(told, s.told) {
		s.t.Errorf("%v: told twice: %+v", after, again)
	}
	return show, gone
}

func (s *story) expect(after time.Duration, status ledger.Status, show, gone []string) {
	s.t.Helper()
	notices, withdrawn := s.at(after, status)
	var ids []string
	for _, n := range notices {
		ids = append(ids, n.ID)
	}
	if !slices.Equal(ids, show) || !slices.Equal(withdrawn, gone) {
		s.t.Errorf("%v: shown %q withdrawn %q, want %q %q", after, ids, withdrawn, show, gone)
	}
}

func fresh(after time.Duration, change func(*ledger.Status)) ledger.Status {
	return with(func(s *ledger.Status) {
		for i := range s.Accounts {
			for j := range s.Accounts[i].Features {
				f := &s.Accounts[i].Features[j]
				f.LastTrusted, f.Next = noon.Add(after), noon.Add(after+30*time.Minute)
			}
		}
		change(s)
	})
}

const hour = time.Hour

func TestHeldRemovalsAreToldAtOnceAndOnceMore(t *testing.T) {
	s := &story{t: t}
	held := func(after time.Duration, runs ...ledger.RunID) ledger.Status {
		return fresh(after, func(st *ledger.Status) {
			for _, r := range runs {
				h := removals(14)
				h.Run, h.ID = r, int64(r)
				st.Holds = append(st.Holds, h)
			}
		})
	}
	s.expect(0, held(0, 40), []string{"holds"}, nil)
	s.expect(23*hour, held(23*hour, 40), nil, nil)
	s.expect(24*hour, held(24*hour, 40), []string{"holds"}, nil)     // the reminder
	s.expect(49*hour, held(49*hour, 40), nil, nil)                   // then silence
	s.expect(50*hour, held(50*hour, 40, 44), []string{"holds"}, nil) // once per run
	s.expect(51*hour, held(51*hour, 44), nil, nil)
	s.expect(52*hour, held(52*hour), nil, []string{"holds"}) // solved
}

func TestHeldRemovalsOfferOnlyWhatIsSafe(t *testing.T) {
	s := &story{t: t}
	show, _ := s.at(0, with(func(st *ledger.Status) {
		st.Holds = []ledger.HoldStatus{removals(14), {ID: 9, Guard: ledger.GuardShrunk, Run: 40, Target: 1}}
	}))
	n := show[0]
	if n.Title != "14 deletions are on hold" || !slices.Equal(labels(n.Buttons), []string{"Review…", "Keep all"}) {
		t.Errorf("%+v", n)
	}
	for _, b := range n.Buttons {
		if b.Danger || b.Command.Answer == string(ledger.DoIt) {
			t.Errorf("%q deletes from a notification", b.Label)
		}
	}
	if keep := n.Buttons[1].Command; !slices.Equal(keep.Holds, []int64{7}) || keep.Answer != string(ledger.KeepThem) {
		t.Errorf("%+v", keep)
	}
	show, _ = (&story{t: t}).at(0, with(func(st *ledger.Status) {
		st.Holds = []ledger.HoldStatus{{ID: 9, Guard: ledger.GuardShrunk, Run: 40, Target: 1}}
	}))
	if !slices.Equal(labels(show[0].Buttons), []string{"Review…"}) || show[0].Title != "1 thing waits for you" {
		t.Errorf("%+v", show[0])
	}
}

func TestSignInIsToldOncePerAccountUntilASuccess(t *testing.T) {
	for _, code := range []ledger.Code{ledger.AuthNeeded, ledger.WrongUser} {
		s := &story{t: t}
		broken := func(after time.Duration, code ledger.Code) ledger.Status {
			return fresh(after, func(st *ledger.Status) { st.Accounts[1].Problem = code })
		}
		s.expect(0, broken(0, code), []string{"sign-in"}, nil)
		s.expect(30*hour, broken(30*hour, code), nil, nil)
		s.expect(31*hour, broken(31*hour, ledger.SourceSilent), nil, nil) // no success
		s.expect(32*hour, broken(32*hour, code), nil, nil)
		s.expect(33*hour, broken(33*hour, ""), nil, []string{"sign-in"})
		s.expect(34*hour, broken(34*hour, code), []string{"sign-in"}, nil)
	}
}

func TestTheEndOfASignInIsToldAMonthAndTwoDaysBefore(t *testing.T) {
	day := 24 * hour
	ending := func(after, end time.Duration) ledger.Status {
		return fresh(after, func(st *ledger.Status) {
			if end != 0 {
				st.Accounts[1].SignInEnds = noon.Add(end)
			}
		})
	}
	s := &story{t: t, q: Quiet{Level: Problems}}
	s.expect(0, ending(0, 40*day), nil, nil)
	s.expect(10*day, ending(10*day, 40*day), []string{"sign-in-ends"}, nil)
	s.expect(11*day, ending(11*day, 40*day), nil, nil)
	s.expect(12*day, ending(12*day, 0), nil, nil) // not known after a restart
	s.expect(38*day, ending(38*day, 40*day), []string{"sign-in-ends"}, nil)
	s.expect(39*day, ending(39*day, 40*day), nil, nil)
	s.expect(39*day, ending(39*day, 400*day), nil, []string{"sign-in-ends"}) // signed in anew
	late := &story{t: t, q: Quiet{Level: Problems}}
	late.expect(0, ending(0, day), []string{"sign-in-ends"}, nil) // found late: only once
	late.expect(hour, ending(hour, day), nil, nil)
	(&story{t: t}).expect(0, ending(0, day), nil, nil) // not for those who must only act
}

func TestWhatWasToldOfAnAccountIsWithdrawnWithIt(t *testing.T) {
	s := &story{t: t, q: Quiet{Level: Problems}}
	s.expect(0, fresh(0, func(st *ledger.Status) {
		st.Accounts[0].Problem, st.Accounts[1].SignInEnds = ledger.AuthNeeded, noon.Add(hour)
	}), []string{"sign-in", "sign-in-ends"}, nil)
	s.expect(hour, with(func(st *ledger.Status) { st.Accounts, st.Problem = nil, &ledger.Problem{Code: "store"} }), nil, nil)
	s.expect(2*hour, with(func(st *ledger.Status) { st.Accounts = nil }), nil, []string{"sign-in", "sign-in-ends"})
}

func TestTheDesktopMayAskForSilence(t *testing.T) {
	held := with(func(s *ledger.Status) { s.Holds = []ledger.HoldStatus{removals(3)} })
	s := &story{t: t, q: Quiet{Inhibited: true}}
	s.expect(0, held, nil, nil)
	s.q.Inhibited = false
	s.expect(time.Minute, held, []string{"holds"}, nil)
}

func TestStaleIsToldDailyForAllTogether(t *testing.T) {
	s := &story{t: t}
	s.expect(23*hour, calm(), nil, nil)
	s.expect(25*hour, calm(), []string{"stale"}, nil)
	s.expect(48*hour, calm(), nil, nil)
	s.expect(50*hour, calm(), []string{"stale"}, nil)
	s.expect(51*hour, fresh(51*hour, func(*ledger.Status) {}), nil, []string{"stale"})
	for name, change := range map[string]func(*ledger.Status){
		"paused":         func(st *ledger.Status) { st.Paused = true },
		"offline":        func(st *ledger.Status) { st.Offline = true },
		"account paused": func(st *ledger.Status) { st.Accounts[0].Paused, st.Accounts[1].Paused = true, true },
	} {
		if show, _ := (&story{t: t}).at(25*hour, with(change)); len(show) != 0 {
			t.Errorf("%s: %+v", name, show)
		}
	}
}

func TestSetAsideIsADailyDigestForThoseWhoWantIt(t *testing.T) {
	aside := func(after time.Duration, n int) ledger.Status {
		return fresh(after, func(st *ledger.Status) { st.SetAside = n })
	}
	s := &story{t: t, q: Quiet{Level: Problems}}
	s.expect(0, aside(0, 2), []string{"set-aside"}, nil)
	s.expect(2*hour, aside(2*hour, 3), nil, nil)
	s.expect(25*hour, aside(25*hour, 3), []string{"set-aside"}, nil)
	s.expect(50*hour, aside(50*hour, 3), nil, nil) // nothing new
	(&story{t: t}).expect(0, aside(0, 2), nil, nil)
}

func TestResultsAreToldToThoseWhoWantThem(t *testing.T) {
	ran := func(after time.Duration, id ledger.RunID, added int) ledger.Status {
		return fresh(after, func(st *ledger.Status) { st.LastRun = &ledger.RunSummary{ID: id, Added: added} })
	}
	s := &story{t: t, q: Quiet{Level: Results}}
	s.expect(0, ran(0, 1, 3), []string{"result"}, nil) // the first full sync
	s.expect(hour, ran(hour, 2, 50), nil, nil)         // a normal run, never
	s.expect(2*hour, ran(2*hour, 3, 51), []string{"result"}, nil)
	s.expect(3*hour, ran(3*hour, 3, 51), nil, nil)
	quiet := &story{t: t, q: Quiet{Level: Problems}}
	quiet.expect(0, ran(0, 1, 3), nil, nil)
	quiet.expect(hour, ran(hour, 2, 51), nil, nil)
	quiet.q.Level = Results
	quiet.expect(2*hour, ran(2*hour, 3, 2), nil, nil) // the first full sync is long over
}

func TestNormalLifeIsNeverTold(t *testing.T) {
	for _, change := range []func(*ledger.Status){
		func(*ledger.Status) {},
		func(s *ledger.Status) { s.Accounts[0].Problem = ledger.SourceSilent },
		func(s *ledger.Status) { s.Accounts[0].Problem = ledger.RateBudget },
		func(s *ledger.Status) { s.Offline = true },
		func(s *ledger.Status) { s.LastRun = &ledger.RunSummary{ID: 4, Added: 5} },
		func(s *ledger.Status) { s.LastRun = &ledger.RunSummary{ID: 4, Error: "reset"} },
	} {
		if show, _ := (&story{t: t}).at(0, with(change)); len(show) != 0 {
			t.Errorf("%+v", show)
		}
	}
}

func TestWhatFallsIntoSilenceIsToldAfterIt(t *testing.T) {
	held := with(func(s *ledger.Status) { s.Holds = []ledger.HoldStatus{removals(3)} })
	s := &story{t: t, q: Quiet{Until: noon.Add(time.Minute)}}
	s.expect(30*time.Second, held, nil, nil)
	s.expect(61*time.Second, held, []string{"holds"}, nil)

	s = &story{t: t, q: Quiet{From: 22, To: 8}}
	s.expect(10*hour, fresh(10*hour, func(st *ledger.Status) { st.Holds = held.Holds }), nil, nil)               // 22:00
	s.expect(19*hour, fresh(19*hour, func(st *ledger.Status) { st.Holds = held.Holds }), nil, nil)               // 07:00
	s.expect(20*hour, fresh(20*hour, func(st *ledger.Status) { st.Holds = held.Holds }), []string{"holds"}, nil) // 08:00

	s = &story{t: t, q: Quiet{From: 9, To: 13}}
	s.expect(0, held, nil, nil)
	s.expect(hour, held, []string{"holds"}, nil)
}
