package identity

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Resolve links the items of one account to works.
//
// Links come first: one by hand wins for ever, also against tokens, and any
// other is remembered, so an item whose ids change or vanish stays the work it
// was. The rest is joined by tokens of equal kind, as far as nothing
// contradicts, and new works are numbered from Input.NextWork. The result does
// not depend on the order of the items. Resolving again with the result applied
// finds nothing new, but for an item that was listed as another film under
// another name: it is believed once a join or a filled gap gave its work that
// name.
func Resolve(in Input) Output {
	r := newResolver(in)
	claims := r.examine(r.recall())
	r.makeRoom(claims)
	for _, g := range grouped(claims) {
		r.settle(g)
	}
	r.recognise()
	r.describe()
	return r.finish()
}

// resolver carries one call of Resolve.
type resolver struct {
	in    Input
	shows map[string][]media.Token // usable tokens of the shows in the list
	out   Output
	moved map[media.WorkID]media.WorkID // joined works → the work they became
	// works are new works and known ones with a gap filled.
	works      map[media.WorkID]ledger.Work
	showOwners map[media.Token]media.WorkID // owners of the shows' tokens given in this call
	bare       []int                        // items without link and tokens
	gaps       []int                        // linked items that may tell more about their work
	apart      map[[2]media.WorkID]bool     // nil until a join is to be made
	// disputed are the keys of the listed conflicts.
	disputed map[string]bool
	buffer   []media.Token // reused wherever tokens are gathered
}

func newResolver(in Input) *resolver {
	r := &resolver{
		in:         in,
		shows:      showTokens(in.Items),
		moved:      map[media.WorkID]media.WorkID{},
		works:      map[media.WorkID]ledger.Work{},
		showOwners: map[media.Token]media.WorkID{},
		disputed:   map[string]bool{},
	}
	r.out.Of = make(map[string]media.WorkID, len(in.Items))
	r.out.NextWork = in.NextWork
	return r
}

// claim is an item that its tokens may link, join or contradict.
type claim struct {
	index  int // of the item
	key    string
	tokens []media.Token  // usable ones, sorted, each once
	linked media.WorkID   // by a remembered link; 0: none
	works  []media.WorkID // that the link and the tokens lead to, ascending
	fresh  []media.Token  // of tokens, those that no work owns yet
	// estranged: not one id is left of what the work owns, and the name is
	// another too. The link stays, but vouches for nothing unless the tokens
	// lead to its work in some other way.
	estranged bool
}

// leads tells whether the claim speaks for being this work.
func (c *claim) leads(w media.WorkID) bool { return !c.estranged || w != c.linked }

// recall settles every item that its link alone decides and returns the
// others, by key.
func (r *resolver) recall() []claim {
	var claims []claim
	for i := range r.in.Items {
		it := &r.in.Items[i]
		link, linked := r.link(it.Key)
		if linked && r.remembered(i, link) {
			continue
		}
		claims = append(claims, claim{index: i, key: it.Key, linked: link.Work, tokens: tokensOf(it, r.shows)})
	}
	return r.merged(claims)
}

// remembered takes an item's link as it is and tells whether the item says
// nothing new about it; what gaps it fills is noted.
func (r *resolver) remembered(i int, link ledger.Link) bool {
	it := &r.in.Items[i]
	r.out.Of[it.Key] = link.Work
	w := r.in.Known.Works[link.Work]
	if link.By != ledger.ByHand && !r.unchanged(it, link.Work, w.Kind) {
		return false
	}
	if lacks(w, it) {
		r.gaps = append(r.gaps, i)
	}
	return true
}

// link returns the standing link of a native key; an unlink ends all but a
// later link by hand.
func (r *resolver) link(key string) (ledger.Link, bool) {
	link, ok := r.in.Known.Links[key]
	if !ok || link.By != ledger.ByHand && slices.Contains(r.in.Known.Unlinked[key], link.Work) {
		return ledger.Link{}, false
	}
	return link, true
}

// unchanged tells, without allocating, whether the work, of a kind that may be
// unknown, owns all that the item says about itself. It is the common case by
// far.
func (r *resolver) unchanged(it *media.Item, work media.WorkID, kind media.Kind) bool {
	if kind != it.Kind && kind != media.NoKind {
		return false
	}
	owned := r.in.Known.WorkTokens[work]
	for _, t := range it.Tokens {
		if speaks(it.Kind, t) && !slices.Contains(owned, t) {
			return false
		}
	}
	if it.ShowKey == "" {
		return true
	}
	for _, s := range r.shows[it.ShowKey] {
		if t, ok := throughShow(it, s); ok && !slices.Contains(owned, t) {
			return false
		}
	}
	return true
}

// merged sorts the claims by key and makes one of those with equal keys.
func (r *resolver) merged(claims []claim) []claim {
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.key, b.key), compareItems(&r.in.Items[a.index], &r.in.Items[b.index]))
	})
	once := claims[:0]
	for _, c := range claims {
		if n := len(once); n > 0 && once[n-1].key == c.key {
			last := &once[n-1]
			last.tokens = append(last.tokens, c.tokens...)
			slices.SortFunc(last.tokens, media.Token.Compare)
			last.tokens = slices.Compact(last.tokens)
			continue
		}
		once = append(once, c)
	}
	return once
}

// makeRoom sizes the lists that grow with a first look.
func (r *resolver) makeRoom(claims []claim) {
	fresh := 0
	for i := range claims {
		fresh += len(claims[i].fresh)
	}
	r.out.Links = make([]ledger.Link, 0, len(claims))
	r.out.Tokens = make([]WorkToken, 0, fresh)
}

// finish puts everything in order.
func (r *resolver) finish() Output {
	if len(r.moved) > 0 {
		for i := range r.in.Items {
			key := r.in.Items[i].Key
			if into, ok := r.moved[r.out.Of[key]]; ok {
				r.out.Of[key] = into
			}
		}
		for i := range r.out.Conflicts {
			r.follow(&r.out.Conflicts[i])
		}
	}
	for _, w := range r.works {
		r.out.Works = append(r.out.Works, w)
	}
	slices.SortFunc(r.out.Works, func(a, b ledger.Work) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(r.out.Links, func(a, b ledger.Link) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(r.out.Tokens, func(a, b WorkToken) int {
		return cmp.Or(cmp.Compare(a.Work, b.Work), a.Token.Compare(b.Token))
	})
	slices.SortFunc(r.out.Joins, func(a, b Join) int {
		return cmp.Or(cmp.Compare(a.Into, b.Into), cmp.Compare(a.From, b.From))
	})
	slices.SortFunc(r.out.Conflicts, func(a, b Conflict) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(r.out.Missing, func(a, b Unmatched) int { return cmp.Compare(a.Key, b.Key) })
	return r.out
}

// follow gives a conflict the numbers that its works have after joins.
func (r *resolver) follow(c *Conflict) {
	c.Linked = r.after(c.Linked)
	for i, w := range c.Works {
		c.Works[i] = r.after(w)
	}
	slices.Sort(c.Works)
	c.Works = slices.Compact(c.Works)
}
