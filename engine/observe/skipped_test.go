package observe_test

import (
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// A row that came and was not understood is not gone: nobody removed it.
func TestSkippedRowsAreNotGone(t *testing.T) {
	for _, key := range []string{"a", ""} {
		b := newBook(t, media.Watchlist, whole())
		b.read(list("a", "b")...)
		b.read(list("a", "b")...)
		b.view.Skipped = []provider.Skipped{{Key: key, Reason: "odd"}}
		for range 6 {
			b.read(list("b")...)
		}
		if st, _ := b.statement(0); st.Cleared || len(b.known.Proofs) != 0 {
			t.Fatalf("key %q: got %+v, proofs %v", key, st, b.known.Proofs)
		}
		if got := b.count(list("b")); got.Lost != 0 {
			t.Fatalf("key %q: counted as lost: %+v", key, got)
		}
		b.view.Skipped = nil
		for range 3 {
			b.read(list("b")...)
		}
		if st, _ := b.statement(0); !st.Cleared {
			t.Fatalf("key %q: a row that no longer comes is gone", key)
		}
	}
}

// Nor does it settle a removal of ours.
func TestSkippedRowSettlesNoRemoval(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a", "b")...)
	b.sent("1", "a", media.Listed(), media.Value{}, 0)
	b.view.Skipped = []provider.Skipped{{Key: "a", Reason: "odd"}}
	b.read(list("b")...)
	if st, _ := b.statement(0); st.Cleared || len(b.known.Pending) != 1 {
		t.Fatalf("got %+v", st)
	}
}

// Nor does a row that came without a work that it stands for, be it that its
// item was not described.
func TestUnlinkedRowSettlesNoRemoval(t *testing.T) {
	b := newBook(t, media.Watchlist, whole())
	b.read(list("a", "b")...)
	b.sent("1", "a", media.Listed(), media.Value{}, 0)
	delete(b.works, "a")
	b.read(list("a", "b")...)
	if st, _ := b.statement(0); st.Cleared || len(b.known.Pending) != 1 {
		t.Fatalf("got %+v", st)
	}
	b.read(list("b")...)
	if st, _ := b.statement(0); !st.Cleared || len(b.known.Pending) != 0 {
		t.Fatalf("unlisted it is gone: %+v", st)
	}
}
