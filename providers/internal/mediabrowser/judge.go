package mediabrowser

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Judge compares what an item shows now with what the plan saw: Already, or
// NotApplied when somebody acted in between, else Accepted for "go on".
func Judge(c provider.Change, it Item, now media.Value) provider.Outcome {
	if c.Feature == media.History {
		return judgePlay(c, now)
	}
	switch {
	case same(c.Feature, now, Wanted(c, it)):
		return provider.Already
	case same(c.Feature, now, c.Old):
		return provider.Accepted
	}
	return provider.NotApplied
}

// judgePlay: a flag is watched or not, and its date only ever grows unless it
// is still exactly the one that the plan saw (undo).
func judgePlay(c provider.Change, now media.Value) provider.Outcome {
	switch {
	case c.Action == provider.Remove && !now.Set:
		return provider.Already
	case c.Action == provider.Remove && now.N > c.Old.N && c.Old.PlayedAt().Known():
		return provider.NotApplied
	case c.Action == provider.Remove, !now.Set:
		return provider.Accepted
	case now == c.New, now.N > c.New.N && now != c.Old:
		return provider.Already
	}
	return provider.Accepted
}

// Shows tells whether an item shows what the change wanted. The servers keep
// the date of a play; a wish without a date is fulfilled by any.
func Shows(c provider.Change, it Item, now media.Value) bool {
	switch {
	case c.Action == provider.Remove:
		return !now.Set
	case c.Feature == media.History:
		return now.Set && (!c.New.PlayedAt().Known() || now == c.New)
	}
	return same(c.Feature, now, Wanted(c, it))
}

// same compares values as the servers can tell them apart.
func same(f media.Feature, a, b media.Value) bool {
	if a.Set != b.Set || !a.Set {
		return a.Set == b.Set
	}
	return f == media.Watchlist || a.N == b.N
}

// Wanted is the new value in the item's own length: a share of an unknown
// length becomes a position in this file.
func Wanted(c provider.Change, it Item) media.Value {
	v, length := c.New, Millis(it.RunTimeTicks)
	if c.Action == provider.Remove {
		return media.Value{}
	}
	if c.Feature != media.Progress || !v.Set || v.Of != 0 {
		return v
	}
	return media.Position(v.N*length/media.FractionWhole, length)
}
