package identity

import (
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// grouped divides the claims, which are in order of their keys, into those
// that lead to each other: by a work or by a token that no work owns yet.
// Groups are in order of their first key.
func grouped(claims []claim) [][]claim {
	parent := make([]int, len(claims))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	byWork := map[media.WorkID]int{}
	byToken := make(map[media.Token]int, len(claims))
	for i, c := range claims {
		for _, w := range c.works {
			if c.leads(w) {
				parent[root(i)] = root(first(byWork, w, i))
			}
		}
		for _, t := range c.fresh {
			parent[root(i)] = root(first(byToken, t, i))
		}
	}
	return gather(claims, root)
}

// gather sorts the claims by the first claim of their group, keeping the order
// within, and cuts them into groups.
func gather(claims []claim, root func(int) int) [][]claim {
	number := make([]int, len(claims)) // root → number of its group + 1
	var sizes []int
	for i := range claims {
		at := root(i)
		if number[at] == 0 {
			sizes = append(sizes, 0)
			number[at] = len(sizes)
		}
		sizes[number[at]-1]++
	}
	groups := make([][]claim, len(sizes))
	all := make([]claim, len(claims))
	for n, size := range sizes {
		groups[n], all = all[:0:size], all[size:]
	}
	for i := range claims {
		n := number[root(i)] - 1
		groups[n] = append(groups[n], claims[i])
	}
	return groups
}

// first returns the claim that came first with k, which may be this one.
func first[K comparable](seen map[K]int, k K, claim int) int {
	if at, ok := seen[k]; ok {
		return at
	}
	seen[k] = claim
	return claim
}

// settle makes a group one work, or refuses it if anything in it contradicts.
// An estranged claim that does not lead back to its own work is refused alone,
// and the others are grouped without it.
func (r *resolver) settle(group []claim) {
	works := leadTo(group)
	lost := func(c claim) bool { return c.estranged && !slices.Contains(works, c.linked) }
	if slices.ContainsFunc(group, lost) {
		r.settleWithout(group, lost)
		return
	}
	if len(group) > 1 { // one alone was examined
		if f := r.faultOf(works, group); f != nil {
			r.dispute(group, works, f)
			return
		}
	}
	r.unite(group, works)
}

// settleWithout refuses the lost claims of a group and settles the others.
func (r *resolver) settleWithout(group []claim, lost func(claim) bool) {
	var rest []claim
	for _, c := range group {
		if lost(c) {
			r.refuse(&c, c.works, r.strange(&c))
			continue
		}
		rest = append(rest, c)
	}
	for _, g := range grouped(rest) {
		r.settle(g)
	}
}

// leadTo returns the works that a group speaks for, ascending.
func leadTo(group []claim) []media.WorkID {
	var works []media.WorkID
	for i := range group {
		for _, w := range group[i].works {
			if group[i].leads(w) {
				works = append(works, w)
			}
		}
	}
	slices.Sort(works)
	return slices.Compact(works)
}

// dispute handles a group that contradicts itself. Which item is wrong cannot
// be known, so no work gains a token and none are joined: remembered links
// stay, items that say nothing new about one work are linked to it, and all
// others are listed.
func (r *resolver) dispute(group []claim, works []media.WorkID, f *fault) {
	f.evidence.Items, f.evidence.More = among(group)
	for i := range group {
		c := &group[i]
		switch {
		case len(c.works) > 1 || c.linked == 0 && len(c.fresh) > 0:
			r.refuse(c, works, f)
		case c.linked == 0:
			r.connect(c, c.works[0], ledger.ByToken)
		}
	}
}

// among names the items of a group, the first five of many.
func among(group []claim) (items string, more int) {
	var keys []string
	for i := range group[:min(len(group), 5)] {
		keys = append(keys, group[i].key)
	}
	return strings.Join(keys, ", "), len(group) - len(keys)
}

// unite makes a group one work: the lowest of its works, or a new one.
func (r *resolver) unite(group []claim, works []media.WorkID) {
	var into media.WorkID
	if len(works) == 0 {
		into = r.out.NextWork
		r.out.NextWork++
		r.works[into] = ledger.Work{ID: into, Kind: r.in.Items[group[0].index].Kind, Season: -1, Number: -1}
	} else {
		into = works[0]
		r.join(group, into, works[1:])
	}
	fresh := r.buffer[:0]
	for i := range group {
		c := &group[i]
		fresh = append(fresh, c.fresh...)
		if c.linked == 0 {
			r.connect(c, into, ledger.ByToken)
		} else {
			r.gaps = append(r.gaps, c.index)
		}
	}
	r.give(into, fresh)
	r.buffer = fresh
}

// give makes a work the owner of tokens that had none.
func (r *resolver) give(work media.WorkID, fresh []media.Token) {
	slices.SortFunc(fresh, media.Token.Compare)
	for _, t := range slices.Compact(fresh) {
		r.out.Tokens = append(r.out.Tokens, WorkToken{Token: t, Work: work})
		if t.Kind == media.Show {
			r.showOwners[t] = work
		}
	}
}

// join lists that all of from became into.
func (r *resolver) join(group []claim, into media.WorkID, from []media.WorkID) {
	if len(from) == 0 {
		return
	}
	var shared []media.Token
	for i := range group {
		shared = append(shared, group[i].tokens...)
	}
	slices.SortFunc(shared, media.Token.Compare)
	shared = slices.Compact(shared)
	for _, w := range from {
		r.moved[w] = into
		r.out.Joins = append(r.out.Joins, Join{Into: into, From: w, Key: bridge(group, w), Shared: shared})
		r.fill(into, r.in.Known.Works[w])
	}
}

// bridge returns the first item that shows a work to be more than it was.
func bridge(group []claim, w media.WorkID) string {
	key := ""
	for i := range group {
		if !slices.Contains(group[i].works, w) {
			continue
		}
		if len(group[i].works) > 1 {
			return group[i].key
		}
		if key == "" {
			key = group[i].key
		}
	}
	return key
}

// connect links an item that had no link and lets it describe its work.
func (r *resolver) connect(c *claim, work media.WorkID, by ledger.LinkedBy) {
	r.out.Of[c.key] = work
	r.out.Links = append(r.out.Links, ledger.Link{Account: r.in.Account, Key: c.key, Work: work, By: by})
	r.gaps = append(r.gaps, c.index)
}

// keptApart returns the word of a person that forbids the works and claims to
// be one work; none when there is none.
func (r *resolver) keptApart(works []media.WorkID, claims []claim) ledger.Evidence {
	for i := range claims {
		c := &claims[i]
		for _, w := range r.in.Known.Unlinked[c.key] {
			if w != c.linked && slices.Contains(works, w) {
				return ledger.Evidence{Code: ledger.SawTakenAway, Name: c.key, Other: r.named(w)}
			}
		}
	}
	if len(works) < 2 {
		return ledger.Evidence{}
	}
	pairs := r.apartPairs()
	for i, a := range works {
		for _, b := range works[i+1:] {
			if pairs[[2]media.WorkID{a, b}] {
				return ledger.Evidence{Code: ledger.SawKeptApart, Name: r.named(a), Other: r.named(b)}
			}
		}
	}
	return ledger.Evidence{}
}

// named is a work's title, or its number where it has none.
func (r *resolver) named(w media.WorkID) string {
	if title := r.in.Known.Works[w].Title; title != "" {
		return title
	}
	return fmt.Sprint(w)
}

// apartPairs returns the pairs of works that persons keep apart, lower first.
func (r *resolver) apartPairs() map[[2]media.WorkID]bool {
	if r.apart != nil {
		return r.apart
	}
	r.apart = map[[2]media.WorkID]bool{}
	add := func(a, b media.WorkID) { r.apart[[2]media.WorkID{min(a, b), max(a, b)}] = true }
	for _, p := range r.in.Known.Apart {
		add(p[0], p[1])
	}
	for key, from := range r.in.Known.Unlinked {
		if link, ok := r.link(key); ok {
			for _, w := range from {
				add(link.Work, w)
			}
		}
	}
	return r.apart
}
