package store

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// PutTouched replaces the works of a profile that something was found out about
// after its last plan, given by number (R21).
func (s *Store) PutTouched(ctx context.Context, profile ledger.ProfileID, works []media.WorkID) error {
	before, err := s.Touched(ctx, profile)
	if err != nil || slices.Equal(before, works) {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		t.exec("DELETE FROM touched WHERE profile = ?", profile)
		t.exec("INSERT INTO touched SELECT ?, value FROM json_each(?)", profile, ids(works))
		return nil
	})
}

// Touched returns the works that the next plan of a profile is about because of
// what was found out since the last one, by number.
func (s *Store) Touched(ctx context.Context, profile ledger.ProfileID) ([]media.WorkID, error) {
	return find(ctx, s, one[media.WorkID], "SELECT work FROM touched WHERE profile = ? ORDER BY work", profile)
}
