package identity

import (
	"slices"

	"watchkeeper/engine/media"
)

// gathering collects the tokens of what would be one work and finds the first
// contradiction: two ids of one kind, namespace and form.
type gathering struct {
	have []media.Token
	// one and two are the contradicting tokens once clashed.
	one, two media.Token
	clashed  bool
}

// work adds the tokens of a known work. Two works never own the same token, so
// a namespace that both fill contradicts. A work may hold two ids of one
// namespace by itself: a person can link so.
func (g *gathering) work(tokens []media.Token) {
	n := len(g.have)
	g.have = append(g.have, tokens...)
	before, added := g.have[:n], g.have[n:]
	slices.SortFunc(added, media.Token.Compare)
	for _, t := range added {
		g.compare(before, t)
	}
}

// item adds the tokens of an item; it fits where each of its ids is one that
// is already there, or the first of its namespace.
func (g *gathering) item(tokens []media.Token) {
	for _, t := range tokens {
		if slices.Contains(g.have, t) {
			continue
		}
		g.compare(g.have, t)
		g.have = append(g.have, t)
	}
}

func (g *gathering) compare(have []media.Token, t media.Token) {
	if g.clashed {
		return
	}
	for _, h := range have {
		if h != t && alike(h, t) {
			g.one, g.two, g.clashed = h, t, true
			return
		}
	}
}

// alike tells whether one work can own only one of the two tokens.
func alike(a, b media.Token) bool {
	_, _, an := a.Numbered()
	_, _, bn := b.Numbered()
	return a.Kind == b.Kind && a.Namespace == b.Namespace && an == bn
}
