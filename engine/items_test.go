package engine

import (
	"fmt"
	"testing"

	"watchkeeper/engine/media"
)

func films(n int) []media.Item {
	items := make([]media.Item, n)
	for i := range items {
		items[i] = media.Item{Key: fmt.Sprint("film-", i), Kind: media.Film, Title: fmt.Sprint("Film ", i), Season: -1, Number: -1,
			Tokens: []media.Token{media.OwnToken(media.Film, media.TMDB, fmt.Sprint(i+1))}}
	}
	return items
}

// linked says that every item is linked, but for some.
func linked(items []media.Item, but ...string) map[string]media.WorkID {
	works := map[string]media.WorkID{}
	for i, item := range items {
		works[item.Key] = media.WorkID(i + 1)
	}
	for _, key := range but {
		delete(works, key)
	}
	return works
}

func resolvedOnce(t *testing.T, items []media.Item, but ...string) buckets {
	t.Helper()
	next, changed := compareBuckets(items, digestItems(items), nil).after(items, linked(items, but...))
	if !changed {
		t.Fatal("nothing to store after a first read")
	}
	return next
}

// R21: of a long list only items that share a bucket with a changed one are
// resolved again, whatever the order of the list.
func TestOnlyChangedItemsAreResolved(t *testing.T) {
	items := films(1000)
	stored := resolvedOnce(t, items)
	items[0], items[999] = items[999], items[0]
	same := compareBuckets(items, digestItems(items), stored)
	if next, changed := same.after(items, linked(items)); changed || len(next) != len(stored) {
		t.Error("the same list in another order is another list")
	}
	items[7].Tokens = append(items[7].Tokens, media.OwnToken(media.Film, media.IMDb, "tt0000007"))
	now := compareBuckets(items, digestItems(items), stored)
	again := 0
	for _, item := range items {
		if !now.same(item.Key) {
			again++
		}
	}
	if now.same(items[7].Key) || again > 10*bucketItems {
		t.Errorf("%d items are resolved again, the changed one: %v", again, !now.same(items[7].Key))
	}
}

// Everything that an item says of itself counts, and so do the ids of its show.
func TestEveryFactOfAnItemCounts(t *testing.T) {
	list := func() []media.Item {
		return []media.Item{
			{Key: "s", Kind: media.Show, Title: "Show", Season: -1, Number: -1, Tokens: []media.Token{media.OwnToken(media.Show, media.TVDB, "1")}},
			{Key: "e", Kind: media.Episode, ShowKey: "s", ShowTitle: "Show", Title: "Pilot", Season: 1, Number: 1, Year: 2000, RuntimeMS: 1},
		}
	}
	before := digestItems(list())
	for name, change := range map[string]func(show, e *media.Item){
		"title":          func(_, e *media.Item) { e.Title = "Pilot 2" },
		"original title": func(_, e *media.Item) { e.OriginalTitle = "x" },
		"year":           func(_, e *media.Item) { e.Year++ },
		"runtime":        func(_, e *media.Item) { e.RuntimeMS++ },
		"show":           func(_, e *media.Item) { e.ShowKey = "t" },
		"show's title":   func(_, e *media.Item) { e.ShowTitle = "x" },
		"season":         func(_, e *media.Item) { e.Season++ },
		"number":         func(_, e *media.Item) { e.Number++ },
		"kind":           func(_, e *media.Item) { e.Kind = media.Season },
		"id":             func(_, e *media.Item) { e.Tokens = []media.Token{media.EpisodeToken(media.TVDB, "1", 1, 1)} },
		"show's id":      func(s, _ *media.Item) { s.Tokens[0] = media.OwnToken(media.Show, media.TVDB, "2") },
	} {
		items := list()
		change(&items[0], &items[1])
		if now := digestItems(items); now.each[1] == before.each[1] || now.whole == before.whole {
			t.Errorf("%s: not seen", name)
		}
	}
}

// What was not linked is resolved again, and what a read did not list stays as
// it was.
func TestUnresolvedItemsStayUnknown(t *testing.T) {
	items := films(40)
	stored := resolvedOnce(t, items, "film-3")
	now := compareBuckets(items, digestItems(items), stored)
	if now.same("film-3") {
		t.Error("an item that nothing links counts as resolved")
	}
	part := items[:1]
	read := compareBuckets(part, digestItems(part), stored)
	next, _ := read.after(part, linked(part))
	for _, item := range items {
		if next.of(item.Key) != next.of(part[0].Key) && next[next.of(item.Key)] != stored[stored.of(item.Key)] {
			t.Errorf("%s: forgotten because a read of changes did not list it", item.Key)
		}
	}
}

// An account that outgrows its buckets is resolved whole, once.
func TestBucketsGrow(t *testing.T) {
	stored := resolvedOnce(t, films(10))
	items := films(10_000)
	now := compareBuckets(items, digestItems(items), stored)
	for _, item := range items[:10] {
		if now.same(item.Key) {
			t.Errorf("%s counts as resolved", item.Key)
		}
	}
	if next, changed := now.after(items, linked(items)); !changed || len(next) <= len(stored) {
		t.Errorf("%d buckets for 10,000 items", len(next))
	}
}
