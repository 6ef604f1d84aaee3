package jellyfin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// cursor is how far the last trusted read came.
type cursor struct {
	Newest    int64    `json:"n"` // last start that was seen, ms
	Recent    string   `json:"r"` // digest of the short lists
	LeftOut   string   `json:"o"`
	Scope     string   `json:"s"`
	Libraries []string `json:"l,omitempty"` // asked one by one when some are left out
}

func (c cursor) String() string {
	data, _ := json.Marshal(c) // strings and numbers cannot fail
	return string(data)
}

// sharedCursor returns the oldest of the wanted features' cursors: one list
// serves them all.
func sharedCursor(wants []provider.FeatureRequest) (oldest cursor, ok bool) {
	for i, w := range wants {
		var c cursor
		if json.Unmarshal([]byte(w.Cursor), &c) != nil || c.Recent == "" {
			return cursor{}, false
		}
		if i > 0 && (c.LeftOut != oldest.LeftOut || c.Scope != oldest.Scope) {
			return cursor{}, false
		}
		if i == 0 || c.Newest < oldest.Newest {
			oldest = c
		}
	}
	return oldest, len(wants) > 0
}

// shortList is what is half watched and what was started last.
type shortList []mediabrowser.Item

// recentLimit is how many of the last started items one look sees: enough for
// a household between two looks, and for plays that began before the last one.
const recentLimit = 100

// recent reads both short lists, for the whole server or library by library.
func (l *look) recent(ctx context.Context, libraries []string) (shortList, error) {
	if libraries == nil {
		libraries = []string{""}
	}
	var out shortList
	for _, lib := range libraries {
		half, err := l.short(ctx, halfWatchedQuery(l.kept.UserID, lib))
		if err != nil {
			return nil, err
		}
		newest, err := l.short(ctx, newestQuery(l.kept.UserID, lib))
		if err != nil {
			return nil, err
		}
		out = append(append(out, half...), newest...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(it mediabrowser.Item) bool {
		before := seen[it.ID]
		seen[it.ID] = true
		return before
	}), nil
}

func (l *look) short(ctx context.Context, q url.Values) ([]mediabrowser.Item, error) {
	p, err := l.page(ctx, q)
	if err != nil {
		return nil, err
	}
	return p.Items, mediabrowser.Check(p.Items)
}

// halfWatchedQuery asks for all positions. The server's list of what to go on
// with (/UserItems/Resume) would leave out what is kept from the home page.
func halfWatchedQuery(user, library string) url.Values {
	q := shortQuery(user, library, "Movie,Episode", mediabrowser.PageSize)
	q.Set("filters", "IsResumable")
	return q
}

func newestQuery(user, library string) url.Values {
	return shortQuery(user, library, "Movie,Series,Episode", recentLimit)
}

func shortQuery(user, library, types string, limit int) url.Values {
	q := itemsQuery(user)
	q.Set("includeItemTypes", types)
	q.Set("sortBy", "DatePlayed")
	q.Set("sortOrder", "Descending")
	q.Set("limit", strconv.Itoa(limit))
	q.Set("enableTotalRecordCount", "false")
	if library != "" {
		q.Set("parentId", library)
	}
	return q
}

// digest stands for everything that the short lists show.
func (s shortList) digest() string {
	lines := make([]string, 0, len(s))
	for _, it := range s {
		d := it.UserData
		rating := -1.0
		if d.Rating != nil {
			rating = *d.Rating
		}
		lines = append(lines, fmt.Sprintln(it.ID, d.Played, d.PlayCount, d.IsFavorite, d.PlaybackPositionTicks, rating, started(it)))
	}
	slices.Sort(lines)
	sum := sha256.Sum256(fmt.Append(nil, lines))
	return hex.EncodeToString(sum[:8])
}

// newest is the latest start in the list, at least as late as before.
func (s shortList) newest(before int64) int64 {
	for _, it := range s {
		before = max(before, started(it))
	}
	return before
}

// reaches tells whether the list goes back to before: a full page of later
// starts may hide others.
func (s shortList) reaches(before int64) bool {
	later := 0
	for _, it := range s {
		if started(it) > before {
			later++
		}
	}
	return later < recentLimit
}

func started(it mediabrowser.Item) int64 {
	if it.UserData.LastPlayedDate == nil {
		return 0
	}
	return int64(media.At(it.UserData.LastPlayedDate.Time))
}

// changes fills the look with what may have changed since the cursor. It
// returns false when only a full scan can tell.
func (l *look) changes(ctx context.Context, before cursor, heard []string) (bool, error) {
	recent, err := l.recent(ctx, before.Libraries)
	if err != nil || !recent.reaches(before.Newest) {
		return false, err
	}
	l.covers, l.cursor = provider.Changes, before
	now := recent.digest()
	if now == before.Recent && len(heard) == 0 {
		return true, nil
	}
	l.items = recent
	if len(heard) > 0 && len(before.Libraries) > 0 {
		return false, nil // a point read does not tell the library of what was heard of
	}
	named, err := l.byID(ctx, l.kept.UserID, heard)
	if err != nil {
		return false, err
	}
	for _, it := range named {
		if !slices.ContainsFunc(l.items, func(o mediabrowser.Item) bool { return o.ID == it.ID }) {
			l.items = append(l.items, it)
		}
	}
	l.total = len(l.items)
	l.cursor.Newest, l.cursor.Recent = recent.newest(before.Newest), now
	if err := l.describeShows(ctx); err != nil {
		return false, err
	}
	return true, l.readPlaying(ctx)
}
