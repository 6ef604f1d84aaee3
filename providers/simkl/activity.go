package simkl

import (
	"context"
	"errors"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
	"watchkeeper/providers/internal/transport"
)

// activities is /sync/activities: list → field → time. Times are null for what
// never happened.
type activities map[string]fields

// fields are the times of one list; "all" beside the lists is a bare time.
type fields map[string]text

// UnmarshalJSON takes anything that is not an object as no fields.
func (f *fields) UnmarshalJSON(b []byte) error {
	*f = nil
	return loose.Decode(b, '{', (*map[string]text)(f))
}

// domains are the buckets' names in activities.
var domains = map[bucket]string{movies: "movies", shows: "tv_shows", anime: "anime"}

// statuses are the five lists a title can be on, and their activities.
var statuses = [...]string{"plantowatch", "watching", "completed", "hold", "dropped"}

const (
	ratedAt  = "rated_at"
	removed  = "removed_from_list"
	playback = "playback"
)

// moves names the activities that move when a feature changes. The time "all"
// moves with everything else too and is none of them.
var moves = [len(media.Features)][]string{
	media.History:   listed,
	media.Watchlist: listed,
	media.Ratings:   {ratedAt, removed},
	media.Progress:  {playback},
}

// listed are the activities of the lists themselves, recorded those of what
// /sync/all-items tells of as changed, and everything those of both.
var (
	listed     = slices.Concat(statuses[:], []string{removed})
	recorded   = slices.Concat(statuses[:], []string{ratedAt})
	everything = slices.Concat(recorded, []string{removed})
)

// state joins the times of some fields of all lists: equal states mean that
// nothing changed.
func (a activities) state(names []string) string {
	var parts []string
	for _, b := range buckets {
		for _, name := range names {
			parts = append(parts, string(a[domains[b]][name]))
		}
	}
	return strings.Join(parts, "|")
}

// latest is the latest time of some fields of all lists; unknown without any.
func (a activities) latest(names []string) (at media.Moment) {
	for _, b := range buckets {
		for _, name := range names {
			at = max(at, a[domains[b]][name].moment())
		}
	}
	return at
}

var errNoActivity = errors.New("the answer names no activity")

// activity asks when what was last changed.
func (a *account) activity(ctx context.Context, fresh bool) (activities, *transport.Response, error) {
	var out activities
	resp, err := a.api.JSON(ctx, a.get("/sync/activities", nil, fresh), &out)
	if err != nil {
		return nil, resp, err
	}
	a.trustToken()
	for _, b := range buckets {
		if out[domains[b]] != nil {
			return out, resp, nil
		}
	}
	return nil, resp, provider.Failed(provider.Contract, "get /sync/activities", errNoActivity)
}
