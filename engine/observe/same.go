package observe

import (
	"cmp"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

// equal compares two values in the service's own precision (R4): what it
// rounds is no difference.
func equal(f media.Feature, c provider.FeatureCaps, a, b media.Value) bool {
	if a.Set != b.Set || !a.Set {
		return a.Set == b.Set
	}
	switch f {
	case media.Ratings:
		return a.N == b.N
	case media.Progress:
		return gap(a, b) <= positionGrain(c, a, b)
	case media.History:
		return (a.N == 0) == (b.N == 0) && distance(a.N, b.N) <= c.GrainMS
	}
	return true
}

// rounded tells whether a differs from b by no more than one step of the
// service: it keeps less than it promised.
func rounded(f media.Feature, c provider.FeatureCaps, a, b media.Value) bool {
	if !a.Set || !b.Set {
		return false
	}
	switch f {
	case media.Ratings:
		return distance(a.N, b.N) <= int64(c.Step)
	case media.Progress:
		return gap(a, b) <= 2*positionGrain(c, a, b)
	}
	return false
}

// gap is the distance of two positions: in milliseconds where both have the
// same kind of length, else in parts of media.FractionWhole.
func gap(a, b media.Value) int64 {
	if (a.Of == 0) == (b.Of == 0) {
		return distance(a.N, b.N)
	}
	return distance(fraction(a), fraction(b))
}

// positionGrain is the precision of positions in the unit of gap.
func positionGrain(c provider.FeatureCaps, a, b media.Value) int64 {
	if a.Of == 0 || b.Of == 0 {
		return max(c.FractionStep, 1)
	}
	return max(c.FractionStep*max(a.Of, b.Of)/media.FractionWhole, c.GrainMS, 1000)
}

func fraction(v media.Value) int64 {
	if v.Of == 0 {
		return v.N
	}
	return v.N * media.FractionWhole / v.Of
}

func distance(a, b int64) int64 { return max(a-b, b-a) }
