package guard

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func TestEveryGuardCanBeAnswered(t *testing.T) {
	destructive := []ledger.Answer{ledger.DoIt, ledger.PutThemBack, ledger.TryAgain}
	for _, code := range ledger.Codes {
		answers := Answers(code)
		if isGuard := strings.HasPrefix(string(code), "guard_"); isGuard != (answers != nil) {
			t.Errorf("%s has the answers %v", code, answers)
			continue
		}
		if answers == nil {
			continue
		}
		if slices.Contains(destructive, answers[0]) {
			t.Errorf("%s: the first answer %q is not the safe one", code, answers[0])
		}
		if !slices.Contains(answers, ledger.NotNow) {
			t.Errorf("%s cannot be left for later", code)
		}
	}
}

func held(code ledger.Code, ops []ledger.Op) ledger.Hold {
	return ledger.Hold{ID: 4, Guard: code, Target: trakt, Cause: plex, Feature: media.Watchlist, State: ledger.HoldOpen, Ops: ops, Digest: "seen"}
}

func TestAnswerEffects(t *testing.T) {
	ops := planOf(removing(2, plex, trakt))
	subjects := []ledger.Subject{ops[0].Subject, ops[1].Subject}
	refused := []ledger.Refusal{
		{Target: trakt, Subject: subjects[0], Cause: ops[0].Origin(), Why: ledger.RefusedByYou},
		{Target: trakt, Subject: subjects[1], Cause: ops[1].Origin(), Why: ledger.RefusedByYou},
	}
	said := []Said{{subjects[0], ops[0].Origin()}, {subjects[1], ops[1].Origin()}}
	freed := []ledger.StatementRef{{Account: trakt, Subject: subjects[0]}, {Account: trakt, Subject: subjects[1]}}
	for _, c := range []struct {
		guard ledger.Code
		give  ledger.Answer
		want  Effects
	}{
		{ledger.GuardRemovals, ledger.KeepThem, Effects{Refusals: refused}},
		{ledger.GuardRemovals, ledger.PutThemBack, Effects{Withdrawn: said, Refusals: refused}},
		{ledger.GuardRemovals, ledger.DoIt, Effects{}},
		{ledger.GuardAsk, ledger.KeepThem, Effects{Refusals: refused}},
		{ledger.GuardOverwrite, ledger.KeepThem, Effects{Refusals: refused}},
		{ledger.GuardAdds, ledger.DontAdd, Effects{Refusals: refused}},
		{ledger.GuardDuplicates, ledger.DontAdd, Effects{Refusals: refused}},
		{ledger.GuardFirstRun, ledger.DoIt, Effects{Accounts: []ledger.AccountID{plex, trakt}, Routes: []int64{12}}},
		{ledger.GuardUndoneWrites, ledger.LeaveIt, Effects{Local: said}},
		{ledger.GuardUndoneWrites, ledger.TryAgain, Effects{Withdrawn: said, Freed: freed}},
		{ledger.GuardFlipFlop, ledger.LeaveIt, Effects{Refusals: refused}},
		{ledger.GuardQuota, ledger.TryAgain, Effects{Freed: freed}},
	} {
		h := held(c.guard, ops)
		got, err := Answer(h, c.give, nil)
		if err != nil {
			t.Errorf("%s %s: %v", c.guard, c.give, err)
			continue
		}
		h.State, h.Answer = ledger.HoldAnswered, c.give
		c.want.Holds = []ledger.Hold{h}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %s:\n%+v, want\n%+v", c.guard, c.give, got, c.want)
		}
	}
}

func TestViewAnswers(t *testing.T) {
	h := held(ledger.GuardShrunk, nil)
	if e, err := Answer(h, ledger.ReadAgain, nil); err != nil || !e.ReadAgain || len(e.Holds) != 0 {
		t.Errorf("read again: %+v %v", e, err)
	}
	if e, err := Answer(h, ledger.DoIt, nil); err != nil || e.Accepted != (Content{trakt, media.Watchlist, "seen"}) || e.Holds[0].State != ledger.HoldAnswered {
		t.Errorf("it is right: %+v %v", e, err)
	}
}

func TestSilenceIsNotNow(t *testing.T) {
	for _, code := range ledger.Codes {
		if Answers(code) == nil {
			continue
		}
		if e, err := Answer(held(code, planOf(removing(1, plex, trakt))), ledger.NotNow, nil); err != nil || !reflect.DeepEqual(e, Effects{}) {
			t.Errorf("%s: %+v %v", code, e, err)
		}
	}
}

func TestInvalidAnswers(t *testing.T) {
	ops := planOf(removing(2, plex, trakt))
	gone := held(ledger.GuardRemovals, ops)
	gone.State = ledger.HoldGone
	for name, c := range map[string]struct {
		hold   ledger.Hold
		give   ledger.Answer
		chosen []ledger.OpID
	}{
		"not open":           {gone, ledger.KeepThem, nil},
		"another guard's":    {held(ledger.GuardRemovals, ops), ledger.TryAgain, nil},
		"no such answer":     {held(ledger.GuardRemovals, ops), "yes", nil},
		"no guard":           {held(ledger.NoRoute, ops), ledger.DoIt, nil},
		"op of another hold": {held(ledger.GuardRemovals, ops), ledger.DoIt, []ledger.OpID{"1-1"}},
		"half a first run":   {held(ledger.GuardFirstRun, ops), ledger.DoIt, []ledger.OpID{ops[0].ID}},
		"part of a view":     {held(ledger.GuardShrunk, nil), ledger.DoIt, []ledger.OpID{"1-1"}},
		"somebody else's":    {held(ledger.GuardWrongUser, nil), ledger.DoIt, nil},
	} {
		e, err := Answer(c.hold, c.give, c.chosen)
		var answerErr *Error
		if !errors.As(err, &answerErr) || !reflect.DeepEqual(e, Effects{}) {
			t.Errorf("%s: %+v %v", name, e, err)
			continue
		}
		for _, valid := range Answers(c.hold.Guard) {
			if !strings.Contains(err.Error(), string(valid)) {
				t.Errorf("%s: %q does not name %q", name, err, valid)
			}
		}
	}
}

// TestTryAgainNeverSpreadsTheUndoing: the yes withdraws what the other tool
// did, it does not approve the removals that would follow from it.
func TestTryAgainNeverSpreadsTheUndoing(t *testing.T) {
	ops := planOf(removing(2, plex, trakt))
	e, err := Answer(held(ledger.GuardUndoneWrites, ops), ledger.TryAgain, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := Budget{Reversals: reversals(plex, 4, 0), Planned: everyWork(ops)}
	if allowed, _ := Ops(world(), ledger.Plan{Ops: ops}, b, e.Holds); len(allowed) != 0 {
		t.Errorf("%d of the undoing went on", len(allowed))
	}
}

// TestUnwatchIsRefusedAsSuch: removing plays because a flag was cleared is
// refused by the subject of the flag.
func TestUnwatchIsRefusedAsSuch(t *testing.T) {
	op := removing(1, plex, trakt).in(media.History).ops()[0]
	op.Play = 9
	e, _ := Answer(held(ledger.GuardRemovals, []ledger.Op{op}), ledger.KeepThem, nil)
	if e.Refusals[0].Play != 0 {
		t.Errorf("refused %+v", e.Refusals)
	}
}

// TestCopiesGoByTheirOrigin: what arrived through another account is refused
// and withdrawn where the person said it.
func TestCopiesGoByTheirOrigin(t *testing.T) {
	ops := planOf(removing(1, plex, trakt))
	ops[0].Cause = ledger.Cause{Account: simkl, Seq: 77}
	keep, _ := Answer(held(ledger.GuardRemovals, ops), ledger.KeepThem, nil)
	back, _ := Answer(held(ledger.GuardRemovals, ops), ledger.PutThemBack, nil)
	want := ledger.Cause{Account: plex, Seq: ops[0].Says.OriginSeq}
	if keep.Refusals[0].Cause != want || back.Withdrawn[0].By != want {
		t.Errorf("refused %+v, withdrawn %+v", keep.Refusals, back.Withdrawn)
	}
}
