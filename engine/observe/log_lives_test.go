package observe_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// diary is a log of plays that shows what it has up to three reads late, cuts
// dates to the minute and loses some of what it acknowledges.
type diary struct {
	has   []provider.Row
	shows [][]provider.Row
	lag   int
}

func (l *diary) list(t *rapid.T) []provider.Row {
	l.lag = rapid.IntRange(0, min(l.lag+1, 3)).Draw(t, "lag")
	l.shows = append(l.shows, l.has)
	return l.shows[max(0, len(l.shows)-1-l.lag)]
}

func (l *diary) add(at media.Moment) {
	id := fmt.Sprint("row", len(l.has))
	l.has = append(l.has[:len(l.has):len(l.has)], play("a", id, at.Truncate(time.Minute)))
}

// Every viewing is one play, said once, by whom it was said (R16, R26).
func TestEveryViewingIsOnePlay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		caps := logCaps
		caps.GrainMS = 60_000
		b := newBook(t, media.History, caps)
		s := &diary{}
		for range 2 {
			b.read(s.list(rt)...)
		}
		person, ours := map[media.Moment]bool{}, map[media.PlayID]bool{}
		for n := range rapid.IntRange(5, 30).Draw(rt, "reads") {
			switch rapid.IntRange(0, 4).Draw(rt, "act") {
			case 0: // watched just now, hours after any other viewing
				b.now = b.now.Add(5 * time.Hour)
				at := b.now.Add(-7 * minutes).Add(13 * time.Second)
				s.add(at)
				person[at.Truncate(time.Minute)] = true
			case 1: // an old play of another account is written
				at := noon.Add(-time.Duration(24*(n+1)) * time.Hour).Add(41 * time.Second)
				p := ledger.Play{ID: media.PlayID(1000 + n), Work: film, At: at, ToleranceMS: 1_200_000}
				b.plays = append(b.plays, p)
				b.sent(ledger.OpID(fmt.Sprint(n)), "", media.Value{}, media.Watched(at), p.ID)
				if rapid.IntRange(0, 3).Draw(rt, "stored") > 0 {
					s.add(at)
					ours[p.ID] = true
				}
			}
			b.heardRight(rt, b.read(s.list(rt)...), person)
		}
		for range 12 {
			b.heardRight(rt, b.read(s.has...), person)
		}
		plays := map[media.PlayID]bool{}
		for _, row := range b.known.Shown {
			plays[row.Play] = true
		}
		if len(plays) != len(s.has) || len(b.known.Statements) != len(person)+len(ours) {
			rt.Fatalf("%d rows, %d plays; %d statements of %d and %d viewings", len(s.has), len(plays), len(b.known.Statements), len(person), len(ours))
		}
	})
}

// heardRight: what the account says by itself, the person has watched.
func (b *book) heardRight(t *rapid.T, d ledger.Delta, person map[media.Moment]bool) {
	for _, st := range d.Statements {
		if st.Cleared || !st.Adopted() && !person[st.Value.PlayedAt()] {
			t.Fatalf("nobody said %+v", st)
		}
	}
}
