package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"watchkeeper/engine/media"
)

// Fold gives an account's value for a work from the rows of its items, all of
// one account, one feature and one work (§3 of the rules): watched if any,
// newest progress, the rating with the newest service time, else the item that
// changed last, else the lowest key. It is absent only if every item is
// absent, and unknown otherwise.
//
// For History the rows of one play tell about that play, all rows about the
// watched state, whose value is then the newest play. ok is false without
// rows. The order of items has no effect.
func Fold(f media.Feature, items []Shown) (folded Shown, ok bool) {
	for _, row := range items {
		switch {
		case !ok:
			folded, ok = row, true
		case row.State != folded.State:
			if foldRank(row.State) > foldRank(folded.State) {
				folded = row
			}
		case foldsOver(f, row, folded):
			folded = row
		}
	}
	return folded, ok
}

// foldRank orders states: one value outweighs everything, one unknown
// outweighs absences.
func foldRank(s ShownState) int {
	switch s {
	case ShownValue:
		return 2
	case ShownUnknown:
		return 1
	}
	return 0
}

// foldsOver tells whether row a speaks for the account rather than b of equal state.
func foldsOver(f media.Feature, a, b Shown) bool {
	if f == media.History && a.Value.N != b.Value.N {
		return a.Value.N > b.Value.N
	}
	if a.At != b.At {
		return a.At > b.At
	}
	if a.Since != b.Since {
		return a.Since > b.Since
	}
	return a.RowKey.Compare(b.RowKey) < 0
}

// Compare orders row keys by native key, then play key.
func (k RowKey) Compare(o RowKey) int {
	if c := strings.Compare(k.Key, o.Key); c != 0 {
		return c
	}
	return strings.Compare(k.PlayKey, o.PlayKey)
}

// KeysDigest is a short digest of native keys in any order.
func KeysDigest(keys []string) string {
	return digest(slices.Clone(keys))
}

// TokensDigest is a short digest of a work's tokens in any order. A
// quarantined value is tried again when it changes: a new id is new evidence.
func TokensDigest(tokens []media.Token) string {
	names := make([]string, len(tokens))
	for i, t := range tokens {
		names[i] = t.String()
	}
	return digest(names)
}

func digest(names []string) string {
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(names), "\n")))
	return hex.EncodeToString(sum[:8])
}
