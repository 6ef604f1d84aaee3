package plan

import (
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Project gives the value that a service with capabilities c shows when it is
// asked to store v for the work (R4). Projecting twice equals projecting once,
// and a value never becomes absent: the lowest step stands instead. ok is
// false where the service cannot store it.
//
// A History value comes back undated from a service that dates plays itself.
func Project(f media.Feature, c provider.FeatureCaps, v media.Value, work ledger.Work) (projected media.Value, ok bool) {
	if !v.Set {
		return media.Value{}, true
	}
	if !c.Offered() || c.Of(work.Kind) < provider.AddIt {
		return media.Value{}, false
	}
	switch f {
	case media.Ratings:
		return media.Rated(nearestStep(c, int(v.N))), true
	case media.Progress:
		return projectPosition(c, v, work)
	case media.History:
		return projectPlay(c, v)
	}
	return media.Listed(), true
}

// Equal tells whether a service shows what it should, in its own precision
// (R4). A date that a service cannot keep, or that one side lacks, does not
// count; positions less than 30 s apart are equal (R18).
func Equal(f media.Feature, c provider.FeatureCaps, want, shown media.Value, work ledger.Work) bool {
	if want.Set != shown.Set || !want.Set {
		return want.Set == shown.Set
	}
	if f == media.Progress && nearby(want, shown, work) {
		return true
	}
	projected, ok := Project(f, c, want, work)
	if !ok {
		return want == shown
	}
	if f == media.History && (projected.N == 0 || shown.N == 0) {
		return true
	}
	again, _ := Project(f, c, shown, work)
	return projected == shown || projected == again
}

// nearestStep rounds a rating to the service's own steps, halves up.
func nearestStep(c provider.FeatureCaps, n int) int {
	step := max(c.Step, 1)
	lowest, highest := c.Lowest, c.Highest
	if lowest == 0 {
		lowest = step
	}
	if highest == 0 {
		highest = 100
	}
	if n <= lowest || highest <= lowest {
		return lowest
	}
	up := (2*(n-lowest) + step) / (2 * step)
	return lowest + min(up, (highest-lowest)/step)*step
}

// projectPlay cuts a play's date to the service's grain.
func projectPlay(c provider.FeatureCaps, v media.Value) (media.Value, bool) {
	switch {
	case !c.PastDates:
		return media.Watched(0), true
	case v.N == 0:
		return v, c.UndatedPlays
	}
	return media.Watched(v.PlayedAt().Truncate(time.Duration(c.GrainMS) * time.Millisecond)), true
}

// projectPosition turns a position into the service's share or milliseconds.
func projectPosition(c provider.FeatureCaps, v media.Value, work ledger.Work) (media.Value, bool) {
	if !c.Fraction {
		if v.Of > 0 {
			return media.Position(max(v.N, 1), v.Of), true
		}
		ms, ok := positionMS(v, work)
		return media.Position(max(ms, 1), work.RuntimeMS), ok
	}
	step := max(c.FractionStep, 1)
	steps := (positionShare(v) + step/2) / step
	return media.Position(min(max(steps, 1), max(media.FractionWhole/step, 1))*step, 0), true
}

// positionMS is a position in milliseconds, where the length is known.
func positionMS(v media.Value, work ledger.Work) (ms int64, ok bool) {
	if v.Of > 0 {
		return v.N, true
	}
	return v.N * work.RuntimeMS / media.FractionWhole, work.RuntimeMS > 0
}

// positionShare is a position in parts of media.FractionWhole.
func positionShare(v media.Value) int64 {
	if v.Of == 0 {
		return v.N
	}
	return v.N * media.FractionWhole / v.Of
}

// nearby tells whether two positions are less than 30 s apart (R18).
func nearby(a, b media.Value, work ledger.Work) bool {
	const apart = 30_000
	x, known := positionMS(a, work)
	y, also := positionMS(b, work)
	return known && also && x-y < apart && y-x < apart
}
