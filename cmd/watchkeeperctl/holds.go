package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"watchkeeper/app"
)

// answers are a person's words for each answer to a hold.
var answers = []struct{ name, alias, short string }{
	{"keep", "", "Keep what would be removed or changed, as it is"},
	{"put-back", "", "Put what was removed back also where it went missing"},
	{"accept", "start", "Do it: delete, change, add, start, believe the list"},
	{"dont-add", "", "Do not add it"},
	{"leave", "", "Leave it as it is"},
	{"try-again", "", "Try again"},
	{"read-again", "", "Read the list again"},
	{"later", "", "Decide later"},
}

func holdsCommand(s *session) *cobra.Command {
	list := func(c *cobra.Command, _ []string) error {
		var got []app.Hold
		if err := s.ask(c.Context(), "holds.list", struct{}{}, &got); err != nil {
			return err
		}
		return s.show(got, func() {
			for _, h := range got {
				s.hold(h)
			}
			if len(got) == 0 {
				s.say("nothing is on hold")
			}
		})
	}
	c := &cobra.Command{Use: "holds", Short: "What waits for you", Args: none, RunE: list}
	c.AddCommand(&cobra.Command{Use: "list", Short: "List holds", Args: none, RunE: list},
		&cobra.Command{Use: "show HOLD", Short: "Show everything in a hold", Args: between(1, 1, "a hold's number"), RunE: s.showHold})
	for _, a := range answers {
		c.AddCommand(answerCommand(s, a.name, a.alias, a.short))
	}
	return c
}

func (s *session) showHold(c *cobra.Command, args []string) error {
	id, err := number(args[0])
	if err != nil {
		return err
	}
	var got app.Hold
	if err := s.ask(c.Context(), "holds.show", app.HoldArgs{ID: id}, &got); err != nil {
		return err
	}
	return s.show(got, func() {
		s.hold(got)
		for _, o := range got.Ops {
			s.op(o)
			s.say("          %s", o.ID)
		}
	})
}

func answerCommand(s *session, answer, alias, short string) *cobra.Command {
	var some []string
	c := &cobra.Command{Use: answer + " HOLD|all", Short: short, Args: between(1, 1, "a hold's number, or all"), RunE: func(c *cobra.Command, args []string) error {
		ids, err := s.chosen(c.Context(), args[0], answer)
		if err != nil {
			return err
		}
		var after app.Status
		for _, id := range ids {
			if err := s.ask(c.Context(), "holds.answer", app.AnswerArgs{ID: id, Answer: answer, Ops: some}, &after); err != nil {
				return err
			}
		}
		return s.show(after, func() {
			s.say("answered %d; the next run acts on it (watchkeeperctl sync)", len(ids))
		})
	}}
	c.Flags().StringSliceVar(&some, "op", nil, "only these of the held changes, by id (see holds show)")
	if alias != "" {
		c.Aliases = []string{alias}
	}
	return c
}

// chosen are the holds that a word names. "all" means every hold that takes
// the answer.
func (s *session) chosen(ctx context.Context, word, answer string) ([]int64, error) {
	if word != "all" {
		id, err := number(word)
		return []int64{id}, err
	}
	var open []app.Hold
	if err := s.ask(ctx, "holds.list", struct{}{}, &open); err != nil {
		return nil, err
	}
	var ids []int64
	for _, h := range open {
		if slices.Contains(h.Answers, answer) {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil, misuse("no hold takes the answer %s", answer)
	}
	return ids, nil
}

func undoCommand(s *session) *cobra.Command {
	var preview, yes bool
	c := &cobra.Command{Use: "undo RUN|OP|last", Short: "Take a run or one write back; it says first how exactly that works", Args: between(1, 1, "a run, an op or last"),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := s.undoable(c.Context(), args[0])
			if err != nil {
				return err
			}
			var got app.Undone
			if preview || !yes {
				look := a
				look.Preview = true
				if err := s.ask(c.Context(), "undo", look, &got); err != nil {
					return err
				}
				if err := s.show(got, func() { s.undone(got, "would be") }); err != nil || preview {
					return err
				}
				if err := s.confirm("Take them back?"); err != nil {
					return err
				}
			}
			if err := s.ask(c.Context(), "undo", a, &got); err != nil {
				return err
			}
			err = s.show(got, func() {
				s.undone(got, "are")
				s.run(got.Run, shownInPlan)
			})
			if got.Run.Failed+got.Run.Unproven > 0 {
				err = errors.Join(err, exit(app.ExitError))
			}
			return err
		}}
	c.Flags().BoolVar(&preview, "preview", false, "only say how exactly it works")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// undoable reads what to take back: a run's number, an op's id, or "last".
func (s *session) undoable(ctx context.Context, word string) (app.UndoArgs, error) {
	if word == "last" {
		return s.lastWriting(ctx)
	}
	if strings.Contains(word, "-") {
		return app.UndoArgs{Op: word}, nil
	}
	id, err := number(word)
	return app.UndoArgs{Run: id}, err
}

func (s *session) lastWriting(ctx context.Context) (app.UndoArgs, error) {
	var runs []app.Run
	if err := s.ask(ctx, "runs.list", app.RunsArgs{Limit: 50}, &runs); err != nil {
		return app.UndoArgs{}, err
	}
	for _, r := range runs {
		if r.Added+r.Updated+r.Removed+r.Unproven > 0 {
			return app.UndoArgs{Run: r.ID}, nil
		}
	}
	return app.UndoArgs{}, misuse("no run has written anything")
}

func (s *session) undone(u app.Undone, verb string) {
	for _, e := range u.Exactness {
		s.say("%s: %d exactly, %d without their dates, %d not at all", e.Account, e.Exact, e.ValueOnly, e.Not)
	}
	s.say("%d %s taken back", len(u.Ops), verb)
	for _, o := range u.Ops {
		s.op(o)
	}
	for _, o := range u.NonOps {
		s.nonOp(o)
	}
}

// confirm asks yes or no; without a terminal the answer is a flag's.
func (s *session) confirm(question string) error {
	answer, err := s.prompt(question+" [y/N]", false)
	if err != nil {
		return misuse("say --yes to do it, or --preview to look: %w", err)
	}
	if !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes") {
		return fmt.Errorf("nothing was done")
	}
	return nil
}
