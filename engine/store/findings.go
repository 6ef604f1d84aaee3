package store

import (
	"context"
	"encoding/json"
	"fmt"

	"watchkeeper/engine/ledger"
)

// List names what identity lists for a person to look at.
type List string

const (
	Conflicts List = "conflict"
	Unmatched List = "unmatched"
	Proposals List = "proposal"
)

// Finding is one row of a list: Value about the item Key of Account.
type Finding[T any] struct {
	Account ledger.AccountID
	Key     string
	Value   T
}

// Listing is one account's whole list; Key tells each row's native key, and of
// rows with one key the last counts.
type Listing[T any] struct {
	Account ledger.AccountID
	List    List
	Rows    []T
	Key     func(T) string
}

// PutFindings replaces an account's list. One that is the same costs no write.
func PutFindings[T any](ctx context.Context, s *Store, is Listing[T]) error {
	account, l := is.Account, is.List
	now := make(map[string]string, len(is.Rows))
	for _, v := range is.Rows {
		now[is.Key(v)] = text(v)
	}
	before, err := find(ctx, s, func(r scanner) (v [2]string, err error) {
		err = r.Scan(&v[0], &v[1])
		return v, err
	}, "SELECT key, body FROM findings WHERE account = ? AND list = ?", account, l)
	if err != nil {
		return err
	}
	var gone []string
	for _, v := range before {
		if body, stays := now[v[0]]; !stays {
			gone = append(gone, v[0])
		} else if body == v[1] {
			delete(now, v[0])
		}
	}
	if len(gone)+len(now) == 0 {
		return nil
	}
	return s.write(ctx, func(t *tx) error {
		for _, key := range gone {
			t.exec("DELETE FROM findings WHERE account = ? AND list = ? AND key = ?", account, l, key)
		}
		for _, key := range sortedKeys(now) {
			t.exec("INSERT OR REPLACE INTO findings (account, list, key, body) VALUES (?, ?, ?, ?)", account, l, key, now[key])
		}
		return nil
	})
}

// Findings returns a list, by account and key.
func Findings[T any](ctx context.Context, s *Store, l List) ([]Finding[T], error) {
	return find(ctx, s, func(r scanner) (v Finding[T], err error) {
		var body string
		if err = r.Scan(&v.Account, &v.Key, &body); err != nil {
			return v, err
		}
		if err := json.Unmarshal([]byte(body), &v.Value); err != nil {
			return v, fmt.Errorf("%s list: %w", l, err)
		}
		return v, nil
	}, "SELECT account, key, body FROM findings WHERE list = ? ORDER BY account, key", l)
}
