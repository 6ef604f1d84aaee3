package animemap

import (
	"fmt"
	"slices"
	"strings"
)

// layer is one file in memory, readable from both sides.
type layer struct {
	source Source
	runs   map[place][]run
	// seasons are the places of each show, by its place without a scope.
	seasons map[place][]place
	edges   int // ranges read
	// replaced are the pairs that this layer has the only word on.
	replaced map[[2]place]bool
	// odd are the ranges that were not understood.
	odd []string
}

// run is one block towards a place. denied: these numbers are expressly none
// of its. turned: the file names the pair from the other side.
type run struct {
	to             place
	block          block
	denied, turned bool
}

// hit is what a number is in one place.
type hit struct {
	to     place
	lo, hi int
	with   []int
}

// newLayer indexes a document. An odd range costs only itself.
func newLayer(src Source, doc document) *layer {
	l := &layer{source: src, runs: map[place][]run{}, seasons: map[place][]place{}, replaced: map[[2]place]bool{}}
	for source, targets := range doc {
		from, err := parsePlace(source)
		if err != nil {
			l.odd = append(l.odd, err.Error())
			continue
		}
		for target, ranges := range targets {
			to, err := parsePlace(target)
			if err != nil {
				l.odd = append(l.odd, err.Error())
				continue
			}
			if from.catalogue == anilist || to.catalogue == anilist {
				l.relate(from, to, ranges)
			}
		}
	}
	slices.Sort(l.odd)
	for p, runs := range l.runs {
		slices.SortFunc(runs, compareRuns)
		l.seasons[p.whole()] = append(l.seasons[p.whole()], p)
	}
	return l
}

// relate indexes the ranges between two places, from both sides: files name a
// pair from either, and some from both.
// What a pair is said to be replaces what layers below say of it; a pair with
// nothing but denials only takes away.
func (l *layer) relate(from, to place, ranges map[string]*string) {
	if len(ranges) == 0 {
		l.replace(from, to)
	}
	for src, dst := range ranges {
		r, ratio, err := parseRange(src)
		if err == nil && dst == nil {
			l.edges++
			l.add(from, run{to: to, block: block{from: r}, denied: true})
			continue
		}
		var parts []part
		if err == nil {
			parts, err = parseParts(*dst)
		}
		if err != nil {
			l.odd = append(l.odd, fmt.Sprintf("%s to %s: %v", from, to, err))
			continue
		}
		l.edges++
		l.replace(from, to)
		laid, whole := blocks(r, ratio, parts)
		if !whole {
			l.odd = append(l.odd, fmt.Sprintf("%s to %s: %s and %s do not come out even", from, to, src, *dst))
		}
		for _, b := range laid {
			l.add(from, run{to: to, block: b})
			l.add(to, run{to: from, block: b.inverse(), turned: true})
		}
	}
}

// replace notes a pair; below the last layer there is nothing to replace.
func (l *layer) replace(from, to place) {
	if l.source == ByHand {
		l.replaced[[2]place{from, to}], l.replaced[[2]place{to, from}] = true, true
	}
}

func (l *layer) add(from place, r run) {
	if !slices.Contains(l.runs[from], r) {
		l.runs[from] = append(l.runs[from], r)
	}
}

// compareRuns gives the runs of a place one order, whatever the file's was.
func compareRuns(a, b run) int {
	if c := strings.Compare(a.to.String(), b.to.String()); c != 0 {
		return c
	}
	if a.block.from.lo != b.block.from.lo {
		return a.block.from.lo - b.block.from.lo
	}
	return a.block.to.lo - b.block.to.lo
}

// find lists what a number is in the wanted places, and the places that it is
// expressly not in. What the file says of this side counts first: from the
// other side, a recap of a whole season lies on its first episode, too.
func (l *layer) find(from place, n int, wanted func(place) bool) (found []hit, denied []place) {
	var turned []hit
	for _, r := range l.runs[from] {
		switch {
		case !r.block.from.holds(n) || !wanted(r.to):
		case r.denied:
			denied = append(denied, r.to)
		case r.turned:
			turned = r.hits(turned, n)
		default:
			found = r.hits(found, n)
		}
	}
	if len(found) == 0 {
		found = turned
	}
	return slices.DeleteFunc(found, func(h hit) bool { return slices.Contains(denied, h.to) }), denied
}

// hits adds what a number is by a run; what is said twice counts once.
func (r run) hits(list []hit, n int) []hit {
	to, with := r.block.at(n)
	h := hit{to: r.to, lo: to.lo, hi: to.hi}
	if slices.ContainsFunc(list, func(x hit) bool { return x.to == h.to && x.lo == h.lo && x.hi == h.hi }) {
		return list
	}
	for i := with.lo; i <= with.hi; i++ {
		h.with = append(h.with, i)
	}
	return append(list, h)
}

// partsOf lists the parts of a show, specials aside.
func (l *layer) partsOf(show place) (out []string) {
	for _, from := range l.seasons[show.whole()] {
		if from.season() == 0 {
			continue
		}
		for _, r := range l.runs[from] {
			if r.to.catalogue == anilist && !r.denied && !slices.Contains(out, r.to.id) {
				out = append(out, r.to.id)
			}
		}
	}
	return out
}
