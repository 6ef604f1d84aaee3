package ledger

import (
	"testing"

	"watchkeeper/engine/media"
)

// A path goes over several routes of one feature, in their direction only, and
// an account leads to itself only around a ring.
func TestLeads(t *testing.T) {
	chain := []Route{{From: 1, To: 2, Feature: media.History}, {From: 2, To: 3, Feature: media.History}}
	ring := append(chain[:2:2], Route{From: 3, To: 1, Feature: media.History})
	for _, c := range []struct {
		routes   []Route
		feature  media.Feature
		from, to AccountID
		want     bool
	}{
		{chain, media.History, 1, 2, true},
		{chain, media.History, 1, 3, true},
		{chain, media.History, 3, 1, false},
		{chain, media.Ratings, 1, 2, false},
		{ring, media.History, 3, 2, true},
		{nil, media.History, 1, 2, false},
	} {
		if got := Leads(c.routes, c.feature, c.from, c.to); got != c.want {
			t.Errorf("%d to %d over %d routes of %s: %v", c.from, c.to, len(c.routes), c.feature, got)
		}
	}
}
