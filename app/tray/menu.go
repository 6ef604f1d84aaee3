package tray

import (
	"slices"

	"watchkeeper/app/view"
)

// sameShape tells whether two menus differ in nothing but labels, so that the
// one on the screen can be changed in place: a rebuilt menu closes under the
// person's hand.
func sameShape(a, b []view.MenuItem) bool {
	return slices.EqualFunc(a, b, func(x, y view.MenuItem) bool {
		return (x.Label == "") == (y.Label == "") && (x.Command.Verb == "") == (y.Command.Verb == "") && sameShape(x.Items, y.Items)
	})
}
