package anilist

import (
	"context"
	"errors"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const (
	perChunk   = 500
	mostChunks = 40
	// listEnds is how many entries the service lists at most, newest first.
	listEnds = 11_000
)

var (
	errNotOffered = errors.New("anilist keeps no positions")
	errEndless    = errors.New("the list has no end")
	errMore       = errors.New("the answer does not say whether there is more")
	errCutList    = errors.New("the list ends before its announced end")
	errNoList     = errors.New("the answer holds no list")
)

// Read asks who the token speaks for and lists all entries, once for all
// features. The whole list is one to three requests for most people, and
// deletions show in nothing less. There is no cache to bypass and nothing is
// remembered between reads.
func (a *account) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	snap := provider.Snapshot{AllowanceLeft: -1}
	if a.anime != nil {
		a.anime.Renew(ctx)
	}
	v, resp, err := a.ask(ctx)
	snap.ClockMS, snap.ClockKnown = resp.ClockMS()
	if err != nil {
		return snap, provider.AsError(err)
	}
	snap.Notices, snap.SignInEnds = a.notices(v), a.signInEnds()
	l, err := a.pull(ctx, v)
	failed := provider.AsError(err)
	n := a.atlas()
	d := describer{atlas: n, seen: map[string]bool{}}
	if l != nil {
		d.scope = a.past.scope(n, l.entries)
	}
	for _, w := range want.Wants {
		switch {
		case failed != nil:
			snap.Views = append(snap.Views, provider.View{Feature: w.Feature, Err: failed})
		case !capabilities().Features[w.Feature].Offered():
			e := provider.Failed(provider.Rejected, "read "+w.Feature.String(), errNotOffered)
			snap.Views = append(snap.Views, provider.View{Feature: w.Feature, Err: e})
		default:
			snap.Views = append(snap.Views, l.view(w, v, &d))
		}
	}
	snap.Items = d.items
	return snap, nil
}

// list is all entries of a person, each once.
type list struct {
	entries  []entry
	received int // as sent, with doubles
	odd      int // rows without a title
}

type collection struct {
	HasNextChunk truth `json:"hasNextChunk"`
	Lists        rows[struct {
		Entries rows[entry] `json:"entries"`
	}] `json:"lists"`
}

// pull reads chunk after chunk until the service says that there is no more.
// Entries stand in every custom list that holds them, and some in nothing
// else: all lists count, and doubles are folded.
func (a *account) pull(ctx context.Context, v viewer) (*list, error) {
	l := &list{}
	at := map[int]int{}
	for chunk := 1; chunk <= mostChunks; chunk++ {
		var data struct {
			Collection *collection `json:"MediaListCollection"`
		}
		vars := map[string]any{"userId": v.ID.whole(), "chunk": chunk, "perChunk": perChunk}
		if _, err := a.do(ctx, chunkQuery, vars, &data); err != nil {
			return nil, err
		}
		c := data.Collection
		switch {
		case c == nil || !c.Lists.said:
			return nil, named(provider.Failed(provider.Contract, "", errNoList), chunkQuery)
		case !c.HasNextChunk.said:
			return nil, named(provider.Failed(provider.Contract, "", errMore), chunkQuery)
		}
		if got := l.add(c, at); got == 0 && (chunk > 1 || c.HasNextChunk.value) {
			return nil, named(provider.Failed(provider.Transient, "", errCutList), chunkQuery)
		}
		if !c.HasNextChunk.value {
			return l, nil
		}
	}
	return nil, named(provider.Failed(provider.Contract, "", errEndless), chunkQuery)
}

// add takes the entries of one chunk and returns how many came.
func (l *list) add(c *collection, at map[int]int) int {
	before := l.received
	l.odd += c.Lists.odd
	for _, group := range c.Lists.list {
		l.odd += group.Entries.odd
		l.received += group.Entries.odd
		for _, e := range group.Entries.list {
			l.received++
			if e.MediaID.whole() <= 0 {
				e.MediaID = e.Media.ID
			}
			id := e.MediaID.whole()
			if id <= 0 {
				l.odd++
				continue
			}
			i, double := at[id]
			switch {
			case !double:
				at[id] = len(l.entries)
				l.entries = append(l.entries, e)
			case e.UpdatedAt.whole() > l.entries[i].UpdatedAt.whole():
				l.entries[i] = e // changed between two chunks
			}
		}
	}
	return l.received - before
}

// view is what the list says in one feature.
func (l *list) view(w provider.FeatureRequest, who viewer, d *describer) provider.View {
	v := provider.View{Feature: w.Feature, Coverage: provider.Whole, Evidence: provider.Evidence{
		Announced: -1, Received: l.received, ServerID: apiHost, UserID: who.userID(), Scope: d.scope, Numbering: d.Version()}}
	for range l.odd {
		v.Skipped = append(v.Skipped, provider.Skipped{Reason: "an entry without a title"})
	}
	for _, e := range l.entries {
		shows, err := d.shows(e, w.Feature)
		if err != nil {
			v.Skipped = append(v.Skipped, provider.Skipped{Key: partRef(e.MediaID.whole()).key(), Title: e.Media.name(), Reason: err.Error()})
			continue
		}
		for _, s := range shows {
			d.describe(e.named(), s)
			v.Rows = append(v.Rows, provider.Row{Key: s.key(), Value: s.value})
		}
	}
	now := cursor(v.Skipped)
	if newlyOdd(w.Cursor, now) || len(l.entries) >= listEnds {
		// What was understood before may be among what is not understood now,
		// or beyond the end of the list: unlisted is not absent.
		v.Coverage, now = provider.Changes, kept(w.Cursor, now)
	}
	v.Cursor = now
	return v
}

// describer names what entries show and describes each item once.
type describer struct {
	atlas
	scope string
	items []media.Item
	seen  map[string]bool
}

func (d *describer) describe(t title, s shown) {
	if d.seen[s.key()] {
		return
	}
	d.seen[s.key()] = true
	it := t.item(s.ref, s.tokens)
	if it.ShowKey != "" && !d.seen[it.ShowKey] {
		d.seen[it.ShowKey] = true
		d.items = append(d.items, t.item(partRef(s.id), t.ids()))
	}
	d.items = append(d.items, it)
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}
