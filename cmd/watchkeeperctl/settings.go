package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"watchkeeper/app"
	"watchkeeper/app/instance"
)

func settingsCommand(s *session) *cobra.Command {
	show := func(ctx context.Context, do string, args any) error {
		var got map[string]json.RawMessage
		if err := s.ask(ctx, do, args, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			for _, name := range slices.Sorted(maps.Keys(got)) {
				s.say("%s = %s", name, got[name])
			}
			if len(got) == 0 {
				s.say("everything is as it comes")
			}
		})
	}
	list := func(c *cobra.Command, _ []string) error { return show(c.Context(), "settings.list", struct{}{}) }
	c := &cobra.Command{Use: "settings", Short: "Choices that differ from the defaults", Args: none, RunE: list}
	c.AddCommand(&cobra.Command{Use: "list", Short: "List settings", Args: none, RunE: list},
		&cobra.Command{Use: "set NAME VALUE", Short: "Change a setting, such as: interval 30m", Args: between(2, 2, "a name and a value"),
			RunE: func(c *cobra.Command, args []string) error {
				return show(c.Context(), "settings.set", app.SettingArgs{Name: args[0], Value: asJSON(args[1])})
			}},
		&cobra.Command{Use: "unset NAME", Short: "Return a setting to its default", Args: between(1, 1, "a name"),
			RunE: func(c *cobra.Command, args []string) error {
				return show(c.Context(), "settings.set", app.SettingArgs{Name: args[0]})
			}})
	return c
}

// asJSON takes JSON as it is and any other word as a text.
func asJSON(word string) json.RawMessage {
	if json.Valid([]byte(word)) {
		return json.RawMessage(word)
	}
	return json.RawMessage(fmt.Sprintf("%q", word))
}

func backupCommand(s *session) *cobra.Command {
	list := func(c *cobra.Command, _ []string) error {
		dir, err := s.folder()
		if err != nil {
			return err
		}
		got, err := app.Backups(dir) // also of a state that does not open
		if err != nil {
			return err
		}
		return s.show(got, func() {
			for _, b := range got {
				s.say("%s  %s  %d bytes", b.Name, local(b.Made), b.Bytes)
			}
			if len(got) == 0 {
				s.say("there are no backups yet")
			}
		})
	}
	c := &cobra.Command{Use: "backup", Short: "Copies of the state", Args: none, RunE: list}
	c.AddCommand(&cobra.Command{Use: "list", Short: "List backups", Args: none, RunE: list},
		&cobra.Command{Use: "now", Short: "Make a backup", Args: none, RunE: func(c *cobra.Command, _ []string) error {
			var got app.Backup
			if err := s.ask(c.Context(), "backups.make", struct{}{}, &got); err != nil {
				return err
			}
			return s.show(got, func() { s.say("%s", got.Name) })
		}},
		&cobra.Command{Use: "restore NAME", Short: "Go back to a backup; what was there is set aside, not deleted", Args: between(1, 1, "a backup's name (see backup list)"),
			RunE: func(c *cobra.Command, args []string) error { return s.restore(c.Context(), args[0]) }})
	return c
}

// restore works on a folder that nobody has open, also on a damaged one.
func (s *session) restore(ctx context.Context, name string) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	lock, err := instance.Acquire(dir)
	if errors.Is(err, instance.ErrHeld) {
		return fmt.Errorf("%w; quit it first, then restore", err)
	}
	if err != nil {
		return err
	}
	aside, err := app.Restore(ctx, dir, name)
	if err = errors.Join(err, lock.Release()); err != nil {
		return err
	}
	return s.show(map[string]string{"restored": name, "aside": aside}, func() {
		s.say("%s is the state again; the one before is kept as %s", name, aside)
		s.say("The next run looks at every account as if for the first time and asks before it writes.")
	})
}

func absolute(path string) (string, error) { return filepath.Abs(path) }
