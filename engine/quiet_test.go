//go:build unix

package engine_test

import (
	"os"
	"testing"

	"watchkeeper/engine"
	"watchkeeper/engine/media"
)

// wal is how many bytes the write-ahead log holds.
func (h *house) wal() int64 {
	info, err := os.Stat(h.store.Path() + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// lived is an installation with n films watched at two services, at rest.
func lived(t *testing.T, n int) *house {
	h := newHouse(t, 2, media.History)
	h.fill(func() { watchedAlike(h, n) })
	h.start()
	h.rest()
	h.must(h.store.Housekeep(t.Context(), h.ago(0)))
	return h
}

// L2, R21: a round in which nothing changed writes at most 64 KiB, however much
// there is, and lists nothing where no stamp moved.
func TestQuietRoundCostsNothing(t *testing.T) {
	var wrote [2]int64
	for i, n := range []int{200, 4000} {
		h := lived(t, n)
		if h.wal() != 0 {
			t.Fatal("the log is not folded")
		}
		before := h.listed()
		h.quiet(engine.Wish{})
		if lists := h.listed() - before; lists != 0 {
			t.Errorf("%d works: %d lists were read although no stamp moved", n, lists)
		}
		h.quiet(engine.Wish{Fresh: true})
		if lists := h.listed() - before; lists != len(h.accounts) {
			t.Errorf("%d works: %d lists were read past every cache", n, lists)
		}
		wrote[i] = h.wal() / 2
		if wrote[i] > 64<<10 {
			t.Errorf("%d works: a quiet round writes %d bytes", n, wrote[i])
		}
	}
	if wrote[1] > 2*wrote[0] {
		t.Errorf("a quiet round writes %d bytes with few works and %d with many", wrote[0], wrote[1])
	}
	t.Logf("bytes written: %v", wrote)
}

// mostBytesARow bounds what a row of a list costs on disk with everything that
// is believed about it: item, link, ids, play, statement and their indexes.
const mostBytesARow = 350

// What is kept of one film at two services, all tables and indexes together.
func TestStateIsSmall(t *testing.T) {
	few, many := lived(t, 500).size(), lived(t, 2500).size()
	perRow := float64(many-few) / (2000 * 2)
	t.Logf("%.0f bytes a listed row", perRow)
	if perRow > mostBytesARow {
		t.Errorf("%.0f bytes a listed row", perRow)
	}
}
