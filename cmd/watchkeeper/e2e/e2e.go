// Package e2e tries the real desktop program on a screen of its own: a virtual
// display, a session bus, a tray host and a notification service that record
// what they are told and press what a person would.
//
// TEST ONLY. The tests have the build tag e2e, because they need Xvfb,
// dbus-daemon, openbox, xdotool and the window's C headers: make e2e. What can
// be tried without a screen is tested beside app/view, app/ui and app/tray.
package e2e
