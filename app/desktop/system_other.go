//go:build !linux

package desktop

import "context"

// Watch says nothing here: the schedule notices a sleep by its clocks, and
// every service that does not answer by itself.
func Watch(context.Context, func(System), func()) {}
