package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// still tells whether a full list says nothing new: the same rows as the last
// trusted one, the same items behind them, and nothing open that a repeated
// list would settle. Such a list is recognised before any row is loaded (R21).
func (r *round) still(ctx context.Context, s *sight, g *glance) (bool, error) {
	v, trust := g.verdict, g.reading.Trust
	same := g.trusted && !v.FirstLook && !v.Suspicious && v.Digest != "" && v.Digest == trust.Digest
	if !same || g.reading.View.Coverage == provider.Changes || s.digest != trust.Items {
		return false, nil
	}
	frozen, err := r.e.frozen(ctx)
	if err != nil || len(frozen) > 0 {
		return false, err
	}
	return r.e.cfg.Store.Rests(ctx, s.account.ID, g.reading.Feature)
}

// digestItems digests the names and ids of a snapshot's items, in any order.
func digestItems(items []media.Item) string {
	var sum [sha256.Size]byte
	var buf []byte
	for _, item := range items {
		buf = fmt.Appendf(buf[:0], "%q%d%q%d%d%q%d%d", item.Key, item.Kind, item.Title, item.Year, item.RuntimeMS, item.ShowKey, item.Season, item.Number)
		for _, t := range item.Tokens {
			season, number, _ := t.Numbered()
			buf = fmt.Appendf(buf, "|%d%s:%s@%d.%d", t.Kind, t.Namespace, t.ID, season, number)
		}
		one := sha256.Sum256(buf)
		for i := range sum {
			sum[i] ^= one[i]
		}
	}
	return hex.EncodeToString(sum[:16])
}
