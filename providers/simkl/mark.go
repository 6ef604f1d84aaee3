package simkl

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// mark is the version of one feature of the library: the activities when it
// last changed. The service has one set of activities for all features, so
// they move for a feature of which nothing did.
type mark struct {
	Digest string       `json:"digest"`
	Stamp  string       `json:"stamp"`
	At     media.Moment `json:"at,omitzero"`
}

// kept are the features that the library holds.
var kept = [...]media.Feature{media.History, media.Ratings, media.Watchlist}

// mark notes the versions of all features after the library was brought up to
// the activities. Where no record changed although activities moved, the move
// is not explained and every feature that they are about has a new version:
// then the list lags behind.
func (s *shelf) mark(before, act activities) {
	explained := s.changed || before.state(everything) == act.state(everything)
	if s.changed {
		s.Seq++
	}
	s.changed = false
	for _, f := range kept {
		now := mark{Digest: s.digest(f), Stamp: act.state(moves[f]), At: act.latest(moves[f])}
		if old, ok := s.Marks[f.String()]; !ok || old.Digest != now.Digest || !explained {
			s.Marks[f.String()] = now
		}
	}
}

// digest of what a feature shows.
func (s *shelf) digest(f media.Feature) string {
	v := provider.View{Feature: f}
	s.show(&v, everythingSince, &collector{seen: map[string]bool{}})
	h := fnv.New64a()
	for _, r := range v.Rows {
		fmt.Fprintln(h, r.Key, r.Value.N, r.At)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}
