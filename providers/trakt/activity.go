package trakt

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// activities is /sync/last_activities: section → field → time.
type activities map[string]fields

// fields are the times of one section; "all" is a bare time and has none.
type fields map[string]text

// UnmarshalJSON takes anything that is not an object as no fields.
func (f *fields) UnmarshalJSON(b []byte) error {
	*f = nil
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	type plain map[string]text
	return json.Unmarshal(b, (*plain)(f))
}

// moves names the activities that can change what a feature lists, as
// "section.field". A play ends resume points without paused_at being promised
// to move.
var moves = [len(media.Features)][]string{
	media.History:   {"movies.watched_at", "episodes.watched_at"},
	media.Ratings:   {"movies.rated_at", "shows.rated_at", "seasons.rated_at", "episodes.rated_at"},
	media.Watchlist: {"watchlist.updated_at", "movies.watchlisted_at", "shows.watchlisted_at", "seasons.watchlisted_at", "episodes.watchlisted_at"},
	media.Progress:  {"movies.paused_at", "episodes.paused_at", "movies.watched_at", "episodes.watched_at"},
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

// settingsAt is when the account's settings were last changed.
func (a activities) settingsAt() string { return string(a["account"]["settings_at"]) }

// cursor remembers for the next read what this one rested on: the stamp, and
// how many rows the list had.
func cursor(stamp string, count int) string { return stamp + "#" + strconv.Itoa(count) }

func parseCursor(c string) (stamp string, count int) {
	stamp, n, _ := strings.Cut(c, "#")
	count, err := strconv.Atoi(n)
	if err != nil {
		count = -1
	}
	return stamp, count
}

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
