package animemap

import (
	"math"
	"slices"
)

// open is the end of a range that has none.
const open = math.MaxInt32

// span is a range of numbers, both ends included.
type span struct{ lo, hi int }

// length counts the numbers of a span; open for one without end.
func (s span) length() int {
	if s.hi == open {
		return open
	}
	return s.hi - s.lo + 1
}

func (s span) holds(n int) bool { return s.lo <= n && n <= s.hi }

// block is one run of a mapping: from and to advance together. Ratio 1: one by
// one; n > 1: every number of from is n numbers of to; n < -1: -n numbers of
// from are one number of to.
type block struct {
	from, to span
	ratio    int
}

// inverse is the same run read from the other side.
func (b block) inverse() block {
	r := -b.ratio
	if b.ratio == 1 {
		r = 1
	}
	return block{from: b.to, to: b.from, ratio: r}
}

// at is what one number of from is: the numbers of to, and the numbers of from
// that only together are these. It lies in the block.
func (b block) at(n int) (to span, with span) {
	i := n - b.from.lo
	switch {
	case b.ratio > 1:
		lo := b.to.lo + i*b.ratio
		return span{lo, lo + b.ratio - 1}, span{n, n}
	case b.ratio < -1:
		k := -b.ratio
		lo := b.from.lo + i/k*k
		return span{b.to.lo + i/k, b.to.lo + i/k}, span{lo, lo + k - 1}
	}
	return span{b.to.lo + i, b.to.lo + i}, span{n, n}
}

// part is one piece of a target list.
type part struct {
	span
	ratio int
}

// blocks lays the pieces of a target end to end along a source range. A ratio
// behind the last piece is that of all; where that does not come out even, it
// may be meant for its piece alone. Ratios that do not come out even at all map
// nothing: which numbers belong together would be a guess. Without ratios the
// numbers that both sides have are mapped. whole tells that nothing was left
// over.
func blocks(from span, ratio int, parts []part) (out []block, whole bool) {
	shared := slices.Clone(parts)
	plain := true
	for i := range shared {
		if shared[i].ratio == 1 {
			shared[i].ratio = parts[len(parts)-1].ratio
		}
		if shared[i].ratio == 1 && ratio != 1 {
			shared[i].ratio = -ratio // a ratio on the source side reads mirrored
		}
		plain = plain && shared[i].ratio == 1
	}
	if out, whole = lay(from, shared); whole || plain {
		return out, whole
	}
	if out, whole = lay(from, parts); whole && ratio == 1 {
		return out, true
	}
	return nil, false
}

// lay is blocks with every piece's own ratio.
func lay(from span, parts []part) (out []block, whole bool) {
	at := from.lo
	for _, p := range parts {
		b := fill(span{at, from.hi}, p.span, p.ratio)
		if b.from.hi < b.from.lo {
			return out, false
		}
		out = append(out, b)
		if b.to.hi != p.hi {
			return out, p.hi == open && b.from.hi == from.hi
		}
		at = b.from.hi + 1
	}
	return out, from.hi == open || at > from.hi
}

// fill runs along both spans as far as whole steps fit into both.
func fill(from, to span, ratio int) block {
	per, each := 1, 1 // numbers of to, and of from, in one step
	switch {
	case ratio > 1:
		per = ratio
	case ratio < -1:
		each = -ratio
	default:
		ratio = 1
	}
	steps := min(from.length()/each, to.length()/per)
	b := block{from: span{from.lo, from.lo + steps*each - 1}, to: span{to.lo, to.lo + steps*per - 1}, ratio: ratio}
	if from.hi == open && to.hi == open {
		b.from.hi, b.to.hi = open, open
	}
	return b
}
