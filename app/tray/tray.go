// Package tray shows view's tray model as an icon with a menu in the
// desktop's tray, and sends back the commands that its items carry.
//
// It decides nothing. It talks to fyne.io/systray directly, not through the
// toolkit, which would open a hidden window for it. On Linux it also watches
// for tray hosts: where there is none the window must stay reachable without
// one. Built with the tag ci it is a stub without a tray.
package tray

import "watchkeeper/app/view"

// Events are what the tray tells the program, on goroutines of its own.
type Events struct {
	// Command is what a menu item asks for.
	Command func(view.Command)
	// Host tells whether there is a place for the icon now.
	Host func(present bool)
}
