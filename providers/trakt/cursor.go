package trakt

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/provider"
)

// cursor is what the last trusted view of a feature rested on.
type cursor struct {
	state string // of the activities, before the list was read
	count int    // rows of the list; -1 unknown
	// odd are digests of the rows that were not understood and may be of a
	// film, show, season or episode.
	odd []string
}

// oddKept is how many odd rows a cursor remembers.
const oddKept = 100

func (c cursor) String() string {
	return c.state + "#" + strconv.Itoa(c.count) + "#" + strings.Join(c.odd[:min(len(c.odd), oddKept)], ",")
}

func parseCursor(text string) cursor {
	parts := strings.SplitN(text, "#", 3)
	c := cursor{state: parts[0], count: -1}
	if len(parts) < 3 {
		return c
	}
	if n, err := strconv.Atoi(parts[1]); err == nil {
		c.count = n
	}
	if parts[2] != "" {
		c.odd = strings.Split(parts[2], ",")
	}
	return c
}

// hides tells whether rows that were understood before may be among the odd
// ones: then an unlisted work is not known to be absent.
func (c cursor) hides(odd []string) bool {
	return slices.ContainsFunc(odd, func(d string) bool { return !slices.Contains(c.odd, d) })
}

func digest(s provider.Skipped) string {
	h := fnv.New32a()
	fmt.Fprint(h, s.Key, s.Title, s.Reason)
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}
