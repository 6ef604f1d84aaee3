package anilist

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/provider"
)

// A cursor names the rows that were not understood at the last trusted view,
// as digests: a row that is newly odd may be a work that was shown before.
const cursorMark = "odd:"

// oddKept is how many odd rows a cursor remembers.
const oddKept = 100

func cursor(skipped []provider.Skipped) string {
	var out []string
	for i, s := range skipped {
		h := fnv.New32a()
		if s.Key == "" {
			fmt.Fprint(h, i) // nameless rows are told apart by their number only
		}
		fmt.Fprint(h, s.Key, s.Reason)
		out = append(out, strconv.FormatUint(uint64(h.Sum32()), 36))
	}
	slices.Sort(out)
	return cursorMark + strings.Join(out[:min(len(out), oddKept)], ",")
}

func parseCursor(text string) (odd []string, ok bool) {
	rest, ok := strings.CutPrefix(text, cursorMark)
	if !ok || rest == "" {
		return nil, ok
	}
	return strings.Split(rest, ","), true
}

// newlyOdd tells whether a row is odd that was not so at the last trusted view.
func newlyOdd(before, now string) bool {
	old, known := parseCursor(before)
	odd, _ := parseCursor(now)
	return known && !containsAll(old, odd)
}

// kept is the cursor after a view that did not list everything: the old one
// stays, so that the next view is judged alike.
func kept(before, now string) string {
	if before == "" {
		return now
	}
	return before
}
