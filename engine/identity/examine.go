package identity

import (
	"fmt"
	"slices"
	"strconv"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// examine compares every claim by itself with what is known. It lists the
// items that contradict it, sets aside those that nothing identifies, and
// returns the rest.
func (r *resolver) examine(claims []claim) []claim {
	sound := claims[:0]
	for _, c := range claims {
		r.place(&c)
		if c.linked == 0 && len(c.tokens) == 0 {
			r.bare = append(r.bare, c.index)
			continue
		}
		if f := r.fault(&c); f != nil {
			r.refuse(&c, c.works, f)
			continue
		}
		sound = append(sound, c)
	}
	return sound
}

// place finds the works that a claim leads to. Tokens of a work that a person
// took the item away from say nothing.
func (r *resolver) place(c *claim) {
	blocked := r.in.Known.Unlinked[c.key]
	if c.linked != 0 {
		c.works = append(c.works, c.linked)
	}
	heard, fresh := c.tokens[:0], make([]media.Token, 0, len(c.tokens))
	for _, t := range c.tokens {
		owner := r.in.Known.Tokens[t]
		if owner != 0 && slices.Contains(blocked, owner) {
			continue
		}
		heard = append(heard, t)
		if owner == 0 {
			fresh = append(fresh, t)
		} else if !slices.Contains(c.works, owner) {
			c.works = append(c.works, owner)
		}
	}
	c.tokens, c.fresh = heard, fresh
	slices.Sort(c.works)
	c.estranged = r.estranged(c)
}

// estranged: see claim. Ids that merely grew, or were swapped under the same
// name, estrange nobody.
func (r *resolver) estranged(c *claim) bool {
	owned := r.in.Known.WorkTokens[c.linked]
	if c.linked == 0 || len(owned) == 0 || len(c.tokens) == 0 {
		return false
	}
	if slices.ContainsFunc(c.tokens, func(t media.Token) bool { return slices.Contains(owned, t) }) {
		return false
	}
	w, known := r.in.Known.Works[c.linked]
	return known && !r.sameName(&r.in.Items[c.index], w)
}

// fault is why claims cannot be one work.
type fault struct {
	namespace media.Namespace
	ids       []string
	evidence  ledger.Evidence
}

// fault returns what is wrong with a claim by itself; nil: nothing.
func (r *resolver) fault(c *claim) *fault {
	alone := gathering{have: r.buffer[:0]}
	alone.item(c.tokens)
	r.buffer = alone.have
	if alone.clashed {
		return clashed(&alone, ledger.SawTwoIDs)
	}
	it := &r.in.Items[c.index]
	if w, ok := r.in.Known.Works[c.linked]; ok && w.Kind != it.Kind {
		return &fault{evidence: ledger.Evidence{Code: ledger.SawKindChanged, Name: w.Kind.String(), Other: it.Kind.String()}}
	}
	if len(c.works) == 0 {
		return nil
	}
	return r.faultOf(c.works, []claim{*c})
}

// faultOf returns why the works and claims together cannot be one work; nil:
// they can.
func (r *resolver) faultOf(works []media.WorkID, claims []claim) *fault {
	all := gathering{have: r.buffer[:0]}
	for _, w := range works {
		all.work(r.in.Known.WorkTokens[w])
	}
	for i := range claims {
		all.item(claims[i].tokens)
	}
	r.buffer = all.have
	if all.clashed {
		return clashed(&all, ledger.SawTwoWorks)
	}
	if word := r.keptApart(works, claims); word.Code != "" {
		return &fault{evidence: word}
	}
	return nil
}

// strange is the fault of an estranged claim.
func (r *resolver) strange(c *claim) *fault {
	it, w := &r.in.Items[c.index], r.in.Known.Works[c.linked]
	was := slices.MinFunc(r.in.Known.WorkTokens[c.linked], media.Token.Compare)
	return &fault{evidence: ledger.Evidence{Code: ledger.SawAllChanged,
		Name: fmt.Sprintf("%s (%s)", it.Title, c.tokens[0]), Other: fmt.Sprintf("%s (%s)", w.Title, was)}}
}

// sameName tells whether an item still looks like its work. Seasons and
// episodes have too common titles: their show and numbers tell.
func (r *resolver) sameName(it *media.Item, w ledger.Work) bool {
	switch it.Kind {
	case media.Season, media.Episode:
		show := folded(it.ShowTitle)
		return show != "" && show == folded(r.in.Known.Works[w.Show].Title) &&
			it.Season == w.Season && (it.Kind == media.Season || it.Number == w.Number)
	}
	return near(it.Year, w.Year) && folded(it.Title) == folded(w.Title)
}

// near tells whether two years may be of one work: services differ by one, and
// 0 is unknown.
func near(a, b int) bool { return a == 0 || b == 0 || a-b >= -1 && a-b <= 1 }

func clashed(g *gathering, what ledger.Sight) *fault {
	return &fault{
		namespace: g.one.Namespace,
		ids:       []string{id(g.one), id(g.two)},
		evidence:  ledger.Evidence{Code: what, Name: g.one.String(), Other: g.two.String()},
	}
}

// id writes a token's id with its numbers, as Conflict.IDs says.
func id(t media.Token) string {
	season, number, numbered := t.Numbered()
	switch {
	case !numbered:
		return t.ID
	case number < 0:
		return t.ID + "@" + strconv.Itoa(season)
	}
	return t.ID + "@" + strconv.Itoa(season) + "x" + strconv.Itoa(number)
}

// refuse lists a claim as a conflict. A remembered link stays, and that is all
// the item gets.
func (r *resolver) refuse(c *claim, works []media.WorkID, f *fault) {
	it := &r.in.Items[c.index]
	r.disputed[c.key] = true
	r.out.Conflicts = append(r.out.Conflicts, Conflict{
		Key: c.key, Title: it.Title, Linked: c.linked, Works: slices.Clone(works),
		Namespace: f.namespace, IDs: f.ids, Why: ledger.AmbiguousMatch, Evidence: f.evidence,
	})
}
