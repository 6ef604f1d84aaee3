package store

import (
	"context"
	"encoding/json"
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Profiles returns every profile by number.
func (s *Store) Profiles(ctx context.Context) ([]ledger.Profile, error) {
	return find(ctx, s, func(r scanner) (p ledger.Profile, err error) {
		err = r.Scan(&p.ID, &p.Name)
		return p, err
	}, "SELECT id, name FROM profiles ORDER BY id")
}

// PutProfile stores a profile and returns its number; ID 0 makes a new one.
func (s *Store) PutProfile(ctx context.Context, p ledger.Profile) (ledger.ProfileID, error) {
	err := s.write(ctx, func(t *tx) error {
		p.ID = ledger.ProfileID(t.number(`INSERT INTO profiles (id, name) VALUES (nullif(?, 0), ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id`, p.ID, p.Name))
		return nil
	})
	return p.ID, err
}

// DropProfile forgets a profile without accounts; ErrInvalid if it has some.
func (s *Store) DropProfile(ctx context.Context, id ledger.ProfileID) error {
	return s.write(ctx, func(t *tx) error {
		t.exec("DELETE FROM pins WHERE profile = ?", id)
		t.exec("DELETE FROM profiles WHERE id = ?", id)
		return nil
	})
}

const accountColumns = `id, profile, provider, name, address, server_id, user_id, user_name, server,
	left_out, options, features, paused, removed, accepted, connected`

func scanAccount(r scanner) (a ledger.Account, err error) {
	var leftOut, options string
	var features int64
	err = r.Scan(&a.ID, &a.Profile, &a.Provider, &a.Name, &a.Address, &a.ServerID, &a.UserID, &a.UserName, &a.Server,
		&leftOut, &options, &features, &a.Paused, &a.Removed, &a.Accepted, &a.Connected)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(leftOut), &a.LeftOut); err != nil {
		return a, fmt.Errorf("left-out libraries of account %d: %w", a.ID, err)
	}
	if err := json.Unmarshal([]byte(options), &a.Options); err != nil {
		return a, fmt.Errorf("options of account %d: %w", a.ID, err)
	}
	for _, f := range media.Features {
		if features&(1<<f) != 0 {
			a.Features = append(a.Features, f)
		}
	}
	return a, nil
}

// Accounts returns every account by number, also removed ones.
func (s *Store) Accounts(ctx context.Context) ([]ledger.Account, error) {
	return find(ctx, s, scanAccount, "SELECT "+accountColumns+" FROM accounts ORDER BY id")
}

// PutAccount stores an account and returns its number; ID 0 makes a new one.
// Accounts are never deleted: signing out sets Removed, so that what was said
// there keeps its origin (R15).
func (s *Store) PutAccount(ctx context.Context, a ledger.Account) (ledger.AccountID, error) {
	var features int64
	for _, f := range a.Features {
		features |= 1 << f
	}
	err := s.write(ctx, func(t *tx) error {
		a.ID = ledger.AccountID(t.number(`INSERT INTO accounts (`+accountColumns+`)
			VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, provider = excluded.provider, name = excluded.name,
				address = excluded.address, server_id = excluded.server_id, user_id = excluded.user_id,
				user_name = excluded.user_name, server = excluded.server, left_out = excluded.left_out,
				options = excluded.options, features = excluded.features, paused = excluded.paused,
				removed = excluded.removed, accepted = excluded.accepted, connected = excluded.connected
			RETURNING id`,
			a.ID, a.Profile, a.Provider, a.Name, a.Address, a.ServerID, a.UserID, a.UserName, a.Server,
			text(a.LeftOut), text(a.Options), features, a.Paused, a.Removed, a.Accepted, a.Connected))
		return nil
	})
	return a.ID, err
}

func scanRoute(r scanner) (v ledger.Route, err error) {
	err = r.Scan(&v.ID, &v.Profile, &v.From, &v.To, &v.Feature, &v.Mode, &v.Removals, &v.RemovalsSince,
		&v.Accepted, &v.Onward, &v.Unwatch)
	return v, err
}

// Routes returns every route in route order (R11).
func (s *Store) Routes(ctx context.Context) ([]ledger.Route, error) {
	return find(ctx, s, scanRoute, `SELECT id, profile, source, target, feature, mode, removals, removals_since,
		accepted, onward, unwatch FROM routes ORDER BY id`)
}

// PutRoute stores a route and returns its number; ID 0 makes a new one.
func (s *Store) PutRoute(ctx context.Context, v ledger.Route) (int64, error) {
	err := s.write(ctx, func(t *tx) error {
		v.ID = t.number(`INSERT INTO routes (id, profile, source, target, feature, mode, removals, removals_since,
				accepted, onward, unwatch)
			VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, source = excluded.source,
				target = excluded.target, feature = excluded.feature, mode = excluded.mode,
				removals = excluded.removals, removals_since = excluded.removals_since,
				accepted = excluded.accepted, onward = excluded.onward, unwatch = excluded.unwatch
			RETURNING id`,
			v.ID, v.Profile, v.From, v.To, v.Feature, v.Mode, v.Removals, v.RemovalsSince, v.Accepted, v.Onward, v.Unwatch)
		return nil
	})
	return v.ID, err
}

// DropRoute forgets a route.
func (s *Store) DropRoute(ctx context.Context, id int64) error {
	return s.write(ctx, func(t *tx) error {
		t.exec("DELETE FROM routes WHERE id = ?", id)
		return nil
	})
}
