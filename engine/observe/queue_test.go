package observe_test

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	two  = media.Rated(20)
	five = media.Rated(50)
	nine = media.Rated(90)
)

// chain sends values one after the other, each over the one before.
func (b *book) chain(state ledger.PendingState, values ...media.Value) (sent []ledger.Pending) {
	for i := 1; i < len(values); i++ {
		p := b.sent(ledger.OpID(rune('0'+len(b.known.Pending[ledger.Subject{Work: film, Feature: b.feature}]))), "", values[i-1], values[i], 0)
		p.State, p.Sent = state, p.Sent.Add(time.Duration(i)*time.Minute)
		if state == ledger.Lost {
			p.Sent, p.Until = p.Sent.Add(-10*time.Hour), b.now.Add(10*time.Hour)
		}
		b.putPending(p)
		sent = append(sent, p)
	}
	return sent
}

// showing is a book whose account has shown a rating since the first look.
func showing(t *testing.T, v media.Value) *book {
	b := newBook(t, media.Ratings, whole())
	for range 2 {
		b.read(row("a", v, noon))
	}
	return b
}

// The service's own time after the send tells that the last write arrived.
func TestRestoredValueWithATime(t *testing.T) {
	b := showing(t, five)
	sent := b.chain(ledger.Expected, five, two, five)
	b.read(row("a", five, sent[1].Sent.Add(time.Second)))
	if st, _ := b.statement(0); !st.Adopted() || len(b.known.Pending) != 0 {
		t.Fatalf("got %+v, pending %v", st, b.known.Pending)
	}
}

// The value before our write, dated after it, was given again by a person.
func TestOldValueGivenAgain(t *testing.T) {
	b := showing(t, five)
	at := b.chain(ledger.Expected, five, two)[0].Sent.Add(5 * minutes)
	b.read(row("a", five, at))
	if st, _ := b.statement(0); st.Adopted() || st.At != at || len(b.known.Pending) != 0 {
		t.Fatalf("got %+v, pending %v", st, b.known.Pending)
	}
}

// What a late write was sent over takes part in the order of values: a value
// of before it does not settle what came after.
func TestLateWritesKeepTheOrder(t *testing.T) {
	b := showing(t, two)
	b.chain(ledger.Lost, media.Value{}, five)
	b.chain(ledger.Expected, two, five, two)
	b.read(row("a", two, noon))
	if left := b.known.Pending[ledger.Subject{Work: film, Feature: media.Ratings}]; len(left) != 3 {
		t.Fatalf("the old value settled the last write: %+v", left)
	}
	if d := b.read(row("a", five, 0)); len(d.Statements)+len(d.Proofs) > 0 {
		t.Fatalf("our own value read as the person's: %+v", d)
	}
}

// A write is lost over what it was sent over, not over what an older one was.
func TestLostOverWhatItWasSentOver(t *testing.T) {
	b := showing(t, two)
	b.chain(ledger.Lost, media.Value{}, five)
	p := b.chain(ledger.Expected, two, nine)[0]
	for range 6 {
		b.read(row("a", two, noon))
	}
	if !lost(b, p.Op) {
		t.Fatalf("got %+v", b.known.Pending)
	}
}

// Once a late write is only remembered, the value before it is a person's word
// like any other.
func TestValueBeforeALateWrite(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	for range 2 {
		b.read(row("a", media.Rated(35), 0))
	}
	b.chain(ledger.Expected, media.Rated(35), two, media.Value{})
	b.read(row("a", two, 0))
	b.chain(ledger.Expected, two, media.Value{})
	rest := row("b", nine, noon)
	for range 8 {
		b.read(rest)
	}
	if b.shown("a").State != ledger.ShownAbsent || len(b.known.Pending) == 0 {
		t.Fatalf("shown %+v, pending %v", b.shown("a"), b.known.Pending)
	}
	for range 6 {
		b.read(row("a", media.Rated(35), 0), rest)
	}
	if st, _ := b.statement(0); st.Value != media.Rated(35) || st.Adopted() {
		t.Fatalf("got %+v", st)
	}
}

// A suspicious list does not become the last trusted content while what it
// shows is unproven, however often it is read.
func TestSuspiciousDigestIsNotTheLast(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	for _, keys := range [][]string{{"a"}, {"a"}, {"a", "b"}, {"a", "b"}} {
		b.read(list(keys...)...)
	}
	digest := b.trust.Digest
	for range 3 {
		b.read(list("a")...)
		b.now = b.now.Add(-29 * minutes)
		if b.trust.Digest != digest {
			t.Fatal("an old list took the place of the last one")
		}
	}
	b.read([]provider.Row{row("a", media.Listed(), 0), row("b", media.Listed(), 0)}...)
	if len(b.known.Proofs) != 0 {
		t.Fatalf("thawed: %v", b.known.Proofs)
	}
}

// Scenario 95: a removal that was acknowledged shows only days later, when
// nobody waits for it any more. It is ours all the same.
func TestRemovalShowsDaysLater(t *testing.T) {
	for _, ours := range []bool{true, false} {
		b := showing(t, five)
		if ours {
			b.chain(ledger.Expected, five, media.Value{})
		}
		for range 60 {
			b.read(row("a", five, noon))
		}
		if d := b.read(row("a", five, noon)); !silent(d) {
			t.Fatalf("a remembered removal costs nothing: %+v", d)
		}
		b.read()
		b.read()
		if st, _ := b.statement(0); !st.Cleared || st.Adopted() != ours || len(b.known.Pending) != 0 {
			t.Errorf("ours %v: %+v", ours, st)
		}
	}
}

// It is not remembered for ever, and not over a value given since.
func TestRememberedRemovalEnds(t *testing.T) {
	for name, since := range map[string]func(*book) provider.Row{
		"a month":       func(b *book) provider.Row { b.now = b.now.Add(31 * 24 * time.Hour); return row("a", five, noon) },
		"given again":   func(b *book) provider.Row { return row("a", five, b.now.Add(-minutes)) },
		"another value": func(b *book) provider.Row { return row("a", nine, b.now.Add(-minutes)) },
	} {
		b := showing(t, five)
		b.chain(ledger.Expected, five, media.Value{})
		for range 60 {
			b.read(row("a", five, noon))
		}
		b.read(since(b))
		if len(b.known.Pending) != 0 {
			t.Errorf("%s: %+v", name, b.known.Pending)
		}
	}
}

// A person's value without a time ends the memory as well, and the writes that
// stand beside it.
func TestPersonsValueEndsEveryWrite(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	for range 2 {
		b.read(row("a", five, 0))
	}
	b.chain(ledger.Expected, five, media.Value{})
	for range 30 {
		b.read(row("a", five, 0))
	}
	b.chain(ledger.Expected, five, two)
	for range 12 {
		b.read(row("a", nine, 0))
	}
	if st, _ := b.statement(0); st.Value != nine || len(b.known.Pending) != 0 {
		t.Fatalf("got %+v, pending %v", st, b.known.Pending)
	}
}

// What is only remembered is not waited for again when later writes settle.
func TestRememberedStaysRemembered(t *testing.T) {
	b := showing(t, five)
	b.chain(ledger.Expected, five, media.Value{})
	for range 30 {
		b.read(row("a", five, noon))
	}
	b.chain(ledger.Expected, five, two, five)
	for range 8 {
		b.read(row("a", five, noon))
	}
	for _, p := range b.known.Pending[ledger.Subject{Work: film, Feature: media.Ratings}] {
		if !p.New.Set && p.State != ledger.Remembered {
			t.Fatalf("got %+v", p)
		}
	}
}

// A lost write that was sent once more is settled by the first read that shows
// it: a removal after that is the person's, and nothing is sent on top of it.
func TestSentAgainAndTakenAway(t *testing.T) {
	caps := catalogue()
	caps.LookUp = false // looks alone prove, five where the list looks like an old one
	b := newBook(t, media.Ratings, caps)
	for range 2 {
		b.read(row("a", media.Value{}, 0))
	}
	b.chain(ledger.Lost, media.Value{}, five)
	b.chain(ledger.Expected, media.Value{}, five)
	b.read(row("a", five, 0))
	if b.waiting() {
		t.Fatalf("still waiting: %+v", b.known.Pending)
	}
	for range 6 {
		b.read(row("a", media.Value{}, 0))
	}
	if st, ok := b.statement(0); !ok || !st.Cleared {
		t.Errorf("the removal is not the person's: %+v", st)
	}
}

// A list that passed over an item while a write to it was under way does not
// make the next value an old one.
func TestAbsenceIsKeptUnderAWrite(t *testing.T) {
	b := newBook(t, media.Ratings, catalogue())
	for range 2 {
		b.read(row("a", media.Value{}, 0))
	}
	b.chain(ledger.Lost, media.Value{}, five)
	b.read(row("b", nine, noon))
	for range 2 {
		b.read(row("a", media.Value{}, 0), row("b", nine, noon))
	}
	if got := b.shown("a"); got.State != ledger.ShownAbsent {
		t.Errorf("shown %+v", got)
	}
}

// A write that repeats a lost one is no second try of it where another was sent
// between them: what was there before that may still be shown, and settles
// nothing. Its own echo, dated by the service, then is no person's word.
func TestSentAgainAfterAnother(t *testing.T) {
	b := showing(t, media.Value{})
	first := b.chain(ledger.Lost, media.Value{}, two)[0]
	b.read(row("a", two, first.Sent.Add(time.Second)))
	b.chain(ledger.Lost, media.Value{}, two)
	b.chain(ledger.Expected, two, media.Value{}, two)
	b.read(row("a", two, first.Sent.Add(time.Second)))
	if !b.waiting() {
		t.Fatalf("the first value settled the last write")
	}
}
