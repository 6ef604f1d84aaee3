package main

import (
	"github.com/spf13/cobra"

	"watchkeeper/app"
)

func routesCommand(s *session) *cobra.Command {
	list := func(c *cobra.Command, _ []string) error { return s.routes(c, "routes.list", struct{}{}) }
	c := group(s, "routes", "Who follows whom",
		&cobra.Command{Use: "list", Short: "List routes", Args: none, RunE: list},
		setRoutesCommand(s), removeRoutesCommand(s))
	return c
}

func (s *session) routes(c *cobra.Command, do string, args any) error {
	var got []app.Route
	if err := s.ask(c.Context(), do, args, &got); err != nil {
		return err
	}
	return s.show(got, func() {
		var rows [][]string
		for _, r := range got {
			state := "started"
			if !r.Started {
				state = "waits for Start"
			}
			rows = append(rows, []string{r.From, r.To, r.Feature, r.Mode, r.Removals, state})
		}
		s.table("FROM TO FEATURE MODE REMOVALS STATE", rows)
	})
}

func setRoutesCommand(s *session) *cobra.Command {
	var a app.RouteArgs
	var onward, unwatch bool
	c := &cobra.Command{Use: "set FROM TO [FEATURE…]", Short: "Let one account follow another", Args: between(2, 6, "two accounts and features"),
		RunE: func(c *cobra.Command, args []string) error {
			a.From, a.To, a.Features = args[0], args[1], everything(args[2:])
			if c.Flags().Changed("onward") {
				a.Onward = &onward
			}
			if c.Flags().Changed("unwatch") {
				a.Unwatch = &unwatch
			}
			return s.routes(c, "routes.set", a)
		}}
	f := c.Flags()
	f.StringVar(&a.Mode, "mode", "", "add-only (default), keep-same, copy-exactly")
	f.StringVar(&a.Removals, "removals", "", "never (default), ask, follow; with keep-same")
	f.BoolVar(&onward, "onward", false, "your own decision: pass on what the source's terms keep from other trackers")
	f.BoolVar(&unwatch, "unwatch", false, "let un-watching delete plays at the target")
	return c
}

func removeRoutesCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "remove FROM TO [FEATURE…]", Short: "End routes; what was written stays", Args: between(2, 6, "two accounts and features"),
		RunE: func(c *cobra.Command, args []string) error {
			return s.routes(c, "routes.remove", app.RouteArgs{From: args[0], To: args[1], Features: everything(args[2:])})
		}}
}

// everything reads "all" as no choice.
func everything(features []string) []string {
	if len(features) == 1 && features[0] == "all" {
		return nil
	}
	return features
}
