package main

import (
	"strings"

	"github.com/spf13/cobra"

	"watchkeeper/app"
)

func libraryCommand(s *session) *cobra.Command {
	var a app.LibraryArgs
	c := &cobra.Command{Use: "library [WORDS…]", Short: "Every title once, with what each account shows of it", Args: cobra.ArbitraryArgs, RunE: func(c *cobra.Command, args []string) error {
		a.Search = strings.Join(args, " ")
		var got app.LibraryPage
		if err := s.ask(c.Context(), "library", a, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			for _, w := range got.Works {
				s.say("%6d  %s", w.ID, w.Title)
				for _, chip := range w.Chips {
					s.say("        %-12s %-10s %s%s", chip.Account, chip.Feature, chip.Value, prefixed(" — ", sentence(chip.Unmet)))
				}
			}
			s.say("%d of %d", len(got.Works), got.Total)
		})
	}}
	f := c.Flags()
	f.BoolVar(&a.Differs, "differs", false, "only titles on which accounts differ")
	f.StringSliceVar(&a.Features, "feature", nil, "only these features")
	f.StringVar(&a.Kind, "kind", "", "film, show, season, episode")
	f.StringVar(&a.Person, "profile", "", "whose library")
	f.IntVar(&a.Limit, "limit", 100, "how many")
	f.IntVar(&a.Offset, "offset", 0, "after how many")
	c.AddCommand(storyCommand(s))
	return c
}

func storyCommand(s *session) *cobra.Command {
	var person string
	c := &cobra.Command{Use: "show WORK", Short: "Everything that was said and done about one title", Args: between(1, 1, "a work's number (see library)"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := number(args[0])
			if err != nil {
				return err
			}
			var got app.Item
			if err := s.ask(c.Context(), "library.show", app.WorkArgs{Work: id, Person: person}, &got); err != nil {
				return err
			}
			return s.show(got, func() { s.story(got) })
		}}
	c.Flags().StringVar(&person, "profile", "", "whose")
	return c
}

func (s *session) story(v app.Item) {
	s.say("%s", v.Title)
	for _, said := range v.Said {
		mark := ""
		if said.Replaced {
			mark = " (no longer)"
		}
		from := ""
		if said.Origin != said.Account {
			from = prefixed(", from ", said.Origin)
		}
		s.say("  said  %-20s %-10s %s at %s%s%s", local(said.At), said.Feature, said.Value, said.Account, from, mark)
	}
	for _, o := range v.Writes {
		s.say("  wrote %-20s %-10s %s on %s: %s → %s (%s, %s)", local(o.When), o.Feature, o.Action, o.Account, o.Old, o.New, o.ID, o.Outcome)
	}
}

func linkCommand(s *session) *cobra.Command {
	var proposals, exact bool
	c := &cobra.Command{Use: "link [ACCOUNT KEY WORK]", Short: "Say what an item is, for ever; or list items that are not linked",
		Args: between(0, 3, "an account, a key and a work, or nothing"), RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return s.unlinked(c, exact)
			}
			if len(args) != 3 || proposals || exact {
				return misuse("link takes an account, a key and a work; or --proposals, with --accept-exact or without")
			}
			work, err := number(args[2])
			if err != nil {
				return err
			}
			return s.done(c.Context(), "link", app.LinkArgs{Account: args[0], Key: args[1], Work: work}, "linked")
		}}
	c.Flags().BoolVar(&proposals, "proposals", false, "list items that are not linked, with what they may be (the default)")
	c.Flags().BoolVar(&exact, "accept-exact", false, "link every item whose title, year and kind are equal to just one work's")
	return c
}

func (s *session) unlinked(c *cobra.Command, acceptExact bool) error {
	var got []app.Unlinked
	if err := s.ask(c.Context(), "link.list", struct{}{}, &got); err != nil {
		return err
	}
	var accounts []app.Account
	if err := s.ask(c.Context(), "accounts.list", struct{}{}, &accounts); err != nil {
		return err
	}
	if len(accounts) == 0 {
		return s.show(got, func() { s.say("nothing is set up; add an account") })
	}
	if !acceptExact {
		return s.show(got, func() { s.proposals(got) })
	}
	linked := []app.LinkArgs{}
	for _, u := range got {
		for _, p := range u.Proposals {
			if !p.Exact || !p.Bulk {
				continue
			}
			link := app.LinkArgs{Account: u.Account, Key: u.Key, Work: p.Work}
			if err := s.ask(c.Context(), "link", link, nil); err != nil {
				return err
			}
			linked = append(linked, link)
		}
	}
	return s.show(linked, func() { s.say("%d linked", len(linked)) })
}

func (s *session) proposals(list []app.Unlinked) {
	for _, u := range list {
		s.say("%s %s: %s (%s)", u.Account, u.Key, u.Title, u.Why)
		for _, p := range u.Proposals {
			mark := ""
			if p.Exact {
				mark = ", exact"
			}
			s.say("  may be %d: %s (%d of 100%s)", p.Work, p.Title, p.Score, mark)
		}
	}
	if len(list) == 0 {
		s.say("every item is linked")
	}
}

func unlinkCommand(s *session) *cobra.Command {
	return &cobra.Command{Use: "unlink ACCOUNT KEY", Short: "Say that an item is not what it was taken for, for ever", Args: between(2, 2, "an account and a key"),
		RunE: func(c *cobra.Command, args []string) error {
			return s.done(c.Context(), "unlink", app.LinkArgs{Account: args[0], Key: args[1]}, "unlinked")
		}}
}

func pinCommand(s *session) *cobra.Command {
	pins := func(c *cobra.Command, do string, args any) error {
		var got []app.Pin
		if err := s.ask(c.Context(), do, args, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			for _, p := range got {
				s.say("%4d  %-11s %s%s%s", p.ID, p.Kind, p.Title, prefixed(" at ", p.Account), prefixed(", ", p.Feature))
			}
			if len(got) == 0 {
				s.say("nothing is pinned")
			}
		})
	}
	list := func(c *cobra.Command, _ []string) error { return pins(c, "pins.list", struct{}{}) }
	c := &cobra.Command{Use: "pin", Short: "Standing decisions about single titles", Args: none, RunE: list}
	c.AddCommand(&cobra.Command{Use: "list", Short: "List pins", Args: none, RunE: list},
		&cobra.Command{Use: "remove PIN", Short: "End a standing decision", Args: between(1, 1, "a pin's number"), RunE: func(c *cobra.Command, args []string) error {
			id, err := number(args[0])
			if err != nil {
				return err
			}
			return pins(c, "pins.remove", app.UnpinArgs{ID: id})
		}})
	for kind, short := range map[string]string{"never-touch": "Leave a title alone", "always-keep": "Never remove a title"} {
		a := app.PinArgs{Kind: kind}
		put := &cobra.Command{Use: kind + " WORK", Short: short, Args: between(1, 1, "a work's number (see library)"), RunE: func(c *cobra.Command, args []string) (err error) {
			if a.Work, err = number(args[0]); err != nil {
				return err
			}
			return pins(c, "pins.put", a)
		}}
		put.Flags().StringVar(&a.Account, "account", "", "only at this account")
		put.Flags().StringVar(&a.Feature, "feature", "", "only for this feature")
		put.Flags().StringVar(&a.Person, "profile", "", "whose")
		c.AddCommand(put)
	}
	return c
}
