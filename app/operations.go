package app

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
)

// none is what an operation takes or answers when there is nothing to say.
type none struct{}

// operation is one row of the table.
type operation struct {
	name string
	long bool // it tells how far the run under way is
	do   func(ctx context.Context, a *App, args json.RawMessage, say func(any)) (any, error)
}

// op makes a row of a method with arguments A and answer R.
func op[A, R any](name string, do func(*App, context.Context, A) (R, error)) operation {
	return operation{name: name, do: func(ctx context.Context, a *App, args json.RawMessage, _ func(any)) (any, error) {
		var in A
		if err := decode(args, &in); err != nil {
			return nil, usage("%s: %s", name, err)
		}
		return do(a, ctx, in)
	}}
}

func long(o operation) operation {
	o.long = true
	return o
}

func decode(args json.RawMessage, into any) error {
	if len(args) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(args))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

// operations is everything that can be asked, by subject.
var operations = []operation{
	op("status", (*App).TellStatus),
	{name: "watch", do: watch},
	op("show", (*App).ShowWindow),
	long(op("sync", (*App).Sync)),
	long(op("plan", (*App).Plan)),
	op("stop", (*App).Stop),
	op("pause", (*App).Pause),
	op("resume", (*App).Resume),
	op("runs.list", (*App).Runs),
	op("runs.show", (*App).RunItems),
	long(op("undo", (*App).Undo)),
	op("holds.list", (*App).Holds),
	op("holds.show", (*App).Hold),
	op("holds.answer", (*App).Answer),
	op("people.list", (*App).People),
	op("people.put", (*App).PutPerson),
	op("people.remove", (*App).RemovePerson),
	op("services.list", (*App).ListServices),
	op("accounts.list", (*App).Accounts),
	op("accounts.change", (*App).ChangeAccount),
	op("accounts.remove", (*App).RemoveAccount),
	op("accounts.move", (*App).MoveAccount),
	op("accounts.test", (*App).TestAccount),
	op("accounts.libraries", (*App).Libraries),
	op("servers.find", (*App).FindServers),
	op("signin.start", (*App).StartSignIn),
	op("signin.next", (*App).NextSignIn),
	op("signin.cancel", (*App).CancelSignIn),
	op("routes.list", (*App).Routes),
	op("routes.set", (*App).SetRoutes),
	op("routes.remove", (*App).RemoveRoutes),
	op("routes.whatif", (*App).WhatIf),
	op("routes.change", (*App).ChangeRoutes),
	op("library", (*App).Library),
	op("library.show", (*App).LibraryItem),
	op("link.list", (*App).Unlinked),
	op("link", (*App).Link),
	op("unlink", (*App).Unlink),
	op("pins.list", (*App).Pins),
	op("pins.put", (*App).PutPin),
	op("pins.remove", (*App).RemovePin),
	op("settings.list", (*App).Settings),
	op("settings.set", (*App).Set),
	op("backups.list", (*App).Backups),
	op("backups.make", (*App).MakeBackup),
	op("doctor", (*App).Doctor),
	op("bundle", (*App).Bundle),
}

// Do does one operation by name. Say, which may be nil, is told how far a long
// one is (a Progress), or each new Status of "watch".
func (a *App) Do(ctx context.Context, name string, args json.RawMessage, say func(any)) (any, error) {
	i := slices.IndexFunc(operations, func(o operation) bool { return o.name == name })
	if i < 0 {
		return nil, usage("there is no operation %q", name)
	}
	if say == nil {
		say = func(any) {}
	}
	o := operations[i]
	if !o.long {
		return o.do(ctx, a, args, say)
	}
	telling, stop := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		a.tell(telling, say)
	}()
	result, err := o.do(ctx, a, args, say)
	stop()
	<-told
	return result, err
}

// tell says how far the run under way is until ctx ends.
func (a *App) tell(ctx context.Context, say func(any)) {
	seen := a.Engine.Status().Version
	for {
		s, err := a.Engine.Await(ctx, seen)
		if err != nil {
			return
		}
		seen = s.Version
		if s.Running != nil {
			say(a.progress(s))
		}
	}
}
