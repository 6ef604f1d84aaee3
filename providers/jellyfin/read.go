package jellyfin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
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
	info    mediabrowser.PublicInfo
	items   []mediabrowser.Item
	works   mediabrowser.Works // with the series of all items
	total   int                // rows that the server announced
	playing map[string]bool
	cursor  cursor
	covers  provider.Coverage
}

// Read implements provider.Provider. Between full scans it asks three things:
// who am I, what is half watched, what was started last. Everything in these
// two lists, and everything that the socket named, comes with all its values.
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
		return provider.Snapshot{}, provider.Failed(provider.WrongUser, "get /Users/Me", nil)
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

// everything scans the catalogue. The short lists are read first, so that
// what changes during the scan is found again by the next look.
func (l *look) everything(ctx context.Context) error {
	var err error
	if l.info, _, err = l.server.info(ctx); err != nil {
		return err
	}
	libraries, err := l.selected(ctx)
	if err != nil {
		return err
	}
	recent, err := l.recent(ctx, libraryIDs(l.env.LeftOut, libraries))
	if err != nil {
		return err
	}
	l.covers, l.total = provider.Catalogue, 0
	l.items = nil
	seen := map[string]bool{}
	for _, lib := range libraries {
		items, err := mediabrowser.Scan(ctx, func(ctx context.Context, start int) (mediabrowser.Page, error) {
			return l.page(ctx, scanQuery(l.kept.UserID, lib, start))
		})
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
	l.total = len(l.items)
	if err := l.describeShows(ctx); err != nil {
		return err
	}
	if err := l.readPlaying(ctx); err != nil {
		return err
	}
	l.cursor = cursor{Newest: recent.newest(0), Recent: recent.digest(), LeftOut: digest(l.env.LeftOut),
		Scope: digest(libraries), Libraries: libraryIDs(l.env.LeftOut, libraries)}
	l.account.mu.Lock()
	l.account.version = l.info.Version
	l.account.mu.Unlock()
	return nil
}

// selected are the ids of the libraries that were not left out, in order.
func (l *look) selected(ctx context.Context) ([]string, error) {
	views, err := l.server.views(ctx)
	if err != nil {
		return nil, err
	}
	return mediabrowser.Selected(views, l.env.LeftOut)
}

// scanQuery asks for one page of a library: leaves and shows with their own
// values, in an order that playing does not change. Grouping into collections
// would hide films.
func scanQuery(user, library string, start int) url.Values {
	q := itemsQuery(user)
	q.Set("parentId", library)
	q.Set("includeItemTypes", "Movie,Series,Episode")
	q.Set("collapseBoxSetItems", "false")
	q.Set("sortBy", "SortName,DateCreated")
	q.Set("sortOrder", "Ascending")
	q.Set("startIndex", strconv.Itoa(start))
	q.Set("limit", strconv.Itoa(mediabrowser.PageSize))
	return q
}

// itemsQuery is what every list has in common.
func itemsQuery(user string) url.Values {
	return url.Values{
		"userId":                 {user},
		"recursive":              {"true"},
		"fields":                 {"ProviderIds,Path,OriginalTitle"},
		"enableUserData":         {"true"},
		"enableImages":           {"false"},
		"enableTotalRecordCount": {"true"},
		"excludeLocationTypes":   {"Virtual"},
	}
}

func (l *look) page(ctx context.Context, q url.Values) (mediabrowser.Page, error) {
	var p mediabrowser.Page
	_, err := l.server.get(ctx, "/Items", q, &p)
	return p, err
}

// mostIDs is how many ids one request may name.
const mostIDs = 100

// byID reads items by their ids, in any number. Ids that the user cannot see
// are missing; an answer with others means that the server did not look at
// the ids at all.
func (a *account) byID(ctx context.Context, user string, ids []string) ([]mediabrowser.Item, error) {
	var out []mediabrowser.Item
	for chunk := range slices.Chunk(ids, mostIDs) {
		q := itemsQuery(user)
		q.Set("ids", strings.Join(chunk, ","))
		q.Del("excludeLocationTypes")
		var p mediabrowser.Page
		if _, err := a.server.get(ctx, "/Items", q, &p); err != nil {
			return nil, err
		}
		for _, it := range p.Items {
			if !slices.Contains(chunk, it.ID) {
				return nil, provider.Failed(provider.Contract, "get /Items", errors.New("items that were not asked for"))
			}
		}
		if err := mediabrowser.Check(p.Items); err != nil {
			return nil, err
		}
		out = append(out, p.Items...)
	}
	return out, nil
}

// describeShows makes sure that the series of all listed episodes are known:
// an episode is named by its show's ids. Only short lists trust what an
// earlier read learned of a series.
func (l *look) describeShows(ctx context.Context) error {
	if l.covers == provider.Changes {
		l.account.mu.Lock()
		l.works.Shows = maps.Clone(l.account.shows)
		l.account.mu.Unlock()
	}
	l.works.Learn(l.items)
	if missing := l.works.Missing(l.items); len(missing) > 0 {
		series, err := l.byID(ctx, l.kept.UserID, missing)
		if err != nil {
			return err
		}
		l.works.Learn(series)
	}
	l.account.mu.Lock()
	l.account.shows = maps.Clone(l.works.Shows)
	l.account.mu.Unlock()
	return nil
}

// readPlaying asks what this user plays right now: starting a film again
// un-watches it for the time being. A server that does not tell is no reason
// to have no view.
func (l *look) readPlaying(ctx context.Context) error {
	keys, err := l.Playing(ctx)
	if err != nil && provider.AsError(err).Kind == provider.Rejected {
		return nil
	}
	l.playing = map[string]bool{}
	for _, k := range keys {
		l.playing[k] = true
	}
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
			Announced: l.total, Received: len(l.items), UserID: l.kept.UserID, ServerID: l.kept.ServerID,
			Version: version, Scope: l.cursor.Scope, Unchanged: l.covers == provider.Changes && len(l.items) == 0,
		}}
	}
	for _, it := range l.items {
		works := l.works.Describe(it)
		snap.Items = append(snap.Items, works...)
		for i := range views {
			mediabrowser.AddRows(&views[i], it, works, l.playing[it.ID])
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

// libraryIDs is what the short lists must be asked for one by one; none when
// nothing is left out.
func libraryIDs(leftOut, libraries []string) []string {
	if len(leftOut) == 0 {
		return nil
	}
	return libraries
}
