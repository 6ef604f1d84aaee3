package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"watchkeeper/app"
)

func syncCommand(s *session) *cobra.Command {
	var once, watch, fresh bool
	c := &cobra.Command{Use: "sync", Short: "Look at every account and write what is missing", Args: none, RunE: func(c *cobra.Command, _ []string) error {
		if once && watch {
			return misuse("sync is --once or --watch, not both")
		}
		if watch {
			return s.watch(c.Context())
		}
		return s.sync(c.Context(), app.SyncArgs{Fresh: fresh})
	}}
	c.Flags().BoolVar(&once, "once", false, "one run (the default)")
	c.Flags().BoolVar(&watch, "watch", false, "keep running by schedule until interrupted")
	c.Flags().BoolVar(&fresh, "fresh", false, "read past every cache")
	return c
}

func (s *session) sync(ctx context.Context, args app.SyncArgs) error {
	var got app.Synced
	if err := s.ask(ctx, "sync", args, &got); err != nil {
		return err
	}
	err := s.show(got, func() {
		if len(got.Status.Accounts) > 0 {
			s.silent(got.Silent)
			s.run(got.Run, shownInPlan)
		}
		s.say("%s", got.Status.Sentence)
		if len(got.Status.Holds) > 0 {
			s.say("see what waits for you with: watchkeeperctl holds")
		}
	})
	if ctx.Err() != nil { // the run ended after what was under way
		return errors.Join(err, ctx.Err())
	}
	return errors.Join(err, code(got.Status.Exit))
}

// code ends a command with how everything stands.
func code(n int) error {
	if n == app.ExitInSync {
		return nil
	}
	return exit(n)
}

// watch runs the engine by schedule, or follows the process that does.
func (s *session) watch(ctx context.Context) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	var last app.Status
	told := func(v any) {
		if now, ok := v.(app.Status); ok {
			s.tellChange(last, now)
			last = now
		}
	}
	if s.peer != nil {
		_, err := s.peer.Do(ctx, "watch", nil, func(data json.RawMessage) {
			var now app.Status
			if json.Unmarshal(data, &now) == nil {
				told(now)
			}
		})
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	ended := make(chan error, 1)
	go func() {
		_, err := s.app.Do(ctx, "watch", nil, told)
		ended <- err
	}()
	err := s.app.Run(ctx)
	return errors.Join(err, <-ended)
}

// tellChange prints what is new between two statuses.
func (s *session) tellChange(old, now app.Status) {
	if s.json {
		line, err := json.Marshal(now)
		if err == nil {
			s.say("%s", line)
		}
		return
	}
	if now.Running != nil {
		s.progress(*now.Running)
		return
	}
	s.clearLine()
	if now.LastRun != nil && (old.LastRun == nil || old.LastRun.ID != now.LastRun.ID) {
		s.run(*now.LastRun, shownInPlan)
	}
	if now.Sentence != old.Sentence && (now.State != "in sync" || old.State != now.State) {
		s.say("%s", now.Sentence)
	}
}

func planCommand(s *session) *cobra.Command {
	var why string
	c := &cobra.Command{Use: "plan", Short: "Tell what a sync would do, and why; nothing is written", Args: none, RunE: func(c *cobra.Command, _ []string) error {
		var got app.Planned
		if err := s.ask(c.Context(), "plan", app.PlanArgs{Why: why}, &got); err != nil {
			return err
		}
		err := s.show(got, func() { s.plan(got, why) })
		switch {
		case got.Accounts == 0:
			err = errors.Join(err, exit(app.ExitNeedsYou))
		case len(got.Silent) > 0:
			err = errors.Join(err, exit(app.ExitStale))
		}
		return err
	}}
	c.Flags().StringVar(&why, "why", "", "words of a title: explain everything about it")
	return c
}

// silent names the accounts that took no part.
func (s *session) silent(list []app.Silent) {
	for _, a := range list {
		s.say("%s could not be looked at: %s (%s)", a.Account, reason(a.Why), a.Detail)
	}
}

// shownInPlan is how many rows of a list a plan prints.
const shownInPlan = 40

func (s *session) plan(p app.Planned, why string) {
	if p.Accounts == 0 {
		s.say("nothing is set up; add an account")
		return
	}
	s.silent(p.Silent)
	if why != "" && len(p.Ops)+len(p.Held)+len(p.NonOps) == 0 {
		s.say("no account shows or is told anything about %q", why)
		return
	}
	list := func(title string, n int, row func(int)) {
		if n == 0 {
			return
		}
		s.say("%s: %d", title, n)
		for i := range min(n, shownInPlan) {
			row(i)
		}
		if n > shownInPlan {
			s.say("  … and %d more (--json shows all)", n-shownInPlan)
		}
	}
	list("would be written", len(p.Ops), func(i int) { s.op(p.Ops[i]) })
	list("would wait for you", len(p.Held), func(i int) { s.op(p.Held[i]) })
	list("not done", len(p.NonOps), func(i int) { s.nonOp(p.NonOps[i]) })
	if len(p.Ops)+len(p.Held)+len(p.Silent) == 0 {
		s.say("a sync would write nothing")
	}
}

func readCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "read ACCOUNT", Short: "Look at one account now, past every cache", Args: between(1, 1, "an account"),
		RunE: func(c *cobra.Command, args []string) error {
			return s.sync(c.Context(), app.SyncArgs{Accounts: args, Fresh: true})
		}}
}

func pauseCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "pause [DURATION]", Short: "Stop looking by schedule, for a time such as 1h or until resumed", Args: between(0, 1, "at most a duration"),
		RunE: func(c *cobra.Command, args []string) error {
			var a app.PauseArgs
			if len(args) == 1 {
				d, err := time.ParseDuration(args[0])
				if err != nil || d <= 0 {
					return misuse("%q is no duration such as 1h or 30m", args[0])
				}
				a.ForMS = d.Milliseconds()
			}
			return s.done(c.Context(), "pause", a, "paused")
		}}
}

func resumeCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "resume", Short: "End a pause", Args: none,
		RunE: func(c *cobra.Command, _ []string) error { return s.done(c.Context(), "resume", struct{}{}, "resumed") }}
}

func stopCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "stop", Short: "End the run under way; what was begun is finished and written down", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			var got app.Stopping
			if err := s.ask(c.Context(), "stop", struct{}{}, &got); err != nil {
				return err
			}
			return s.show(got, func() {
				if got.Running {
					s.say("stopping")
				} else {
					s.say("no run is under way")
				}
			})
		}}
}

// done does an operation that answers nothing worth showing.
func (s *session) done(ctx context.Context, do string, args any, text string) error {
	if err := s.ask(ctx, do, args, nil); err != nil {
		return err
	}
	return s.show(map[string]bool{"done": true}, func() { s.say("%s", text) })
}
