package ui

import (
	"fmt"

	"watchkeeper/app/view"
)

// Carry does what a button, a menu item or a notice asks for: what needs a
// dialog opens one, everything else goes to the program.
func (s *Screen) Carry(c view.Command) {
	switch c.Verb {
	case view.Open:
		s.Raise()
	case view.Review:
		s.Raise()
		s.actions.Review(c.Holds, s.showReview)
	case view.Why:
		s.Raise()
		s.actions.Why(s.showReview)
	case view.Undo:
		s.Raise()
		s.actions.Undo(c.Run, c.Op, s.showUndo)
	case view.Go:
		s.Raise()
		s.visit(c.Name)
	case view.ShowItem:
		s.Raise()
		s.showItem(c.Work)
	case view.Unlinked:
		s.actions.Unlinked(c.Work, "", s.showLinks)
	case view.Libraries:
		s.showLibraries(c.Account)
	case view.Contents:
		s.Tell(s.words.Say("settings.bundle_list"))
	case view.Add:
		s.Raise()
		s.chooseService(c.Name == view.AnotherPerson)
	case view.Rename:
		if c.Value == "" {
			s.rename(c.Person)
			return
		}
		s.do(c)
	case view.Move:
		if c.Person == "" {
			s.move(c.Account, c.Value)
			return
		}
		s.do(c)
	case view.SignIn:
		s.Raise()
		s.signInAgain(c.Account)
	case view.Later:
		s.Raise()
		s.fold(c.Holds)
	default:
		s.do(c)
	}
}

// do hands a command to the program, and shows what came of it.
func (s *Screen) do(c view.Command) {
	s.actions.Do(c, func(words string) {
		s.Tell(words)
		s.again()
	})
}

// fold shrinks the card of holds to one line.
func (s *Screen) fold(holds []int64) {
	for _, card := range s.model.Cards {
		for _, b := range card.Buttons {
			if card.Fold && fmt.Sprint(b.Command.Holds) == fmt.Sprint(holds) {
				s.folded[card.ID] = true
			}
		}
	}
	s.status.draw(s.model)
}
