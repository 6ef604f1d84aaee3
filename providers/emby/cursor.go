package emby

import (
	"context"
	"encoding/json"
	"slices"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// cursor is how far the last trusted read came: the pulse as it was then, and
// what bounded the read.
type cursor struct {
	Newest    int64    `json:"n"` // last start that was seen, ms
	Recent    string   `json:"r"` // digest of the recent items
	Hearts    []string `json:"h,omitempty"`
	Played    int      `json:"p"`
	LeftOut   string   `json:"o"`
	Scope     string   `json:"s"`
	Libraries []string `json:"l,omitempty"` // asked one by one when some are left out
}

// String writes the form that is stored.
func (c cursor) String() string {
	data, _ := json.Marshal(c) // strings and numbers cannot fail
	return string(data)
}

// after moves a cursor on to a pulse.
func (c cursor) after(p pulse) cursor {
	c.Newest, c.Recent, c.Hearts, c.Played = p.newest(c.Newest), p.digest(), p.hearts, p.played
	return c
}

// sharedCursor returns the oldest of the wanted features' cursors: one list
// serves them all.
func sharedCursor(wants []provider.FeatureRequest) (oldest cursor, ok bool) {
	for i, w := range wants {
		var c cursor
		if json.Unmarshal([]byte(w.Cursor), &c) != nil || c.Recent == "" {
			return cursor{}, false
		}
		otherBounds := c.LeftOut != oldest.LeftOut || c.Scope != oldest.Scope
		noOrder := c.Newest == oldest.Newest && c.String() != oldest.String()
		if i > 0 && (otherBounds || noOrder) {
			return cursor{}, false
		}
		if i == 0 || c.Newest < oldest.Newest {
			oldest = c
		}
	}
	return oldest, len(wants) > 0
}

// changes fills the look with what may have changed since the cursor. It
// returns false when only a full scan can tell.
func (l *look) changes(ctx context.Context, before cursor, heard []string) (bool, error) {
	now, err := l.server.pulse(ctx, before.Libraries)
	if err != nil || !now.reaches(before.Newest) {
		return false, err
	}
	l.covers, l.cursor = provider.Changes, before.after(now)
	names := slices.Concat(heard, differing(before.Hearts, now.hearts))
	if l.cursor.String() == before.String() && len(names) == 0 {
		return true, nil
	}
	if len(heard) > 0 && len(before.Libraries) > 0 {
		return false, nil // a point read does not tell the library of what was heard of
	}
	slices.Sort(names)
	named, err := l.server.byID(ctx, slices.Compact(names))
	if err != nil {
		return false, err
	}
	if !explained(before, l.cursor, now.recent, named) {
		return false, nil
	}
	l.items = once(slices.Concat(now.recent, named))
	return true, l.complete(ctx)
}

// differing are the ids that only one of two lists has.
func differing(a, b []string) (out []string) {
	for _, id := range slices.Concat(a, b) {
		if slices.Contains(a, id) != slices.Contains(b, id) {
			out = append(out, id)
		}
	}
	return out
}

// explained tells whether the number of watched items moved by what is listed:
// fewer by items that were named, more by named ones or, where they changed,
// recent ones.
func explained(before, now cursor, recent, named []mediabrowser.Item) bool {
	more := now.Played - before.Played
	if more < 0 {
		_, unwatched := watchedLeaves(named)
		return -more <= unwatched
	}
	watched, _ := watchedLeaves(named)
	if now.Recent != before.Recent {
		of, _ := watchedLeaves(recent)
		watched += of
	}
	return more <= watched
}

// watchedLeaves counts films and episodes by their flag.
func watchedLeaves(items []mediabrowser.Item) (watched, unwatched int) {
	for _, it := range items {
		switch {
		case !mediabrowser.Kind(it).Leaf():
		case it.UserData.Played:
			watched++
		default:
			unwatched++
		}
	}
	return watched, unwatched
}
