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

// S1: a look-up after a write that lacks what was believed is one witness, who
// may be behind: what it lacks is gone when a list says so as well.
func TestALookUpAloneTakesNothingAway(t *testing.T) {
	caps := logCaps
	caps.LookUp = true
	b := newBook(t, media.History, caps)
	both := []provider.Row{play("a", "1", noon.Add(-72*time.Hour)), play("a", "2", noon.Add(-48*time.Hour))}
	there := both
	b.truth = func(key string) provider.Answer { return provider.Answer{Key: key, Held: true, Rows: there} }
	b.read(both...)
	b.read(both...)
	second := b.known.Shown[ledger.RowKey{Key: "a", PlayKey: "2"}].Play
	there = both[:1]
	b.settle("a")
	if st, _ := b.statement(second); st.Cleared || len(b.known.Proofs) != 1 {
		t.Fatalf("after one look-up %+v, open: %v", st, b.known.Proofs)
	}
	there = both
	b.read(both...)
	if st, _ := b.statement(second); st.Cleared || len(b.known.Proofs) != 0 {
		t.Fatalf("it is listed still: %+v, open: %v", st, b.known.Proofs)
	}
	there = both[:1]
	b.settle("a")
	b.read(there...)
	if st, _ := b.statement(second); !st.Cleared {
		t.Fatalf("list and look-up agree, yet %+v", st)
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

// The same for an item that no list ever showed.
func TestDisputedLookUpOfWhatWasNeverListed(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	b := started(t, caps)
	there := false
	b.truth = func(key string) provider.Answer {
		if there {
			return provider.Answer{Key: key, Held: true, Rows: []provider.Row{row(key, three, 0)}}
		}
		return provider.Answer{Key: key, Held: true}
	}
	b.sent("1", "a", media.Value{}, eight, 0)
	there = true
	for range 40 {
		if b.read(); b.lookups > 0 {
			break
		}
	}
	if st, said := b.statement(0); b.lookups != 1 || said {
		t.Fatalf("after %d look-ups %+v", b.lookups, st)
	}
	b.read(row("a", three, 0))
	if st, _ := b.statement(0); st.Value != three || st.Adopted() {
		t.Fatalf("list and look-up say so: %+v", st)
	}
}

// ahead is a rating of ours that a look-up has shown and no list yet.
func ahead(t *testing.T) (b *book, truth *media.Value) {
	t.Helper()
	caps := whole()
	caps.LookUp = true
	b = started(t, caps)
	truth = &media.Value{}
	b.truth = func(key string) provider.Answer {
		return provider.Answer{Key: key, Held: true, Rows: []provider.Row{row(key, *truth, 0)}}
	}
	b.sent("1", "a", media.Value{}, eight, 0)
	*truth = eight
	if b.settle("a"); b.shown("a").Value != eight || len(b.known.Pending) != 0 {
		t.Fatalf("a look-up settles it at once: %+v, on the way %v", b.shown("a"), b.known.Pending)
	}
	return b, truth
}

// A list that has not shown yet what a look-up has shown is older than that: a
// value that it showed before, or its lack of one, settles no write of ours,
// and never becomes a word of the person.
func TestAListOfBeforeTheLookUpSettlesNothing(t *testing.T) {
	for name, write := range map[string]media.Value{"a removal": {}, "another value": three} {
		b, truth := ahead(t)
		var before []provider.Row
		if write.Set {
			before = append(before, row("a", write, 0))
			b.read(before...) // looked up: what the list shows is not so
		}
		b.sent("2", "a", eight, write, 0) // lost on its way
		for range 3 {
			b.read(before...)
		}
		if b.shown("a").Value != eight || len(b.known.Pending) != 1 {
			t.Errorf("%s: an old list settles it: %+v, on the way %v", name, b.shown("a"), b.known.Pending)
		}
		for range 3 {
			b.read(before...)
		}
		if !lost(b, "2") {
			t.Errorf("%s: a look-up tells that it is lost: %v", name, b.known.Pending)
		}
		b.read(row("a", eight, 0))
		if st, _ := b.statement(0); !st.Adopted() || st.Value != eight {
			t.Errorf("%s: our own value is read as the person's: %+v", name, st)
		}
		*truth = write
		after := append([]provider.Row{}, before...)
		b.read(after...)
		if b.read(after...); b.shown("a").Value != write {
			t.Errorf("%s: a list that showed it is believed again: %+v", name, b.shown("a"))
		}
	}
}

// A list that moved on to the value settles the write: it is older no more.
func TestAListThatMovedOnSettles(t *testing.T) {
	b, _ := ahead(t)
	b.read(row("a", eight, 0))
	b.sent("2", "a", eight, media.Value{}, 0)
	looked := b.lookups
	b.read()
	if st, _ := b.statement(0); !st.Cleared || !st.Adopted() || len(b.known.Pending) != 0 || b.lookups != looked {
		t.Fatalf("got %+v, on the way %v, %d look-ups", st, b.known.Pending, b.lookups-looked)
	}
}

// The same the other way round: where a look-up has shown the removal, a list
// that still shows the value does not show that it was written again.
func TestAListOfBeforeTheRemovalSettlesNothing(t *testing.T) {
	b, truth := ahead(t)
	b.read(row("a", eight, 0))
	b.sent("2", "a", eight, media.Value{}, 0)
	*truth = media.Value{}
	b.settle("a")
	b.now = b.now.Add(30 * minutes)
	b.sent("3", "a", media.Value{}, eight, 0) // lost on its way
	b.read(row("a", eight, 0))
	if b.shown("a").Value.Set || len(b.known.Pending) != 1 {
		t.Fatalf("an old list settles it: %+v, on the way %v", b.shown("a"), b.known.Pending)
	}
	for range 8 {
		b.read()
	}
	if st, _ := b.statement(0); st.Cleared && !st.Adopted() {
		t.Fatalf("our own removal is read as the person's: %+v", st)
	}
}

// A list that goes on showing an older value than a look-up did is looked up
// again: it may be the look-up that was wrong.
func TestAnOlderValueThanTheLookUpShowed(t *testing.T) {
	for name, c := range map[string]struct{ truth, want media.Value }{"the list is old": {eight, eight}, "the look-up was wrong": {three, three}} {
		b, truth := ahead(t)
		at := b.now.Add(-time.Hour)
		k := b.known.Shown[ledger.RowKey{Key: "a"}]
		k.At = at
		b.known.Shown[k.RowKey] = k
		*truth = c.truth
		for range 3 {
			b.read(row("a", three, at.Add(-time.Hour)))
		}
		if got := b.shown("a").Value; got != c.want {
			t.Errorf("%s: %v is shown, want %v", name, got, c.want)
		}
	}
}

// The same where the list shows neither what is believed nor what the look-up
// shows, and where it says no.
func TestDisputedLookUpAgainstAnotherList(t *testing.T) {
	b, truth := ahead(t)
	*truth = three
	b.read() // of before our write
	if got := b.shown("a").Value; got != eight {
		t.Fatalf("after one look-up %v", got)
	}
	b.read()
	if st, _ := b.statement(0); st.Value != three || st.Adopted() {
		t.Fatalf("two look-ups say so: %+v", st)
	}

	caps := catalogue()
	caps.LookUp = true
	c := newBook(t, media.Ratings, caps)
	no := row("a", media.Value{}, 0)
	c.read(no)
	c.read(no)
	c.sent("1", "a", media.Value{}, eight, 0)
	c.truth = func(key string) provider.Answer {
		return provider.Answer{Key: key, Held: true, Rows: []provider.Row{row(key, three, 0)}}
	}
	for range 40 {
		if c.read(no); c.lookups > 0 {
			break
		}
	}
	if st, said := c.statement(0); c.lookups != 1 || said {
		t.Fatalf("after %d look-ups %+v", c.lookups, st)
	}
}
