package emby

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// pulse is what four short requests tell of a whole account. Un-watching and
// the heart move no date, and the socket is known to forget both: so the
// number of watched items and the list of hearts are looked at too.
type pulse struct {
	recent []mediabrowser.Item // half watched, and started last
	hearts []string            // ids of favourites, in order; of very many those started last
	played int                 // how many items are watched
}

// recentLimit is how many of the last started items one look sees: enough for
// a household between two looks, and for plays that began before the last one.
const recentLimit = 100

// pulse takes it for the whole server, or library by library.
func (s *server) pulse(ctx context.Context, libraries []string) (pulse, error) {
	if libraries == nil {
		libraries = []string{""}
	}
	var out pulse
	for _, lib := range libraries {
		half, _, err := s.short(ctx, filtered(listQuery(leaves, lib), "IsResumable"), mediabrowser.PageSize)
		if err != nil {
			return pulse{}, err
		}
		started, _, err := s.short(ctx, listQuery(allKept, lib), recentLimit)
		if err != nil {
			return pulse{}, err
		}
		hearts, _, err := s.short(ctx, filtered(listQuery(tops, lib), "IsFavorite"), mediabrowser.PageSize)
		if err != nil {
			return pulse{}, err
		}
		_, played, err := s.short(ctx, filtered(listQuery(leaves, lib), "IsPlayed"), 1)
		if err != nil {
			return pulse{}, err
		}
		out.recent = slices.Concat(out.recent, half, started)
		out.played += played
		for _, it := range hearts {
			out.hearts = append(out.hearts, it.ID)
		}
	}
	slices.Sort(out.hearts)
	out.hearts = slices.Compact(out.hearts)
	out.recent = once(out.recent)
	return out, nil
}

var errNoTotal = errors.New("the server does not say how long the list is")

// short reads the first rows of a list, last started first, and how long it is.
func (s *server) short(ctx context.Context, q map[string][]string, limit int) (rows []mediabrowser.Item, total int, err error) {
	p, err := s.items(ctx, ordered(q, "DatePlayed", "Descending", limit))
	switch {
	case err != nil:
		return nil, 0, err
	case p.TotalRecordCount == nil:
		return nil, 0, provider.Failed(provider.Contract, "get items", errNoTotal)
	}
	if err := mediabrowser.Check(p.Items); err != nil {
		return nil, 0, err
	}
	return slices.DeleteFunc(p.Items, notThere), *p.TotalRecordCount, nil
}

// once drops doubles and keeps the order.
func once(items []mediabrowser.Item) []mediabrowser.Item {
	seen := map[string]bool{}
	return slices.DeleteFunc(items, func(it mediabrowser.Item) bool {
		before := seen[it.ID]
		seen[it.ID] = true
		return before
	})
}

// digest stands for everything that the recent items show.
func (p pulse) digest() string {
	lines := make([]string, 0, len(p.recent))
	for _, it := range p.recent {
		d := it.UserData
		rating := -1.0
		if d.Rating != nil {
			rating = *d.Rating
		}
		lines = append(lines, fmt.Sprintln(it.ID, d.Played, d.PlayCount, d.IsFavorite, d.PlaybackPositionTicks, rating, started(it), it.Understood()))
	}
	slices.Sort(lines)
	sum := sha256.Sum256(fmt.Append(nil, lines))
	return hex.EncodeToString(sum[:8])
}

// newest is the latest start among the recent items, at least as late as before.
func (p pulse) newest(before int64) int64 {
	for _, it := range p.recent {
		before = max(before, started(it))
	}
	return before
}

// reaches tells whether the recent items go back to before: a full list of
// later starts may hide others.
func (p pulse) reaches(before int64) bool {
	later := 0
	for _, it := range p.recent {
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
