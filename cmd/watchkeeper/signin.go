package main

import (
	"context"
	"fmt"

	"watchkeeper/app"
	"watchkeeper/app/view"
	"watchkeeper/engine/ledger"
)

// conversation is one sign-in: the service asks, the person answers.
type conversation struct {
	*program
	ctx     context.Context
	title   string // of the service
	show    func(view.SignInStep)
	answers chan map[string]string
}

// signIn begins a sign-in and shows its steps.
func (p *program) signIn(wish view.SignInWish, show func(view.SignInStep)) view.SignInTalk {
	ctx, cancel := context.WithCancel(p.ctx)
	c := &conversation{program: p, ctx: ctx, title: wish.Service, answers: make(chan map[string]string, 1)}
	for _, s := range p.services {
		if s.Name == wish.Service {
			c.title = s.Title
		}
	}
	c.show = func(step view.SignInStep) {
		p.post(func() {
			if ctx.Err() == nil {
				show(step)
			}
		})
	}
	args := app.SignInArgs{Service: wish.Service, Method: wish.Method, Person: wish.Person, NewPerson: wish.Unknown}
	if wish.Account != 0 {
		args.Account = fmt.Sprint(wish.Account)
	}
	go c.talk(args)
	return view.SignInTalk{Cancel: cancel, Answer: func(m map[string]string) {
		select {
		case c.answers <- m:
		default: // an answer is on its way already
		}
	}}
}

func (c *conversation) talk(args app.SignInArgs) {
	if c.house == nil {
		c.fail(errNoHouse, nil)
		return
	}
	if !c.ownClient(&args) {
		return
	}
	c.show(c.words.SignInWorking(c.title))
	step, err := c.house.StartSignIn(c.ctx, args)
	fields := step.Fields
	for c.ctx.Err() == nil {
		switch {
		case err != nil:
			c.fail(err, fields)
		case step.Account != nil:
			c.show(c.words.SignInDone(c.title, step.Account.User, step.Account.Server, fresh(args, step)))
			return
		case len(step.Fields) > 0:
			fields = step.Fields
			form := c.form(step.Notice, fields)
			form.URL = step.URL // the answer is on that page
			c.show(form)
		default:
			fields = nil
			c.show(c.words.SignInCode(c.title, step.Code, step.URL, step.Notice))
		}
		if err != nil && len(fields) == 0 {
			return
		}
		given, ok := c.given(fields)
		if !ok {
			break
		}
		session := step.Session
		next, failed := c.house.NextSignIn(c.ctx, app.NextArgs{Session: session, Answers: given})
		if err = failed; err == nil {
			step = next
		}
	}
	if step.Session != "" {
		_, _ = c.house.CancelSignIn(context.WithoutCancel(c.ctx), app.NextArgs{Session: step.Session}) // it expires by itself
	}
}

// ownClient asks for the person's own application where this build has none,
// and tells whether to go on.
func (c *conversation) ownClient(args *app.SignInArgs) bool {
	s, ok := c.house.Service(args.Service)
	if !ok || s.ClientHelp == "" || args.Account != "" {
		return true
	}
	env, err := c.house.Env(c.ctx, ledger.Account{Provider: args.Service})
	if err != nil || env.ClientID != "" {
		return true // StartSignIn tells what is wrong
	}
	c.show(c.words.SignInClient(c.title, s.ClientHelp, s.ClientPage))
	given, ok := c.given([]app.Field{{}})
	args.ClientID, args.ClientSecret = given["client_id"], given["client_secret"]
	return ok
}

// given waits for the answers to a form; a step without one has none.
func (c *conversation) given(fields []app.Field) (map[string]string, bool) {
	if len(fields) == 0 {
		return nil, true
	}
	select {
	case m := <-c.answers:
		c.show(c.words.SignInWorking(c.title))
		return m, true
	case <-c.ctx.Done():
		return nil, false
	}
}

func (c *conversation) form(notice string, fields []app.Field) view.SignInStep {
	var asked []view.SignInField
	for _, f := range fields {
		field := view.SignInField{Name: f.Name, Secret: f.Secret}
		for _, choice := range f.Choices {
			field.Choices = append(field.Choices, view.SignInChoice(choice))
		}
		for _, offer := range f.Offers {
			field.Offers = append(field.Offers, view.SignInChoice{ID: offer.ID, Name: offer.Name + " – " + offer.ID})
		}
		asked = append(asked, field)
	}
	return c.words.SignInForm(c.title, notice, asked)
}

// fail shows an error, over the form that it is about where there is one.
func (c *conversation) fail(err error, fields []app.Field) {
	step := c.words.SignInFailed(c.title, app.SignInKind(err), err.Error())
	step.Fields = c.form("", fields).Fields
	c.show(step)
}

// fresh is the number of an account that a sign-in made; 0 where it was there
// before.
func fresh(args app.SignInArgs, step app.SignInStep) int64 {
	if args.Account != "" {
		return 0
	}
	return step.Account.ID
}
