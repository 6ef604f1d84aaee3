package ui

import (
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"watchkeeper/app/view"
)

// chooseService asks whose a new account is, and of which service.
func (s *Screen) chooseService(another bool) {
	page := s.model.New
	s.ask(page.Title, func(done func()) (fyne.CanvasObject, []fyne.CanvasObject) {
		list, whose := stack(), s.whose(page, another)
		if len(page.People) > 0 {
			list.Add(whose.object)
		}
		for _, service := range s.model.Services {
			b := widget.NewButtonWithIcon(service.Title, theme.LoginIcon(), func() {
				if wish, ok := whose.wish(); ok {
					done()
					s.chooseMethod(service, wish)
				}
			})
			b.Alignment = widget.ButtonAlignLeading
			list.Add(b)
		}
		return list, []fyne.CanvasObject{widget.NewButton(s.words.Say("login.cancel"), done)}
	})
}

// signInAgain starts with the service of an account.
func (s *Screen) signInAgain(account int64) {
	for _, t := range s.model.Tiles {
		if t.ID != account {
			continue
		}
		for _, service := range s.model.Services {
			if service.Name == t.Service {
				s.chooseMethod(service, view.SignInWish{Account: account})
			}
		}
	}
}

// chooseMethod asks how to sign in, where there is a choice.
func (s *Screen) chooseMethod(service view.Service, wish view.SignInWish) {
	wish.Service = service.Name
	if len(service.Methods) == 1 {
		wish.Method = service.Methods[0]
		s.signIn(service, wish)
		return
	}
	var d *sheet
	list := stack(wrapped(s.words.Say("login.how")))
	for i, method := range service.Methods {
		b := widget.NewButton(s.words.Say("method."+method), func() {
			d.Hide()
			wish.Method = method
			s.signIn(service, wish)
		})
		b.Alignment = widget.ButtonAlignLeading
		if i == 0 {
			b.Importance = widget.HighImportance
		}
		list.Add(b)
	}
	d = s.sheet(s.words.Say("login.title", "service", service.Title), list,
		widget.NewButton(s.words.Say("login.cancel"), func() { d.Hide() }))
	d.Show()
}

// signInView is a sign-in under way; one dialog shows step after step.
type signInView struct {
	screen *Screen
	again  func()
	talk   view.SignInTalk
	body   *fyne.Container
	dialog *sheet
	over   bool
	opened string            // the page that was opened by itself
	given  map[string]string // answers so far that are no secrets
}

func (s *Screen) signIn(service view.Service, wish view.SignInWish) {
	v := &signInView{screen: s, body: stack(), given: map[string]string{}}
	v.again = func() {
		v.close()
		s.chooseMethod(service, wish)
	}
	v.dialog = s.sheet(s.words.Say("login.title", "service", service.Title), v.body)
	v.talk = s.actions.SignIn(wish, v.show)
	v.dialog.Resize(fyne.NewSize(sheetWidth*grown(), 300))
	v.dialog.Show()
}

func (v *signInView) close() {
	v.over = true
	v.dialog.Hide()
	v.talk.Cancel()
}

// show draws a step in place of the one before.
func (v *signInView) show(step view.SignInStep) {
	if v.over {
		return
	}
	s, w := v.screen, v.screen.words
	var parts []fyne.CanvasObject
	if step.Notice != "" {
		notice := wrapped(step.Notice)
		notice.Importance = widget.WarningImportance
		parts = append(parts, notice)
	}
	if step.Error != "" {
		problem := wrapped(step.Error)
		problem.Importance = widget.DangerImportance
		parts = append(parts, problem)
	}
	if step.Text != "" {
		parts = append(parts, v.text(step))
	}
	form := v.form(step.Fields)
	parts = append(parts, form.objects...)
	if step.Code != "" {
		parts = append(parts, code(step.Code))
	}
	if step.URL != "" {
		parts = append(parts, quiet(step.URL)) // for a browser elsewhere
	}
	if step.Wait != "" {
		busy := widget.NewActivity()
		busy.Start()
		parts = append(parts, container.NewBorder(nil, nil, busy, nil, quiet(step.Wait)))
	}
	if step.Open && v.opened != step.URL {
		v.opened = step.URL
		s.actions.OpenURL(step.URL)
	}
	v.body.Objects = parts
	v.body.Refresh()
	v.dialog.SetButtons(v.buttons(step, form))
	if form.first != nil {
		s.win.Canvas().Focus(form.first)
	}
	switch {
	case step.Done && step.Account != 0:
		v.dialog.SetButtons([]fyne.CanvasObject{widget.NewButton(w.Say("login.not_me"), func() {
			s.actions.Do(view.Command{Verb: view.SignOut, Account: step.Account}, s.Tell)
			v.again()
		}), primary(w.Say("login.me"), v.close)})
	case step.Done:
		v.dialog.SetButtons([]fyne.CanvasObject{primary(w.Say("login.finish"), v.close)})
	}
}

// text is what a step says; behind an error it is the small print.
func (v *signInView) text(step view.SignInStep) fyne.CanvasObject {
	if step.Error != "" {
		return quiet(step.Text)
	}
	l := wrapped(step.Text)
	l.Selectable = true // an address to be copied may be in it
	return l
}

func (v *signInView) buttons(step view.SignInStep, f form) []fyne.CanvasObject {
	s, w := v.screen, v.screen.words
	out := []fyne.CanvasObject{widget.NewButton(w.Say("login.cancel"), v.close)}
	if step.Error != "" {
		out = append(out, widget.NewButton(w.Say("login.back"), v.again))
	}
	if step.Code != "" {
		out = append(out, widget.NewButtonWithIcon(w.Say("login.copy"), theme.ContentCopyIcon(), func() {
			fyne.CurrentApp().Clipboard().SetContent(step.Code)
		}))
	}
	if page, err := url.Parse(step.URL); err == nil && step.URL != "" {
		out = append(out, primary(w.Say("login.open_page"), func() { s.actions.OpenURL(page.String()) }))
	}
	if len(step.Fields) > 0 {
		out = append(out, primary(w.Say("login.next"), f.send))
	}
	return out
}

func primary(label string, do func()) *widget.Button {
	b := widget.NewButton(label, do)
	b.Importance = widget.HighImportance
	return b
}

// form is fields to fill in.
type form struct {
	objects []fyne.CanvasObject
	first   fyne.Focusable
	send    func()
}

func (v *signInView) form(fields []view.SignInField) form {
	var f form
	answers := map[string]func() string{}
	f.send = func() {
		given := map[string]string{}
		for name, answer := range answers {
			given[name] = answer()
		}
		for _, field := range fields {
			if !field.Secret {
				v.given[field.Name] = given[field.Name]
			}
		}
		v.talk.Answer(given)
	}
	for i, field := range fields {
		next := f.send
		if i+1 < len(fields) {
			next = func() { v.screen.win.Canvas().FocusNext() }
		}
		input, answer := ask(field, next)
		if e, ok := input.(*widget.Entry); ok && !field.Secret {
			e.SetText(v.given[field.Name])
		}
		answers[field.Name] = answer
		if f.first == nil {
			f.first = input
		}
		f.objects = append(f.objects, bold(field.Label), input)
		f.objects = append(f.objects, found(field, input)...)
	}
	return f
}

// input is something to fill in.
type input interface {
	fyne.CanvasObject
	fyne.Focusable
}

// ask draws a field; answer is what is in it.
func ask(field view.SignInField, entered func()) (in input, answer func() string) {
	if len(field.Choices) > 0 {
		var names []string
		for _, c := range field.Choices {
			names = append(names, c.Name)
		}
		list := widget.NewSelect(names, nil)
		list.SetSelectedIndex(0)
		return list, func() string { return field.Choices[max(list.SelectedIndex(), 0)].ID }
	}
	e := widget.NewEntry()
	e.Password = field.Secret
	e.SetPlaceHolder(field.Hint)
	e.OnSubmitted = func(string) { entered() }
	return e, func() string { return e.Text }
}

// found are answers that need not be typed.
func found(field view.SignInField, into input) (out []fyne.CanvasObject) {
	entry, ok := into.(*widget.Entry)
	if !ok || len(field.Offers) == 0 {
		return nil
	}
	out = append(out, quiet(field.Found))
	for _, offer := range field.Offers {
		b := widget.NewButtonWithIcon(offer.Name, theme.ComputerIcon(), func() {
			entry.SetText(offer.ID)
			entry.OnSubmitted(offer.ID)
		})
		b.Alignment = widget.ButtonAlignLeading
		out = append(out, b)
	}
	return out
}

// code is a code to read and type elsewhere.
func code(text string) fyne.CanvasObject {
	l := widget.NewLabelWithStyle(text, fyne.TextAlignCenter, fyne.TextStyle{Bold: true, Monospace: true})
	l.SizeName = theme.SizeNameHeadingText
	l.Selectable = true
	return container.NewPadded(l)
}
