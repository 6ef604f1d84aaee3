package main

import (
	"context"
	"errors"
	"fmt"
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
				rows = append(rows, []string{v.Name, v.Class, strings.Join(v.Methods, ", "), strings.Join(v.Features, ", ")})
			}
			s.table("SERVICE KIND SIGN-IN FEATURES", rows)
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
		addCommand(s), signInCommand(s), changeCommand(s),
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
	f.StringArrayVar(&options, "option", nil, "name=value, such as write_ratings=on; name= removes it")
	return c
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

// signInFlags are what a sign-in can be told beforehand.
type signInFlags struct {
	app.SignInArgs
	user, passwordFile, secretFile string
	options                        []string
}

func (f *signInFlags) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.Method, "method", "", "way to sign in: device-code, quick-connect, password, browser, paste")
	flags.StringVar(&f.Address, "address", "", "address of your own server")
	flags.StringVar(&f.user, "user", "", "user name, for the method password")
	flags.StringVar(&f.passwordFile, "password-file", "", "file that holds the password; it is used once and not kept")
	flags.StringVar(&f.ClientID, "client-id", "", "client id of your own application at the service")
	flags.StringVar(&f.secretFile, "client-secret-file", "", "file that holds the secret of that application")
	flags.StringArrayVar(&f.options, "option", nil, "name=value, such as write_ratings=on")
}

// complete reads the files that flags name.
func (f *signInFlags) complete() (answers map[string]string, err error) {
	answers = map[string]string{}
	if f.user != "" || f.passwordFile != "" {
		answers["user"] = f.user
		if f.Method == "" {
			f.Method = "password"
		}
	}
	if f.Address != "" {
		answers["address"] = f.Address
	}
	if f.passwordFile != "" {
		if answers["password"], err = readSecret(f.passwordFile); err != nil {
			return nil, misused{err}
		}
	}
	if f.secretFile != "" {
		if f.ClientSecret, err = readSecret(f.secretFile); err != nil {
			return nil, misused{err}
		}
	}
	f.Options, err = pairs(f.options)
	return answers, err
}

func addCommand(s *session) *cobra.Command {
	var f signInFlags
	c := &cobra.Command{Use: "add SERVICE", Short: "Sign in to a service", Args: between(1, 1, "a service (see watchkeeperctl services)"),
		RunE: func(c *cobra.Command, args []string) error {
			f.Service = args[0]
			return s.signIn(c.Context(), &f)
		}}
	f.bind(c)
	c.Flags().StringVar(&f.Name, "name", "", "label of the account (default: the service)")
	c.Flags().StringVar(&f.Person, "profile", "", "whose account it is (default: the only person)")
	return c
}

func signInCommand(s *session) *cobra.Command {
	var f signInFlags
	c := &cobra.Command{Use: "signin ACCOUNT", Short: "Sign an account in again", Args: between(1, 1, "an account"),
		RunE: func(c *cobra.Command, args []string) error {
			f.Account = args[0]
			return s.signIn(c.Context(), &f)
		}}
	f.bind(c)
	return c
}

// signIn goes through the steps of a sign-in.
func (s *session) signIn(ctx context.Context, f *signInFlags) error {
	known, err := f.complete()
	if err != nil {
		return err
	}
	var step app.SignInStep
	if err := s.ask(ctx, "signin.start", f.SignInArgs, &step); err != nil {
		return signInFailed(f.Service+f.Account, err)
	}
	for step.Account == nil {
		var answers map[string]string
		if len(step.Fields) > 0 {
			if answers, err = s.answers(step.Fields, known); err != nil {
				return err
			}
		} else if err := s.showStep(step); err != nil {
			return err
		}
		next := app.SignInStep{}
		if err := s.ask(ctx, "signin.next", app.NextArgs{Session: step.Session, Answers: answers}, &next); err != nil {
			return signInFailed(f.Service+f.Account, err)
		}
		step = next
	}
	return s.show(step.Account, func() {
		s.say("connected: %s is %s%s", step.Account.Name, step.Account.User, prefixed(" on ", step.Account.Server))
		s.say("Nothing is written before you say so. See what a sync would do with: watchkeeperctl plan")
	})
}

// signInFailed says who must act before it says what happened.
func signInFailed(at string, err error) error {
	kind := app.SignInKind(err)
	if kind == "other" {
		return err
	}
	return fmt.Errorf("%s (%w)", words.Say("login_error."+kind, "service", at), err)
}

// answers takes what flags said and asks a person for the rest.
func (s *session) answers(fields []app.Field, known map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range fields {
		value, ok := known[f.Name]
		if !ok {
			var err error
			if value, err = s.prompt(words.Say("login."+f.Name), f.Secret); err != nil {
				return nil, misuse("the sign-in asks for %s: give it with a flag (see --help): %w", f.Name, err)
			}
		}
		out[f.Name] = value
		delete(known, f.Name) // a wrong answer is not given twice
	}
	return out, nil
}

// showStep tells the person what to do elsewhere.
func (s *session) showStep(step app.SignInStep) error {
	return s.show(step, func() {
		if step.Notice != "" {
			s.say("%s", notice(step.Notice))
		}
		switch {
		case step.Code != "" && step.URL != "":
			s.say("Open %s and enter this code: %s", step.URL, step.Code)
		case step.Code != "":
			s.say("Enter this code where you are signed in (Quick Connect): %s", step.Code)
		default:
			s.say("Open this page in your browser: %s", step.URL)
		}
		if step.Expires != "" {
			fmt.Fprintf(s.err, "waiting until %s …\n", local(step.Expires))
		}
	})
}
