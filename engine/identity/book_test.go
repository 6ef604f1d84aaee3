package identity

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// book is an identity table in memory: what the store does with an Output.
type book struct {
	next   media.WorkID
	works  map[media.WorkID]ledger.Work
	tokens map[media.Token]media.WorkID
	links  map[ledger.AccountID]map[string]ledger.Link
	unlink []unlinked
	listed map[ledger.AccountID]map[string]bool
	apart  [][2]media.WorkID
}

// unlinked is an item that a person took away from a work.
type unlinked struct {
	account ledger.AccountID
	key     string
	work    media.WorkID
}

// unlinkedAt lists the unlinks of one account.
func (b *book) unlinkedAt(a ledger.AccountID) map[string][]media.WorkID {
	at := map[string][]media.WorkID{}
	for _, u := range b.unlink {
		if u.account == a {
			at[u.key] = append(at[u.key], u.work)
		}
	}
	return at
}

// keptApart are the pairs that follow from all links and unlinks.
func (b *book) keptApart() [][2]media.WorkID {
	pairs := slices.Clone(b.apart)
	for _, u := range b.unlink {
		if l, ok := b.links[u.account][u.key]; ok {
			pairs = append(pairs, [2]media.WorkID{l.Work, u.work})
		}
	}
	return pairs
}

func newBook() *book {
	return &book{
		next: 1, works: map[media.WorkID]ledger.Work{}, tokens: map[media.Token]media.WorkID{},
		links:  map[ledger.AccountID]map[string]ledger.Link{},
		listed: map[ledger.AccountID]map[string]bool{},
	}
}

func (b *book) input(a ledger.AccountID, items ...media.Item) Input {
	known := Known{
		Links: maps.Clone(b.links[a]), Tokens: maps.Clone(b.tokens), Works: maps.Clone(b.works),
		WorkTokens: map[media.WorkID][]media.Token{}, Unlinked: b.unlinkedAt(a), Apart: b.keptApart(), Listed: b.listed[a],
	}
	for t, w := range b.tokens {
		known.WorkTokens[w] = append(known.WorkTokens[w], t)
	}
	for _, ts := range known.WorkTokens {
		slices.SortFunc(ts, media.Token.Compare)
	}
	return Input{Account: a, Items: items, Known: known, NextWork: b.next}
}

// see resolves and applies.
func (b *book) see(a ledger.AccountID, items ...media.Item) Output {
	out := Resolve(b.input(a, items...))
	b.apply(out)
	return out
}

func (b *book) apply(out Output) {
	for _, w := range out.Works {
		b.works[w.ID] = w
	}
	for _, l := range out.Links {
		b.link(l)
	}
	for _, t := range out.Tokens {
		if owner := b.tokens[t.Token]; owner != 0 && owner != t.Work {
			panic(fmt.Sprintf("token %s was taken from work %d", t.Token, owner))
		}
		b.tokens[t.Token] = t.Work
	}
	for _, j := range out.Joins {
		b.join(j)
	}
	b.next = out.NextWork
}

func (b *book) join(j Join) {
	for t, w := range b.tokens {
		if w == j.From {
			b.tokens[t] = j.Into
		}
	}
	for _, links := range b.links {
		for k, l := range links {
			if l.Work == j.From {
				l.Work = j.Into
				links[k] = l
			}
		}
	}
	for id, w := range b.works {
		if w.Show == j.From {
			w.Show = j.Into
			b.works[id] = w
		}
	}
	for i, u := range b.unlink {
		if u.work == j.From {
			b.unlink[i].work = j.Into
		}
	}
	delete(b.works, j.From)
}

func (b *book) link(l ledger.Link) {
	if b.links[l.Account] == nil {
		b.links[l.Account] = map[string]ledger.Link{}
	}
	b.links[l.Account][l.Key] = l
}

// linkByHand gives an item to a work, whatever was said before.
func (b *book) linkByHand(a ledger.AccountID, key string, w media.WorkID) {
	b.unlink = slices.DeleteFunc(b.unlink, func(u unlinked) bool { return u == unlinked{a, key, w} })
	b.link(ledger.Link{Account: a, Key: key, Work: w, By: ledger.ByHand})
}

// unlinkByHand takes an item away from a work for ever.
func (b *book) unlinkByHand(a ledger.AccountID, key string, w media.WorkID) {
	if b.links[a][key].Work == w {
		delete(b.links[a], key)
	}
	b.unlink = append(b.unlink, unlinked{a, key, w})
}

// tokensOf lists a work's tokens in order.
func (b *book) tokensOf(w media.WorkID) string {
	var ts []media.Token
	for t, owner := range b.tokens {
		if owner == w {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, media.Token.Compare)
	return fmt.Sprint(ts)
}

// film makes a film whose title is its key; ids have the form "tmdb:605".
func film(key string, ids ...string) media.Item { return item(media.Film, key, ids...) }

func show(key string, ids ...string) media.Item { return item(media.Show, key, ids...) }

// part makes one cour.
func part(key string, ids ...string) media.Item { return item(media.Part, key, ids...) }

// episode makes an episode of the show with key showKey ("" for none).
func episode(key, showKey string, season, number int, ids ...string) media.Item {
	it := item(media.Episode, key, ids...)
	it.ShowKey, it.Season, it.Number = showKey, season, number
	if showKey != "" {
		it.ShowTitle = "show " + showKey
	}
	return it
}

func item(kind media.Kind, key string, ids ...string) media.Item {
	it := media.Item{Key: key, Kind: kind, Title: "title " + key, Year: 2001, Season: -1, Number: -1}
	for _, id := range ids {
		ns, id, _ := strings.Cut(id, ":")
		it.Tokens = append(it.Tokens, media.OwnToken(kind, media.Namespace(ns), id))
	}
	return it
}

func titled(it media.Item, title string, year int) media.Item {
	it.Title, it.Year = title, year
	return it
}

// same fails unless got and want print alike.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// quiet fails unless the output changes nothing.
func quiet(t *testing.T, what string, out Output) {
	t.Helper()
	if changes(out) {
		t.Errorf("%s changes something: %+v", what, out)
	}
}

// conflictKeys lists the keys in conflict.
func conflictKeys(out Output) string {
	var keys []string
	for _, c := range out.Conflicts {
		keys = append(keys, c.Key)
	}
	return strings.Join(keys, " ")
}

func missingKeys(out Output) string {
	var keys []string
	for _, m := range out.Missing {
		keys = append(keys, m.Key)
	}
	return strings.Join(keys, " ")
}
