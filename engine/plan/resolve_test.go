package plan

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const (
	keep   = ledger.KeepSame
	add    = ledger.AddOnly
	exact  = ledger.CopyExactly
	follow = ledger.Follow
)

var (
	listedNow  = media.Listed()
	clearedNow = media.Value{}
	day0       = 24 * time.Hour
)

// R10: absence of statements never removes, and a word about something that
// is there already does nothing.
func TestR10NobodySaidAnything(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	b.shows(B, media.Watchlist, 0, listedNow, 0, 1)
	b.expect(t, "")
	b.d.Shown = nil
	b.says(A, media.Watchlist, listedNow, 0, 1)
	b.says(B, media.Watchlist, listedNow, 0, 1)
	b.expect(t, "")
	b.w.Explain = true
	b.expect(t, "A already_equal; B already_equal")
}

// R6, R20: who asks why is told what was seen and is not believed yet, before
// anybody has said anything.
func TestR6SeenAndNotBelievedYet(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	b.d.Proofs = []ledger.Proof{{Account: A, Feature: media.Watchlist, Work: 7, Now: listedNow, First: ago(day0), Looks: 1, Need: 2}}
	b.expect(t, "")
	b.w.Explain = true
	b.expect(t, "A pending_proof")
	b.party(A).Removed = true
	b.expect(t, "")
}

// R20: who asks why is told that what a service did by itself, or what was taken
// back there, stays there (R9, R24).
func TestR9StaysLocal(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	b.says(A, media.Watchlist, listedNow, 0, 1)
	b.d.Statements[0].Local = true
	b.expect(t, "")
	b.w.Explain = true
	b.expect(t, "B local_effect")
	b.d.Refusals = []ledger.Refusal{{Target: A, Subject: b.d.Statements[0].Subject, Cause: ledger.Cause{Account: B, Seq: 9}, Why: ledger.UndoneByYou}}
	b.expect(t, "B undone_by_you")
	b.shows(B, media.Watchlist, 0, listedNow, 0, 1)
	b.expect(t, "")
}

// R11: the latest word wins; unknown is older than known; Set beats Cleared at
// the same time; route order breaks the last tie and says so.
func TestR11LastWord(t *testing.T) {
	for name, c := range map[string]struct {
		a, b     media.Value
		aAt, bAt media.Moment
		want     string
	}{
		"the later rating wins (scenario 59)":       {media.Rated(80), media.Rated(60), ago(40 * day0), ago(10 * day0), "A update 60/100; B newer_there"},
		"unknown is older than known (scenario 60)": {media.Rated(80), media.Rated(60), 0, ago(10 * day0), "A update 60/100; B newer_there"},
		"route order decides between undated":       {media.Rated(80), media.Rated(60), 0, 0, "B update 80/100; A newer_there"},
		"a Set beats a Cleared of the same time":    {media.Rated(80), clearedNow, ago(day0), ago(day0), "B add 80/100; A newer_there"},
		"a later Cleared beats a Set":               {media.Rated(80), clearedNow, ago(2 * day0), ago(day0), "A remove; B newer_there"},
		"equal values":                              {media.Rated(80), media.Rated(80), ago(2 * day0), ago(day0), ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(listCaps(10), listCaps(10))
			b.both(A, B, media.Ratings, keep, follow)
			b.says(A, media.Ratings, c.a, c.aAt, 1)
			run := ledger.RunID(1)
			if !c.b.Set {
				run = 50
			}
			b.says(B, media.Ratings, c.b, c.bAt, run)
			p := b.expect(t, c.want)
			if c.aAt == 0 && c.bAt == 0 && p.Ops[0].Why.Details.Code == "" {
				t.Error("the tie is not explained")
			}
		})
	}
}

// R8: a newer statement by the origin voids its copies, also where it does not
// reach.
func TestR8NewerWordVoidsCopies(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10), listCaps(10))
	b.route(A, B, media.Watchlist, keep, follow)
	b.route(B, C, media.Watchlist, keep, follow)
	set := *b.says(A, media.Watchlist, listedNow, ago(9*day0), 10)
	b.adopts(B, set, 11)
	b.expect(t, "C add listed") // both the word and its copy reach C
	b.d.Statements[0].Cleared, b.d.Statements[0].Value, b.d.Statements[0].Seq, b.d.Statements[0].OriginSeq = true, clearedNow, 9, 9
	b.d.Statements[0].At, b.d.Statements[0].Run = ago(day0), 50
	b.d.Shown = b.d.Shown[1:]
	b.expect(t, "B remove")
	b.d.Statements[0].Local = true // a service's own effect voids nothing
	b.expect(t, "C add listed")
}

// R12: what a path permits.
func TestR12Paths(t *testing.T) {
	type hop struct {
		mode     ledger.Mode
		removals ledger.Removals
	}
	for name, c := range map[string]struct {
		hops []hop
		from media.Value // A's word, newer than C's
		want string
	}{
		"any path adds up to an update only if every route keeps the same": {[]hop{{keep, 0}, {add, 0}}, media.Rated(90), "C path_add_only"},
		"update by keep the same":      {[]hop{{keep, 0}, {keep, 0}}, media.Rated(90), "C update 90/100"},
		"removal with removals off":    {[]hop{{keep, follow}, {keep, ledger.Never}}, clearedNow, "C removals_off"},
		"removal by an add-only route": {[]hop{{add, follow}, {keep, follow}}, clearedNow, "C path_add_only"},
		"removal that asks":            {[]hop{{keep, ledger.Ask}, {keep, follow}}, clearedNow, "C remove ask"},
		"removal that follows":         {[]hop{{keep, follow}, {keep, follow}}, clearedNow, "C remove"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(listCaps(10), listCaps(10), listCaps(10))
			b.party(B).Caps.Features[media.Ratings].Access = [6]provider.Access{} // B only passes on
			b.route(A, B, media.Ratings, c.hops[0].mode, c.hops[0].removals)
			b.route(B, C, media.Ratings, c.hops[1].mode, c.hops[1].removals)
			b.says(C, media.Ratings, media.Rated(70), ago(9*day0), 1)
			b.says(A, media.Ratings, c.from, ago(day0), 50)
			p := b.make()
			p.NonOps = without(p.NonOps, B)
			if got := text(p); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func without(in []ledger.NonOp, id ledger.AccountID) (out []ledger.NonOp) {
	for _, n := range in {
		if n.Account != id {
			out = append(out, n)
		}
	}
	return out
}

// R12: the best path counts, and the one that needs no question is best.
func TestR12BestPath(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10), listCaps(10))
	b.route(A, C, media.Watchlist, add, ledger.Never)
	b.route(A, C, media.Watchlist, keep, ledger.Ask)
	b.route(A, B, media.Watchlist, keep, follow)
	b.route(B, C, media.Watchlist, keep, follow)
	b.says(C, media.Watchlist, listedNow, ago(9*day0), 1)
	b.says(A, media.Watchlist, clearedNow, ago(day0), 50)
	p := b.expect(t, "C remove")
	if len(p.Ops[0].Path) != 2 || p.Ops[0].Path[0] != 3 {
		t.Errorf("path %v", p.Ops[0].Path)
	}
	b.w.Routes[2].Accepted = false // the detour was not accepted: now the question is better
	b.expect(t, "C remove ask")
}

// S15: a permitted word is not stopped by a later one that says the same
// without a permission.
func TestR12AnotherWordPermits(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10), listCaps(10))
	b.route(A, C, media.Watchlist, keep, follow)
	b.route(B, C, media.Watchlist, add, ledger.Never)
	b.says(C, media.Watchlist, listedNow, ago(9*day0), 1)
	first := b.says(A, media.Watchlist, clearedNow, ago(2*day0), 50).Seq
	b.says(B, media.Watchlist, clearedNow, ago(day0), 60)
	p := b.expect(t, "C remove")
	if p.Ops[0].Cause != (ledger.Cause{Account: A, Seq: first}) {
		t.Errorf("cause %v", p.Ops[0].Cause)
	}
}

// R12: on an add-only path an update is for our own last write only.
func TestR12AddOnlyUpdatesOurOwnWrite(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Ratings, add, ledger.Never)
	old := *b.says(A, media.Ratings, media.Rated(70), ago(9*day0), 10)
	b.adopts(B, old, 11)
	b.d.Statements = b.d.Statements[1:]
	b.says(A, media.Ratings, media.Rated(90), ago(day0), 50)
	b.expect(t, "B update 90/100")
	b.d.Statements[0].Origin, b.d.Statements[0].OriginSeq = B, b.d.Statements[0].Seq // the person's own 70
	b.expect(t, "B path_add_only")
}

// R13: a removal needs that the target held the work, after its first look, in
// a run no later than the one that concluded the Cleared.
func TestR13Removals(t *testing.T) {
	for name, c := range map[string]struct {
		cleared ledger.RunID
		first   ledger.RunID
		since   ledger.RunID
		ownAt   media.Moment
		want    string
	}{
		"held long before":                                {50, 1, 1, 0, "B remove"},
		"first look later than the Cleared (38)":          {50, 60, 60, 0, "B first_look"},
		"first look in the same run":                      {50, 50, 50, 0, "B first_look"},
		"listed again since, undated":                     {50, 1, 60, 0, "B first_look"},
		"listed again since, known older":                 {50, 1, 60, ago(9 * day0), "B remove"},
		"first look later, known older: still no removal": {50, 60, 60, ago(9 * day0), "B first_look"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(listCaps(10), listCaps(10))
			b.route(A, B, media.Watchlist, keep, follow)
			b.party(B).Trust[media.Watchlist].FirstRun = c.first
			b.says(B, media.Watchlist, listedNow, c.ownAt, c.since)
			b.says(A, media.Watchlist, clearedNow, ago(day0), c.cleared)
			b.expect(t, c.want)
		})
	}
}

// R13: an account that was not looked at before this run, or not since it was
// connected again, has its first look now, whatever its older trust says.
func TestR13FirstLookNow(t *testing.T) {
	for name, spoil := range map[string]func(*ledger.Party){
		"never looked at": func(p *ledger.Party) { p.Trust[media.Ratings] = ledger.Trust{} },
		"connected again": func(p *ledger.Party) { p.Connected, p.Trust[media.Ratings].Run = 100, 99 },
	} {
		b := newBench(listCaps(10), listCaps(10))
		b.route(A, B, media.Ratings, keep, follow)
		b.says(A, media.Ratings, media.Rated(80), ago(day0), 50)
		b.expect(t, "B add 80/100")
		spoil(b.party(B))
		b.expect(t, "B first_look") // what is there may only not have been listed
		b.says(B, media.Ratings, media.Rated(60), ago(9*day0), 100)
		b.d.Statements[0].Cleared, b.d.Statements[0].Value = true, clearedNow
		if p := b.make(); len(p.Ops) > 0 {
			t.Errorf("%s: %s", name, text(p))
		}
	}
}

// R13: scenario 38, both ways: the old Cleared keeps its own account from being
// refilled, and nothing else.
func TestR13OldClearedKeepsItsOwnAccount(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10), listCaps(10))
	b.both(A, C, media.Watchlist, keep, follow)
	b.party(C).Trust[media.Watchlist].FirstRun = 100
	b.says(A, media.Watchlist, clearedNow, ago(30*day0), 20)
	b.says(C, media.Watchlist, listedNow, 0, 100)
	b.expect(t, "A newer_there; C first_look")
}

// R13: what we wrote ourselves goes with the word it came from, whenever it
// showed (scenarios 50, 96).
func TestR13OurOwnCopyGoes(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Watchlist, keep, follow)
	set := *b.says(A, media.Watchlist, listedNow, 0, 10)
	b.adopts(B, set, 60) // showed only after A dropped it
	b.d.Statements, b.d.Shown = b.d.Statements[1:], b.d.Shown[1:]
	b.says(A, media.Watchlist, clearedNow, ago(day0), 50)
	b.expect(t, "B remove")
}

// R13: at its first look an account forgets what it said and does not show.
func TestR13FirstLookForgets(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Watchlist, keep, follow)
	set := *b.says(A, media.Watchlist, listedNow, 0, 10)
	b.adopts(B, set, 11)
	b.party(A).Trust[media.Watchlist].FirstRun = 100
	b.d.Shown = b.d.Shown[1:]
	p := b.expect(t, "A add listed")
	if len(p.Withdrawn) != 1 || p.Withdrawn[0].Account != A {
		t.Errorf("withdrawn %v", p.Withdrawn)
	}
}

// R13, scenario 107: two works turn out to be one. Nothing is removed by that,
// and nothing written over without a yes.
func TestR13JoinedWorks(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Ratings, keep, follow)
	b.says(B, media.Ratings, media.Rated(60), ago(9*day0), 90).FirstLook = true
	b.says(A, media.Ratings, media.Rated(80), ago(day0), 50)
	b.expect(t, "B update 80/100 first-run; A newer_there")
	b.d.Statements[0].FirstLook = false
	b.expect(t, "B update 80/100; A newer_there")
	b.d.Statements[0].FirstLook, b.d.Statements[0].At = true, now
	b.expect(t, "A update 60/100 first-run; B newer_there")
	b.d.Statements[0].At = ago(9 * day0)
	b.d.Statements[1].Cleared, b.d.Statements[1].Value = true, clearedNow
	b.expect(t, "A newer_there; B first_look")
}

// R13: nothing is written over what an item shows that came later than the last
// word was said, and without a time: it may be the newer word.
func TestR13ComesLaterWithAnotherValue(t *testing.T) {
	b := newBench(serverCaps(), serverCaps())
	b.route(A, B, media.Ratings, keep, follow)
	set := *b.says(A, media.Ratings, media.Rated(80), ago(9*day0), 50)
	b.adopts(B, set, 51)
	row := &b.d.Shown[len(b.d.Shown)-1]
	row.Key, row.Value, row.At, row.Since, row.FirstLook = "made anew", media.Rated(40), 0, 60, true
	b.expect(t, "B first_look")
	row.At = ago(10 * day0) // the service says that it is older
	b.expect(t, "B update 80/100")
	row.At = 0
	b.d.Statements[0].Run = 70 // said once more since
	b.d.Statements[0].Seq = 70
	b.expect(t, "B update 80/100")
	row.FirstLook, b.d.Statements[0].Run = false, 50 // our write came late on top of it
	b.expect(t, "B update 80/100")
}

// R14: a Cleared from before the policy is asked about first (scenario 16).
func TestR14OldClearedsAsk(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	r := b.route(A, B, media.Watchlist, keep, ledger.Never)
	b.says(B, media.Watchlist, listedNow, 0, 1)
	b.says(A, media.Watchlist, clearedNow, ago(day0), 50)
	b.expect(t, "B removals_off")
	r.Removals, r.RemovalsSince = follow, 70
	b.expect(t, "B remove ask")
	r.RemovalsSince = 50
	b.expect(t, "B remove")
}

// R15: provenance, also through a media server and by copies (scenario 108).
func TestR15Provenance(t *testing.T) {
	trakt := listCaps(10)
	trakt.OnwardToTrackers = false
	b := newBench(trakt, serverCaps(), listCaps(10))
	b.route(A, B, media.Watchlist, keep, follow)
	b.route(B, C, media.Watchlist, keep, follow)
	set := *b.says(A, media.Watchlist, listedNow, ago(day0), 50)
	b.shows(B, media.Watchlist, 0, clearedNow, 0, 1)
	b.expect(t, "B add listed; C policy")
	b.d.Shown = b.d.Shown[:1]
	b.adopts(B, set, 60)
	b.expect(t, "C policy")
	b.route(A, C, media.Watchlist, add, ledger.Never)
	b.expect(t, "C policy")
	b.w.Routes[2].Onward = true
	p := b.expect(t, "C add listed")
	if len(p.Ops[0].Path) != 1 || p.Ops[0].Path[0] != 3 {
		t.Errorf("path %v", p.Ops[0].Path)
	}
	b.says(B, media.Watchlist, listedNow, now, 70) // the person's own word at the server flows on
	b.w.Routes = b.w.Routes[:2]
	b.d.Statements = append(b.d.Statements[:1], b.d.Statements[2:]...)
	b.expect(t, "C add listed")
}

// R15: where something older may come, the plan still says that the terms keep
// the last word away.
func TestR15SaysPolicyOverAnOlderWord(t *testing.T) {
	trakt := listCaps(10)
	trakt.OnwardToTrackers = false
	b := newBench(trakt, serverCaps(), listCaps(10))
	b.route(A, C, media.Ratings, keep, follow)
	b.route(B, C, media.Ratings, keep, follow)
	b.says(B, media.Ratings, media.Rated(60), ago(9*day0), 50)
	b.shows(C, media.Ratings, 0, media.Rated(60), 0, 1)
	b.says(A, media.Ratings, media.Rated(80), ago(day0), 60)
	b.w.Explain = true
	b.expect(t, "A no_route; B no_route; C policy")
	b.d.Statements[1].At = ago(10 * day0) // an older word is not kept away: it lost
	b.expect(t, "A no_route; B no_route; C already_equal")
}

// R4: a coarser service that says the same does not coarsen a finer value.
func TestR4FinerValueStays(t *testing.T) {
	b := newBench(listCaps(1), listCaps(10), listCaps(1))
	b.both(A, B, media.Ratings, keep, follow)
	b.route(B, C, media.Ratings, keep, follow)
	b.says(A, media.Ratings, media.Rated(75), ago(9*day0), 1)
	b.says(B, media.Ratings, media.Rated(80), ago(day0), 50)
	b.expect(t, "C add 75/100") // scenario 64
	b.d.Statements[1].Value, b.d.Shown[1].Value = media.Rated(70), media.Rated(70)
	b.expect(t, "A update 70/100; C add 70/100; B newer_there")
}

// R12: copy exactly takes away what no source shows, held first (6), nothing
// while a source is not trusted (8, 9), and is refused with a path back (7).
func TestR12CopyExactly(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Watchlist, exact, follow)
	b.says(B, media.Watchlist, listedNow, ago(day0), 50)
	b.expect(t, "B remove ask")
	b.party(A).TrustedNow[media.Watchlist] = false
	b.expect(t, "B source_not_trusted")
	b.party(A).TrustedNow[media.Watchlist] = true
	b.w.Routes[0].Removals = ledger.Never
	b.expect(t, "B removals_off")
	b.w.Routes[0].Removals = follow
	b.route(B, A, media.Watchlist, add, ledger.Never)
	b.expect(t, "A add listed")
}

func TestR12CopyExactlyRatings(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Ratings, exact, follow)
	b.party(A).Trust[media.Ratings].FirstRun = 100
	b.says(B, media.Ratings, media.Rated(80), ago(day0), 50)
	b.expect(t, "B nothing_said") // scenario 7: nothing on the first run
	b.says(A, media.Ratings, media.Rated(60), ago(9*day0), 50)
	b.expect(t, "B update 60/100") // the sources alone decide
}

// R19: the order of writing, whatever the order of works.
func TestR19Order(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	for _, f := range media.Features {
		b.both(A, B, f, keep, follow)
	}
	b.says(A, media.Watchlist, listedNow, ago(9*day0), 50)
	b.says(A, media.Ratings, media.Rated(80), ago(9*day0), 50)
	b.says(A, media.Progress, media.Position(600_000, 5_400_000), ago(day0), 50)
	b.play(1, ago(9*day0))
	b.saysPlay(A, media.History, 1, media.Watched(ago(9*day0)), ago(9*day0), 50)
	b.d.Reread = []ledger.AccountID{B}
	second := newBench(listCaps(10), listCaps(10))
	second.d.Work.ID, second.d.Links = 6, b.d.Links
	second.says(B, media.Ratings, media.Rated(70), ago(9*day0), 1)
	second.says(A, media.Ratings, clearedNow, ago(day0), 50)
	for i := range second.d.Statements {
		second.d.Statements[i].Work = 6
	}
	got := text(Make(&b.w, []ledger.Dossier{second.d, b.d}))
	want := "B add watched " + ago(9*day0).String() + "; B add 80/100; B remove; B add listed; B add 10m0s; A newer_there"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// R8, R11: a write of ours that arrived on top of what was said since gives way
// to that word; while one may still arrive, there is nothing to restore.
func TestR8OwnWordOverOurLateWrite(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Ratings, keep, follow)
	own := *b.says(B, media.Ratings, media.Rated(100), ago(day0), 60)
	b.adopts(A, own, 61)
	b.d.Shown[0].Value = media.Rated(60)
	b.d.Statements[0].Key = "k2"
	b.expect(t, "B update 100/100")
	b.d.Statements[0].Key = "k9" // said by another copy: nobody asked to change this one
	b.expect(t, "B newer_there")
	b.d.Shown[0].Value = media.Rated(100)
	b.d.Pending = []ledger.Pending{{Op: "50-1", Account: B, Subject: own.Subject, Old: media.Rated(60),
		RowKey: ledger.RowKey{Key: "k2"}, Sent: ago(2 * day0), Run: 50, State: ledger.Expected}}
	b.expect(t, "B pending_visible")
}

// A person took an overwrite back, the write was sent and never showed: it is
// sent again, while what it takes back still stands and nobody said anything
// newer (R8, R24).
func TestALostUndoIsSentAgain(t *testing.T) {
	undone := func() *bench {
		b := newBench(listCaps(10), listCaps(10))
		b.route(A, B, media.Ratings, ledger.KeepSame, ledger.Follow)
		st := *b.says(A, media.Ratings, media.Rated(30), ago(5*time.Hour), 90)
		b.adopts(B, st, 90)
		b.d.Refusals = []ledger.Refusal{{Target: B, Subject: st.Subject, Cause: originOf(st), Why: ledger.UndoneByYou}}
		b.d.Pending = []ledger.Pending{{Op: "91-1", Account: B, Subject: st.Subject, Old: media.Rated(30), New: media.Rated(80),
			Cause: ledger.Cause{Account: B}, Says: ledger.Statement{Account: B, Subject: st.Subject, Value: media.Rated(80),
				At: ago(4 * time.Hour), Origin: B, Local: true}, State: ledger.Lost}}
		return b
	}
	b := undone()
	p := b.expect(t, "B update 80/100")
	if op := p.Ops[0]; !op.Undo || !op.Retry || op.Cause != (ledger.Cause{Account: B}) || op.Old != media.Rated(30) || !op.Says.Local {
		t.Errorf("planned %+v", op)
	}
	b.d.Quarantine = []ledger.Quarantine{{Account: B, Subject: p.Ops[0].Subject, Value: media.Rated(80), Cause: p.Ops[0].Cause, Failures: ledger.QuarantineAfter}}
	b.expect(t, "B quarantined")

	b = undone() // somebody wrote something else there
	b.d.Shown[1].Value = media.Rated(50)
	if p := b.make(); len(p.Ops) > 0 {
		t.Errorf("over something else: %s", text(p))
	}
	b = undone() // the source spoke since
	b.d.Statements[0].Value, b.d.Statements[0].At, b.d.Statements[0].Seq, b.d.Statements[0].OriginSeq = media.Rated(90), ago(time.Hour), 9, 9
	b.d.Shown[0].Value = media.Rated(90)
	b.expect(t, "B update 90/100")
	b = undone() // still expected
	b.d.Pending[0].State = ledger.Expected
	if p := b.make(); len(p.Ops) > 0 {
		t.Errorf("while it is expected: %s", text(p))
	}
}

// S1: what is shown on top of the target's own removal may be our late write, or
// the same value given again by the person: it is not taken away.
func TestR8WhatStandsOnItsOwnRemovalStays(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.both(A, B, media.Ratings, keep, follow)
	own := *b.says(B, media.Ratings, clearedNow, ago(day0), 60)
	b.adopts(A, own, 61)
	b.d.Statements[0].Key = "k2"
	b.d.Shown = []ledger.Shown{{Account: B, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "k2"}, Work: 7, State: ledger.ShownValue, Value: media.Rated(60), Since: 62}}
	b.expect(t, "B newer_there")
}
