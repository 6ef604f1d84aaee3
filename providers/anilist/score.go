package anilist

import (
	"errors"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var errRange = errors.New("scores go from 1 to 100")

// score sets or clears a score. A title without an entry gets one on the list
// CURRENT with nothing watched: any other list would say something that the
// person did not. Clearing keeps the entry.
func (t target) score(changes []change, results []provider.Result) (out []step) {
	for i, c := range changes {
		has, want := 0, int(c.New.N)
		if t.entry != nil {
			has = t.entry.score()
		}
		if c.Action == provider.Remove {
			want = 0
		}
		save := map[string]any{"mediaId": c.id, "scoreRaw": want}
		switch {
		case i > 0:
			results[c.index] = refused(errTwice)
			continue
		case c.Action != provider.Remove && (want < 1 || want > 100):
			results[c.index] = refused(errRange)
			continue
		case has == want:
			results[c.index] = t.already(c)
			continue
		case t.entry == nil:
			save["status"], save["progress"] = current, 0
		}
		out = append(out, step{save: save, does: []change{c}, shown: showsScore})
	}
	return out
}

// showsScore is the score in a reply; a cleared one is shown as an explicit no.
func showsScore(e entry, c change) (provider.Row, bool) {
	n := e.score()
	switch {
	case n < 0:
		return provider.Row{}, false
	case n == 0:
		return provider.Row{Key: c.key()}, c.Action == provider.Remove
	}
	return provider.Row{Key: c.key(), Value: media.Rated(n)}, c.Action != provider.Remove
}

// tolerance is how far a kept score may be from the one sent, as the person's
// own format rounds it.
func tolerance(format string) int64 {
	switch format {
	case "POINT_10":
		return 5
	case "POINT_5":
		return 10
	case "POINT_3":
		return 17
	}
	return 0
}
