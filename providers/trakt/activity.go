package trakt

import (
	"context"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
	"watchkeeper/providers/internal/transport"
)

// activities is /sync/last_activities: section → field → time.
type activities map[string]fields

// fields are the times of one section; "all" is a bare time and has none.
type fields map[string]text

// UnmarshalJSON takes anything that is not an object as no fields.
func (f *fields) UnmarshalJSON(b []byte) error {
	*f = nil
	return loose.Decode(b, '{', (*map[string]text)(f))
}

// moves names the activities that move when a person or a post changes what a
// feature lists, as "section.field".
var moves = [len(media.Features)][]string{
	media.History:   {"movies.watched_at", "episodes.watched_at"},
	media.Ratings:   {"movies.rated_at", "shows.rated_at", "seasons.rated_at", "episodes.rated_at"},
	media.Watchlist: {"watchlist.updated_at", "movies.watchlisted_at", "shows.watchlisted_at", "seasons.watchlisted_at", "episodes.watchlisted_at"},
	media.Progress:  {"movies.paused_at", "episodes.paused_at"},
}

// stamp joins the times that move a feature, and returns the latest of them.
// It is "" when the service names none of them.
func (a activities) stamp(f media.Feature) (stamp string, latest media.Moment) {
	var parts []string
	for _, name := range moves[f] {
		section, field, _ := strings.Cut(name, ".")
		at := a[section][field]
		parts = append(parts, string(at))
		latest = max(latest, at.moment())
	}
	if !latest.Known() {
		return "", 0
	}
	return strings.Join(parts, "|"), latest
}

// state is what must be unchanged for a feature to need no listing: its stamp,
// and for resume points also that of the history, as a play ends them without
// paused_at being promised to move. "" when the service does not tell.
func (a activities) state(f media.Feature) string {
	stamp, _ := a.stamp(f)
	if f != media.Progress || stamp == "" {
		return stamp
	}
	played, _ := a.stamp(media.History)
	return stamp + "|" + played
}

// settingsAt is when the account's settings were last changed.
func (a activities) settingsAt() string { return string(a["account"]["settings_at"]) }

// activity asks when what was last changed.
func (a *account) activity(ctx context.Context, fresh bool) (activities, *transport.Response, error) {
	var out activities
	resp, err := a.api.JSON(ctx, a.get("/sync/last_activities", nil, fresh), &out)
	if err != nil {
		return nil, resp, err
	}
	if !slices.ContainsFunc(media.Features[:], func(f media.Feature) bool { s, _ := out.stamp(f); return s != "" }) {
		return nil, resp, provider.Failed(provider.Contract, "get /sync/last_activities", errNoActivity)
	}
	return out, resp, nil
}
