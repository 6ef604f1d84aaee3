package identity

import (
	"fmt"
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// A story is reads of three accounts and acts of a person between them.
type story struct {
	acts []act
}

type act struct {
	account ledger.AccountID
	items   []media.Item // a read, or
	key     string       // a link or unlink by hand of this item
	work    int          // to the work with this index
	unlink  bool
}

var storyNamespaces = []media.Namespace{media.IMDb, media.TMDB, media.TVDB, media.Trakt}

// truth is id n of a work in a namespace. Films and shows share their numbers.
func truth(kind media.Kind, ns media.Namespace, n int) media.Token {
	if ns == media.IMDb {
		return media.OwnToken(kind, ns, fmt.Sprintf("tt%07d", n+1))
	}
	return media.OwnToken(kind, ns, fmt.Sprint(n+1))
}

// drawItem lists some work 0..5 under some of its ids. Works 0 and 1 have the
// same title, as have 2 and 3. A liar also files ids of other works.
func drawItem(t *rapid.T, key int, lies bool) media.Item {
	kind := rapid.SampledFrom([]media.Kind{media.Film, media.Film, media.Show, media.Episode}).Draw(t, "kind")
	work := rapid.IntRange(0, 5).Draw(t, "work")
	name := fmt.Sprint("k", key)
	if !lies {
		name = fmt.Sprintf("k%d %s %d", key, kind, work)
	}
	it := media.Item{Key: name, Kind: kind, Title: fmt.Sprint("title ", work/2), Year: 2000, Season: -1, Number: -1}
	for _, ns := range storyNamespaces {
		id := work
		switch {
		case !lies && kind == media.Episode && ns == media.TVDB: // its show has a stable id
		case rapid.IntRange(0, 1).Draw(t, "has") == 0:
			continue
		case lies && rapid.IntRange(0, 7).Draw(t, "lie") == 0:
			id = rapid.IntRange(0, 5).Draw(t, "other")
		}
		if kind != media.Episode {
			it.Tokens = append(it.Tokens, truth(kind, ns, id))
			continue
		}
		it.Season, it.Number = 1, work%2
		it.Tokens = append(it.Tokens, media.EpisodeToken(ns, truth(kind, ns, id/2).ID, it.Season, it.Number))
	}
	return it
}

// stories draws up to six acts. Where nothing lies, a key stands for one work
// for good.
func stories(lies, hands bool) *rapid.Generator[story] {
	return rapid.Custom(func(t *rapid.T) story {
		var s story
		for range rapid.IntRange(1, 6).Draw(t, "acts") {
			a := act{account: ledger.AccountID(rapid.IntRange(1, 3).Draw(t, "account"))}
			if hands && rapid.IntRange(0, 3).Draw(t, "hand") == 0 {
				a.key = fmt.Sprint("k", rapid.IntRange(0, 7).Draw(t, "key"))
				a.work = rapid.IntRange(0, 20).Draw(t, "target")
				a.unlink = rapid.Bool().Draw(t, "unlink")
				s.acts = append(s.acts, a)
				continue
			}
			for key := range rapid.IntRange(0, 8).Draw(t, "items") {
				a.items = append(a.items, drawItem(t, key, lies))
			}
			s.acts = append(s.acts, a)
		}
		return s
	})
}

// tell runs a story and returns the first law that resolve breaks.
func tell(s story, resolve func(Input) Output) error {
	b := newBook()
	for n, a := range s.acts {
		if a.items == nil {
			b.hand(a)
			continue
		}
		in := b.input(a.account, a.items...)
		out := resolve(in)
		if err := lawful(b, in, out, resolve); err != nil {
			return fmt.Errorf("act %d: %w", n, err)
		}
	}
	return nil
}

// hand does what a person does.
func (b *book) hand(a act) {
	var ids []media.WorkID
	for id := range b.works {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	w := ids[a.work%len(ids)]
	if a.unlink {
		b.unlinkByHand(a.account, a.key, w)
		return
	}
	b.linkByHand(a.account, a.key, w)
}

// lawful checks one output against its input, and applies it.
func lawful(b *book, in Input, out Output, resolve func(Input) Output) error {
	shuffled := in
	shuffled.Items = slices.Clone(in.Items)
	slices.Reverse(shuffled.Items)
	shuffled.Known.WorkTokens = map[media.WorkID][]media.Token{}
	for w, ts := range in.Known.WorkTokens {
		ts = slices.Clone(ts)
		slices.Reverse(ts)
		shuffled.Known.WorkTokens[w] = ts
	}
	if other := resolve(shuffled); !reflect.DeepEqual(out, other) {
		return fmt.Errorf("another order gives another result:\n%+v\n%+v", out, other)
	}
	for _, check := range []func(Input, Output) error{accounted, remembered, connected, consistent} {
		if err := check(in, out); err != nil {
			return err
		}
	}
	b.apply(out)
	for _, c := range out.Conflicts {
		for _, w := range c.Works {
			if _, ok := b.works[w]; !ok {
				return fmt.Errorf("a conflict names work %d, which is no more: %+v", w, c)
			}
		}
	}
	for _, u := range b.unlink {
		if l, ok := b.links[u.account][u.key]; ok && l.Work == u.work {
			return fmt.Errorf("an item is again the work it was unlinked from: %+v", u)
		}
	}
	again := resolve(b.input(in.Account, in.Items...))
	if changes(again) && len(again.Conflicts) < len(out.Conflicts) {
		b.apply(again) // an item was believed after all, see Resolve
		again = resolve(b.input(in.Account, in.Items...))
	}
	if changes(again) {
		return fmt.Errorf("resolving again changes something: %+v\nafter %+v", again, out)
	}
	return nil
}

func changes(out Output) bool {
	return len(out.Links)+len(out.Works)+len(out.Tokens)+len(out.Joins) > 0
}

// accounted: every item has a work or a reason, and numbers only grow.
func accounted(in Input, out Output) error {
	reasons := map[string]int{}
	for _, c := range out.Conflicts {
		reasons[c.Key]++
		if c.Linked != 0 && out.Of[c.Key] == 0 {
			return fmt.Errorf("%s lost its link by a conflict", c.Key)
		}
	}
	for _, m := range out.Missing {
		reasons[m.Key]++
	}
	for _, it := range in.Items {
		if out.Of[it.Key] == 0 && reasons[it.Key] != 1 {
			return fmt.Errorf("%s has no work and %d reasons", it.Key, reasons[it.Key])
		}
	}
	for _, j := range out.Joins {
		if j.Into >= j.From {
			return fmt.Errorf("work %d became the higher %d", j.From, j.Into)
		}
	}
	for _, w := range out.Works {
		if _, known := in.Known.Works[w.ID]; !known && (w.ID < in.NextWork || w.ID >= out.NextWork) {
			return fmt.Errorf("work %d is new and not in %d..%d", w.ID, in.NextWork, out.NextWork)
		}
	}
	return nil
}

// remembered: links stay but for joins and unlinks, and unlinks stay.
func remembered(in Input, out Output) error {
	became := func(w media.WorkID) media.WorkID {
		for _, j := range out.Joins {
			if j.From == w {
				return j.Into
			}
		}
		return w
	}
	for _, it := range in.Items {
		link, linked := in.Known.Links[it.Key]
		if linked && out.Of[it.Key] != became(link.Work) {
			return fmt.Errorf("%s was work %d and is %d", it.Key, link.Work, out.Of[it.Key])
		}
		for _, w := range in.Known.Unlinked[it.Key] {
			if out.Of[it.Key] == became(w) && (!linked || link.Work != w) {
				return fmt.Errorf("%s is work %d again", it.Key, w)
			}
		}
	}
	return nil
}

// connected: items of one work lead to each other by tokens and links, found
// without any of the package's own means.
func connected(in Input, out Output) error {
	type node struct {
		token media.Token
		work  media.WorkID
		key   string
	}
	color := map[node]node{}
	find := func(n node) node {
		for {
			up, ok := color[n]
			if !ok {
				return n
			}
			n = up
		}
	}
	union := func(a, b node) {
		if a, b = find(a), find(b); a != b {
			color[a] = b
		}
	}
	for t, w := range in.Known.Tokens {
		union(node{token: t}, node{work: w})
	}
	for _, it := range in.Items {
		if link, ok := in.Known.Links[it.Key]; ok {
			union(node{key: it.Key}, node{work: link.Work})
		}
		for _, t := range it.Tokens {
			union(node{key: it.Key}, node{token: t})
		}
	}
	for _, x := range in.Items {
		for _, y := range in.Items {
			if w := out.Of[x.Key]; w != 0 && w == out.Of[y.Key] && find(node{key: x.Key}) != find(node{key: y.Key}) {
				return fmt.Errorf("%s and %s became work %d and share nothing", x.Key, y.Key, w)
			}
		}
		link, old := in.Known.Works[out.Of[x.Key]]
		if old && find(node{key: x.Key}) != find(node{work: link.ID}) {
			return fmt.Errorf("%s became work %d and shares nothing with it", x.Key, link.ID)
		}
	}
	return nil
}

// consistent: no work ends with two ids of one kind, namespace and form.
func consistent(in Input, out Output) error {
	tokens := map[media.WorkID][]media.Token{}
	became := map[media.WorkID]media.WorkID{}
	for _, j := range out.Joins {
		became[j.From] = j.Into
	}
	own := func(w media.WorkID, t media.Token) error {
		if into, ok := became[w]; ok {
			w = into
		}
		_, _, numbered := t.Numbered()
		for _, o := range tokens[w] {
			if _, _, n := o.Numbered(); o != t && o.Kind == t.Kind && o.Namespace == t.Namespace && n == numbered {
				return fmt.Errorf("work %d has both %s and %s", w, o, t)
			}
		}
		tokens[w] = append(tokens[w], t)
		return nil
	}
	for t, w := range in.Known.Tokens {
		if err := own(w, t); err != nil {
			return err
		}
	}
	for _, t := range out.Tokens {
		if err := own(t.Work, t.Token); err != nil {
			return err
		}
	}
	return nil
}
