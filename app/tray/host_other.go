//go:build !linux && !ci

package tray

import "context"

// watchHost: these desktops always have a place for the icon.
func watchHost(_ context.Context, tell func(bool)) { tell(true) }
