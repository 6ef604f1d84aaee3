package plan

import (
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	in2020 = ago(6 * 365 * day0)
	in2024 = ago(2 * 365 * day0)
)

// viewing is a bench with History routes both ways, all logs read afresh.
func viewing(r ledger.Removals, caps ...provider.Capabilities) *bench {
	b := newBench(caps...)
	b.both(A, B, media.History, keep, r)
	b.d.Reread = []ledger.AccountID{A, B, C}
	return b
}

func (b *bench) watched(id ledger.AccountID, play media.PlayID, at media.Moment, run ledger.RunID) *ledger.Statement {
	if len(b.d.Plays) == 0 || b.d.Plays[len(b.d.Plays)-1].ID < play {
		b.play(play, at)
	}
	return b.saysPlay(id, media.History, play, media.Watched(at), at, run)
}

// R16, scenario 52: plays are a set; a flag shows the latest.
func TestR16Plays(t *testing.T) {
	b := viewing(follow, listCaps(10), listCaps(10))
	b.watched(A, 1, in2020, 1)
	b.watched(B, 2, in2024, 1)
	p := b.expect(t, "A add watched "+in2024.String()+"; B add watched "+in2020.String())
	if !p.Ops[0].Rewatch || !p.Ops[1].Rewatch {
		t.Error("a rewatch is not marked")
	}
	flag := viewing(follow, listCaps(10), serverCaps())
	flag.watched(A, 1, in2020, 1)
	flag.watched(A, 2, in2024, 1)
	flag.shows(B, media.History, 0, clearedNow, 0, 1)
	flag.expect(t, "B add watched "+in2024.String())
}

// R16: what stands between a play and a log.
func TestR16Adding(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*bench)
		want  string
	}{
		"nothing":                     {func(*bench) {}, "B add watched " + in2020.String()},
		"the log was not read afresh": {func(b *bench) { b.d.Reread = nil }, "B settling; B ?2"},
		"a preview asks nothing":      {func(b *bench) { b.d.Reread = nil; b.party(B).Accepted = false }, "B add watched " + in2020.String() + " first-run"},
		"younger than the window":     {func(b *bench) { b.date(ago(20 * time.Minute)) }, "B settling"},
		"older than the window":       {func(b *bench) { b.date(ago(31 * time.Minute)) }, "B add watched " + ago(31*time.Minute).String()},
		"a longer window":             {func(b *bench) { b.date(ago(31 * time.Minute)); b.w.Settings.SettleWindowMS = 3_600_000 }, "B settling"},
		"another scrobbler":           {func(b *bench) { b.date(ago(23 * time.Hour)); b.party(B).OtherScrobbler = true }, "B settling"},
		"one that was found out": {func(b *bench) {
			b.date(ago(23 * time.Hour))
			b.party(B).OtherScrobbler, b.party(B).FedAt = true, in2024
		}, "B settling"},
		"after its day":      {func(b *bench) { b.date(ago(25 * time.Hour)); b.party(B).OtherScrobbler = true }, "B add watched " + ago(25*time.Hour).String()},
		"a play near it":     {func(b *bench) { b.watched(B, 2, in2020.Add(30*time.Minute), 1); b.w.Routes = b.w.Routes[:1] }, "B would_duplicate_play"},
		"a play not near it": {func(b *bench) { b.watched(B, 2, in2020.Add(91*time.Minute), 1); b.w.Routes = b.w.Routes[:1] }, "B add watched " + in2020.String()},
		"a day-grained log": {func(b *bench) {
			b.party(B).Caps.Features[media.History].GrainMS = 86_400_000
			b.watched(B, 2, in2020.Add(30*time.Hour), 1)
			b.w.Routes = b.w.Routes[:1]
		}, "B would_duplicate_play"},
		"undated, already watched": {func(b *bench) { b.date(0); b.watched(B, 2, in2024, 1); b.w.Routes = b.w.Routes[:1] }, ""},
		"undated":                  {func(b *bench) { b.date(0) }, "B add watched unknown"},
		"undated, just seen":       {func(b *bench) { b.date(0); b.d.Statements[0].Seen = now }, "B settling"},
		"undated, of this run":     {func(b *bench) { b.date(0); b.d.Statements[0].Run = 100 }, "B settling"},
		"a play near it under way": {func(b *bench) {
			b.d.Pending = []ledger.Pending{{Account: B, Subject: ledger.Subject{Work: 7, Play: 2}, New: media.Watched(in2020 + 5), State: ledger.Expected}}
		}, "B would_duplicate_play"},
		"near by the other's tolerance": {func(b *bench) {
			b.watched(B, 2, in2020.Add(2*time.Hour), 1)
			b.d.Plays[1].ToleranceMS, b.w.Routes = 3*3_600_000, b.w.Routes[:1]
		}, "B would_duplicate_play"},
		"near a play with a day only": {func(b *bench) {
			b.watched(B, 2, in2020.Add(30*time.Hour), 1)
			b.d.Plays[1].DateOnly, b.w.Routes = true, b.w.Routes[:1]
		}, "B would_duplicate_play"},
		"undated, not taken": {func(b *bench) { b.date(0); b.party(B).Caps.Features[media.History].UndatedPlays = false }, "B cannot_store"},
		"parked": {func(b *bench) {
			b.d.Pending = []ledger.Pending{{Account: B, Subject: b.d.Statements[0].Subject, New: media.Watched(in2020), State: ledger.Parked}}
		}, "B parked"},
		"cleared there (99)": {func(b *bench) {
			b.saysPlay(B, media.History, 1, clearedNow, ago(day0), 50)
			b.w.Routes = b.w.Routes[:1]
		}, "B newer_there"},
		"un-watched there since (78)": {func(b *bench) { b.saysPlay(B, media.History, 0, clearedNow, ago(day0), 50) }, "B newer_there"},
		"un-watched there before":     {func(b *bench) { b.saysPlay(B, media.History, 0, clearedNow, in2020-1, 50) }, "B add watched " + in2020.String()},
	} {
		t.Run(name, func(t *testing.T) {
			b := viewing(follow, listCaps(10), listCaps(10))
			b.watched(A, 1, in2020, 50)
			c.spoil(b)
			b.expect(t, c.want)
		})
	}
}

// R20: whoever waits a day is told because of whom.
func TestR16WhyPlaysWaitADay(t *testing.T) {
	for _, c := range []struct {
		fed  bool
		at   media.Moment
		want ledger.Evidence
	}{{}, {true, 0, ledger.Evidence{Code: ledger.SawOtherProgram}}, {true, in2024, ledger.Evidence{Code: ledger.SawForeignPlay, At: in2024}}} {
		b := viewing(follow, listCaps(10), listCaps(10))
		b.watched(A, 1, in2020, 50)
		b.date(ago(time.Minute))
		b.party(B).OtherScrobbler, b.party(B).FedAt = c.fed, c.at
		p := b.expect(t, "B settling")
		if got := p.NonOps[0].Why; got.Details != c.want {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// date moves the first play.
func (b *bench) date(at media.Moment) {
	b.d.Plays[0].At, b.d.Statements[0].At = at, at
	b.d.Statements[0].Value, b.d.Shown[0].Value = media.Watched(at), media.Watched(at)
}

// R16: two plays near each other are added once, the earlier one.
func TestR16NearPlaysOnce(t *testing.T) {
	b := viewing(follow, listCaps(10), listCaps(10))
	b.watched(A, 1, in2020.Add(10*time.Minute), 50)
	b.watched(A, 2, in2020, 50)
	b.expect(t, "B add watched "+in2020.String()+"; B would_duplicate_play")
}

// R16: flags. Dates are never lowered and only moved where the service can.
func TestR16Flags(t *testing.T) {
	b := viewing(follow, listCaps(10), serverCaps())
	b.w.Routes = b.w.Routes[:1]
	b.watched(A, 2, in2024, 50)
	b.play(1, in2020)
	b.saysPlay(B, media.History, 1, media.Watched(in2020), in2020, 1)
	p := b.expect(t, "B update watched "+in2024.String())
	if !p.Ops[0].Overwrites {
		t.Error("the person's own date is written over unmarked")
	}
	b.w.Routes[0].Mode = add
	b.expect(t, "B path_add_only")
	b.w.Routes[0].Mode = keep
	b.party(B).Caps.Features[media.History].PastDates = false
	b.expect(t, "")
	b.party(B).Caps.Features[media.History].PastDates = true
	b.d.Shown[1].Value = media.Watched(now)
	b.expect(t, "")
	b.d.Shown[1].Value = media.Watched(0) // undated watched: nothing is invented (53)
	b.expect(t, "")
}

// S9: where two accounts date one viewing differently, what is written is what the
// account said whose word is passed on.
func TestR16DatedByWhoseWordIsPassedOn(t *testing.T) {
	for name, target := range map[string]provider.Capabilities{"a log": listCaps(10), "a flag": serverCaps()} {
		b := newBench(listCaps(10), listCaps(10), target)
		b.d.Reread = []ledger.AccountID{A, B, C}
		b.route(B, A, media.History, keep, follow)
		b.route(A, C, media.History, keep, follow)
		b.watched(A, 1, in2020, 50)
		b.watched(B, 1, in2020.Add(time.Minute), 50) // the last word, by a longer way
		if !target.Features[media.History].KeepsPlays {
			b.shows(C, media.History, 0, clearedNow, 0, 1)
		}
		p := b.make()
		if len(p.Ops) != 1 || p.Ops[0].New != p.Ops[0].Says.Value {
			t.Errorf("%s: %s", name, text(p))
		}
	}
}

// R16: a log that dates plays itself only learns that the work was watched.
func TestR16LogWithoutPastDates(t *testing.T) {
	plex := listCaps(10)
	plex.Features[media.History].PastDates = false
	b := viewing(follow, listCaps(10), plex)
	b.watched(A, 1, in2020, 50)
	b.watched(A, 2, in2024, 50)
	b.expect(t, "B add watched unknown")
	b.saysPlay(B, media.History, 2, media.Watched(in2024), in2024, 60)
	b.w.Routes = b.w.Routes[:1]
	b.expect(t, "")
}

// R13, R16: a deleted play goes by its own key; a flag only without other plays.
func TestR16DeletedPlays(t *testing.T) {
	b := viewing(follow, listCaps(10), listCaps(10), serverCaps())
	b.route(A, C, media.History, keep, follow)
	b.watched(B, 1, in2020, 1)
	b.watched(B, 2, in2024, 1)
	b.watched(A, 2, in2024, 1)
	b.saysPlay(C, media.History, 1, media.Watched(in2020), in2020, 1)
	b.saysPlay(A, media.History, 1, clearedNow, ago(day0), 50)
	p := b.expect(t, "B remove; C update watched "+in2024.String()+"; A newer_there")
	if p.Ops[0].PlayKey != "p1" || p.Ops[0].Play != 1 {
		t.Errorf("op %+v", p.Ops[0])
	}
	b.d.Statements = append(b.d.Statements[:1], b.d.Statements[3:]...) // the other play was never known
	b.d.Shown = append(b.d.Shown[:1], b.d.Shown[3])
	b.expect(t, "B remove; C remove; A newer_there")
}

// S1: a flag whose date moved on since it stood for the deleted play tells of
// something later, which nobody took away, although no finish is proven.
func TestDeletedPlayLeavesAMovedFlag(t *testing.T) {
	b := viewing(follow, listCaps(10), serverCaps())
	b.saysPlay(A, media.History, 1, clearedNow, ago(day0), 50)
	own := b.saysPlay(B, media.History, 1, media.Watched(in2020), in2020, 1)
	own.Seen = ago(9 * day0)
	b.play(1, in2020)
	b.expect(t, "B remove; A newer_there")
	row := &b.d.Shown[len(b.d.Shown)-1]
	row.Value = media.Watched(ago(2 * day0))
	b.expect(t, "A newer_there; B newer_there")
	row.Value = media.Watched(ago(10 * day0)) // begun before it was seen to stand for the play, and ended later
	b.expect(t, "A newer_there; B newer_there")
	// Where dates prove a finish a later one would be a play of its own, whatever became of the clocks since.
	b.party(B).Caps.Features[media.History].FinishProven = true
	b.expect(t, "B remove; A newer_there")
}

// S1: a date under way over another of the flag is deleted when it shows: until
// then what shows is the other, which nobody took away.
func TestDeletedPlayUnderWayOverAnotherWaits(t *testing.T) {
	b := viewing(follow, listCaps(10), serverCaps())
	b.adopts(B, *b.watched(A, 1, in2020, 40), 50).Seen = ago(9 * day0)
	b.saysPlay(A, media.History, 1, clearedNow, ago(9*day0), 60)
	b.play(2, in2024)
	c := *b.saysPlay(A, media.History, 2, clearedNow, ago(day0), 90)
	b.d.Statements, b.d.Shown = b.d.Statements[1:], b.d.Shown[1:]
	b.d.Shown[0].Value = media.Watched(in2020.Add(-5 * time.Hour)) // marked anew before the first was seen
	b.d.Pending = []ledger.Pending{{Op: "80-1", Account: B, Subject: c.Subject, RowKey: ledger.RowKey{Key: "k2"}, Old: b.d.Shown[0].Value,
		New: media.Watched(in2024), Run: 80, Sent: ago(2 * day0), State: ledger.Expected}}
	got := b.make()
	if s := text(got); strings.Contains(s, "remove") || !strings.Contains(s, "B pending_visible") {
		t.Errorf("got %q", s)
	}
	b.d.Pending = nil
	b.d.Shown[0].Value, b.d.Shown[0].Play = media.Watched(in2024), 2
	if s := text(b.make()); !strings.Contains(s, "B remove") {
		t.Errorf("it shows: got %q", s)
	}
}

// A flag that shows the date of the deleted play still stands for it, also where
// the service's clock is wrong.
func TestDeletedPlayTakesItsFlagWhateverTheClock(t *testing.T) {
	for name, copied := range map[string]bool{"its own": false, "our copy": true} {
		b := viewing(follow, listCaps(10), serverCaps())
		b.saysPlay(A, media.History, 1, clearedNow, ago(day0), 50)
		b.play(1, ago(10*day0))
		own := b.saysPlay(B, media.History, 1, media.Watched(ago(10*day0)), ago(10*day0), 1)
		own.Seen = ago(9 * day0)
		row := &b.d.Shown[len(b.d.Shown)-1]
		trust := &b.party(B).Trust[media.History]
		if copied {
			own.Origin, own.OriginSeq = A, 1
			trust.ClockMS = -(2 * 24 * time.Hour).Milliseconds() // it keeps the date that we gave
		} else {
			trust.ClockMS = (8 * 24 * time.Hour).Milliseconds()
			row.Value = media.Watched(ago(2 * day0))
		}
		t.Run(name, func(t *testing.T) { b.expect(t, "B remove; A newer_there") })
	}
}

// S1: nor does a flag that shows an earlier date by now than when it stood for
// the deleted play: it was marked anew.
func TestDeletedPlayLeavesAFlagOfAnEarlierDate(t *testing.T) {
	for _, proven := range []bool{false, true} {
		b := viewing(follow, listCaps(10), serverCaps())
		b.party(B).Caps.Features[media.History].FinishProven = proven
		b.saysPlay(A, media.History, 1, clearedNow, ago(day0), 50)
		b.saysPlay(B, media.History, 1, media.Watched(in2020), in2020, 1).Seen = ago(9 * day0)
		b.play(1, in2020)
		row := &b.d.Shown[len(b.d.Shown)-1]
		row.Value = media.Watched(in2020.Add(-9 * time.Hour))
		b.expect(t, "A newer_there; B newer_there")
		row.Value = media.Watched(in2020.Add(-5 * time.Minute)) // the same viewing
		b.expect(t, "B remove; A newer_there")
	}
}

// S1: nor does a flag tell of the deleted play that shows another date than the
// one we gave it, where the service keeps that.
func TestDeletedPlayLeavesAFlagOfAnotherDate(t *testing.T) {
	b := viewing(follow, listCaps(10), serverCaps())
	b.adopts(B, *b.watched(A, 1, in2020, 40), 50).Seen = ago(day0)
	b.d.Statements[0], b.d.Shown[0] = *b.saysPlay(A, media.History, 1, clearedNow, ago(time.Hour), 90), b.d.Shown[1]
	b.d.Statements, b.d.Shown = b.d.Statements[:2], b.d.Shown[:1]
	row := &b.d.Shown[0]
	b.expect(t, "B remove")
	for _, at := range []media.Moment{ago(3 * day0), in2020.Add(-5 * time.Hour)} {
		row.Value = media.Watched(at)
		b.expect(t, "B newer_there")
	}
	b.party(B).Caps.Features[media.History].PastDates = false
	b.expect(t, "B remove")
}

// S1: a flag that a play of its own keeps is not taken away, although the date of
// the deleted play is under way to it.
func TestDeletedPlayUnderWayLeavesTheFlag(t *testing.T) {
	b := viewing(follow, listCaps(10), serverCaps())
	own := *b.watched(B, 1, in2020, 1)
	b.adopts(A, own, 50)
	b.play(2, in2024)
	c := *b.saysPlay(A, media.History, 2, clearedNow, ago(day0), 90)
	b.d.Pending = []ledger.Pending{{Op: "80-1", Account: B, Subject: c.Subject, RowKey: ledger.RowKey{Key: "k2"}, Old: media.Watched(in2020),
		New: media.Watched(in2024), Run: 80, Sent: ago(2 * day0), State: ledger.Expected}}
	if got := text(b.make()); strings.Contains(got, "remove") {
		t.Errorf("got %q", got)
	}
	b.d.Statements, b.d.Shown = b.d.Statements[2:], b.d.Shown[:0] // nothing else keeps it
	b.shows(B, media.History, 0, clearedNow, 0, 1)
	b.d.Pending[0].Old = media.Value{}
	if got := text(b.make()); !strings.Contains(got, "B remove") {
		t.Errorf("got %q", got)
	}
}

// R17: un-watching deletes no play anywhere, unless the route says so.
func TestR17Unwatching(t *testing.T) {
	b := viewing(follow, serverCaps(), listCaps(10))
	b.watched(A, 1, in2020, 1)
	b.watched(B, 1, in2020, 1)
	b.d.Shown = b.d.Shown[1:]
	b.shows(A, media.History, 0, clearedNow, 0, 50)
	b.saysPlay(A, media.History, 0, clearedNow, ago(day0), 50)
	b.expect(t, "A newer_there")
	b.w.Routes[0].Unwatch = true
	b.expect(t, "B remove; A newer_there")
	b.w.Routes[0].Removals = ledger.Never
	b.expect(t, "A newer_there")
	b.watched(B, 2, ago(time.Hour), 90) // seen again elsewhere
	b.expect(t, "A add watched "+ago(time.Hour).String())
}

// R17: what un-watching took away elsewhere, along a route that says so, does not
// come back to delete the rows that stand beside the flag.
func TestR17UnwatchingDeletesNoRowBesideItsFlag(t *testing.T) {
	b := viewing(follow, serverCaps(), listCaps(10))
	b.w.Routes[0].Unwatch = true
	b.watched(A, 1, in2020, 1)
	b.d.Shown[0].PlayKey = "row"
	b.shows(A, media.History, 0, clearedNow, 0, 50)
	word := *b.saysPlay(A, media.History, 0, clearedNow, ago(day0), 50)
	word.Play = 1
	b.adopts(B, word, 50)
	b.expect(t, "")
	b.saysPlay(B, media.History, 1, clearedNow, ago(time.Hour), 60) // a word of its own
	b.d.Statements = append(b.d.Statements[:2], b.d.Statements[3:]...)
	b.expect(t, "A remove; B newer_there")
}

// Scenario 54: a deleted play and a newer one are two plays.
func TestClearedThenNewerPlay(t *testing.T) {
	b := viewing(follow, listCaps(10), listCaps(10))
	b.saysPlay(A, media.History, 1, clearedNow, ago(9*day0), 50)
	b.watched(B, 2, ago(2*day0), 60)
	b.expect(t, "A add watched "+ago(2*day0).String())
}

// R16: the date of a refined play is what is sent, and the person's word is
// what is adopted.
func TestR16RefinedDate(t *testing.T) {
	b := viewing(follow, listCaps(10), listCaps(10))
	b.watched(A, 1, 0, 50)
	b.d.Plays[0].At = in2024
	p := b.expect(t, "B add watched "+in2024.String())
	if p.Ops[0].Says.Origin != A || p.Ops[0].Says.Account != B || p.Ops[0].Says.Play != 1 {
		t.Errorf("says %+v", p.Ops[0].Says)
	}
}

// R18 and its neighbours: positions.
func TestR18Progress(t *testing.T) {
	const minute, film = 60_000, 90 * 60_000
	at := func(ms int64) media.Value { return media.Position(ms, film) }
	for name, c := range map[string]struct {
		a, b     media.Value
		aAt, bAt media.Moment
		spoil    func(*bench)
		want     string
	}{
		"59 s no (66)":                       {a: at(59_000), aAt: ago(day0), want: "B nothing_said"},
		"60 s yes (66)":                      {a: at(60_000), aAt: ago(day0), want: "B add 1m0s"},
		"further but older (67)":             {a: at(50 * minute), b: at(20 * minute), aAt: ago(2 * day0), bAt: ago(day0), want: "A update 20m0s; B newer_there"},
		"29 s apart":                         {a: at(20*minute + 29_000), b: at(20 * minute), aAt: ago(day0), bAt: ago(2 * day0), want: ""},
		"30 s apart":                         {a: at(20*minute + 30_000), b: at(20 * minute), aAt: ago(day0), bAt: ago(2 * day0), want: "B update 20m30s; A newer_there"},
		"without a time there":               {a: at(50 * minute), b: at(20 * minute), aAt: ago(day0), want: "A newer_there; B nothing_said"},
		"without times":                      {a: at(50 * minute), b: at(20 * minute), want: "A newer_there; B nothing_said"},
		"below completion":                   {a: at(80 * minute), aAt: ago(day0), spoil: func(b *bench) { b.party(B).Caps.Features[media.Progress].CompletePct = 90 }, want: "B add 1h20m0s"},
		"at completion (66)":                 {a: at(81 * minute), aAt: ago(day0), spoil: func(b *bench) { b.party(B).Caps.Features[media.Progress].CompletePct = 90 }, want: "B cannot_store"},
		"being played (82)":                  {a: at(50 * minute), aAt: ago(day0), spoil: func(b *bench) { b.d.Playing = []ledger.AccountID{B} }, want: "B settling"},
		"cleared, newer position there (68)": {b: at(20 * minute), aAt: ago(2 * day0), bAt: ago(day0), want: "A add 20m0s; B newer_there"},
		"cleared, older position there":      {b: at(20 * minute), aAt: ago(day0), bAt: ago(2 * day0), want: "B remove; A newer_there"},
		"a play ends it": {a: at(50 * minute), b: at(50 * minute), aAt: ago(2 * day0), bAt: ago(2 * day0), spoil: func(b *bench) {
			b.watched(A, 1, ago(day0), 50)
		}, want: "A remove; B remove"},
		"a play ends it before it spreads": {a: at(50 * minute), aAt: ago(2 * day0), spoil: func(b *bench) {
			b.w.Routes[1].Mode = add
			b.watched(B, 1, ago(day0), 50)
		}, want: "A path_add_only; B newer_there"},
		"a play of the same instant ends it": {b: at(50 * minute), aAt: ago(3 * day0), bAt: ago(day0), spoil: func(b *bench) {
			b.d.Statements = b.d.Statements[1:]
			b.watched(A, 1, ago(day0), 50)
		}, want: "B remove; A newer_there"},
		"a deleted play does not": {a: at(50 * minute), aAt: ago(2 * day0), spoil: func(b *bench) {
			b.saysPlay(A, media.History, 1, clearedNow, ago(day0), 50).Value.N = int64(ago(day0)) // the date it had
		}, want: "B add 50m0s"},
		"a time of the statement only": {a: at(50 * minute), b: at(20 * minute), aAt: ago(day0), bAt: ago(2 * day0), spoil: func(b *bench) {
			b.d.Shown[1].At = 0
		}, want: "B update 50m0s; A newer_there"},
		"the service says newer": {a: at(50 * minute), b: at(20 * minute), aAt: ago(day0), bAt: ago(2 * day0), spoil: func(b *bench) {
			b.d.Shown[1].At = now
		}, want: "A newer_there; B newer_there"},
		"an older play does not": {a: at(50 * minute), aAt: ago(day0), spoil: func(b *bench) {
			b.watched(A, 1, ago(2*day0), 50)
		}, want: "B add 50m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(listCaps(10), listCaps(10))
			b.both(A, B, media.Progress, keep, follow)
			if c.a.Set || c.aAt.Known() {
				b.says(A, media.Progress, c.a, c.aAt, 50)
			}
			if c.b.Set {
				b.says(B, media.Progress, c.b, c.bAt, 40)
			}
			if c.spoil != nil {
				c.spoil(b)
			}
			b.expect(t, c.want)
		})
	}
}

// R18: a play ends the older position of its own account too, where a route may
// remove positions there at all.
func TestR18OwnPositionEnds(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Progress, keep, follow)
	r := b.route(B, A, media.Progress, keep, ledger.Never)
	b.says(A, media.Progress, media.Position(3_000_000, 5_400_000), ago(2*day0), 50)
	b.watched(A, 1, ago(day0), 60)
	b.expect(t, "A nothing_said")
	r.Removals = ledger.Ask
	b.expect(t, "A remove ask")
	r.Removals = follow
	b.expect(t, "A remove")
}

// R18: a service that dates our own copy by its writing does not make it newer
// than what was said before that.
func TestR18OurOwnPositionIsAsOldAsItWasSaid(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10), listCaps(10))
	b.route(A, B, media.Progress, keep, follow)
	b.route(C, B, media.Progress, keep, follow)
	set := *b.says(A, media.Progress, media.Position(600_000, 5_400_000), ago(3*day0), 50)
	b.adopts(B, set, 51)
	for i := range b.d.Shown {
		if b.d.Shown[i].Account == B {
			b.d.Shown[i].At = ago(time.Hour)
		}
	}
	b.says(C, media.Progress, media.Position(3_000_000, 5_400_000), ago(day0), 52)
	b.expect(t, "B update 50m0s")
}

// R18: our own copy of a position goes by any path once a play has ended it; a
// person's own stays where removals are off.
func TestR18OurOwnPositionEnds(t *testing.T) {
	b := newBench(listCaps(10), listCaps(10))
	b.route(A, B, media.Progress, add, ledger.Never)
	set := *b.says(A, media.Progress, media.Position(3_000_000, 5_400_000), ago(3*day0), 50)
	b.adopts(B, set, 51)
	b.watched(A, 1, ago(day0), 60)
	b.expect(t, "B remove; A nothing_said")
	b.d.Statements[1].Origin, b.d.Statements[1].OriginSeq = B, b.d.Statements[1].Seq
	b.expect(t, "A nothing_said; B path_add_only")
}

// R18: a copy of a viewing ended when its origin says, also on a service whose
// own dates mark the start.
func TestR18ACopyEndsAsItsOriginSays(t *testing.T) {
	starts := listCaps(10)
	starts.Features[media.History].StartDated = true
	b := newBench(listCaps(10), starts)
	b.route(A, B, media.Progress, keep, follow)
	b.play(1, ago(day0))
	set := *b.saysPlay(A, media.History, 1, media.Watched(ago(day0)), ago(day0), 50)
	b.adopts(B, set, 51)
	b.says(B, media.Progress, media.Position(3_000_000, 5_400_000), ago(day0-20*time.Minute), 52)
	b.expect(t, "")
}

// R16: a flag whose date is near enough is left alone.
func TestR16NearDatesStay(t *testing.T) {
	b := viewing(follow, listCaps(10), serverCaps())
	b.w.Routes = b.w.Routes[:1]
	b.watched(A, 2, in2024, 50)
	b.play(1, in2024.Add(-10*time.Minute))
	b.saysPlay(B, media.History, 1, media.Watched(in2024.Add(-10*time.Minute)), in2024.Add(-10*time.Minute), 1)
	b.expect(t, "")
}

// R16: a play that is under way has no key to delete it by.
func TestR16ClearedWhileUnderWay(t *testing.T) {
	b := viewing(follow, listCaps(10), listCaps(10))
	c := *b.saysPlay(A, media.History, 1, clearedNow, ago(time.Hour), 90)
	b.d.Pending = []ledger.Pending{{Account: B, Subject: c.Subject, New: media.Watched(in2020), Run: 80, Sent: ago(day0), State: ledger.Expected}}
	b.expect(t, "B pending_visible")
}

// R12: copy exactly is refused for history.
func TestR12CopyExactlyRefusedForHistory(t *testing.T) {
	b := viewing(follow, listCaps(10), listCaps(10))
	b.w.Routes = b.w.Routes[:1]
	b.w.Routes[0].Mode = exact
	b.watched(B, 1, in2020, 1)
	b.expect(t, "")
	b.saysPlay(A, media.History, 1, clearedNow, ago(day0), 50)
	b.expect(t, "B path_add_only")
}

// R17: where rows and flag live on one account, the flag carries un-watching: a
// later play elsewhere sets it again, though the rows of earlier ones stay.
func TestR17PlayAfterUnwatchingBesideRows(t *testing.T) {
	for name, c := range map[string]struct {
		row, flag, play media.Moment
		want            string
	}{
		"seen again since":           {in2020, ago(9 * day0), ago(2 * day0), "B add watched unknown"},
		"seen before":                {in2020, ago(2 * day0), ago(9 * day0), "B newer_there"},
		"its row is there":           {in2024, 0, in2024, ""},
		"a later row is there":       {in2024, 0, in2020, ""},
		"unknown when it was seen":   {0, ago(9 * day0), ago(2 * day0), ""},
		"un-watched before any look": {in2020, 0, in2024, "B add watched unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			b := viewing(follow, listCaps(10), serverCaps())
			caps := &b.party(B).Caps.Features[media.History]
			caps.UndatedPlays, caps.PastDates = true, false
			b.play(1, c.row)
			b.shows(B, media.History, 1, media.Watched(c.row), 0, 1).PlayKey = "p1"
			b.shows(B, media.History, 0, clearedNow, 0, 1)
			if c.flag.Known() {
				b.saysPlay(B, media.History, 0, clearedNow, c.flag, 50)
			}
			number := media.PlayID(2)
			if c.play == c.row {
				number = 1
			}
			b.watched(A, number, c.play, 60)
			if p := b.expect(t, c.want); len(p.Ops) > 0 && p.Ops[0].PlayKey != "" {
				t.Errorf("written over the row %+v", p.Ops[0].RowKey)
			}
		})
	}
}

// R17: the mark that was taken away with a play deleted elsewhere comes back when
// the play is told of again, though the row of it stays.
func TestR17PlayToldOfAgainBesideItsRow(t *testing.T) {
	b := viewing(follow, listCaps(10), serverCaps())
	caps := &b.party(B).Caps.Features[media.History]
	caps.UndatedPlays, caps.PastDates = true, false
	b.play(1, in2020)
	b.shows(B, media.History, 1, media.Watched(in2020), 0, 1).PlayKey = "p1"
	b.shows(B, media.History, 0, clearedNow, 0, 60)
	gone := *b.saysPlay(A, media.History, 1, clearedNow, ago(9*day0), 50)
	b.adopts(B, gone, 60)
	b.d.Statements = b.d.Statements[1:]
	b.saysPlay(A, media.History, 1, media.Watched(0), ago(day0), 70)
	b.expect(t, "B add watched unknown")
}

// R17: where rows and flag live on one account, a row that is being deleted
// takes nothing from the flag, and another play is not written over the row.
func TestR17RowsBesideAFlag(t *testing.T) {
	beside := func(flag media.Value) *bench {
		b := viewing(follow, listCaps(10), serverCaps())
		b.party(B).Caps.Features[media.History].UndatedPlays = true
		b.watched(A, 2, in2024, 1)
		b.play(1, in2020)
		b.shows(B, media.History, 1, flag, 0, 1)
		b.shows(B, media.History, 1, clearedNow, 0, 1).PlayKey = "p1"
		return b
	}
	b := beside(media.Watched(in2020))
	row := &b.d.Shown[len(b.d.Shown)-1]
	row.State, row.Value = ledger.ShownValue, media.Watched(in2020)
	b.d.Pending = []ledger.Pending{{Op: "50-1", Account: B, Subject: ledger.Subject{Work: 7, Feature: media.History, Play: 1},
		RowKey: row.RowKey, Old: row.Value, Sent: ago(day0), Run: 60, State: ledger.Expected}}
	for _, op := range b.make().Ops {
		if op.Account == B && op.Action == provider.Add {
			t.Errorf("the flag shows it, and is told %v again at %+v", op.New, op.RowKey)
		}
	}
	b = beside(clearedNow)
	for _, op := range b.make().Ops {
		if op.PlayKey != "" {
			t.Errorf("a play is written over the row %+v", op.RowKey)
		}
	}
	if len(b.make().Ops) == 0 {
		t.Error("the flag is not told of the play")
	}
}
