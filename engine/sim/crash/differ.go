//go:build linux && !race

package crash

import (
	"fmt"
	"slices"
	"strings"
)

// Differ says what a life left otherwise than the one without a death and has
// no right to; "" when nothing. A death moves writes in time, so a life may
// differ, and what is there twice is never explained:
//
//   - where a write waits for a person's yes, or is parked because nobody can
//     know whether it arrived (R23, R26), and in what a play that waits so would
//     have ended;
//   - where a person took something away that in one of the two lives was not
//     there: there the person said nothing (R5);
//   - where the run that a person took back wrote something in only one of the
//     two lives: the write belonged to another run there (R24);
//   - in list entries of works that were played there, at a service that drops
//     such by itself: which stands hangs on whether play or entry came first (R9).
//
// The date of a play is not compared where the service gives it (see lines).
func Differ(calm, other Life) string {
	explained := func(name string, p place) bool {
		return calm.Drops[name][p] && other.Drops[name][p] || other.Waits[p] != "" || calm.Vain[p] != other.Vain[p] || calm.Undone[p] != other.Undone[p]
	}
	var out []string
	for name, want := range calm.Shows {
		more := slices.Clone(other.Shows[name])
		for _, v := range want {
			if i := slices.Index(more, v); i >= 0 {
				more = slices.Delete(more, i, i+1)
			} else if !explained(name, v.place()) {
				out = append(out, fmt.Sprintf("%s lacks the %s", name, v))
			}
		}
		for _, v := range more {
			if !explained(name, v.place()) && !other.Unended[v.place()] || slices.Contains(want, v) {
				out = append(out, fmt.Sprintf("%s has also the %s", name, v))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}
