package observe_test

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// R6a: where a look-up exists, it decides, and lists alone never do.
func TestProofByLookUp(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	held := true
	b := newBook(t, media.Watchlist, caps)
	b.truth = func(key string) provider.Answer {
		if held {
			return provider.Answer{Key: key, Held: true, Rows: list(key)}
		}
		return provider.Answer{Key: key, Held: true}
	}
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	for range 6 {
		b.read(list("b")...) // the list has lost it, the service has not
	}
	if st, _ := b.statement(0); st.Cleared || b.lookups == 0 {
		t.Fatalf("the look-up counts, not the list: %+v after %d look-ups", st, b.lookups)
	}
	held = false
	b.read(list("b")...)
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatal("proven by the look-up at once")
	}
}

// A look-up that fails proves nothing, however often the list is read.
func TestFailedLookUpProvesNothing(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	b := newBook(t, media.Watchlist, caps)
	b.truth = func(key string) provider.Answer {
		return provider.Answer{Key: key, Err: provider.Failed(provider.Transient, "get", nil)}
	}
	b.read(list("a", "b")...)
	for range 6 {
		b.read(list("b")...)
	}
	if st, _ := b.statement(0); st.Cleared || len(b.known.Proofs) != 1 {
		t.Fatalf("got %+v, proofs %v", st, b.known.Proofs)
	}
	b.read(list("a", "b")...)
	if len(b.known.Proofs) != 0 {
		t.Fatal("the value is back, the proof must go")
	}
}

// An item that the look-up cannot show is unknown, not cleared.
func TestLookUpNotHeld(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	b := newBook(t, media.Watchlist, caps)
	b.truth = func(key string) provider.Answer { return provider.Answer{Key: key} }
	b.read(list("a", "b")...)
	for range 4 {
		b.read(list("b")...)
	}
	if st, _ := b.statement(0); st.Cleared {
		t.Fatalf("got %+v", st)
	}
}

// R6b: a feed that names the work proves a removal, an unlisted one says nothing.
func TestProofByFeed(t *testing.T) {
	caps := whole()
	caps.NamesRemovals = true
	b := newBook(t, media.Watchlist, caps)
	b.read(list("a", "b")...)
	shown := b.now
	b.view.Coverage = provider.Changes
	b.read() // unlisted = unchanged (scenario 43)
	if st, _ := b.statement(0); st.Cleared {
		t.Fatal("unlisted in changes means unchanged")
	}
	b.view.Removed = []string{"a"}
	b.read()
	if st, _ := b.statement(0); !st.Cleared || st.At != shown+1 {
		t.Fatalf("got %+v", st)
	}
}

// R6c: looks too close together count once.
func TestSecondLookNeedsTime(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	for range 5 {
		b.read(list("b")...)
		b.now = b.now.Add(-29 * minutes) // a minute after the look before
	}
	if st, _ := b.statement(0); st.Cleared {
		t.Fatal("five looks within five minutes are one look")
	}
	b.now = b.now.Add(10 * minutes)
	b.read(list("b")...)
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatal("a look ten minutes later proves it")
	}
}

// A proof starts again when the observation changes, and ends when the value
// is back.
func TestProofStartsAgain(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	b.read(row("a", media.Rated(80), 0))
	b.read(row("a", media.Rated(80), 0))
	b.read(row("a", media.Rated(30), 0))
	b.read(row("a", media.Rated(40), 0))
	if st, _ := b.statement(0); st.Value != media.Rated(80) {
		t.Fatalf("two looks that differ prove nothing: %+v", st)
	}
	b.read(row("a", media.Rated(80), 0))
	if len(b.known.Proofs) != 0 {
		t.Fatal("the value is back, the proof must go")
	}
	first := b.now
	b.read(row("a", media.Rated(20), 0))
	b.read(row("a", media.Rated(20), 0))
	if st, _ := b.statement(0); st.Value != media.Rated(20) || st.At != first {
		t.Fatalf("R7: said at the first read that showed it (%s), not the proving one: %+v", first, st)
	}
}

// A proof for an item that never became shown ends when the item is gone.
func TestProofOfAPhantomEnds(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a")...)
	b.read(list("a")...)
	b.read(list("a", "b")...)
	b.read(list("a")...)
	if len(b.known.Proofs) != 0 {
		t.Fatalf("left: %v", b.known.Proofs)
	}
}

// R2: a list that equals an older one needs five looks for each difference
// (scenarios 97, 98).
func TestSuspiciousView(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a")...)
	b.read(list("a")...)
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	st := ledger.Subject{Work: 2, Feature: media.Watchlist}
	if _, ok := b.known.Statements[st]; !ok {
		t.Fatal("b was listed")
	}
	for look := range 4 {
		b.read(list("a")...)
		if b.known.Statements[st].Cleared {
			t.Fatalf("cleared after %d looks at an old list", look+1)
		}
	}
	b.read(list("a")...)
	if !b.known.Statements[st].Cleared {
		t.Fatal("five looks prove it")
	}
	// The next act counts as usual.
	b.read(list("a", "c")...)
	b.read(list("a", "c")...)
	if _, ok := b.known.Statements[ledger.Subject{Work: 3, Feature: media.Watchlist}]; !ok {
		t.Fatal("the next act on the account must count")
	}
}

// What a suspicious view shows for the first time and is not there any more
// waits for proof no longer.
func TestSuspiciousFirstSightGone(t *testing.T) {
	b := newBook(t, media.Ratings, catalogue())
	with := []provider.Row{row("a", media.Rated(10), 0), row("b", media.Rated(30), 0)}
	b.read(with...)
	b.read(with[:1]...)
	b.read(with...)
	if len(b.known.Proofs) != 1 {
		t.Fatalf("an old list is believed: %+v", b.known.Shown)
	}
	b.read(with[0], row("b", media.Value{}, 0))
	if len(b.known.Proofs) != 0 {
		t.Fatalf("left: %+v", b.known.Proofs)
	}
}

// With a newer stamp an old content means nothing.
func TestOldContentUnderNewerStamp(t *testing.T) {
	caps := whole()
	caps.Stamps = true
	b := newBook(t, media.Watchlist, caps)
	stamp := func(n int) {
		b.view.Evidence.Stamp, b.view.Evidence.StampAt = string(rune('a'+n)), noon.Add(time.Duration(n)*time.Hour)
	}
	for n, keys := range [][]string{{"a"}, {"a"}, {"a", "b"}, {"a", "b"}, {"a"}, {"a"}} {
		stamp(n)
		b.read(list(keys...)...)
	}
	if !b.known.Statements[ledger.Subject{Work: 2, Feature: media.Watchlist}].Cleared {
		t.Fatal("two looks are enough under a newer stamp")
	}
}

// R7: clocks and sentinels.
func TestTimes(t *testing.T) {
	for name, c := range map[string]struct {
		clockMS int64
		at      media.Moment
		want    media.Moment
	}{
		"right clock":          {0, noon.Add(-time.Hour), noon.Add(-time.Hour)},
		"ten minutes ahead":    {600_000, noon.Add(-50 * minutes), noon.Add(-time.Hour)},
		"a day behind":         {-86_400_000, noon.Add(-25 * time.Hour), noon.Add(-time.Hour)},
		"1970 sentinel":        {0, 1000, 0},
		"eleven minutes ahead": {0, noon.Add(11 * minutes), 0},
		"nine minutes ahead":   {0, noon.Add(9 * minutes), noon.Add(9 * minutes)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, media.Ratings, whole())
			b.trust.ClockMS = c.clockMS
			b.read(row("a", media.Rated(80), c.at))
			if st, _ := b.statement(0); st.At != c.want {
				t.Fatalf("got %s, want %s", st.At, c.want)
			}
		})
	}
}

// A measured offset that jitters changes nothing (S11).
func TestClockJitterIsNoChange(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	rows := []provider.Row{row("a", media.Rated(80), noon.Add(-time.Hour))}
	b.read(rows...)
	for n := range 4 {
		b.trust.ClockMS = int64(n * 700)
		if d := b.read(rows...); !silent(d) {
			t.Fatalf("got %+v", d)
		}
	}
}

// Scenario 97: a list that freezes at an old rating overwrites nothing.
func TestFrozenOldRating(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	b.read(row("a", media.Rated(60), 0))
	b.read(row("a", media.Rated(60), 0))
	b.read(row("a", media.Rated(80), 0))
	b.read(row("a", media.Rated(80), 0))
	for range 4 {
		b.read(row("a", media.Rated(60), 0))
	}
	b.read(row("a", media.Rated(80), 0))
	if st, _ := b.statement(0); st.Value != media.Rated(80) || len(b.known.Proofs) != 0 {
		t.Fatalf("got %+v", st)
	}
}

// Every difference of a suspicious view is suspicious, also one with a time.
func TestSuspiciousViewDistrustsTimes(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	b.read(row("a", media.Rated(60), noon))
	b.read(row("a", media.Rated(60), noon))
	old := row("a", media.Rated(30), b.now.Add(-minutes))
	b.trust.Older = []string{observe.Digest(provider.View{Rows: []provider.Row{old}})}
	b.read(old)
	if st, _ := b.statement(0); st.Value != media.Rated(60) {
		t.Fatalf("got %+v", st)
	}
}

// R6c: a look-up in a list of the same kind proves what it shows; what it lacks
// takes a second look.
func TestLookUpInTheSameList(t *testing.T) {
	caps := whole()
	caps.LookUp, caps.SameList = true, true
	b := newBook(t, media.Watchlist, caps)
	shown := true
	b.truth = func(key string) provider.Answer {
		if shown {
			return provider.Answer{Key: key, Held: true, Rows: list(key)}
		}
		return provider.Answer{Key: key, Held: true}
	}
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	for range 3 {
		b.read(list("b")...)
	}
	if st, _ := b.statement(0); st.Cleared || b.lookups == 0 {
		t.Fatalf("what the look-up shows is there: %+v", st)
	}
	b.read(list("a", "b", "c")...)
	shown = false
	b.read(list("b", "c")...)
	if st, _ := b.statement(0); st.Cleared {
		t.Fatal("one short list and another prove nothing")
	}
	b.read(list("b", "c")...)
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatal("two looks agree")
	}
}

// disputed is a rating that lists show and a look-up denies, looked up once
// because of a write of ours that lists do not show.
func disputed(t *testing.T, write media.Value) (*book, provider.Row) {
	t.Helper()
	caps := whole()
	caps.LookUp = true
	b := newBook(t, media.Ratings, caps)
	b.truth = func(key string) provider.Answer { return provider.Answer{Key: key, Held: true} }
	rated := row("a", media.Rated(80), 0)
	b.read(rated)
	b.read(rated)
	b.sent("1-1", "a", media.Rated(80), write, 0)
	for range 40 {
		if b.read(rated); b.lookups > 0 {
			break
		}
	}
	if b.lookups != 1 {
		t.Fatalf("%d look-ups", b.lookups)
	}
	return b, rated
}

// A look-up that denies what the list of the same read shows and was believed
// proves nothing alone, nor does another one later, when lists between them
// showed it still.
func TestDisputedLookUp(t *testing.T) {
	b, rated := disputed(t, media.Rated(30))
	if st, _ := b.statement(0); st.Cleared {
		t.Fatalf("after one look-up %+v", st)
	}
	for range 40 {
		if b.read(rated); b.lookups > 1 {
			break
		}
	}
	if st, _ := b.statement(0); b.lookups != 2 || st.Cleared {
		t.Fatalf("lists between two look-ups showed it still: %d, %+v", b.lookups, st)
	}
}

// Nor does it settle a write that the list of the same read does not show.
func TestDisputedLookUpSettlesNothing(t *testing.T) {
	b, rated := disputed(t, media.Value{})
	if b.shown("a").Value != media.Rated(80) || len(b.known.Pending) == 0 {
		t.Fatalf("after one look-up %+v, on the way: %v", b.shown("a"), b.known.Pending)
	}
	b.read(rated)
	if b.lookups != 2 || b.shown("a").Value.Set || len(b.known.Pending) != 0 {
		t.Fatalf("two look-ups say so: %d, %+v, on the way: %v", b.lookups, b.shown("a"), b.known.Pending)
	}
}
