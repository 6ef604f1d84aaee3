package ledger

import (
	"slices"

	"watchkeeper/engine/media"
)

// Leads tells whether a path of routes goes from one account to another: where
// one leads back, nothing is copied exactly (R12).
func Leads(all []Route, f media.Feature, from, to AccountID) bool {
	reached := []AccountID{from}
	for i := 0; i < len(reached); i++ {
		for _, r := range all {
			if r.Feature == f && r.From == reached[i] && !slices.Contains(reached, r.To) {
				reached = append(reached, r.To)
			}
		}
	}
	return slices.Contains(reached[1:], to)
}
