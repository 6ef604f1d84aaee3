package emby

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/transport"
)

// look is one read of an account.
type look struct {
	*account
	kept    mediabrowser.Kept
	clock   *transport.Response
	items   []mediabrowser.Item
	works   mediabrowser.Works // with the series of all items
	playing []string
	cursor  cursor
	covers  provider.Coverage
}

// Read implements provider.Provider. Between full scans it takes the pulse
// (pulse.go): what is half watched, what was started last, what is a
// favourite, how much is watched. What may have changed since, and what the
// socket named, comes with all its values.
func (a *account) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	kept, err := a.server.SignedIn(ctx)
	if err != nil {
		return provider.Snapshot{}, err
	}
	l := &look{account: a, kept: kept}
	me, resp, err := a.server.me(ctx)
	if err != nil {
		return provider.Snapshot{}, err
	}
	l.clock = resp
	if me.ID != kept.UserID || me.ServerID != "" && kept.ServerID != "" && me.ServerID != kept.ServerID {
		return provider.Snapshot{}, provider.Failed(provider.WrongUser, "get /Users", nil)
	}
	heard, rescan := a.heard.Take()
	if err := l.list(ctx, want, heard, rescan); err != nil {
		a.heard.PutBack(heard, rescan)
		return provider.Snapshot{}, err
	}
	return l.snapshot(want), nil
}

// list fills the look: only what changed where the cursors allow it, else
// everything.
func (l *look) list(ctx context.Context, want provider.ReadRequest, heard []string, rescan bool) error {
	before, ok := sharedCursor(want.Wants)
	if ok && !want.Full && !want.Fresh && !rescan && before.LeftOut == digest(l.env.LeftOut) {
		enough, err := l.changes(ctx, before, heard)
		if err != nil || enough {
			return err
		}
	}
	return l.everything(ctx)
}

// everything scans the catalogue. The pulse is taken first, so that what
// changes during the scan is found again by the next look.
func (l *look) everything(ctx context.Context) error {
	info, err := l.server.info(ctx)
	if err != nil {
		return err
	}
	libraries, err := l.server.selected(ctx)
	if err != nil {
		return err
	}
	one := l.oneByOne(libraries)
	now, err := l.server.pulse(ctx, one)
	if err != nil {
		return err
	}
	l.covers, l.items = provider.Catalogue, nil
	seen := map[string]bool{}
	for _, lib := range libraries {
		items, err := l.server.scan(ctx, listQuery(allKept, lib))
		if err != nil {
			return err
		}
		for _, it := range items {
			if !seen[it.ID] { // two libraries can share a folder
				seen[it.ID] = true
				l.items = append(l.items, it)
			}
		}
	}
	l.cursor = cursor{LeftOut: digest(l.env.LeftOut), Scope: digest(libraries), Libraries: one}.after(now)
	l.learn(info)
	return l.complete(ctx)
}

// selected are the ids of the libraries that were not left out, in order.
func (s *server) selected(ctx context.Context) ([]string, error) {
	views, err := s.views(ctx)
	if err != nil {
		return nil, err
	}
	return mediabrowser.Selected(views, s.env.LeftOut)
}

// oneByOne is what lists other than the scan must be asked for library by
// library; none when nothing is left out.
func (l *look) oneByOne(libraries []string) []string {
	if len(l.env.LeftOut) == 0 {
		return nil
	}
	return libraries
}

// complete adds what rows need: the series of all listed episodes, as an
// episode is named by its show's ids, and what is being played, as starting a
// film again un-watches it for the time being. Only short lists trust what an
// earlier read learned of a series.
func (l *look) complete(ctx context.Context) error {
	if l.covers == provider.Changes {
		l.account.mu.Lock()
		l.works.Shows = maps.Clone(l.account.shows)
		l.account.mu.Unlock()
	}
	if err := l.server.describeShows(ctx, &l.works, l.items); err != nil {
		return err
	}
	l.account.mu.Lock()
	l.account.shows = maps.Clone(l.works.Shows)
	l.account.mu.Unlock()
	sessions, err := l.server.sessions(ctx)
	if err != nil {
		return err
	}
	l.playing = sessions.playing()
	return sessions.check()
}

// describeShows makes sure that the series of all listed episodes are known.
func (s *server) describeShows(ctx context.Context, works *mediabrowser.Works, items []mediabrowser.Item) error {
	works.Learn(items)
	missing := works.Missing(items)
	if len(missing) == 0 {
		return nil
	}
	series, err := s.byID(ctx, missing)
	works.Learn(series)
	return err
}

// snapshot makes the views of what was listed.
func (l *look) snapshot(want provider.ReadRequest) provider.Snapshot {
	snap := provider.Snapshot{AllowanceLeft: -1}
	snap.ClockMS, snap.ClockKnown = l.clock.ClockMS()
	l.account.mu.Lock()
	version := l.account.version
	l.account.mu.Unlock()
	views := make([]provider.View, len(want.Wants))
	for i, w := range want.Wants {
		views[i] = provider.View{Feature: w.Feature, Coverage: l.covers, Cursor: l.cursor.String(), Evidence: provider.Evidence{
			Announced: len(l.items), Received: len(l.items), UserID: l.kept.UserID, ServerID: l.kept.ServerID,
			Version: version, Scope: l.cursor.Scope, Unchanged: l.covers == provider.Changes && len(l.items) == 0,
		}}
	}
	for _, it := range l.items {
		works := l.works.Describe(it)
		snap.Items = append(snap.Items, works...)
		for i := range views {
			mediabrowser.AddRows(&views[i], it, works, slices.Contains(l.playing, it.ID))
		}
	}
	snap.Views = views
	return snap
}

// digest names a set of ids in any order.
func digest(ids []string) string {
	sorted := slices.Sorted(slices.Values(ids))
	sum := sha256.Sum256([]byte(strings.Join(sorted, "\n")))
	return hex.EncodeToString(sum[:8])
}
