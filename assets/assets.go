// Package assets holds what is built into the programs: the catalogues of
// words and the icons.
//
// It decides nothing. app/view reads the catalogues, app/ui and app/tray draw
// the icons.
package assets

import "embed"

// Lang is the catalogues, "lang/<language>.json": key → text, or key → one and
// other for what is counted. English is complete and the fallback.
//
//go:embed lang/*.json
var Lang embed.FS

// Icons is the drawings, "icons/<name>.svg".
//
//go:embed icons/*.svg
var Icons embed.FS

// App is the program's icon as a PNG of 512 × 512 pixels.
//
//go:embed icons/app.png
var App []byte

// Icon returns a drawing by name; a name that is not built in is a mistake in
// the program and panics.
func Icon(name string) []byte {
	svg, err := Icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		panic(err)
	}
	return svg
}
