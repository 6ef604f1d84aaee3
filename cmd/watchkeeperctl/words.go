package main

import (
	"time"

	"watchkeeper/app/view"
)

// The command line speaks English only, from the window's catalogue.
var words = view.Speak(view.Fallback, time.Local)

// reason is the sentence of a reason's code.
func reason(code string) string { return words.Say("reason." + code) }

// notice is something to read before a sign-in goes on.
func notice(key string) string { return words.Say("notice_first." + key) }
