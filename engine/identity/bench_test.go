package identity

import (
	"fmt"
	"testing"

	"watchkeeper/engine/media"
)

// library lists n items: half films with three ids, half episodes of shows
// of fifty with two own ids and three ids of the show.
func library(n int) []media.Item {
	items := make([]media.Item, 0, n)
	for i := range n / 2 {
		items = append(items, film(fmt.Sprint("film", i), fmt.Sprintf("imdb:tt%07d", i+1), fmt.Sprint("tmdb:", i+1), fmt.Sprint("tvdb:", i+1)))
	}
	for i := range n - n/2 {
		key := fmt.Sprint("show", i/50)
		if i%50 == 0 {
			items = append(items, show(key, fmt.Sprintf("imdb:tt%07d", i+1), fmt.Sprint("tmdb:", i+1), fmt.Sprint("tvdb:", i+1)))
			continue
		}
		items = append(items, episode(fmt.Sprint("episode", i), key, 1+i%50/10, i%10, fmt.Sprint("tmdb:", i+1), fmt.Sprint("tvdb:", i+1)))
	}
	return items
}

func BenchmarkUnchanged50000(b *testing.B) {
	book, items := newBook(), library(50_000)
	book.see(accountA, items...)
	in := book.input(accountA, items...)
	b.ReportAllocs()
	for b.Loop() {
		if out := Resolve(in); len(out.Of) != len(items) || len(out.Tokens) > 0 {
			b.Fatal("something changed")
		}
	}
}

func BenchmarkFirstLook50000(b *testing.B) {
	in := newBook().input(accountA, library(50_000)...)
	b.ReportAllocs()
	for b.Loop() {
		if out := Resolve(in); len(out.Of) != len(in.Items) {
			b.Fatal("something is unresolved")
		}
	}
}

// Unchanged items cost no allocation of their own.
func TestUnchangedItemsAreCheap(t *testing.T) {
	allocations := func(n int) float64 {
		book, items := newBook(), library(n)
		book.see(accountA, items...)
		in := book.input(accountA, items...)
		return testing.AllocsPerRun(3, func() { Resolve(in) })
	}
	// The difference is the shows' tokens: two for each of sixty more shows.
	if few, many := allocations(2000), allocations(8000); many-few > 600 {
		t.Errorf("2,000 items cost %.0f allocations and 8,000 cost %.0f", few, many)
	}
}
