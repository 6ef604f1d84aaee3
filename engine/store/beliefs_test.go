package store

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Every field of every belief comes back as it was concluded.
func TestBeliefsComeBackWhole(t *testing.T) {
	s := memory(t)
	subject := ledger.Subject{Work: 1, Feature: media.Progress, Play: 3}
	key := ledger.RowKey{Key: "k", PlayKey: "p"}
	v, w := media.Position(5, 6), media.Position(7, 8)
	says := ledger.Statement{Account: 1, Subject: subject, Cleared: true, Value: v, At: 1, Seq: 2, Run: 3, Seen: 4, FirstLook: true, Origin: 2, OriginSeq: 7, Key: "k", Local: true}
	want := ledger.Delta{
		Shown:      []ledger.Shown{{Account: 1, Feature: media.Progress, RowKey: key, Work: 1, Play: 3, State: ledger.ShownValue, Value: v, At: 9, Count: 2, Since: 4, FirstLook: true, Looks: 1, Ahead: true}},
		Statements: []ledger.Statement{says},
		Pending: []ledger.Pending{{Op: "o", Account: 1, Subject: subject, RowKey: key, Old: v, New: w, Cause: ledger.Cause{Account: 2, Seq: 7}, Says: says,
			Sent: 1, Run: 2, Tokens: "t", Stamp: "s", Reads: 3, State: ledger.Parked, Until: 4}},
		Proofs: []ledger.Proof{{Account: 1, Feature: media.Progress, RowKey: key, Work: 1, Play: 3, Now: w, At: 1, First: 2, LastShown: 3, Looks: 4, LastLook: 5, Need: 6, Local: true}},
		Plays:  []ledger.Play{{ID: 3, Work: 1, At: 1, ToleranceMS: 2, DateOnly: true}},
		Quarantine: []ledger.Quarantine{{Account: 1, Subject: subject, Value: v, Cause: ledger.Cause{Account: 2, Seq: 7}, Failures: 2,
			Why: ledger.CannotStore, Tokens: "t", Since: 8}},
		Trust: []ledger.Trust{{Account: 1, Feature: media.Progress, LastTrusted: 1, Earlier: []media.Moment{1}, Run: 2, Reads: 3, Looked: true, FirstRun: 4, Count: 5, Stamp: "a", StampAt: 6,
			StampMoved: 7, Digest: "b", Items: "j", Older: []string{"c"}, Cursor: "d", Scope: "e", Numbering: "k", Version: "f", ClockMS: -8, LastFull: 9, LastTried: 10,
			Silent: ledger.SourceSilent, Evidence: ledger.Evidence{Code: ledger.SawShrunk, N: 1, Of: 2, Most: 3, Before: 4, At: 5, Since: 6, Name: "g", Other: "h", Items: "i", More: 7, Older: true}, SuspectDigest: "h", AcceptedDigest: "i", LagsMS: []int64{11}}},
	}
	whole(t, reflect.ValueOf(want.Shown[0]), reflect.ValueOf(want.Statements[0]), reflect.ValueOf(want.Pending[0]), reflect.ValueOf(want.Proofs[0]),
		reflect.ValueOf(want.Plays[0]), reflect.ValueOf(want.Quarantine[0]), reflect.ValueOf(want.Trust[0]))
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
	must(t, s.Apply(ctx, 1, want))
	d := got(s.Dossiers(ctx, 1, []media.WorkID{1}))(t)[0]
	back := ledger.Delta{Shown: d.Shown, Statements: d.Statements, Pending: d.Pending, Proofs: d.Proofs, Plays: d.Plays, Quarantine: d.Quarantine, Trust: got(s.Trust(ctx))(t)}
	if !reflect.DeepEqual(back, want) {
		t.Errorf("came back as %+v\nwant %+v", back, want)
	}
	k := got(s.Known(ctx, 1, media.Progress))(t)
	k.Statements = got(s.Statements(ctx, 1, media.Progress, []media.WorkID{1}))(t)
	if !reflect.DeepEqual(ledger.Delta{Shown: k.Shown, Statements: k.Statements, Pending: k.Pending, Proofs: k.Proofs},
		ledger.Delta{Shown: want.Shown, Statements: want.Statements, Pending: want.Pending, Proofs: want.Proofs}) {
		t.Errorf("known %+v", k)
	}

	ref := ledger.ShownRef{Account: 1, Feature: media.Progress, RowKey: key}
	at := ledger.StatementRef{Account: 1, Subject: subject}
	must(t, s.Apply(ctx, 2, ledger.Delta{ShownGone: []ledger.ShownRef{ref}, Forgotten: []ledger.StatementRef{at}, PendingGone: []ledger.OpID{"o"},
		ProofsGone: []ledger.ShownRef{ref}, Freed: []ledger.StatementRef{at}}))
	d = got(s.Dossiers(ctx, 1, []media.WorkID{1}))(t)[0]
	if len(d.Shown)+len(d.Statements)+len(d.Pending)+len(d.Proofs)+len(d.Quarantine) != 0 {
		t.Errorf("left %+v", d)
	}
}

// Episodes are of one show when they name it or are counted in it, also through
// each other, and also when the show itself is no work.
func TestSameShow(t *testing.T) {
	s := memory(t)
	episode := func(id, show media.WorkID) ledger.Work { return ledger.Work{ID: id, Kind: media.Episode, Show: show} }
	counted := func(ns media.Namespace, show string, number int, work media.WorkID) WorkToken {
		return WorkToken{media.EpisodeToken(ns, show, 1, number), work}
	}
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{episode(1, 0), episode(2, 0), episode(3, 9), episode(4, 9), episode(5, 0), episode(6, 0)}, []WorkToken{
		counted(media.TVDB, "88", 1, 1), counted(media.TVDB, "88", 2, 2), counted(media.TMDB, "77", 2, 2), counted(media.TMDB, "77", 3, 3),
		counted(media.TMDB, "88", 1, 5), // another namespace's 88
		counted(media.TVDB, "99", 1, 6)}))
	same := got(s.SameShow(ctx, []media.WorkID{1, 2, 3, 4, 5}))(t)
	for w := media.WorkID(1); w <= 5; w++ {
		if one := same[w] == same[1]; one != (w < 5) || same[w] == 0 {
			t.Errorf("work %d is of %d, work 1 of %d", w, same[w], same[1])
		}
	}
	if _, asked := same[6]; asked {
		t.Error("a work that was not asked about is told of")
	}
}

// whole ends the test when a field is zero: it would not be tried.
func whole(t *testing.T, values ...reflect.Value) {
	t.Helper()
	for _, v := range values {
		for i := range v.NumField() {
			if f := v.Type().Field(i); v.Field(i).IsZero() {
				t.Fatalf("%s.%s is not tried", v.Type(), f.Name)
			}
		}
	}
}

// S16, S17: the order in which rows were stored reaches no dossier, and other
// people's rows neither.
func TestDossiersHaveOneOrder(t *testing.T) {
	var shown []ledger.Shown
	var said []ledger.Statement
	for a := ledger.AccountID(1); a <= 4; a++ { // 4 is another person's
		for _, f := range []media.Feature{media.Ratings, media.Watchlist} {
			for _, k := range []string{"x", "y"} {
				shown = append(shown, ledger.Shown{Account: a, Feature: f, RowKey: ledger.RowKey{Key: k}, Work: 1, State: ledger.ShownValue})
			}
			said = append(said, ledger.Statement{Account: a, Subject: about(1, f), Seq: ledger.Seq(a)*10 + ledger.Seq(f), Origin: a, OriginSeq: 1})
		}
	}
	dossier := func() ledger.Dossier {
		s := memory(t)
		p := got(s.PutProfile(ctx, ledger.Profile{Name: "you"}))(t)
		got(s.PutAccount(ctx, ledger.Account{Profile: p, Provider: "plex", Name: "plex"}))(t)
		must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
		must(t, s.Apply(ctx, 1, ledger.Delta{Shown: shown, Statements: said}))
		return got(s.Dossiers(ctx, 1, []media.WorkID{1}))(t)[0]
	}
	want := dossier()
	if len(want.Shown) != 12 || len(want.Statements) != 6 {
		t.Fatalf("%d shown, %d statements of three accounts", len(want.Shown), len(want.Statements))
	}
	for range 5 {
		rand.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
		rand.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
		if is := dossier(); !reflect.DeepEqual(is, want) {
			t.Fatalf("another order gives %+v\nwant %+v", is, want)
		}
	}
}

// R16: a play is an account's alone when nobody else told of it: neither at a
// first look, nor by adopting it, nor before the moment asked for.
func TestAlone(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1), film(2)}, nil))
	you := got(s.PutProfile(ctx, ledger.Profile{Name: "you"}))(t)
	got(s.PutAccount(ctx, ledger.Account{ID: 4, Profile: you, Provider: "plex", Name: "plex"}))(t)
	say := func(a, origin ledger.AccountID, play media.PlayID) ledger.Statement {
		return ledger.Statement{Account: a, Subject: ledger.Subject{Work: 1, Feature: media.History, Play: play}, Origin: origin, Value: media.Watched(0)}
	}
	atFirst, cleared := say(2, 2, 4), say(2, 2, 5)
	atFirst.FirstLook, cleared.Cleared = true, true
	must(t, s.Apply(ctx, 1, ledger.Delta{
		Plays: []ledger.Play{{ID: 1, Work: 1, At: 100}, {ID: 2, Work: 1, At: 200}, {ID: 3, Work: 1, At: 300}, {ID: 4, Work: 1, At: 400}, {ID: 5, Work: 1, At: 500}, {ID: 6, Work: 1, At: 600}, {ID: 7, Work: 1}},
		Statements: []ledger.Statement{
			say(2, 2, 1), say(1, 2, 1), // adopted by another
			say(2, 2, 2),
			say(2, 2, 3), say(1, 1, 3), // both of their own
			atFirst, cleared,
			say(4, 4, 6), // another person's
			say(2, 2, 7), // at an unknown time
		}}))
	for since, want := range map[media.Moment]map[ledger.AccountID]media.Moment{1: {2: 200}, 200: {2: 200}, 201: {}} {
		if is := got(s.Alone(ctx, 1, since, 1))(t); !maps.Equal(is, want) {
			t.Errorf("since %d: %v, want %v", since, is, want)
		}
	}
	again, other := say(2, 2, 8), say(2, 2, 9)
	other.Work = 2
	for _, more := range []struct {
		play ledger.Play
		said ledger.Statement
		is   int
	}{{ledger.Play{ID: 8, Work: 1, At: 210}, again, 0}, {ledger.Play{ID: 9, Work: 2, At: 190}, other, 1}} {
		must(t, s.Apply(ctx, 1, ledger.Delta{Plays: []ledger.Play{more.play}, Statements: []ledger.Statement{more.said}}))
		if is := got(s.Alone(ctx, 1, 1, 2))(t); len(is) != more.is {
			t.Errorf("after play %d: %v", more.play.ID, is)
		}
	}
}

func TestPlayFactsKnowWhatIsLive(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
	you := got(s.PutProfile(ctx, ledger.Profile{Name: "you"}))(t)
	got(s.PutAccount(ctx, ledger.Account{ID: 4, Profile: you, Provider: "plex", Name: "plex"}))(t)
	say := func(a ledger.AccountID, play media.PlayID, cleared bool, at media.Moment) ledger.Statement {
		return ledger.Statement{Account: a, Subject: ledger.Subject{Work: 1, Feature: media.History, Play: play}, Cleared: cleared, At: at, Value: media.Value{Set: !cleared}}
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{
		Plays: []ledger.Play{{ID: 1, Work: 1}, {ID: 2, Work: 1}, {ID: 3, Work: 1}, {ID: 4, Work: 1}},
		Statements: []ledger.Statement{
			say(1, 1, false, 10), say(2, 1, true, 20), // cleared later elsewhere
			say(1, 2, true, 10), say(2, 2, false, 20), // set later elsewhere
			say(1, 3, true, 10), say(2, 3, false, 10), // set beats cleared
			say(4, 4, false, 10), // another person's
		},
		Shown: []ledger.Shown{{Account: 2, Feature: media.History, RowKey: ledger.RowKey{Key: "k", PlayKey: "p"}, Work: 1, Play: 2}}}))
	f := got(s.PlayFacts(ctx, 1, []media.WorkID{1}))(t)
	// Another person's play of the same film is not among them (S17).
	if want := map[media.PlayID]bool{1: false, 2: true, 3: true}; !maps.Equal(f.Live, want) {
		t.Errorf("live %v", f.Live)
	}
	if f.Next != 5 || len(f.Plays) != 3 || f.Works[1].Title == "" {
		t.Errorf("facts %+v", f)
	}
	for p, want := range map[ledger.ProfileID][]media.PlayID{1: {1, 2, 3}, you: {4}} {
		var is []media.PlayID
		for _, play := range got(s.Dossiers(ctx, p, []media.WorkID{1}))(t)[0].Plays {
			is = append(is, play.ID)
		}
		if !slices.Equal(is, want) {
			t.Errorf("dossier of profile %d has plays %v", p, is)
		}
	}
	if f.Linked[ledger.ShownRef{Account: 2, Feature: media.History, RowKey: ledger.RowKey{Key: "k", PlayKey: "p"}}].Play != 2 || len(f.Linked) != 1 {
		t.Errorf("linked %v", f.Linked)
	}
}

func TestPartsWatched(t *testing.T) {
	s := memory(t)
	episode := ledger.Work{ID: 2, Kind: media.Episode, Show: 1, Season: 1, Number: 1}
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{{ID: 1, Kind: media.Show, Season: -1, Number: -1}, episode}, nil))
	play := func(account ledger.AccountID, key string, at media.Moment) ledger.Shown {
		return ledger.Shown{Account: account, Feature: media.History, RowKey: ledger.RowKey{Key: key}, Work: 2, State: ledger.ShownValue, Value: media.Watched(at)}
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Shown: []ledger.Shown{play(2, "a", 70), play(2, "b", 90), play(1, "c", 0)}}))
	d := got(s.Dossiers(ctx, 1, []media.WorkID{1}))(t)[0]
	if !slices.Equal(d.PartWatched, []ledger.AccountID{1, 2}) || !slices.Equal(d.PartWatchedAt, []media.Moment{0, 90}) {
		t.Errorf("parts watched %v at %v", d.PartWatched, d.PartWatchedAt)
	}
	if w := got(s.Happened(ctx, 2, media.History))(t); !maps.Equal(w, map[media.WorkID]media.Moment{2: 90}) {
		t.Errorf("happened %v", w)
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Shown: []ledger.Shown{{Account: 2, Feature: media.Watchlist, RowKey: ledger.RowKey{Key: "s"},
		Work: 1, State: ledger.ShownValue, Value: media.Listed()}}}))
	if w := got(s.Happened(ctx, 2, media.History))(t); !maps.Equal(w, map[media.WorkID]media.Moment{1: 90, 2: 90}) {
		t.Errorf("happened to what is listed %v", w)
	}
	if parts := got(s.PartsOf(ctx, 1))(t); len(parts) != 1 || parts[0] != episode {
		t.Errorf("parts %v", parts)
	}
}

// Seasons and parts of anime know their episodes by the ids that count them.
func TestPartsByTheirNumbers(t *testing.T) {
	s := memory(t)
	works := []ledger.Work{{ID: 1, Kind: media.Season, Season: 2, Number: -1}, {ID: 2, Kind: media.Episode, Season: 2, Number: 1},
		{ID: 3, Kind: media.Part, Season: -1, Number: -1}, {ID: 4, Kind: media.Episode, Season: 1, Number: 1}, {ID: 5, Kind: media.Episode, Season: 3, Number: 1}}
	must(t, s.PutIdentity(ctx, nil, works, []WorkToken{
		{Work: 1, Token: media.SeasonToken(media.TMDB, "7", 2)}, {Work: 2, Token: media.EpisodeToken(media.TMDB, "7", 2, 1)},
		{Work: 3, Token: media.OwnToken(media.Part, media.AniList, "7")}, {Work: 4, Token: media.EpisodeToken(media.AniList, "7", 1, 1)},
		{Work: 5, Token: media.EpisodeToken(media.TMDB, "7", 3, 1)}}))
	var shown []ledger.Shown
	for _, w := range []media.WorkID{2, 4, 5} {
		shown = append(shown, ledger.Shown{Account: 2, Feature: media.History, RowKey: ledger.RowKey{Key: string(rune('a' + w))}, Work: w,
			State: ledger.ShownValue, Value: media.Watched(media.Moment(10 * w))})
	}
	for _, w := range []media.WorkID{1, 3} {
		shown = append(shown, ledger.Shown{Account: 2, Feature: media.Watchlist, RowKey: ledger.RowKey{Key: string(rune('a' + w))}, Work: w,
			State: ledger.ShownValue, Value: media.Listed()})
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Shown: shown}))
	want := map[media.WorkID]media.Moment{1: 20, 2: 20, 3: 40, 4: 40, 5: 50}
	if w := got(s.Happened(ctx, 2, media.History))(t); !maps.Equal(w, want) {
		t.Errorf("happened %v", w)
	}
	for _, d := range got(s.Dossiers(ctx, 1, []media.WorkID{1, 3}))(t) {
		if at := want[d.Work.ID]; !slices.Equal(d.PartWatchedAt, []media.Moment{at}) {
			t.Errorf("parts of %d watched at %v", d.Work.ID, d.PartWatchedAt)
		}
	}
	wholes := got(s.Wholes(ctx, []media.WorkID{2, 4, 5}))(t)
	if !slices.Equal(wholes[2], []media.WorkID{1}) || !slices.Equal(wholes[4], []media.WorkID{3}) || len(wholes[5]) != 0 {
		t.Errorf("wholes %v", wholes)
	}
}

// A play without a date happened when it was first seen, also some runs later.
func TestUndatedPlayHappened(t *testing.T) {
	s := memory(t)
	var run ledger.RunID
	for _, began := range []media.Moment{500, 600} {
		run = got(s.BeginRun(ctx, began))(t)
	}
	play := func(key string, firstLook bool) ledger.Shown {
		return ledger.Shown{Account: 2, Feature: media.History, RowKey: ledger.RowKey{Key: key}, Work: 2, State: ledger.ShownValue,
			Value: media.Watched(0), Since: run - 1, FirstLook: firstLook}
	}
	for _, firstLook := range []bool{true, false} {
		must(t, s.Apply(ctx, run, ledger.Delta{Shown: []ledger.Shown{play("a", firstLook)}}))
		want := media.Moment(500)
		if firstLook {
			want = 0
		}
		if w := got(s.Happened(ctx, 2, media.History))(t); w[2] != want {
			t.Errorf("first look %t: happened %v", firstLook, w)
		}
	}
}

func TestSent(t *testing.T) {
	s := memory(t)
	pend := func(op ledger.OpID, account ledger.AccountID, f media.Feature, sent media.Moment) ledger.Pending {
		return ledger.Pending{Op: op, Account: account, Subject: ledger.Subject{Work: 2, Feature: f}, New: media.Rated(70), State: ledger.Expected, Sent: sent}
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Pending: []ledger.Pending{pend("a", 2, media.Ratings, 70), pend("b", 2, media.Ratings, 90),
		pend("c", 1, media.Ratings, 95), pend("d", 2, media.Watchlist, 99)}}))
	if at := got(s.Sent(ctx, 2, media.Ratings))(t); !maps.Equal(at, map[media.WorkID]media.Moment{2: 90}) {
		t.Errorf("sent %v", at)
	}
}

func TestDated(t *testing.T) {
	s := memory(t)
	shown := func(account ledger.AccountID, key string, w media.WorkID, state ledger.ShownState, at media.Moment) ledger.Shown {
		return ledger.Shown{Account: account, Feature: media.Ratings, RowKey: ledger.RowKey{Key: key}, Work: w, State: state, At: at}
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Shown: []ledger.Shown{shown(2, "a", 2, ledger.ShownValue, 70), shown(2, "b", 2, ledger.ShownValue, 60),
		shown(1, "c", 2, ledger.ShownValue, 95), shown(2, "d", 3, ledger.ShownValue, 0)}}))
	if at := got(s.Dated(ctx, 2, media.Ratings))(t); !maps.Equal(at, map[media.WorkID]media.Moment{2: 70}) {
		t.Errorf("dated %v", at)
	}
}

// What was said is known also when something else was said since, or nothing; not
// what an account took over.
func TestSaid(t *testing.T) {
	s := memory(t)
	st := func(account ledger.AccountID, w media.WorkID, at media.Moment, origin ledger.AccountID) ledger.Statement {
		return ledger.Statement{Account: account, Subject: ledger.Subject{Work: w, Feature: media.Ratings}, Value: media.Value{Set: true, N: 10}, At: at, Origin: origin, OriginSeq: 99}
	}
	cleared := st(2, 2, 80, 2)
	cleared.Cleared, cleared.Value = true, media.Value{}
	for run, said := range []ledger.Statement{st(2, 2, 60, 2), st(2, 2, 70, 2), cleared, st(2, 3, 90, 2), st(2, 4, 0, 2), st(2, 5, 90, 1), st(1, 2, 95, 1)} {
		must(t, s.Apply(ctx, ledger.RunID(run+1), ledger.Delta{Statements: []ledger.Statement{said}}))
	}
	if at := got(s.Said(ctx, 2, media.Ratings))(t); !maps.EqualFunc(at, map[media.WorkID][]media.Moment{2: {60, 70}, 3: {90}}, slices.Equal) {
		t.Errorf("said %v", at)
	}
}
