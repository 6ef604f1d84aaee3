//go:build ci

package tray

import "watchkeeper/app/view"

// Tray is none.
type Tray struct{}

// New makes a tray that shows nothing.
func New(Events) *Tray { return &Tray{} }

// Start does nothing.
func (*Tray) Start() {}

// Show does nothing.
func (*Tray) Show(view.Tray) {}

// End does nothing.
func (*Tray) End() {}
