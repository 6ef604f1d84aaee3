package identity

import (
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func TestNewItemExactlyAsWrittenIsLinked(t *testing.T) {
	sent := titled(film("", "imdb:tt0000001"), "Solaris", 1972)
	other := titled(film("", "imdb:tt0000002"), "Solaris", 1972)
	bare := func(key, title string, year int) media.Item { return titled(film(key), title, year) }
	pilot := episode("", "s", 1, 1, "tvdb:7")
	pilotAt := func(key, show string, number int) media.Item {
		it := titled(episode(key, "s", 1, number), pilot.Title, pilot.Year)
		it.ShowTitle = show
		return it
	}
	for _, c := range []struct {
		name    string
		written []Written
		items   []media.Item
		of      map[string]media.WorkID
	}{
		{"the very item", []Written{{1, sent}}, []media.Item{bare("x", "Solaris", 1972)}, map[string]media.WorkID{"x": 1}},
		{"two writes of one work", []Written{{1, sent}, {1, sent}}, []media.Item{bare("x", "Solaris", 1972)}, map[string]media.WorkID{"x": 1}},
		{"another year", []Written{{1, sent}}, []media.Item{bare("x", "Solaris", 1973)}, nil},
		{"no year", []Written{{1, sent}}, []media.Item{bare("x", "Solaris", 0)}, nil},
		{"no year on either side", []Written{{1, titled(sent, "Solaris", 0)}}, []media.Item{bare("x", "Solaris", 0)}, nil},
		{"another spelling", []Written{{1, sent}}, []media.Item{bare("x", "solaris", 1972)}, nil},
		{"another kind", []Written{{1, sent}}, []media.Item{titled(show("x"), "Solaris", 1972)}, nil},
		{"two such items", []Written{{1, sent}}, []media.Item{bare("x", "Solaris", 1972), bare("y", "Solaris", 1972)}, nil},
		{"two such works", []Written{{1, sent}, {2, other}}, []media.Item{bare("x", "Solaris", 1972)}, nil},
		{"an item that was there before", []Written{{1, sent}}, []media.Item{bare("old", "Solaris", 1972)}, nil},
		{"such an item was there before", []Written{{1, sent}}, []media.Item{bare("old", "Solaris", 1972), bare("x", "Solaris", 1972)}, nil},
		{"the work is listed under its id", []Written{{1, sent}}, []media.Item{bare("x", "Solaris", 1972), film("y", "imdb:tt0000001")},
			map[string]media.WorkID{"y": 1}},
		{"a person said no", []Written{{1, sent}}, []media.Item{bare("unlinked", "Solaris", 1972)}, nil},
		{"no writes", nil, []media.Item{bare("x", "Solaris", 1972)}, nil},
		{"an episode", []Written{{3, pilot}}, []media.Item{pilotAt("x", "show s", 1)}, map[string]media.WorkID{"x": 3}},
		{"an episode of another show", []Written{{3, pilot}}, []media.Item{pilotAt("x", "show r", 1)}, nil},
		{"an episode without show", []Written{{3, titled(episode("", "", 1, 1), "Pilot", 0)}},
			[]media.Item{titled(episode("x", "", 1, 1), "Pilot", 0)}, nil},
		{"another episode", []Written{{3, pilot}}, []media.Item{pilotAt("x", "show s", 2)}, nil},
	} {
		b := newBook()
		b.see(accountA, film("1", "imdb:tt0000001"), film("2", "imdb:tt0000002"), episode("3", "", 1, 1, "tvdb:7"))
		b.listed[accountB] = map[string]bool{"old": true}
		b.unlinkByHand(accountB, "unlinked", 1)
		in := b.input(accountB, c.items...)
		in.Written = c.written
		out := Resolve(in)
		if c.of == nil {
			c.of = map[string]media.WorkID{}
		}
		same(t, c.name, out.Of, c.of)
		same(t, c.name+": missing", len(out.Missing), len(c.items)-len(c.of))
		for _, l := range out.Links {
			if l.Key == "x" {
				same(t, c.name+": link", l, ledger.Link{Account: accountB, Key: "x", Work: c.of["x"], By: ledger.ByWrite})
			}
		}
		b.apply(out)
		quiet(t, c.name+", again", Resolve(b.input(accountB, c.items...)))
	}
}

func TestWrittenWorkThatWasJoinedIsFollowed(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"), film("2", "tmdb:5"))
	in := b.input(accountB, titled(film("bare"), "Solaris", 1972), film("q", "tvdb:9"))
	in.Written = []Written{{2, titled(film("", "tmdb:5"), "Solaris", 1972)}}
	same(t, "work", Resolve(in).Of, map[string]media.WorkID{"bare": 2, "q": 3})
	in.Items = append(in.Items, film("both", "imdb:tt0000001", "tmdb:5"))
	same(t, "a work listed after its join", Resolve(in).Of, map[string]media.WorkID{"q": 3, "both": 1})
}

// A service that says "already there" to a title has it: the item that was
// listed before is what was written, if it is the only one of that name.
func TestItemThatWasThereAlreadyIsLinked(t *testing.T) {
	for _, c := range []struct {
		name    string
		already bool
		items   []media.Item
		of      map[string]media.WorkID
	}{
		{"it said so", true, []media.Item{titled(film("old"), "Solaris", 1972)}, map[string]media.WorkID{"old": 1}},
		{"it did not", false, []media.Item{titled(film("old"), "Solaris", 1972)}, map[string]media.WorkID{}},
		{"two of that name", true, []media.Item{titled(film("old"), "Solaris", 1972), titled(film("x"), "Solaris", 1972)}, map[string]media.WorkID{}},
		{"another year", true, []media.Item{titled(film("old"), "Solaris", 2002)}, map[string]media.WorkID{}},
	} {
		b := newBook()
		b.see(accountA, film("1", "imdb:tt0000001"))
		b.listed[accountB] = map[string]bool{"old": true}
		in := b.input(accountB, c.items...)
		in.Written = []Written{{1, titled(film("", "imdb:tt0000001"), "Solaris", 1972)}}
		in.Already = map[media.WorkID]bool{1: c.already}
		same(t, c.name, Resolve(in).Of, c.of)
	}
}
