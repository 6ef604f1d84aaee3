package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// whose is the choice of a person.
type whose struct {
	object fyne.CanvasObject
	wish   func() (view.SignInWish, bool) // false where a name is missing
}

func (s *Screen) whose(page view.NewAccount, another bool) whose {
	if len(page.People) == 0 {
		return whose{wish: func() (view.SignInWish, bool) { return view.SignInWish{}, true }}
	}
	name := widget.NewEntry()
	name.SetPlaceHolder(page.Name)
	var labels []string
	for _, who := range page.People {
		labels = append(labels, who.Label)
	}
	last := len(labels) - 1
	list := widget.NewSelect(labels, nil)
	list.OnChanged = func(string) { show(name, list.SelectedIndex() == last) }
	list.SetSelectedIndex(0)
	if another {
		list.SetSelectedIndex(last)
	}
	return whose{stack(bold(page.Whose), list, name, widget.NewSeparator()), func() (view.SignInWish, bool) {
		i := list.SelectedIndex()
		if i < last {
			return view.SignInWish{Person: page.People[max(i, 0)].ID}, true
		}
		given := strings.TrimSpace(name.Text)
		if given == "" {
			s.win.Canvas().Focus(name)
		}
		return view.SignInWish{Person: given, Unknown: true}, given != ""
	}}
}

// rename asks for the name of a person.
func (s *Screen) rename(person string) {
	s.ask(s.words.Say("people.rename_title"), func(done func()) (fyne.CanvasObject, []fyne.CanvasObject) {
		name := widget.NewEntry()
		name.SetPlaceHolder(s.words.Say("people.name"))
		keep := func() {
			if given := strings.TrimSpace(name.Text); given != "" {
				done()
				s.Carry(view.Command{Verb: view.Rename, Person: person, Value: given})
			}
		}
		name.OnSubmitted = func(string) { keep() }
		return name, []fyne.CanvasObject{widget.NewButton(s.words.Say("login.cancel"), done), primary(s.words.Say("settings.keep"), keep)}
	})
}

// move asks whether an account is to be another person's; without a person
// also for the name of somebody who is not known yet.
func (s *Screen) move(account int64, person string) {
	w, service := s.words, ""
	for _, t := range s.model.Tiles {
		if t.ID == account {
			service = t.Name
		}
	}
	title := w.Say("people.move_whose", "account", service)
	for _, who := range s.model.New.People {
		if person != "" && who.ID == person {
			title = w.Say("people.move_title", "account", service, "person", who.Label)
		}
	}
	s.ask(title, func(done func()) (fyne.CanvasObject, []fyne.CanvasObject) {
		name := widget.NewEntry()
		name.SetPlaceHolder(w.Say("people.name"))
		show(name, person == "")
		leave := func() {
			done()
			s.again() // the choice goes back to what is true
		}
		return stack(name, wrapped(w.Say("people.move_text"))), []fyne.CanvasObject{primary(w.Say("message.no"), leave),
			plain(w.Say("people.move"), func() {
				c := view.Command{Verb: view.Move, Account: account, Person: person}
				if person == "" {
					c.Person, c.Name = strings.TrimSpace(name.Text), view.AnotherPerson
				}
				if c.Person == "" {
					s.win.Canvas().Focus(name)
					return
				}
				done()
				s.Carry(c)
			})}
	})
}
