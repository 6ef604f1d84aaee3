package observe_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// laggard is a service with one rating: what it shows trails what it has by up
// to four reads, and it loses some of what it acknowledges.
type laggard struct {
	has   provider.Row
	shows []provider.Row // what it had at each read, oldest first
	lag   int
	timed bool
}

func (l *laggard) set(v media.Value, at media.Moment) {
	l.has = row("a", v, 0)
	if l.timed && v.Set {
		l.has.At = at
	}
}

func (l *laggard) list(t *rapid.T) []provider.Row {
	l.lag = rapid.IntRange(max(0, l.lag-2), min(l.lag+1, 4)).Draw(t, "lag")
	l.shows = append(l.shows, l.has)
	shown := l.shows[max(0, len(l.shows)-1-l.lag)]
	if !shown.Value.Set {
		return list("b")
	}
	return append(list("b"), shown)
}

// Whatever a lagging, lossy service shows of our own writes, it is never taken
// for a person's word (S4, S5, R8): what the account says by itself, a person
// has said there.
func TestOwnWritesAreNeverThePerson(t *testing.T) {
	adopted, said := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBook(t, media.Ratings, whole())
		s := &laggard{timed: rapid.Bool().Draw(rt, "timed")}
		s.set(media.Value{}, 0)
		person := []media.Value{}
		for range 2 {
			b.read(s.list(rt)...)
		}
		for n := range rapid.IntRange(10, 60).Draw(rt, "reads") {
			switch rapid.IntRange(0, 7).Draw(rt, "act") {
			case 0:
				v := rapid.SampledFrom([]media.Value{media.Rated(5), media.Rated(35), media.Rated(65)}).Draw(rt, "said")
				person = append(person, v)
				s.set(v, b.now.Add(-20*minutes))
			case 1, 2:
				b.write(rt, s, ledger.OpID(fmt.Sprint(n)))
			}
			d := b.read(s.list(rt)...)
			for _, st := range d.Statements {
				switch {
				case st.Work != film:
				case st.Adopted():
					adopted++
				case st.Cleared || !slices.Contains(person, st.Value):
					rt.Fatalf("read %d: nobody said %+v", n, st)
				default:
					said++
				}
			}
		}
		b.rests(rt, s, person)
	})
	if adopted < 50 || said < 50 {
		t.Fatalf("too tame: %d adopted, %d said", adopted, said)
	}
}

// rests lets the weather clear: what is believed is what the service has, no
// write stays open, and a person's last word stands.
func (b *book) rests(t *rapid.T, s *laggard, person []media.Value) {
	rows := list("b")
	if s.has.Value.Set {
		rows = append(rows, s.has)
	}
	for n, quiet := 0, 0; n < 400 && (quiet < 10 || b.waiting()); n++ {
		quiet++
		if d := b.read(rows...); !silent(d) {
			quiet = 0
		}
	}
	if shown := b.shown("a").Value; shown != s.has.Value {
		t.Fatalf("believes %v, the service has %v", shown, s.has.Value)
	}
	if b.waiting() || len(b.known.Proofs) > 0 {
		t.Fatalf("open: %+v %+v", b.known.Pending, b.known.Proofs)
	}
	if st, _ := b.statement(0); slices.Contains(person, s.has.Value) && (st.Value != s.has.Value || st.Adopted()) {
		t.Fatalf("the person's last word is lost: %+v", st)
	}
}

// waiting tells whether a write is still waited for.
func (b *book) waiting() bool {
	return slices.ContainsFunc(b.known.Pending[ledger.Subject{Work: film, Feature: b.feature}],
		func(p ledger.Pending) bool { return p.State != ledger.Remembered })
}

// write sends a value as a plan would: against the last write under way, else
// against what is shown, and not while a proof stands.
func (b *book) write(t *rapid.T, s *laggard, op ledger.OpID) {
	subject := ledger.Subject{Work: film, Feature: b.feature}
	if len(b.known.Proofs) > 0 {
		return
	}
	was := b.shown("a").Value
	for _, p := range b.known.Pending[subject] {
		if p.State == ledger.Expected {
			was = p.New
		}
	}
	v := rapid.SampledFrom([]media.Value{media.Rated(20), media.Rated(50), media.Rated(90), {}}).Draw(t, "written")
	if v == was {
		return
	}
	p := b.sent(op, "", was, v, 0)
	if rapid.IntRange(0, 3).Draw(t, "lost") > 0 {
		s.set(v, p.Sent.Add(time.Second))
	}
}
