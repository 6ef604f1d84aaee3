package store

import (
	"slices"
	"testing"

	"watchkeeper/engine/ledger"
)

// Digests of items come back as they were, and are forgotten when a person
// decides about an item of the account.
func TestItemDigests(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, []ledger.Link{{Account: 1, Key: "a", Work: 1}}, []ledger.Work{film(1), film(2)}, nil))
	for _, decide := range []func() error{
		func() error { return s.LinkByHand(ctx, ledger.Link{Account: 1, Key: "a", Work: 2}, 1) },
		func() error { return s.Unlink(ctx, 1, "a", 1) },
	} {
		for _, want := range [][]uint64{{1, 0, 1 << 63}, {2}} {
			must(t, s.PutItemDigests(ctx, 1, want))
			must(t, s.PutItemDigests(ctx, 2, []uint64{7}))
			if back := got(s.ItemDigests(ctx, 1))(t); !slices.Equal(back, want) {
				t.Errorf("came back as %v, want %v", back, want)
			}
		}
		must(t, decide())
		if back := got(s.ItemDigests(ctx, 1))(t); back != nil {
			t.Errorf("still known: %v", back)
		}
		if other := got(s.ItemDigests(ctx, 2))(t); len(other) != 1 {
			t.Error("another account's were forgotten")
		}
	}
}
