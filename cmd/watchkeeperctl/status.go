package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"watchkeeper/app"
)

func statusCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "status", Short: "Tell how everything stands; the exit code does too", Args: none, RunE: func(c *cobra.Command, _ []string) error {
		var got app.Status
		if err := s.ask(c.Context(), "status", app.StatusArgs{Passphrase: os.Getenv(passphraseFile) != ""}, &got); err != nil {
			if c.Context().Err() != nil || codeOf(err) == app.ExitUsage {
				return err
			}
			got = app.Problem(err) // what keeps the state from opening is the status
		}
		err := s.show(got, func() { s.status(got) })
		return errors.Join(err, code(got.Exit))
	}}
}

// inStatus is how many changes of the last run the status prints.
const inStatus = 10

func (s *session) status(v app.Status) {
	if v.Demo {
		s.say("Demo: nothing leaves this computer")
	}
	s.say("%s", v.Sentence)
	if v.Problem != nil && v.Problem.Backup != "" {
		s.say("restore the newest good backup with: watchkeeperctl backup restore %s", v.Problem.Backup)
	}
	if v.Problem != nil && v.Problem.Setting != "" {
		s.say("return it to its default with: watchkeeperctl settings unset %s", v.Problem.Setting)
	}
	if v.Paused {
		s.say("paused%s", prefixed(" until ", local(v.PausedTo)))
	}
	if v.Running != nil {
		s.say("run %d is %s", v.Running.Run, v.Running.Stage)
	}
	for _, h := range v.Holds {
		s.say("")
		s.hold(h)
	}
	for _, a := range v.Accounts {
		s.say("")
		s.account(a)
	}
	if v.LastRun != nil && len(v.Accounts) > 0 {
		s.say("")
		s.run(*v.LastRun, inStatus)
	}
	if v.Unmet+v.SetAside > 0 {
		s.say("")
		s.say("%d differences are explained (watchkeeperctl plan), %d set aside", v.Unmet, v.SetAside)
	}
	if v.Waiting > 0 {
		s.say("")
		s.say("%d writes were sent and wait to be seen at the services", v.Waiting)
	}
	if v.Safe {
		s.say("")
		s.say("safe to shut down: nothing is under way")
	}
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func (s *session) account(a app.Account) {
	state := "ok"
	switch {
	case a.Problem != "":
		state = reason(a.Problem)
	case a.Paused:
		state = "paused"
	}
	s.say("%s: %s%s, %s", a.Name, a.User, prefixed(" on ", a.Server), state)
	if a.Detail != "" {
		s.say("  %s", a.Detail)
	}
	if a.Problem != "" && a.Retry != "" {
		s.say("  tried again at %s", local(a.Retry))
	}
	if off := time.Duration(a.ClockMS) * time.Millisecond; off.Abs() > app.Skewed {
		s.say("  its clock and this computer's differ by %s; times are corrected by that, but one of the two is wrong", off.Abs().Round(time.Second))
	}
	for _, n := range a.Notices {
		s.say("  %s", words.ServiceNotice(n, a.Name))
	}
	for _, f := range a.Features {
		var more []string
		if f.Evidence != "" && f.Evidence != a.Detail {
			more = append(more, f.Evidence)
		}
		if f.Why != "" && f.Why != a.Problem {
			more = append(more, reason(f.Why))
		}
		if f.Sent > 0 {
			more = append(more, words.Say("status.unseen", "n", f.Sent))
		}
		s.say("  %-10s %-11s %6d  read %s%s", f.Feature, f.Freshness, f.Count, ago(f.LastRead), prefixed("; ", strings.Join(more, "; ")))
	}
}

func sentence(code string) string {
	if code == "" {
		return ""
	}
	return reason(code)
}

func doctorCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "doctor", Short: "Check everything that has to work", Args: none, RunE: func(c *cobra.Command, _ []string) error {
		var got app.Diagnosis
		if err := s.ask(c.Context(), "doctor", struct{}{}, &got); err != nil {
			return err
		}
		err := s.show(got, func() {
			for _, check := range got.Checks {
				mark := "ok  "
				if !check.OK {
					mark = "FAIL"
				}
				s.say("%s  %-14s %s", mark, check.Name, check.Detail)
			}
		})
		if !got.OK {
			err = errors.Join(err, exit(app.ExitError))
		}
		return err
	}}
}

func bundleCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "support-bundle FILE.zip", Short: "Write what helps to understand a problem into one file, without secrets",
		Args: between(1, 1, "the file to write"), RunE: func(c *cobra.Command, args []string) error {
			path, err := absolute(args[0])
			if err != nil {
				return err
			}
			var got app.Bundled
			if err := s.ask(c.Context(), "bundle", app.BundleArgs{Path: path}, &got); err != nil {
				return err
			}
			return s.show(got, func() {
				s.say("%s holds:\n  %s", got.Path, strings.Join(got.Files, "\n  "))
				s.say("Secrets are taken out; titles are in it. Read it before you give it away.")
			})
		}}
}

func runsCommand(s *session) *cobra.Command {
	var limit int
	var all bool
	list := func(c *cobra.Command, _ []string) error {
		var got []app.Run
		if err := s.ask(c.Context(), "runs.list", app.RunsArgs{Limit: limit, All: all}, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			for _, r := range got {
				s.say("%5d  %s  %s%s", r.ID, local(r.Began), counts(r), prefixed(" — ", r.Error))
			}
			if len(got) == 0 {
				s.say("no run has done anything yet")
			}
		})
	}
	show := &cobra.Command{Use: "show RUN", Short: "List every write of a run", Args: between(1, 1, "a run's number"), RunE: func(c *cobra.Command, args []string) error {
		id, err := number(args[0])
		if err != nil {
			return err
		}
		var got []app.Op
		if err := s.ask(c.Context(), "runs.show", app.RunItemsArgs{Run: id}, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			if len(got) == 0 {
				s.say("run %d wrote nothing that is still kept", id)
			}
			for _, o := range got {
				s.say("%-10s %s, %s%s%s", o.ID, o.State, o.Outcome, prefixed(": ", o.Error), prefixed(", taken back by ", o.UndoneBy))
				s.op(o)
			}
		})
	}}
	c := &cobra.Command{Use: "runs", Short: "List what runs did, newest first", Args: none, RunE: list}
	c.Flags().IntVar(&limit, "limit", 20, "how many")
	c.Flags().BoolVar(&all, "all", false, "also runs that did nothing")
	c.AddCommand(show)
	return c
}

func number(text string) (int64, error) {
	var n int64
	if _, err := fmt.Sscan(text, &n); err != nil || n <= 0 || fmt.Sprint(n) != text {
		return 0, misuse("%q is no number", text)
	}
	return n, nil
}
