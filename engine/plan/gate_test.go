package plan

import (
	"slices"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// wants is a bench on which B is due to list what A lists.
func wants(b *bench) *bench {
	b.both(A, B, media.Watchlist, keep, follow)
	b.says(A, media.Watchlist, listedNow, ago(day0), 50)
	return b
}

// R20: what stops an op that is otherwise due, one reason each.
func TestR20Stops(t *testing.T) {
	subject := ledger.Subject{Work: 7, Feature: media.Watchlist}
	for name, c := range map[string]struct {
		spoil func(*bench)
		want  string
	}{
		"nothing":      {func(*bench) {}, "B add listed"},
		"signed out":   {func(b *bench) { b.party(B).Blocked = ledger.AuthNeeded }, "B auth_needed"},
		"paused":       {func(b *bench) { b.party(B).Paused = true }, "B source_silent"},
		"not read (9)": {func(b *bench) { b.party(B).TrustedNow[media.Watchlist] = false }, "B source_silent"},
		"not trusted (32)": {func(b *bench) {
			b.party(B).TrustedNow[media.Watchlist] = false
			b.party(B).Trust[media.Watchlist].Silent = ledger.GuardShrunk
		}, "B source_not_trusted"},
		"the source is down (11)":         {func(b *bench) { b.party(A).TrustedNow[media.Watchlist] = false }, "B add listed"},
		"a view hold at the cause (R22)":  {func(b *bench) { b.w.Caused = map[ledger.AccountID]ledger.Code{A: ledger.GuardShrunk} }, "B guard_shrunk"},
		"a view hold at the target (R22)": {func(b *bench) { b.w.Caused = map[ledger.AccountID]ledger.Code{B: ledger.GuardShrunk} }, "B guard_shrunk"},
		"pinned here (19)": {func(b *bench) {
			b.d.Pins = []ledger.Pin{{Account: B, Work: 7, Feature: media.Watchlist, Kind: ledger.NeverTouch}}
		}, "B pinned"},
		"pinned everywhere":  {func(b *bench) { b.d.Pins = []ledger.Pin{{Work: 7, AnyFeature: true, Kind: ledger.NeverTouch}} }, "B pinned"},
		"pinned for ratings": {func(b *bench) { b.d.Pins = []ledger.Pin{{Work: 7, Feature: media.Ratings, Kind: ledger.NeverTouch}} }, "B add listed"},
		"refused": {func(b *bench) {
			b.d.Refusals = []ledger.Refusal{{Target: B, Subject: subject, Cause: ledger.Cause{Account: A, Seq: 1}, Why: ledger.UndoneByYou}}
		}, "B undone_by_you"},
		"an older word refused (105)": {func(b *bench) {
			b.d.Refusals = []ledger.Refusal{{Target: B, Subject: subject, Cause: ledger.Cause{Account: A, Seq: 99}, Why: ledger.UndoneByYou}}
		}, "B add listed"},
		"read only":             {func(b *bench) { b.party(B).Caps.Features[media.Watchlist].Access[media.Film] = provider.ReadIt }, "B cannot_store"},
		"add only service":      {func(b *bench) { b.party(B).Caps.Features[media.Watchlist].Access[media.Film] = provider.AddIt }, "B add listed"},
		"no tokens, no link":    {func(b *bench) { b.d.Tokens, b.d.Links = nil, nil }, "B no_match"},
		"linked without tokens": {func(b *bench) { b.d.Tokens = nil }, "B add listed"},
		"tokens without link":   {func(b *bench) { b.d.Links = nil }, "B add listed"},
		"not held":              {func(b *bench) { b.party(B).Caps.Features[media.Watchlist].Coverage = provider.Catalogue }, "B not_held"},
		"perhaps held":          {func(b *bench) { b.party(B).Caps.WritesHeldOnly, b.d.Links = true, nil }, "B not_held; B ?3"},
		"perhaps matched":       {func(b *bench) { b.party(B).Caps.MatchFirst, b.d.Links = true, nil }, "B source_silent; B ?3"},
		"without a match": {func(b *bench) {
			b.party(B).Caps.MatchFirst, b.d.Links, b.d.Sought = true, nil, []ledger.AccountID{B}
		}, "B no_match"},
		"not asked for a match (9)": {func(b *bench) {
			b.party(B).Caps.MatchFirst, b.d.Links, b.party(B).TrustedNow[media.Watchlist] = true, nil, false
		}, "B source_silent"},
		"matched":                  {func(b *bench) { b.party(B).Caps.MatchFirst = true }, "B add listed"},
		"ambiguous":                {func(b *bench) { b.d.Frozen = ledger.AmbiguousMatch }, "B ambiguous_match"},
		"proof pending (R6)":       {func(b *bench) { b.d.Proofs = []ledger.Proof{{Account: B, Feature: media.Ratings, Work: 7}} }, "B pending_proof"},
		"proof pending elsewhere":  {func(b *bench) { b.d.Proofs = []ledger.Proof{{Account: A, Feature: media.Ratings, Work: 7}} }, "B add listed"},
		"no route":                 {func(b *bench) { b.w.Routes = b.w.Routes[1:] }, ""},
		"signed out for good (42)": {func(b *bench) { b.party(A).Removed = true }, ""},
		"another value set aside": {func(b *bench) {
			b.d.Quarantine = []ledger.Quarantine{{Account: B, Subject: subject, Cause: ledger.Cause{Account: A, Seq: 1}, Failures: 3}}
		}, "B add listed"},
		"feature switched off (42)": {func(b *bench) { b.party(A).Features = nil }, ""},
		"account not accepted":      {func(b *bench) { b.party(A).Accepted = false }, "B add listed first-run"},
		"route not accepted":        {func(b *bench) { b.w.Routes[0].Accepted = false }, "B add listed first-run"},
	} {
		t.Run(name, func(t *testing.T) {
			b := wants(newBench(listCaps(10), listCaps(10)))
			c.spoil(b)
			b.expect(t, c.want)
		})
	}
}

// R8: a write under way is waited for, a changed want queues behind it, a lost
// one is planned again.
func TestR8PendingWrites(t *testing.T) {
	subject := ledger.Subject{Work: 7, Feature: media.Watchlist}
	pend := func(b *bench, state ledger.PendingState) {
		says := b.d.Statements[0]
		says.Account = B
		b.d.Pending = []ledger.Pending{{Op: "9-1", Account: B, Subject: subject, New: listedNow, Says: says,
			Cause: ledger.Cause{Account: A, Seq: 1}, Sent: ago(time.Hour), Run: 99, State: state, Until: now + 5}}
	}
	b := wants(newBench(listCaps(10), listCaps(10)))
	pend(b, ledger.Expected)
	if p := b.expect(t, "B pending_visible"); p.NonOps[0].Why.Until != now+5 || !p.NonOps[0].Unmet {
		t.Error("it is not said until when")
	}
	pend(b, ledger.Lost)
	if p := b.expect(t, "B add listed"); !p.Ops[0].Retry {
		t.Error("not marked as a retry")
	}
	pend(b, ledger.Expected)
	b.d.Statements[0].Cleared, b.d.Statements[0].Value, b.d.Statements[0].Run = true, clearedNow, 60
	b.d.Statements[0].Seq, b.d.Statements[0].OriginSeq = 5, 5
	b.d.Shown = nil
	if p := b.expect(t, "B remove"); p.Ops[0].Old != listedNow { // scenario 50
		t.Error("not planned against the queue")
	}
}

// R8, scenario 95: a re-add queues behind a removal that is not shown yet.
func TestR8ReAddQueues(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	set := *b.says(A, media.Watchlist, listedNow, ago(9*day0), 10)
	b.adopts(B, set, 11)
	b.d.Pending = []ledger.Pending{{Op: "50-1", Account: B, Subject: set.Subject, Old: listedNow, RowKey: ledger.RowKey{Key: "k2"}, Sent: ago(day0), Run: 60, State: ledger.Expected}}
	b.d.Statements = b.d.Statements[1:]
	b.says(A, media.Watchlist, listedNow, ago(time.Hour), 90)
	if p := b.expect(t, "B add listed"); p.Ops[0].Key != "k2" || p.Ops[0].Old.Set {
		t.Errorf("op %+v", p.Ops[0])
	}
}

// R8: three failures set a value aside until a newer word, a new item there or,
// where the target has none of its own, a new id.
func TestR8Quarantine(t *testing.T) {
	b := wants(newBench(listCaps(10), listCaps(10)))
	b.d.Links = nil
	b.d.Quarantine = []ledger.Quarantine{{Account: B, Subject: ledger.Subject{Work: 7, Feature: media.Watchlist}, Value: listedNow,
		Cause: ledger.Cause{Account: A, Seq: 1}, Failures: 3, Tokens: ledger.TokensDigest(b.d.Tokens)}}
	b.expect(t, "B quarantined") // scenario 17
	b.d.Quarantine[0].Failures = 2
	b.expect(t, "B add listed")
	b.d.Quarantine[0].Failures = 3
	b.d.Tokens = append(b.d.Tokens, media.OwnToken(media.Film, media.IMDb, "tt0133093"))
	b.expect(t, "B add listed") // scenario 18
	b.d.Links = append(b.d.Links, ledger.Link{Account: B, Key: "own", Work: 7})
	b.d.Quarantine[0].Tokens = b.expect(t, "B add listed").Ops[0].Tokens // by its own item
	b.d.Tokens = append(b.d.Tokens, media.OwnToken(media.Film, media.TVDB, "9"))
	b.expect(t, "B quarantined") // what others call it changes nothing there
	b.d.Links = append(b.d.Links, ledger.Link{Account: B, Key: "upgraded", Work: 7})
	b.expect(t, "B add listed")
	b.d.Quarantine[0].Tokens = b.expect(t, "B add listed").Ops[0].Tokens
	b.d.Statements[0].Seq, b.d.Statements[0].OriginSeq = 2, 2
	b.expect(t, "B add listed") // scenario 104
}

// R9: what a service drops by itself stays dropped there and listed elsewhere,
// until a newer Set (scenarios 51, 102).
func TestR9LocalEffects(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	b.says(B, media.Watchlist, listedNow, ago(9*day0), 10)
	b.says(A, media.Watchlist, clearedNow, ago(day0), 50).Local = true
	b.expect(t, "A local_effect")
	b.d.Statements[0].At = ago(time.Hour)
	b.expect(t, "A add listed")
}

// R20, R24: what a person put back after a play had ended it stays, and says why.
func TestR24PutBackAfterAPlay(t *testing.T) {
	for name, c := range map[string]struct {
		local, refused bool
		want           []string
	}{
		"said there since": {false, false, nil},
		"undone":           {true, true, []string{"A undone_by_you"}},
		"by the service":   {true, false, []string{"A local_effect"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(listCaps(10), listCaps(10))
			b.both(A, B, media.Progress, keep, follow)
			b.watched(A, 1, ago(2*day0), 50)
			b.says(A, media.Progress, media.Position(3_000_000, 5_400_000), ago(day0), 60).Local = c.local
			if play := b.d.Statements[0]; c.refused {
				subject := ledger.Subject{Work: play.Work, Feature: media.Progress}
				b.d.Refusals = []ledger.Refusal{{Target: A, Subject: subject, Cause: originOf(play), Why: ledger.UndoneByYou}}
			}
			var got []string
			for _, n := range b.make().NonOps {
				if n.Account == A {
					got = append(got, "A "+string(n.Why.Code))
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// Identity: what may be there without ids is not written over by its title.
func TestLookalikesAreNotWrittenTo(t *testing.T) {
	b := wants(newBench(listCaps(10), listCaps(10)))
	b.d.Links = nil
	b.d.Alike = []ledger.AccountID{A}
	b.expect(t, "B add listed")
	b.d.Alike = []ledger.AccountID{B}
	b.expect(t, "B ambiguous_match")
	b.d.Links = []ledger.Link{{Account: B, Key: "k", Work: b.d.Work.ID, By: ledger.ByHand}}
	b.expect(t, "B add listed")
}

// R9: a watched title is not put on a list that would drop it at once.
func TestR9WatchedTitles(t *testing.T) {
	b := wants(newBench(listCaps(10), listCaps(10)))
	b.party(B).Caps.Effects = provider.ListDropsWatched
	b.d.PartWatched = []ledger.AccountID{B}
	b.expect(t, "B local_effect")
	b.d.PartWatchedAt = []media.Moment{ago(2 * day0)}
	b.expect(t, "B add listed")
	b.d.PartWatchedAt[0] = ago(time.Hour)
	b.expect(t, "B local_effect")
	b.d.PartWatched = nil
	b.shows(B, media.History, 3, media.Watched(ago(time.Hour)), 0, 60)
	b.expect(t, "B local_effect")
}

// R9: unless the person wants watched titles off every list.
func TestR9WatchedLeavesLists(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	b.says(A, media.Watchlist, listedNow, ago(9*day0), 1)
	b.says(B, media.Watchlist, listedNow, ago(9*day0), 1)
	b.play(1, ago(day0))
	b.saysPlay(A, media.History, 1, media.Watched(ago(day0)), ago(day0), 50)
	b.expect(t, "")
	b.w.Settings.WatchedLeavesLists = true
	b.expect(t, "A remove; B remove")
	b.d.Statements[0].At = ago(time.Hour) // listed again to see it once more
	b.expect(t, "")
}

// R9: a title that the service dropped once comes back by a newer Set, watched
// or not.
func TestR9NewerSetAfterDrop(t *testing.T) {
	b := wants(newBench(listCaps(10), listCaps(10)))
	b.party(B).Caps.Effects = provider.ListDropsWatched
	b.says(B, media.Watchlist, clearedNow, ago(2*day0), 40).Local = true
	b.d.PartWatched = []ledger.AccountID{B}
	b.expect(t, "B add listed")
}

// R20, R22: what is decided about a word holds for its copies.
func TestCopiesShareTheirOriginsFate(t *testing.T) {
	carried := func() (*bench, ledger.Statement) {
		b := newBench(listCaps(10), listCaps(10), listCaps(10))
		b.route(B, C, media.Watchlist, keep, follow)
		set := *b.says(A, media.Watchlist, listedNow, ago(day0), 50)
		b.adopts(B, set, 60)
		b.expect(t, "C add listed")
		return b, set
	}
	b, set := carried()
	b.w.Caused = map[ledger.AccountID]ledger.Code{A: ledger.GuardShrunk}
	b.expect(t, "C guard_shrunk")
	b, _ = carried()
	b.d.Refusals = []ledger.Refusal{{Target: C, Subject: set.Subject, Cause: ledger.Cause{Account: A, Seq: set.Seq}, Why: ledger.RefusedByYou}}
	b.expect(t, "C refused_by_you")
	b, _ = carried() // written back to its origin, a word is still the same word (R8)
	b.d.Statements[0].Seq = 9
	b.expect(t, "C add listed")
}

// R20: a refused last word stops an older one that says the same.
func TestRefusedLastWord(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10), listCaps(10))
	b.route(A, C, media.Watchlist, keep, follow)
	b.route(B, C, media.Watchlist, add, ledger.Never)
	b.says(C, media.Watchlist, listedNow, ago(9*day0), 1)
	b.says(A, media.Watchlist, clearedNow, ago(2*day0), 50)
	last := *b.says(B, media.Watchlist, clearedNow, ago(day0), 60)
	b.d.Refusals = []ledger.Refusal{{Target: C, Subject: last.Subject, Cause: originOf(last), Why: ledger.RefusedByYou}}
	b.expect(t, "C refused_by_you")
}

// A service that only takes additions is neither changed nor cleared.
func TestAddOnlyService(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Ratings, keep, follow)
	b.party(B).Caps.Features[media.Ratings].Access[media.Film] = provider.AddIt
	b.says(B, media.Ratings, media.Rated(60), ago(9*day0), 1)
	b.says(A, media.Ratings, media.Rated(80), ago(day0), 50)
	b.expect(t, "A newer_there; B cannot_store")
	b.d.Statements[1].Cleared, b.d.Statements[1].Value = true, clearedNow
	b.expect(t, "A newer_there; B cannot_store")
}

// Pins hold against copy exactly too.
func TestAlwaysKeepAgainstCopyExactly(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Watchlist, exact, follow)
	b.says(B, media.Watchlist, listedNow, ago(day0), 50)
	b.d.Pins = []ledger.Pin{{Account: B, Work: 7, Feature: media.Watchlist, Kind: ledger.AlwaysKeep}}
	b.expect(t, "B pinned")
}

// R8, R12: what is under way is our own write, also on an add-only path.
func TestR12AddOnlyQueues(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Ratings, add, ledger.Never)
	b.says(A, media.Ratings, media.Rated(90), ago(day0), 90)
	b.d.Pending = []ledger.Pending{{Account: B, Subject: b.d.Statements[0].Subject, New: media.Rated(70), Run: 80, Sent: ago(2 * day0), State: ledger.Expected}}
	if p := b.expect(t, "B update 90/100"); p.Ops[0].Overwrites || p.Ops[0].Old != media.Rated(70) {
		t.Errorf("op %+v", p.Ops[0])
	}
}

// What an account shows against its own last word waits for observation: it is
// not written over because somebody else once said the same.
func TestOwnLastWordIsNotWrittenOver(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Ratings, keep, follow)
	b.says(A, media.Ratings, media.Rated(80), ago(9*day0), 40)
	b.says(B, media.Ratings, media.Rated(80), ago(day0), 50)
	b.d.Shown[1].Value = media.Rated(60)
	b.expect(t, "B newer_there")
}

// A list that knows no copies is written to once.
func TestListsHaveNoCopies(t *testing.T) {
	b := wants(newBench(listCaps(10), listCaps(10)))
	b.shows(B, media.Watchlist, 0, clearedNow, 0, 1)
	b.shows(B, media.Watchlist, 0, clearedNow, 0, 1).Key = "k1"
	if p := b.expect(t, "B add listed"); p.Ops[0].Key != "k1" {
		t.Errorf("key %q", p.Ops[0].Key)
	}
}

// R13: a first look forgets no Cleared.
func TestR13FirstLookKeepsCleareds(t *testing.T) {
	b := wants(newBench(listCaps(10), listCaps(10)))
	b.says(B, media.Watchlist, clearedNow, ago(time.Hour), 90)
	b.w.Routes = b.w.Routes[:1]
	b.party(B).Trust[media.Watchlist].FirstRun = 100
	if p := b.expect(t, "B newer_there"); len(p.Withdrawn) > 0 {
		t.Errorf("withdrawn %v", p.Withdrawn)
	}
}

// Pins: always keep (scenario 74).
func TestAlwaysKeep(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	b.says(B, media.Watchlist, listedNow, ago(9*day0), 1)
	b.says(A, media.Watchlist, clearedNow, ago(day0), 50)
	b.expect(t, "B remove; A newer_there")
	b.d.Pins = []ledger.Pin{{Work: 7, Feature: media.Watchlist, Kind: ledger.AlwaysKeep}}
	b.expect(t, "A add listed; B pinned") // the removal at B is not passed over in silence
}

// §3: a removal is written to every copy, an add to those that lack it.
func TestCopies(t *testing.T) {
	b := newBench(listCaps(10), serverCaps())
	b.route(A, B, media.Ratings, keep, follow)
	b.says(A, media.Ratings, media.Rated(80), ago(9*day0), 50)
	b.shows(B, media.Ratings, 0, clearedNow, 0, 1)
	b.shows(B, media.Ratings, 0, clearedNow, 0, 1).Key = "4k"
	b.expect(t, "B add 80/100; B add 80/100")
	b.d.Shown = b.d.Shown[:1]
	b.shows(B, media.Ratings, 0, media.Rated(80), 0, 1)
	b.shows(B, media.Ratings, 0, media.Rated(80), 0, 1).Key = "4k"
	b.expect(t, "")
	b.d.Statements, b.d.Shown = nil, b.d.Shown[1:]
	b.says(A, media.Ratings, clearedNow, ago(day0), 50)
	p := b.expect(t, "B remove; B remove")
	if p.Ops[0].Key != "4k" || p.Ops[1].Key != "k2" || p.Ops[0].Says.Origin != A {
		t.Errorf("ops %+v", p.Ops)
	}
}

// Scenario 92: a file is upgraded; the new copy gets what the old one had.
func TestUpgradedFile(t *testing.T) {
	b := newBench(listCaps(10), serverCaps())
	b.both(A, B, media.Ratings, keep, follow)
	set := *b.says(B, media.Ratings, media.Rated(80), ago(9*day0), 10)
	b.adopts(A, set, 11)
	b.d.Shown = b.d.Shown[1:]
	row := b.shows(B, media.Ratings, 0, clearedNow, 0, 90)
	row.Key, row.State, row.Looks = "new", ledger.ShownUnknown, 1
	b.expect(t, "B first_look") // a second look must agree
	gone := b.shows(B, media.Ratings, 0, clearedNow, 0, 90)
	gone.Key, gone.State, gone.Looks = "old", ledger.ShownUnknown, 0
	b.d.Shown[1].State, b.d.Shown[1].Looks = ledger.ShownAbsent, 2
	b.expect(t, "B add 80/100")
}

// Scenarios 22, 23, 25, 27, 47, 63, 91: who is refilled and who is not.
func TestRefill(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Ratings, keep, ledger.Never)
	b.says(B, media.Ratings, media.Rated(80), ago(9*day0), 1)
	c := *b.says(A, media.Ratings, clearedNow, ago(day0), 50)
	b.expect(t, "A newer_there; B removals_off") // 23, 63, 65
	for i := range b.w.Routes {
		b.w.Routes[i].Removals = follow
	}
	b.expect(t, "B remove; A newer_there") // 22
	b.d.Refusals = []ledger.Refusal{{Target: B, Subject: c.Subject, Cause: ledger.Cause{Account: A, Seq: c.Seq}, Why: ledger.RefusedByYou}}
	b.expect(t, "A newer_there; B refused_by_you") // 91
	b.d.Statements[0].At = ago(time.Hour)
	b.expect(t, "A add 80/100; B newer_there") // 27
}

// S17, scenario 76: kinds that cannot be watched take no plays.
func TestShowsTakeNoPlays(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.d.Work.Kind = media.Show
	b.both(A, B, media.History, keep, follow)
	b.both(A, B, media.Watchlist, keep, follow)
	b.play(1, ago(9*day0))
	b.saysPlay(A, media.History, 1, media.Watched(ago(9*day0)), ago(9*day0), 50)
	b.d.Reread = []ledger.AccountID{B}
	b.expect(t, "")
	b.says(A, media.Watchlist, listedNow, ago(day0), 50)
	b.expect(t, "B add listed")
}
