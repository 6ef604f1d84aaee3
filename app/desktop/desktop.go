// Package desktop is what the operating system does for the program outside
// the window: it shows view's notices and brings back what is clicked on them.
//
// It decides nothing: which notices, and when, is app/view's. There is one
// file per system: Linux speaks D-Bus over a connection of its own and has
// buttons, Windows shows toasts with buttons, macOS has plain banners.
package desktop

import "watchkeeper/app/view"

// Name is what the system calls the program.
const Name = "Watchkeeper"

// ID names the program to the desktop, as in its .desktop file.
const ID = "io.github.watchkeeper.Watchkeeper"

// Clicked is told, on another goroutine, what a click on a notice asks for.
type Clicked func(view.Command)
