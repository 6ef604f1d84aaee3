package plex

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// look is one read of the server.
type look struct {
	*account
	kept     kept
	clock    *transport.Response
	sections []section
	shows    shows
	library  list  // items of all libraries, or those that may have changed
	history  list  // plays of this user
	mute     error // why there are no plays
	playing  map[string]bool
	covers   provider.Coverage
	cursor   cursor
}

// Read implements provider.Provider. Server and plex.tv fail apart: one may be
// down while the other has its views.
func (a *account) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	k, err := a.keeper.load(ctx)
	if err != nil {
		return provider.Snapshot{}, err
	}
	a.daily(ctx)
	snap := provider.Snapshot{AllowanceLeft: -1, Notices: a.notices()}
	l := &look{account: a, kept: k}
	if slices.ContainsFunc(want.Wants, ofServer) {
		rescan := a.takeHeard()
		want.Full = want.Full || rescan
		if err = l.read(ctx, want); err != nil && rescan {
			a.heardOf(true)
		}
	}
	if ctx.Err() != nil {
		return provider.Snapshot{}, provider.Failed(provider.Transient, "read", ctx.Err())
	}
	snap.ClockMS, snap.ClockKnown = l.clock.ClockMS()
	w := writer{snap: &snap, seen: map[string]bool{}}
	for _, wish := range want.Wants {
		switch {
		case wish.Feature == media.Watchlist:
			a.readWatchlist(ctx, &w)
		case err != nil:
			w.failed(wish.Feature, err)
		case wish.Feature == media.History && l.mute != nil:
			w.failed(wish.Feature, l.mute)
		default:
			l.view(&w, wish.Feature)
		}
	}
	return snap, nil
}

func ofServer(w provider.FeatureRequest) bool { return w.Feature != media.Watchlist }

// read fills the look: only what may have changed where the cursors allow it,
// else everything.
func (l *look) read(ctx context.Context, want provider.ReadRequest) error {
	id, resp, err := l.server.reach(ctx)
	if err != nil {
		return err
	}
	l.clock = resp
	l.noteVersion(string(id.Version))
	all, err := l.server.sections(ctx)
	if err != nil {
		return err
	}
	l.sections = slices.DeleteFunc(all, func(s section) bool { return slices.Contains(l.env.LeftOut, string(s.Key)) })
	before, ok := sharedCursor(want.Wants)
	if ok && !want.Full && !want.Fresh && before.Scope == l.scope() {
		enough, err := l.changes(ctx, before)
		if err != nil || enough {
			return err
		}
	}
	return l.everything(ctx)
}

// scope names the libraries that bound the views.
func (l *look) scope() string {
	var keys []string
	for _, s := range l.sections {
		keys = append(keys, string(s.Key)+" "+string(s.UUID))
	}
	sum := sha256.Sum256([]byte(strings.Join(keys, "\n")))
	return hex.EncodeToString(sum[:8])
}

// levelsOf are the types of a library's items as numbers of the API, shows
// before what is in them.
func levelsOf(s section) []string {
	if s.Type == "movie" {
		return []string{"1"}
	}
	return []string{"2", "3", "4"}
}

// everything scans all libraries and all plays.
func (l *look) everything(ctx context.Context) error {
	l.covers, l.shows, l.library = provider.Catalogue, shows{}, list{}
	for _, s := range l.sections {
		for _, level := range levelsOf(s) {
			part, err := l.level(ctx, s, level)
			if err != nil {
				return err
			}
			l.library.add(part)
			l.shows.learn(part.items)
		}
	}
	l.readPlays(ctx, nil)
	l.cursor = cursor{Scope: l.scope()}.after(l.library, l.history)
	l.remember()
	return l.readPlaying(ctx)
}

func (l *list) add(more list) {
	l.items = append(l.items, more.items...)
	l.skipped = append(l.skipped, more.skipped...)
	l.total += more.total
	l.received += more.received
}

// level lists one type of a library's items.
func (l *look) level(ctx context.Context, s section, level string) (list, error) {
	path := "/library/sections/" + url.PathEscape(string(s.Key)) + "/all"
	return scan(ctx, "get "+path, pageSize, func(ctx context.Context, start, size int) (*container, error) {
		return l.server.get(ctx, path, url.Values{"type": {level}, "includeGuids": {"1"}}, start, size)
	})
}

const historyPath = "/status/sessions/history/all"

// plays lists the user's rows of plays, narrowed by more. The owner sees
// everybody's: a server that does not heed the number must not give us those.
func (a *account) plays(ctx context.Context, more url.Values) (list, error) {
	k, err := a.keeper.load(ctx)
	if err != nil {
		return list{}, err
	}
	l, err := scan(ctx, "get "+historyPath, plainSize, func(ctx context.Context, start, size int) (*container, error) {
		q := url.Values{"sort": {"viewedAt:desc"}, "accountID": {k.localID()}}
		for name, v := range more {
			q[name] = v
		}
		return a.server.get(ctx, historyPath, q, start, size)
	})
	l.items = slices.DeleteFunc(l.items, func(it item) bool { return it.AccountID != "" && string(it.AccountID) != k.localID() })
	return l, err
}

// readPlays reads the rows of plays, which only the history needs. A guest who
// may not see any has flags all the same.
func (l *look) readPlays(ctx context.Context, since url.Values) {
	l.history, l.mute = l.plays(ctx, since)
	if e := provider.AsError(l.mute); e != nil && e.Status == http.StatusForbidden && !l.kept.Owned {
		l.history, l.mute = list{}, nil
	}
}

// remember keeps what later look-ups need.
func (l *look) remember() {
	keys := index{}
	for _, it := range l.library.items {
		for _, t := range l.shows.describe(it).Tokens {
			keys.put(t, string(it.RatingKey))
		}
	}
	l.account.mu.Lock()
	defer l.account.mu.Unlock()
	l.account.shows, l.account.index = maps.Clone(l.shows), keys
}

// readPlaying asks what this user plays right now. Only the owner is told, and
// to be told nothing is no reason to have no view.
func (l *look) readPlaying(ctx context.Context) error {
	keys, err := l.Playing(ctx)
	l.playing = map[string]bool{}
	for _, k := range keys {
		l.playing[k] = true
	}
	if e := provider.AsError(err); e != nil && (e.Kind == provider.Rejected || e.Kind == provider.Auth) {
		return nil
	}
	return err
}

// view adds the view of one feature.
func (l *look) view(w *writer, f media.Feature) {
	l.account.mu.Lock()
	version := l.account.version
	l.account.mu.Unlock()
	v := provider.View{Feature: f, Coverage: l.covers, Cursor: l.cursor.String(), Evidence: provider.Evidence{
		Announced: l.library.total, Received: l.library.received, ServerID: l.kept.Machine, Version: version, Scope: l.cursor.Scope}}
	v.Skipped = slices.Clone(l.library.skipped)
	last := l.lastPlays()
	for _, it := range l.library.items {
		if it.kind() == media.NoKind {
			v.Skipped = append(v.Skipped, provider.Skipped{Key: string(it.RatingKey), Title: string(it.Title), Reason: "not a film, show, season or episode"})
			continue
		}
		row, why, ok := it.value(f)
		switch {
		case !ok:
			continue
		case why != "":
			v.Skipped = append(v.Skipped, provider.Skipped{Key: row.Key, Title: string(it.Title), Reason: why})
			continue
		case f == media.History && row.Value.Set && !row.Value.PlayedAt().Known():
			row.Value = media.Watched(last[row.Key])
		case f == media.Progress:
			row.Playing = l.playing[row.Key]
		}
		w.add(&v, row, func() media.Item { return l.shows.describe(it) })
	}
	if f == media.History {
		l.addPlays(w, &v)
	}
	w.snap.Views = append(w.snap.Views, v)
}

// lastPlays are the dates of the newest rows by item: while a film is watched
// again, its flag has no date of its own.
func (l *look) lastPlays() map[string]media.Moment {
	out := map[string]media.Moment{}
	for _, p := range l.history.items {
		key := string(p.RatingKey)
		out[key] = max(out[key], p.ViewedAt.moment())
	}
	return out
}

// addPlays adds the rows of plays of items that the libraries hold.
func (l *look) addPlays(w *writer, v *provider.View) {
	v.Evidence.Announced += l.history.total
	v.Evidence.Received += l.history.received
	v.Skipped = append(v.Skipped, l.history.skipped...)
	held := map[string]item{}
	for _, it := range l.library.items {
		held[string(it.RatingKey)] = it
	}
	for _, p := range l.history.items {
		it, known := held[string(p.RatingKey)]
		switch {
		case !p.kind().Leaf():
			v.Skipped = append(v.Skipped, provider.Skipped{Key: p.id(), Title: string(p.Title), Reason: "a play of neither a film nor an episode"})
		case p.HistoryKey == "":
			v.Skipped = append(v.Skipped, provider.Skipped{Key: p.id(), Title: string(p.Title), Reason: "a play without number"})
		case known:
			w.add(v, playRow(p), func() media.Item { return l.shows.describe(it) })
		case l.ofLeftOut(p):
		default:
			v.Skipped = append(v.Skipped, provider.Skipped{Key: p.id(), Title: string(p.Title), Reason: "a play of an item that the libraries hold no more"})
		}
	}
}

func (l *look) ofLeftOut(p item) bool {
	return slices.Contains(l.env.LeftOut, string(p.LibrarySectionID))
}

// playRow is one row of a play. A flag stands beside it in a row of its own.
func playRow(p item) provider.Row {
	number := string(p.HistoryKey[strings.LastIndexByte(string(p.HistoryKey), '/')+1:])
	return provider.Row{Key: string(p.RatingKey), PlayKey: number, Value: media.Watched(p.ViewedAt.moment())}
}

// writer fills a snapshot, describing every item once.
type writer struct {
	snap *provider.Snapshot
	seen map[string]bool
}

func (w *writer) add(v *provider.View, row provider.Row, describe func() media.Item) {
	v.Rows = append(v.Rows, row)
	if !w.seen[row.Key] {
		w.seen[row.Key] = true
		w.snap.Items = append(w.snap.Items, describe())
	}
}

// failed adds a view that could not be read.
func (w *writer) failed(f media.Feature, err error) {
	var e *provider.Error
	if !errors.As(err, &e) {
		e = provider.AsError(err)
	}
	w.snap.Views = append(w.snap.Views, provider.View{Feature: f, Err: e})
}
