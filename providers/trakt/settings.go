package trakt

import (
	"context"
	"errors"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
)

// settings is what is used of /users/settings.
type settings struct {
	User struct {
		Username text `json:"username"`
		IDs      struct {
			Slug text `json:"slug"`
			UUID text `json:"uuid"`
		} `json:"ids"`
	} `json:"user"`
	Browsing browsing `json:"browsing"`
	Limits   limits   `json:"limits"`
}

type browsing struct {
	WatchOnlyOnce truth `json:"watch_only_once"`
}

// UnmarshalJSON takes anything that is not an object as no settings.
func (s *browsing) UnmarshalJSON(b []byte) error {
	type plain browsing
	return loose.Decode(b, '{', (*plain)(s))
}

type limits struct {
	Watchlist limit `json:"watchlist"`
}

// UnmarshalJSON takes anything that is not an object as no limits.
func (l *limits) UnmarshalJSON(b []byte) error {
	type plain limits
	return loose.Decode(b, '{', (*plain)(l))
}

type limit struct {
	ItemCount number `json:"item_count"`
}

// UnmarshalJSON takes anything that is not an object as no limit.
func (l *limit) UnmarshalJSON(b []byte) error {
	type plain limit
	return loose.Decode(b, '{', (*plain)(l))
}

// plan is what an account may keep, as of a time of its settings.
type plan struct {
	settingsAt string
	watchlist  int  // entries; -1 unknown
	once       bool // the person wants one play per title
}

// truth is a JSON boolean; anything else is false.
type truth bool

// UnmarshalJSON never fails.
func (t *truth) UnmarshalJSON(b []byte) error {
	*t = string(b) == "true"
	return nil
}

var errNobody = errors.New("the answer names no user")

// Whoami asks the service who the token belongs to. The uuid survives a
// change of the user name; the slug does not.
func (a *account) Whoami(ctx context.Context) (provider.Identity, error) {
	s, err := a.settings(ctx, "")
	if err != nil {
		return provider.Identity{}, err
	}
	id := s.User.IDs.UUID
	if id == "" {
		id = s.User.IDs.Slug
	}
	if id == "" {
		return provider.Identity{}, provider.Failed(provider.Contract, "get /users/settings", errNobody)
	}
	return provider.Identity{ServerID: apiHost, UserID: string(id), UserName: string(s.User.Username), ServerName: "Trakt"}, nil
}

func (a *account) settings(ctx context.Context, settingsAt string) (settings, error) {
	var s settings
	if _, err := a.api.JSON(ctx, a.get("/users/settings", nil, true), &s); err != nil {
		return s, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plan = &plan{settingsAt: settingsAt, watchlist: s.Limits.Watchlist.ItemCount.Whole(), once: bool(s.Browsing.WatchOnlyOnce)}
	return s, nil
}

// room fills in how much the plan still takes. The plan is asked for again
// when the settings have changed and by full reads, but not by a round in
// which nothing else was listed: such a round stays one request.
func (a *account) room(ctx context.Context, act activities, full bool, snap *provider.Snapshot) {
	count := -1
	listed := false
	for _, v := range snap.Views {
		listed = listed || v.Err == nil && !v.Evidence.Unchanged
		if v.Feature == media.Watchlist && v.Err == nil {
			count = parseCursor(v.Cursor).count
		}
	}
	a.mu.Lock()
	known := a.plan
	if known != nil && known.settingsAt == "" {
		known.settingsAt = act.settingsAt()
	}
	a.mu.Unlock()
	if count < 0 || known == nil && !listed {
		return
	}
	if full || known == nil || known.settingsAt != act.settingsAt() {
		if _, err := a.settings(ctx, act.settingsAt()); err != nil {
			return // the room stays unknown; the lists stand by themselves
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.plan.watchlist >= 0 {
		snap.Room[media.Watchlist] = max(0, a.plan.watchlist-count)
	}
}

// once tells whether the person set "watch only once", as far as the settings
// were asked for; they are in every run that writes, by Whoami.
func (a *account) once() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.plan != nil && a.plan.once
}
