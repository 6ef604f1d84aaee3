package engine

import (
	"cmp"
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Title names a work for a list: "Harbour Nine 1x03" for an episode, "Paper
// Lighthouse (2023)" for a film.
func Title(w, show ledger.Work) string {
	name := cmp.Or(show.Title, w.ShowTitle)
	switch {
	case w.Kind == media.Episode && name != "":
		return fmt.Sprintf("%s %dx%02d", name, w.Season, w.Number)
	case w.Kind == media.Season && name != "":
		return fmt.Sprintf("%s, season %d", name, w.Season)
	case w.Title == "":
		return fmt.Sprintf("%s no. %d", w.Kind, w.ID)
	case w.Year != 0:
		return fmt.Sprintf("%s (%d)", w.Title, w.Year)
	}
	return w.Title
}
