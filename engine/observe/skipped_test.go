package observe_test

import (
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// A row that came and was not understood is not gone: nobody removed it.
func TestSkippedRowsAreNotGone(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	b.view.Skipped = []provider.Skipped{{Key: "a", Reason: "odd"}}
	for range 6 {
		b.read(list("b")...)
	}
	if st, _ := b.statement(0); st.Cleared || len(b.known.Proofs) != 0 {
		t.Fatalf("got %+v, proofs %v", st, b.known.Proofs)
	}
	b.view.Skipped = nil
	for range 3 {
		b.read(list("b")...)
	}
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatal("a row that no longer comes is gone")
	}
}
