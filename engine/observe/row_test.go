package observe_test

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// valued are the features with one value per item; History has tests of its own.
var valued = [...]media.Feature{media.Ratings, media.Watchlist, media.Progress}

// The table "From view to statements", row by row and feature by feature.
func TestTable(t *testing.T) {
	for _, f := range valued {
		t.Run(f.String(), func(t *testing.T) {
			old, recent := noon.Add(-48*time.Hour), noon.Add(40*minutes) // after the read at noon+30
			v, w := value(f, 20), value(f, 60)
			t.Run("first sight with time", func(t *testing.T) {
				b := newBook(t, f, whole())
				b.read(row("a", v, old))
				st, ok := b.statement(0)
				if !ok || st.Cleared || st.Value != v || st.At != old || !st.FirstLook || st.Adopted() {
					t.Fatalf("got %+v", st)
				}
			})
			t.Run("first sight without time", func(t *testing.T) {
				b := newBook(t, f, whole())
				b.read(row("a", v, 0))
				if st, ok := b.statement(0); !ok || st.At.Known() {
					t.Fatalf("an unknown time must stay unknown: %+v", st)
				}
			})
			t.Run("first sight of a no", func(t *testing.T) {
				b := newBook(t, f, catalogue())
				b.read(row("a", media.Value{}, 0))
				if got := b.shown("a").State; got != ledger.ShownUnknown {
					t.Fatalf("one look makes it %v", got)
				}
				b.read(row("a", media.Value{}, 0))
				if got := b.shown("a").State; got != ledger.ShownAbsent {
					t.Fatalf("two looks make it %v", got)
				}
				if _, said := b.statement(0); said {
					t.Fatal("nobody said anything")
				}
				if d := b.read(row("a", media.Value{}, 0)); !silent(d) {
					t.Fatalf("a third look writes again: %+v", d)
				}
			})
			t.Run("same value", func(t *testing.T) {
				b := newBook(t, f, whole())
				b.read(row("a", v, old))
				if d := b.read(row("a", v, old)); !silent(d) {
					t.Fatalf("got %+v", d)
				}
				if d := b.read(row("a", v, 0)); len(d.Statements) > 0 {
					t.Fatalf("a time that is missing now says nothing: %+v", d)
				}
			})
			t.Run("same value, newer time", func(t *testing.T) {
				b := newBook(t, f, whole())
				b.read(row("a", v, old))
				b.read(row("a", v, old))
				b.read(row("a", v, recent))
				if st, _ := b.statement(0); st.At != recent || st.FirstLook {
					t.Fatalf("removed and given again: %+v", st)
				}
			})
			t.Run("other value", func(t *testing.T) {
				if f == media.Watchlist {
					return // a list entry has one value only
				}
				b := newBook(t, f, whole())
				b.read(row("a", v, old))
				b.read(row("a", v, old))
				b.read(row("a", w, recent))
				if st, _ := b.statement(0); st.Value != w || st.At != recent {
					t.Fatalf("got %+v", st)
				}
			})
			t.Run("other value, older time", func(t *testing.T) {
				if f == media.Watchlist {
					return
				}
				b := newBook(t, f, whole())
				b.read(row("a", v, old))
				for range 3 {
					if d := b.read(row("a", w, old.Add(-time.Hour))); !silent(d) {
						t.Fatalf("stale, yet %+v", d)
					}
				}
			})
			t.Run("absent to value", func(t *testing.T) {
				b := newBook(t, f, whole())
				b.read(row("b", v, old))
				b.read(row("b", v, old))
				b.read(row("b", v, old), row("a", v, recent))
				if st, _ := b.statement(0); st.At != recent || st.FirstLook {
					t.Fatalf("got %+v", st)
				}
			})
			t.Run("value to absent", func(t *testing.T) {
				for _, c := range []provider.FeatureCaps{whole(), catalogue()} {
					b := newBook(t, f, c)
					b.read(row("a", v, old))
					shown := b.now
					b.read(row("a", v, old))
					gone := row("a", media.Value{}, 0)
					b.read(gone)
					if st, _ := b.statement(0); st.Cleared {
						t.Fatal("one look is no proof")
					}
					b.read(gone)
					if st, _ := b.statement(0); !st.Cleared || st.At != shown+1 {
						t.Fatalf("cleared just after the last read that showed it (%s): %+v", shown, st)
					}
				}
			})
			t.Run("not held", func(t *testing.T) {
				b := newBook(t, f, catalogue())
				b.read(row("a", v, old), row("b", v, old))
				b.read(row("b", v, old))
				b.read(row("b", v, old))
				if st, _ := b.statement(0); st.Cleared || st.Value != v {
					t.Fatalf("a deleted file says nothing: %+v", st)
				}
				if _, ok := b.known.Shown[ledger.RowKey{Key: "a"}]; ok {
					t.Fatal("what it shows must be unknown")
				}
				// It returns without a value: a first sight (a file upgrade).
				d := b.read(row("b", v, old), row("a", media.Value{}, 0))
				if len(d.Statements) > 0 || len(d.Proofs) > 0 {
					t.Fatalf("a new file is no removal: %+v", d)
				}
			})
		})
	}
}

// The item that showed a value must show its absence; another item's no says nothing.
func TestFoldOfItems(t *testing.T) {
	b := newBook(t, media.Ratings, catalogue())
	b.works["hd"] = film
	v := media.Rated(80)
	b.read(row("a", v, noon), row("hd", media.Value{}, 0))
	b.read(row("a", v, noon), row("hd", media.Value{}, 0))
	b.read(row("a", v, noon), row("hd", v, noon.Add(40*minutes)))
	for range 3 {
		b.read(row("a", media.Value{}, 0), row("hd", v, noon.Add(40*minutes)))
	}
	if st, _ := b.statement(0); st.Cleared {
		t.Fatal("absent only if absent on all items")
	}
	for range 3 {
		b.read(row("a", media.Value{}, 0), row("hd", media.Value{}, 0))
	}
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatal("absent on all items is a removal")
	}
}

// A rating of one item that the fold does not show is not the account's word.
func TestFoldPrefersTheNewestRating(t *testing.T) {
	b := newBook(t, media.Ratings, catalogue())
	b.works["hd"] = film
	b.read(row("a", media.Rated(80), noon.Add(-time.Hour)), row("hd", media.Rated(60), noon.Add(-time.Minute)))
	if st, _ := b.statement(0); st.Value != media.Rated(60) {
		t.Fatalf("got %+v", st)
	}
}

func TestUnlinkedAndFrozenRowsSayNothing(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	delete(b.works, "a")
	if d := b.read(list("a")...); !silent(d) {
		t.Fatalf("unlinked: %+v", d)
	}
	b = newBook(t, media.Watchlist, whole())
	b.read(list("a", "b")...)
	b.known.Frozen[film] = ledger.GuardIdentityShift
	for range 4 {
		b.read(list("b")...)
	}
	if st, _ := b.statement(0); st.Cleared {
		t.Fatal("a frozen work keeps its beliefs")
	}
}

// An item that stands for another work now is a first sight there and no
// removal here (scenario 29).
func TestRelinkedItem(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a")...)
	b.read(list("a")...)
	b.works["a"] = 4
	for range 3 {
		b.read(list("a")...)
	}
	if st, ok := b.statement(0); !ok || st.Cleared {
		t.Fatalf("nobody cleared the old work: %+v", st)
	}
	st, ok := b.known.Statements[ledger.Subject{Work: 4, Feature: media.Watchlist}]
	if !ok || !st.FirstLook {
		t.Fatalf("a first look at the new work: %+v", st)
	}
}

// A first look after a re-connection forgets and never clears (R13).
func TestFirstLookForgets(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	b.account.Connected = b.run
	b.read(list("b")...)
	if st, ok := b.statement(0); ok {
		t.Fatalf("the Set is forgotten: %+v", st)
	}
	for range 3 {
		b.read(list("b")...)
	}
	if st, ok := b.statement(0); ok {
		t.Fatalf("and nothing is cleared: %+v", st)
	}
	if len(b.trust.Older) != 0 {
		t.Fatalf("what was listed before the connection is no evidence: %v", b.trust.Older)
	}
}

// At a first look another value takes the place of a Set that is not shown any
// more, but never of a newer Cleared.
func TestFirstLookAtAnotherValue(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	b.read(row("a", media.Rated(80), noon))
	b.read(row("a", media.Rated(80), noon))
	b.account.Connected = b.run
	b.read(row("a", media.Rated(60), 0))
	if st, _ := b.statement(0); st.Value != media.Rated(60) || st.At.Known() || !st.FirstLook {
		t.Fatalf("got %+v", st)
	}
	b.read()
	b.read()
	b.account.Connected = b.run
	b.read(row("a", media.Rated(60), 0))
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatalf("got %+v", st)
	}
}

// What was adopted keeps its origin over a re-connection (scenario 108).
func TestFirstLookKeepsOrigins(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	b.read()
	b.read()
	b.sent("1", "a", media.Value{}, media.Rated(80), 0)
	b.read(row("a", media.Rated(80), b.now.Add(-20*minutes)))
	b.account.Connected = b.run
	b.read(row("a", media.Rated(80), b.now.Add(-50*minutes)))
	if st, _ := b.statement(0); st.Origin != other || st.OriginSeq != 55 {
		t.Fatalf("got %+v", st)
	}
}

// A value that the service dates before the account's own removal was not
// given after it: no resurrection by an old list.
func TestOldValueDoesNotUndoOwnRemoval(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	v, last := removedInLists(b)
	for range 40 {
		b.read(v, row("b", media.Rated(10), noon)) // no list that was seen before
	}
	b.read(row("b", media.Rated(10), noon))
	if st, _ := b.statement(0); st.Seq != last || b.shown("a").State != ledger.ShownAbsent {
		t.Fatalf("an old value came back: %+v, shown %+v", st, b.shown("a"))
	}
}

// One that stays was never gone: the removal was read from lists that lacked
// it, and a look-up in the same kind of list proves no more.
func TestValueThatStaysWasNotRemoved(t *testing.T) {
	for name, same := range map[string]bool{"lists alone": false, "look-ups in the same list": true} {
		t.Run(name, func(t *testing.T) {
			caps := whole()
			caps.LookUp, caps.SameList = same, same
			b := newBook(t, media.Ratings, caps)
			v, last := removedInLists(b)
			b.truth = func(string) provider.Answer { return provider.Answer{Held: true, Rows: []provider.Row{v}} }
			b.lookups = 0
			list := []provider.Row{v, row("b", media.Rated(10), b.now)}
			for range 48 {
				b.read(list...)
			}
			if st, _ := b.statement(0); st.Seq != last {
				t.Fatalf("believed too soon: %+v", st)
			}
			b.read(list...)
			b.read(list...)
			st, _ := b.statement(0)
			if st.Cleared || st.At != v.At || b.shown("a").State != ledger.ShownValue || len(b.known.Proofs) > 0 {
				t.Fatalf("still removed: %+v, shown %+v", st, b.shown("a"))
			}
			if b.lookups > 0 {
				t.Errorf("%d look-ups that cannot tell", b.lookups)
			}
		})
	}
}

// A look-up past lists needs no day.
func TestLookUpBringsBackAtOnce(t *testing.T) {
	caps := whole()
	caps.LookUp = true
	b := newBook(t, media.Ratings, caps)
	v, _ := removedInLists(b)
	b.truth = func(string) provider.Answer { return provider.Answer{Held: true, Rows: []provider.Row{v}} }
	b.read(v, row("b", media.Rated(10), noon))
	if st, _ := b.statement(0); st.Cleared || st.At != v.At {
		t.Fatalf("still removed: %+v", st)
	}
}

// removedInLists is a rating that two lists lacked.
func removedInLists(b *book) (rated provider.Row, cleared ledger.Seq) {
	b.t.Helper()
	b.truth = func(string) provider.Answer { return provider.Answer{Held: true} }
	rated = row("a", media.Rated(80), noon.Add(-time.Hour))
	b.read(rated)
	b.read(rated)
	b.read()
	b.read()
	st, _ := b.statement(0)
	if !st.Cleared {
		b.t.Fatal("nothing was removed")
	}
	return rated, st.Seq
}

// A Cleared is said after the Set that it ends, also where the service dates
// that Set later than our read.
func TestClearedIsAfterItsSet(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	ahead := b.now.Add(9 * minutes)
	b.read(row("a", media.Rated(80), ahead))
	b.read()
	b.read()
	if st, _ := b.statement(0); !st.Cleared || st.At <= ahead {
		t.Fatalf("got %+v", st)
	}
}

// An item that appears later without a value is absent after two looks.
func TestNewItemWithoutValue(t *testing.T) {
	b := newBook(t, media.Ratings, catalogue())
	b.read(row("b", media.Rated(80), noon))
	b.read(row("b", media.Rated(80), noon))
	rows := []provider.Row{row("b", media.Rated(80), noon), row("a", media.Value{}, 0)}
	b.read(rows...)
	if got := b.shown("a").State; got != ledger.ShownUnknown {
		t.Fatalf("one look makes it %v", got)
	}
	b.read(rows...)
	if got := b.shown("a").State; got != ledger.ShownAbsent {
		t.Fatalf("two looks make it %v", got)
	}
}

// Doubled rows are one, whatever their order.
func TestDoubledRows(t *testing.T) {
	newest := row("a", media.Rated(60), noon.Add(-time.Minute))
	older := row("a", media.Rated(80), noon.Add(-time.Hour))
	for _, rows := range [][]provider.Row{{newest, older}, {older, newest}, {newest, older, newest}} {
		b := newBook(t, media.Ratings, whole())
		b.read(rows...)
		if st, _ := b.statement(0); st.Value != media.Rated(60) {
			t.Fatalf("%v: got %+v", rows, st)
		}
	}
}

// S9: of two values that a list shows for one item, and dates alike, one is nobody's.
// What was shown before is still there; anything else waits for a look-up or for
// a list that shows one.
func TestDoubledRowsOfOneTime(t *testing.T) {
	both := [][]provider.Row{{row("a", media.Rated(30), 0), row("a", media.Rated(40), 0)}, {row("a", media.Rated(40), 0), row("a", media.Rated(30), 0)}}
	for _, rows := range both {
		b := newBook(t, media.Ratings, whole())
		b.read(rows...)
		b.read(rows...)
		if st, said := b.statement(0); said || len(b.known.Proofs) != 1 {
			t.Fatalf("said %+v, proofs %v", st, b.known.Proofs)
		}
		b.read(row("a", media.Rated(40), 0))
		b.read(row("a", media.Rated(40), 0))
		if st, _ := b.statement(0); st.Value != media.Rated(40) || len(b.known.Proofs) != 0 {
			t.Fatalf("shown once: %+v, proofs %v", st, b.known.Proofs)
		}
		b.read(rows...)
		if st, _ := b.statement(0); st.Value != media.Rated(40) || len(b.known.Proofs) != 0 {
			t.Fatalf("beside what was shown: %+v, proofs %v", st, b.known.Proofs)
		}
	}
	caps := whole()
	caps.LookUp = true
	b := newBook(t, media.Ratings, caps)
	b.truth = func(string) provider.Answer {
		return provider.Answer{Key: "a", Held: true, Rows: []provider.Row{row("a", media.Rated(40), 0)}}
	}
	b.read(both[0]...)
	if st, _ := b.statement(0); st.Value != media.Rated(40) || b.lookups != 1 || len(b.known.Proofs) != 0 {
		t.Fatalf("looked up: %+v, proofs %v", st, b.known.Proofs)
	}
}

// A short first look must not make old values look new: what the second look
// adds was said at an unknown time.
func TestShortFirstLook(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("b")...)
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	if st, ok := b.statement(0); !ok || st.At.Known() {
		t.Fatalf("got %+v", st)
	}
}

// §3: an item that was not listed for a while and comes back with another value
// says so where neither has a time; a newer word of the account stands, and
// what shows is known to be a first sight.
func TestReturnedItemWithAnotherValue(t *testing.T) {
	for name, c := range map[string]struct {
		at   media.Moment // of the value before
		want int64
	}{"without any times": {0, 30}, "against a dated word": {noon.Add(-time.Hour), 90}} {
		b := newBook(t, media.Ratings, catalogue())
		b.read(row("a", media.Rated(90), c.at))
		b.read()
		b.read(row("a", media.Rated(30), 0))
		if st, _ := b.statement(0); st.Value.N != c.want {
			t.Errorf("%s: said %+v", name, st)
		}
		if !b.shown("a").FirstLook {
			t.Errorf("%s: shown %+v", name, b.shown("a"))
		}
	}
}

// R8: a copy that comes back with the date that we gave it stays a copy, although
// its service's clock was set since and makes that date look newer.
func TestCopyThatComesBackAfterItsClockWasSet(t *testing.T) {
	for name, c := range map[string]struct {
		off time.Duration // of the date from the one that we gave
		own bool
	}{"as we dated it": {0, false}, "given since": {10 * minutes, true}} {
		caps := catalogue()
		caps.PastDates = true
		b := newBook(t, media.Ratings, caps)
		v := value(media.Ratings, 40)
		for range 2 {
			b.read(row("d", v, noon.Add(-48*time.Hour)))
		}
		given := b.now.Add(-24*time.Hour - 15*minutes)
		subject := ledger.Subject{Work: film, Feature: media.Ratings}
		b.known.Statements[subject] = ledger.Statement{Account: us, Subject: subject, Value: v, At: given, Seq: 3, Run: 11, Seen: b.now.Add(-minutes),
			Origin: other, OriginSeq: 2, Key: "gone"}
		b.trust.ClockMS = -(24 * time.Hour).Milliseconds()
		b.read(row("a", v, given.Add(c.off)), row("d", v, noon.Add(-48*time.Hour)))
		if st := b.known.Statements[subject]; st.Adopted() == c.own {
			t.Errorf("%s: %+v", name, st)
		}
	}
}
