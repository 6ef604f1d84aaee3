// Watchkeeperctl is Watchkeeper without a screen: the same engine, for a
// server, a script, or anyone who would rather read than look.
//
// Every command is an operation of package app. If another Watchkeeper (a
// window, or "sync --watch") owns the data folder, the command is sent there;
// else it is done here. Exit codes: 0 in sync, 1 error, 2 usage, 3 something
// needs you (or nothing is set up), 4 stale.
//
// Read session.go for how a command reaches the engine, then one file per
// group of commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"watchkeeper/app"
	"watchkeeper/app/instance"
	"watchkeeper/app/wire"
)

// growth is how many percent of what is in use may come on top before the
// memory is swept: a first look at everything holds much, and only once.
const growth = 40

func main() {
	debug.SetGCPercent(growth)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], surroundings{os.Stdin, os.Stdout, os.Stderr, time.Now})
	stop()
	os.Exit(code)
}

// surroundings are what a command line finds around it.
type surroundings struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
}

// exit is a code that a command ends with although nothing went wrong.
type exit int

// Error implements error.
func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// misused is a command line that makes no sense.
type misused struct{ error }

func misuse(format string, args ...any) error { return misused{fmt.Errorf(format, args...)} }

// run does one command line and returns what to exit with.
func run(ctx context.Context, args []string, std surroundings) int {
	s := &session{surroundings: std}
	root := commands(s)
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	err := root.ExecuteContext(ctx)
	err = errors.Join(err, s.close())
	var code exit
	switch {
	case err == nil:
		return app.ExitInSync
	case errors.As(err, &code):
		return int(code)
	}
	s.clearLine()
	sentence, exit := app.Problem(err).Sentence, codeOf(err)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		sentence, exit = "interrupted; what was begun is written down", app.ExitError
	}
	s.json = s.json || slices.Contains(args, "--json") // also of a line that does not parse
	s.fail(sentence, exit)
	return exit
}

func codeOf(err error) int {
	var wrong misused
	var refused *app.Error
	var refusedThere *instance.Refusal
	refusal := ""
	switch {
	case errors.As(err, &wrong):
		return app.ExitUsage
	case errors.As(err, &refused):
		refusal = refused.Code
	case errors.As(err, &refusedThere):
		refusal = refusedThere.Code
	}
	if refusal == app.CodeUsage || refusal == app.CodeNotFound { // a word on the line names nothing
		return app.ExitUsage
	}
	return app.ExitError
}

func commands(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:           "watchkeeperctl",
		Short:         "Keeps your media server and your trackers telling the same story",
		Version:       wire.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          none,
		RunE:          func(c *cobra.Command, _ []string) error { return s.unsaid(c) },
	}
	f := root.PersistentFlags()
	f.StringVar(&s.dir, "data", "", "data folder (default "+wire.Folder(false)+")")
	f.StringVar(&s.services, "services", "", "demo: JSON file that maps service hosts to addresses on this computer; nothing else is reachable")
	f.BoolVar(&s.secretsFile, "secrets-file", false, "keep credentials in a file encrypted with a passphrase (WATCHKEEPER_PASSPHRASE_FILE, or asked for), not in the keyring")
	f.BoolVar(&s.json, "json", false, "print JSON")
	f.BoolVar(&s.verbose, "verbose", false, "log every request")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misused{err} })
	root.AddCommand(statusCommand(s), syncCommand(s), planCommand(s), readCommand(s), pauseCommand(s), resumeCommand(s), stopCommand(s),
		profilesCommand(s), servicesCommand(s), accountsCommand(s), routesCommand(s), holdsCommand(s), undoCommand(s), runsCommand(s),
		libraryCommand(s), linkCommand(s), unlinkCommand(s), pinCommand(s), settingsCommand(s), backupCommand(s),
		doctorCommand(s), bundleCommand(s))
	return root
}

// none takes no arguments; a word too many is a mistake, not a topic.
func none(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misuse("%s does not take %q; see %s --help", c.CommandPath(), args[0], c.CommandPath())
	}
	return nil
}

// between takes a number of arguments; what names them.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return misuse("%s takes %s; see %s --help", c.CommandPath(), what, c.CommandPath())
		}
		return nil
	}
}

// group is a command that only has commands below it.
func group(s *session, use, short string, below ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: none, RunE: func(c *cobra.Command, _ []string) error {
		return s.unsaid(c)
	}}
	c.AddCommand(below...)
	return c
}

// unsaid is a line that ends before it says what to do.
func (s *session) unsaid(c *cobra.Command) error {
	if s.json {
		return misuse("%s needs a command; see %s --help", c.CommandPath(), c.CommandPath())
	}
	_ = c.Help() // to our own output
	return exit(app.ExitUsage)
}
