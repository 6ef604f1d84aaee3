package engine

import (
	"context"

	"watchkeeper/engine/provider"
)

// still tells whether a full list says nothing new: the same rows as the last
// trusted one, the same items behind them, and nothing open that a repeated
// list would settle. Such a list is recognised before any row is loaded (R21).
func (r *round) still(ctx context.Context, s *sight, g *glance) (bool, error) {
	v, trust := g.verdict, g.reading.Trust
	same := g.trusted && !v.FirstLook && !v.Suspicious && v.Digest != "" && v.Digest == trust.Digest
	if !same || g.reading.View.Coverage == provider.Changes || s.digests.whole != trust.Items {
		return false, nil
	}
	if len(s.findings.frozen) > 0 {
		return false, nil
	}
	return r.e.cfg.Store.Rests(ctx, s.account.ID, g.reading.Feature)
}
