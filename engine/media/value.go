package media

import (
	"fmt"
	"time"
)

// Value is what an account shows for one work (or one play of it) in one
// feature. The zero Value is "absent": not listed, not rated, not started,
// not watched. Values are comparable.
//
//	Watchlist  Set
//	Ratings    Set, N = rating in 0..100 (a service's own steps stay outside)
//	Progress   Set, N = position in ms, Of = length in ms of the file or work
//	           it was measured in; Of == 0: the length is unknown and N is a
//	           fraction in parts of FractionWhole
//	History    Set, N = the play's Moment (0: date unknown)
type Value struct {
	Set bool  `json:",omitzero"`
	N   int64 `json:",omitzero"`
	Of  int64 `json:",omitzero"`
}

// FractionWhole is the whole of a progress fraction whose length is unknown.
const FractionWhole = 100_000

// Listed is the value of a watchlist entry.
func Listed() Value { return Value{Set: true} }

// Rated is the value of a rating on the inner scale of 0 to 100.
func Rated(n int) Value { return Value{Set: true, N: int64(n)} }

// Watched is the value of a play that ended at the given moment, or at an
// unknown one.
func Watched(at Moment) Value { return Value{Set: true, N: int64(at)} }

// Position is the value of a resume point; length 0 means that pos is a
// fraction in parts of FractionWhole.
func Position(posMS, lengthMS int64) Value { return Value{Set: true, N: posMS, Of: lengthMS} }

// PlayedAt returns the moment of a History value.
func (v Value) PlayedAt() Moment { return Moment(v.N) }

// Text describes the value for logs and scenario files; the window has its
// own words.
func (v Value) Text(f Feature) string {
	if !v.Set {
		return "absent"
	}
	switch f {
	case Ratings:
		return fmt.Sprintf("%d/100", v.N)
	case Progress:
		if v.Of == 0 {
			return fmt.Sprintf("%.1f%%", float64(v.N)*100/FractionWhole)
		}
		return (time.Duration(v.N) * time.Millisecond).Truncate(time.Second).String()
	case History:
		return "watched " + v.PlayedAt().String()
	}
	return "listed"
}
