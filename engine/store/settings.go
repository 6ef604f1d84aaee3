package store

import (
	"context"
	"encoding/json"
)

type setting struct {
	name  string
	value json.RawMessage
}

// Settings returns every stored setting as JSON by name.
func (s *Store) Settings(ctx context.Context) (map[string]json.RawMessage, error) {
	rows, err := find(ctx, s, func(r scanner) (v setting, err error) {
		var value string
		err = r.Scan(&v.name, &value)
		v.value = json.RawMessage(value)
		return v, err
	}, "SELECT name, value FROM settings")
	all := make(map[string]json.RawMessage, len(rows))
	for _, row := range rows {
		all[row.name] = row.value
	}
	return all, err
}

// PutSettings stores settings as JSON by name, all or none; a null value
// forgets one. ErrInvalid when Options.CheckSetting refuses one.
func (s *Store) PutSettings(ctx context.Context, values map[string]json.RawMessage) error {
	for name, value := range values {
		if !json.Valid(value) {
			return &Error{Kind: ErrInvalid, Path: s.path, Err: &json.UnsupportedValueError{Str: "setting " + name}}
		}
		if s.options.CheckSetting == nil || string(value) == "null" {
			continue
		}
		if err := s.options.CheckSetting(name, value); err != nil {
			return &Error{Kind: ErrInvalid, Path: s.path, Err: err}
		}
	}
	return s.write(ctx, func(t *tx) error {
		for name, value := range values {
			if string(value) == "null" {
				t.exec("DELETE FROM settings WHERE name = ?", name)
				continue
			}
			t.exec(`INSERT INTO settings VALUES (?, ?)
				ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`, name, string(value))
		}
		return nil
	})
}
