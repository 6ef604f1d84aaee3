package observe_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

var (
	logCaps  = provider.FeatureCaps{Coverage: provider.Whole, KeepsPlays: true, PastDates: true}
	flagCaps = provider.FeatureCaps{Coverage: provider.Catalogue, PastDates: true}
	dayCaps  = provider.FeatureCaps{Coverage: provider.Whole, GrainMS: 86_400_000}
)

// sightingAt is one play of the film at an account of its own.
func sightingAt(account ledger.AccountID, caps provider.FeatureCaps, at media.Moment) observe.AccountSighting {
	key := ""
	if caps.KeepsPlays {
		key = fmt.Sprintf("play-%d-%d", account, at)
	}
	return observe.AccountSighting{Account: account, Caps: caps, IntervalMS: 1_800_000,
		Sighting: &observe.Sighting{Row: provider.Row{Key: "a", PlayKey: key, Value: media.Watched(at)}, Work: film}}
}

func started16(runtime time.Duration) observe.PlayInput {
	return observe.PlayInput{Now: noon, Next: 1, Works: map[media.WorkID]ledger.Work{film: {ID: film, RuntimeMS: runtime.Milliseconds()}}}
}

// groups links the sightings and returns which play each got.
func groups(in observe.PlayInput) []media.PlayID {
	observe.LinkPlays(in)
	out := make([]media.PlayID, len(in.Sightings))
	for i, s := range in.Sightings {
		out[i] = s.Play
	}
	return out
}

// R16: a copy that we wrote stays linked, also when its item was not listed for
// a while and comes back: here with the end of a viewing where the service
// keeps beginnings.
func TestReturnedItemKeepsItsPlay(t *testing.T) {
	evening := noon.Add(-72 * time.Hour)
	starts := flagCaps
	starts.StartDated = true
	in := started16(2 * time.Hour)
	earliest := evening.Add(-2 * minutes) // of its copies, too far from this one's to be one by the date alone
	in.Next, in.Plays, in.Live = 8, []ledger.Play{{ID: 7, Work: film, At: earliest, ToleranceMS: 1}}, map[media.PlayID]bool{7: true}
	in.Sightings = []observe.AccountSighting{sightingAt(2, starts, evening)}
	said := ledger.Statement{Account: 2, Origin: 2, Subject: ledger.Subject{Work: film, Feature: media.History, Play: 7}, Value: media.Watched(evening), Key: "a"}
	in.Said = []ledger.Statement{said}
	if got := groups(in); got[0] != 7 {
		t.Errorf("it is play %d", got[0])
	}
	in.Sightings[0].ClockMS = (2 * time.Hour).Milliseconds() // our clock was set back since
	if got := groups(in); got[0] != 7 {
		t.Errorf("by another clock it is play %d", got[0])
	}
	in.Sightings[0].ClockMS = 0
	for name, change := range map[string]func(*ledger.Statement){
		"another account": func(st *ledger.Statement) { st.Account = 3 },
		"another item":    func(st *ledger.Statement) { st.Key = "b" },
		"another date":    func(st *ledger.Statement) { st.Value = media.Watched(evening.Add(-5 * time.Hour)) },
	} {
		other := said
		change(&other)
		in.Said = []ledger.Statement{other}
		if got := groups(in); got[0] == 7 {
			t.Errorf("%s: taken for the same", name)
		}
	}
	said.Key, said.Origin, said.OriginSeq = "b", 3, 1
	in.Said = []ledger.Statement{said}
	if got := groups(in); got[0] != 7 {
		t.Errorf("with the date that we gave, under another key, it is play %d", got[0])
	}
}

// A flag that we set for a viewing of long ago shows when we set it, where the
// service dates it. An item that was not listed for a while comes back with that
// viewing, not with a second one.
func TestReturnedCopyKeepsItsPlay(t *testing.T) {
	stamps := flagCaps
	stamps.PastDates = false
	in := started16(2 * time.Hour)
	evening, set := noon.Add(-72*time.Hour), noon.Add(-5*time.Hour)
	in.Next, in.Plays, in.Live = 8, []ledger.Play{{ID: 7, Work: film, At: evening, ToleranceMS: 1}}, map[media.PlayID]bool{7: true}
	in.Said = []ledger.Statement{{Account: 2, Subject: ledger.Subject{Work: film, Feature: media.History, Play: 7}, Value: media.Watched(evening),
		Key: "a", Seen: set.Add(minutes), Origin: 3, OriginSeq: 1}}
	for name, c := range map[string]struct {
		caps provider.FeatureCaps
		at   media.Moment
		same bool
	}{
		"as we set it":           {stamps, set, true},
		"watched since":          {stamps, set.Add(2 * time.Hour), false},
		"a play of its own date": {logCaps, set, false},
		"not the date we gave":   {flagCaps, set, false},
		"the date we gave":       {flagCaps, evening, true},
	} {
		in.Sightings = []observe.AccountSighting{sightingAt(2, c.caps, c.at)}
		if got := groups(in); (got[0] == 7) != c.same {
			t.Errorf("%s: play %d", name, got[0])
		}
	}
	for name, c := range map[string]struct {
		at   media.Moment
		same bool
	}{
		"made anew with its mark":        {set, true},
		"another item, watched before":   {set.Add(-2 * time.Hour), false},
		"another item, watched after us": {set.Add(5 * minutes), false},
	} {
		in.Sightings = []observe.AccountSighting{sightingAt(2, stamps, c.at)}
		in.Sightings[0].Key, in.Sightings[0].IntervalMS = "b", (30 * minutes).Milliseconds()
		if got := groups(in); (got[0] == 7) != c.same {
			t.Errorf("%s: play %d", name, got[0])
		}
	}
}

// S9: a service that dates plays itself dates our copy of an undated one with
// the time of our write, which is no date of the viewing.
func TestOurWriteDatesNothing(t *testing.T) {
	in := started16(2 * time.Hour)
	in.Next, in.Plays, in.Live = 8, []ledger.Play{{ID: 7, Work: film}}, map[media.PlayID]bool{7: true}
	self := flagCaps
	self.PastDates = false
	in.Sightings = []observe.AccountSighting{sightingAt(2, self, noon.Add(-time.Minute))}
	in.Pending = []ledger.Pending{{Account: 2, Subject: ledger.Subject{Work: film, Feature: media.History, Play: 7}, New: media.Watched(0), Sent: noon.Add(-time.Minute)}}
	if plays, _ := observe.LinkPlays(in); in.Sightings[0].Play != 7 || len(plays) != 0 {
		t.Errorf("linked to %d, plays %+v", in.Sightings[0].Play, plays)
	}
	in.Pending = nil
	in.Said = []ledger.Statement{{Account: 2, Subject: ledger.Subject{Work: film, Feature: media.History, Play: 7}, Value: media.Watched(0), Key: "a", Seen: noon, Origin: 3, OriginSeq: 1}}
	if plays, _ := observe.LinkPlays(in); in.Sightings[0].Play != 7 || len(plays) != 0 {
		t.Errorf("settled: linked to %d, plays %+v", in.Sightings[0].Play, plays)
	}
	in.Said[0].Seen = noon.Add(-20 * minutes) // we saw our copy before that
	if plays, _ := observe.LinkPlays(in); len(plays) != 1 {
		t.Errorf("a date after our copy: linked to %d, plays %+v", in.Sightings[0].Play, plays)
	}
	in.Said = nil // a person's date refines it
	if plays, _ := observe.LinkPlays(in); in.Sightings[0].Play != 7 || len(plays) != 1 || !plays[0].At.Known() {
		t.Errorf("a person's date: linked to %d, plays %+v", in.Sightings[0].Play, plays)
	}
}

// R16: a date refines an undated viewing, unless it is later than when that was
// first seen: then it is of another one, which a flag tells of where its service
// proves a finish.
func TestLaterDateOfAnUndatedFlag(t *testing.T) {
	proves := flagCaps
	proves.FinishProven = true
	for name, c := range map[string]struct {
		caps provider.FeatureCaps
		at   media.Moment
		want media.PlayID
		date bool // play 7 comes to have one
	}{
		"before it was seen":                {proves, noon.Add(-3 * time.Hour), 7, true},
		"since":                             {proves, noon.Add(-time.Hour), 8, false},
		"since, and perhaps only looked in": {flagCaps, noon.Add(-time.Hour), 7, false},
	} {
		in := started16(2 * time.Hour)
		in.Next, in.Plays, in.Live = 8, []ledger.Play{{ID: 7, Work: film}}, map[media.PlayID]bool{7: true}
		in.Seen = map[media.PlayID]media.Moment{7: noon.Add(-2 * time.Hour)}
		in.Linked = map[ledger.ShownRef]ledger.Shown{{Account: 2, Feature: media.History, RowKey: ledger.RowKey{Key: "a"}}: {Work: film, Play: 7, Value: media.Watched(0)}}
		in.Sightings = []observe.AccountSighting{sightingAt(2, c.caps, c.at)}
		plays, _ := observe.LinkPlays(in)
		dated := slices.ContainsFunc(plays, func(p ledger.Play) bool { return p.ID == 7 && p.At.Known() })
		if got := in.Sightings[0].Play; got != c.want || dated != c.date {
			t.Errorf("%s: play %d, %+v", name, got, plays)
		}
	}
}

func TestPlaysAreOneViewing(t *testing.T) {
	evening := noon.Add(-72 * time.Hour)
	day := evening.Truncate(24 * time.Hour)
	startDated := logCaps
	startDated.StartDated = true
	for name, c := range map[string]struct {
		runtime   time.Duration
		sightings []observe.AccountSighting
		want      int
	}{
		"three services at 0, 50 and 100 seconds": {0, []observe.AccountSighting{sightingAt(1, logCaps, evening),
			sightingAt(2, logCaps, evening.Add(50*time.Second)), sightingAt(3, logCaps, evening.Add(100*time.Second))}, 1},
		"five seconds across a minute": {0, []observe.AccountSighting{sightingAt(1, logCaps, evening.Add(-2*time.Second)),
			sightingAt(2, logCaps, evening.Add(3*time.Second))}, 1},
		"truncated to the minute": {0, []observe.AccountSighting{sightingAt(1, logCaps, evening.Add(55*time.Second)),
			sightingAt(2, logCaps, evening)}, 1},
		"another scrobbler twelve minutes earlier": {0, []observe.AccountSighting{sightingAt(1, logCaps, evening),
			sightingAt(2, logCaps, evening.Add(-12*minutes))}, 1},
		"within the runtime": {2 * time.Hour, []observe.AccountSighting{sightingAt(1, logCaps, evening),
			sightingAt(2, logCaps, evening.Add(119*minutes))}, 1},
		"at the runtime": {2 * time.Hour, []observe.AccountSighting{sightingAt(1, logCaps, evening),
			sightingAt(2, logCaps, evening.Add(2*time.Hour))}, 2},
		"at twenty minutes": {0, []observe.AccountSighting{sightingAt(1, logCaps, evening),
			sightingAt(2, logCaps, evening.Add(20*minutes))}, 2},
		"a rewatch next day": {2 * time.Hour, []observe.AccountSighting{sightingAt(1, logCaps, evening),
			sightingAt(1, logCaps, evening.Add(24*time.Hour))}, 2},
		"start-dated": {2 * time.Hour, []observe.AccountSighting{sightingAt(1, startDated, evening.Add(-150*minutes)),
			sightingAt(2, logCaps, evening)}, 1},
		"a copy that shows an end as the beginning": {2 * time.Hour, []observe.AccountSighting{sightingAt(1, startDated, evening.Add(50*time.Second)),
			sightingAt(2, logCaps, evening)}, 1},
		"begun when another had just ended": {2 * time.Hour, []observe.AccountSighting{sightingAt(1, startDated, evening.Add(2*minutes)),
			sightingAt(2, logCaps, evening)}, 2},
		"a calendar day": {0, []observe.AccountSighting{sightingAt(1, dayCaps, day),
			sightingAt(2, logCaps, day.Add(22*time.Hour))}, 1},
		"a calendar day never joins two exact plays": {0, []observe.AccountSighting{sightingAt(1, dayCaps, day),
			sightingAt(2, logCaps, day.Add(22*time.Hour)), sightingAt(2, logCaps, day.Add(30*time.Hour))}, 2},
		"no chain beyond the tolerance of the earliest": {0, []observe.AccountSighting{sightingAt(1, logCaps, evening),
			sightingAt(2, logCaps, evening.Add(15*minutes)), sightingAt(3, logCaps, evening.Add(30*minutes))}, 2},
		"undated is satisfied by a dated play": {0, []observe.AccountSighting{sightingAt(1, flagCaps, 0), sightingAt(2, logCaps, evening)}, 1},
		"two undated are one":                  {0, []observe.AccountSighting{sightingAt(1, flagCaps, 0), sightingAt(2, flagCaps, 0)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			in := started16(c.runtime)
			in.Sightings = c.sightings
			got := groups(in)
			if slices.Contains(got, 0) {
				t.Fatalf("every sighting gets a play: %v", got)
			}
			slices.Sort(got)
			if n := len(slices.Compact(got)); n != c.want {
				t.Fatalf("%d plays, want %d", n, c.want)
			}
		})
	}
}

func TestLinkedRowsStayLinked(t *testing.T) {
	in := started16(0)
	evening := noon.Add(-72 * time.Hour)
	s := sightingAt(1, logCaps, evening)
	in.Plays = []ledger.Play{{ID: 5, Work: film, At: evening.Add(-240 * time.Hour)}, {ID: 6, Work: film, At: evening, ToleranceMS: 1_200_000}}
	in.Live = map[media.PlayID]bool{6: true}
	in.Linked = map[ledger.ShownRef]ledger.Shown{{Account: 1, Feature: media.History, RowKey: ledger.RowKey{Key: "a", PlayKey: s.PlayKey}}: {Work: film, Play: 5}}
	in.Sightings = []observe.AccountSighting{s}
	if got := groups(in); got[0] != 5 {
		t.Fatalf("linked to %d", got[0])
	}
}

func TestLivePlaysMatchBeforeDeleted(t *testing.T) {
	evening := noon.Add(-72 * time.Hour)
	in := started16(0)
	in.Plays = []ledger.Play{{ID: 5, Work: film, At: evening, ToleranceMS: 1_200_000}, {ID: 6, Work: film, At: evening.Add(10 * minutes), ToleranceMS: 1_200_000}}
	in.Live = map[media.PlayID]bool{6: true}
	in.Sightings = []observe.AccountSighting{sightingAt(1, logCaps, evening), sightingAt(2, logCaps, evening.Add(-15*minutes))}
	if got := groups(in); got[0] != 6 || got[1] != 5 {
		t.Fatalf("got %v, want the live one where it is near, else the deleted one", got)
	}
}

// A viewing that is new in this call is live, too.
func TestNewPlaysMatchBeforeDeleted(t *testing.T) {
	evening := noon.Add(-72 * time.Hour)
	startDated := logCaps
	startDated.StartDated = true
	in := started16(0)
	in.Next = 6
	in.Plays = []ledger.Play{{ID: 5, Work: film, At: evening, ToleranceMS: 1_200_000}}
	in.Sightings = []observe.AccountSighting{sightingAt(1, logCaps, evening.Add(25*minutes)), sightingAt(2, startDated, evening.Add(5*minutes))}
	if got := groups(in); got[0] != 6 || got[1] != 6 {
		t.Fatalf("got %v", got)
	}
}

// The tolerance of the service where a play originated travels with it.
func TestToleranceTravels(t *testing.T) {
	day := noon.Add(-72 * time.Hour).Truncate(24 * time.Hour)
	in := started16(0)
	in.Plays = []ledger.Play{{ID: 5, Work: film, At: day, DateOnly: true, ToleranceMS: 36 * 3_600_000}}
	in.Live = map[media.PlayID]bool{5: true}
	in.Sightings = []observe.AccountSighting{sightingAt(1, logCaps, day.Add(20*time.Hour))}
	if got := groups(in); got[0] != 5 {
		t.Fatalf("got %v", got)
	}
}

func TestDateRefinesAnUndatedPlay(t *testing.T) {
	evening := noon.Add(-72 * time.Hour)
	in := started16(0)
	in.Plays = []ledger.Play{{ID: 5, Work: film}}
	in.Live = map[media.PlayID]bool{5: true}
	in.Sightings = []observe.AccountSighting{sightingAt(1, logCaps, evening)}
	plays, next := observe.LinkPlays(in)
	if len(plays) != 1 || plays[0].ID != 5 || plays[0].At != evening || next != 1 {
		t.Fatalf("got %+v, next %d", plays, next)
	}
	// What was watched after the undated play was seen is another viewing.
	in.Seen = map[media.PlayID]media.Moment{5: evening.Add(-time.Hour)}
	in.Next = 6
	plays, _ = observe.LinkPlays(in)
	if len(plays) != 1 || plays[0].ID != 6 {
		t.Fatalf("got %+v", plays)
	}
}

// The date that a server stamps on our own write is not a viewing.
func TestWrittenPlayIsKnown(t *testing.T) {
	old := noon.Add(-9000 * time.Hour)
	for name, caps := range map[string]provider.FeatureCaps{"flag": {Coverage: provider.Catalogue, FinishProven: true}, "log": {KeepsPlays: true, Coverage: provider.Whole}} {
		in := started16(0)
		in.Plays = []ledger.Play{{ID: 5, Work: film, At: old, ToleranceMS: 1_200_000}}
		in.Live = map[media.PlayID]bool{5: true}
		in.Pending = []ledger.Pending{{Account: 1, Subject: ledger.Subject{Work: film, Feature: media.History, Play: 5}, New: media.Watched(old), Sent: noon.Add(-20 * minutes)}}
		in.Sightings = []observe.AccountSighting{sightingAt(1, caps, noon.Add(-19*minutes))}
		if got := groups(in); got[0] != 5 {
			t.Errorf("%s: linked to %d", name, got[0])
		}
		in.Next = 6
		in.Pending[0].Sent = noon.Add(-20 * time.Hour)
		if got := groups(in); got[0] == 5 {
			t.Errorf("%s: long after the send it is the person", name)
		}
	}
}

// R17: where a date was written over another and the service keeps what it is
// given, another date soon after is the person's, who watched it again.
func TestADateBesideOurWriteIsThePersons(t *testing.T) {
	old := noon.Add(-9000 * time.Hour)
	in := started16(0)
	in.Plays = []ledger.Play{{ID: 5, Work: film, At: old, ToleranceMS: 1_200_000}}
	in.Live = map[media.PlayID]bool{5: true}
	in.Next = 6
	in.Pending = []ledger.Pending{{Account: 1, Subject: ledger.Subject{Work: film, Feature: media.History, Play: 5},
		Old: media.Watched(old.Add(-time.Hour)), New: media.Watched(old), Sent: noon.Add(-20 * minutes)}}
	caps := provider.FeatureCaps{Coverage: provider.Whole, FinishProven: true, PastDates: true}
	for at, ours := range map[media.Moment]bool{noon.Add(-5 * minutes): false, old: true} {
		in.Sightings = []observe.AccountSighting{sightingAt(1, caps, at)}
		if got := groups(in); (got[0] == 5) != ours {
			t.Errorf("%v: linked to %d", at, got[0])
		}
	}
	caps.PastDates = false
	in.Sightings = []observe.AccountSighting{sightingAt(1, caps, noon.Add(-5*minutes))}
	if got := groups(in); got[0] != 5 {
		t.Errorf("it dates what we write itself: linked to %d", got[0])
	}
}

// Property: neither the order of sightings nor that of accounts matters, and
// no copy is beyond the tolerance of its play's anchor.
func TestPlaysInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		caps := []provider.FeatureCaps{logCaps, flagCaps, dayCaps, {KeepsPlays: true, StartDated: true, Coverage: provider.Whole}}
		in := started16(time.Duration(rapid.IntRange(0, 150).Draw(t, "runtime")) * time.Minute)
		in.Next = 50
		in.Live = map[media.PlayID]bool{}
		for i := range rapid.IntRange(0, 3).Draw(t, "plays") {
			p := ledger.Play{ID: media.PlayID(i + 1), Work: film, At: moment(t), ToleranceMS: 1_200_000}
			in.Plays = append(in.Plays, p)
			in.Live[p.ID] = rapid.Bool().Draw(t, "live")
		}
		for i := range rapid.IntRange(1, 7).Draw(t, "sightings") {
			s := sightingAt(ledger.AccountID(i+1), rapid.SampledFrom(caps).Draw(t, "caps"), moment(t))
			in.Sightings = append(in.Sightings, s)
		}
		first, n1 := observe.LinkPlays(in)
		links := map[*observe.Sighting]media.PlayID{}
		for _, s := range in.Sightings {
			links[s.Sighting] = s.Play
		}
		in.Sightings = rapid.Permutation(in.Sightings).Draw(t, "order")
		slices.Reverse(in.Plays)
		second, n2 := observe.LinkPlays(in)
		if !slices.Equal(first, second) || n1 != n2 {
			t.Fatalf("plays depend on the order: %+v and %+v", first, second)
		}
		for _, s := range in.Sightings {
			if links[s.Sighting] != s.Play {
				t.Fatalf("links depend on the order")
			}
		}
	})
}

func moment(t *rapid.T) media.Moment {
	if rapid.IntRange(0, 5).Draw(t, "undated") == 0 {
		return 0
	}
	return noon.Add(-time.Duration(rapid.IntRange(0, 4000).Draw(t, "minutes")) * time.Minute)
}
