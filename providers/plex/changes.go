package plex

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// cursor is how far the last trusted read came, in seconds of the server's
// clock.
type cursor struct {
	Seen  int64  `json:"n"` // last date of a view or rating
	Play  int64  `json:"h"` // last play
	Scope string `json:"s"`
}

func (c cursor) String() string {
	data, _ := json.Marshal(c) // numbers and a string cannot fail
	return string(data)
}

// after moves the cursor past everything in the lists.
func (c cursor) after(library, history list) cursor {
	for _, it := range library.items {
		c.Seen = max(c.Seen, it.changed())
	}
	for _, p := range history.items {
		c.Play = max(c.Play, int64(p.ViewedAt.moment())/1000)
	}
	return c
}

// changed is the last date on an item, in seconds.
func (it item) changed() int64 {
	return int64(max(it.LastViewedAt.moment(), it.LastRatedAt.moment())) / 1000
}

// sharedCursor returns the oldest of the wanted features' cursors: one look
// serves them all.
func sharedCursor(wants []provider.FeatureRequest) (oldest cursor, ok bool) {
	for _, w := range wants {
		var c cursor
		switch {
		case !ofServer(w):
			continue
		case json.Unmarshal([]byte(w.Cursor), &c) != nil || c.Scope == "" || ok && c.Scope != oldest.Scope:
			return cursor{}, false
		case !ok:
			oldest, ok = c, true
		}
		oldest.Seen, oldest.Play = min(oldest.Seen, c.Seen), min(oldest.Play, c.Play)
	}
	return oldest, ok
}

const (
	// newestRows is how many of the last viewed and last rated items of each
	// kind a short look sees.
	newestRows = 50
	// overlap is how far back plays are listed again: a player that was away
	// from the network tells of them late.
	overlap = 3600
)

// changes fills the look with what may have changed since the cursor: the last
// viewed and the last rated items, and the plays since. Nothing dates a mark
// that was taken away; full looks find those. It returns false when only a
// full look can tell.
func (l *look) changes(ctx context.Context, before cursor) (enough bool, err error) {
	l.covers = provider.Changes
	for _, s := range l.sections {
		for _, order := range shortLists(s) {
			part, err := l.newest(ctx, s, order)
			if err != nil {
				return false, err
			}
			if len(part.items) >= newestRows && part.items[len(part.items)-1].changed() > before.Seen {
				return false, nil // more than one page of news
			}
			l.library.add(part)
		}
	}
	since := strconv.FormatInt(max(before.Play-overlap, 0), 10)
	l.readPlays(ctx, url.Values{"viewedAt>": {since}})
	if err := l.complete(ctx); err != nil {
		return false, err
	}
	l.cursor = before.after(l.library, l.history)
	if !slices.ContainsFunc(l.library.items, func(it item) bool { return it.ViewOffset.or(0) > 0 }) {
		return true, nil // who plays something matters for positions only
	}
	return true, l.readPlaying(ctx)
}

// shortLists are type and order of the lists that show what is new.
func shortLists(s section) [][2]string {
	const viewed, rated = "lastViewedAt:desc", "lastRatedAt:desc"
	if s.Type == "movie" {
		return [][2]string{{"1", viewed}, {"1", rated}}
	}
	return [][2]string{{"4", viewed}, {"4", rated}, {"2", rated}, {"3", rated}}
}

// newest is one page of a library in the order of a date.
func (l *look) newest(ctx context.Context, s section, order [2]string) (list, error) {
	c, err := l.server.get(ctx, "/library/sections/"+url.PathEscape(string(s.Key))+"/all",
		url.Values{"type": {order[0]}, "sort": {order[1]}, "includeGuids": {"1"}}, 0, newestRows)
	if err != nil {
		return list{}, err
	}
	return sift(c.Metadata.items()), nil
}

// complete makes the short lists fit together: each item once, with those that
// only the plays name, and the shows of all episodes.
func (l *look) complete(ctx context.Context) error {
	seen := map[string]bool{}
	l.library.items = slices.DeleteFunc(l.library.items, func(it item) bool {
		before := seen[string(it.RatingKey)]
		seen[string(it.RatingKey)] = true
		return before
	})
	var missing []string
	for _, p := range l.history.items {
		if key := string(p.RatingKey); p.kind().Leaf() && key != "" && !seen[key] && !l.ofLeftOut(p) {
			seen[key] = true
			missing = append(missing, key)
		}
	}
	more, err := l.byKey(ctx, missing)
	if err != nil {
		return err
	}
	for _, key := range missing {
		if it, held := more[key]; held {
			l.library.items = append(l.library.items, it)
			l.library.total++
			l.library.received++
		}
	}
	l.shows, err = l.showsOf(ctx, l.library.items)
	return err
}

// showsOf are the shows of the given items; those that are not known yet are
// asked for.
func (a *account) showsOf(ctx context.Context, items []item) (shows, error) {
	a.mu.Lock()
	known := shows{}
	for key, tokens := range a.shows {
		known[key] = tokens
	}
	a.mu.Unlock()
	known.learn(items)
	var missing []string
	for _, it := range items {
		key := it.showKey()
		if _, ok := known[key]; !ok && key != "" && (it.kind() == media.Episode || it.kind() == media.Season) {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	found, err := a.byKey(ctx, slices.Compact(missing))
	for _, it := range found {
		known.learn([]item{it})
	}
	a.mu.Lock()
	for key, tokens := range known {
		a.shows[key] = tokens
	}
	a.mu.Unlock()
	return known, err
}

// mostKeys is how many items one request may name.
const mostKeys = 100

// byKey reads items by their keys, in any number. Those that the user cannot
// see are missing, and those in libraries that were left out.
func (a *account) byKey(ctx context.Context, keys []string) (map[string]item, error) {
	out := map[string]item{}
	for chunk := range slices.Chunk(keys, mostKeys) {
		if err := a.someByKey(ctx, chunk, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// someByKey reads one chunk. A server that says 404 when some are missing is
// asked for each by itself.
func (a *account) someByKey(ctx context.Context, keys []string, out map[string]item) error {
	c, err := a.server.get(ctx, "/library/metadata/"+strings.Join(keys, ","), url.Values{"includeGuids": {"1"}}, 0, 0)
	if e := provider.AsError(err); e != nil && e.Status == http.StatusNotFound {
		if len(keys) == 1 {
			return nil
		}
		for _, key := range keys {
			if err := a.someByKey(ctx, []string{key}, out); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, it := range decoded[item](c.Metadata) {
		if slices.Contains(keys, string(it.RatingKey)) && !slices.Contains(a.env.LeftOut, string(it.LibrarySectionID)) {
			out[string(it.RatingKey)] = it
		}
	}
	return nil
}
