package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"watchkeeper/app"
)

// signInFlags are what a sign-in can be told beforehand.
type signInFlags struct {
	app.SignInArgs
	user, passwordFile, secretFile string
	options, answers               []string
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
	flags.StringArrayVar(&f.answers, "answer", nil, "name=value: what the sign-in will ask, such as server=Attic; name=@FILE takes it from a file, as a secret must be")
}

// given is what flags answer beforehand.
type given struct {
	answers map[string]string
	open    map[string]bool // it stood on the command line, where others can read it
}

// complete reads the files that flags name.
func (f *signInFlags) complete() (g given, err error) {
	answers, err := pairs(f.answers)
	g = given{answers, map[string]bool{}}
	if err != nil {
		return g, err
	}
	for name, value := range answers {
		path, inFile := strings.CutPrefix(value, "@")
		if g.open[name] = !inFile; !inFile {
			continue
		}
		if answers[name], err = readSecret(path); err != nil {
			return g, misused{err}
		}
	}
	if f.user != "" {
		answers["user"] = f.user
	}
	if f.Method == "" && (f.user != "" || f.passwordFile != "") {
		f.Method = "password"
	}
	if f.Address != "" {
		answers["address"] = f.Address
	}
	if f.passwordFile != "" {
		if answers["password"], err = readSecret(f.passwordFile); err != nil {
			return g, misused{err}
		}
	}
	if f.secretFile != "" {
		if f.ClientSecret, err = readSecret(f.secretFile); err != nil {
			return g, misused{err}
		}
	}
	f.Options, err = pairs(f.options)
	return g, err
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
func (s *session) answers(fields []app.Field, known given) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range fields {
		value, ok := known.answers[f.Name]
		if ok && f.Secret && known.open[f.Name] {
			return nil, misuse("others can read %s on a command line; put it into a file and say --answer %s=@FILE", f.Name, f.Name)
		}
		if !ok {
			var err error
			s.offer(f)
			if value, err = s.prompt(question(f), f.Secret); err != nil {
				return nil, misuse("the sign-in asks for %s%s; answer with %s: %w", f.Name, prefixed(", one of: ", choices(f)), flagOf(f), err)
			}
		}
		out[f.Name] = offered(f, value)
		delete(known.answers, f.Name) // a wrong answer is not given twice
	}
	return out, nil
}

// offer lists the answers that were found, by number.
func (s *session) offer(f app.Field) {
	if s.json {
		return
	}
	for i, o := range f.Offers {
		s.say("%d  %s at %s", i+1, o.Name, o.ID)
	}
}

// offered takes the number of an answer that was found for the answer.
func offered(f app.Field, value string) string {
	if n, err := strconv.Atoi(value); err == nil && 1 <= n && n <= len(f.Offers) {
		return f.Offers[n-1].ID
	}
	return value
}

// flagOf is the flag that answers a field.
func flagOf(f app.Field) string {
	switch {
	case f.Name == "user" || f.Name == "address":
		return "--" + f.Name
	case f.Name == "password":
		return "--password-file"
	case f.Secret:
		return "--answer " + f.Name + "=@FILE"
	}
	return "--answer " + f.Name + "=…"
}

func question(f app.Field) string {
	if len(f.Choices) == 0 {
		return words.Say("login." + f.Name)
	}
	return words.Say("login."+f.Name) + " (" + choices(f) + ")"
}

// choices are the answers that are possible; "" when any is.
func choices(f app.Field) string {
	var names []string
	for _, c := range f.Choices {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
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
