package observe

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"watchkeeper/engine/provider"
)

// Digest is a digest of a view's content: what is listed with which values,
// whatever the order, and however often a row is repeated.
func Digest(v provider.View) string {
	sums := make([][16]byte, 0, len(v.Rows)+len(v.Removed))
	var buf []byte
	for _, row := range v.Rows {
		buf = appendRow(buf[:0], row)
		sum := sha256.Sum256(buf)
		sums = append(sums, [16]byte(sum[:16]))
	}
	for _, key := range v.Removed {
		sum := sha256.Sum256(append(append(buf[:0], 'r'), key...))
		sums = append(sums, [16]byte(sum[:16]))
	}
	slices.SortFunc(sums, func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) })
	whole := sha256.New()
	for _, sum := range slices.Compact(sums) {
		whole.Write(sum[:])
	}
	return hex.EncodeToString(whole.Sum(nil)[:16])
}

func appendRow(buf []byte, row provider.Row) []byte {
	buf = append(buf, 'v')
	for _, s := range [...]string{row.Key, row.PlayKey} {
		buf = binary.AppendUvarint(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	for _, b := range [...]bool{row.Value.Set, row.DateOnly, row.Started} {
		if b {
			buf = append(buf, 1)
		} else {
			buf = append(buf, 0)
		}
	}
	for _, n := range [...]int64{row.Value.N, row.Value.Of, int64(row.At), int64(row.Count)} {
		buf = binary.AppendVarint(buf, n)
	}
	return buf
}
