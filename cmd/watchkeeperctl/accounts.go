package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"watchkeeper/app"
)

func profilesCommand(s *session) *cobra.Command {
	show := func(c *cobra.Command, do string, args any) error {
		var got []app.Person
		if err := s.ask(c.Context(), do, args, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			for _, p := range got {
				s.say("%s: %s", p.Name, strings.Join(p.Accounts, ", "))
			}
			if len(got) == 0 {
				s.say("nobody yet; the first account makes the first person")
			}
		})
	}
	list := func(c *cobra.Command, _ []string) error { return show(c, "people.list", struct{}{}) }
	c := &cobra.Command{Use: "profiles", Aliases: []string{"people"}, Short: "People, each with accounts of their own", Args: none, RunE: list}
	c.AddCommand(
		&cobra.Command{Use: "list", Short: "List people", Args: none, RunE: list},
		&cobra.Command{Use: "add NAME", Short: "Add a person", Args: between(1, 1, "a name"), RunE: func(c *cobra.Command, args []string) error {
			return show(c, "people.put", app.PersonArgs{Name: args[0]})
		}},
		&cobra.Command{Use: "rename NAME NEW", Short: "Rename a person", Args: between(2, 2, "the old and the new name"), RunE: func(c *cobra.Command, args []string) error {
			return show(c, "people.put", app.PersonArgs{Name: args[0], Renamed: args[1]})
		}},
		&cobra.Command{Use: "remove NAME", Short: "Remove a person without accounts", Args: between(1, 1, "a name"), RunE: func(c *cobra.Command, args []string) error {
			return show(c, "people.remove", app.PersonArgs{Name: args[0]})
		}})
	return c
}

func servicesCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "services", Short: "List the services that accounts can be of", Args: none, RunE: func(c *cobra.Command, _ []string) error {
		var got []app.Service
		if err := s.ask(c.Context(), "services.list", struct{}{}, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			var rows [][]string
			for _, v := range got {
				var options []string
				for _, o := range v.Options {
					options = append(options, o.Name+"="+strings.Join(o.Values, "|"))
				}
				rows = append(rows, []string{v.Name, v.Class, strings.Join(v.Methods, ", "), strings.Join(v.Features, ", "), strings.Join(options, ", ")})
			}
			s.table("SERVICE KIND SIGN-IN FEATURES OPTIONS", rows)
		})
	}}
}

func accountsCommand(s *session) *cobra.Command {
	list := func(c *cobra.Command, _ []string) error {
		var got []app.Account
		if err := s.ask(c.Context(), "accounts.list", struct{}{}, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			for _, a := range got {
				s.account(a)
			}
			if len(got) == 0 {
				s.say("no accounts yet; add one with: watchkeeperctl accounts add SERVICE")
			}
		})
	}
	return group(s, "accounts", "Accounts at services",
		&cobra.Command{Use: "list", Short: "List accounts and how they stand", Args: none, RunE: list},
		addCommand(s), signInCommand(s), changeCommand(s), moveCommand(s), findCommand(s),
		&cobra.Command{Use: "test ACCOUNT", Short: "Ask the service who an account is", Args: between(1, 1, "an account"), RunE: s.test},
		&cobra.Command{Use: "libraries ACCOUNT", Short: "List the libraries of a media server", Args: between(1, 1, "an account"), RunE: s.libraries},
		&cobra.Command{Use: "remove ACCOUNT", Short: "Sign out; what the service keeps is left as it is", Args: between(1, 1, "an account"),
			RunE: func(c *cobra.Command, args []string) error {
				return s.done(c.Context(), "accounts.remove", app.AccountArgs{Account: args[0]}, args[0]+" is signed out")
			}})
}

func (s *session) test(c *cobra.Command, args []string) error {
	var got app.Tested
	if err := s.ask(c.Context(), "accounts.test", app.AccountArgs{Account: args[0]}, &got); err != nil {
		return err
	}
	err := s.show(got, func() {
		s.say("%s%s, %d ms", got.User, prefixed(" on ", got.Server), got.TookMS)
		if !got.Same {
			s.say("that is not the one that was connected")
		}
	})
	if !got.Same {
		err = errors.Join(err, exit(app.ExitNeedsYou))
	}
	return err
}

func (s *session) libraries(c *cobra.Command, args []string) error {
	var got []app.LibraryPart
	if err := s.ask(c.Context(), "accounts.libraries", app.AccountArgs{Account: args[0]}, &got); err != nil {
		return err
	}
	return s.show(got, func() {
		for _, p := range got {
			mark := "looked at"
			if p.LeftOut {
				mark = "left out"
			}
			s.say("%s  %s  %s", p.ID, p.Name, mark)
		}
	})
}

func changeCommand(s *session) *cobra.Command {
	var a app.ChangeArgs
	var paused bool
	var leftOut, options []string
	c := &cobra.Command{Use: "set ACCOUNT", Short: "Change an account", Args: between(1, 1, "an account"), RunE: func(c *cobra.Command, args []string) error {
		a.Account = args[0]
		if c.Flags().Changed("paused") {
			a.Paused = &paused
		}
		if c.Flags().Changed("leave-out") {
			a.LeftOut = &leftOut
		}
		var err error
		if a.Options, err = pairs(options); err != nil {
			return err
		}
		var got app.Account
		if err := s.ask(c.Context(), "accounts.change", a, &got); err != nil {
			return err
		}
		return s.show(got, func() { s.account(got) })
	}}
	f := c.Flags()
	f.StringVar(&a.Name, "name", "", "new label")
	f.BoolVar(&paused, "paused", false, "leave it alone (=false: no longer)")
	f.StringSliceVar(&a.On, "on", nil, "features to switch on")
	f.StringSliceVar(&a.Off, "off", nil, "features to switch off")
	f.StringSliceVar(&leftOut, "leave-out", nil, "ids of libraries to leave out (see accounts libraries); empty: none")
	f.StringArrayVar(&options, "option", nil, "name=value, such as write_ratings=on (watchkeeperctl services lists them); name= removes it")
	return c
}

func moveCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "move ACCOUNT PERSON", Short: "Give an account to another person; nothing is removed, and its first plan waits for a yes",
		Args: between(2, 2, "an account and a person"), RunE: func(c *cobra.Command, args []string) error {
			var got app.Account
			if err := s.ask(c.Context(), "accounts.move", app.MoveArgs{Account: args[0], Person: args[1]}, &got); err != nil {
				return err
			}
			return s.show(got, func() { s.account(got) })
		}}
}

func pairs(list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, misuse("%q is not of the form name=value", text)
		}
		out[name] = value
	}
	return out, nil
}

func findCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "find [SERVICE]", Short: "Look for media servers in the local network", Args: between(0, 1, "a service"),
		RunE: func(c *cobra.Command, args []string) error {
			var a app.FindArgs
			if len(args) > 0 {
				a.Service = args[0]
			}
			var got []app.Server
			if err := s.ask(c.Context(), "servers.find", a, &got); err != nil {
				return err
			}
			return s.show(got, func() {
				for _, v := range got {
					s.say("%s  %s at %s%s", v.Service, v.Name, v.Address, prefixed(", connected as ", v.Account))
				}
				if len(got) == 0 {
					s.say("no server answered; name one with: watchkeeperctl accounts add SERVICE --address ADDRESS")
				}
			})
		}}
}
