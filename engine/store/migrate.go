package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// migrations are the statements of schema/*.sql in order; user_version counts
// how many of them a file has seen. A released one is never edited.
var migrations = readMigrations(schemaFiles)

func readMigrations(files fs.FS) []string {
	names, err := fs.Glob(files, "schema/*.sql")
	if err != nil || len(names) == 0 {
		panic("store: the schema is not built in")
	}
	var all []string
	for i, name := range names { // Glob sorts
		body, err := fs.ReadFile(files, name)
		if err != nil || path.Base(name)[:4] != fmt.Sprintf("%04d", i+1) {
			panic("store: schema files are numbered from 0001 without gaps: " + name)
		}
		all = append(all, string(body))
	}
	return all
}

// create makes the schema of an empty database in one transaction and folds it
// into the file, so that an empty file always means "new" or "emptied".
func (s *Store) create(ctx context.Context) error {
	err := s.write(ctx, func(t *tx) error {
		for i := range migrations {
			t.step(i, migrations)
		}
		return nil
	})
	if err != nil || s.path == "" {
		return err
	}
	_, err = s.writes.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// migrate brings a file from a version to the newest, each step in its own
// transaction, after a backup.
func (s *Store) migrate(ctx context.Context, version int, steps []string) error {
	if version == len(steps) {
		return nil
	}
	if _, err := s.backUp(ctx, fmt.Sprintf("%sschema-%d.db", beforePrefix, version)); err != nil {
		return err
	}
	for i := version; i < len(steps); i++ {
		if err := s.write(ctx, func(t *tx) error { t.step(i, steps); return nil }); err != nil {
			return err
		}
	}
	broken, err := list(ctx, s.writes, one[string], "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")
	if err == nil && len(broken) > 0 {
		err = &Error{Kind: ErrDamaged, Path: s.path, Err: fmt.Errorf("rows without their parents in %v", broken)}
	}
	return err
}

func (t *tx) step(i int, steps []string) {
	if _, err := t.sql.ExecContext(t.ctx, steps[i]); err != nil {
		t.fail(fmt.Errorf("schema step %d: %w", i+1, err))
	}
	for _, pragma := range []string{
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", i+1),
	} {
		if _, err := t.sql.ExecContext(t.ctx, pragma); err != nil {
			t.fail(err)
		}
	}
}
