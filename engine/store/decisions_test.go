package store

import (
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Whatever a person decides by hand counts with it, not after it: a program
// that dies in between would never plan by it.
func TestDecisionsCount(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, []ledger.Link{{Account: 1, Key: "a", Work: 1, By: ledger.ByHand}}, []ledger.Work{film(1), film(2)}, nil))
	pin := int64(0)
	for _, decide := range []struct {
		name string
		do   func() error
	}{
		{"refusals of an undo", func() error { return s.PutRefusals(ctx, nil) }},
		{"a pin", func() (err error) {
			pin, err = s.PutPin(ctx, ledger.Pin{Profile: 1, Work: 1, Feature: media.Watchlist, Kind: ledger.NeverTouch})
			return err
		}},
		{"no pin", func() error { return s.DropPin(ctx, pin) }},
		{"a link", func() error { return s.LinkByHand(ctx, ledger.Link{Account: 1, Key: "a", Work: 2}, 1) }},
		{"no link", func() error { return s.Unlink(ctx, 1, "a", 1) }},
		{"an answer", func() error { return s.AnswerHold(ctx, 1, Decision{}) }},
	} {
		before := got(s.Decisions(ctx))(t)
		must(t, decide.do())
		if after := got(s.Decisions(ctx))(t); after != before+1 {
			t.Errorf("%s: %d decisions after %d", decide.name, after, before)
		}
	}
}
