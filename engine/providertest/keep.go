package providertest

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// keep is a value as the service stores it, in its own precision. It follows
// the capabilities alone: keeping twice equals keeping once, and a value never
// becomes absent by it.
func (a *account) keep(e *entry, f media.Feature, v media.Value) media.Value {
	return Keep(a.profile.Caps.Features[f], f, v, e.work.RuntimeMS())
}

// Keep is how a service with these capabilities stores a value: ratings in its
// steps, dates in its grain, positions as a share of the length or in ms.
func Keep(c provider.FeatureCaps, f media.Feature, v media.Value, lengthMS int64) media.Value {
	switch f {
	case media.Ratings:
		v.N = step(v.N, int64(c.Step), int64(c.Lowest), int64(c.Highest))
	case media.History:
		v.N = int64(media.Moment(v.N).Truncate(grain(c)))
	case media.Progress:
		return position(c, v, lengthMS)
	}
	return v
}

// step rounds half up to a multiple of step between lowest and highest.
func step(n, step, lowest, highest int64) int64 {
	if step > 1 {
		n = (n + step/2) / step * step
	}
	if lowest == 0 {
		lowest = step
	}
	return min(max(n, lowest), highest)
}

func position(c provider.FeatureCaps, v media.Value, lengthMS int64) media.Value {
	if !c.Fraction {
		if v.Of == 0 {
			return media.Position(v.N*lengthMS/media.FractionWhole, lengthMS)
		}
		return v
	}
	share := v.N
	if v.Of > 0 {
		share = (v.N*media.FractionWhole + v.Of/2) / v.Of
	}
	return media.Position(max(step(share, c.FractionStep, 0, media.FractionWhole), 1), 0)
}

// finished tells whether the service takes a position for a viewing.
func (a *account) finished(v media.Value) bool {
	pct, of := int64(a.profile.Caps.Features[media.Progress].CompletePct), v.Of
	if of == 0 {
		of = media.FractionWhole
	}
	return pct > 0 && v.N*100 >= pct*of
}
