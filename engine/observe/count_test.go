package observe_test

import (
	"fmt"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// hundred is a list of n titles of works of their own.
func (b *book) hundred(n int) (rows []provider.Row) {
	for i := range n {
		key := fmt.Sprint("t", i)
		b.works[key] = media.WorkID(100 + i)
		rows = append(rows, row(key, value(b.feature, 80), noon))
	}
	return rows
}

func (b *book) count(rows []provider.Row) observe.Losses {
	return observe.Count(b.reading(rows), b.link(rows), b.known)
}

func TestCount(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	rows := b.hundred(100)
	b.read(rows...)
	changed := append([]provider.Row{}, rows[:60]...)
	for i := range 20 {
		changed[i].Value = media.Rated(10)
	}
	changed[50].At = b.now.Add(time.Hour)
	if got, want := b.count(changed), (observe.Losses{Known: 100, Lost: 40, Changed: 20, Compared: 60, FutureTimes: 1}); got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if got := b.count(rows); got.Lost+got.Changed != 0 {
		t.Fatalf("nothing changed: %+v", got)
	}
}

// Only news count: what waits for proof, our own removals and what the service
// does by itself is explained; a first look has nothing to lose.
func TestCountLeavesOutWhatIsExplained(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.caps.Effects = provider.ListDropsWatched
	rows := b.hundred(30)
	b.works["a"] = 100 // the first of them, for the write below
	b.read(rows...)
	b.read(rows[:25]...) // five wait for proof now
	p := b.sent("1", "t0", media.Listed(), media.Value{}, 0)
	p.Work = 100
	b.putPending(p)
	b.known.Watched[101] = b.now
	if got := b.count(rows[2:25]); got.Lost != 0 {
		t.Fatalf("all explained: %+v", got)
	}
	if got := b.count(rows[3:25]); got.Lost != 1 {
		t.Fatalf("one is not: %+v", got)
	}
	b.account.Connected = b.run
	if got := b.count(nil); got.Lost != 0 || got.Known != 0 {
		t.Fatalf("a first look: %+v", got)
	}
}

func TestCountInChanges(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(b.hundred(30)...)
	b.view.Coverage, b.view.Removed = provider.Changes, []string{"t1", "t2"}
	if got := b.count(nil); got.Lost != 2 || got.Known != 30 {
		t.Fatalf("got %+v", got)
	}
}
