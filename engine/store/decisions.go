package store

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const refusalColumns = `target, feature, work, play, cause, cause_seq, why`

func scanRefusal(r scanner) (v ledger.Refusal, err error) {
	err = r.Scan(&v.Target, &v.Feature, &v.Work, &v.Play, &v.Cause.Account, &v.Cause.Seq, &v.Why)
	return v, err
}

// Refusals returns every refusal by target, feature and work.
func (s *Store) Refusals(ctx context.Context) ([]ledger.Refusal, error) {
	return find(ctx, s, scanRefusal, "SELECT "+refusalColumns+" FROM refusals ORDER BY target, feature, work, play, cause, cause_seq")
}

// Decisions counts what persons decided by hand: answers, undos, pins and
// links. Each counts in its own transaction, so that whoever plans anew when
// the number has moved misses none.
func (s *Store) Decisions(ctx context.Context) (int64, error) {
	all, err := find(ctx, s, one[int64], "SELECT next - 1 FROM counters WHERE name = 'decision'")
	if err != nil {
		return 0, err
	}
	return all[0], nil
}

func (t *tx) decided() { t.take("decision", 1) }

// PutRefusals stores the refusals that an undo leaves.
func (s *Store) PutRefusals(ctx context.Context, rows []ledger.Refusal) error {
	return s.write(ctx, func(t *tx) error { t.putRefusals(rows); t.decided(); return nil })
}

func (t *tx) putRefusals(rows []ledger.Refusal) {
	for _, v := range rows {
		t.exec("INSERT OR REPLACE INTO refusals ("+refusalColumns+") VALUES (?, ?, ?, ?, ?, ?, ?)",
			v.Target, v.Feature, v.Work, v.Play, v.Cause.Account, v.Cause.Seq, v.Why)
	}
}

// DropRefusals takes refusals back.
func (s *Store) DropRefusals(ctx context.Context, rows []ledger.Refusal) error {
	return s.write(ctx, func(t *tx) error {
		for _, v := range rows {
			t.exec(`DELETE FROM refusals WHERE target = ? AND feature = ? AND work = ? AND play = ? AND cause = ? AND cause_seq = ?`,
				v.Target, v.Feature, v.Work, v.Play, v.Cause.Account, v.Cause.Seq)
		}
		return nil
	})
}

const pinColumns = `id, profile, account, work, feature, any_feature, kind`

func scanPin(r scanner) (v ledger.Pin, err error) {
	err = r.Scan(&v.ID, &v.Profile, &v.Account, &v.Work, &v.Feature, &v.AnyFeature, &v.Kind)
	return v, err
}

// Pins returns every pin by number.
func (s *Store) Pins(ctx context.Context) ([]ledger.Pin, error) {
	return find(ctx, s, scanPin, "SELECT "+pinColumns+" FROM pins ORDER BY id")
}

// PutPin stores a pin and returns its number. A pin on the same work, account
// and feature is replaced.
func (s *Store) PutPin(ctx context.Context, v ledger.Pin) (int64, error) {
	if v.AnyFeature {
		v.Feature = media.History
	}
	err := s.write(ctx, func(t *tx) error {
		v.ID = t.number(`INSERT INTO pins (profile, account, work, feature, any_feature, kind) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (profile, account, work, feature, any_feature) DO UPDATE SET kind = excluded.kind RETURNING id`,
			v.Profile, v.Account, v.Work, v.Feature, v.AnyFeature, v.Kind)
		t.decided()
		return nil
	})
	return v.ID, err
}

// DropPin removes a pin.
func (s *Store) DropPin(ctx context.Context, id int64) error {
	return s.write(ctx, func(t *tx) error {
		t.exec("DELETE FROM pins WHERE id = ?", id)
		t.decided()
		return nil
	})
}
