package observe_test

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// started is a book of ratings that shows nothing and is past its first look.
func started(t *testing.T, caps provider.FeatureCaps) *book {
	b := newBook(t, media.Ratings, caps)
	b.read()
	b.read()
	return b
}

var (
	eight = media.Rated(80)
	three = media.Rated(30)
)

// R8: how long nobody looked is no lag of the service, or a computer that slept
// would wait for days.
func TestSleepIsNoLag(t *testing.T) {
	for name, c := range map[string]struct {
		missed int // reads between the write and the sleep
		want   time.Duration
	}{"shown at the first look": {0, 30 * minutes}, "missed by one look": {1, 55 * minutes}} {
		b := started(t, whole())
		p := b.sent("1", "", media.Value{}, eight, 0)
		for range c.missed {
			b.read()
		}
		b.now = b.now.Add(40 * time.Hour)
		b.read(row("a", eight, p.Sent.Add(time.Second)))
		if len(b.trust.LagsMS) != 1 || b.trust.LagsMS[0] != c.want.Milliseconds() {
			t.Errorf("%s: lags %v, want %d", name, b.trust.LagsMS, c.want.Milliseconds())
		}
	}
}

// R8: what we wrote settles by a read, and the account adopts its cause
// (scenario 94).
func TestWriteSettlesAndIsAdopted(t *testing.T) {
	b := started(t, whole())
	p := b.sent("1", "", media.Value{}, eight, 0)
	b.read(row("a", eight, p.Sent.Add(time.Second)))
	st, _ := b.statement(0)
	if st.Origin != other || st.OriginSeq != 55 || st.At != p.Says.At || st.Account != us || st.Value != eight {
		t.Fatalf("adopted: %+v", st)
	}
	if len(b.known.Pending) != 0 || b.shown("a").State != ledger.ShownValue || len(b.trust.LagsMS) != 1 {
		t.Fatalf("pending %v, shown %+v, lags %v", b.known.Pending, b.shown("a"), b.trust.LagsMS)
	}
	if want := (25 * minutes).Milliseconds(); b.trust.LagsMS[0] != want {
		t.Fatalf("lag %d, want %d", b.trust.LagsMS[0], want)
	}
	if d := b.read(row("a", eight, p.Sent.Add(time.Second))); !silent(d) {
		t.Fatalf("and then rest: %+v", d)
	}
}

// What is written once more for the same reason, here to an item that was made
// anew, is the same word, last seen by another item and later: by that a flag's
// date is known for that of our write.
func TestTheSameIsAdoptedAsLastSeen(t *testing.T) {
	b := started(t, whole())
	b.works["b"] = film
	p := b.sent("1", "", media.Value{}, eight, 0)
	b.read(row("a", eight, 0))
	p.Op = "2"
	b.putPending(p)
	want, _ := b.statement(0)
	want.Key, want.Seen = "b", b.now
	b.read(row("b", eight, 0))
	if st, _ := b.statement(0); st != want {
		t.Fatalf("adopted again: %+v, want %+v", st, want)
	}
}

// A later date than one interval after the send is the person's.
func TestEchoHasALimit(t *testing.T) {
	b := started(t, whole())
	p := b.sent("1", "", media.Value{}, eight, 0)
	b.now = b.now.Add(2 * time.Hour)
	at := p.Sent.Add(31 * minutes)
	b.read(row("a", eight, at))
	if st, _ := b.statement(0); st.Adopted() || st.At != at {
		t.Fatalf("the person rated it again: %+v", st)
	}
	if len(b.known.Pending) != 0 {
		t.Fatal("the write has arrived all the same")
	}
}

// R7, R8: a service keeps the date that we gave as it was given, whatever its own
// clock says; read by that clock it must not look like the person's.
func TestTheDateThatWeGaveIsOurs(t *testing.T) {
	for name, c := range map[string]struct {
		past bool          // the service keeps dates that it is given
		off  time.Duration // from the date that we gave
		ours bool
	}{"as given": {true, 0, true}, "another": {true, time.Hour, false}, "dated by itself": {false, 0, false}} {
		caps := whole()
		caps.PastDates = c.past
		b := started(t, caps)
		b.trust.ClockMS = -(24 * time.Hour).Milliseconds()
		p := b.sent("1", "", media.Value{}, eight, 0)
		b.now = b.now.Add(40 * time.Hour)
		b.read(row("a", eight, p.Says.At.Add(c.off)))
		if st, _ := b.statement(0); st.Adopted() != c.ours || len(b.known.Pending) != 0 {
			t.Errorf("%s: %+v, pending %v", name, st, b.known.Pending)
		}
	}
}

// A list that still shows the old value says nothing, whatever its time.
func TestLagSaysNothing(t *testing.T) {
	b := started(t, whole())
	b.read(row("a", three, b.now.Add(-minutes)))
	b.sent("1", "a", three, eight, 0)
	before, _ := b.statement(0)
	for range 3 {
		d := b.read(row("a", three, noon.Add(45*minutes)))
		if len(d.Statements)+len(d.Proofs) > 0 {
			t.Fatalf("got %+v", d)
		}
	}
	if after, _ := b.statement(0); after != before {
		t.Fatalf("%+v became %+v", before, after)
	}
}

// Only the last write of a queue settles; what comes before is half of the way.
func TestQueueOfTwo(t *testing.T) {
	b := started(t, whole())
	p1 := b.sent("1", "a", media.Value{}, three, 0)
	p2 := p1
	p2.Op, p2.Old, p2.New, p2.Sent = "2", three, eight, p1.Sent.Add(5*minutes)
	p2.Says.Value = eight
	b.putPending(p2)
	b.read(row("a", three, 0))
	if st, ok := b.statement(0); ok || len(b.known.Pending[p1.Subject]) != 2 {
		t.Fatalf("half of the way: %+v", st)
	}
	b.read()
	if st, ok := b.statement(0); ok {
		t.Fatalf("back to the old value is lag as well: %+v", st)
	}
	b.read(row("a", eight, 0))
	if st, _ := b.statement(0); st.Value != eight || len(b.known.Pending) != 0 {
		t.Fatalf("got %+v, pending %v", st, b.known.Pending)
	}
}

// A last write that restores the old value is not settled by a list that shows
// nothing of either: only a moved stamp, another value seen, or the window.
func TestQueueBackToTheOldValue(t *testing.T) {
	queue := func(b *book) ledger.Subject {
		p1 := b.sent("1", "a", media.Value{}, eight, 0)
		p2 := p1
		p2.Op, p2.Old, p2.New, p2.Sent = "2", eight, media.Value{}, p1.Sent.Add(5*minutes)
		p2.Says.Cleared, p2.Says.Value = true, media.Value{}
		b.putPending(p2)
		return p1.Subject
	}
	t.Run("lag", func(t *testing.T) {
		b := started(t, whole())
		s := queue(b)
		b.read()
		if len(b.known.Pending[s]) != 2 {
			t.Fatal("too early to tell")
		}
	})
	t.Run("another value was seen", func(t *testing.T) {
		b := started(t, whole())
		s := queue(b)
		b.read(row("a", eight, 0))
		b.read()
		if st, _ := b.statement(0); len(b.known.Pending[s]) != 0 || !st.Cleared || st.Origin != other {
			t.Fatalf("got %+v, pending %v", st, b.known.Pending[s])
		}
	})
	t.Run("stamp moved", func(t *testing.T) {
		caps := whole()
		caps.Stamps = true
		b := newBook(t, media.Ratings, caps)
		b.view.Evidence.Stamp = "1"
		b.read()
		b.read()
		s := queue(b)
		b.view.Evidence.Stamp = "2"
		b.read()
		if len(b.known.Pending[s]) != 0 {
			t.Fatal("the stamp moved and the old value is there")
		}
	})
	t.Run("window", func(t *testing.T) {
		b := started(t, whole())
		s := queue(b)
		for range 6 {
			b.read()
		}
		left := b.known.Pending[s]
		if len(left) != 1 || left[0].Op != "1" || left[0].State != ledger.Lost {
			t.Fatalf("the first write may still come late: %+v", left)
		}
		// Scenario 95, the other way round: it does, and nobody said anything.
		d := b.read(row("a", eight, 0))
		for _, st := range d.Statements {
			if !st.Adopted() {
				t.Fatalf("a late write read as the person: %+v", st)
			}
		}
	})
}

// Scenario 95: a removal shows days late, after a re-add was planned against it.
func TestLateRemovalAfterReAdd(t *testing.T) {
	b := started(t, whole())
	b.read(row("a", eight, b.now.Add(-minutes)))
	p1 := b.sent("1", "a", eight, media.Value{}, 0)
	p2 := p1
	p2.Op, p2.Old, p2.New, p2.Sent = "2", media.Value{}, eight, p1.Sent.Add(5*minutes)
	p2.Says.Cleared, p2.Says.Value = false, eight
	b.putPending(p2)
	for range 8 {
		b.read(row("a", eight, noon.Add(59*minutes)))
	}
	b.read()
	b.read()
	b.read()
	if st, _ := b.statement(0); st.Cleared && !st.Adopted() {
		t.Fatalf("our own late removal read as the person's: %+v", st)
	}
	if b.shown("a").State != ledger.ShownAbsent {
		t.Fatal("shown follows observation")
	}
}

// A third value is the person. Dated after our send it voids the write, else
// the write may still arrive on top of it.
func TestThirdValue(t *testing.T) {
	t.Run("after the send", func(t *testing.T) {
		b := started(t, whole())
		b.read(row("a", three, b.now.Add(-minutes)))
		p := b.sent("1", "a", three, eight, 0)
		b.read(row("a", five, p.Sent.Add(10*minutes)))
		if st, _ := b.statement(0); st.Value != five || st.Adopted() || len(b.known.Pending) != 0 {
			t.Fatalf("got %+v, pending %v", st, b.known.Pending)
		}
	})
	t.Run("without a time", func(t *testing.T) {
		b := started(t, whole())
		b.read(row("a", three, 0))
		b.read(row("a", three, 0))
		p := b.sent("1", "a", three, eight, 0)
		b.read(row("a", five, 0))
		b.read(row("a", five, 0))
		if st, _ := b.statement(0); st.Value != five {
			t.Fatalf("two looks prove it: %+v", st)
		}
		left := b.known.Pending[p.Subject]
		if len(left) != 1 || left[0].Until <= p.Sent.Add(time.Hour) {
			t.Fatalf("the write stays expected for one window: %+v", left)
		}
		for range 8 {
			b.read(row("a", five, 0))
		}
		if len(b.known.Pending)+len(b.known.Quarantine) != 0 {
			t.Fatalf("overwritten, not lost: %v %v", b.known.Pending, b.known.Quarantine)
		}
	})
	t.Run("removed by the person", func(t *testing.T) {
		b := started(t, whole())
		b.read(row("a", three, b.now.Add(-minutes)))
		b.sent("1", "a", three, eight, 0)
		for range 3 {
			b.read(row("b", three, noon)) // not the empty list of the start again
		}
		if st, _ := b.statement(0); !st.Cleared {
			t.Fatalf("got %+v", st)
		}
	})
}

// Scenario 39: an acknowledged write that never shows is lost, tried twice
// more, set aside, and never read as the person's removal.
func TestLostThreeTimesIsSetAside(t *testing.T) {
	b := started(t, whole())
	s := ledger.Subject{Work: film, Feature: media.Ratings}
	for attempt := 1; attempt <= ledger.QuarantineAfter; attempt++ {
		p := b.sent(ledger.OpID(rune('0'+attempt)), "", media.Value{}, eight, 0)
		reads := 0
		for ; reads < 20 && !lost(b, p.Op); reads++ {
			if d := b.read(); len(d.Statements)+len(d.Proofs) > 0 {
				t.Fatalf("nobody said anything: %+v", d)
			}
		}
		if reads != 5 {
			t.Fatalf("attempt %d was lost after %d reads, want 5", attempt, reads)
		}
		q := b.known.Quarantine[s]
		if len(q) != 1 || q[0].Failures != attempt || q[0].Value != eight || q[0].Why != ledger.Quarantined {
			t.Fatalf("attempt %d: %+v", attempt, q)
		}
	}
	for range 30 {
		b.read()
	}
	if len(b.known.Pending) != 0 {
		t.Fatalf("not expected for ever: %v", b.known.Pending)
	}
	if d := b.read(); !silent(d) {
		t.Fatalf("and then rest: %+v", d)
	}
}

// A value set aside is tried under an id that the work gained, and lost once
// more: nobody has tried that id before, so the count begins anew.
func TestLostUnderANewIDCountsAnew(t *testing.T) {
	b := started(t, whole())
	s := ledger.Subject{Work: film, Feature: media.Ratings}
	b.known.Quarantine[s] = []ledger.Quarantine{{Account: us, Subject: s, Value: eight, Cause: ledger.Cause{Account: other, Seq: 55},
		Failures: ledger.QuarantineAfter, Why: ledger.Quarantined, Tokens: "one id"}}
	for attempt, known := range []string{"two ids", "two ids"} {
		p := b.sent(ledger.OpID(known+string(rune('0'+attempt))), "", media.Value{}, eight, 0)
		p.Tokens = known
		b.putPending(p)
		for reads := 0; reads < 20 && !lost(b, p.Op); reads++ {
			b.read()
		}
		if q := b.known.Quarantine[s]; len(q) != 1 || q[0].Failures != attempt+1 || q[0].Tokens != known {
			t.Fatalf("lost %d times with %s: %+v", attempt+1, known, q)
		}
	}
}

func lost(b *book, op ledger.OpID) bool {
	for _, queue := range b.known.Pending {
		for _, p := range queue {
			if p.Op == op {
				return p.State == ledger.Lost
			}
		}
	}
	return false
}

// Scenarios 56 and 96: a lost write that shows late clears every trace, and
// nobody said anything.
func TestLostWriteShowsLate(t *testing.T) {
	b := started(t, whole())
	p := b.sent("1", "", media.Value{}, eight, 0)
	for range 6 {
		b.read()
	}
	if !lost(b, "1") {
		t.Fatal("lost")
	}
	b.read(row("a", eight, 0))
	st, _ := b.statement(0)
	if !st.Adopted() || st.At != p.Says.At || len(b.known.Pending)+len(b.known.Quarantine) != 0 {
		t.Fatalf("got %+v, pending %v, quarantine %v", st, b.known.Pending, b.known.Quarantine)
	}
}

// The window follows the account's own lag, and needs reads as well as time.
func TestWindow(t *testing.T) {
	lags := func(n int, ms int64) ledger.Trust {
		var t ledger.Trust
		for range n {
			t.LagsMS = append(t.LagsMS, ms)
		}
		return t
	}
	for _, c := range []struct {
		trust ledger.Trust
		wait  time.Duration
		reads int
	}{
		{lags(0, 0), time.Hour, 5},
		{lags(19, 1000), time.Hour, 5},
		{lags(19, 40*60_000), 2 * time.Hour, 5},
		{lags(20, 1000), 10 * time.Minute, 2},
		{lags(20, 10*60_000), 30 * time.Minute, 2},
	} {
		if wait, reads := observe.Window(c.trust); wait != c.wait || reads != c.reads {
			t.Errorf("%d lags: %s and %d reads, want %s and %d", len(c.trust.LagsMS), wait, reads, c.wait, c.reads)
		}
	}
	b := started(t, whole())
	p := b.sent("1", "", media.Value{}, eight, 0)
	b.now = b.now.Add(72 * time.Hour) // a laptop that slept
	b.read()
	if lost(b, p.Op) {
		t.Fatal("one read does not make a write lost, however late")
	}
}

// The point look-up has the last word before a write is given up, and settles
// it at once whatever the list says.
func TestLookUpSettles(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	b := newBook(t, media.Ratings, caps)
	b.read()
	b.read()
	stored := row("a", eight, b.now)
	b.truth = func(key string) provider.Answer {
		return provider.Answer{Key: key, Held: true, Rows: []provider.Row{stored}}
	}
	b.sent("1", "a", media.Value{}, eight, 0)
	for range 6 {
		b.read() // the list never shows it
	}
	if st, _ := b.statement(0); !st.Adopted() || len(b.known.Pending) != 0 {
		t.Fatalf("got %+v, pending %v", st, b.known.Pending)
	}
}

// At the end of a run a look-up settles the writes of this very run.
func TestSettle(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	fresh := func(rows ...provider.Row) (*book, ledger.Pending) {
		b := newBook(t, media.Ratings, caps)
		b.read(row("a", three, noon))
		b.read(row("a", three, noon))
		b.truth = func(key string) provider.Answer { return provider.Answer{Key: key, Held: true, Rows: rows} }
		p := b.sent("1", "a", three, eight, 0)
		b.settle("a")
		return b, p
	}
	b, _ := fresh(row("a", eight, 0))
	if len(b.trust.LagsMS) != 1 {
		t.Fatalf("the lag is measured: %v", b.trust.LagsMS)
	}
	if st, _ := b.statement(0); !st.Adopted() || len(b.known.Pending) != 0 || b.shown("a").Value != eight {
		t.Fatalf("settled: %+v %v", st, b.known.Pending)
	}
	if d := b.read(row("a", eight, b.now.Add(-minutes))); len(d.Statements) > 0 {
		t.Fatalf("the list tells the time later, and nobody said anything: %+v", d)
	}
	b, p := fresh(row("a", three, noon))
	if left := b.known.Pending[p.Subject]; len(left) != 1 || left[0].Reads != 1 {
		t.Fatalf("the old value counts as a read: %+v", left)
	}
	b, _ = fresh()
	if st, _ := b.statement(0); !st.Cleared || st.Adopted() || len(b.known.Pending) != 0 {
		t.Fatalf("a look-up after the send that shows neither is the person: %+v %v", st, b.known.Pending)
	}
}

// What a look-up settles counts as shown from then on, by titles, not by rows.
func TestSettleCountsWhatShows(t *testing.T) {
	caps := whole()
	caps.LookUp, caps.KeepsPlays = true, true
	b := newBook(t, media.History, caps)
	b.read()
	b.read()
	rows := []provider.Row{row("a", media.Watched(noon), 0), row("a", media.Watched(noon.Add(-minutes*600)), 0)}
	rows[0].PlayKey, rows[1].PlayKey = "1", "2"
	for i, want := range []int{1, 1} {
		b.truth = func(key string) provider.Answer { return provider.Answer{Key: key, Held: true, Rows: rows[:i+1]} }
		b.sent(ledger.OpID(rows[i].PlayKey), "a", media.Value{}, rows[i].Value, 0)
		if b.settle("a"); b.trust.Count != want {
			t.Errorf("after play %d: %d titles, want %d", i+1, b.trust.Count, want)
		}
	}
	b.truth = func(key string) provider.Answer { return provider.Answer{Key: key, Held: true} }
	for i, op := range []ledger.OpID{"3", "4"} {
		key := ledger.RowKey{Key: "a", PlayKey: rows[i].PlayKey}
		p := b.sent(op, "a", rows[i].Value, media.Value{}, b.known.Shown[key].Play)
		p.RowKey = key
		b.putPending(p)
	}
	if b.settle("a"); b.trust.Count != 0 {
		t.Errorf("after the removals: %d titles", b.trust.Count)
	}
}

// R4: what the service keeps less exactly than it promised settles, is
// reported and is not sent again.
func TestRounding(t *testing.T) {
	b := started(t, whole())
	p := b.sent("1", "", media.Value{}, media.Rated(70), 0)
	d := b.read(row("a", eight, p.Sent))
	st, _ := b.statement(0)
	q := b.known.Quarantine[p.Subject]
	if st.Value != media.Rated(70) || len(d.Breaches) != 1 || len(q) != 1 || q[0].Failures < ledger.QuarantineAfter || q[0].Why != ledger.CannotStore ||
		q[0].Tokens != ledger.KeysDigest([]string{"a"}) {
		t.Fatalf("statement %+v, breaches %+v, quarantine %+v", st, d.Breaches, q)
	}
	if len(b.known.Pending) != 0 {
		t.Fatal("settled")
	}
}

// R4, R8: where dates are kept as they are given, what is dated after the send is
// the person's word, however near to ours.
func TestNearOursAndDatedLater(t *testing.T) {
	for name, keeps := range map[string]bool{"keeps dates": true, "dates by itself": false} {
		caps := whole()
		caps.PastDates = keeps
		b := started(t, caps)
		p := b.sent("1", "", media.Value{}, media.Rated(70), 0)
		d := b.read(row("a", eight, p.Sent.Add(5*minutes)))
		st, _ := b.statement(0)
		if person := st.Origin == us && st.Value == eight && len(d.Breaches) == 0 && len(b.known.Pending) == 0; person != keeps {
			t.Errorf("%s: statement %+v, breaches %+v, pending %+v", name, st, d.Breaches, b.known.Pending)
		}
	}
}

// A word that the person says at the account after our send stands against
// the adoption when it is newer.
func TestAdoptionYieldsToANewerWord(t *testing.T) {
	b := started(t, whole())
	b.read(row("a", three, 0))
	b.read(row("a", three, 0))
	p := b.sent("1", "a", three, eight, 0)
	b.read(row("a", media.Rated(50), 0))
	b.read(row("a", media.Rated(50), 0)) // proven, in a later run than the write
	b.read(row("a", eight, p.Sent))      // our write lands on top of it
	if st, _ := b.statement(0); st.Value != media.Rated(50) {
		t.Fatalf("the newer word is lost: %+v", st)
	}
	if b.shown("a").Value != eight {
		t.Fatal("shown follows observation")
	}
}

// A removal of ours settles on absence, without proof.
func TestRemovalSettles(t *testing.T) {
	b := started(t, whole())
	b.read(row("a", eight, noon))
	b.sent("1", "a", eight, media.Value{}, 0)
	b.read()
	if st, _ := b.statement(0); !st.Cleared || !st.Adopted() || len(b.known.Pending)+len(b.known.Proofs) != 0 {
		t.Fatalf("got %+v %v", st, b.known.Pending)
	}
}

// A look-up that finds nothing counts as a read for an add, whether or not the
// write named a key.
func TestSettleCountsAMissedAdd(t *testing.T) {
	for _, key := range []string{"a", ""} {
		caps := whole()
		caps.LookUp = true
		b := newBook(t, media.Ratings, caps)
		b.read()
		b.read()
		p := b.sent("1", key, media.Value{}, eight, 0)
		d := observe.Settle(b.reading(nil), b.known, []observe.Answered{{Key: "a", Work: film, At: b.now, Answer: provider.Answer{Key: "a", Held: true}}})
		b.keep(d)
		if left := b.known.Pending[p.Subject]; len(left) != 1 || left[0].Reads != 1 || len(d.Trust) != 0 {
			t.Errorf("key %q: %+v", key, left)
		}
	}
}

// R8: while an add and a removal of ours are under way, a value that the
// service dates after both was given again by the person; one that the add may
// have brought is lag.
func TestGivenAgainOverAnAddAndARemoval(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read()
	b.read()
	b.sent("1", "a", media.Value{}, media.Listed(), 0)
	b.now = b.now.Add(time.Hour)
	removal := b.sent("2", "a", media.Listed(), media.Value{}, 0)
	b.read(row("a", media.Listed(), removal.Sent.Add(-time.Hour+minutes)))
	if _, said := b.statement(0); said || len(b.known.Pending[removal.Subject]) != 2 {
		t.Fatalf("the add has shown late: %+v", b.known)
	}
	at := removal.Sent.Add(40 * minutes)
	b.read(row("a", media.Listed(), at))
	if st, _ := b.statement(0); st.Adopted() || st.At != at || st.Cleared {
		t.Fatalf("the person listed it again: %+v", st)
	}
	if len(b.known.Pending) != 0 {
		t.Fatalf("the writes are void: %+v", b.known.Pending)
	}
}

// R8: what a look-up at the end of the very run shows instead of our write was
// said after it was sent. It stands when the write arrives on top of it.
func TestWordSaidInTheRunOfTheWriteStands(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	b := started(t, caps)
	b.read(row("a", three, noon))
	p := b.sent("1", "a", three, eight, 0)
	p.Run, p.Sent = b.run, b.now.Add(-time.Minute)
	b.putPending(p)
	shows := media.Rated(50)
	b.truth = func(key string) provider.Answer {
		return provider.Answer{Key: key, Held: true, Rows: []provider.Row{row(key, shows, 0)}}
	}
	b.settle("a")
	if st, _ := b.statement(0); st.Value != shows || len(b.known.Pending) != 1 {
		t.Fatalf("said %+v, on the way %v", st, b.known.Pending)
	}
	b.now, b.run = b.now.Add(30*minutes), b.run+1
	shows = eight
	for range 8 {
		b.read(row("a", eight, 0))
	}
	if st, _ := b.statement(0); st.Value != media.Rated(50) || st.Adopted() || b.shown("a").Value != eight || len(b.known.Pending) != 0 {
		t.Fatalf("said %+v, shown %+v, on the way %v", st, b.shown("a"), b.known.Pending)
	}
}
