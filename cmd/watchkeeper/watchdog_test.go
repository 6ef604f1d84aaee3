package main

import (
	"reflect"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"watchkeeper/app"
	"watchkeeper/app/instance"
	"watchkeeper/app/view"
	"watchkeeper/app/wire"
)

// frame is the longest that anything on the screen may wait for the engine.
const frame = 100 * time.Millisecond

// TestNoFrameWaitsForTheEngine calls every action of the window while nobody
// takes what comes back: each returns at once, because it only starts work on
// another goroutine.
func TestNoFrameWaitsForTheEngine(t *testing.T) {
	keyring.MockInit()
	lock, err := instance.Acquire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	house, err := app.Open(t.Context(), lock, wire.Options{Services: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	stuck := make(chan struct{})
	p := &program{house: house, words: view.Speak("en", time.UTC), ctx: t.Context(), post: func(func()) { <-stuck }}
	t.Cleanup(func() {
		close(stuck)
		if err := house.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	actions := reflect.ValueOf(p.actions())
	for i := range actions.NumField() {
		name, do := actions.Type().Field(i).Name, actions.Field(i)
		if name == "Post" || name == "OpenURL" { // the way back itself; refuses what is no address
			continue
		}
		if do.IsNil() {
			t.Errorf("%s does nothing", name)
			continue
		}
		args := make([]reflect.Value, do.Type().NumIn())
		for j := range args {
			args[j] = reflect.Zero(do.Type().In(j))
		}
		if name == "Do" {
			args[0] = reflect.ValueOf(view.Command{Verb: view.BackUp})
		}
		began := time.Now()
		do.Call(args)
		if took := time.Since(began); took > frame {
			t.Errorf("%s kept the screen for %s", name, took)
		}
	}
}
