package undo

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const now = media.Moment(1_790_000_000_000)

const (
	trakt ledger.AccountID = iota + 1
	plex
)

func world() *ledger.World {
	full := provider.FeatureCaps{Coverage: provider.Whole, PastDates: true, KeepsPlays: true, Undo: provider.ExactUndo}
	for i := range full.Access {
		full.Access[i] = provider.FullUse
	}
	w := &ledger.World{Now: now, Run: 50, Profile: 7}
	for _, id := range []ledger.AccountID{trakt, plex} {
		p := ledger.Party{Account: ledger.Account{ID: id}, TrustedNow: [4]bool{true, true, true, true}}
		for f := range p.Caps.Features {
			p.Caps.Features[f] = full
		}
		w.Parties = append(w.Parties, p)
	}
	return w
}

// wrote is a confirmed write about work 1 at trakt, caused by plex.
func wrote(f media.Feature, before, after media.Value) ledger.Entry {
	op := ledger.Op{
		ID: "49-1", Account: trakt, Subject: ledger.Subject{Work: 1, Feature: f}, RowKey: ledger.RowKey{Key: "k"},
		Old: before, New: after, OldAt: now - 9000, Cause: ledger.Cause{Account: plex, Seq: 11},
	}
	switch {
	case !before.Set:
		op.Action, op.OldAt = provider.Add, 0
	case after.Set:
		op.Action = provider.Update
	default:
		op.Action = provider.Remove
	}
	op.Says = ledger.Statement{Account: trakt, Subject: op.Subject, Cleared: !after.Set, Value: after, Origin: plex, OriginSeq: 11}
	return ledger.Entry{Op: op, Run: 49, State: ledger.Done, Outcome: provider.Accepted, Intended: now - 5000}
}

func dossier(rows ...ledger.Shown) ledger.Dossier {
	return ledger.Dossier{
		Work: ledger.Work{ID: 1, Kind: media.Film}, Shown: rows,
		Links: []ledger.Link{{Account: trakt, Key: "k", Work: 1}},
	}
}

func row(f media.Feature, v media.Value) ledger.Shown {
	state := ledger.ShownValue
	if !v.Set {
		state = ledger.ShownAbsent
	}
	return ledger.Shown{Account: trakt, Feature: f, RowKey: ledger.RowKey{Key: "k"}, Work: 1, State: state, Value: v, At: now - 4000}
}

func plan(w *ledger.World, d ledger.Dossier, entries ...ledger.Entry) Undo {
	return Plan(entries, map[media.WorkID]ledger.Dossier{1: d}, w)
}

func TestInverse(t *testing.T) {
	six, eight, none := media.Rated(60), media.Rated(80), media.Value{}
	for _, c := range []struct {
		name          string
		before, after media.Value
		shows         media.Value
		want          provider.Action // 0: not taken back
		why           ledger.Code
	}{
		{"add", none, eight, eight, provider.Remove, ""},
		{"update", six, eight, eight, provider.Update, ""},
		{"removal", six, none, none, provider.Add, ""},
		{"add, gone since", none, eight, none, 0, ledger.AlreadyEqual},
		{"update, gone since", six, eight, none, 0, ledger.NewerThere},
		{"update, back since", six, eight, six, 0, ledger.AlreadyEqual},
		{"update, changed since", six, eight, media.Rated(90), 0, ledger.NewerThere},
		{"removal, back since", six, none, six, 0, ledger.AlreadyEqual},
		{"removal, other value since", six, none, eight, 0, ledger.NewerThere},
	} {
		u := plan(world(), dossier(row(media.Ratings, c.shows)), wrote(media.Ratings, c.before, c.after))
		if c.want == 0 {
			if len(u.Ops) != 0 || len(u.Refusals) != 0 || len(u.NonOps) != 1 || u.NonOps[0].Why.Code != c.why || u.Exactness[0].Not != 1 {
				t.Errorf("%s: %+v", c.name, u)
			}
			continue
		}
		if len(u.Ops) != 1 || len(u.NonOps) != 0 {
			t.Errorf("%s: %+v", c.name, u)
			continue
		}
		op := u.Ops[0]
		if op.Action != c.want || op.Old != c.after || op.New != c.before || op.Key != "k" || !op.Undo || !op.Approved || op.Why.Code != ledger.UndoneByYou {
			t.Errorf("%s: %+v", c.name, op)
		}
		if says := op.Says; !says.Local || says.Origin != trakt || says.At != now || says.Cleared != !c.before.Set || says.Value != c.before {
			t.Errorf("%s: the target would say %+v", c.name, says)
		}
		want := []ledger.Refusal{{Target: trakt, Subject: op.Subject, Cause: ledger.Cause{Account: plex, Seq: 11}, Why: ledger.UndoneByYou}}
		if !reflect.DeepEqual(u.Refusals, want) {
			t.Errorf("%s: refusals %+v", c.name, u.Refusals)
		}
		if u.Exactness[0] != (Exactness{Account: trakt, Exact: 1}) {
			t.Errorf("%s: %+v", c.name, u.Exactness)
		}
	}
}

func TestOldDateReturns(t *testing.T) {
	u := plan(world(), dossier(row(media.Ratings, media.Rated(80))), wrote(media.Ratings, media.Rated(60), media.Rated(80)))
	if u.Ops[0].At != now-9000 || u.Ops[0].OldAt != now-4000 {
		t.Errorf("dates %+v", u.Ops[0])
	}
}

func TestGates(t *testing.T) {
	entry := wrote(media.Ratings, media.Rated(60), media.Rated(80))
	for name, c := range map[string]struct {
		change func(*ledger.World, *ledger.Dossier, *ledger.Entry)
		why    ledger.Code
	}{
		"signed out":             {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) { w.Party(trakt).Removed = true }, ledger.AuthNeeded},
		"another person's since": {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) { w.Party(trakt).Profile = 8 }, ledger.Policy},
		"blocked":                {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) { w.Party(trakt).Blocked = ledger.WrongUser }, ledger.WrongUser},
		"paused":                 {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) { w.Party(trakt).Paused = true }, ledger.SourceSilent},
		"not trusted": {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) {
			w.Party(trakt).TrustedNow[media.Ratings] = false
		}, ledger.SourceNotTrusted},
		"suspected": {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) {
			w.Caused = map[ledger.AccountID]ledger.Code{trakt: ledger.GuardShrunk}
		}, ledger.GuardShrunk},
		"frozen": {func(_ *ledger.World, d *ledger.Dossier, _ *ledger.Entry) { d.Frozen = ledger.AmbiguousMatch }, ledger.AmbiguousMatch},
		"pinned": {func(_ *ledger.World, d *ledger.Dossier, _ *ledger.Entry) {
			d.Pins = []ledger.Pin{{Work: 1, AnyFeature: true, Kind: ledger.NeverTouch}}
		}, ledger.Pinned},
		"not seen yet": {func(_ *ledger.World, d *ledger.Dossier, e *ledger.Entry) {
			d.Pending = []ledger.Pending{{Account: trakt, Subject: e.Op.Subject, State: ledger.Expected}}
		}, ledger.PendingVisible},
		"waits for proof": {func(_ *ledger.World, d *ledger.Dossier, _ *ledger.Entry) {
			d.Proofs = []ledger.Proof{{Account: trakt, Feature: media.Ratings}}
		}, ledger.PendingProof},
		"being written": {func(_ *ledger.World, _ *ledger.Dossier, e *ledger.Entry) { e.State = ledger.Sent }, ledger.PendingVisible},
		"undone before": {func(_ *ledger.World, _ *ledger.Dossier, e *ledger.Entry) { e.UndoneBy = "48-2" }, ledger.UndoneByYou},
		"add-only service": {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) {
			w.Party(trakt).Caps.Features[media.Ratings].Access[media.Film] = provider.AddIt
		}, ledger.CannotStore},
		"no undo": {func(w *ledger.World, _ *ledger.Dossier, _ *ledger.Entry) {
			w.Party(trakt).Caps.Features[media.Ratings].Undo = provider.NoUndo
		}, ledger.CannotStore},
	} {
		w, d, e := world(), dossier(row(media.Ratings, media.Rated(80))), entry
		if u := plan(w, d, e); len(u.Ops) != 1 {
			t.Fatalf("%s: the control does not undo: %+v", name, u)
		}
		c.change(w, &d, &e)
		u := plan(w, d, e)
		if len(u.Ops) != 0 || len(u.NonOps) != 1 || u.NonOps[0].Why.Code != c.why || len(u.Refusals) != 0 {
			t.Errorf("%s: %+v", name, u)
		}
	}
	if u := Plan([]ledger.Entry{entry}, nil, world()); len(u.NonOps) != 1 || u.NonOps[0].Why.Code != ledger.NoMatch {
		t.Errorf("unknown work: %+v", u)
	}
}

func TestRemovedFromTheServerIsNotHeld(t *testing.T) {
	w, d := world(), dossier()
	w.Party(trakt).Caps.WritesHeldOnly = true
	entry := wrote(media.Ratings, media.Rated(60), media.Value{})
	if u := plan(w, d, entry); len(u.Ops) != 1 {
		t.Fatalf("held: %+v", u)
	}
	d.Shown = []ledger.Shown{row(media.Ratings, media.Value{})}
	d.Shown[0].State = ledger.ShownUnknown
	if u := plan(w, d, entry); len(u.Ops) != 0 || u.NonOps[0].Why.Code != ledger.NotHeld {
		t.Errorf("no longer held: %+v", u)
	}
	d.Links = nil
	if u := plan(w, d, entry); len(u.Ops) != 0 || u.NonOps[0].Why.Code != ledger.NotHeld {
		t.Errorf("never linked: %+v", u)
	}
}

func TestWritesWithoutEffectAreNoUndo(t *testing.T) {
	for name, end := range map[string]func(*ledger.Entry){
		"already":     func(e *ledger.Entry) { e.Outcome = provider.Already },
		"refused":     func(e *ledger.Entry) { e.State = ledger.Failed },
		"only meant":  func(e *ledger.Entry) { e.State = ledger.Intended },
		"not applied": func(e *ledger.Entry) { e.Outcome = provider.NotApplied },
	} {
		e := wrote(media.Ratings, media.Rated(60), media.Rated(80))
		end(&e)
		if u := plan(world(), dossier(row(media.Ratings, media.Rated(80))), e); !reflect.DeepEqual(u, Undo{}) {
			t.Errorf("%s: %+v", name, u)
		}
	}
	e := wrote(media.Ratings, media.Rated(60), media.Rated(80))
	e.State, e.Outcome = ledger.Unanswered, provider.Unproven
	if u := plan(world(), dossier(row(media.Ratings, media.Rated(80))), e); len(u.Ops) != 1 {
		t.Errorf("a lost answer whose write shows: %+v", u)
	}
}

func TestSeveralWritesGoBackAtOnce(t *testing.T) {
	first, second := wrote(media.Ratings, media.Rated(60), media.Rated(80)), wrote(media.Ratings, media.Rated(80), media.Rated(90))
	second.Run, second.Op.ID, second.Op.Says.OriginSeq = 50, "50-1", 12
	u := plan(world(), dossier(row(media.Ratings, media.Rated(90))), second, first)
	if len(u.Ops) != 1 || u.Ops[0].Old != media.Rated(90) || u.Ops[0].New != media.Rated(60) || len(u.Refusals) != 2 {
		t.Errorf("%+v", u)
	}
	second.Op.New = media.Rated(60)
	if u = plan(world(), dossier(row(media.Ratings, media.Rated(60))), first, second); len(u.Ops) != 0 || u.NonOps[0].Why.Code != ledger.AlreadyEqual {
		t.Errorf("there and back: %+v", u)
	}
}

func TestUnwatchIsRefusedAsSuch(t *testing.T) {
	e := wrote(media.History, media.Watched(now-100_000), media.Value{})
	e.Op.Play = 3
	if u := plan(world(), dossier(), e); len(u.Refusals) != 1 || u.Refusals[0].Play != 0 {
		t.Errorf("%+v", u)
	}
}

func TestUndoOfAnUndo(t *testing.T) {
	first := plan(world(), dossier(row(media.Watchlist, media.Listed())), wrote(media.Watchlist, media.Value{}, media.Listed()))
	again := ledger.Entry{Op: first.Ops[0], Run: 50, State: ledger.Done, Outcome: provider.Confirmed}
	u := plan(world(), dossier(row(media.Watchlist, media.Value{})), again)
	if len(u.Ops) != 1 || u.Ops[0].Action != provider.Add || len(u.Refusals) != 0 {
		t.Errorf("%+v", u)
	}
}

func TestEveryCopyGoesBack(t *testing.T) {
	e := wrote(media.Watchlist, media.Value{}, media.Listed())
	e.Op.Key = ""
	other := row(media.Watchlist, media.Listed())
	other.Key = "j"
	u := plan(world(), dossier(row(media.Watchlist, media.Listed()), other), e)
	if len(u.Ops) != 2 || u.Ops[0].Key != "j" || u.Ops[1].Key != "k" || u.Exactness[0].Exact != 1 || len(u.Refusals) != 1 {
		t.Errorf("%+v", u)
	}
}

func TestPlays(t *testing.T) {
	at := media.Watched(now - 100_000)
	e := wrote(media.History, media.Value{}, at)
	e.Op.Play = 3
	mine, old := row(media.History, at), row(media.History, media.Watched(now-900_000))
	mine.Play, mine.PlayKey, old.Play, old.PlayKey = 3, "p3", 2, "p2"
	u := plan(world(), dossier(old, mine), e)
	if len(u.Ops) != 1 || u.Ops[0].PlayKey != "p3" || u.Ops[0].Action != provider.Remove {
		t.Errorf("only our play goes, by its own key: %+v", u)
	}
	removed := wrote(media.History, at, media.Value{})
	removed.Op.Play = 3
	w := world()
	if u = plan(w, dossier(old), removed); len(u.Ops) != 1 || u.Ops[0].New != at || u.Exactness[0].Exact != 1 {
		t.Errorf("a removed play returns with its date: %+v", u)
	}
	w.Party(trakt).Caps.Features[media.History].PastDates = false
	if u = plan(w, dossier(old), removed); len(u.Ops) != 1 || u.Ops[0].New != media.Watched(0) || u.Exactness[0].ValueOnly != 1 {
		t.Errorf("a service that dates plays itself: %+v", u)
	}
	flag := wrote(media.History, media.Watched(now-900_000), at)
	w.Party(trakt).Caps.Features[media.History].KeepsPlays = false
	if u = plan(w, dossier(row(media.History, at)), flag); len(u.Ops) != 0 || u.NonOps[0].Why.Code != ledger.CannotStore {
		t.Errorf("an older date cannot return there: %+v", u)
	}
}

// TestAnyOrder: neither entries of other places nor the order of rows matter.
func TestAnyOrder(t *testing.T) {
	var entries []ledger.Entry
	ds := make(map[media.WorkID]ledger.Dossier)
	for work := media.WorkID(1); work <= 6; work++ {
		d := dossier()
		for _, f := range []media.Feature{media.Ratings, media.Watchlist} {
			before, after := media.Value{}, media.Listed()
			if work%2 == 0 {
				before, after = after, before
			}
			e := wrote(f, before, after)
			e.Op.Work, e.Op.ID = work, ledger.OpID([]byte{'a' + byte(work), byte('0' + f)})
			entries = append(entries, e)
			shown := row(f, after)
			d.Shown = append(d.Shown, shown)
		}
		ds[work] = d
	}
	want := Plan(entries, ds, world())
	if len(want.Ops) != 12 || want.Ops[2].Action != provider.Add || want.Ops[3].Action != provider.Remove {
		t.Fatalf("%+v", want)
	}
	rapid.Check(t, func(t *rapid.T) {
		got := Plan(rapid.Permutation(entries).Draw(t, "order"), ds, world())
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	})
}
